//! Answers whose time tells nothing: whether there is an account is a few hundred microseconds of writing a letter.

use std::time::Duration;

/// How long such an answer takes at least (ours: fifty times what writing a letter takes, and nothing to somebody who then goes to
/// their mail).
const AT_LEAST: Duration = Duration::from_millis(50);

/// Does something, and answers what came of it no sooner than after [`AT_LEAST`], a refusal as well.
pub async fn steadily<T>(work: impl Future<Output = T>) -> T {
    let (came, ()) = tokio::join!(work, tokio::time::sleep(AT_LEAST));
    came
}
