//! `/login/second`: asks for the second step.

use leptos::prelude::*;

use super::api::SecondStep;
use super::policy::HalfWay;
use super::store::Half;
use crate::credentials::passkey::pages as passkey;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::flash::Flash;
use crate::ui::form::{Field, Form};
use crate::ui::islands;
use crate::ui::page::{page, page_title};

/// The form for a code, for a browser that is half way; another is sent to sign in.
#[component]
pub fn SecondStepPage() -> impl IntoView {
    page(load(), |data: Option<Data>| data.map_or_else(|| ().into_any(), show))
}

struct Data {
    half: Half,
    /// What wakes the button for a passkey; none where there is no button.
    start: Option<AnyView>,
}

async fn load() -> Result<Option<Data>, Failure> {
    let ctx = request::current()?;
    match HalfWay::claim(&mut request::read().await?, ctx.half_way()).await {
        Ok(half) => {
            let half = half.half().clone();
            let start = (half.has_passkey && ctx.site.passkeys.is_some()).then(|| islands::start(&ctx));
            Ok(Some(Data { half, start }))
        }
        Err(Failure::Refused(_)) => {
            if ctx.half_way().is_some() {
                ctx.say(|answer| answer.flash = Flash::said("That took too long or too many tries. Sign in again."));
            }
            request::redirect_page("/login");
            Ok(None)
        }
        Err(broken) => Err(broken),
    }
}

fn show(Data { half, start }: Data) -> AnyView {
    let form = Form::to::<SecondStep>();
    let passkey = start.is_some().then(|| passkey::instead_of_second_step(&half.next));
    view! {
        {page_title("Your second step")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/login">"Sign in"</a></p>
                <h1>"Your second step"</h1>
                <p class="lede">"One more thing, "<bdi>{half.email}</bdi>": the code your app shows now."</p>
            </div></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.code(Field { name: "code", label: "Code", hint: "Six digits from the app. Without your telephone: one of your recovery codes.", ..Field::default() })}
                <div class="buttons"><button class="button primary large">"Sign in"</button></div>
            </form>
            {passkey}
            <details class="gap-above">
                <summary>"I have neither"</summary>
                <p class="gap-above">"Ask an admin of this site. They make sure of who you are and take the second step away; you set up a new one when you sign in."</p>
            </details>
        </div>
        {start}
    }
    .into_any()
}
