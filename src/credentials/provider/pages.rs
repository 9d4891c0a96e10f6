//! `/login/with/{name}`, which leads to a provider, `/login/with/{name}/back`, where it sends people, and
//! `/account/security/add/{name}`, where an account there is added.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::api::RemoveProvider;
use super::list::Provider;
use super::store::{Errand, Identity, Known, ProviderRow, Visit, public_arrive, public_begin_visit, public_take_visit};
use crate::accounts::model::SiteRole;
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::credentials::guessing::{Few, public_take_one};
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::kept_forms::UNSENT_PAGE;
use crate::http::local_path::{LocalPath, query_value};
use crate::http::request::{self, Ctx, SECOND_STEP_PAGE};
use crate::metrics::{self, Outcome};
use crate::network::place_of;
use crate::notices::{self, Notice};
use crate::sessions::policy::RecentlyProven;
use crate::sessions::store::{Begins, How, Renewed};
use crate::ui::flash::Flash;
use crate::ui::form::ask_first;
use crate::ui::page::{page, page_title};
use crate::ui::when;

fn name() -> String {
    use_params_map().get_untracked().get("name").unwrap_or_default()
}

/// Sends the browser to the provider. 404 for one that is not set up.
#[component]
pub fn GoToProvider() -> impl IntoView {
    let name = name();
    page(async move { go(&name).await }, |()| ().into_any())
}

async fn go(name: &str) -> Result<(), Failure> {
    let ctx = request::current()?;
    let provider = ctx.site.provider(name).ok_or(AppError::NotFound)?;
    let next = ctx.query("next").as_deref().and_then(LocalPath::parse).unwrap_or_else(LocalPath::root);
    let anew = ctx.query("prove").is_some();
    let errand = match (anew, ctx.person()) {
        // Who has a password shows that: it is theirs alone, and an open sign-in elsewhere is not.
        (true, Some(person)) if person.has_password => {
            request::redirect_page(&request::prove_address(next.as_str(), None));
            return Ok(());
        }
        (true, Some(person)) => Errand::Proving(person.id, person.sign_in),
        (true, None) => return Err(AppError::SignInRequired.into()),
        (false, Some(_)) => {
            request::redirect_page(next.as_str());
            return Ok(());
        }
        (false, None) => Errand::SigningIn,
    };
    let remembered = ctx.query("remember").is_some();
    let home = match errand {
        Errand::SigningIn => format!("/login?next={}", query_value(next.as_str())),
        Errand::Adding(..) | Errand::Proving(..) => request::prove_address(next.as_str(), None),
    };
    match send(&ctx, provider, errand, (remembered, next.as_str())).await? {
        Some(address) => request::redirect_page(&address),
        None => leave(&ctx, &home, silent(provider)),
    }
    Ok(())
}

/// What somebody reads whom a provider lets wait.
fn silent(provider: &Provider) -> String {
    format!("{} does not answer just now. Try again later, or use another way.", provider.label)
}

/// Begins a visit, and answers the address that it leads to; none when the provider does not answer.
async fn send(ctx: &Ctx, provider: &Provider, errand: Errand, after: (bool, &str)) -> Result<Option<String>, Failure> {
    let browser = ctx.visit_or_new();
    let mut write = request::begin_write().await?;
    public_take_one(&mut write, Few::Ceremonies, &place_of(ctx.caller.address)).await?;
    let secrets = public_begin_visit(&mut write, &ctx.site.key, &provider.name, &browser, errand, after).await?;
    write.commit().await?;
    match provider.begin(&secrets, matches!(errand, Errand::Proving(..))).await {
        Ok(address) => Ok(Some(address)),
        Err(failure) => {
            tracing::warn!(provider = provider.name, %failure, "a provider could not be asked");
            Ok(None)
        }
    }
}

/// Sends the browser on, to say something there.
fn leave(ctx: &Ctx, address: &str, words: impl Into<String>) {
    ctx.say(|answer| answer.flash = Flash::said(words));
    request::redirect_page(address);
}

