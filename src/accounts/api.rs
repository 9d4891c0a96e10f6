//! What a person's browser can ask for about accounts.

use leptos::prelude::*;

use crate::error::AppError;
use crate::id::{SignInId, UserId};

#[cfg(feature = "ssr")]
use {
    super::{
        model::{Email, PersonName},
        policy::{Admin, Oneself},
        store::{NewAccount, public_find_addressee, public_has_password},
    },
    crate::credentials::reset::store::{public_find_for_reset, public_send_reset},
    crate::mail::letter::{Kind, Letter, Part},
    crate::mail::store::{public_post, withdraw},
    crate::{
        clock::DAY,
        db::Connection,
        enrolments::letters,
        error::FieldErrors,
        failure::Failure,
        http::request,
        sessions::{
            policy::{Everywhere, RecentlyProven},
            store::Filter,
        },
        ui::flash::Flash,
    },
};

/// Changes one's own name.
#[server(prefix = "/fn", endpoint = "save_profile")]
pub async fn save_profile(
    /// One line of at most 100 characters, not empty: else refused at `name`.
    name: String,
) -> Result<(), AppError> {
    let name = PersonName::parse(&name)?;
    let mut write = request::begin_write().await?;
    Oneself::claim(&mut write).await?.rename(&name).await?;
    write.commit().await?;
    request::go_on("/account", Flash::said("Changes saved."))
}

/// Deletes one's own account.
#[server(prefix = "/fn", endpoint = "delete_account")]
pub async fn delete_account(
    /// The asker's own address, typed, so that it does not happen by a slip: else refused at `confirm`. The last owner of a
    /// course is refused with `Conflict`, the last admin with `Denied::LastAdmin`.
    confirm: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let oneself = Oneself::claim(&mut write).await?;
    let typed = Email::parse(&confirm).map(|typed| typed.key().to_owned()).unwrap_or_default();
    if typed != Email::parse(&oneself.person().email)?.key() {
        return Err(FieldErrors::one("confirm", "Type your own email address").into());
    }
    let moved = RecentlyProven::of(oneself)?.delete_account().await?;
    letters::tell_all(moved, &mut write, &*request::site()?).await?;
    write.commit().await?;
    request::end_session().await?;
    request::forget()?;
    tracing::info!(event = "user_deleted", "somebody deleted their account");
    request::go_on("/", Flash::said("Your account is deleted."))
}

/// Makes an account for somebody and writes to them: a link to set their password.
#[server(prefix = "/fn", endpoint = "invite")]
pub async fn invite(
    /// Theirs. Refused at `email` when there is an account with it.
    email: String,
    /// As they are called, until they say otherwise.
    name: String,
    /// `student`, `instructor` or `admin`: else refused at `role`.
    role: String,
) -> Result<(), AppError> {
    let mut wrong = FieldErrors::default();
    let email = wrong.keep(Email::parse(&email));
    let name = wrong.keep(PersonName::parse(&name));
    let role = wrong.keep(role.parse());
    let (Some(email), Some(name), Some(role)) = (email, name, role) else { return Err(wrong.into()) };
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut proven = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let admin = proven.inner();
    let account = NewAccount { email: &email, name: &name, role, password_hash: None };
    let user = admin.add_account(account).await.map_err(|failure| match failure {
        Failure::Refused(AppError::Invalid(_)) => {
            FieldErrors::one("email", "Somebody has an account with this email already. Find them under Users").into()
        }
        other => other,
    })?;
    let token = admin.make_set_up_link(Some(user)).await?;
    public_post(&mut write, &ctx.site, invitation(&ctx.site.config.public_url.origin, user, email.as_typed(), &token))
        .await?;
    write.commit().await?;
    tracing::info!(event = "user_created", person = user.0, "an admin invited somebody");
    let said = match ctx.site.mailer.is_some() {
        true => format!("{} is invited. The link is on its way and works for a day.", name.as_str()),
        false => format!("{} is invited. Hand them the link: it waits under Mail and works for a day.", name.as_str()),
    };
    request::go_on(&format!("/people/{user}"), Flash::said(said))
}

/// Writes to somebody once more: a link to set their password.
#[server(prefix = "/fn", endpoint = "send_link")]
pub async fn send_link(
    /// Whose account it is for. `NotFound` when there is none, or it is closed.
    person: UserId,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let mut admin = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let name = admin.name_of(person).await?;
    let on = admin.inner().connection();
    let email = public_find_addressee(on, person).await?.ok_or(AppError::NotFound)?;
    let account = public_find_for_reset(on, &Email::parse(&email)?).await?.ok_or(AppError::NotFound)?;
    if public_has_password(on, person).await? {
        public_send_reset(&mut write, &ctx.site, &account).await?;
    } else {
        let token = admin.inner().make_set_up_link(Some(person)).await?;
        withdraw(&mut write, person, Kind::Invitation).await?;
        public_post(&mut write, &ctx.site, invitation(&ctx.site.config.public_url.origin, person, &email, &token))
            .await?;
    }
    write.commit().await?;
    let said = match ctx.site.mailer.is_some() {
        true => format!("A link is on its way to {name}."),
        false => format!("A link for {name} waits under Mail. Make sure who they are, then hand it over."),
    };
    request::go_back(Flash::said(said))
}

