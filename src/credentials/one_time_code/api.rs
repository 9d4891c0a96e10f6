//! Asking for a code, entering it, and the number that codes go to.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::phone::Phone,
    super::store::{By, public_ask_code, public_count_try, public_find_asked, public_spend},
    crate::accounts::model::{Email, SiteRole},
    crate::accounts::policy::Oneself,
    crate::credentials::guessing::{Few, Guess, public_take_all, public_take_one},
    crate::error::FieldErrors,
    crate::failure::Failure,
    crate::http::request::{self, SECOND_STEP_PAGE},
    crate::http::steady::steadily,
    crate::metrics::{self, Outcome},
    crate::network::place_of,
    crate::notices::{self, Arrival, Notice},
    crate::sessions::policy::{Arriving, RecentlyProven},
    crate::sessions::store::{Begins, Renewed, public_is_known_place},
    crate::ui::flash::Flash,
};

/// Where a code is entered.
pub const ENTER_PAGE: &str = "/login/code/enter";

/// Sends a code to sign in with, where there is an account that can be reached that way. The answer is the same where not.
#[server(prefix = "/fn", endpoint = "ask_code")]
pub async fn ask_code(
    /// Of the account. `TooMany` when one place asks too often, or for an address within the minute.
    email: String,
    /// `mail` or `text`. `NotFound` for a way that this site does not offer.
    by: String,
    /// Ticked: to last longer than others do, as far as the person's role may.
    remember: Option<String>,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let email = Email::parse(&email)?;
    let ctx = request::current()?;
    let by = By::of_key(&by);
    if !ctx.site.offers_codes(by) {
        return Err(AppError::NotFound);
    }
    let next = request::next_or(next, "/");
    let token = steadily(write_code(&email, by, (remember.is_some(), &next))).await?;
    request::asked_code(Some(token))?;
    request::go_on(ENTER_PAGE, Flash::None)
}

/// Writes a code down and answers what goes into the cookie.
#[cfg(feature = "ssr")]
async fn write_code(email: &Email, by: By, after: (bool, &str)) -> Result<String, Failure> {
    let ctx = request::current()?;
    let place = place_of(ctx.caller.address);
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::LettersForPlace, &place).await?;
    public_take_one(&mut write, Few::LettersForAddress, &format!("code {}", email.key())).await?;
    public_take_one(&mut write, Few::CodesForAccount, email.key()).await?;
    if by == By::Text {
        public_take_one(&mut write, Few::TextsForPlace, &place).await?;
    }
    let token = public_ask_code(&mut write, &ctx.site, email, by, after).await?;
    write.commit().await?;
    Ok(token)
}

/// Signs in with a code, in the browser that asked for it.
#[server(prefix = "/fn", endpoint = "enter_code")]
pub async fn enter_code(
    /// A wrong one is refused at `code`. Who has no code any more is sent to ask for another.
    code: Password,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    request::sessions_answer().await?;
    if code.is_empty() {
        return Err(FieldErrors::one("code", "Enter the code").into());
    }
    let mut read = request::read().await?;
    let asked = match ctx.asked_code() {
        Some(token) => public_find_asked(&mut read, token).await?,
        None => None,
    };
    let Some(asked) = asked.filter(|asked| ctx.site.offers_codes(asked.by())) else { return ask_again() };
    let how = asked.by().how();
    let is_known = match asked.user_id {
        Some(user) => public_is_known_place(&mut read, user, ctx.caller.address).await?,
        None => false,
    };
    drop(read);
    let guess = Guess::at_one_time_code(&asked.about, ctx.caller.address, is_known);
    guess.take(asked.user_id).await?;
    let mut write = request::begin_write().await?;
    if !public_count_try(&mut write, &asked).await? {
        return ask_again();
    }
    write.commit().await?;
    let user = asked.user_id.filter(|_| asked.is(&ctx.site.key, code.as_typed()));
    let Some(user) = user else {
        metrics::signing_in(how, Outcome::Wrong);
        tracing::warn!(event = "authn_login_fail", "a one-time code was refused");
        let words = "This is not the code that we sent last. After five wrong ones you ask for another";
        return Err(guess.was_wrong(FieldErrors::one("code", words).into(), asked.user_id).await.into());
    };

    let mut write = request::begin_write().await?;
    if !public_spend(&mut write, &asked).await? {
        return ask_again();
    }
    let were_wrong = guess.was_right(&mut write).await?;
    let arrival = Arrival::of(&mut write, user, is_known).await?;
    request::end_current(&mut write).await?;
    let role = asked.role.unwrap_or(SiteRole::Student);
    let lasts = if asked.remembered { request::lasts_remembered(role)? } else { request::lasts(role)? };
    let arriving = Arriving::proven(&mut write, user).after_wrong(were_wrong);
    let begins = match arriving.sign_in(how, lasts, &asked.next).await {
        Ok(begins) => begins,
        // The account was closed since the code was sent.
        Err(Failure::Refused(_)) => return ask_again(),
        Err(broken) => return Err(broken.into()),
    };
    if matches!(begins, Begins::In(_)) {
        arrival.tell(&mut write, &ctx.site, user, were_wrong).await?;
    }
    write.commit().await?;
    request::asked_code(None)?;
    if !request::enter(begins, lasts).await? {
        return request::go_on(SECOND_STEP_PAGE, Flash::None);
    }
    metrics::signing_in(how, Outcome::Success);
    tracing::info!(event = "authn_login_success", person = user.0, "somebody signed in with a one-time code");
    request::go_on(&asked.next, Flash::None)
}

