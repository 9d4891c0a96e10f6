//! The pages for signing up and in.

pub mod login;
pub mod prove;
pub mod signup;

use leptos::prelude::*;

use self::signup::PASSWORD_HINT;
use crate::clock::Millis;
use crate::courses::cover_view::cover;
use crate::courses::policy::CourseVisitor;
use crate::failure::Failure;
use crate::http::local_path::LocalPath;
use crate::http::request;
use crate::sessions::caller::Person;
use crate::ui::form::{Field, Form};

/// The part of a page where one's own password is changed. Where it takes a second step as well, that comes first: what is typed here
/// is kept nowhere, and would be lost on the way.
pub fn password_section(person: &Person, form: &Form, now: Millis) -> AnyView {
    if person.has_second() && !person.is_fully_proven(now) {
        let here = request::current().map_or_else(|_| "/account".to_owned(), |ctx| ctx.path().to_owned());
        let address = request::prove_address(&format!("{here}#change-password"), None);
        return view! {
            <section class="hung" id="change-password">
                <div><h2>"Password"</h2><p>"Changing it ends every other sign-in."</p></div>
                <div>
                    <p>"To change it, show who you are first: with all that your account has."</p>
                    <div class="gap-above"><a class="button" href=address>"Show who you are"</a></div>
                </div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="hung" id="change-password">
            <div><h2>"Password"</h2><p>"Changing it ends every other sign-in."</p></div>
            <div>
                <form class="fields" method="post" action=form.action() novalidate>
                    {form.summary()}
                    {form.hidden(&[])}
                    <input type="hidden" autocomplete="username" name="_email" value=person.email.clone() />
                    {form.password(Field { name: "current_password", label: "Current password", autocomplete: "current-password", ..Field::default() })}
                    {form.new_password(Field { name: "new_password", label: "New password", hint: PASSWORD_HINT, autocomplete: "new-password", ..Field::default() })}
                    <div class="buttons"><button class="button">"Change password"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// The course that signing in leads to, where the next address is one's.
pub(super) struct Toward {
    id: i64,
    title: String,
}

/// Looks at `?next=`. What the visitor may not see stays unsaid.
pub(super) async fn toward(next: Option<&LocalPath>) -> Result<Option<Toward>, Failure> {
    let Some(slug) =
        next.and_then(|next| next.path().strip_prefix("/courses/")).and_then(|rest| rest.split('/').next())
    else {
        return Ok(None);
    };
    let mut read = request::read().await?;
    Ok(match CourseVisitor::claim_by_slug(&mut read, slug).await {
        Ok(visitor) => Some(Toward { id: visitor.course().id.0, title: visitor.course().title.clone() }),
        Err(Failure::Refused(_)) => None,
        Err(broken) => return Err(broken),
    })
}

impl Toward {
    /// The course, and what happens after: `finish` are the words when its button to join was pressed.
    pub(super) fn into_view(self, finish: Option<&'static str>) -> AnyView {
        let picture = cover(self.id);
        let words = finish.unwrap_or("Then you go on to this course.");
        view! {
            <div class=format!("course-row toward {}", picture.hue)>
                {picture.svg}
                <div><p class="title" dir="auto">{self.title}</p><p>{words}</p></div>
            </div>
        }
        .into_any()
    }
}
