//! `/api`: what programs can ask for, how, and what they are answered.

use std::sync::OnceLock;

use leptos::prelude::*;
use serde_json::Value;

use super::operation::{Field, Operation, grouped};
use crate::api::describe;
use crate::api::problem::KINDS;
use crate::http::request;
use crate::tokens::scope::Scope;
use crate::ui::page::{page, page_title};
use crate::ui::told::{self, Row};

/// The groups, in the order in which a reader meets them, each with a sentence.
const GROUPS: [(&str, &str); 5] = [
    ("Getting tokens", "Sign in, renew, take back."),
    ("Oneself", "Who a token acts for."),
    ("Courses", "Find, make, change, join."),
    ("People", "Who is in a course, for its staff."),
    ("Users", "All accounts, for admins."),
];

/// How to begin, every operation with something to try, the scopes, and the refusals.
#[component]
pub fn Reference() -> impl IntoView {
    page(async { Ok(request::site()?.config.public_url.origin.clone()) }, |origin| show(&origin))
}

fn show(origin: &str) -> AnyView {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| serde_json::to_value(describe::document()).unwrap_or_default());
    let groups = grouped(document, origin, &GROUPS.map(|(name, _)| name));
    let contents: Vec<AnyView> = groups
        .iter()
        .flat_map(|(_, operations)| operations)
        .map(|it| {
            let address = format!("#{}", it.id);
            view! { <li><a href=address>{it.summary.clone()}</a>" "<code>{format!("{} {}", it.method, it.path)}</code></li> }.into_any()
        })
        .collect();
    let groups: Vec<AnyView> = groups.into_iter().map(|(name, operations)| group(&name, operations)).collect();
    view! {
        {page_title("The API")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"The API"</h1>
                <p class="lede">"What programs can ask for. The same rules hold as on the pages: a token can do what its person can, and of that what its scopes say."</p>
            </div></div>
            {begin(origin)}
            <section class="hung" aria-labelledby="contents">
                <div><h2 id="contents">"Everything there is"</h2><p><a href=describe_address()>"For programs (OpenAPI 3.1)"</a></p></div>
                <div><ul class="contents" role="list">{contents}</ul></div>
            </section>
            {groups}
            {same(origin)}
            {scopes()}
            {refusals()}
        </div>
    }
    .into_any()
}

fn describe_address() -> &'static str {
    crate::api::router::DESCRIPTION
}

/// A group and no region: a page with forty landmarks has none.
fn code(name: impl Into<String>, text: String) -> AnyView {
    view! { <pre class="code" tabindex="0" role="group" aria-label=name.into()><code>{text}</code></pre> }.into_any()
}

fn begin(origin: &str) -> AnyView {
    view! {
        <section class="hung" aria-labelledby="begin">
            <div><h2 id="begin">"Begin"</h2></div>
            <div>
                <p>"Make a token at "<a href="/account/tokens">"Your tokens"</a>", then ask who it is:"</p>
                {code("First request", format!("export TOKEN=lectern_pat_...\ncurl -H \"Authorization: Bearer $TOKEN\" {origin}/api/v1/me"))}
                <p>"A program for others lets each of them in with the device flow, or asks for their password and second step itself. Both get an \
                    access token of ten minutes and a refresh token that gets the next. "<a href="/lab">"The lab"</a>" takes one apart."</p>
            </div>
        </section>
    }
    .into_any()
}

fn group(name: &str, operations: Vec<Operation>) -> AnyView {
    let help = GROUPS.iter().find(|(group, _)| *group == name).map_or("", |(_, help)| help);
    let id = name.to_lowercase().replace(' ', "-");
    let operations: Vec<AnyView> = operations.into_iter().map(operation).collect();
    view! {
        <section class="hung" aria-labelledby=id.clone()>
            <div><h2 id=id.clone()>{name.to_owned()}</h2><p>{help}</p></div>
            <div class="operations">{operations}</div>
        </section>
    }
    .into_any()
}

fn operation(it: Operation) -> AnyView {
    let needs = match (&it.scope, it.is_open) {
        (Some(scope), true) => view! { "Needs nobody. A token needs "<code>{scope.clone()}</code>"." }.into_any(),
        (Some(scope), false) => view! { "Needs "<code>{scope.clone()}</code>"." }.into_any(),
        (None, _) => "Needs nobody to be signed in.".into_any(),
    };
    let sent = [it.parameters, it.body].into_iter().flatten().collect::<Vec<_>>();
    let sent = (!sent.is_empty()).then(|| fields("What is sent", &it.summary, sent));
    let done: Vec<AnyView> = it
        .done
        .into_iter()
        .map(|(status, words, answer)| {
            let table = (!answer.is_empty()).then(|| fields("What is answered", &it.summary, answer));
            view! { <p><strong>{status}</strong>" "{words}"."</p>{table} }.into_any()
        })
        .collect();
    view! {
        <article class="operation" id=it.id>
            <h3>{it.summary.clone()}</h3>
            <p class="wire"><b>{it.method}</b>" "{it.path}</p>
            <p>{words(&it.description)}" "{needs}</p>
            {code(format!("Try it: {}", &it.summary), it.curl)}
            <details>
                <summary>"Fields and answers"</summary>
                {sent}
                {done}
                <p>"Refused: "{it.refusals.join(", ")}". "<a href="#refusals">"What each means"</a></p>
            </details>
        </article>
    }
    .into_any()
}

