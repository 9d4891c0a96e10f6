//! `/admin/server`: what the server sees of a request, what is set, and what needs a look.

use leptos::prelude::*;

use super::arrival::Arrival;
use super::findings::{Finding, of_settings};
use super::islands::ClockCheck;
use super::store::ReportRow;
use crate::accounts::api::EndEverybodysSignIns;
use crate::accounts::model::SiteRole;
use crate::accounts::policy::Admin;
use crate::clock::Millis;
use crate::config::Config;
use crate::error::wait_in_words;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::sessions::store::public_count_live;
use crate::ui::form::ask_first;
use crate::ui::page::{page, page_title};
use crate::ui::{proven, when};

struct Data {
    arrival: Arrival,
    findings: Vec<Finding>,
    limits: Vec<(&'static str, String)>,
    reports: Vec<ReportRow>,
    live: i64,
    admin: Option<Person>,
    now: Millis,
}

/// What the server sees of this very request, what the doctor says, how long things last, and what browsers report.
#[component]
pub fn Server() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let reports = Admin::claim(&mut read).await?.list_reports().await?;
    let live = public_count_live(&mut read).await?;
    let now = ctx.site.db.clock().now();
    let arrival = request::arrival()?;
    let mut findings = of_settings(&ctx.site.config, now);
    findings.extend(arrival.findings());
    Ok(Data { arrival, findings, limits: limits(&ctx.site.config), reports, live, admin: ctx.person().cloned(), now })
}

fn limits(config: &Config) -> Vec<(&'static str, String)> {
    let long = |time: Millis| match time {
        0 => "(cannot)".to_owned(),
        time => wait_in_words(u32::try_from(time / 1_000).unwrap_or(u32::MAX)),
    };
    let by_role = |of: &dyn Fn(SiteRole) -> Millis| {
        SiteRole::ALL.map(|role| format!("{} {}", role.word().to_lowercase(), long(of(role)))).join(", ")
    };
    vec![
        ("A sign-in ends without a click after", by_role(&|role| config.session_idle.of(role))),
        ("A sign-in ends in any case after", by_role(&|role| config.session_absolute.of(role))),
        ("One that stays signed in ends without a click after", by_role(&|role| config.remember_idle.of(role))),
        ("and in any case after", long(config.remember_absolute.of(SiteRole::Student))),
        ("Ended sign-ins are kept for", long(config.keep_sign_ins)),
        ("Addresses are kept for", long(config.keep_addresses)),
        ("Sessions are kept at", config.session_store.to_string()),
        ("Database", config.database.to_string()),
        ("Cookie", config.public_url.cookie_name().to_owned()),
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

fn show(Data { arrival, findings, limits, reports, live, admin, now }: Data) -> AnyView {
    let bad = findings.iter().filter(|finding| !finding.is_good).count();
    let verdict = match bad {
        0 => "Nothing needs a look.".to_owned(),
        1 => "1 thing needs a look.".to_owned(),
        many => format!("{many} things need a look."),
    };
    let (wrong, good): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| !finding.is_good);
    let line = |finding: Finding, class: &'static str, word: &'static str| {
        view! { <li><span class=class>{word}</span>" "{when::capital(&finding.words)}"."</li> }.into_any()
    };
    let wrong: Vec<AnyView> = wrong.into_iter().map(|finding| line(finding, "badge bad", "Look")).collect();
    let good: Vec<AnyView> = good.into_iter().map(|finding| line(finding, "badge good", "Good")).collect();
    let seen: Vec<AnyView> = arrival
        .facts()
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any())
        .collect();
    let limits: Vec<AnyView> = limits
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }.into_any())
        .collect();
    let reports = if reports.is_empty() {
        view! { <p>"No browser has reported anything in the last 30 days."</p> }.into_any()
    } else {
        let rows: Vec<AnyView> = reports.into_iter().map(|row| report(row, now)).collect();
        view! { <ol class="events" role="list">{rows}</ol> }.into_any()
    };
    view! {
        {page_title("Server")}
        <div class="page wrap">
            <div class="head"><div><h1>"Server"</h1><p class="lede">{verdict}</p></div></div>
            <section class="hung" aria-labelledby="seen">
                <div><h2 id="seen">"What it sees of you"</h2><p>"This very request, as it arrived."</p></div>
                <div>
                    <dl class="facts">
                        {seen}
                        <div><dt>"Its clock"</dt><dd data-server-now=now>{when::machine(now)}</dd><dd><ClockCheck /></dd></div>
                    </dl>
                </div>
            </section>
            <section class="hung" aria-labelledby="checks">
                <div><h2 id="checks">"Checks"</h2><p>"The same as "<code>"lectern doctor"</code>" says."</p></div>
                <div><ul class="checks" role="list">{wrong}{good}</ul></div>
            </section>
            <section class="hung" aria-labelledby="everybody">
                <div><h2 id="everybody">"Everybody’s sign-ins"</h2><p>{format!("Live now: {live}")}</p></div>
                <div>
                    <p>"After a break-in, end them all. Nothing that anybody wrote is lost; everybody signs in anew."</p>
                    {admin.map(|admin| proven::note(&admin, now))}
                    {ask_first::<EndEverybodysSignIns>(
                        &[], "End everybody’s sign-ins", "",
                        "This signs out everybody on this site but you, here.".to_owned(), "End them all".to_owned(),
                    )}
                </div>
            </section>
            <section class="hung" aria-labelledby="limits">
                <div><h2 id="limits">"What is set"</h2></div>
                <div><dl class="facts">{limits}</dl></div>
            </section>
            <section class="hung" aria-labelledby="reports">
                <div><h2 id="reports">"What browsers report"</h2><p>"What a page tried and our policy forbade: mostly somebody's extension, else a defect or an attack."</p></div>
                <div>{reports}</div>
            </section>
        </div>
    }
    .into_any()
}

fn report(row: ReportRow, now: Millis) -> AnyView {
    let times = if row.count == 1 { "once".to_owned() } else { format!("{} times", row.count) };
    view! {
        <li>
            <p class="when">{when::time(row.last_at, when::words(row.last_at, now), true)}</p>
            <div>
                <p><b><bdi>{row.blocked}</bdi></b>" "<code>{row.directive}</code></p>
                <ul class="facts-line" role="list">
                    <li><bdi>{format!("on {}", row.page)}</bdi></li><li>{times}</li><li>{format!("first {}", when::words(row.first_at, now))}</li>
                </ul>
            </div>
        </li>
    }
    .into_any()
}
