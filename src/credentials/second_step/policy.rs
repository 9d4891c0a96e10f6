//! Which second step was shown, and the proof that somebody is half way.

use super::store::{Half, consume, public_find_half};
use crate::credentials::code_app::store::take_code;
use crate::credentials::recovery_codes::store::take_recovery_code;
use crate::db::{Connection, Write};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::id::UserId;
use crate::sessions::policy::Arriving;
use crate::sessions::store::Second;
use crate::site_key::SiteKey;

/// A second step that was shown a moment ago, and is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub second: Second,
    /// After a recovery code: how many are left.
    pub left: Option<i64>,
}

/// Takes what was typed for a code of the account's app, or for a recovery code, and uses it up; none when it is neither. Whoever
/// calls it has counted the try.
pub async fn public_take_second(
    write: &mut Write,
    key: &SiteKey,
    user: UserId,
    typed: &str,
) -> Result<Option<Shown>, Failure> {
    if take_code(write, key, user, typed).await? {
        return Ok(Some(Shown { second: Second::CodeApp, left: None }));
    }
    let left = take_recovery_code(write, user, typed).await?;
    Ok(left.map(|left| Shown { second: Second::RecoveryCode, left: Some(left) }))
}

/// More letters and digits than a code of an app has: a recovery code was meant.
const LONGER_THAN_AN_APPS: usize = 8;

/// What somebody reads whose code was none, at `code`: what to do next depends on which of the two they typed.
pub fn wrong_code(typed: &str) -> FieldErrors {
    let words = if typed.chars().filter(|c| c.is_alphanumeric()).count() > LONGER_THAN_AN_APPS {
        "This is none of your recovery codes, or was used before. Each works once"
    } else {
        "This code is wrong, or was used before. Wait for the next one the app shows"
    };
    FieldErrors::one("code", words)
}

/// Somebody who has proven one thing, in this browser, within ten minutes.
pub struct HalfWay {
    half: Half,
}

impl HalfWay {
    /// Refuses with `AppError::NotFound` when there is no such row, its time or its tries are over, the account changed, or it is
    /// closed.
    pub async fn claim(on: &mut impl Connection, token: Option<&str>) -> Result<Self, Failure> {
        let token = token.ok_or(AppError::NotFound)?;
        let half = public_find_half(on, token).await?.ok_or(AppError::NotFound)?;
        Ok(Self { half })
    }

    /// Who, and how they began.
    pub fn half(&self) -> &Half {
        &self.half
    }

    /// It is over, since its person came in another way: what it knew of them.
    pub async fn give_up(self, write: &mut Write) -> Result<Half, Failure> {
        consume(write, &self.half).await?;
        Ok(self.half)
    }

    /// Goes on to signing in, with the second step that was shown. Of two requests at once, one is refused.
    pub async fn arrive<'w>(self, write: &'w mut Write, shown: Shown) -> Result<(Arriving<'w>, Half), Failure> {
        let half = self.give_up(write).await?;
        let arriving = Arriving::proven(write, half.user).with(shown.second).after_wrong(half.after_wrong);
        Ok((arriving, half))
    }
}
