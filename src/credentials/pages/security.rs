//! `/account/security`: every way in to one's account, what each is good for, and what can be changed about it.

use leptos::prelude::*;

use crate::accounts::address::api::{AskConfirmation, ChangeAddress};
use crate::accounts::address::store::Address;
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::credentials::code_app::api::{BeginCodeApp, RemoveCodeApp};
use crate::credentials::code_app::store::CodeApp;
use crate::credentials::one_time_code::api::{ConfirmPhone, RemovePhone, SetPhone};
use crate::credentials::one_time_code::store::{By, PhoneRow};
use crate::credentials::passkey::pages as passkey;
use crate::credentials::passkey::store::PasskeyRow;
use crate::credentials::password::api::ChangePassword;
use crate::credentials::password::pages::password_section;
use crate::credentials::provider::pages as provider;
use crate::credentials::provider::store::ProviderRow;
use crate::credentials::recovery_codes::api::MakeRecoveryCodes;
use crate::credentials::recovery_codes::store::Codes;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::ui::address::email;
use crate::ui::form::{Field, Form, ask_first, button};
use crate::ui::page::{page, page_title};
use crate::ui::{islands, proven, when};

struct Data {
    person: Person,
    address: Address,
    app: Option<CodeApp>,
    codes: Codes,
    passkeys: Vec<PasskeyRow>,
    elsewhere: Vec<ProviderRow>,
    /// Name and label of each provider.
    providers: Vec<(String, String)>,
    /// The site's address allows passkeys.
    can_passkeys: bool,
    /// Codes to sign in are sent as text messages; the number they go to.
    phone: Option<Option<PhoneRow>>,
    /// Somebody's role needs a second step, and they were on the way to something else.
    is_needed: bool,
    has_mail: bool,
    start: AnyView,
    now: Millis,
}

/// Address and password of whoever is signed in, and every other way in.
#[component]
pub fn Security() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let mut read = request::read().await?;
    let mut oneself = Oneself::claim(&mut read).await?;
    let person = oneself.person().clone();
    let address = oneself.find_address().await?;
    let phone = match ctx.site.offers_codes(By::Text) {
        true => Some(oneself.find_phone().await?),
        false => None,
    };
    let elsewhere = oneself.list_provider_accounts().await?;
    let passkeys = oneself.list_passkeys().await?;
    let (app, codes) = (oneself.find_code_app().await?, oneself.count_recovery_codes().await?);
    Ok(Data {
        is_needed: person.lacks_second && ctx.query("needed").is_some(),
        person,
        address,
        app,
        codes,
        passkeys,
        elsewhere,
        providers: ctx.site.provider_labels(),
        can_passkeys: ctx.site.passkeys.is_some(),
        phone,
        has_mail: ctx.site.mailer.is_some(),
        start: islands::start(&ctx),
        now: ctx.site.db.clock().now(),
    })
}

