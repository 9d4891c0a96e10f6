//! Signing up, signing in, changing the password.

use leptos::prelude::*;

use super::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    super::{policy::PasswordShown, rules, store},
    crate::accounts::{
        model::{Email, PersonName, SiteRole},
        policy::Oneself,
        store::public_sign_up,
    },
    crate::credentials::guessing::{Few, Guess, public_take_one},
    crate::credentials::sign_up_link::store::{Begun, public_begin_sign_up},
    crate::error::FieldErrors,
    crate::failure::Failure,
    crate::http::request,
    crate::id::UserId,
    crate::metrics::{self, Outcome},
    crate::network::place_of,
    crate::notices::{self, Notice},
    crate::random,
    crate::sessions::{
        policy::Arriving,
        store::{How, public_is_known_place, public_is_known_place_or_browser},
    },
    crate::ui::flash::Flash,
};

/// Makes a student's account and signs in with it; where mail is sent, sends the link that does.
#[server(prefix = "/fn", endpoint = "sign_up")]
pub async fn sign_up(
    /// Refused at `email` when an account has it already.
    email: String,
    /// One line of at most 100 characters, not empty.
    name: String,
    /// At least 15 characters and at most 1,024 bytes, and not among the first that are tried.
    password: Password,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    let name = wrong.keep(PersonName::parse(&name));
    // Their own words count where they are any: what is refused may be as long as a form.
    let own = [name.as_ref().map_or("", PersonName::as_str), email.as_ref().map_or("", Email::as_typed)];
    wrong.keep(rules::check("password", &password, &own));
    let (Some(email), Some(name), true) = (email, name, wrong.is_empty()) else { return Err(wrong.into()) };

    request::sessions_answer().await?;
    let hash = request::hashing_turn()?.hash(password).await?;
    let ctx = request::current()?;
    let from = ctx.caller.address;
    let guess = Guess::at_accounts(from);
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::Accounts, &place_of(from)).await?;
    if ctx.site.mailer.is_some() {
        // One letter in a minute, whoever it says that there is an account or that there will be.
        public_take_one(&mut write, Few::LettersForAddress, &format!("sign-up {}", email.key())).await?;
        let begun = Begun {
            name: name.as_str().to_owned(),
            password_hash: hash,
            visit_digest: ctx.visit().map(random::digest),
            next: request::next_or(next, "/"),
        };
        public_begin_sign_up(&mut write, &ctx.site, &email, &begun).await?;
        write.commit().await?;
        return request::go_on("/signup?sent=1", Flash::None);
    }
    let made = public_sign_up(&mut write, &email, &name, hash).await;
    let user = match made {
        Ok(user) => user,
        // The refusal tells that there is such an account; asking for many of them is slowed down.
        Err(Failure::Refused(taken)) => {
            guess.count(&mut write).await?;
            write.commit().await?;
            return Err(taken);
        }
        Err(broken) => return Err(broken.into()),
    };
    request::end_current(&mut write).await?;
    let lasts = request::lasts(SiteRole::Student)?;
    let sign_in = Arriving::proven(&mut write, user).sign_in(How::SignUp, lasts).await?;
    write.commit().await?;
    metrics::signing_in(How::SignUp, Outcome::Success);
    tracing::info!(event = "user_created", person = user.0, "somebody signed up");
    request::arrive(sign_in, lasts, &request::next_or(next, "/"), "Your account is ready").await
}

/// Signs in.
#[server(prefix = "/fn", endpoint = "sign_in")]
pub async fn sign_in(
    /// Of the account, in capitals or not.
    email: String,
    /// A wrong one, an unknown address and a disabled account are all refused alike, at `email`.
    password: Password,
    /// Ticked: to last longer than others do, as far as the person's role may.
    remember: Option<String>,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    if password.is_empty() {
        wrong.0.extend(FieldErrors::one("password", "Enter your password").0);
    }
    let (Some(email), true) = (email, wrong.is_empty()) else { return Err(wrong.into()) };

    let wait = |_: &Failure| metrics::signing_in(How::Password, Outcome::Wait);
    request::sessions_answer().await.inspect_err(wait)?;
    let turn = request::hashing_turn().inspect_err(wait)?;
    let stored = store::public_find_stored(&mut request::read().await?, &email).await?;
    let about = stored.as_ref().map(|stored| stored.user);
    let ctx = request::current()?;
    let from = ctx.caller.address;
    // Asked for an account that is not there as well: the answer must take no less time.
    let is_known = public_is_known_place(&mut request::read().await?, about.unwrap_or(UserId(-1)), from).await?;
    let guess = Guess::at_password(email.key(), from, is_known);
    guess.take(about).await.inspect_err(wait)?;

    let shown = match PasswordShown::at_sign_in(&turn, stored, password).await {
        Ok(shown) => shown,
        Err(refused) => {
            metrics::signing_in(How::Password, Outcome::Wrong);
            tracing::warn!(event = "authn_login_fail", "a sign-in was refused");
            return Err(guess.was_wrong(refused, about).await.into());
        }
    };
    drop(turn);
    let mut write = request::begin_write().await?;
    let were_wrong = guess.was_right(&mut write).await?;
    request::end_current(&mut write).await?;
    let is_new_place = match about {
        Some(user) => !public_is_known_place_or_browser(&mut write, user).await?,
        None => false,
    };
    let (arriving, role) = shown.arrive(&mut write).await?;
    let lasts = if remember.is_some() { request::lasts_remembered(role)? } else { request::lasts(role)? };
    let sign_in = if were_wrong {
        arriving.sign_in_after_wrong(How::Password, lasts).await?
    } else {
        arriving.sign_in(How::Password, lasts).await?
    };
    if let Some(user) = about {
        let notice = match (were_wrong, is_new_place) {
            (_, true) => Some(Notice::NewPlace),
            (true, false) if !is_known => Some(Notice::AfterWrong),
            _ => None,
        };
        if let Some(notice) = notice {
            notices::tell(&mut write, &ctx.site, user, notice).await?;
        }
    }
    write.commit().await?;
    request::begin_session(sign_in, lasts).await?;
    metrics::signing_in(How::Password, Outcome::Success);
    tracing::info!(event = "authn_login_success", "somebody signed in");
    let said = if remember.is_some() && !lasts.is_remembered {
        Flash::said(format!(
            "You are signed in, but not for long: {} cannot stay signed in here.",
            match role {
                SiteRole::Admin => "admins",
                SiteRole::Instructor => "instructors",
                SiteRole::Student => "people",
            }
        ))
    } else {
        Flash::None
    };
    request::go_on(&request::next_or(next, "/"), said)
}

