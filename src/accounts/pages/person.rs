//! `/people/{id}`: an account as an admin sees it. Oneself is sent to one's own page; for everybody else it is not there.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::api::{DisableAccount, EnableAccount, EndTheirSignIns, SaveRole, SendLink};
use crate::accounts::model::{AccountRow, SiteRole};
use crate::accounts::policy::PersonKeeper;
use crate::clock::{DAY, Millis};
use crate::credentials::second_step::api::ResetSecondStep;
use crate::credentials::ways::store::Ways;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::sessions::caller::Person;
use crate::sessions::pages::rows::{self, Seen};
use crate::sessions::store::{Filter, SignIns};
use crate::ui::address::email;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};
use crate::ui::proven;
use crate::ui::when;

/// An account's role, state and number of sign-ins, with the buttons that change or end them, for admins.
#[component]
pub fn PersonPage() -> impl IntoView {
    let id = use_params_map().get_untracked().get("id").and_then(|id| id.parse::<UserId>().ok());
    page(load(id), |found| found.map_or_else(|| ().into_any(), show))
}

struct Data {
    account: AccountRow,
    sign_ins: SignIns,
    ways: Ways,
    /// As asked for in the address: an address on the network, and a number of days.
    filter: (String, Option<u32>),
    admin: Person,
    now: Millis,
}

async fn load(id: Option<UserId>) -> Result<Option<Data>, Failure> {
    let ctx = request::current()?;
    let Some(person) = ctx.person() else { return Err(AppError::SignInRequired.into()) };
    let id = id.ok_or(AppError::NotFound)?;
    if person.id == id {
        request::redirect_page("/account");
        return Ok(None);
    }
    let mut read = request::read().await?;
    let now = ctx.site.db.clock().now();
    let (address, unused) = (ctx.query("address").unwrap_or_default(), ctx.query("unused"));
    let address: String = address.trim().chars().take(ADDRESS_MAX).collect();
    let unused: Option<u32> = unused.and_then(|days| days.parse().ok()).map(|days: u32| days.min(3_660));
    let filter = Filter { address: address.clone(), unused_since: unused.map(|days| now - i64::from(days) * DAY) };
    let mut keeper = PersonKeeper::claim(&mut read, id).await?;
    let account = keeper.find_account().await?.ok_or(AppError::NotFound)?;
    let sign_ins = keeper.list_sign_ins(&filter).await?;
    let ways = keeper.find_ways().await?;
    Ok(Some(Data { account, sign_ins, ways, filter: (address, unused), admin: person.clone(), now }))
}

/// The longest an IP address is written: an IPv6 one with an IPv4 one inside.
const ADDRESS_MAX: usize = 45;

fn show(Data { account, sign_ins, ways, filter, admin, now }: Data) -> AnyView {
    if account.is_deleted {
        return gone(&account, now);
    }
    let id = ("person", account.id.to_string());
    let role = Form::to::<SaveRole>();
    let choices: Vec<(&'static str, &'static str)> = SiteRole::ALL.map(|each| (each.key(), each.word())).to_vec();
    let state = match account.disabled_at {
        Some(at) => view! { <dd><span class="badge bad">"Disabled"</span></dd><dd>"since "{when::time(at, when::words(at, now), false)}</dd> }.into_any(),
        None if account.is_invited => view! { <dd>"Nothing signs them in yet: they need a link to set a password"</dd> }.into_any(),
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
    let sign_ins = their_sign_ins(&account, sign_ins, &filter, now);
    view! {
        {page_title(&account.name)}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/admin/users">"Users"</a></p>
                <h1><bdi>{account.name.clone()}</bdi></h1>
                {proven::note(&admin, now)}
            </div></div>
            <dl class="facts">
                <div><dt>"Email"</dt><dd>{email(&account.email)}</dd></div>
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
                <div><h2 id="sign-ins">"Sign-ins"</h2><p>"Where they are signed in now, and what ended in the last 30 days."</p></div>
                <div>{sign_ins}</div>
            </section>
            {their_ways(&account, &ways, now)}
            <section class="hung" aria-labelledby="access">
                <div><h2 id="access">"Access"</h2></div>
                <div>{access}</div>
            </section>
        </div>
    }
    .into_any()
}

/// What signs this person in, and what an admin can do when something of it is lost.
fn their_ways(account: &AccountRow, ways: &Ways, now: Millis) -> AnyView {
    let id = account.id.to_string();
    let reset = Form::to::<ResetSecondStep>();
    let has_mail = request::site().is_ok_and(|site| site.mailer.is_some());
    let since = |at: Option<Millis>, none: &'static str| match at {
        Some(at) => view! { "Since "{when::time(at, when::day(at, now), false)} }.into_any(),
        None => none.into_any(),
    };
    let closed = ways.frozen_at.map(|at| {
        view! { <div class="note bad"><p>"Closed since "{when::time(at, when::words(at, now), false)}": somebody pressed “This was not me”. It opens when a new password is set with a link."</p></div> }
    });
    view! {
        <section class="hung" aria-labelledby="ways">
            <div><h2 id="ways">"Ways in"</h2><p>"What this person signs in with."</p></div>
            <div>
                {closed}
                <dl class="facts">
                    <div><dt>"Password"</dt><dd>{if ways.has_password { "Set" } else { "None" }}</dd></div>
                    <div><dt>"Address confirmed"</dt><dd>{since(ways.email_verified_at, "Not yet")}</dd></div>
                    <div><dt>"Code app"</dt><dd>{since(ways.app_since, "None")}</dd></div>
                    <div><dt>"Passkeys"</dt><dd>{ways.passkeys}</dd></div>
                    <div><dt>"Recovery codes left"</dt><dd>{ways.recovery_codes}</dd></div>
                    <div><dt>"Accounts elsewhere"</dt><dd>{ways.providers}</dd></div>
                    <div><dt>"Telephone number"</dt><dd>{ways.phone.clone().unwrap_or_else(|| "None".to_owned())}</dd></div>
                </dl>
                <div class="gap-above">{button::<SendLink>(&[("person", id.clone())], "button", "Send a link to set a password", &format!("to {}", account.name))}</div>
                {(ways.has_any_to_reset() && !account.is_admins).then(|| view! { <details class="gap-above" open=reset.is_refused()>
                    <summary>"Reset their second step"</summary>
                    <p class="gap-above">"For somebody who lost it, or did not set it up. Make sure who they are first: see them, or call a number you know. Code app, passkeys, recovery codes, telephone number and accounts elsewhere are deleted, and they are signed out everywhere. The password stays."</p>
                    <form class="fields gap-above" method="post" action=reset.action() novalidate>
                        {reset.summary()}
                        {reset.hidden(&[("person", id)])}
                        {reset.input(Field { name: "reason", label: "Reason", hint: if has_mail { "How you made sure who they are. It is written down, and they read it in a mail." } else { "How you made sure who they are. It is written down, and they read it in their history." }, own_words: true, autocomplete: "off", is_wide: true, ..Field::default() })}
                        <div class="buttons"><button class="button danger">"Reset second step"<span class="hidden">{format!(" of {}", account.name)}</span></button></div>
                    </form>
                </details> })}
            </div>
        </section>
    }
    .into_any()
}