fn show(
    Data {
        person,
        address,
        app,
        codes,
        passkeys,
        elsewhere,
        providers,
        can_passkeys,
        phone,
        is_needed,
        has_mail,
        start,
        now,
    }: Data,
) -> AnyView {
    let (change, password) = (Form::to::<ChangeAddress>(), Form::to::<ChangePassword>());
    let has_second = app.is_some() || !passkeys.is_empty();
    let number = (Form::to::<SetPhone>(), Form::to::<ConfirmPhone>());
    view! {
        {page_title("How you sign in")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/account">"Your account"</a></p>
                <h1>"How you sign in"</h1>
                <p class="lede">"Every way into your account. Keep two, so that losing one does not lock you out. When you change one, your other sign-ins end."</p>
                {proven::note(&person, now)}
            </div></div>
            {is_needed.then(|| view! {
                <div class="note warn"><p>"You are "{person.role.with_article()}", and that needs a second step besides the password. Add a passkey or set up a code app, then go on."</p></div>
            })}
            {address_section(&person, &address, &change, has_mail, now)}
            {passkey::section(passkeys, can_passkeys, now)}
            {password_section(&person, &password, now)}
            {(!providers.is_empty() || !elsewhere.is_empty()).then(|| provider::section(elsewhere, providers, now))}
            {code_app_section(app.as_ref(), person.has_passkey, now)}
            {has_second.then(|| recovery_section(codes, now))}
            {phone.map(|phone| phone_section(phone.as_ref(), &number, now))}
        </div>
        {start}
    }
    .into_any()
}

fn code_app_section(app: Option<&CodeApp>, has_passkey: bool, now: Millis) -> AnyView {
    let time = |at: Millis| when::time(at, when::words(at, now), false);
    let state = match app {
        None => view! {
            <p>"With one, nobody gets in with your password alone: a code of an app on your telephone is asked for as well."</p>
            {button::<BeginCodeApp>(&[], "button", "Set up a code app", "")}
        }
        .into_any(),
        Some(app) => view! {
            <dl class="facts">
                <div><dt>"Code app"</dt><dd><span class="badge good">"In use"</span></dd><dd>"since "{time(app.confirmed_at)}</dd></div>
                <div><dt>"Last used"</dt><dd>{app.last_used_at.map_or_else(|| "not yet".into_any(), time)}</dd></div>
            </dl>
            {ask_first::<RemoveCodeApp>(
                &[], "Remove the code app", "",
                if has_passkey { "Then your password alone lets somebody in." } else { "Then your password alone lets somebody in, and your recovery codes stop working." }.to_owned(),
                "Remove it".to_owned(),
            )}
        }
        .into_any(),
    };
    view! {
        <section class="hung" aria-labelledby="code-app">
            <div><h2 id="code-app">"Code app"</h2><p>"A second step. Good against passwords that were guessed or stolen; a page that only looks like ours can still ask you for both."</p></div>
            <div>{state}</div>
        </section>
    }
    .into_any()
}

fn phone_section(phone: Option<&PhoneRow>, (set, confirm): &(Form, Form), now: Millis) -> AnyView {
    let number = phone.map(|phone| phone.number.clone()).unwrap_or_default();
    let remove = |words: &'static str| button::<RemovePhone>(&[], "button small", words, &number);
    let state = match phone {
        Some(PhoneRow { confirmed_at: Some(at), .. }) => view! {
            <dl class="facts"><div><dt>"Number"</dt><dd>{number.clone()}</dd><dd><span class="badge good">"Confirmed"</span></dd><dd>{when::time(*at, when::words(*at, now), false)}</dd></div></dl>
            <div class="buttons gap-above">{remove("Delete the number")}</div>
        }
        .into_any(),
        Some(_) => view! {
            <p>"We sent a code to "{number.clone()}"."</p>
            <form class="fields gap-above" method="post" action=confirm.action() novalidate>
                {confirm.summary()}
                {confirm.hidden(&[])}
                {confirm.code(Field { name: "code", label: "Code", hint: "Six digits, within ten minutes.", ..Field::default() })}
                <div class="buttons"><button class="button">"Confirm the number"</button></div>
            </form>
            <div class="buttons gap-above">{remove("Use another number")}</div>
        }
        .into_any(),
        None => view! {
            <form class="fields" method="post" action=set.action() novalidate>
                {set.summary()}
                {set.hidden(&[])}
                {set.input(Field {
                    name: "phone", label: "Telephone number", kind: "tel", autocomplete: "tel",
                    hint: "With a plus and the country first. We send a code there.", ..Field::default()
                })}
                <div class="buttons"><button class="button">"Send a code"</button></div>
            </form>
        }
        .into_any(),
    };
    view! {
        <section class="hung" aria-labelledby="by-text">
            <div><h2 id="by-text">"Codes by text message"</h2><p>"The weakest way in: numbers are taken over, and messages read. It is there for when nothing else is at hand, and counts as one proof."</p></div>
            <div>{state}</div>
        </section>
    }
    .into_any()
}

fn recovery_section(codes: Codes, now: Millis) -> AnyView {
    let left = match codes.left {
        0 => "None is left".to_owned(),
        1 => "1 is left".to_owned(),
        many => format!("{many} are left"),
    };
    let made = codes.made_at.map(|at| view! { <dd>"made "{when::time(at, when::words(at, now), false)}</dd> });
    view! {
        <section class="hung" aria-labelledby="recovery">
            <div><h2 id="recovery">"Recovery codes"</h2><p>"For when the telephone is lost. Each works once, in place of a code or a passkey."</p></div>
            <div>
                <dl class="facts"><div><dt>"Not used yet"</dt><dd>{left}</dd>{made}</div></dl>
                {ask_first::<MakeRecoveryCodes>(
                    &[], "Make new codes", "", "The ones you have stop working. The new ones are shown once.".to_owned(), "Make ten new codes".to_owned(),
                )}
            </div>
        </section>
    }
    .into_any()
}

fn address_section(person: &Person, address: &Address, change: &Form, has_mail: bool, now: Millis) -> AnyView {
    let state = match address.verified_at {
        Some(at) => view! { <dd><span class="badge good">"Confirmed"</span></dd><dd>{when::time(at, when::words(at, now), false)}</dd> }.into_any(),
        None => view! { <dd><span class="badge hollow">"Not confirmed"</span></dd> }.into_any(),
    };
    let confirm = address.verified_at.is_none().then(|| {
        let words = if has_mail {
            "Open a link that we send to it, and it is confirmed. Then a forgotten password can be set anew by mail."
        } else {
            "This server sends no mail: ask, and the person who runs it has a link for you."
        };
        view! { <p>{words}</p> {button::<AskConfirmation>(&[], "button", if has_mail { "Send the link" } else { "Ask for the link" }, "to confirm your address")} }
    });
    let waits = address.new.clone().map(|new| {
        let words = if has_mail { "A link waits at " } else { "The person who runs this server has a link for " };
        view! { <p class="quiet-text">{words}<bdi>{new}</bdi>". Your address changes when you open it."</p> }
    });
    view! {
        <section class="hung" aria-labelledby="address">
            <div><h2 id="address">"Email address"</h2><p>"You sign in with it, and we write to it when something happens to your account."</p></div>
            <div>
                <dl class="facts"><div><dt>"Now"</dt><dd>{email(&person.email)}</dd>{state}</div></dl>
                {confirm}
                {waits}
                <details class="gap-above" open=change.is_refused()>
                    <summary>"Change it"</summary>
                    <form class="fields gap-above" method="post" action=change.action() novalidate>
                        {change.summary()}
                        {change.hidden(&[])}
                        {change.input(Field {
                            name: "email", label: "New email", kind: "email", autocomplete: "email",
                            hint: if has_mail { "We send a link there. The old address is told, with a way to undo it." } else { "The person who runs this server has the link for you then." },
                            ..Field::default()
                        })}
                        <div class="buttons"><button class="button">"Change address"</button></div>
                        <p class="quiet-text">"If you are blocked from a course, the confirmed address you leave stays with that block, in a form that nobody can read \
                            and this site alone can compare."</p>
                    </form>
                </details>
            </div>
        </section>
    }
    .into_any()
}
