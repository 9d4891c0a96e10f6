//! Showing the second step to be signed in: the same for a browser and for an app that asks by itself.

use super::policy::{HalfWay, Shown, public_take_second, wrong_code};
use super::store::public_count_try;
use crate::credentials::guessing::Guess;
use crate::credentials::password::model::Password;
use crate::db::Write;
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::http::request;
use crate::metrics::{self, Outcome};
use crate::notices::{self, Arrival, Notice};
use crate::sessions::store::public_is_known_place;

/// A code that was right, and is used up in this transaction.
pub struct Right {
    /// To go on in.
    pub write: Write,
    /// Who, and how they began.
    pub half: HalfWay,
    /// Which second step it was.
    pub shown: Shown,
    /// Tells them, when it surprises.
    pub arrival: Arrival,
}

/// Tries a code of the app or a recovery code, for who holds `token`. A wrong one is refused at `code`. None for who is not half way any
/// more: too late, too many tries, or never begun.
pub async fn show(token: Option<&str>, code: &Password) -> Result<Option<Right>, AppError> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let half = match HalfWay::claim(&mut read, token).await {
        Ok(half) => half,
        Err(Failure::Refused(_)) => return Ok(None),
        Err(broken) => return Err(broken.into()),
    };
    if code.is_empty() {
        return Err(FieldErrors::one("code", "Enter a code").into());
    }
    let (user, how) = (half.half().user, half.half().how());
    let is_known = public_is_known_place(&mut read, user, ctx.caller.address).await?;
    drop(read);
    let guess = Guess::at_code(user, ctx.caller.address, is_known);
    guess.take(Some(user)).await?;

    let mut write = request::begin_write().await?;
    let Some(is_last) = public_count_try(&mut write, half.half()).await? else { return Ok(None) };
    let Some(shown) = public_take_second(&mut write, &ctx.site.key, user, code.as_typed()).await? else {
        if is_last {
            notices::tell(&mut write, &ctx.site, user, Notice::WrongCodes).await?;
        }
        write.commit().await?;
        metrics::signing_in(how, Outcome::Wrong);
        tracing::warn!(event = "authn_login_fail", person = user.0, "a second step was refused");
        return Err(guess.was_wrong(wrong_code(code.as_typed()).into(), Some(user)).await.into());
    };
    guess.was_right(&mut write).await?;
    let arrival = Arrival::of(&mut write, user, is_known).await?;
    Ok(Some(Right { write, half, shown, arrival }))
}
