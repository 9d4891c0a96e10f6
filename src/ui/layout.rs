//! The shell around every page: skip link, header, flash, main, footer.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::MetaTags;

use super::icon;
use super::page::title_text;
use crate::accounts::model::{SiteRole, initials};
use crate::clock::{MINUTE, Millis};
use crate::error::wait_in_words;
use crate::http::Site;
use crate::http::form_token::TOKEN_FIELD;
use crate::http::kept_forms::UNSENT_PAGE;
use crate::http::request::Ctx;
use crate::sessions::api::{Left, SignOut};
use crate::sessions::caller::View;
use crate::sessions::islands::SessionEnd;
use crate::ui::flash::Flash;
use crate::ui::{islands, when};
use crate::viewing::api::EndView;
use crate::zone::Zone;

/// What the shell needs to know of a request. All of it may be missing: a refusal can come before anything is known.
pub struct Chrome {
    css: String,
    path: String,
    name: Option<String>,
    /// Whether it was found out who asks; else neither ways in nor ways out are offered.
    is_known: bool,
    is_admin: bool,
    flash: Flash,
    /// Says that the shell's forms come from this page; none for visitors.
    token: Option<String>,
    /// A form waits for whoever is signed in, and this page is not the one that shows it.
    waits: bool,
    /// The course they look at as a student does.
    view: Option<View>,
    /// Their role needs a second step, and this sign-in has none.
    lacks_second: bool,
    /// People reach the site over plain http, and an admin is told.
    is_bare: bool,
    ends: Option<Ends>,
}

/// So long before the end a notice appears, in milliseconds: time enough to read it and to press, for somebody slow as well (WCAG
/// 2.2, 2.2.1 asks for 20 seconds at least). Where a sign-in lasts less than eight minutes, the last quarter.
const NOTICE: Millis = 2 * MINUTE;

/// When the sign-in ends, in words and as the island that warns of it needs it; and the script that wakes it.
struct Ends {
    words: String,
    left: Left,
    /// So many seconds before the end a notice appears.
    notice: u32,
    start: AnyView,
}

impl Chrome {
    /// Without a request it is nobody's, at no address, with nothing to say.
    pub fn of(site: &Arc<Site>, ctx: Option<&Ctx>) -> Self {
        let person = ctx.and_then(Ctx::person);
        Self {
            css: site.assets.current().css,
            path: ctx.map(|ctx| ctx.path().to_owned()).unwrap_or_default(),
            name: person.map(|person| person.name.clone()),
            is_known: ctx.is_some(),
            is_admin: person.is_some_and(|person| person.role == SiteRole::Admin && !person.lacks_second)
                && ctx.is_some_and(|ctx| ctx.caller.is_admin_place),
            flash: ctx.map(|ctx| ctx.flash.clone()).unwrap_or_default(),
            token: ctx.and_then(Ctx::form_token),
            waits: ctx.is_some_and(|ctx| {
                person.is_some() && ctx.path() != UNSENT_PAGE && ctx.path() != "/prove" && !ctx.waiting().is_empty()
            }),
            view: person.and_then(|person| person.view.as_deref().cloned()),
            lacks_second: person.is_some_and(|person| person.lacks_second)
                && ctx.is_some_and(|ctx| !ctx.path().starts_with("/account/security") && ctx.path() != "/prove"),
            is_bare: person.is_some_and(|person| person.role == SiteRole::Admin)
                && !site.config.public_url.https
                && !site.config.public_url.is_this_machine(),
            ends: ctx.zip(person).map(|(ctx, person)| {
                let now = site.db.clock().now();
                let idle = site.config.idle(person.role, person.is_remembered);
                let idle = wait_in_words(u32::try_from(idle / 1_000).unwrap_or(u32::MAX));
                let end = when::words(person.absolute_ends_at, now);
                Ends {
                    words: format!("You stay signed in until {end}, or for {idle} without a click."),
                    left: Left::of(person, now),
                    notice: u32::try_from(NOTICE.min(site.config.idle(person.role, person.is_remembered) / 4) / 1_000)
                        .unwrap_or(0),
                    start: islands::script(ctx),
                }
            }),
        }
    }
}

/// The whole document but for its doctype. A page sets its own title while it renders; a refusal brings one.
pub fn document(chrome: Chrome, title: Option<String>, content: AnyView) -> AnyView {
    let head = match title {
        Some(title) => view! { <title>{title_text(&title)}</title> }.into_any(),
        None => view! { <MetaTags /> }.into_any(),
    };
    let Chrome { css, path, name, is_known, is_admin, flash, token, waits, view, lacks_second, is_bare, ends } = chrome;
    let (words, warner) = ends.map(Ends::into_parts).unzip();
    view! {
        <html lang="en" dir="ltr">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="stylesheet" href=css />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {head}
                {token.clone().map(|token| view! { <meta name="lectern-token" content=token /> })}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {header(&path, name.as_deref(), is_known, is_admin, token.clone())}
                {view.map(|view| viewing(view, token.clone()))}
                {flash.into_view(&path, token.clone())}
                {waits.then(waiting)}
                {lacks_second.then(second_step)}
                {is_bare.then(bare)}
                <main id="main" tabindex="-1">{content}</main>
                {footer(name.is_some(), words)}
                {warner}
            </body>
        </html>
    }
    .into_any()
}