/// Where a provider sends people back to: signs them in, adds the account, or takes the proof.
#[component]
pub fn BackFromProvider() -> impl IntoView {
    let name = name();
    page(async move { back(&name).await }, |()| ().into_any())
}

async fn back(name: &str) -> Result<(), Failure> {
    let ctx = request::current()?;
    let provider = ctx.site.provider(name).ok_or(AppError::NotFound)?;
    let state = ctx.query("state").unwrap_or_default();
    let visit = match ctx.visit() {
        Some(browser) => {
            let mut write = request::begin_write().await?;
            let visit = public_take_visit(&mut write, name, browser, &state).await?;
            write.commit().await?;
            visit
        }
        None => None,
    };
    let Some((visit, secrets)) = visit.and_then(|visit| Some((visit.clone(), visit.secrets(&ctx.site.key)?))) else {
        tracing::warn!(event = "authn_login_fail", "somebody came back from a provider without having been sent");
        leave(&ctx, "/login", "That took too long, or began in another browser. Try once more.");
        return Ok(());
    };
    let home = match visit.errand() {
        Errand::SigningIn => format!("/login?next={}", query_value(&visit.next)),
        Errand::Adding(..) => "/account/security".to_owned(),
        Errand::Proving(..) => request::prove_address(&visit.next, None),
    };
    let code = match (ctx.query("code"), ctx.query("error")) {
        (Some(code), None) => code,
        (_, error) => {
            tracing::info!(
                provider = name,
                error = error.as_deref().unwrap_or("none"),
                "a provider sent somebody back without a code"
            );
            leave(&ctx, &home, format!("Nothing was done: {} was told no, or could not.", provider.label));
            return Ok(());
        }
    };
    let anew = matches!(visit.errand(), Errand::Proving(..));
    let who = match provider.finish(secrets, &code, ctx.query("iss").as_deref(), anew).await {
        Ok(Some(who)) => who,
        Ok(None) => {
            metrics::signing_in(How::Provider, Outcome::Wrong);
            leave(
                &ctx,
                &home,
                format!("We could not make sure of what {} said, so nothing was done. Try once more.", provider.label),
            );
            return Ok(());
        }
        Err(failure) => {
            tracing::warn!(provider = name, %failure, "a provider could not be asked");
            leave(&ctx, &home, silent(provider));
            return Ok(());
        }
    };
    match visit.errand() {
        Errand::SigningIn => sign_in(&ctx, provider, &who, &visit, &home).await,
        Errand::Adding(user, sign_in) => {
            let mut write = request::begin_write().await?;
            let mut oneself = RecentlyProven::of(Oneself::claim(&mut write).await?)?;
            if (oneself.inner().person().id, oneself.inner().person().sign_in) != (user, sign_in) {
                leave(&ctx, &home, "You signed in anew meanwhile. Try once more.");
                return Ok(());
            }
            oneself.add_provider_account(provider, &who).await?;
            let ended = oneself.inner().end_elsewhere(Renewed::Ways).await?;
            notices::tell(&mut write, &ctx.site, user, Notice::Added("an account elsewhere")).await?;
            write.commit().await?;
            tracing::info!(event = "authn_factor_added", person = user.0, "an account elsewhere was added");
            request::renew_session().await?;
            let said = format!("Your {} account signs you in from now on.", provider.label);
            ctx.say(|answer| answer.flash = Flash::said_and_ended(said, ended));
            request::redirect_page("/account/security");
            Ok(())
        }
        Errand::Proving(user, sign_in) => prove(&ctx, provider, &who, &visit, (user, sign_in), &home).await,
    }
}

