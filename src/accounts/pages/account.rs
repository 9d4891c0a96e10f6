//! `/account`: one's own profile.

use leptos::prelude::*;

use crate::accounts::api::{DeleteAccount, SaveProfile};
use crate::accounts::policy::Oneself;
use crate::clock::Millis;
use crate::credentials::password::api::ChangePassword;
use crate::credentials::password::pages::password_section;
use crate::failure::Failure;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::ui::address::email;
use crate::ui::form::{Field, Form};
use crate::ui::page::{page, page_title};
use crate::ui::{islands, proven};

/// One's own name, password, and the way to one's sign-ins, for whoever is signed in.
#[component]
pub fn Account() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<(Person, AnyView, Millis), Failure> {
    let ctx = request::current()?;
    let person = Oneself::claim(&mut request::read().await?).await?.person().clone();
    Ok((person, islands::start(&ctx), ctx.site.db.clock().now()))
}

fn show((person, start, now): (Person, AnyView, Millis)) -> AnyView {
    let (profile, password, deletion) =
        (Form::to::<SaveProfile>(), Form::to::<ChangePassword>(), Form::to::<DeleteAccount>());
    view! {
        {page_title("Your account")}
        <div class="page wrap">
            <div class="head"><div><h1>"Your account"</h1></div></div>
            <section class="hung" aria-labelledby="profile">
                <div><h2 id="profile">"Profile"</h2><p>"Your instructors see your name and email."</p></div>
                <div>
                    <dl class="facts">
                        <div><dt>"Email"</dt><dd>{email(&person.email)}</dd></div>
                        <div><dt>"On this site you are"</dt><dd>{person.role.with_article()}</dd></div>
                    </dl>
                    <form class="fields gap-above" method="post" action=profile.action() novalidate>
                        {profile.summary()}
                        {profile.hidden(&[])}
                        {profile.input(Field { name: "name", label: "Name", value: person.name.clone(), autocomplete: "name", own_words: true, ..Field::default() })}
                        <div class="buttons"><button class="button primary">"Save changes"</button></div>
                    </form>
                </div>
            </section>
            {password_section(&person, &password, now)}
            <section class="hung" aria-labelledby="places">
                <div><h2 id="places">"Sign-ins"</h2></div>
                <div>
                    <p><a href="/account/security">"How you sign in"</a></p>
                    <p>"See each browser that can act as you, and end the ones you do not know."</p>
                    <p><a href="/account/sessions">"Where you are signed in"</a></p>
                    <p><a href="/account/tokens">"Your tokens"</a>", for scripts of your own"</p>
                    <p><a href="/account/history">"What happened to your account"</a></p>
                </div>
            </section>
            <section class="hung" aria-labelledby="calendar">
                <div><h2 id="calendar">"Your calendar"</h2></div>
                <div>
                    <p>"When lessons open in your courses, beside your own dates."</p>
                    <p><a href="/account/calendar">"Your calendar’s address"</a></p>
                </div>
            </section>
            <section class="hung" aria-labelledby="mail">
                <div><h2 id="mail">"Your mail"</h2></div>
                <div>
                    <p>"Announcements of your courses, each at once, once a day, or not at all."</p>
                    <p><a href="/account/mail">"Which mail you get"</a></p>
                </div>
            </section>
            <section class="hung" aria-labelledby="data">
                <div><h2 id="data">"Your data"</h2></div>
                <div>
                    {proven::note(&person, now)}
                    <p>"Everything this site holds of you, in one file: account, sign-ins, courses, marks, and what was written down about you."</p>
                    <p><a class="button" href="/account/data.json">"Download your data"</a></p>
                </div>
            </section>
            <section class="hung" aria-labelledby="delete">
                <div><h2 id="delete">"Delete your account"</h2></div>
                <div>
                    <p>"Your name, address, password and sign-ins are deleted at once, and cannot be brought back. You leave every course. \
                        What you wrote in courses stays there without your name, and so do the marks of your courses."</p>
                    <p>"If you are blocked from a course, that stays, too: your confirmed address is kept in a form that nobody can read and this site alone can compare, \
                        so that another account with it is kept out, and staff who add it are told why."</p>
                    <details class="ask" open=deletion.is_refused()>
                        <summary role="button" class="button danger">"Delete account"</summary>
                        <div>
                            <form class="fields" method="post" action=deletion.action() novalidate>
                                {deletion.summary()}
                                {deletion.hidden(&[])}
                                {deletion.input(Field { name: "confirm", label: "Your email address, to confirm", kind: "email", autocomplete: "off", ..Field::default() })}
                                <div class="buttons"><button class="button danger solid">"Delete it for good"</button></div>
                            </form>
                        </div>
                    </details>
                </div>
            </section>
        </div>
        {start}
    }
    .into_any()
}
