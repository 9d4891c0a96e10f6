//! The two halves of each ceremony, and what else is done with a key. The first half is asked for by a script and answers JSON; the
//! second is a plain form that the script has filled in, so that what comes after is the same as for every other way in.

use leptos::prelude::*;

use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::relying_party::RelyingParty,
    super::store::{Answered, For, name, public_answer, public_begin_signing_in},
    crate::accounts::policy::Oneself,
    crate::accounts::store::public_role_of,
    crate::credentials::guessing::{Few, public_take_one},
    crate::credentials::second_step::policy::HalfWay,
    crate::error::{Denied, FieldErrors},
    crate::failure::Failure,
    crate::http::Site,
    crate::http::request::{self, SECOND_STEP_PAGE},
    crate::metrics::{self, Outcome},
    crate::network::place_of,
    crate::notices::{self, Arrival, Notice},
    crate::sessions::policy::{Arriving, RecentlyProven},
    crate::sessions::store::{How, Renewed, Second, public_is_known_place},
    crate::ui::flash::Flash,
};

/// What somebody reads whose answer was none.
#[cfg(feature = "ssr")]
const WRONG: &str = "We do not know that passkey: it may have been removed here. Or its answer came too late. Try once more, or use another way";

#[cfg(feature = "ssr")]
fn relying_party(site: &Site) -> Result<&RelyingParty, AppError> {
    site.passkeys.as_ref().ok_or(AppError::NotFound)
}

/// A challenge to sign in with: JSON with `ceremony` and `options`.
#[server(prefix = "/fn", endpoint = "begin_passkey_sign_in")]
pub async fn begin_passkey_sign_in() -> Result<String, AppError> {
    let ctx = request::current()?;
    let site = relying_party(&ctx.site)?;
    // The page that asks has given it to this browser.
    let browser = ctx.visit().ok_or(AppError::Malformed)?;
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::Ceremonies, &place_of(ctx.caller.address)).await?;
    let begun = public_begin_signing_in(&mut write, site, browser).await?;
    write.commit().await?;
    Ok(begun)
}

/// Signs in with a passkey.
#[server(prefix = "/fn", endpoint = "sign_in_with_passkey")]
pub async fn sign_in_with_passkey(
    /// Of the challenge that this browser was given.
    ceremony: String,
    /// The browser's answer, as JSON. One that is not right is refused at `credential`.
    credential: String,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let site = relying_party(&ctx.site)?;
    request::sessions_answer().await?;
    let browser = ctx.visit().ok_or(AppError::Malformed)?.to_owned();
    let mut write = request::begin_write().await?;
    let answered = public_answer(&mut write, site, (For::SigningIn, &browser, None), &ceremony, &credential).await?;
    let user = match answered {
        Answered::By(user) => user,
        Answered::Copied(user) => {
            notices::tell(&mut write, &ctx.site, user, Notice::Copied).await?;
            write.commit().await?;
            return Err(refused());
        }
        // The challenge is used up.
        Answered::Nobody => {
            write.commit().await?;
            return Err(refused());
        }
    };
    let is_known = public_is_known_place(&mut write, user, ctx.caller.address).await?;
    let arrival = Arrival::of(&mut write, user, is_known).await?;
    request::end_current(&mut write).await?;
    let role = public_role_of(&mut write, user).await?;
    // Who was asked for the second step and shows both at once: what they had ticked, and the wrong tries before, still count.
    let half = match HalfWay::claim(&mut write, ctx.half_way()).await {
        Ok(half) if half.half().user == user => Some(half.give_up(&mut write).await?),
        Ok(_) | Err(Failure::Refused(_)) => None,
        Err(broken) => return Err(broken.into()),
    };
    let (remembered, after_wrong) = half.map_or((false, false), |half| (half.remembered, half.after_wrong));
    let lasts = if remembered { request::lasts_remembered(role)? } else { request::lasts(role)? };
    let next = request::next_or(next, "/");
    let arriving = Arriving::proven(&mut write, user).after_wrong(after_wrong);
    let begins = match arriving.sign_in(How::Passkey, lasts, &next).await {
        Ok(begins) => begins,
        // Closed, by an admin or by "this was not me".
        Err(Failure::Refused(AppError::Invalid(errors))) => {
            let words = errors.0.first().map_or(WRONG, |error| error.message.as_str()).to_owned();
            return Err(FieldErrors::one("credential", words).into());
        }
        Err(failure) => return Err(failure.into()),
    };
    arrival.tell(&mut write, &ctx.site, user, after_wrong).await?;
    write.commit().await?;
    if !request::enter(begins, lasts).await? {
        return request::go_on(SECOND_STEP_PAGE, Flash::None);
    }
    metrics::signing_in(How::Passkey, Outcome::Success);
    tracing::info!(event = "authn_login_success", person = user.0, "somebody signed in with a passkey");
    request::go_on(&next, Flash::None)
}

#[cfg(feature = "ssr")]
fn refused() -> AppError {
    metrics::signing_in(How::Passkey, Outcome::Wrong);
    tracing::warn!(event = "authn_login_fail", "a passkey was refused");
    FieldErrors::one("credential", WRONG).into()
}

