//! The one secret of a site that is not in its database: what is sealed with it is nobody's who has the database alone.
//!
//! 32 random bytes in a file that only the server's account reads, made at the first start. Sealed are seeds of code apps,
//! mails that wait, since their links open accounts, and what tokens are signed with; short codes are kept as their MAC, for a plain digest of six digits is
//! found by trying all of them. The database keeps a fingerprint of the key, so that a start with another one says so at once.

use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::failure::{Broken, Failure};
use crate::random;

/// What something is sealed for. A seal for one purpose does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A mail in the outbox.
    Letter,
    /// The seed of a code app.
    Seed,
    /// Recovery codes that wait to be shown.
    RecoveryCodes,
    /// What is needed when somebody comes back from a provider.
    Visit,
    /// A code of a few digits.
    Code,
    /// What tokens are signed with.
    SigningKey,
    /// A token that waits to be shown, or to be handed over once more.
    Token,
    /// Which refresh tokens were given out.
    Refresh,
    /// Where the next page of a list begins.
    Cursor,
    /// What the lab's stopwatches showed.
    Lab,
    /// The address of somebody's calendar.
    Calendar,
    /// An address that somebody who is blocked has given up.
    GivenUpAddress,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Letter => b"letter",
            Self::Seed => b"seed",
            Self::RecoveryCodes => b"recovery codes",
            Self::Visit => b"visit",
            Self::Code => b"code",
            Self::SigningKey => b"signing key",
            Self::Token => b"token",
            Self::Refresh => b"refresh",
            Self::Cursor => b"cursor",
            Self::Lab => b"lab",
            Self::Calendar => b"calendar",
            Self::GivenUpAddress => b"given up address",
        }
    }
}

/// The key. It prints itself as nothing.
#[derive(Clone)]
pub struct SiteKey([u8; 32]);

impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteKey(not shown)")
    }
}

/// Of an XChaCha20-Poly1305 nonce, which may be random (its draft: 192 bits).
const NONCE: usize = 24;

impl SiteKey {
    /// Reads the key from `path`, or makes one there, for this account alone to read.
    pub fn open_or_make(path: &Path) -> Result<Self, Failure> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(text.trim())
                .ok_or_else(|| Failure::Broken(anyhow::anyhow!("{} holds no key of 32 bytes", path.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(Failure::Broken(anyhow::anyhow!("{} cannot be read: {error}", path.display()))),
        }
    }

    /// Reads the key from `path`, and makes none.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, Failure> {
        if path.exists() { Self::open_or_make(path).map(Some) } else { Ok(None) }
    }

    fn make(path: &Path) -> Result<Self, Failure> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).broken("make the folder for the site's key")?;
        }
        let text = random::token();
        // Whole or not there at all: half a key would be read as none, and all that it sealed be lost.
        let beside = path.with_extension(format!("new-{}", std::process::id()));
        let mut file = private(&beside).broken("make the site's key")?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        let linked = written.and_then(|()| fs::hard_link(&beside, path));
        let _gone = fs::remove_file(&beside);
        match linked {
            // Another process was quicker: its key is the one.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Self::open_or_make(path),
            other => other.broken("keep the site's key")?,
        }
        Self::parse(&text).ok_or_else(|| Failure::Broken(anyhow::anyhow!("a new key cannot be read")))
    }

    fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }

    /// Seals `plain`, in letters. Two seals of the same are not alike.
    pub fn seal(&self, purpose: Purpose, plain: &[u8]) -> Result<String, Failure> {
        let nonce = random::seal_nonce();
        let payload = Payload { msg: plain, aad: purpose.label() };
        let sealed = self
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| Failure::Broken(anyhow::anyhow!("something is too long to be sealed")))?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// What was sealed for this purpose with this key; `None` for everything else.
    pub fn open(&self, purpose: Purpose, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        self.cipher().decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: purpose.label() }).ok()
    }

    /// What is kept of something short, and cannot be found out by trying without the key.
    pub fn mac(&self, purpose: Purpose, text: &str) -> String {
        self.macked(purpose.label(), text)
    }

    /// Whether something was authenticated with this key. Takes the same time for every wrong one.
    pub fn is_mac(&self, purpose: Purpose, text: &str, mac: &str) -> bool {
        let (Ok(sent), Ok(mut own)) = (URL_SAFE_NO_PAD.decode(mac), <Hmac<Sha256> as Mac>::new_from_slice(&self.0))
        else {
            return false;
        };
        own.update(purpose.label());
        own.update(b"\n");
        own.update(text.as_bytes());
        own.verify_slice(&sent).is_ok()
    }

    /// Tells this key from others, and tells nothing about it.
    pub fn fingerprint(&self) -> String {
        self.macked(b"fingerprint", "lectern")
    }

    fn macked(&self, label: &[u8], text: &str) -> String {
        // HMAC takes a key of any length.
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&self.0) else { return String::new() };
        mac.update(label);
        mac.update(b"\n");
        mac.update(text.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> std::io::Result<File> {
    File::create_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_account_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/lectern.key");
        let first = SiteKey::open_or_make(&path).unwrap();
        assert_eq!(first.fingerprint(), SiteKey::open_or_make(&path).unwrap().fingerprint());
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1, "nothing else is left there");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "short").unwrap();
        assert!(SiteKey::open_or_make(&path).unwrap_err().to_string().contains("holds no key"));
        assert!(!format!("{first:?}").contains(&URL_SAFE_NO_PAD.encode(first.0)));
    }

    #[test]
    fn a_seal_opens_with_its_key_for_its_purpose_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = SiteKey::open_or_make(&folder.path().join("a")).unwrap();
        let other = SiteKey::open_or_make(&folder.path().join("b")).unwrap();
        let sealed = key.seal(Purpose::Seed, b"twenty bytes of a seed").unwrap();
        assert_eq!(key.open(Purpose::Seed, &sealed).unwrap(), b"twenty bytes of a seed");
        assert!(key.open(Purpose::Letter, &sealed).is_none() && other.open(Purpose::Seed, &sealed).is_none());
        let mut bent = sealed.clone().into_bytes();
        bent[40] = if bent[40] == b'A' { b'B' } else { b'A' };
        assert!(key.open(Purpose::Seed, std::str::from_utf8(&bent).unwrap()).is_none());
        for nothing in ["", "AAAA", "not base64!", &sealed[..20]] {
            assert!(key.open(Purpose::Seed, nothing).is_none(), "{nothing:?}");
        }
        assert_ne!(sealed, key.seal(Purpose::Seed, b"twenty bytes of a seed").unwrap());
        assert_ne!(key.mac(Purpose::Code, "123456"), other.mac(Purpose::Code, "123456"));
    }
}
