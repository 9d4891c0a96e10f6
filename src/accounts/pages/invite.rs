//! `/admin/users/invite`: makes an account for somebody.

use leptos::prelude::*;

use crate::accounts::api::Invite as InviteForm;
use crate::accounts::model::SiteRole;
use crate::accounts::policy::Admin;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

/// The form, for admins; for others it is not there.
#[component]
pub fn Invite() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<bool, Failure> {
    Admin::claim(&mut request::read().await?).await?;
    Ok(request::site()?.mailer.is_some())
}

fn show(has_mail: bool) -> AnyView {
    let form = Form::to::<InviteForm>();
    let choices: Vec<(&'static str, &'static str)> = SiteRole::ALL.map(|each| (each.key(), each.word())).to_vec();
    let lede = if has_mail {
        "We write to them: a link to set their password, which works for a day and once."
    } else {
        "This server sends no mail. The link to set their password waits under Mail, for you to hand over; it works for a day and once."
    };
    view! {
        {page_title("Invite somebody")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/admin/users">"Users"</a></p>
                <h1>"Invite somebody"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.input(Field { name: "email", label: "Email", kind: "email", autocomplete: "off", ..Field::default() })}
                {form.input(Field { name: "name", label: "Name", own_words: true, autocomplete: "off", ..Field::default() })}
                {form.select(Field { name: "role", label: "Role", hint: "What they may do on the whole site.", value: "student".to_owned(), ..Field::default() }, &choices)}
                <div class="buttons">
                    <button class="button primary large">"Invite"</button>
                    <a class="button quiet large" href="/admin/users">"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