/// Who took too long, tried too often, or never asked here.
#[cfg(feature = "ssr")]
fn ask_again() -> Result<(), AppError> {
    request::asked_code(None)?;
    request::go_back(Flash::said(
        "That code does not work any more, or was asked for in another browser. Ask for another.",
    ))?;
    Err(AppError::SignInRequired)
}

/// Sends a code to a number that is to be the account's.
#[server(prefix = "/fn", endpoint = "set_phone")]
pub async fn set_phone(
    /// With a plus and the country first: else refused at `phone`. `TooMany` beyond what a number, a place or the site may get.
    phone: String,
) -> Result<(), AppError> {
    let phone = Phone::parse(&phone)?;
    let ctx = request::current()?;
    if !ctx.site.offers_codes(By::Text) {
        return Err(AppError::NotFound);
    }
    let mut write = request::begin_write().await?;
    let user = RecentlyProven::of(Oneself::claim(&mut write).await?)?.inner().person().id;
    let (place, account) = (place_of(ctx.caller.address), user.to_string());
    let few = [
        (Few::LettersForAddress, &*format!("number {}", phone.as_str())),
        (Few::TextsToNumber, phone.as_str()),
        (Few::NumbersOfAccount, &account),
        (Few::TextsForPlace, &place),
        (Few::TextsInAll, ""),
    ];
    public_take_all(&mut write, &few).await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let (token, gives_up) = oneself.begin_phone(&ctx.site, &phone).await?;
    if gives_up {
        oneself.inner().end_elsewhere(Renewed::Ways).await?;
        notices::tell(&mut write, &ctx.site, user, Notice::Removed("the telephone number for codes")).await?;
    }
    write.commit().await?;
    if gives_up {
        request::renew_session().await?;
    }
    request::asked_code(Some(token))?;
    request::go_on("/account/security#phone", Flash::said("We sent a code to that number. Enter it below."))
}

/// Confirms the number with the code that was sent to it.
#[server(prefix = "/fn", endpoint = "confirm_phone")]
pub async fn confirm_phone(
    /// A wrong one is refused at `code`. `NotFound` when none waits in this browser.
    code: Password,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let user = oneself.inner().person().id;
    if let Err(failure) = oneself.confirm_phone(&ctx.site.key, ctx.asked_code(), code.as_typed()).await {
        // A wrong one counts.
        if matches!(failure, Failure::Refused(AppError::Invalid(_))) {
            write.commit().await?;
        }
        return Err(failure.into());
    }
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Added("a telephone number for codes")).await?;
    write.commit().await?;
    request::renew_session().await?;
    request::asked_code(None)?;
    let said = "Your number is confirmed. You can have codes sent to it.";
    request::go_on("/account/security", Flash::said_and_ended(said, ended))
}

/// Takes the number away.
#[server(prefix = "/fn", endpoint = "remove_phone")]
pub async fn remove_phone() -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let user = oneself.inner().person().id;
    oneself.remove_phone().await?;
    let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Removed("the telephone number for codes")).await?;
    write.commit().await?;
    request::renew_session().await?;
    request::go_on(
        "/account/security",
        Flash::said_and_ended("Your number is deleted. No codes go to it any more.", ended),
    )
}