async fn sign_in(ctx: &Ctx, provider: &Provider, who: &Identity, visit: &Visit, home: &str) -> Result<(), Failure> {
    request::sessions_answer().await?;
    let mut write = request::begin_write().await?;
    request::end_current(&mut write).await?;
    let (arriving, user, role, arrival) = match public_arrive(&mut write, provider, who).await? {
        Known::Person(arriving, user, role, arrival) => (arriving, user, role, Some(arrival)),
        Known::Made(arriving, user) => (arriving, user, SiteRole::Student, None),
        Known::AddressTaken => {
            drop(write);
            let words = format!(
                "There is an account here with the address of your {0} account. Sign in to it as you do, then add {0} under “How you sign in”.",
                provider.label
            );
            leave(ctx, home, words);
            return Ok(());
        }
        Known::NotConfirmed => {
            drop(write);
            let words = format!(
                "{0} has not confirmed your address, so we make no account of it. Confirm it there, or create an account here.",
                provider.label
            );
            leave(ctx, home, words);
            return Ok(());
        }
    };
    let lasts = if visit.remembered { request::lasts_remembered(role)? } else { request::lasts(role)? };
    let begins = match arriving.sign_in(How::Provider, lasts, &visit.next).await {
        Ok(begins) => begins,
        // Closed, by an admin or by "this was not me".
        Err(Failure::Refused(AppError::Invalid(errors))) => {
            let words = errors.0.first().map(|error| format!("{}.", error.message)).unwrap_or_default();
            leave(ctx, home, words);
            return Ok(());
        }
        Err(failure) => return Err(failure),
    };
    if let (Begins::In(_), Some(arrival)) = (&begins, arrival) {
        arrival.tell(&mut write, &ctx.site, user, false).await?;
    }
    write.commit().await?;
    if !request::enter(begins, lasts).await? {
        request::redirect_page(SECOND_STEP_PAGE);
        return Ok(());
    }
    metrics::signing_in(How::Provider, Outcome::Success);
    tracing::info!(
        event = "authn_login_success",
        person = user.0,
        provider = provider.name,
        "somebody signed in with a provider"
    );
    match arrival {
        None => leave(ctx, &visit.next, "Your account is ready, and you are signed in."),
        Some(_) => request::redirect_page(&visit.next),
    }
    Ok(())
}

async fn prove(
    ctx: &Ctx,
    provider: &Provider,
    who: &Identity,
    visit: &Visit,
    whose: (crate::id::UserId, crate::id::SignInId),
    home: &str,
) -> Result<(), Failure> {
    let mut write = request::begin_write().await?;
    let mut oneself = Oneself::claim(&mut write).await?;
    let is_own = (oneself.person().id, oneself.person().sign_in) == whose && oneself.has_provider_account(who).await?;
    if !is_own {
        leave(ctx, home, format!("That is another {} account than the one that signs you in here.", provider.label));
        return Ok(());
    }
    let has_second = oneself.person().has_second();
    oneself.note_first_shown().await?;
    write.commit().await?;
    request::renew_session().await?;
    // What waits is shown there, with the button that sends it; who has a second step is asked for it next.
    let to = match (has_second, ctx.waiting().is_empty()) {
        (true, _) => request::prove_address(&visit.next, None),
        (false, false) => UNSENT_PAGE.to_owned(),
        (false, true) => visit.next.clone(),
    };
    request::redirect_page(&to);
    Ok(())
}

struct Adding {
    label: String,
    address: String,
}

/// Says what adding an account elsewhere does, and leads there; for who has proven lately who they are.
#[component]
pub fn AddProvider() -> impl IntoView {
    let name = name();
    page(async move { load_adding(&name).await }, |adding| {
        let Some(Adding { label, address }) = adding else { return ().into_any() };
        view! {
            {page_title("Add another way in")}
            <div class="page wrap">
                <div class="head"><div>
                    <p class="crumb"><a href="/account/security">"How you sign in"</a></p>
                    <h1>{format!("Add your {label} account")}</h1>
                    <p class="lede">{format!("{label} asks whether we may know your name and address there. We keep which account it is, and nothing else. Your other sign-ins here end then.")}</p>
                </div></div>
                <div class="buttons">
                    <a class="button primary large" href=address>{format!("Continue to {label}")}</a>
                    <a class="button quiet large" href="/account/security">"Cancel"</a>
                </div>
            </div>
        }
        .into_any()
    })
}

