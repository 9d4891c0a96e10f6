//! `/account/sessions`: where you are signed in.

use leptos::prelude::*;

use super::api::{EndAllSignIns, EndOtherSignIns, EndSignIn};
use super::device::{Device, Kind};
use super::store::{ENDED_MOST, EndedRow, SignInRow};
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::id::SignInId;
use crate::ui::form::{ask_first, button};
use crate::ui::icon;
use crate::ui::page::{page, page_title};
use crate::ui::when;

struct Data {
    rows: Vec<SignInRow>,
    ended: Vec<EndedRow>,
    here: SignInId,
    now: Millis,
}

/// Every live sign-in of whoever asks: this one first, then the others, with a button on each that ends it. Below them what
/// ended in the last thirty days, and why.
#[component]
pub fn Sessions() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let here = oneself.person().sign_in;
    let (rows, ended) = (oneself.list_sign_ins().await?, oneself.list_ended_sign_ins().await?);
    Ok(Data { rows, ended, here, now: ctx.site.db.clock().now() })
}

fn show(Data { rows, ended, here, now }: Data) -> AnyView {
    let (this, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.id == here);
    let this: Vec<AnyView> = this.into_iter().map(|row| device(row, true, now)).collect();
    let count = others.len();
    let elsewhere = match count {
        0 => view! { <p>"You are signed in nowhere else."</p> }.into_any(),
        _ => {
            let items: Vec<AnyView> =
                others.into_iter().map(|row| view! { <li>{device(row, false, now)}</li> }.into_any()).collect();
            let (these, words) = if count == 1 {
                ("1 sign-in".to_owned(), "End 1 sign-in".to_owned())
            } else {
                (format!("{count} sign-ins"), format!("End {count} sign-ins"))
            };
            view! {
                <ul class="rows" role="list">{items}</ul>
                {ask_first::<EndOtherSignIns>(&[], "End all others", "", format!("This ends {these}. You stay signed in here."), words)}
                {ask_first::<EndAllSignIns>(
                    &[], "End all, this one too", "",
                    format!("This ends {these} and the one you are using. You sign in again afterwards."),
                    "End them all".to_owned(),
                )}
            }
            .into_any()
        }
    };
    let count = match count {
        0 => "None".to_owned(),
        1 => "1 sign-in".to_owned(),
        many => format!("{many} sign-ins"),
    };
    view! {
        {page_title("Where you are signed in")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"Where you are signed in"</h1>
                <p class="lede">"Each line is a browser or an app that can act as you. If you do not know one, end it."</p>
            </div></div>
            <section class="hung" aria-labelledby="here">
                <div><h2 id="here">"This device"</h2><p>"To end this one, sign out."</p></div>
                <div>{this}</div>
            </section>
            <section class="hung" aria-labelledby="others">
                <div><h2 id="others">"Other places"</h2><p>{count}</p></div>
                <div>{elsewhere}</div>
            </section>
            <section class="hung" aria-labelledby="ended">
                <div><h2 id="ended">"Ended"</h2><p>"In the last 30 days"</p></div>
                <div>{over(ended, now)}</div>
            </section>
            <section class="hung" aria-labelledby="ending">
                <div><h2 id="ending">"What ending does"</h2></div>
                <div>
                    <p>"We delete our record of that sign-in. The very next thing that device asks for is refused and it sees the \
                        sign-in page. Nothing you wrote is lost."</p>
                    <p>"If somebody else was signed in as you, "<a href="/account#change-password">"change your password"</a>" too. \
                        That ends every sign-in but this one."</p>
                </div>
            </section>
        </div>
    }
    .into_any()
}

/// What is over: when, how, and on what.
fn over(rows: Vec<EndedRow>, now: Millis) -> AnyView {
    if rows.is_empty() {
        return view! { <p>"Nothing has ended."</p> }.into_any();
    }
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= ENDED_MOST);
    let items: Vec<AnyView> = rows
        .into_iter()
        .map(|row| {
            let device = Device::of(&row.user_agent);
            let why = match row.why.as_str() {
                "signed_out" => "Signed out there",
                "ended_by_person" => "You ended it",
                "ended_by_admin" => "An admin ended it",
                "password_changed" => "Your password was changed",
                "disabled" => "The account was closed",
                "idle" => "Nobody used it for a while",
                _ => "It had lasted as long as a sign-in may",
            };
            view! {
                <li>
                    <article class="device">
                        {picture(device.kind)}
                        <div>
                            <h3>{device.words}</h3>
                            <dl class="facts">
                                <div><dt>"Signed in"</dt><dd>{when::time(row.created_at, when::words(row.created_at, now), true)}</dd></div>
                                <div><dt>"Address"</dt><dd>{row.address}</dd></div>
                                <div><dt>"Ended"</dt><dd>{when::time(row.ended_at, when::words(row.ended_at, now), true)}</dd><dd>{why}</dd></div>
                            </dl>
                        </div>
                    </article>
                </li>
            }
            .into_any()
        })
        .collect();
    let more = is_full.then(|| view! { <p>{format!("These are the last {ENDED_MOST}.")}</p> });
    view! { <ul class="rows" role="list">{items}</ul> {more} }.into_any()
}

fn device(row: SignInRow, is_here: bool, now: Millis) -> AnyView {
    let device = Device::of(&row.user_agent);
    let picture = picture(device.kind);
    let how = match row.how.as_str() {
        "password" => "with your password",
        "sign_up" => "by creating the account",
        _ => "with a one-time link",
    };
    let ends = row.absolute_ends_at;
    let idle = crate::error::wait_in_words(u32::try_from((row.idle_ends_at - row.last_seen_at) / 1_000).unwrap_or(0));
    let badge = is_here.then(|| view! { <span class="badge good">"You are here"</span> });
    let end =
        (!is_here).then(|| button::<EndSignIn>(&[("sign_in", row.id.to_string())], "button", "End", &device.words));
    view! {
        <article class="device">
            {picture}
            <div>
                <h3>{device.words.clone()}" "{badge}</h3>
                <dl class="facts">
                    <div><dt>"Signed in"</dt><dd>{when::time(row.created_at, when::words(row.created_at, now), true)}</dd><dd>{how}</dd></div>
                    <div><dt>"Last seen"</dt><dd>{when::time(row.last_seen_at, when::words(row.last_seen_at, now), true)}</dd><dd>"from "{row.address}</dd></div>
                    <div><dt>"Ends by itself"</dt><dd>{when::time(ends, when::words(ends, now), true)}</dd><dd>"or after "{idle}" without a click"</dd></div>
                </dl>
            </div>
            {end}
        </article>
    }
    .into_any()
}

fn picture(kind: Kind) -> AnyView {
    match kind {
        Kind::Phone => icon::phone(),
        Kind::Computer | Kind::Unknown => icon::laptop(),
    }
}
