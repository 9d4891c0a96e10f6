//! The one clock. Tests move it; nothing else reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A moment: milliseconds since 1970-01-01 00:00 UTC, as the database keeps it.
pub type Millis = i64;

/// A length in milliseconds, as are the three below.
pub const SECOND: Millis = 1_000;
/// 60 seconds.
pub const MINUTE: Millis = 60 * SECOND;
/// 60 minutes.
pub const HOUR: Millis = 60 * MINUTE;
/// 24 hours: a length, not a day of the calendar.
pub const DAY: Millis = 24 * HOUR;

/// Tells the time: the system's, or a test's.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `now` until it is moved. Copies move together.
    pub fn standing_at(now: Millis) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now))))
    }

    /// Moves a standing clock on. The system's clock stays as it is.
    pub fn advance(&self, by: Millis) {
        if let Some(now) = &self.0 {
            now.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// What the system says, or where a standing clock stands. 0 on a system whose clock is set before 1970.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Some(now) => now.load(Ordering::SeqCst),
            None => system_now(),
        }
    }
}

/// The beginning of something whose length is measured. That is not the time of day, so tests do not move it.
#[derive(Clone, Copy, Debug)]
pub struct Begun(std::time::Instant);

impl Begun {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "how long something took is not the time of day")]
    pub fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// When it must be over that may last so long.
    pub fn until(self, most: std::time::Duration) -> std::time::Instant {
        self.0 + most
    }

    /// How long ago that was.
    pub fn took(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

fn system_now() -> Millis {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 is a machine that has not been set yet: time stands at the epoch until it is.
    since_epoch.map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}