/// The letter that somebody is invited with.
#[cfg(feature = "ssr")]
fn invitation(origin: &str, user: UserId, address: &str, token: &str) -> Letter {
    Letter {
        kind: Kind::Invitation,
        user: Some(user),
        address: address.to_owned(),
        subject: "Your account is ready".into(),
        parts: vec![
            Part::Words("Somebody who looks after this site has made an account for you.".to_owned()),
            Part::Link {
                words: "Set your password, within a day".to_owned(),
                address: format!("{origin}/set-up/{token}"),
            },
            Part::Words("If you know nothing of it, there is nothing to do.".to_owned()),
        ],
        good_for: DAY,
    }
}

/// Gives somebody a site role.
#[server(prefix = "/fn", endpoint = "save_role")]
pub async fn save_role(
    /// Whose role changes. `NotFound` when there is no such account, `Denied::LastAdmin` when no admin would be left.
    person: UserId,
    /// `student`, `instructor` or `admin`: else refused at `role`.
    role: String,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut admin = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let role = role.parse()?;
    let changed = admin.change_role(person, role).await?;
    if changed.was != role {
        Everywhere::of(&mut admin, person).tighten(request::lasts(role)?).await?;
    }
    write.commit().await?;
    tracing::info!(event = "authz_change", person = person.0, role = role.key(), "role changed");
    let said = format!("{} is now {}.", changed.name, role.with_article());
    request::go_back(Flash::said(said))
}

/// Closes an account and ends its sign-ins.
#[server(prefix = "/fn", endpoint = "disable_account")]
pub async fn disable_account(
    /// Whose account closes. `NotFound` when there is none, `Denied::LastAdmin` when no admin would be left.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut admin = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let changed = admin.disable(person).await?;
    Everywhere::of(&mut admin, person).end_for_disabling().await?;
    write.commit().await?;
    tracing::info!(event = "user_disabled", person = person.0, "account disabled");
    request::go_back(Flash::said(format!("{} cannot sign in any more.", changed.name)))
}

/// Opens an account again.
#[server(prefix = "/fn", endpoint = "enable_account")]
pub async fn enable_account(
    /// Whose account opens; `NotFound` when there is none. Sign-ins from before stay ended.
    person: UserId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let changed = RecentlyProven::of(Admin::claim(&mut write).await?)?.enable(person).await?;
    write.commit().await?;
    tracing::info!(event = "user_enabled", person = person.0, "account enabled");
    request::go_back(Flash::said(format!("{} can sign in again.", changed.name)))
}

/// Ends everybody's sign-ins but the one that asks: after a break-in, or before a move.
#[server(prefix = "/fn", endpoint = "end_everybodys_sign_ins")]
pub async fn end_everybodys_sign_ins() -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = RecentlyProven::of(Admin::claim(&mut write).await?)?.end_everybodys_sign_ins().await?;
    write.commit().await?;
    tracing::warn!(event = "session_end", ended, "an admin ended everybody's sign-ins");
    let said = match ended {
        0 => "Nobody else was signed in.".to_owned(),
        1 => "1 sign-in ended. You stay signed in here.".to_owned(),
        many => format!("{many} sign-ins ended. You stay signed in here."),
    };
    request::go_back(Flash::said(said))
}

/// Ends one of a person's sign-ins.
#[server(prefix = "/fn", endpoint = "end_their_sign_in")]
pub async fn end_their_sign_in(
    /// Whose it is.
    person: UserId,
    /// `NotFound` when it is not this person's, or over already.
    sign_in: SignInId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let ended = RecentlyProven::of(Admin::claim(&mut write).await?)?.end_sign_in_of(person, sign_in).await?;
    let ended = ended.ok_or(AppError::NotFound)?;
    write.commit().await?;
    tracing::info!(event = "session_end", person = person.0, "an admin ended somebody's sign-in");
    request::go_back(Flash::said(format!("{} is signed out.", ended.called())))
}

/// Ends a person's sign-ins: all, or those that a filter lets through.
#[server(prefix = "/fn", endpoint = "end_their_sign_ins")]
pub async fn end_their_sign_ins(
    /// Whose sign-ins end. `NotFound` when there is no such account; somebody without a sign-in is no error.
    person: UserId,
    /// Only those last seen from this address; nothing: from any.
    address: Option<String>,
    /// Only those not used for so many days, at most 3,660; nothing: whenever.
    unused: Option<u32>,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let unused_since = unused.map(|days| write.now() - i64::from(days.min(3_660)) * DAY);
    let filter = Filter { address: address.unwrap_or_default(), unused_since };
    let mut admin = RecentlyProven::of(Admin::claim(&mut write).await?)?;
    let name = admin.name_of(person).await?;
    let ended = admin.end_sign_ins_of(person, &filter).await?;
    write.commit().await?;
    tracing::info!(event = "session_end", person = person.0, ended, "an admin ended somebody's sign-ins");
    let said = match ended {
        0 => format!("{name} was signed in nowhere."),
        1 => format!("1 sign-in of {name} ended."),
        many => format!("{many} sign-ins of {name} ended."),
    };
    request::go_back(Flash::said(said))
}
