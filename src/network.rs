//! Places on the network, and shares of what is scarce: what one place may take, so that something is left for the others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::{MINUTE, Millis};

/// What counts as one place: an IPv4 address, or the 64 bits of network that an IPv6 household has to itself.
pub fn place_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
    }
}

/// Something of which a process has only so many at once. A clone is the same thing, not another.
#[derive(Clone, Debug)]
pub struct Scarce {
    taken: Arc<Mutex<Taken>>,
    most: usize,
    most_of_one_place: usize,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoneLeft {
    /// This place has its share already.
    Here,
    /// All are taken.
    Anywhere,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_place: HashMap<String, usize>,
}

impl Scarce {
    /// `most` in all, and not more than `most_of_one_place` for any one place.
    pub fn new(most: usize, most_of_one_place: usize) -> Self {
        Self { taken: Arc::default(), most, most_of_one_place }
    }

    /// Takes one for somebody at this address; without waiting.
    pub fn take(&self, from: IpAddr) -> Result<Share, NoneLeft> {
        self.take_of(place_of(from))
    }

    /// Takes one for whatever stands for a place here; without waiting.
    pub fn take_of(&self, place: String) -> Result<Share, NoneLeft> {
        let mut taken = lock(&self.taken);
        if taken.all >= self.most {
            return Err(NoneLeft::Anywhere);
        }
        let here = taken.by_place.get(&place).copied().unwrap_or(0);
        if here >= self.most_of_one_place {
            return Err(NoneLeft::Here);
        }
        taken.by_place.insert(place.clone(), here + 1);
        taken.all += 1;
        drop(taken);
        Ok(Share { taken: self.taken.clone(), place })
    }

    /// How many are taken now.
    pub fn taken(&self) -> usize {
        lock(&self.taken).all
    }
}

/// One of them; given back when dropped, also when the request that took it was abandoned.
#[derive(Debug)]
pub struct Share {
    taken: Arc<Mutex<Taken>>,
    place: String,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all = taken.all.saturating_sub(1);
        match taken.by_place.get_mut(&self.place) {
            Some(here) if *here > 1 => *here -= 1,
            _ => drop(taken.by_place.remove(&self.place)),
        }
    }
}

/// Whoever panicked while holding it left whole numbers behind.
fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts what places do in a minute, where only so much of it is worth doing.
#[derive(Debug)]
pub struct PerMinute {
    most: u32,
    most_of_one_place: u32,
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    begun: Millis,
    all: u32,
    places: HashMap<String, u32>,
}

/// What becomes of one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is done.
    Free,
    /// It is the last in this minute, of its place or of all.
    Last,
    /// It is not.
    Over,
}

impl PerMinute {
    /// `most` in all, and `most_of_one_place` for any one place.
    pub fn new(most: u32, most_of_one_place: u32) -> Self {
        Self { most, most_of_one_place, minute: Mutex::default() }
    }

    /// Counts one more of a place.
    pub fn turn(&self, from: IpAddr, now: Millis) -> Turn {
        self.turn_of(place_of(from), now)
    }

    /// Counts one more of whatever is told apart by `key`.
    pub fn turn_of(&self, key: String, now: Millis) -> Turn {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back begins a new minute as well.
        if !(0..MINUTE).contains(&(now - minute.begun)) {
            *minute = Minute { begun: now, ..Minute::default() };
        }
        if minute.all >= self.most {
            return Turn::Over;
        }
        let count = minute.places.entry(key).or_default();
        *count += 1;
        let count = *count;
        if count > self.most_of_one_place {
            return Turn::Over;
        }
        minute.all += 1;
        if count == self.most_of_one_place || minute.all == self.most { Turn::Last } else { Turn::Free }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_household_is_one_place() {
        let of = |text: &str| place_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("203.0.113.1"), of("203.0.113.2"));
        assert_eq!(of("203.0.113.1"), of("::ffff:203.0.113.1"));
    }

    #[test]
    fn one_place_gets_its_share_and_all_places_together_what_there_is() {
        let scarce = Scarce::new(4, 2);
        let from = |text: &str| scarce.take(text.parse().unwrap());
        let (first, second) = (from("2001:db8::1").unwrap(), from("2001:db8::2").unwrap());
        assert_eq!(from("2001:db8::3").unwrap_err(), NoneLeft::Here);
        let others = [from("203.0.113.1").unwrap(), from("203.0.113.2").unwrap()];
        assert_eq!(from("203.0.113.3").unwrap_err(), NoneLeft::Anywhere);
        drop(first);
        let again = from("2001:db8::3").unwrap();
        drop((second, others, again));
        let left = lock(&scarce.taken);
        assert_eq!((left.all, left.by_place.len()), (0, 0), "what is given back leaves nothing behind");
    }

    #[test]
    fn one_place_has_its_share_of_a_minute_and_all_together_theirs() {
        let minute = PerMinute::new(200, 20);
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        for _ in 0..19 {
            assert_eq!(minute.turn(from(1), 0), Turn::Free);
        }
        assert_eq!([minute.turn(from(1), 0), minute.turn(from(1), 0)], [Turn::Last, Turn::Over]);
        assert_eq!(minute.turn(from(2), 0), Turn::Free);
        let done = (3..=255).filter(|last| minute.turn(from(*last), 1) != Turn::Over).count();
        assert_eq!(done, 179);
        assert_eq!(minute.turn(from(1), MINUTE), Turn::Free);
        assert_eq!(minute.turn(from(1), -1), Turn::Free, "a clock that was set back");
    }
}
