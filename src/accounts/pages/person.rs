//! `/people/{id}`: an account as an admin sees it. Oneself is sent to one's own page; for everybody else it is not there.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::api::{DisableAccount, EnableAccount, EndTheirSignIns, SaveRole};
use crate::accounts::model::{AccountRow, SiteRole};
use crate::accounts::policy::PersonKeeper;
use crate::clock::Millis;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::when;

/// An account's role, state and number of sign-ins, with the buttons that change or end them, for admins.
#[component]
pub fn PersonPage() -> impl IntoView {
    let id = use_params_map().get_untracked().get("id").and_then(|id| id.parse::<UserId>().ok());
    page(load(id), |found| found.map_or_else(|| ().into_any(), show))
}

async fn load(id: Option<UserId>) -> Result<Option<(AccountRow, Millis)>, Failure> {
    let ctx = request::current()?;
    let Some(person) = ctx.person() else { return Err(AppError::SignInRequired.into()) };
    let id = id.ok_or(AppError::NotFound)?;
    if person.id == id {
        request::redirect_page("/account");
        return Ok(None);
    }
    let mut read = request::read().await?;
    let account = PersonKeeper::claim(&mut read, id).await?.find_account().await?.ok_or(AppError::NotFound)?;
    Ok(Some((account, ctx.site.db.clock().now())))
}

fn show((account, now): (AccountRow, Millis)) -> AnyView {
    let id = ("person", account.id.to_string());
    let role = Form::to::<SaveRole>();
    let choices: Vec<(&'static str, &'static str)> = SiteRole::ALL.map(|each| (each.key(), each.word())).to_vec();
    let state = match account.disabled_at {
        Some(at) => view! { <dd><span class="badge bad">"Disabled"</span></dd><dd>"since "{when::time(at, when::words(at, now), false)}</dd> }.into_any(),
        None => view! { <dd>"Can sign in"</dd> }.into_any(),
    };
    let access = if account.disabled_at.is_some() {
        view! {
            <p>"They cannot sign in. What they wrote and read is kept."</p>
            {button::<EnableAccount>(std::slice::from_ref(&id), "button", "Enable", &account.name)}
        }
        .into_any()
    } else {
        view! {
            <p>"Disabling signs them out everywhere. They cannot sign in until you enable the account."</p>
            {button::<DisableAccount>(std::slice::from_ref(&id), "button danger", "Disable", &account.name)}
        }
        .into_any()
    };
    let sign_ins = match account.sign_ins {
        0 => view! { <p>"They are signed in nowhere."</p> }.into_any(),
        live => {
            let count = if live == 1 { "1 sign-in".to_owned() } else { format!("{live} sign-ins") };
            view! {
                <p>{format!("They have {count}. Ending them signs them out everywhere.")}</p>
                {button::<EndTheirSignIns>(std::slice::from_ref(&id), "button danger", "End their sign-ins", &account.name)}
            }
            .into_any()
        }
    };
    view! {
        {page_title(&account.name)}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/admin/users">"Users"</a></p>
                <h1><bdi>{account.name.clone()}</bdi></h1>
            </div></div>
            <dl class="facts">
                <div><dt>"Email"</dt><dd>{account.email.clone()}</dd></div>
                <div><dt>"Account"</dt>{state}</div>
                <div><dt>"Since"</dt><dd>{when::time(account.created_at, when::day(account.created_at, now), false)}</dd></div>
                <div><dt>"Courses"</dt><dd>{account.courses}</dd></div>
            </dl>
            <section class="hung">
                <div><h2>"Role"</h2><p>"What they may do on the whole site, from their next click on."</p></div>
                <div>
                    <form class="fields" method="post" action=role.action()>
                        {role.summary()}
                        {role.hidden(std::slice::from_ref(&id))}
                        {role.select(Field { name: "role", label: "Role", value: account.role.key().to_owned(), ..Field::default() }, &choices)}
                        <div class="buttons"><button class="button">"Save role"<span class="hidden">{format!(" of {}", account.name)}</span></button></div>
                    </form>
                </div>
            </section>
            <section class="hung" aria-labelledby="sign-ins">
                <div><h2 id="sign-ins">"Sign-ins"</h2></div>
                <div>{sign_ins}</div>
            </section>
            <section class="hung" aria-labelledby="access">
                <div><h2 id="access">"Access"</h2></div>
                <div>{access}</div>
            </section>
        </div>
    }
    .into_any()
}
