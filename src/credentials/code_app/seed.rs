//! A seed, and the codes that are made of it.

use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::clock::{Millis, SECOND};
use crate::failure::{Broken, Failure};
use crate::random;
use crate::site_key::{Purpose, SiteKey};

/// Of a code (RFC 6238's default, and the only one that all apps know).
const DIGITS: u8 = 6;
/// In seconds (the same; ASVS 5.0, 6.5.5).
pub const STEP: u64 = 30;
/// Steps to either side (security.md: one at most).
const SKEW: u16 = 1;
/// What apps show above the code.
const ISSUER: &str = "Lectern";

/// What an app and the server share.
pub struct Seed(Totp);

impl Seed {
    /// A new one, for the account with this address.
    pub fn make(account: &str) -> Result<Self, Failure> {
        Self::of(random::seed().to_vec(), account)
    }

    /// One that was sealed; none when it was with another key.
    pub fn open(key: &SiteKey, sealed: &str, account: &str) -> Result<Option<Self>, Failure> {
        key.open(Purpose::Seed, sealed).map(|bytes| Self::of(bytes, account)).transpose()
    }

    fn of(bytes: Vec<u8>, account: &str) -> Result<Self, Failure> {
        // A colon would end the issuer's name there.
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_skew(SKEW)
            .with_secret(Secret::from(bytes))
            .with_issuer(Some(ISSUER))
            .with_account_name(account.replace(':', " "))
            .build()
            .broken("read the seed of a code app")?;
        Ok(Self(totp))
    }

    /// As it is kept.
    pub fn seal(&self, key: &SiteKey) -> Result<String, Failure> {
        key.seal(Purpose::Seed, self.0.secret().as_ref())
    }

    /// In groups of four letters, to be typed.
    pub fn in_letters(&self) -> String {
        let letters: Vec<char> = self.0.secret().to_base32().chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// As an address that an app opens.
    pub fn address(&self) -> Result<String, Failure> {
        self.0.to_url().broken("write the seed of a code app as an address")
    }

    /// The time step that this is the code of, among those that count now.
    pub fn step_of(&self, typed: &str, now: Millis) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == usize::from(DIGITS) && digits.bytes().all(|b| b.is_ascii_digit());
        let seconds = u64::try_from(now / SECOND).ok()?;
        self.0.check(&digits, seconds).filter(|_| is_code).and_then(|step| i64::try_from(step).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ASVS 6.5.5, 6.5.8
    #[test]
    fn codes_are_those_of_the_rfc_for_a_step_of_thirty_seconds_and_one_to_either_side() {
        // RFC 6238, appendix B, the last six digits of each.
        let seed = Seed::of(b"12345678901234567890".to_vec(), "ada@uni.example").unwrap();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            let now = seconds * SECOND;
            assert_eq!(seed.step_of(code, now), Some(seconds / 30));
            assert_eq!(seed.step_of(&format!("{} {}", &code[..3], &code[3..]), now), Some(seconds / 30));
            assert!(seed.step_of(code, now + 30 * SECOND).is_some() && seed.step_of(code, now - 30 * SECOND).is_some());
            assert!(seed.step_of(code, now + 60 * SECOND).is_none() && seed.step_of(code, now - 60 * SECOND).is_none());
        }
        for wrong in ["", "28708", "2870820", "287083", "２８７０８２", "abcdef", "-28708"] {
            assert_eq!(seed.step_of(wrong, 59 * SECOND), None, "{wrong}");
        }
    }

    /// ASVS 6.5.3
    #[test]
    fn a_seed_has_160_random_bits_and_an_address_that_apps_read() {
        let (one, other) = (Seed::make("ada@uni.example").unwrap(), Seed::make("ada@uni.example").unwrap());
        assert_ne!(one.in_letters(), other.in_letters());
        assert_eq!(one.in_letters().replace(' ', "").len(), 32);
        let address = one.address().unwrap();
        assert!(address.starts_with("otpauth://totp/Lectern:ada%40uni.example?secret="), "{address}");
        assert!(address.contains("issuer=Lectern"), "{address}");
    }
}
