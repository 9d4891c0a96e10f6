//! What a course's page says of the reader's own place: the way in, where they stand, the way out.

use leptos::prelude::*;

use super::progress;
use crate::accounts::policy::Verdict;
use crate::clock::Millis;
use crate::courses::api::PublishCourse;
use crate::courses::model::CourseState;
use crate::courses::policy::{CourseAct, Standing, Window, allows};
use crate::enrolments::api::{JoinCourse, LeaveCourse};
use crate::enrolments::machine::Room;
use crate::enrolments::model::{CourseRole, PlaceState};
use crate::enrolments::store::MyPlace;
use crate::error::Denied;
use crate::lessons::model::minutes_in_words;
use crate::lessons::store::{Plan, PlanRow};
use crate::ui::form::{Field, Form, ask_first, button};
use crate::ui::when;
use crate::zone::Zone;

/// The one button a course's page has first, or why there is none.
pub fn way_in(standing: &Standing) -> AnyView {
    let id = [("course", standing.course.id.to_string())];
    let course = &standing.course;
    if course.state == CourseState::Draft && standing.may(CourseAct::Edit) {
        return button::<PublishCourse>(&id, "button primary large", "Publish", "");
    }
    if standing.person.is_none() {
        // Leads to the sign-in page first, and goes on from there.
        let takes_people = course.state == CourseState::Published
            && course.open
            && standing.facts.coming.window == Window::Now
            && (standing.facts.coming.room != Room::None || course.approval);
        return if takes_people {
            view! {
                {button::<JoinCourse>(&id, "button primary large", words_to_come(standing), "")}
                <span class="quiet-text">"You sign in first, or create an account."{seats_left(standing)}</span>
            }
            .into_any()
        } else {
            closed(standing, None)
        };
    }
    match allows(&standing.facts, CourseAct::Join) {
        Verdict::Yes if standing.facts.asks_first() => asking(standing),
        Verdict::Yes => view! {
            {button::<JoinCourse>(&id, "button primary large", words_to_come(standing), "")}
            <span class="quiet-text">{how_it_goes(standing)}{seats_left(standing)}</span>
        }
        .into_any(),
        Verdict::Forbidden(denied) => closed(standing, Some(&denied)),
        Verdict::SignIn | Verdict::NotFound => ().into_any(),
    }
}

/// Asking its staff, with what one wants to say.
fn asking(standing: &Standing) -> AnyView {
    let form = Form::to::<JoinCourse>();
    view! {
        <form class="fields" method="post" action=form.action() novalidate>
            {form.summary()}
            {form.hidden(&[("course", standing.course.id.to_string())])}
            {form.textarea(Field { name: "words", label: "What you want to tell its staff", hint: "They let people in. You may leave it empty.", rows: 2, ..Field::default() })}
            <div class="buttons"><button class="button primary large">{words_to_come(standing)}</button></div>
        </form>
    }
    .into_any()
}

/// What the button says that lets somebody come.
fn words_to_come(standing: &Standing) -> &'static str {
    let coming = &standing.facts.coming;
    if coming.has_offer {
        "Take your seat"
    } else if standing.facts.asks_first() {
        "Ask to join"
    } else if coming.room == Room::Line {
        "Join the waiting list"
    } else {
        "Join course"
    }
}

fn how_it_goes(standing: &Standing) -> &'static str {
    let coming = &standing.facts.coming;
    if coming.has_offer {
        ""
    } else if coming.room == Room::Line {
        "All seats are taken. Who is first in line gets the next one."
    } else {
        ""
    }
}

/// "12 of 30 seats are left.", where seats are counted and some are left.
fn seats_left(standing: &Standing) -> String {
    match (standing.seats.capacity, standing.facts.coming.room) {
        (Some(capacity), Room::Seat) => match capacity - standing.seats.taken {
            1 => format!(" 1 of {capacity} seats is left."),
            left => format!(" {left} of {capacity} seats are left."),
        },
        _ => String::new(),
    }
}

