//! `/welcome/{token}`, where the link to a new account leads.

use leptos::prelude::*;

use super::api::FinishSignUp;
use crate::credentials::mail_link::policy::{Held, SignUp};
use crate::failure::Failure;
use crate::http::request;
use crate::random;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

struct Data {
    token: String,
    email: String,
    /// The browser that began: it is not asked for the password again.
    is_same_browser: bool,
}

/// The button that opens the account, for who holds a good link; else 404.
#[component]
pub fn Welcome() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let token = ctx.path().trim_start_matches("/welcome/").to_owned();
    let held = Held::<SignUp>::claim(&mut request::read().await?, &token).await?;
    let begun = held.begun()?;
    let is_same_browser = begun.visit_digest.is_some() && ctx.visit().map(random::digest) == begun.visit_digest;
    Ok(Data { token, email: held.link().email.clone().unwrap_or_default(), is_same_browser })
}

fn show(Data { token, email, is_same_browser }: Data) -> AnyView {
    let form = Form::to::<FinishSignUp>();
    let password = (!is_same_browser).then(|| {
        form.password(Field {
            name: "password",
            label: "Password",
            hint: "The one you chose. You opened this link in another browser than the one you began in.",
            autocomplete: "current-password",
            ..Field::default()
        })
    });
    view! {
        {page_title("Open your account")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Open your account"</h1>
                <p class="lede">"With the address "<bdi>{email.clone()}</bdi>". If it was not you who began this, close the page: there will be no account."</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("token", token)])}
                <input type="hidden" autocomplete="username" name="_email" value=email />
                {password}
                <div class="buttons"><button class="button primary large">"Open account"</button></div>
            </form>
        </div>
    }
    .into_any()
}