fn their_sign_ins(account: &AccountRow, sign_ins: SignIns, filter: &(String, Option<u32>), now: Millis) -> AnyView {
    let (address, unused) = filter;
    let is_filtered = !address.is_empty() || unused.is_some();
    let count = sign_ins.live.len();
    let seen = Seen::ByAdmin(account.id);
    let items: Vec<AnyView> =
        sign_ins.live.into_iter().map(|row| view! { <li>{rows::live(row, seen, now)}</li> }.into_any()).collect();
    let list = match (count, is_filtered) {
        (0, false) => view! { <p>"They are signed in nowhere."</p> }.into_any(),
        (0, true) => view! { <p>"None of their sign-ins is like that."</p> }.into_any(),
        _ => view! { <ul class="rows" role="list">{items}</ul> }.into_any(),
    };
    let mut fields = vec![("person", account.id.to_string())];
    if !address.is_empty() {
        fields.push(("address", address.clone()));
    }
    if let Some(days) = unused {
        fields.push(("unused", days.to_string()));
    }
    let end = (count > 0).then(|| {
        let words = match (is_filtered, count) {
            (false, _) => None,
            (true, 1) => Some("This ends the one that is shown.".to_owned()),
            (true, many) => Some(format!("This ends the {many} that are shown.")),
        };
        view! {
            {words.map(|words| view! { <p>{words}</p> })}
            {button::<EndTheirSignIns>(&fields, "button danger", "End their sign-ins", &account.name)}
        }
    });
    let all = is_filtered.then(|| view! { <a href=format!("/people/{}", account.id)>"Show all"</a> });
    let days = unused.map(|days| days.to_string()).unwrap_or_default();
    let finder = (is_filtered || count > 1).then(|| {
        view! {
            <form class="finder" method="get" action=format!("/people/{}", account.id)>
                <div class="field"><label for="address">"Last seen from (IP address)"</label><input class="input" id="address" name="address" value=address.clone() autocomplete="off" spellcheck="false" /></div>
                <div class="field"><label for="unused">"Days without use, at least"</label><input class="input" id="unused" name="unused" inputmode="numeric" value=days autocomplete="off" /></div>
                <button class="button">"Show"</button>
                {all}
            </form>
        }
    });
    view! {
        {finder}
        <div class="gap-above">{list}</div>
        <div class="gap-above">{end}</div>
        <details class="gap-above"><summary>"What ended in the last 30 days"</summary><div class="gap-above">{rows::ended(sign_ins.ended, false, now)}</div></details>
    }
    .into_any()
}

/// The page of an account that its person deleted: nothing can be done with it.
fn gone(account: &AccountRow, now: Millis) -> AnyView {
    let when = account.disabled_at.map(|at| view! { " "{when::time(at, when::words(at, now), false)} });
    view! {
        {page_title(&account.name)}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/admin/users">"Users"</a></p>
                <h1>{account.name.clone()}</h1>
                <p class="lede">"This person deleted their account"{when}". Their places in courses and what they wrote there stay, without a name. \
                    The "<a href=format!("/admin/audit?person={}", account.name.replace(' ', "+"))>"audit log"</a>" still has what was done, by number."</p>
            </div></div>
        </div>
    }
    .into_any()
}
