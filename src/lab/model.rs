//! What the lab's stopwatches showed, as both halves know it.

use serde::{Deserialize, Serialize};

/// How long each of the spares went on working after it was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// The session, in microseconds until its first refusal.
    pub session: u32,
    /// The token that was put on the denylist, the same.
    pub denylist: u32,
    /// The token whose account's epoch was raised, the same.
    pub epoch: u32,
    /// The token that nobody asks about: in seconds, it goes on until it ends.
    pub alone: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// Microseconds as a stopwatch shows them: "0.4 ms", "12 ms".
pub fn shown(micros: u32) -> String {
    if micros < 10_000 { format!("{}.{}", micros / 1_000, micros % 1_000 / 100) } else { format!("{}", micros / 1_000) }
}

/// Seconds as a stopwatch shows them: "9:07".
pub fn left(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopwatch_is_read_at_a_glance() {
        assert_eq!([shown(0), shown(412), shown(9_999), shown(12_345)], ["0.0", "0.4", "9.9", "12"]);
        assert_eq!([left(600), left(61), left(0)], ["10:00", "1:01", "0:00"]);
    }
}
