//! `/admin/users`: everybody with an account.

use leptos::prelude::*;

use crate::accounts::model::{AccountRow, SiteRole};
use crate::accounts::policy::Admin;
use crate::accounts::store::AccountPage;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::address::email;
use crate::ui::page::{page, page_title};
use crate::ui::pagination::{PAGE, PageNumber, pagination, read_page};
use crate::ui::when;

struct Data {
    accounts: AccountPage,
    search: String,
    role: Option<SiteRole>,
    number: PageNumber,
    now: Millis,
}

/// Every account, 25 on a page, found by name, address or role. For admins; for others it is not there.
#[component]
pub fn AdminUsers() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let search = ctx.query("q").unwrap_or_default().chars().take(100).collect::<String>();
    let role = ctx.query("role").and_then(|role| role.parse().ok());
    let mut read = request::read().await?;
    let mut admin = Admin::claim(&mut read).await?;
    let (number, accounts, _) = read_page!(&ctx, skip => {
        let accounts = admin.list_accounts(&search, role, PAGE, skip).await?;
        let total = accounts.total;
        (accounts, total)
    });
    Ok(Data { accounts, search, role, number, now: ctx.site.db.clock().now() })
}

fn show(Data { accounts, search, role, number, now }: Data) -> AnyView {
    let role_key = role.map_or("", SiteRole::key);
    let is_filtered = !search.is_empty() || role.is_some();
    let list = if accounts.rows.is_empty() {
        nothing(&search)
    } else {
        let rows: Vec<AnyView> = accounts.rows.into_iter().map(|account| row(account, now)).collect();
        view! {
            <table class="table" role="table" aria-labelledby="people">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">"Name"</th>
                    <th role="columnheader" scope="col">"Role"</th>
                    <th role="columnheader" scope="col">"State"</th>
                    <th role="columnheader" scope="col" class="wide-only">"Second step"</th>
                    <th role="columnheader" scope="col">"Courses"</th>
                    <th role="columnheader" scope="col" class="wide-only">"Since"</th>
                    <th role="columnheader" scope="col"><span class="hidden">"Open"</span></th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let options: Vec<AnyView> = SiteRole::ALL
        .into_iter()
        .map(|each| view! { <option value=each.key() selected=Some(each) == role>{each.word()}</option> }.into_any())
        .collect();
    let all = is_filtered.then(|| view! { <p class="gap-above"><a href="/admin/users">"Show everybody"</a></p> });
    view! {
        {page_title("Users")}
        <div class="page wrap">
            <div class="tools">
                <h1 id="people">"Users"</h1>
                <form class="finder" method="get" action="/admin/users" role="search">
                    <div class="field"><label for="q">"Name or email"</label><input class="input" id="q" name="q" type="search" dir="auto" value=search.clone() /></div>
                    <div class="field"><label for="role">"Role"</label><select class="input" id="role" name="role"><option value="">"Any role"</option>{options}</select></div>
                    <button class="button">"Find"</button>
                </form>
            </div>
            <p><a class="button" href="/admin/users/invite">"Invite somebody"</a></p>
            {list}
            {all}
            {pagination("/admin/users", &[("q", &search), ("role", role_key)], number, accounts.total, "people")}
        </div>
    }
    .into_any()
}

fn row(account: AccountRow, now: Millis) -> AnyView {
    let address = format!("/people/{}", account.id);
    let state = if account.disabled_at.is_some() {
        view! { <span class="badge bad">"Disabled"</span> }.into_any()
    } else if account.is_invited {
        view! { <span class="badge hollow">"Invited"</span> }.into_any()
    } else if account.sign_ins > 0 {
        view! { <span class="badge good">"Signed in"</span> }.into_any()
    } else {
        view! { <span class="badge hollow">"Signed out"</span> }.into_any()
    };
    let second = match (account.has_passkey, account.has_app) {
        (true, true) => "Passkey, code app",
        (true, false) => "Passkey",
        (false, true) => "Code app",
        (false, false) => "None",
    };
    // Narrow screens have no column of their own for it.
    let second_too = view! { <span class="when-narrow">{format!(", second step: {}", second.to_lowercase())}</span> };
    let (class, courses) = match account.courses {
        0 => ("more none", "No course yet".to_owned()),
        1 => ("more", "1 course".to_owned()),
        many => ("more", format!("{many} courses")),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="who"><bdi>{account.name.clone()}</bdi><span class="meta">{email(&account.email)}</span></th>
            <td role="cell" class="role">{account.role.word()}</td>
            <td role="cell" class="state">{state}</td>
            <td role="cell" class="wide-only">{second}</td>
            <td role="cell" class=class>{courses}{second_too}</td>
            <td role="cell" class="wide-only">{when::time(account.created_at, when::day(account.created_at, now), false)}</td>
            <td role="cell" class="act"><a href=address>"Open"<span class="hidden">{format!(" {}", account.name)}</span></a></td>
        </tr>
    }
    .into_any()
}

fn nothing(search: &str) -> AnyView {
    let heading = if search.is_empty() {
        "Nobody has this role".to_owned()
    } else {
        format!("Nobody called “{search}” here")
    };
    view! { <div class="empty"><h2 dir="auto">{heading}</h2><p>"Try part of a name or the start of an email address."</p></div> }.into_any()
}
