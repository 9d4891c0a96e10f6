//! `/signup`.

use leptos::prelude::*;

use super::{Toward, toward};
use crate::credentials::password::api::SignUp as SignUpForm;
use crate::failure::Failure;
use crate::http::local_path::LocalPath;
use crate::http::request;
use crate::ui::form::{Field, Form};
use crate::ui::islands;
use crate::ui::page::{form_title, page};

/// What a new password needs, said before it is typed.
pub const PASSWORD_HINT: &str = "15 characters or more. Several words are easier to remember than symbols.";

struct Data {
    form: Form,
    next: String,
    toward: Option<Toward>,
    joining: bool,
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
        start: islands::start(&ctx),
    })
}

fn show(Data { form, next, toward, joining, start }: Data) -> AnyView {
    view! {
        {form_title("Create account", form.is_refused())}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Create account"</h1>
                <p class="lede">"You start as a student. Nothing is sent to your address."</p>
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
