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

/// How hard new passwords are hashed, as set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCost {
    /// So hard, everywhere.
    Fixed(Cost),
    /// As hard as takes a quarter of a second on this machine.
    Auto,
}

/// What a hash is to take when it is fitted to the machine (security.md: about 250 ms), in milliseconds.
const FITTED: u64 = 250;
/// More passes than this help nobody.
const MOST_PASSES: u32 = 64;

impl PasswordCost {
    /// `auto`, or `m=65536,t=3,p=1`: nothing below [`FLOOR`], nor what no machine could do.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "auto" {
            return Some(Self::Auto);
        }
        let mut parts = [None; 3];
        for part in text.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            let at = ["m", "t", "p"].iter().position(|known| *known == name)?;
            parts[at] = Some(value.parse::<u32>().ok()?);
        }
        let cost = Cost { memory: parts[0]?, passes: parts[1]?, lanes: parts[2]? };
        let is_enough = cost.memory >= FLOOR.memory && cost.passes >= 1 && cost.lanes >= 1;
        // The cheat sheet's others trade memory for passes: 46 MiB and one pass are as good as 19 MiB and two.
        let is_safe = is_enough && u64::from(cost.memory) * u64::from(cost.passes) >= 2 * u64::from(FLOOR.memory);
        let is_possible = cost.memory <= 4 * 1024 * 1024 && cost.passes <= MOST_PASSES && cost.lanes <= 16;
        (is_safe && is_possible).then_some(Self::Fixed(cost))
    }

    /// What it is on this machine. Fitting takes about a second.
    pub fn here(self) -> Result<Cost, Failure> {
        match self {
            Self::Fixed(cost) => Ok(cost),
            Self::Auto => fitted(|cost| Ok(measure(cost)?.took_ms)),
        }
    }
}

/// The cost that takes about [`FITTED`], by what `milliseconds` says of one: from [`COST`] down to less memory, or up to more passes;
/// never below [`FLOOR`].
fn fitted(milliseconds: impl Fn(Cost) -> Result<u64, Failure>) -> Result<Cost, Failure> {
    let mut cost = Cost { passes: 1, ..COST };
    let mut one = milliseconds(cost)?.max(1);
    while one > FITTED && cost.memory / 2 >= FLOOR.memory {
        cost.memory /= 2;
        one = milliseconds(cost)?.max(1);
    }
    let passes = u32::try_from(FITTED / one).unwrap_or(MOST_PASSES).clamp(1, MOST_PASSES);
    let least = if cost.memory >= 2 * FLOOR.memory { 1 } else { FLOOR.passes };
    Ok(Cost { passes: passes.max(least), ..cost })
}

/// What hashing costs on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// One hash, in milliseconds, when nothing else is done: the best of three.
    pub took_ms: u64,
    /// Passwords in a second, on all cores.
    pub a_second: u64,
    /// At most so much memory at once, in MiB.
    pub memory_mib: u64,
}

/// Hashes three times, and says what that means for people who sign in.
pub fn measure(cost: Cost) -> Result<Forecast, Failure> {
    let mut best = u128::MAX;
    for _ in 0..3 {
        #[expect(clippy::disallowed_methods, reason = "how long a hash takes is not the time of day")]
        let begun = std::time::Instant::now();
        hash(cost, "as long as a password that somebody could remember")?;
        best = best.min(begun.elapsed().as_micros());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let micros = u64::try_from(best).unwrap_or(u64::MAX).max(1);
    Ok(Forecast {
        took_ms: micros / 1_000,
        a_second: (cores * 1_000_000 / micros).max(1),
        memory_mib: cores * u64::from(cost.memory) / 1_024,
    })
}

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

    #[test]
    fn a_cost_below_what_is_safe_is_refused() {
        let fixed = |text: &str| PasswordCost::parse(text);
        assert_eq!(fixed("m=65536,t=3,p=1"), Some(PasswordCost::Fixed(COST)));
        assert_eq!(fixed("auto"), Some(PasswordCost::Auto));
        assert!(fixed("m=19456,t=2,p=1").is_some() && fixed("m=47104,t=1,p=1").is_some());
        for wrong in
            ["", "m=19456,t=1,p=1", "m=12288,t=3,p=1", "m=65536,t=3", "m=65536,t=0,p=1", "m=9999999,t=3,p=1", "q=1"]
        {
            assert_eq!(fixed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cost_is_fitted_to_the_machine_and_never_below_the_floor() {
        // So many microseconds for each MiB and pass.
        let on = |speed: u64| {
            fitted(|cost| Ok(u64::from(cost.memory) / 1_024 * u64::from(cost.passes) * speed / 1_000)).unwrap()
        };
        assert_eq!(on(700), Cost { passes: 5, ..COST }, "a small server");
        assert_eq!(on(50).passes, 64, "no more than helps");
        assert_eq!(on(6_000), Cost { memory: 32_768, passes: 2, ..COST }, "a slow one");
        assert_eq!(on(100_000), Cost { memory: 32_768, passes: 2, ..COST }, "never less");
    }

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