/// Why nobody comes by themselves now. Nothing for who is in the course, or whose place says it already.
fn closed(standing: &Standing, denied: Option<&Denied>) -> AnyView {
    let course = &standing.course;
    if course.state != CourseState::Published {
        return ().into_any();
    }
    let zone = Zone::stored(&course.time_zone);
    let words = match denied {
        None | Some(Denied::NotOpen | Denied::NotYet | Denied::Full) => {
            if matches!(denied, Some(Denied::Full)) {
                "All seats are taken.".to_owned()
            } else if !course.open {
                "This course takes nobody new at the moment.".to_owned()
            } else if let (Window::NotYet, Some(from)) = (standing.facts.coming.window, course.joins_from) {
                format!("People can join from {}.", zone.words(from))
            } else if let (Window::Over, Some(until)) = (standing.facts.coming.window, course.joins_until) {
                format!("People could join until {}.", zone.words(until))
            } else {
                "All seats are taken.".to_owned()
            }
        }
        Some(Denied::Blocked) => {
            "You cannot join this course. Ask its staff if you think that this is a mistake.".to_owned()
        }
        Some(Denied::AddressBlocked) => {
            "You cannot join this course: somebody who had your email address before is kept out of it. Ask its staff if that was not you."
                .to_owned()
        }
        Some(_) => return ().into_any(),
    };
    let is_blocked = matches!(denied, Some(Denied::Blocked | Denied::AddressBlocked));
    let code = (!is_blocked).then(|| view! { " "<a href="/join">"Do you have a join code?"</a> });
    view! { <span class="quiet-text">{words}{code}</span> }.into_any()
}

/// First for who studies here or waits: on a phone it stands above the plan, on a desk beside it.
pub fn your_place(
    standing: &Standing,
    mine: Option<MyPlace>,
    plan: &Plan,
    next: Option<usize>,
    now: Millis,
) -> AnyView {
    let content = match (standing.facts.course, mine) {
        (Some(CourseRole::Student), _) => progress_here(standing, plan, next),
        (Some(role), _) => view! {
            <p><span class="badge">"Staff"</span></p>
            <p class="quiet-text">{format!("You are {} of this course.", role.with_article())}</p>
        }
        .into_any(),
        (None, Some(mine)) => waiting_here(standing, &mine, now),
        (None, None) => return ().into_any(),
    };
    view! { <aside class="rail place" aria-label="Your place"><section><h2>"Your place"</h2>{content}</section></aside> }
        .into_any()
}

/// Of who is not in the course, and has or had a place in it.
fn waiting_here(standing: &Standing, mine: &MyPlace, now: Millis) -> AnyView {
    let id = [("course", standing.course.id.to_string())];
    let leave = |words: &'static str| button::<LeaveCourse>(&id, "button small", words, "");
    let own_work = || {
        standing.may(CourseAct::SeeOwnWork).then(|| {
            view! { <p><a href=format!("/courses/{}/mine", standing.course.slug)>"What you did in it"</a></p> }
        })
    };
    match mine.state {
        PlaceState::Invited => view! {
            <p><span class="badge info">"Invited"</span></p>
            <p class="quiet-text">{format!("Its staff ask you to come, as {}.", mine.role.with_article())}</p>
            {leave("Say no")}
        }
        .into_any(),
        PlaceState::Requested => view! {
            <p><span class="badge warn">"You have asked to join"</span></p>
            <p class="quiet-text">{format!("You asked {}. The lessons open once its staff let you in.", when::words(mine.since, now))}</p>
            {leave("Take it back")}
        }
        .into_any(),
        PlaceState::Waitlisted => {
            let said = match mine.offer_ends_at.filter(|ends| *ends > now) {
                Some(ends) => {
                    let until = Zone::stored(&standing.course.time_zone).words(ends);
                    view! {
                        <p><span class="badge good">"A seat is kept for you"</span></p>
                        <p class="quiet-text">{format!("Take it until {until}. After that it goes to the next in line.")}</p>
                    }
                    .into_any()
                }
                None => view! {
                    <p><span class="badge warn">{in_line(mine.position)}</span></p>
                    <p class="quiet-text">"You hear from us when a seat is free."</p>
                }
                .into_any(),
            };
            view! { {said}{leave("Leave the line")} }.into_any()
        }
        PlaceState::Dropped if mine.was_in => view! {
            <p class="quiet-text">{format!("You left this course {}.", when::words(mine.since, now))}</p>
            {own_work()}
        }
        .into_any(),
        PlaceState::Dropped | PlaceState::Removed => view! {
            <p class="quiet-text">{format!("Your place here ended {}.", when::words(mine.since, now))}</p>
            {mine.was_in.then(own_work)}
        }
        .into_any(),
        PlaceState::Active | PlaceState::Blocked => ().into_any(),
    }
}