fn header(path: &str, name: Option<&str>, is_known: bool, is_admin: bool, token: Option<String>) -> AnyView {
    let mut links = vec![("/courses", "Courses")];
    if name.is_some() {
        links.insert(0, ("/", "Home"));
        links.push(("/search", "Search"));
    }
    links.push(("/lab", "Lab"));
    if is_admin {
        links.push(("/admin/users", "Users"));
        links.push(("/admin/audit", "Audit"));
        links.push(("/admin/outbox", "Mail"));
        links.push(("/admin/server", "Server"));
    }
    let nav: Vec<AnyView> = links
        .into_iter()
        .map(|(address, words)| {
            // A visitor's home is the catalogue.
            let here = match address {
                "/" => path == "/",
                "/courses" => path.starts_with("/courses") || (name.is_none() && path == "/"),
                other => path.starts_with(other),
            };
            view! { <li><a href=address aria-current=here.then_some("page")>{words}</a></li> }.into_any()
        })
        .collect();
    let user = match name {
        Some(name) => view! {
            <a class="me" href="/account">
                <span class="initials" aria-hidden="true">{initials(name)}</span>
                <bdi class="hidden-narrow">{name.to_owned()}</bdi>
            </a>
            <form method="post" action=SignOut::PATH>
                <input type="hidden" name=TOKEN_FIELD value=token />
                <button class="button quiet">"Sign out"</button>
            </form>
        }
        .into_any(),
        None if !is_known => ().into_any(),
        None => {
            let sign_up = (path != "/signup").then(|| view! { <a href="/signup">"Create account"</a> });
            let sign_in = (path != "/login").then(|| view! { <a class="button primary" href="/login">"Sign in"</a> });
            view! { {sign_up} {sign_in} }.into_any()
        }
    };
    view! {
        <header class="site-header wrap">
            <a class="brand" href="/">{icon::lectern()}"Lectern"</a>
            <nav class="site-nav" aria-label="Site"><ul role="list">{nav}</ul></nav>
            <div class="site-user">{user}</div>
        </header>
    }
    .into_any()
}

impl Ends {
    /// The sentence for the footer, and the island with its script.
    fn into_parts(self) -> (String, AnyView) {
        let island = view! {
            <div class="ending" data-idle-left=self.left.idle data-absolute-left=self.left.absolute data-notice=self.notice><SessionEnd /></div>
            {self.start}
        };
        (self.words, island.into_any())
    }
}

/// The strip that says, on every page, as whom a course is seen, with the way out.
fn viewing(view: View, token: Option<String>) -> AnyView {
    let who = match view.student {
        Some((_, name)) => view! { <bdi>{name}</bdi>" does" }.into_any(),
        None => "any student does".into_any(),
    };
    let at = view.at.map(|at| format!(", at {}", Zone::stored(&view.time_zone).words(at)));
    view! {
        <div class="flash wrap" role="region" aria-label="View as a student">
            <p>"You see "<a href=format!("/courses/{}", view.slug) dir="auto">{view.title}</a>" as "{who}{at}". Nothing in it can be changed."</p>
            <form method="post" action=EndView::PATH>
                <input type="hidden" name=TOKEN_FIELD value=token />
                <button class="button small">"Stop"<span class="hidden">" viewing as a student"</span></button>
            </form>
        </div>
    }
    .into_any()
}

/// The strip that tells an admin that nothing is safe on the way.
fn bare() -> AnyView {
    view! {
        <div class="flash bad wrap">
            <p>"People reach this site over plain http: passwords and sign-ins can be read on the way."</p>
            <a class="button small" href="/admin/server">"What to do"</a>
        </div>
    }
    .into_any()
}

/// The strip that says why nothing else can be reached.
fn second_step() -> AnyView {
    view! {
        <div class="flash wrap">
            <p>"Your role needs a second step besides the password. Until then you reach your own account alone."</p>
            <a class="button small" href="/account/security?needed=1">"Set it up"</a>
        </div>
    }
    .into_any()
}

/// The strip that leads to a form that waits to be sent.
fn waiting() -> AnyView {
    view! {
        <div class="flash wrap">
            <p>"What you sent waits: it was not done, since you had to sign in or show who you are first."</p>
            <a class="button small" href=UNSENT_PAGE>"See it"</a>
        </div>
    }
    .into_any()
}

fn footer(signed_in: bool, ends: Option<String>) -> AnyView {
    let sessions = match signed_in {
        true => view! { <li><a href="/account/sessions">"Where you are signed in"</a></li> }.into_any(),
        false => view! { <li><a href="/lab">"How we sign you in"</a></li> }.into_any(),
    };
    view! {
        <footer class="site-footer wrap">
            <div><p>"Lectern, on one server of your own."</p>{ends.map(|words| view! { <p class="ends">{words}</p> })}</div>
            <ul role="list">
                {sessions}
                <li><a href="/accessibility">"Accessibility"</a></li>
                <li><a href="/api">"API"</a></li>
                <li><a href="/status">"Status"</a></li>
            </ul>
        </footer>
    }
    .into_any()
}
