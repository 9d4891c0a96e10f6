//! `/join` and `/join/{code}`: into a course with its join code.

use axum::http::StatusCode;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::policy::Verdict;
use crate::courses::cover_view::cover;
use crate::courses::policy::{CourseAct, CourseVisitor, Standing, allows};
use crate::enrolments::api::{JoinWithCode, check_guesses, count_guess};
use crate::enrolments::joining::JoinCode;
use crate::enrolments::machine::Room;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::ui::form::{Field, Form, button};
use crate::ui::page::{page, page_title};

enum Data {
    /// No code was typed yet, or it is none.
    Ask(Option<String>),
    /// It opens this course.
    Opens(JoinCode, Box<Standing>),
}

/// Asks for a join code, or shows the course that the one in the address opens.
#[component]
pub fn Join() -> impl IntoView {
    let code = use_params_map().get_untracked().get("code");
    page(load(code), |data| match data {
        Data::Ask(typed) => ask(typed),
        Data::Opens(code, standing) => opens(&code, &standing),
    })
}

async fn load(typed: Option<String>) -> Result<Data, Failure> {
    let Some(typed) = typed else { return Ok(Data::Ask(None)) };
    let person = request::current()?.person().map(|person| person.id);
    let mut read = request::read().await?;
    check_guesses(&mut read, person).await?;
    let claimed = match JoinCode::parse(&typed) {
        Some(code) => {
            CourseVisitor::claim_by_code(&mut read, &code).await.map(|visitor| (code, visitor.standing().clone()))
        }
        None => Err(AppError::NotFound.into()),
    };
    match claimed {
        Ok((code, standing)) => Ok(Data::Opens(code, Box::new(standing))),
        Err(Failure::Refused(AppError::NotFound)) => {
            drop(read);
            let mut write = request::begin_write().await?;
            count_guess(&mut write, person).await?;
            write.commit().await?;
            request::set_status(StatusCode::NOT_FOUND);
            Ok(Data::Ask(Some(typed.chars().take(20).collect())))
        }
        Err(failure) => Err(failure),
    }
}

fn ask(unknown: Option<String>) -> AnyView {
    let form = Form::to::<JoinWithCode>();
    let note = unknown.as_ref().map(|_| {
        view! { <div class="note warn"><p>"No course has this code now. Look at it again, or ask who gave it to you for a new one."</p></div> }
    });
    view! {
        {page_title("Join with a code")}
        <div class="page wrap">
            <div class="head"><div>
                <p class="crumb"><a href="/courses">"Courses"</a></p>
                <h1>"Join with a code"</h1>
                <p class="lede">"Who teaches a course gives it out, on the board or as a link."</p>
            </div></div>
            {note}
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[])}
                {form.input(Field {
                    name: "join_code", label: "Join code", hint: "Eight letters, like WDJB-MJHT. Small letters and spaces are no matter.",
                    value: unknown.unwrap_or_default(), autocomplete: "off", ..Field::default()
                })}
                <div class="buttons"><button class="button primary large">"Join course"</button></div>
            </form>
        </div>
    }
    .into_any()
}

fn opens(code: &JoinCode, standing: &Standing) -> AnyView {
    let course = &standing.course;
    let picture = cover(course.id.0);
    let address = format!("/courses/{}", course.slug);
    let fields = [("join_code", code.to_string())];
    let words = if standing.facts.coming.room == Room::Line { "Join the waiting list" } else { "Join course" };
    let join = || button::<JoinWithCode>(&fields, "button primary large", words, "");
    let way = match allows(&standing.facts, CourseAct::Join) {
        Verdict::Yes => join(),
        Verdict::SignIn => {
            view! { {join()}<span class="quiet-text">"You sign in first, or create an account."</span> }.into_any()
        }
        Verdict::Forbidden(denied) => {
            view! { <span class="quiet-text">{format!("{}. {}", denied.heading(), denied.reason())}</span> }.into_any()
        }
        Verdict::NotFound => ().into_any(),
    };
    view! {
        {page_title(&format!("Join {}", course.title))}
        <article class=picture.hue>
            <header class="band wrap">
                <div class="band-main">
                    <div>
                        <p class="crumb"><a href="/join">"Join with a code"</a></p>
                        <h1 dir="auto">{course.title.clone()}</h1>
                        <p class="lede" dir="auto">{course.summary.clone()}</p>
                        <div class="buttons">{way}<a class="button large" href=address>"Look at the course"</a></div>
                    </div>
                    {picture.svg}
                </div>
            </header>
        </article>
    }
    .into_any()
}
