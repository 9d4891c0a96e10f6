//! Argon2id: slow on purpose, so kept off the async threads, and done in turns.
//!
//! A [`Turn`] is taken before a guess is counted or anything else is done: whoever gets none is told to come back, and
//! nothing is held against them. One place on the network gets at most half of the turns, so that it cannot keep the
//! others from signing in.

use std::net::IpAddr;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::model::Password;
use crate::error::AppError;
use crate::failure::{Broken, Failure, busy};
use crate::network::{NoneLeft, Scarce, Share};
use crate::random;

/// How hard a hash is: memory in KiB, passes over it, lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// In KiB; `m` of a PHC string.
    pub memory: u32,
    /// `t` of a PHC string.
    pub passes: u32,
    /// `p` of a PHC string.
    pub lanes: u32,
}

/// What new passwords are hashed with (security.md: start at 64 MiB, 3 passes; a fifth of a second on a small server).
pub const COST: Cost = Cost { memory: 64 * 1024, passes: 3, lanes: 1 };
/// The least that is safe (OWASP password storage cheat sheet; ASVS 5.0, appendix C). Used by tests.
pub const FLOOR: Cost = Cost { memory: 19_456, passes: 2, lanes: 1 };

/// Turns for each core. More, and the last would wait for several seconds: better to say "later".
const TURNS: usize = 20;
/// What somebody is told to wait whose place has its share already, in seconds: as long as the last turn takes to come.
const SHARE_WAIT: u32 = 5;

/// Hashes and compares passwords, as many at once as there are cores.
#[derive(Clone, Debug)]
pub struct Hashing {
    cost: Cost,
    cores: Arc<Semaphore>,
    turns: Scarce,
    /// Compared with when there is no account, so that this takes as long as when there is one.
    nobody: Arc<str>,
}

/// The outcome of a comparison.
#[derive(Debug)]
pub struct Compared {
    /// Whether the hash was made of this password; never where there was no hash.
    pub is_right: bool,
    /// A new hash to keep in place of the old one, when the old one was made at a lower cost.
    pub rehash: Option<String>,
}

impl Hashing {
    /// Prepares hashing at `cost`.
    pub fn new(cost: Cost) -> Result<Self, Failure> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = hash(cost, "there is nobody here")?;
        Ok(Self {
            cost,
            cores: Arc::new(Semaphore::new(cores)),
            turns: Scarce::new(cores * TURNS, (cores * TURNS).div_ceil(2)),
            nobody: nobody.into(),
        })
    }

    /// How many turns are taken now.
    pub fn under_way(&self) -> usize {
        self.turns.taken()
    }

    /// A turn for somebody at this address. Refused with `Unavailable` when all are taken, and with `TooMany` when this
    /// place on the network has its half of them.
    pub fn turn(&self, from: IpAddr) -> Result<Turn, Failure> {
        match self.turns.take(from) {
            Ok(share) => Ok(Turn { hashing: self.clone(), share: Arc::new(share) }),
            Err(NoneLeft::Here) => {
                tracing::warn!("one place sends more passwords than its share; told somebody there to come back");
                Err(AppError::TooMany { retry_after: SHARE_WAIT }.into())
            }
            Err(NoneLeft::Anywhere) => Err(busy("too many passwords to check at once").into()),
        }
    }
}

/// The right to hash or compare, one after another. Given back when the last hash under it is done.
#[derive(Debug)]
pub struct Turn {
    hashing: Hashing,
    share: Arc<Share>,
}

impl Turn {
    /// The PHC string to store for a new password.
    pub async fn hash(&self, password: Password) -> Result<String, Failure> {
        let cost = self.hashing.cost;
        self.off_thread(move || hash(cost, password.as_typed())).await
    }

    /// Compares with a stored hash, or with nobody's.
    pub async fn compare(&self, password: Password, stored: Option<String>) -> Result<Compared, Failure> {
        let (cost, nobody) = (self.hashing.cost, self.hashing.nobody.clone());
        self.off_thread(move || {
            let known = stored.is_some();
            let stored = stored.as_deref().unwrap_or(&nobody);
            let parsed = PasswordHash::new(stored).broken("read a stored password hash")?;
            let is_right =
                Argon2::default().verify_password(composed(password.as_typed()).as_bytes(), &parsed).is_ok() && known;
            let rehash =
                if is_right && is_cheaper(&parsed, cost) { Some(hash(cost, password.as_typed())?) } else { None };
            Ok(Compared { is_right, rehash })
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let cores = self.hashing.cores.clone();
        let core = cores.acquire_owned().await.broken("wait for a core to hash a password")?;
        let share = self.share.clone();
        // The work goes on when its request is abandoned, so it holds the core and the turn itself: whoever hangs up and
        // comes again must not have more of either.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (core, share);
            work()
        });
        done.await.broken("hash a password")?
    }
}

/// One form for every way to type the same characters.
fn composed(typed: &str) -> String {
    typed.nfc().collect()
}

fn hash(cost: Cost, typed: &str) -> Result<String, Failure> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, None).broken("set the cost of hashing")?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(composed(typed).as_bytes(), &random::salt()).broken("hash a password")?;
    Ok(hash.to_string())
}

fn is_cheaper(stored: &PasswordHash, cost: Cost) -> bool {
    match Params::try_from(stored) {
        Ok(params) => params.m_cost() < cost.memory || params.t_cost() < cost.passes,
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(typed: &str) -> Password {
        Password::new(typed.to_owned())
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn the_right_one_is_right_however_its_letters_are_composed() {
        let turn = Hashing::new(FLOOR).unwrap().turn(HERE).unwrap();
        let stored = turn.hash(password("caf\u{e9} at the corner")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(turn.compare(password("cafe\u{301} at the corner"), Some(stored.clone())).await.unwrap().is_right);
        assert!(!turn.compare(password("cafe at the corner"), Some(stored)).await.unwrap().is_right);
    }

    #[tokio::test]
    async fn who_hangs_up_keeps_the_turn_until_the_work_is_done() {
        let hashing = Hashing::new(COST).unwrap();
        let turn = hashing.turn(HERE).unwrap();
        let mut abandoned = Box::pin(async move { turn.hash(password("a long sentence")).await });
        // Polled until the work has begun, then dropped.
        let cores = hashing.cores.available_permits();
        while hashing.cores.available_permits() == cores {
            let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(abandoned.as_mut().poll(cx))).await;
            tokio::task::yield_now().await;
        }
        drop(abandoned);
        assert_eq!((hashing.under_way(), hashing.cores.available_permits()), (1, cores - 1));
        while hashing.under_way() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(hashing.cores.available_permits(), cores);
    }

    #[tokio::test]
    async fn nobodys_password_is_never_right() {
        let turn = Hashing::new(FLOOR).unwrap().turn(HERE).unwrap();
        assert!(!turn.compare(password("there is nobody here"), None).await.unwrap().is_right);
    }

    #[tokio::test]
    async fn a_cheaper_hash_is_made_anew_when_the_password_is_shown() {
        let stored = Hashing::new(FLOOR).unwrap().turn(HERE).unwrap().hash(password("a long sentence")).await.unwrap();
        let dearer = Hashing::new(Cost { passes: 3, ..FLOOR }).unwrap().turn(HERE).unwrap();
        let compared = dearer.compare(password("a long sentence"), Some(stored.clone())).await.unwrap();
        assert!(compared.rehash.unwrap().contains("t=3"));
        assert!(dearer.compare(password("another sentence"), Some(stored)).await.unwrap().rehash.is_none());
    }
}
