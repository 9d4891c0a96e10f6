//! `/account/mail`: which announcements come by mail.

use leptos::prelude::*;

use crate::accounts::policy::Oneself;
use crate::announcements::api::SaveMailWish;
use crate::announcements::model::Wish;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::address::email;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

struct Data {
    wish: Wish,
    address: String,
    is_confirmed: bool,
    has_mail: bool,
}

/// The choice, for whoever is signed in.
#[component]
pub fn MailWish() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let (wish, is_confirmed) = oneself.find_wish().await?;
    let address = oneself.person().email.clone();
    Ok(Data { wish, address, is_confirmed, has_mail: request::site()?.mailer.is_some() })
}

fn show(Data { wish, address, is_confirmed, has_mail }: Data) -> AnyView {
    let form = Form::to::<SaveMailWish>();
    let choices: Vec<(&str, &str)> = Wish::ALL.into_iter().map(|wish| (wish.key(), wish.words())).collect();
    let field = Field {
        name: "announcements",
        label: "Announcements of your courses",
        value: wish.key().to_owned(),
        ..Field::default()
    };
    let none = (!has_mail).then(|| {
        view! { <div class="note"><p>"This server sends no mail now. What you choose counts once it does."</p></div> }
    });
    view! {
        {page_title("Your mail")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"Your mail"</h1>
                <p class="lede">"Whichever you choose, all announcements stand in their courses."</p>
            </div></div>
            {none}
            <p>"To "{email(&address)}{if is_confirmed { "." } else { ", once that address is confirmed." }}</p>
            <form class="fields gap-above" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.select(field, &choices)}
                <div class="buttons"><button class="button primary">"Save changes"</button></div>
            </form>
            <p class="quiet-text gap-above">"What concerns you alone comes always: your account’s safety, your place in a course, and what staff write to you."</p>
        </div>
    }
    .into_any()
}