/// A challenge to prove once more who one is.
#[server(prefix = "/fn", endpoint = "begin_passkey_proof")]
pub async fn begin_passkey_proof() -> Result<String, AppError> {
    let ctx = request::current()?;
    let site = relying_party(&ctx.site)?;
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::Ceremonies, &place_of(ctx.caller.address)).await?;
    let begun = Oneself::claim(&mut write).await?.begin_proving(site).await?;
    write.commit().await?;
    Ok(begun)
}

/// Proves once more who one is, with one of one's own passkeys, and goes on with what waited for it.
#[server(prefix = "/fn", endpoint = "prove_with_passkey")]
pub async fn prove_with_passkey(
    /// Of the challenge that this sign-in was given.
    ceremony: String,
    /// The browser's answer, as JSON. One that is not right is refused at `credential`.
    credential: String,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let site = relying_party(&ctx.site)?;
    request::sessions_answer().await?;
    let mut write = request::begin_write().await?;
    let person = Oneself::claim(&mut write).await?.person().clone();
    let sign_in = person.sign_in.to_string();
    let answered =
        public_answer(&mut write, site, (For::Proving, &sign_in, Some(person.id)), &ceremony, &credential).await?;
    match answered {
        Answered::By(_) => {}
        other => {
            if matches!(other, Answered::Copied(_)) {
                notices::tell(&mut write, &ctx.site, person.id, Notice::Copied).await?;
            }
            write.commit().await?;
            return Err(refused());
        }
    }
    Oneself::claim(&mut write).await?.note_second_shown(Second::Passkey).await?;
    write.commit().await?;
    tracing::info!(event = "authn_login_success", "somebody showed again who they are");
    request::renew_session().await?;
    request::proved_again(person.sign_in)?;
    request::go_on(&request::next_or(next, "/"), Flash::None)
}

/// A challenge to make a passkey: JSON with `ceremony` and `options`.
#[server(prefix = "/fn", endpoint = "begin_passkey")]
pub async fn begin_passkey() -> Result<String, AppError> {
    let ctx = request::current()?;
    let site = relying_party(&ctx.site)?;
    let mut write = request::begin_write().await?;
    let begun = RecentlyProven::of(Oneself::claim(&mut write).await?)?.begin_registering(site).await?;
    write.commit().await?;
    Ok(begun)
}

/// Keeps the passkey that was made.
#[server(prefix = "/fn", endpoint = "add_passkey")]
pub async fn add_passkey(
    /// Of the challenge that this sign-in was given.
    ceremony: String,
    /// The browser's answer, as JSON. One that is not right is refused at `passkey_name`.
    credential: String,
    /// One line of at most 60 characters, not empty.
    passkey_name: String,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let site = relying_party(&ctx.site)?;
    let named = name(&passkey_name)?;
    if credential.is_empty() {
        let words = "Press “Add a passkey”, and your device makes one. It needs JavaScript";
        return Err(FieldErrors::one("passkey_name", words).into());
    }
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let (user, had_second) = (oneself.inner().person().id, oneself.inner().person().has_second());
    if let Err(failure) = oneself.add_passkey(site, &ceremony, &credential, &named).await {
        // The challenge is used up all the same, unless we broke.
        if matches!(failure, Failure::Refused(_)) {
            write.commit().await?;
        }
        return Err(failure.into());
    }
    if !had_second {
        oneself.make_recovery_codes(&ctx.site.key).await?;
    }
    // The key was opened by its person a moment ago, besides what they had shown.
    oneself.inner().note_second_shown(Second::Passkey).await?;
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Added("a passkey")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_factor_added", person = user.0, "a passkey was added");
    request::renew_session().await?;
    let to = if had_second { "/account/security" } else { "/account/security/recovery-codes" };
    let said = format!("The passkey “{named}” is added. You can sign in with it.");
    request::go_on(to, Flash::said_and_ended(said, ended))
}

/// Gives a passkey another name.
#[server(prefix = "/fn", endpoint = "rename_passkey")]
pub async fn rename_passkey(
    /// One of the asker's own: else `NotFound`.
    passkey: i64,
    /// One line of at most 60 characters, not empty.
    passkey_name: String,
) -> Result<(), AppError> {
    let named = name(&passkey_name)?;
    let mut write = request::begin_write().await?;
    Oneself::claim(&mut write).await?.rename_passkey(passkey, &named).await?;
    write.commit().await?;
    request::go_on("/account/security", Flash::said("Changes saved."))
}

/// Takes a passkey away. Refused with `Denied::LastWay` when nothing else signs its person in, and with
/// `Denied::NeedsSecondStep` when their role needs one and no other is there.
#[server(prefix = "/fn", endpoint = "remove_passkey")]
pub async fn remove_passkey(
    /// One of the asker's own: else `NotFound`.
    passkey: i64,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let (user, role) = (oneself.inner().person().id, oneself.inner().person().role);
    let named = oneself.remove_passkey(passkey).await?;
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    oneself.keep_a_way_in().await?;
    let has_another = oneself.has_second_step().await?;
    if ctx.site.config.second_step.of(role) && !has_another {
        return Err(AppError::Forbidden(Denied::NeedsSecondStep));
    }
    notices::tell(&mut write, &ctx.site, user, Notice::Removed("a passkey")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_factor_removed", person = user.0, "a passkey was removed");
    request::renew_session().await?;
    let said = format!("The passkey “{named}” is removed here. Delete it on your device as well.");
    request::go_on("/account/security", Flash::said_and_ended(said, ended))
}
