//! Work on whole courses: packing, copying, bringing in. How much of it there is at once, in a minute, and on its way to people.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::AppError;
use crate::failure::{Failure, busy};
use crate::http::request::Ctx;
use crate::network::{NoneLeft, PerMinute, Scarce, Share, Turn};

/// So many in a minute, and for one person.
const IN_A_MINUTE: [u32; 2] = [600, 20];

/// So many zips on their way, and to one person: each takes as much room on the disk as its course until it is sent.
const ON_THEIR_WAY: [usize; 2] = [24, 2];

/// So many courses on their way out at once, and as many on their way in: each has its texts in memory, and takes a processor.
static OUT: Semaphore = Semaphore::const_new(2);
static IN: Semaphore = Semaphore::const_new(2);

/// How long somebody waits for the others before they are told to come back.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which way a course goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Packed, or copied.
    Out,
    /// Unpacked and looked at, up to the course that it becomes.
    In,
}

/// One of those that are under way, for as long as it lives.
pub type UnderWay = SemaphorePermit<'static>;

/// Waits to begin.
pub async fn begin(way: Way) -> Result<UnderWay, Failure> {
    let lane = if way == Way::Out { &OUT } else { &IN };
    match tokio::time::timeout(PATIENCE, lane.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(busy("too many whole courses at once").into()),
    }
}

/// How much of it there is in a minute, on this node.
pub fn bound() -> PerMinute {
    PerMinute::new(IN_A_MINUTE[0], IN_A_MINUTE[1])
}

/// How many zips are on their way, on this node.
pub fn on_their_way() -> Scarce {
    Scarce::new(ON_THEIR_WAY[0], ON_THEIR_WAY[1])
}

/// Counts one more of somebody's in this minute. Refused when there were too many.
pub fn count(ctx: &Ctx) -> Result<(), AppError> {
    match ctx.site.packs.turn_of(asker(ctx)?, ctx.site.db.clock().now()) {
        Turn::Over => Err(AppError::TooMany { retry_after: 60 }),
        Turn::Free | Turn::Last => Ok(()),
    }
}

/// Room for one more zip on its way to somebody.
pub fn room(ctx: &Ctx) -> Result<Share, AppError> {
    match ctx.site.zips.take_of(asker(ctx)?) {
        Ok(share) => Ok(share),
        Err(NoneLeft::Here) => Err(AppError::TooMany { retry_after: 60 }),
        Err(NoneLeft::Anywhere) => Err(busy("too many courses on their way to people")),
    }
}

fn asker(ctx: &Ctx) -> Result<String, AppError> {
    Ok(ctx.person().ok_or(AppError::SignInRequired)?.id.to_string())
}
