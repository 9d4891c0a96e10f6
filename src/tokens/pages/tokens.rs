//! `/account/tokens`: the tokens that one made by hand.

use leptos::prelude::*;

use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::sessions::pages::rows::may;
use crate::sessions::store::PERSONAL;
use crate::tokens::api::{LASTS, MakeToken, RevokeToken, TOKEN_NAME_MAX};
use crate::tokens::scope::{Scope, Scopes};
use crate::tokens::store::PersonalRow;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::{icon, proven, when};

struct Data {
    person: Person,
    tokens: Vec<PersonalRow>,
    has_fresh: bool,
    now: Millis,
}

/// One's tokens, with a button on each that revokes it, and the form that makes one.
#[component]
pub fn Tokens() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let person = oneself.person().clone();
    let tokens = oneself.list_personal_tokens().await?;
    let has_fresh = oneself.has_fresh_token().await?;
    Ok(Data { person, tokens, has_fresh, now: ctx.site.db.clock().now() })
}

fn show(Data { person, tokens, has_fresh, now }: Data) -> AnyView {
    let count = match tokens.len() {
        0 => "None".to_owned(),
        1 => "1 token".to_owned(),
        many => format!("{many} tokens"),
    };
    let is_full = i64::try_from(tokens.len()).is_ok_and(|count| count >= PERSONAL);
    let list = match tokens.is_empty() {
        true => view! {
            <h3>"No tokens yet"</h3>
            <p>"A token lets a script of yours use Lectern without your password. Make one below, and give it to the script."</p>
        }
        .into_any(),
        false => {
            let items: Vec<AnyView> = tokens.into_iter().map(|row| view! { <li>{token(row, now)}</li> }.into_any()).collect();
            view! { <ul class="rows" role="list">{items}</ul> }.into_any()
        }
    };
    let waits = has_fresh.then(|| {
        view! { <div class="note warn"><p>"Your new token has not been looked at. "<a href="/account/tokens/new">"Show it"</a>"."</p></div> }
    });
    view! {
        {page_title("Your tokens")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"Your tokens"</h1>
                <p class="lede">"For scripts and programs of your own. Each token is good for what you tick, until the day you choose, and no longer."</p>
                {proven::note(&person, now)}
            </div></div>
            {waits}
            <section class="hung" aria-labelledby="tokens">
                <div><h2 id="tokens">"Tokens"</h2><p>{count}</p></div>
                <div>{list}</div>
            </section>
            <section class="hung" aria-labelledby="make">
                <div><h2 id="make">"Make a token"</h2><p>"It is shown once."</p></div>
                <div>{if is_full { full() } else { form() }}</div>
            </section>
            <section class="hung" aria-labelledby="using">
                <div><h2 id="using">"Using it"</h2></div>
                <div>
                    <p>"Send it with each request, and keep it where others do not read it: not in a program’s text, and not in an address."</p>
                    <pre class="code" tabindex="0" role="region" aria-label="Example"><code>{example()}</code></pre>
                    <p><a href="/api">"What the API can do"</a></p>
                    <p>"Apps that have signed in themselves stand under "<a href="/account/sessions">"Where you are signed in"</a>". \
                        When your password, a way to sign in or your role changes, tokens end as other sign-ins do."</p>
                </div>
            </section>
        </div>
    }
    .into_any()
}

fn example() -> String {
    let origin = request::site().map(|site| site.config.public_url.origin.clone()).unwrap_or_default();
    format!("curl -H \"Authorization: Bearer $TOKEN\" {origin}/api/v1/me")
}

fn full() -> AnyView {
    view! { <p>{format!("You have {PERSONAL} tokens, which is as many as one person has. Revoke one to make another.")}</p> }.into_any()
}

fn token(row: PersonalRow, now: Millis) -> AnyView {
    let used = match row.last_seen_at > row.created_at {
        true => view! {
            <dd>{when::time(row.last_seen_at, when::words(row.last_seen_at, now), true)}</dd><dd>"from "{row.address}</dd>
        }
        .into_any(),
        false => view! { <dd>"Never"</dd> }.into_any(),
    };
    view! {
        <article class="device">
            {icon::key()}
            <div>
                <h3><bdi>{row.name.clone()}</bdi></h3>
                <dl class="facts">
                    <div><dt>"Made"</dt><dd>{when::time(row.created_at, when::words(row.created_at, now), true)}</dd></div>
                    <div><dt>"Last used"</dt>{used}</div>
                    <div><dt>"Ends by itself"</dt><dd>{when::time(row.absolute_ends_at, when::words(row.absolute_ends_at, now), true)}</dd></div>
                    {may(Scopes::stored(&row.scopes))}
                </dl>
            </div>
            {button::<RevokeToken>(&[("personal_token", row.id.to_string())], "button", "Revoke", &row.name)}
        </article>
    }
    .into_any()
}

/// What the box of a scope is called in the form.
fn field(scope: Scope) -> &'static str {
    match scope {
        Scope::AccountRead => "account_read",
        Scope::AccountWrite => "account_write",
        Scope::CoursesRead => "courses_read",
        Scope::CoursesWrite => "courses_write",
        Scope::EnrolmentsWrite => "enrolments_write",
        Scope::PeopleRead => "people_read",
        Scope::PeopleWrite => "people_write",
        Scope::UsersRead => "users_read",
        Scope::UsersWrite => "users_write",
    }
}

fn form() -> AnyView {
    let form = Form::to::<MakeToken>();
    let boxes: Vec<AnyView> =
        Scope::ALL.into_iter().map(|scope| form.checkbox(field(scope), scope.words(), scope.key(), false)).collect();
    view! {
        <form class="fields" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[])}
            {form.input(Field {
                name: "token_name", label: "Name", hint: "What it is for, so that you know it again: “Grades script”.",
                own_words: true, autocomplete: "off", most: TOKEN_NAME_MAX, ..Field::default()
            })}
            {form.select(Field { name: "lasts", label: "Good for", value: "30".to_owned(), ..Field::default() }, &LASTS)}
            <fieldset class="checks">
                <legend>"It may"</legend>
                {boxes}
            </fieldset>
            <div class="buttons"><button class="button primary">"Make token"</button></div>
        </form>
    }
    .into_any()
}
