//! What a browser can ask for about tokens: making and revoking those made by hand, and letting apps in.

#![expect(clippy::too_many_arguments, reason = "each box of a plain form is an argument of its function")]

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::SignInId;

#[cfg(feature = "ssr")]
use {
    super::scope::{Scope, Scopes},
    crate::accounts::policy::Oneself,
    crate::clock::DAY,
    crate::db::Connection,
    crate::error::FieldErrors,
    crate::field,
    crate::http::request,
    crate::notices::{self, Notice},
    crate::sessions::policy::RecentlyProven,
    crate::ui::flash::Flash,
};

/// The longest name of a token: it stands in a heading.
pub const TOKEN_NAME_MAX: usize = 60;

/// For how many days a token can be made, and in words (ours; a year at most: what is forgotten ends).
pub const LASTS: [(&str, &str); 4] = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "A year")];

/// Makes a token by hand, which is shown once on the page after.
#[server(prefix = "/fn", endpoint = "make_token")]
pub async fn make_token(
    /// One line of at most 60 characters, not empty: else refused at `token_name`.
    token_name: String,
    /// `7`, `30`, `90` or `365` days: else refused at `lasts`.
    lasts: String,
    /// Sent, with whatever value, when the box is ticked; one for each scope. None at all is refused at `account_read`.
    account_read: Option<String>,
    /// See `account_read`; so are those below.
    account_write: Option<String>,
    /// See and read courses.
    courses_read: Option<String>,
    /// Make and change courses.
    courses_write: Option<String>,
    /// Join and leave.
    enrolments_write: Option<String>,
    /// See people of courses.
    people_read: Option<String>,
    /// Manage people of courses.
    people_write: Option<String>,
    /// See all accounts.
    users_read: Option<String>,
    /// Change accounts.
    users_write: Option<String>,
) -> Result<(), AppError> {
    let ticked = [
        (account_read, Scope::AccountRead),
        (account_write, Scope::AccountWrite),
        (courses_read, Scope::CoursesRead),
        (courses_write, Scope::CoursesWrite),
        (enrolments_write, Scope::EnrolmentsWrite),
        (people_read, Scope::PeopleRead),
        (people_write, Scope::PeopleWrite),
        (users_read, Scope::UsersRead),
        (users_write, Scope::UsersWrite),
    ];
    let scopes: Vec<Scope> = ticked.into_iter().filter(|(sent, _)| sent.is_some()).map(|(_, scope)| scope).collect();
    let mut wrong = FieldErrors::default();
    let name = wrong.keep(field::line("token_name", "Name", &token_name, TOKEN_NAME_MAX));
    let days = LASTS.iter().find(|(days, _)| *days == lasts).and_then(|(days, _)| days.parse::<i64>().ok());
    if days.is_none() {
        wrong.keep::<()>(Err(FieldErrors::one("lasts", "Choose how long it is to be good for")));
    }
    if scopes.is_empty() {
        wrong.keep::<()>(Err(FieldErrors::one("account_read", "Tick at least one thing it may do")));
    }
    let (Some(name), Some(days), true) = (name, days, wrong.is_empty()) else { return Err(wrong.into()) };
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let ends_at = write.now() + days * DAY;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let user = oneself.inner().person().id;
    oneself.make_personal_token(&ctx.site.key, &name, Scopes::of(&scopes), ends_at).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Added("a token made by hand")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_token_created", person = user.0, "somebody made a token");
    request::go_on("/account/tokens/new", Flash::None)
}

/// Takes one of one's own tokens back.
#[server(prefix = "/fn", endpoint = "revoke_token")]
pub async fn revoke_token(
    /// Of the asker's own. Somebody else's, or one that has ended, is `NotFound`.
    personal_token: SignInId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let name = RecentlyProven::of(Oneself::claim(&mut write).await?)?.revoke_personal_token(personal_token).await?;
    write.commit().await?;
    request::go_on(
        "/account/tokens",
        Flash::said(format!("{name} is revoked. Whatever uses it is refused from now on.")),
    )
}

/// Lets an app in that waits with a code.
#[server(prefix = "/fn", endpoint = "let_app_in")]
pub async fn let_app_in(
    /// As the app shows it. `NotFound` when none waits with it any more.
    user_code: String,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
    let user = oneself.inner().person().id;
    let Some(typed) = oneself.inner().try_user_code(&ctx.site.key, &user_code).await? else {
        write.commit().await?;
        return Err(AppError::NotFound);
    };
    let client = oneself.let_waiting_app_in(&ctx.site.key, typed).await?;
    notices::tell(&mut write, &ctx.site, user, Notice::Added("an app that can act for you")).await?;
    write.commit().await?;
    tracing::info!(event = "authn_token_created", person = user.0, "somebody let an app in");
    request::go_on(
        "/account/sessions",
        Flash::said(format!("{client} is let in. It goes on by itself in a few seconds.")),
    )
}

/// Turns an app away that waits with a code.
#[server(prefix = "/fn", endpoint = "turn_app_away")]
pub async fn turn_app_away(
    /// As the app shows it. `NotFound` when none waits with it any more.
    user_code: String,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut oneself = Oneself::claim(&mut write).await?;
    let Some(typed) = oneself.try_user_code(&ctx.site.key, &user_code).await? else {
        write.commit().await?;
        return Err(AppError::NotFound);
    };
    let client = oneself.turn_waiting_app_away(&ctx.site.key, typed).await?;
    write.commit().await?;
    request::go_on("/device", Flash::said(format!("{client} is turned away. It cannot do anything for you.")))
}
