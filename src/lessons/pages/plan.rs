//! `/courses/{slug}/lessons`: the lessons of a course, for who writes them: in which order, in which modules, which are drafts.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::courses::pages::{Tab, slim};
use crate::courses::policy::{CourseAct, CourseVisitor, Standing};
use crate::courses::store::TabCounts;
use crate::failure::Failure;
use crate::http::request;
use crate::lessons::api::{AddModule, DeleteModule, MoveLesson, MoveModule, PlaceLesson, RenameModule};
use crate::lessons::islands::Arranging;
use crate::lessons::model::LessonState;
use crate::lessons::store::{ModuleRow, Plan, PlanRow};
use crate::ui::form::{Field, Form, ask_first, button};
use crate::ui::page::{page, page_title};
use crate::ui::when;
use crate::zone::Zone;

struct Data {
    standing: Standing,
    counts: TabCounts,
    plan: Plan,
}

/// The lessons with buttons that move them, for who may write in the course. Others are sent to the course's page.
#[component]
pub fn LessonPlan() -> impl IntoView {
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page(load(slug), |data| data.map_or_else(|| ().into_any(), show))
}

/// Whoever cannot write is sent to the course's page: the plan stands there.
async fn load(slug: String) -> Result<Option<Data>, Failure> {
    let mut read = request::read().await?;
    let mut visitor = CourseVisitor::claim_by_slug(&mut read, &slug).await?;
    if !visitor.standing().may(CourseAct::Write) {
        request::redirect_page(&format!("/courses/{}", visitor.course().slug));
        return Ok(None);
    }
    let (counts, plan) = (visitor.count_for_tabs().await?, visitor.list_plan().await?);
    Ok(Some(Data { standing: visitor.standing().clone(), counts, plan }))
}

fn show(Data { standing, counts, plan }: Data) -> AnyView {
    let course = format!("/courses/{}", standing.course.slug);
    let list = if plan.lessons.is_empty() && plan.modules.is_empty() {
        view! { <div class="empty"><h2>"No lessons yet"</h2><p>"Write the first one. Students see it once the lesson and the course are published."</p></div> }
            .into_any()
    } else {
        arranged(&standing, &plan)
    };
    let content = view! {
        {page_title(&format!("Lessons of {}", standing.course.title))}
        <h1>"Lessons"</h1>
        <p class="lede">"In the order students read them."</p>
        <div class="gap-above">{list}</div>
        <p class="buttons gap-above">
            <a class="button primary" href=format!("{course}/lessons/new")>"Add a lesson"</a>
            <a class="button quiet" href=course>"Back to the course"</a>
        </p>
        {moving(&standing, &plan)}
        {new_module(&standing)}
    }
    .into_any();
    slim(&standing, counts, Tab::Lessons, content)
}

/// The lessons before the first module, then each module with its own.
fn arranged(standing: &Standing, plan: &Plan) -> AnyView {
    let lessons_of = |module: Option<&ModuleRow>| -> Vec<(usize, &PlanRow)> {
        let rows = plan.lessons.iter().enumerate();
        rows.filter(|(_, row)| row.module_id == module.map(|module| module.id)).collect()
    };
    let list = |module: Option<&ModuleRow>| {
        let lessons = lessons_of(module);
        if lessons.is_empty() {
            return view! { <p class="quiet-text">"No lessons in it yet. Move some here, or add one."</p><ol class="rows" role="list"></ol> }.into_any();
        }
        let rows: Vec<AnyView> = lessons.into_iter().map(|(at, lesson)| row(standing, plan, lesson, at)).collect();
        view! { <ol class="rows" role="list">{rows}</ol> }.into_any()
    };
    let first = (!lessons_of(None).is_empty()).then(|| view! { <div data-list="0">{list(None)}</div> });
    let last = plan.modules.len().saturating_sub(1);
    let modules: Vec<AnyView> = plan
        .modules
        .iter()
        .enumerate()
        .map(|(at, module)| {
            let id = format!("module-{}", module.id);
            let (heading, named) = (format!("{id}-name"), format!("{id}-name"));
            view! {
                <section class="gap-above" id=id data-list=module.id.to_string() aria-labelledby=named>
                    <div class="split"><h2 id=heading dir="auto">{module.title.clone()}</h2>{module_buttons(standing, module, at, last)}</div>
                    {list(Some(module))}
                </section>
            }
            .into_any()
        })
        .collect();
    let form = Form::to::<PlaceLesson>();
    let ids = [
        ("course", standing.course.id.to_string()),
        ("lesson", String::new()),
        ("module", String::new()),
        ("before", String::new()),
    ];
    view! {
        <div id="plan">{first}{modules}</div>
        <div id="dragged" hidden><form method="post" action=form.action()>{form.hidden(&ids)}</form></div>
        <Arranging />
    }
    .into_any()
}

