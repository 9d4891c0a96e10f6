//! `/account/sessions`: where you are signed in.

use leptos::prelude::*;

use super::rows::{self, Seen};
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::failure::Failure;
use crate::http::request;
use crate::id::SignInId;
use crate::sessions::api::{EndAllSignIns, EndOtherSignIns};
use crate::sessions::caller::Person;
use crate::sessions::store::SignIns;
use crate::ui::form::ask_first;
use crate::ui::page::{page, page_title};
use crate::ui::proven;

struct Data {
    sign_ins: SignIns,
    person: Person,
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
    let person = oneself.person().clone();
    let sign_ins = oneself.list_sign_ins().await?;
    Ok(Data { sign_ins, here: person.sign_in, person, now: ctx.site.db.clock().now() })
}

fn show(Data { sign_ins, person, here, now }: Data) -> AnyView {
    let (this, others): (Vec<_>, Vec<_>) = sign_ins.live.into_iter().partition(|row| row.id == here);
    let this: Vec<AnyView> = this.into_iter().map(|row| rows::live(row, Seen::Here, now)).collect();
    let count = others.len();
    let elsewhere = match count {
        0 => view! { <p>"You are signed in nowhere else."</p> }.into_any(),
        _ => {
            let items: Vec<AnyView> = others
                .into_iter()
                .map(|row| view! { <li>{rows::live(row, Seen::Elsewhere, now)}</li> }.into_any())
                .collect();
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
                {proven::note(&person, now)}
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
                <div>{rows::ended(sign_ins.ended, true, now)}</div>
            </section>
            <section class="hung" aria-labelledby="ending">
                <div><h2 id="ending">"What ending does"</h2></div>
                <div>
                    <p>"We end that sign-in on the server. The very next thing that device asks for is refused and it sees the \
                        sign-in page. Nothing you wrote is lost."</p>
                    <p>"If somebody else was signed in as you, "<a href="/account#change-password">"change your password"</a>" too. \
                        That ends every sign-in but this one."</p>
                </div>
            </section>
        </div>
    }
    .into_any()
}
