//! `/account/security/code-app`: a new seed, as a QR code and in letters, and the form for its first code.

use leptos::prelude::*;

use super::api::ConfirmCodeApp;
use super::picture::qr_code;
use crate::accounts::policy::Oneself;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::policy::RecentlyProven;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};

struct Data {
    picture: AnyView,
    address: String,
    letters: String,
}

/// The seed that was made a moment ago, for its person, who has proven lately who they are; else 404.
#[component]
pub fn CodeAppPage() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let seed = RecentlyProven::of(Oneself::claim(&mut read).await?)?.find_new_seed(&ctx.site.key).await?;
    let address = seed.address()?;
    Ok(Data { picture: qr_code(&address)?, address, letters: seed.in_letters() })
}

fn show(Data { picture, address, letters }: Data) -> AnyView {
    let form = Form::to::<ConfirmCodeApp>();
    view! {
        {page_title("Set up a code app")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account/security">"How you sign in"</a></p>
                <h1>"Set up a code app"</h1>
                <p class="lede">"Any app that makes six-digit codes will do: the telephone’s own passwords, a password manager, an authenticator. When it is set up, your other sign-ins end."</p>
            </div></div>
            <section class="hung" aria-labelledby="scan">
                <div><h2 id="scan">"1. Give it the key"</h2></div>
                <div>
                    <p>"Scan this with the app."</p>
                    {picture}
                    <p>"On this device, "<a href=address>"open it in the app"</a>". Or type the key into the app:"</p>
                    <p><code class="key">{letters}</code></p>
                </div>
            </section>
            <section class="hung" aria-labelledby="enter">
                <div><h2 id="enter">"2. Enter its code"</h2></div>
                <div>
                    <form class="fields" method="post" action=form.action() novalidate>
                        {form.summary()}
                        {form.hidden(&[])}
                        {form.code(Field { name: "code", label: "Code", hint: "Six digits. The app shows another every thirty seconds.", ..Field::default() })}
                        <div class="buttons">
                            <button class="button primary large">"Set it up"</button>
                            <a class="button quiet large" href="/account/security">"Cancel"</a>
                        </div>
                    </form>
                </div>
            </section>
        </div>
    }
    .into_any()
}
