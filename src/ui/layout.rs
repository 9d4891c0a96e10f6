//! The shell around every page: skip link, header, flash, main, footer.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::MetaTags;

use super::icon;
use super::page::title_text;
use crate::accounts::model::{SiteRole, initials};
use crate::http::Site;
use crate::http::request::Ctx;
use crate::sessions::api::SignOut;
use crate::ui::flash::Flash;

/// What the shell needs to know of a request. All of it may be missing: a refusal can come before anything is known.
#[derive(Clone, Debug)]
pub struct Chrome {
    css: String,
    path: String,
    name: Option<String>,
    /// Whether it was found out who asks; else neither ways in nor ways out are offered.
    is_known: bool,
    is_admin: bool,
    flash: Flash,
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
            is_admin: person.is_some_and(|person| person.role == SiteRole::Admin),
            flash: ctx.map(|ctx| ctx.flash.clone()).unwrap_or_default(),
        }
    }
}

/// The whole document but for its doctype. A page sets its own title while it renders; a refusal brings one.
pub fn document(chrome: Chrome, title: Option<String>, content: AnyView) -> AnyView {
    let head = match title {
        Some(title) => view! { <title>{title_text(&title)}</title> }.into_any(),
        None => view! { <MetaTags /> }.into_any(),
    };
    let Chrome { css, path, name, is_known, is_admin, flash } = chrome;
    view! {
        <html lang="en" dir="ltr">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="stylesheet" href=css />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {head}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {header(&path, name.as_deref(), is_known, is_admin)}
                {flash.into_view(&path)}
                <main id="main" tabindex="-1">{content}</main>
                {footer(name.is_some())}
            </body>
        </html>
    }
    .into_any()
}

fn header(path: &str, name: Option<&str>, is_known: bool, is_admin: bool) -> AnyView {
    let mut links = vec![("/courses", "Courses")];
    if name.is_some() {
        links.insert(0, ("/", "Home"));
    }
    if is_admin {
        links.push(("/admin/users", "Users"));
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

fn footer(signed_in: bool) -> AnyView {
    let sessions = signed_in.then(|| view! { <li><a href="/account/sessions">"Where you are signed in"</a></li> });
    view! {
        <footer class="site-footer wrap">
            <p>"Lectern, on one server of your own."</p>
            <ul role="list">
                {sessions}
                <li><a href="/accessibility">"Accessibility"</a></li>
                <li><a href="/status">"Status"</a></li>
            </ul>
        </footer>
    }
    .into_any()
}
