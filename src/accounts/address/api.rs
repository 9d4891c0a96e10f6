//! What a person's browser can ask for about their address.

use leptos::prelude::*;

use crate::credentials::password::model::Password;
use crate::error::AppError;

#[cfg(feature = "ssr")]
use {
    crate::accounts::model::Email,
    crate::accounts::policy::Oneself,
    crate::credentials::guessing::{Few, public_take_one},
    crate::credentials::mail_link::policy::{Confirm, Held, NewAddress},
    crate::error::FieldErrors,
    crate::http::request,
    crate::network::place_of,
    crate::notices::{self, Notice},
    crate::sessions::policy::RecentlyProven,
    crate::sessions::store::Renewed,
    crate::ui::flash::Flash,
};

/// Sends a link that confirms the account's address.
#[server(prefix = "/fn", endpoint = "ask_confirmation")]
pub async fn ask_confirmation() -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let email = Email::parse(&Oneself::claim(&mut write).await?.person().email)?;
    public_take_one(&mut write, Few::LettersForPlace, &place_of(ctx.caller.address)).await?;
    public_take_one(&mut write, Few::LettersForAddress, &format!("confirm {}", email.key())).await?;
    Oneself::claim(&mut write).await?.send_confirmation(&ctx.site).await?;
    write.commit().await?;
    let said = if ctx.site.mailer.is_some() {
        format!("We sent a link to {}. It works for a day.", email.as_typed())
    } else {
        "The person who runs this server has a link for you. It works for a day.".to_owned()
    };
    request::go_on("/account/security", Flash::said(said))
}

/// Confirms the account's address, with a link that was sent to it.
#[server(prefix = "/fn", endpoint = "confirm_address")]
pub async fn confirm_address(
    /// What stands in the link. `NotFound` when it is unknown, used, past its end or for another account; `Conflict` when the
    /// account has another address by now.
    token: Password,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let held = Held::<Confirm>::claim(&mut write, token.as_typed()).await?;
    Oneself::claim(&mut write).await?.confirm_address(held).await?;
    write.commit().await?;
    request::go_on("/account/security", Flash::said("Your email address is confirmed."))
}

/// Sends a link to an address that is to be the account's.
#[server(prefix = "/fn", endpoint = "change_address")]
pub async fn change_address(
    /// The new one. The answer is the same when it is another account's; its owner is told then.
    email: String,
) -> Result<(), AppError> {
    let email = Email::parse(&email)?;
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let oneself = Oneself::claim(&mut write).await?;
    if Email::parse(&oneself.person().email)?.key() == email.key() {
        return Err(FieldErrors::one("email", "This is the address you have. Enter the new one").into());
    }
    RecentlyProven::of(oneself)?;
    public_take_one(&mut write, Few::LettersForPlace, &place_of(ctx.caller.address)).await?;
    public_take_one(&mut write, Few::LettersForAddress, &format!("change {}", email.key())).await?;
    RecentlyProven::of(Oneself::claim(&mut write).await?)?.send_to_new_address(&ctx.site, &email).await?;
    write.commit().await?;
    let said = if ctx.site.mailer.is_some() {
        format!("We sent a link to {}. Your address changes when you open it.", email.as_typed())
    } else {
        "The person who runs this server has a link for you. Your address changes when you open it.".to_owned()
    };
    request::go_on("/account/security", Flash::said(said))
}

/// Makes an address the account's, with a link that was sent to it.
#[server(prefix = "/fn", endpoint = "take_new_address")]
pub async fn take_new_address(
    /// What stands in the link. `NotFound` when it is unknown, used, past its end or for another account; `Conflict` when
    /// another account has that address by now.
    token: Password,
) -> Result<(), AppError> {
    let ctx = request::current()?;
    let mut write = request::begin_write().await?;
    let held = Held::<NewAddress>::claim(&mut write, token.as_typed()).await?;
    let mut oneself = Oneself::claim(&mut write).await?;
    let user = oneself.person().id;
    let changed = oneself.take_address(held).await?;
    let ended = oneself.end_elsewhere(Renewed::Ways).await?;
    let new = changed.new.clone();
    notices::tell(&mut write, &ctx.site, user, Notice::AddressChanged(changed)).await?;
    write.commit().await?;
    request::renew_session().await?;
    request::go_on(
        "/account/security",
        Flash::said_and_ended(format!("Your email address is {new} from now on."), ended),
    )
}