/// Shows once more who one is, and gives this sign-in a new session id. What waited for it is sent then.
#[server(prefix = "/fn", endpoint = "prove_again")]
pub async fn prove_again(
    /// The asker's own. A wrong one is refused at `password`; too many tries: `TooMany`.
    password: Password,
    /// Where to go then. What is no path on this site counts as home.
    next: Option<String>,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let email = oneself.person().email.clone();
    let stored = oneself.find_stored().await?;
    drop(read);
    if password.is_empty() {
        return Err(FieldErrors::one("password", "Enter your password").into());
    }
    request::sessions_answer().await?;
    let shown = show_own_password(&email, stored, password, "password").await?;

    let mut write = request::begin_write().await?;
    let mut oneself = Oneself::claim(&mut write).await?;
    let sign_in = oneself.person().sign_in;
    oneself.prove_again(shown).await?;
    write.commit().await?;
    tracing::info!(event = "authn_login_success", "somebody showed again who they are");
    request::renew_session().await?;
    request::proved_again(sign_in)?;
    request::go_on(&request::next_or(next, "/"), Flash::None)
}

/// Changes one's own password, and ends every other sign-in.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(
    /// Asked for again, since whoever sits here may not be the account's person. Too many tries: `TooMany`.
    current_password: Password,
    /// At least 15 characters and at most 1,024 bytes, not the current one, and not among the first that are tried.
    new_password: Password,
) -> Result<(), AppError> {
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let (name, email) = (oneself.person().name.clone(), oneself.person().email.clone());
    let stored = oneself.find_stored().await?;
    drop(read);

    let mut wrong = FieldErrors::default();
    if current_password.is_empty() {
        wrong.0.extend(FieldErrors::one("current_password", "Enter your current password").0);
    }
    wrong.keep(rules::check("new_password", &new_password, &[&name, &email]));
    if !current_password.is_empty() && current_password.as_typed() == new_password.as_typed() {
        wrong.0.extend(FieldErrors::one("new_password", "This is the password you have. Choose another").0);
    }
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let shown = show_own_password(&email, stored, current_password, "current_password").await?;
    let hash = request::hashing_turn()?.hash(new_password).await?;

    let mut write = request::begin_write().await?;
    let user = shown.user();
    let ended = Oneself::claim(&mut write).await?.change_password(shown, hash).await?;
    let site = request::site()?;
    notices::tell(&mut write, &site, user, Notice::PasswordChanged).await?;
    write.commit().await?;
    tracing::info!(event = "authn_password_change", "a password was changed");
    request::renew_session().await?;
    let said = match ended {
        0 => "Your password is changed.".to_owned(),
        1 => "Your password is changed, and your other sign-in ended.".to_owned(),
        many => format!("Your password is changed, and your {many} other sign-ins ended."),
    };
    request::go_on("/account", Flash::said(said))
}

/// Compares what somebody who is signed in typed at `field` with their own password. Counted together with the sign-in form: a
/// stolen session must not become a place to guess the password from.
#[cfg(feature = "ssr")]
async fn show_own_password(
    email: &str,
    stored: store::Stored,
    password: Password,
    field: &'static str,
) -> Result<PasswordShown, AppError> {
    let turn = request::hashing_turn()?;
    let ctx = request::current()?;
    let sign_in = ctx.person().ok_or(AppError::SignInRequired)?.sign_in;
    let guess = Guess::at_own_password(Email::parse(email)?.key(), ctx.caller.address, sign_in);
    let about = Some(stored.user);
    guess.take(about).await?;
    match PasswordShown::by_oneself(&turn, stored, password, field).await {
        Ok(shown) => {
            let mut write = request::begin_write().await?;
            guess.was_right(&mut write).await?;
            write.commit().await?;
            Ok(shown)
        }
        Err(refused) => Err(guess.was_wrong(refused, about).await.into()),
    }
}