/// "You are first in line", "You are number 4 in line".
pub fn in_line(position: i64) -> String {
    match position {
        0 | 1 => "You are first in line".to_owned(),
        many => format!("You are number {many} in line"),
    }
}

/// How far a student has read.
fn progress_here(standing: &Standing, plan: &Plan, next: Option<usize>) -> AnyView {
    let published: Vec<&PlanRow> = plan.out().collect();
    if published.is_empty() {
        return view! { <p><span class="badge good">"Enrolled"</span></p> }.into_any();
    }
    let read = published.iter().filter(|lesson| lesson.read_at.is_some()).count();
    let left: i64 = published.iter().filter(|lesson| lesson.read_at.is_none()).map(|lesson| lesson.length).sum();
    let go = match next.and_then(|at| Some((at, plan.lessons.get(at)?))) {
        Some((at, lesson)) => {
            let words = if read == 0 { "Begin reading".to_owned() } else { format!("Continue with lesson {}", at + 1) };
            view! {
                <p class="quiet-text">{format!("About {} left", minutes_in_words(left))}</p>
                <a class="button primary block" href=format!("/courses/{}/lessons/{}", standing.course.slug, lesson.slug)>{words}</a>
            }
            .into_any()
        }
        None if published.len() < plan.lessons.len() => {
            view! { <p class="quiet-text">"You have read all that is open so far."</p> }.into_any()
        }
        None => view! { <p class="quiet-text">"You have read all of it."</p> }.into_any(),
    };
    let count = |number: usize| i64::try_from(number).unwrap_or(0);
    view! { {progress(count(read), count(published.len()))}{go} }.into_any()
}

/// The way out, for who is in the course.
pub fn leaving(standing: &Standing) -> AnyView {
    if standing.facts.course.is_none() || !standing.may(CourseAct::Leave) {
        return ().into_any();
    }
    let id = [("course", standing.course.id.to_string())];
    let is_student = standing.facts.course == Some(CourseRole::Student);
    let can_return = standing.can_come_back();
    let words = match (is_student, can_return) {
        (true, true) => "You can join again while the course is open. What you have read is kept.",
        (true, false) if standing.seats.waiting > 0 => {
            "Your seat goes to the next in line at once. What you have read is kept."
        }
        (true, false) => "You cannot join again by yourself. What you have read is kept.",
        (false, _) => "You give your part in teaching this course back. An owner can add you again.",
    };
    let leave = if can_return {
        button::<LeaveCourse>(&id, "button small", "Leave course", "")
    } else {
        let said = if is_student && standing.seats.waiting > 0 {
            "Somebody else gets your seat at once.".to_owned()
        } else {
            "Somebody who manages its people has to let you in again.".to_owned()
        };
        ask_first::<LeaveCourse>(&id, "Leave course", "", said, "Leave this course".to_owned())
    };
    view! { <section><h2>"Leaving"</h2><p>{words}</p>{leave}</section> }.into_any()
}
