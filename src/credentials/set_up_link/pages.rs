//! `/set-up/{token}`: where a one-time link leads. Opening it shows a page; sending the page uses the link up.

use leptos::prelude::*;

use super::api::{MakeFirstAdmin, SetFirstPassword};
use super::policy::LinkHolder;
use super::store::LinkRow;
use crate::credentials::password::pages::signup::PASSWORD_HINT;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::islands;
use crate::ui::page::{page, page_title};

struct Data {
    token: String,
    link: LinkRow,
    start: AnyView,
}

/// What the link is for, the first admin's account or an account's first password, for who holds a good one; else 404.
#[component]
pub fn SetUp() -> impl IntoView {
    page(load(), |data| if data.link.user_id.is_some() { first_password(data) } else { first_admin(data) })
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let token = ctx.path().trim_start_matches("/set-up/").to_owned();
    let link = LinkHolder::claim(&mut request::read().await?, &token).await?.link().clone();
    Ok(Data { token, link, start: islands::start(&ctx) })
}

fn password(form: &Form) -> AnyView {
    form.new_password(Field {
        name: "password",
        label: "Password",
        hint: PASSWORD_HINT,
        autocomplete: "new-password",
        ..Field::default()
    })
}

fn first_admin(Data { token, start, .. }: Data) -> AnyView {
    let form = Form::to::<MakeFirstAdmin>();
    view! {
        {page_title("Make the first admin")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Make the first admin"</h1>
                <p class="lede">"You run this server. This account looks after its people and courses."</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("token", token)])}
                {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "username", ..Field::default() })}
                {form.input(Field { name: "name", label: "Name", autocomplete: "name", own_words: true, ..Field::default() })}
                {password(&form)}
                <div class="buttons"><button class="button primary large">"Create account"</button></div>
            </form>
        </div>
        {start}
    }
    .into_any()
}

fn first_password(Data { token, link, start }: Data) -> AnyView {
    let form = Form::to::<SetFirstPassword>();
    view! {
        {page_title("Set your password")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Set your password"</h1>
                <p class="lede">"The account of "<bdi>{link.name.unwrap_or_default()}</bdi>", "{link.email.clone().unwrap_or_default()}</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("token", token)])}
                <input type="hidden" autocomplete="username" name="_email" value=link.email.unwrap_or_default() />
                {password(&form)}
                <div class="buttons"><button class="button primary large">"Set password"</button></div>
            </form>
        </div>
        {start}
    }
    .into_any()
}
