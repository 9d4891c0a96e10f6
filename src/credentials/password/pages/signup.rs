//! `/signup`.

use leptos::prelude::*;

use super::{Toward, toward};
use crate::credentials::password::api::SignUp as SignUpForm;
use crate::failure::Failure;
use crate::http::local_path::LocalPath;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::islands;
use crate::ui::page::{page, page_title};

/// What a new password needs, said before it is typed.
pub const PASSWORD_HINT: &str = "15 characters or more. Several words are easier to remember than symbols.";

struct Data {
    form: Form,
    next: String,
    toward: Option<Toward>,
    joining: bool,
    /// Mail is sent: the account is opened with a link.
    has_mail: bool,
    /// The link has just been sent.
    is_sent: bool,
    start: AnyView,
}

/// The form that makes a student's account, for visitors. Who is signed in is sent on to `?next=`, or home.
#[component]
pub fn SignUp() -> impl IntoView {
    page(load(), show)
}

async fn load() -> Result<Data, Failure> {
    let ctx = request::current()?;
    let next = ctx.query("next").as_deref().and_then(LocalPath::parse);
    if ctx.person().is_some() {
        request::redirect_page(next.as_ref().map_or("/", LocalPath::as_str));
    }
    let toward = toward(next.as_ref()).await?;
    let next = next.map(|next| next.as_str().to_owned()).unwrap_or_default();
    Ok(Data {
        form: Form::to::<SignUpForm>(),
        next,
        toward,
        joining: ctx.query("joining").is_some(),
        has_mail: ctx.site.mailer.is_some(),
        is_sent: ctx.query("sent").is_some(),
        start: islands::start(&ctx),
    })
}

fn sent() -> AnyView {
    view! {
        {page_title("Look into your mail")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Look into your mail"</h1>
                <p class="lede">"We sent a link to the address you entered. It opens your account, within an hour."</p>
            </div></div>
            <p>"Nothing there after some minutes? Look among unwanted mail, then begin again and check the address."</p>
            <div class="buttons"><a class="button" href="/signup">"Begin again"</a><a href="/login">"Sign in"</a></div>
        </div>
    }
    .into_any()
}

fn show(Data { form, next, toward, joining, has_mail, is_sent, start }: Data) -> AnyView {
    if is_sent {
        return sent();
    }
    let lede = if has_mail {
        "You start as a student. We send a link to your address that opens the account."
    } else {
        "You start as a student. Nothing is sent to your address."
    };
    view! {
        {page_title("Create account")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Create account"</h1>
                <p class="lede">{lede}</p>
            </div></div>
            {toward.map(|toward| toward.into_view(joining.then_some("Create your account, and you are in this course.")))}
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("next", next)])}
                {form.input(Field {
                    name: "email", label: "Email", hint: "You sign in with it. Your instructors see it.", kind: "email",
                    autocomplete: "username", ..Field::default()
                })}
                {form.input(Field {
                    name: "name", label: "Name", hint: "As you want to be called.", autocomplete: "name", own_words: true, ..Field::default()
                })}
                {form.new_password(Field {
                    name: "password", label: "Password", hint: PASSWORD_HINT, autocomplete: "new-password", ..Field::default()
                })}
                <div class="buttons"><button class="button primary large">"Create account"</button></div>
            </form>
        </div>
        {start}
    }
    .into_any()
}