fn module_buttons(standing: &Standing, module: &ModuleRow, at: usize, last: usize) -> AnyView {
    let ids = [("course", standing.course.id.to_string()), ("module", module.id.to_string())];
    let by = |by: &str| [ids[0].clone(), ids[1].clone(), ("by", by.to_owned())];
    let up = (at > 0).then(|| button::<MoveModule>(&by("-1"), "button small", "Up", &module.title));
    let down = (at < last).then(|| button::<MoveModule>(&by("1"), "button small", "Down", &module.title));
    let form = Form::to_one_of_many::<RenameModule>("module", &module.id.to_string());
    view! {
        <div class="buttons">
            {up}{down}
            <details class="more" open=form.is_refused()>
                <summary role="button" class="button small">"Change"<span class="hidden">{format!(" {}", module.title)}</span></summary>
                <div>
                    <form class="fields" method="post" action=form.action() novalidate>
                        {form.summary()}
                        {form.hidden(&ids)}
                        {form.input(Field { name: "title", label: "Title", hint: "Up to 120 characters.", value: module.title.clone(), own_words: true, ..Field::default() })}
                        <div class="buttons"><button class="button primary">"Save title"</button></div>
                    </form>
                    {ask_first::<DeleteModule>(&ids, "Delete module", &module.title, "Its lessons stay: they go on at the end of what stands before it.".to_owned(), "Delete this module".to_owned())}
                </div>
            </details>
        </div>
    }
    .into_any()
}

fn row(standing: &Standing, plan: &Plan, lesson: &PlanRow, at: usize) -> AnyView {
    let change = format!("/courses/{}/lessons/{}/edit", standing.course.slug, lesson.slug);
    let ids = [("course", standing.course.id.to_string()), ("lesson", lesson.id.to_string())];
    let by = |by: &str| [ids[0].clone(), ids[1].clone(), ("by", by.to_owned())];
    let is_first = at == 0 && lesson.module_id.is_none();
    let is_last = at + 1 == plan.lessons.len() && lesson.module_id == plan.modules.last().map(|module| module.id);
    let up = (!is_first).then(|| button::<MoveLesson>(&by("-1"), "button small", "Up", &lesson.title));
    let down = (!is_last).then(|| button::<MoveLesson>(&by("1"), "button small", "Down", &lesson.title));
    let opens = lesson.releases_at.filter(|_| lesson.state == LessonState::Scheduled).map(|at| {
        let words = Zone::stored(&standing.course.time_zone).words(at);
        view! { <p class="quiet-text">"Opens "{when::time(at, words, false)}</p> }
    });
    let state = match lesson.state {
        LessonState::Draft => Some("Draft"),
        LessonState::Scheduled => Some("Later"),
        LessonState::Published => None,
    };
    let state = state.map(|word| view! { " "<span class="badge hollow">{word}</span> });
    view! {
        <li class="split" id=format!("lesson-{}", lesson.id) data-item=lesson.id.to_string()>
            <div><p>{at + 1}". "<a href=change dir="auto">{lesson.title.clone()}</a>{state}</p><p dir="auto">{lesson.summary.clone()}</p>{opens}</div>
            <div class="buttons">{up}{down}</div>
        </li>
    }
    .into_any()
}

/// One form that puts any lesson into any module: one in each row would be as many options as lessons times modules. Nothing where there is
/// no module or no lesson.
fn moving(standing: &Standing, plan: &Plan) -> AnyView {
    if plan.modules.is_empty() || plan.lessons.is_empty() {
        return ().into_any();
    }
    let numbered = |(number, lesson): (usize, &PlanRow)| (lesson.id.to_string(), format!("{number}. {}", lesson.title));
    let lessons: Vec<(String, String)> = (1..).zip(&plan.lessons).map(numbered).collect();
    let mut modules = vec![("0".to_owned(), "Before the first module".to_owned())];
    modules.extend(plan.modules.iter().map(|module| (module.id.to_string(), module.title.clone())));
    let form = Form::to::<PlaceLesson>();
    view! {
        <section class="hung" aria-labelledby="moving">
            <div><h2 id="moving">"Move a lesson"</h2><p>"To the end of a module. From there it goes up and down."</p></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.hidden(&[("course", standing.course.id.to_string())])}
                {form.select(Field { name: "lesson", label: "Lesson", ..Field::default() }, &lessons)}
                {form.select(Field { name: "module", label: "To the end of", ..Field::default() }, &modules)}
                <div class="buttons"><button class="button">"Move it"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn new_module(standing: &Standing) -> AnyView {
    let form = Form::to::<AddModule>();
    view! {
        <section class="hung" aria-labelledby="new-module">
            <div><h2 id="new-module">"New module"</h2><p>"A heading in the plan, with lessons below it: a week, a part, a topic."</p></div>
            <form class="fields" method="post" action=form.action() novalidate>
                {form.summary()}
                {form.hidden(&[("course", standing.course.id.to_string())])}
                {form.input(Field { name: "title", label: "Title", hint: "Up to 120 characters.", own_words: true, ..Field::default() })}
                <div class="buttons"><button class="button">"Add module"</button></div>
            </form>
        </section>
    }
    .into_any()
}
