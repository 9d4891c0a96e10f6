//! Showing the second step.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;
use crate::id::UserId;

#[cfg(feature = "ssr")]
use {
    super::showing::{self, Right},
    crate::accounts::policy::Admin,
    crate::credentials::reset::store::{Forgetful, public_send_reset},
    crate::failure::Failure,
    crate::http::request,
    crate::metrics::{self, Outcome},
    crate::notices::{self, Notice},
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::Flash,
};

/// Finishes signing in with a code of the account's app, or a recovery code.
#[server(prefix = "/fn", endpoint = "second_step")]
pub async fn second_step(
    /// Either; a wrong one is refused at `code`. Who is not half way any more is sent to sign in again.
    code: Password,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    request::sessions_answer().await?;
    let Some(right) = showing::show(ctx.half_way(), &code).await? else { return begin_again() };
    let Right { mut write, half, shown, arrival } = right;
    let (user, how) = (half.half().user, half.half().how());
    request::end_current(&mut write).await?;
    let (arriving, half) = match half.arrive(&mut write, shown).await {
        Ok(arrived) => arrived,
        Err(Failure::Refused(_)) => return begin_again(),
        Err(broken) => return Err(broken.into()),
    };
    let lasts = if half.remembered { request::lasts_remembered(half.role)? } else { request::lasts(half.role)? };
    let begins = arriving.sign_in(how, lasts, &half.next).await?;
    arrival.tell(&mut write, &ctx.site, user, half.after_wrong).await?;
    if let Some(left) = shown.left {
        notices::tell(&mut write, &ctx.site, user, Notice::RecoveryCodeUsed(left)).await?;
    }
    write.commit().await?;
    if !request::enter(begins, lasts).await? {
        return begin_again();
    }
    metrics::signing_in(how, Outcome::Success);
    tracing::info!(event = "authn_login_success", person = user.0, "somebody signed in with a second step");
    let said = match shown.left {
        None => Flash::None,
        Some(0) => Flash::said("That was your last recovery code. Make new ones under “How you sign in”."),
        Some(1) => Flash::said("You used a recovery code. One is left."),
        Some(left) => Flash::said(format!("You used a recovery code. {left} are left.")),
    };
    request::go_on(&half.next, said)
}

/// Takes somebody's second step away, after an admin made sure who they are.
#[server(prefix = "/fn", endpoint = "reset_second_step")]
pub async fn reset_second_step(
    /// Whose. `NotFound` when there is none, `Conflict` for oneself, `Denied::AnotherAdmin` for an admin.
    person: UserId,
    /// How the admin made sure: one line of 10 to 300 characters, else refused at `reason`. It is written down, and mailed to them.
    reason: String,
) -> Result<(), AppError> {
    let reason = super::reason(&reason)?;
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let reset = RecentlyProven::of(Admin::claim(&mut write).await?)?.reset_ways(person, &reason).await?;
    notices::tell(&mut write, &ctx.site, person, Notice::FactorsReset(reason)).await?;
    if !reset.has_password {
        public_send_reset(&mut write, &ctx.site, &Forgetful { id: person, email: reset.email }).await?;
    }
    write.commit().await?;
    tracing::warn!(event = "authn_factor_removed", person = person.0, "an admin reset somebody's second step");
    let name = reset.name;
    let said = match reset.has_password {
        true => format!(
            "{name} signs in with their password alone, and sets up a second step anew where their role needs one."
        ),
        false => format!("{name} has no password. A link to set one is on its way, or waits under Mail."),
    };
    request::go_back(Flash::said(said))
}

/// Who took too long, tried too often, or never began.
#[cfg(feature = "ssr")]
fn begin_again() -> Result<(), AppError> {
    request::half_way(None)?;
    request::go_back(Flash::said("That took too long or too many tries. Sign in again."))?;
    Err(AppError::SignInRequired)
}
