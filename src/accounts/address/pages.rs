//! `/confirm/{token}` and `/new-address/{token}`: where the links about an address lead. Both need the account's own person.

use leptos::prelude::*;

use super::api::{ConfirmAddress, TakeNewAddress};
use crate::accounts::policy::Oneself;
use crate::credentials::mail_link::policy::{Confirm, Doing, Held, NewAddress};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::ui::form::Form;
use crate::ui::page::{page, page_title};

struct Data {
    token: String,
    /// The address that the link was sent to.
    address: String,
    person: Person,
}

async fn load<D: Doing>(prefix: &'static str) -> Result<Data, Failure> {
    let ctx = request::current()?;
    let token = ctx.path().trim_start_matches(prefix).to_owned();
    let mut read = request::read().await?;
    // Signed in first: a stranger at the address must not confirm somebody else's account.
    let person = Oneself::claim(&mut read).await?.person().clone();
    let held = Held::<D>::claim(&mut read, &token).await?;
    if held.link().user_id != Some(person.id) {
        let words = "This link is for another account than the one you are signed in with. Sign out, sign in with that one, and open the link again.";
        return Err(AppError::Conflict(words.to_owned()).into());
    }
    Ok(Data { token, address: held.link().email.clone().unwrap_or_default(), person })
}

/// Asks whether the address is to be confirmed, for who is signed in and holds a good link; else 404.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    page(load::<Confirm>("/confirm/"), |Data { token, address, .. }| {
        let form = Form::to::<ConfirmAddress>();
        view! {
            {page_title("Confirm your email address")}
            <div class="page wrap">
                <div class="head"><div>
                    <h1>"Confirm your email address"</h1>
                    <p class="lede"><bdi>{address}</bdi>" is yours. We send a link there when you forget your password."</p>
                </div></div>
                <form class="buttons" method="post" action=form.action()>
                    {form.hidden(&[("token", token)])}
                    <button class="button primary large">"Confirm"</button>
                </form>
            </div>
        }
        .into_any()
    })
}

/// Asks whether the address is to be the account's, for who is signed in and holds a good link; else 404.
#[component]
pub fn NewAddressPage() -> impl IntoView {
    page(load::<NewAddress>("/new-address/"), |Data { token, address, person }| {
        let form = Form::to::<TakeNewAddress>();
        let has_mail = request::site().is_ok_and(|site| site.mailer.is_some());
        view! {
            {page_title("Your new email address")}
            <div class="page wrap">
                <div class="head"><div>
                    <h1>"Your new email address"</h1>
                    <p class="lede">"You sign in with it from then on. Your other sign-ins end."{has_mail.then_some(" Your old address gets a mail that says so.")}</p>
                </div></div>
                <dl class="facts">
                    <div><dt>"Now"</dt><dd><bdi>{person.email}</bdi></dd></div>
                    <div><dt>"Then"</dt><dd><bdi>{address}</bdi></dd></div>
                </dl>
                <form class="buttons gap-above" method="post" action=form.action()>
                    {form.hidden(&[("token", token)])}
                    <button class="button primary large">"Use this address"</button>
                    <a class="button quiet large" href="/account/security">"Keep the old one"</a>
                </form>
            </div>
        }
        .into_any()
    })
}