/// Sentences with code between backticks.
fn words(text: &str) -> Vec<AnyView> {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| match at % 2 {
            0 => part.to_owned().into_any(),
            _ => view! { <code>{part.to_owned()}</code> }.into_any(),
        })
        .collect()
}

fn fields(name: &'static str, of: &str, fields: Vec<Field>) -> AnyView {
    let rows = fields
        .into_iter()
        .map(|field| {
            let place = if field.place == "body" { String::new() } else { format!("{}, ", field.place) };
            let optional = if field.is_optional { " (optional)" } else { "" };
            let about = view! { <code>{field.name}</code>{optional} };
            Row::of(about, vec![format!("{place}{}", field.kind).into_any(), words(&field.words).into_any()])
        })
        .collect();
    told::table(&format!("{name}: {of}"), &[name, "Kind", "What it is"], rows)
}

/// What holds for every operation.
fn same(origin: &str) -> AnyView {
    view! {
        <section class="hung" aria-labelledby="same">
            <div><h2 id="same">"The same everywhere"</h2></div>
            <div>
                <h3>"Lists"</h3>
                <p>"have at most 100 items on a page; 25 where "<code>"limit"</code>" is not said. "<code>"next"</code>" asks for the page after:"</p>
                {code("Lists", format!("NEXT=$(curl -s \"{origin}/api/v1/courses?limit=1\" | sed 's/.*\"next\":\"\\([^\"]*\\)\".*/\\1/')\ncurl \"{origin}/api/v1/courses?limit=1&cursor=$NEXT\""))}
                <h3>"Changes"</h3>
                <p>"name the version that was read: send its "<code>"ETag"</code>" as "<code>"If-Match"</code>". Somebody was quicker: 412, and nothing is overwritten."</p>
                {code("Changes", format!("ETAG=$(curl -sD - -o /dev/null -H \"Authorization: Bearer $TOKEN\" {origin}/api/v1/me | grep -i ^etag | cut -d' ' -f2 | tr -d '\\r')"))}
                <h3>"Posts that may come twice"</h3>
                <p>"can carry a name of yours in "<code>"Idempotency-Key"</code>". Sent again within a day, the same request is answered as before, and done once."</p>
                <h3>"Proofs"</h3>
                <p>"Changing roles, closing accounts and ending sign-ins need somebody who has signed in within ten minutes. Tokens made by hand, and apps let in with a code, never have: use the pages."</p>
                <h3>"Keys"</h3>
                <p>"Others check our access tokens with "<a href="/.well-known/jwks.json">"the published keys"</a>"; "<a href="/.well-known/oauth-authorization-server">"what this server does of OAuth"</a>" is described as well."</p>
            </div>
        </section>
    }
    .into_any()
}

fn scopes() -> AnyView {
    let rows = Scope::ALL
        .into_iter()
        .map(|scope| Row::of(view! { <code>{scope.key()}</code> }, vec![scope.words().into_any()]))
        .collect();
    view! {
        <section class="hung" aria-labelledby="scopes">
            <div><h2 id="scopes">"Scopes"</h2><p>"Take as few as will do."</p></div>
            {told::table("Scopes", &["Scope", "An app with it may"], rows)}
        </section>
    }
    .into_any()
}

/// Each kind of refusal, at the address that its `type` names.
fn refusals() -> AnyView {
    let rows = KINDS
        .into_iter()
        .map(|(address, title, words)| {
            let said = vec![view! { <code>{address}</code> }.into_any(), words.into_any()];
            Row { id: Some(address.trim_start_matches("/api#").to_owned()), ..Row::of(title, said) }
        })
        .collect();
    view! {
        <section class="hung" aria-labelledby="refusals">
            <div><h2 id="refusals">"Refusals"</h2><p>"application/problem+json (RFC 9457): type, title, status, detail, and errors for fields. What gives tokens out answers some as OAuth does: "<code>"{\"error\": ...}"</code>"."</p></div>
            {told::table("Refusals", &["What", "Type", "What it means"], rows)}
        </section>
    }
    .into_any()
}
