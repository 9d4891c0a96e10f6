//! `/resend`: a form that waited for somebody to sign in, shown before it is sent.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::error::AppError;
use crate::failure::Failure;
use crate::http::form_token::TOKEN_FIELD;
use crate::http::forms::{PAGE_FIELD, RESEND_FIELD};
use crate::http::kept_forms::{RefusedForm, Unsent};
use crate::http::request;
use crate::http::what_forms_do::what_it_does;
use crate::sessions::api::ForgetWaiting;
use crate::ui::page::{page, page_title};
use crate::ui::typed::{typed, typed_list};

/// The form that waits, field by field, and the button that sends it, for its sender. Where none waits, home instead.
#[component]
pub fn Resend() -> impl IntoView {
    page(load(), |found| found.map_or_else(|| ().into_any(), |(form, unsent, token)| show(form, unsent, token)))
}

async fn load() -> Result<Option<(RefusedForm, Unsent, String)>, Failure> {
    let ctx = request::current()?;
    let person = ctx.person().ok_or(AppError::SignInRequired)?;
    let waiting = ctx.refused.clone().and_then(|form| Some((form.clone(), form.unsent?)));
    // Kept for its sender alone, where that is known.
    let theirs = waiting.filter(|(_, unsent)| unsent.person.is_none_or(|sender| sender == person.id));
    if theirs.is_none() {
        request::redirect_page("/");
    }
    let token = ctx.form_token().unwrap_or_default();
    Ok(theirs.map(|(form, unsent)| (form, unsent, token)))
}

fn show(form: RefusedForm, unsent: Unsent, token: String) -> AnyView {
    let (which, throw) = (form.which.clone(), form.which.clone());
    let shown = typed_list(typed(&form.values));
    // What it does and where stands first: it may be somebody else's.
    let does = what_it_does(&form.action);
    let place = unsent.page.clone();
    let hidden: Vec<AnyView> = form
        .values
        .iter()
        .map(|(name, value)| {
            // A hidden input keeps line ends, as an input that is seen does not.
            view! { <input type="hidden" name=name.clone() value=value.clone() /> }.into_any()
        })
        .collect();
    view! {
        {page_title("Send what you wrote")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Send what you wrote?"</h1>
                <p class="lede">"We have not sent this: you had to sign in first, or the page it stood on was older than your sign-in. It waits here for an hour."</p>
            </div></div>
            <p>{does}", from the page "<a href=place.clone()>{place.clone()}</a>"."</p>
            {shown}
            <form class="buttons gap-above" method="post" action=form.action>
                <input type="hidden" name=PAGE_FIELD value=unsent.page.clone() />
                <input type="hidden" name=RESEND_FIELD value=which />
                <input type="hidden" name=TOKEN_FIELD value=token.clone() />
                {hidden}
                <button class="button primary large">"Send it now"</button>
                <a class="button quiet large" href=unsent.page>"Let it wait"</a>
            </form>
            <form class="gap-above" method="post" action=ForgetWaiting::PATH>
                <input type="hidden" name=TOKEN_FIELD value=token />
                <input type="hidden" name="which" value=throw />
                <button class="button">"Throw it away"</button>
            </form>
        </div>
    }
    .into_any()
}