/// None when the provider does not answer, and the person was sent back.
async fn load_adding(name: &str) -> Result<Option<Adding>, Failure> {
    let ctx = request::current()?;
    let provider = ctx.site.provider(name).ok_or(AppError::NotFound)?;
    let mut read = request::read().await?;
    let mut oneself = RecentlyProven::of(Oneself::claim(&mut read).await?)?;
    let errand = Errand::Adding(oneself.inner().person().id, oneself.inner().person().sign_in);
    drop(read);
    let address = send(&ctx, provider, errand, (false, "/account/security")).await?;
    if address.is_none() {
        leave(&ctx, "/account/security", silent(provider));
    }
    Ok(address.map(|address| Adding { label: provider.label.clone(), address }))
}

/// The links that lead to providers, on the sign-in page.
pub fn sign_in_links(providers: &[(String, String)], next: &str) -> Vec<AnyView> {
    let links = providers.iter().map(|(name, label)| {
        let address = match next {
            "" => format!("/login/with/{name}"),
            next => format!("/login/with/{name}?next={}", query_value(next)),
        };
        view! { <a class="button" href=address>{format!("Sign in with {label}")}</a> }.into_any()
    });
    links.collect()
}

/// The same where somebody who has no password proves once more who they are.
pub fn prove_links(providers: &[(String, String)], next: &str) -> AnyView {
    let links: Vec<AnyView> = providers
        .iter()
        .map(|(name, label)| {
            let address = format!("/login/with/{name}?prove=1&next={}", query_value(next));
            view! { <a class="button" href=address>{format!("Continue with {label}")}</a> }.into_any()
        })
        .collect();
    view! { <div class="buttons gap-above">{links}</div> }.into_any()
}

/// The accounts elsewhere of a person, and the providers that can be added: `(name, label)`.
pub fn section(accounts: Vec<ProviderRow>, providers: Vec<(String, String)>, now: Millis) -> AnyView {
    let label_of = |name: &str| {
        providers.iter().find(|(known, _)| known == name).map_or_else(|| name.to_owned(), |(_, label)| label.clone())
    };
    let is_empty = accounts.is_empty();
    let free: Vec<AnyView> = providers
        .iter()
        .filter(|(name, _)| accounts.iter().all(|account| account.provider != *name))
        .map(|(name, label)| {
            view! { <a class="button" href=format!("/account/security/add/{name}")>{format!("Add {label}")}</a> }
                .into_any()
        })
        .collect();
    let rows: Vec<AnyView> = accounts
        .into_iter()
        .map(|account| {
            let label = label_of(&account.provider);
            let time = |at: Millis, begins: bool| when::time(at, when::words(at, now), begins);
            let used = match account.last_used_at {
                Some(at) => view! { "Last used "{time(at, false)} }.into_any(),
                None => "Not used yet".into_any(),
            };
            view! {
                <li>
                    <h3>{label.clone()}": "<bdi>{account.label.clone()}</bdi></h3>
                    <ul class="facts-line" role="list"><li>"Added "{time(account.created_at, false)}</li><li>{used}</li></ul>
                    {ask_first::<RemoveProvider>(
                        &[("account", account.id.to_string())], "Remove", &label,
                        "Then it signs you in here no more. At the other site nothing changes.".to_owned(), "Remove it".to_owned(),
                    )}
                </li>
            }
            .into_any()
        })
        .collect();
    let list = (!is_empty).then(|| view! { <ul class="rows" role="list">{rows}</ul> });
    view! {
        <section class="hung" aria-labelledby="elsewhere">
            <div><h2 id="elsewhere">"Accounts elsewhere"</h2><p>"Sign in with an account you have at another site. Counts as one step. Signing out here does not sign you out there."</p></div>
            <div>{list}<div class=if is_empty { "buttons" } else { "buttons gap-above" }>{free}</div></div>
        </section>
    }
    .into_any()
}
