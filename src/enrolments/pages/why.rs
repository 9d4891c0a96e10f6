//! `/courses/{slug}/people/{id}/why`: what somebody may do in a course, and the rule that says so.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::accounts::model::SiteRole;
use crate::accounts::policy::Verdict;
use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseStaff, CourseVisitor, Facts, Rule, Standing, rule, rule_of_lesson};
use crate::courses::store::TabCounts;
use crate::enrolments::machine::comes_anew;
use crate::enrolments::model::PlaceState;
use crate::error::AppError;
use crate::failure::Failure;
use crate::http::request;
use crate::id::UserId;
use crate::lessons::store::Plan;
use crate::ui::page::{page, page_title};
use crate::ui::told::{self, Row};

struct Data {
    standing: Standing,
    counts: TabCounts,
    id: UserId,
    name: String,
    site: SiteRole,
    is_closed: bool,
    facts: Facts,
    /// Who is blocked and keeps them out, having had their address.
    blocked_with: Option<(UserId, String)>,
    plan: Plan,
    lesson: String,
}

/// For staff about whoever has or had a place in their course, and for admins about everybody.
#[component]
pub fn Why() -> impl IntoView {
    let params = use_params_map().get_untracked();
    let slug = params.get("slug").unwrap_or_default();
    let id = params.get("id").and_then(|id| id.parse::<UserId>().ok());
    page(load(slug, id), show)
}

async fn load(slug: String, id: Option<UserId>) -> Result<Data, Failure> {
    let lesson = request::current()?.query("lesson").unwrap_or_default();
    let mut read = request::read().await?;
    let mut staff = CourseStaff::claim_by_slug(&mut read, &slug).await?;
    let counts = staff.count_for_tabs().await?;
    let standing = staff.standing().clone();
    let id = id.ok_or(AppError::NotFound)?;
    let (name, site, is_closed) = staff.find_account_of(id).await?.ok_or(AppError::NotFound)?;
    let facts = staff.facts_about(id, site).await?.ok_or(AppError::NotFound)?;
    let blocked_with = match facts.coming.blocked_with {
        Some(by) if comes_anew(facts.coming.place) => staff.find_place(by).await?.map(|person| (by, person.name)),
        _ => None,
    };
    let plan = CourseVisitor::claim_by_slug(&mut read, &slug).await?.list_plan().await?;
    Ok(Data { standing, counts, id, name, site, is_closed, facts, blocked_with, plan, lesson })
}

fn show(data: Data) -> AnyView {
    let Data { standing, counts, id, name, site, is_closed, facts, blocked_with, plan, lesson } = data;
    let person = format!("/courses/{}/people/{id}", standing.course.slug);
    let people = format!("/courses/{}/people", standing.course.slug);
    let mut rows: Vec<Row> = Vec::new();
    if let Some(chosen) = plan.lessons.iter().find(|row| row.slug == lesson) {
        let rule = rule_of_lesson(&facts, chosen.state);
        rows.push(row(format!("read “{}”", chosen.title), rule, &facts));
    }
    rows.extend(CourseAct::ALL.into_iter().map(|act| row(act.name().to_owned(), rule(&facts, act), &facts)));
    let closed = is_closed.then(|| {
        view! { <div class="note warn"><p>"Their account is closed: they cannot sign in at all, whatever stands below."</p></div> }
    });
    let place = match (facts.coming.place, facts.course) {
        (Some(PlaceState::Active), Some(role)) => format!("in it, as {}", role.with_article()),
        (Some(state), _) => state.word().to_lowercase(),
        (None, _) => "never in it".to_owned(),
    };
    let blocked_with = blocked_with.map(|(by, name)| {
        let address = format!("/courses/{}/people/{by}", standing.course.slug);
        view! { <div><dt>"Had their address before"</dt><dd><a href=address><bdi>{name}</bdi></a>", who is blocked"</dd></div> }
    });
    let options: Vec<AnyView> = plan
        .lessons
        .iter()
        .map(|row| {
            view! { <option value=row.slug.clone() selected=row.slug == lesson>{row.title.clone()}</option> }.into_any()
        })
        .collect();
    let content = view! {
        {page_title(&format!("Why can {name}, why can’t they"))}
        <p class="crumb"><a href=people>"People"</a></p>
        <h1>"Why can "<bdi>{name}</bdi>", why can’t they?"</h1>
        <p class="lede">"What they may do here now, from the rules that answer them."</p>
        {closed}
        <dl class="facts gap-above">
            <div><dt>"On this site"</dt><dd>{site.word()}</dd></div>
            <div><dt>"In the course"</dt><dd>{place}</dd></div>
            {blocked_with}
            <div><dt>"The course"</dt><dd>{standing.course.state.word()}</dd></div>
        </dl>
        <form class="finder gap-above" method="get">
            <div class="field"><label for="lesson">"About one lesson"</label>
                <select class="input" id="lesson" name="lesson" dir="auto"><option value="">"None"</option>{options}</select></div>
            <button class="button">"Look"</button>
        </form>
        <div class="gap-above">{told::table("What they may do", &["What", "May they", "Because"], rows)}</div>
        <p class="gap-above"><a href=person>"Their place in the course"</a></p>
    }
    .into_any();
    slim(&standing, counts, Tab::People, content)
}

fn row(what: String, rule: Rule, facts: &Facts) -> Row {
    let (class, word) = match rule.verdict(&facts.slug) {
        Verdict::Yes => ("badge good", "Yes"),
        Verdict::SignIn | Verdict::Forbidden(_) => ("badge bad", "No"),
        Verdict::NotFound => ("badge bad", "No, and it does not show"),
    };
    let answer = view! { <span class=class>{word}</span> }.into_any();
    Row::of(crate::ui::when::capital(&what), vec![answer, rule.words().into_any()])
}
