//! The one random source: the operating system's. Everything that must not be guessed comes from here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Fills `bytes` from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give. Nothing safe can be done then, and Linux never does it
/// after its first seconds.
fn fill(bytes: &mut [u8]) {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    #[expect(clippy::panic, reason = "a site without randomness must not go on; see above")]
    if let Err(error) = getrandom::fill(bytes) {
        std::panic::panic_any(format!("the operating system has no random numbers: {error}"));
    }
}

/// 16 random bytes as a number: a session id (OWASP ASVS 7.2.3 asks for 128 bits).
pub fn id128() -> i128 {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    i128::from_le_bytes(bytes)
}

/// A positive 63-bit number, for ids that exist before their row does.
pub fn id63() -> i64 {
    let mut bytes = [0; 8];
    fill(&mut bytes);
    i64::from_le_bytes(bytes) & i64::MAX
}

/// So many random bytes: a key.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// 256 random bits in 43 letters, for links and cookies.
pub fn token() -> String {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// 128 random bits, for one answer's Content-Security-Policy.
pub fn nonce() -> String {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Eight hexadecimal letters in two groups: easy to read out on the telephone, enough to find a line in a log.
pub fn incident() -> String {
    let mut bytes = [0; 4];
    fill(&mut bytes);
    format!("{:02x}{:02x}-{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3])
}

/// 16 random bytes: the salt of a password's hash (RFC 9106 recommends this length).
pub fn salt() -> [u8; 16] {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    bytes
}

/// A number from 0 to 999,999, each as likely: what would make the first ones likelier is thrown away.
pub fn below_a_million() -> u32 {
    const FAIR: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let mut bytes = [0; 4];
        fill(&mut bytes);
        let number = u32::from_le_bytes(bytes);
        if number < FAIR {
            return number % 1_000_000;
        }
    }
}

/// 20 random bytes: the seed of a code app (RFC 4226, 4: 160 bits).
pub fn seed() -> [u8; 20] {
    let mut bytes = [0; 20];
    fill(&mut bytes);
    bytes
}

/// 24 random bytes, of which a recovery code uses five bits each.
pub fn recovery() -> [u8; 24] {
    let mut bytes = [0; 24];
    fill(&mut bytes);
    bytes
}

/// 24 random bytes: the nonce of a seal.
pub fn seal_nonce() -> [u8; 24] {
    let mut bytes = [0; 24];
    fill(&mut bytes);
    bytes
}

/// What is stored in place of a random token: its SHA-256. A plain hash is enough, for there is nothing to guess.
pub fn digest(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}
