//! Which address shows which page. No logic.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::accounts::address::pages::{ConfirmPage, NewAddressPage};
use crate::accounts::pages::{account::Account, admin_users::AdminUsers, invite::Invite, person::PersonPage};
use crate::announcements::pages::{
    list::CourseAnnouncements,
    one::AnnouncementPage,
    wish::MailWish,
    writing::{AnnouncementEdit, AnnouncementNew},
};
use crate::api::pages::reference::Reference;
use crate::audit::pages::{admin_audit::AdminAudit, history::History};
use crate::calendar::page::CalendarPage;
use crate::courses::pages::{
    catalogue::CataloguePage, course::CoursePage, edit::CourseEdit, home::Home, new::CourseNew,
};
use crate::credentials::code_app::pages::CodeAppPage;
use crate::credentials::not_me::pages::{NotMeDone, NotMePage};
use crate::credentials::one_time_code::pages::{AskForCode, EnterTheCode};
use crate::credentials::pages::security::Security;
use crate::credentials::password::pages::{login::Login, prove::Prove, signup::SignUp};
use crate::credentials::provider::pages::{AddProvider, BackFromProvider, GoToProvider};
use crate::credentials::recovery_codes::pages::RecoveryCodes;
use crate::credentials::reset::pages::{Forgot, ResetPage};
use crate::credentials::second_step::pages::SecondStepPage;
use crate::credentials::set_up_link::pages::SetUp;
use crate::credentials::sign_up_link::pages::Welcome;
use crate::enrolments::pages::{
    awaited::AwaitedPlaces, join::Join, joining::CourseJoining, mine::OwnWork, people::CoursePeople,
    person::CoursePerson, picked::PickedPeople, roster::RosterNew, roster_preview::RosterPage, why::Why,
};
use crate::files::pages::CourseFiles;
use crate::folders::pages::{copy::CourseCopy, import::CourseImport};
use crate::http::request;
use crate::lab::pages::lab::Lab;
use crate::lessons::pages::{
    edit::LessonEdit,
    lesson::LessonPage,
    new::LessonNew,
    plan::LessonPlan,
    progress::CourseProgress,
    search::Search,
    versions::{LessonVersion, LessonVersions},
};
use crate::mail::pages::{letter::LetterPage, outbox::Outbox};
use crate::server::pages::Server;
use crate::sessions::pages::sessions::Sessions;
use crate::tokens::pages::{device::Device, fresh::FreshToken, tokens::Tokens};
use crate::ui::layout::{Chrome, document};
use crate::ui::pages::{accessibility::Accessibility, resend::Resend, status::Status};
use crate::viewing::pages::ViewAs;

/// The document around a page.
pub fn shell() -> impl IntoView {
    provide_meta_context();
    let content = view! { <App /> }.into_any();
    match request::current() {
        Ok(ctx) => view! { <!DOCTYPE html> {document(Chrome::of(&ctx.site, Some(&ctx)), None, content)} }.into_any(),
        Err(_) => content,
    }
}

/// The pages.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| ()>
                <Route path=path!("/") view=Home ssr=SsrMode::Async />
                <Route path=path!("/signup") view=SignUp ssr=SsrMode::Async />
                <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                <Route path=path!("/set-up/:token") view=SetUp ssr=SsrMode::Async />
                <Route path=path!("/login/with/:name") view=GoToProvider ssr=SsrMode::Async />
                <Route path=path!("/login/with/:name/back") view=BackFromProvider ssr=SsrMode::Async />
                <Route path=path!("/login/code") view=AskForCode ssr=SsrMode::Async />
                <Route path=path!("/login/code/enter") view=EnterTheCode ssr=SsrMode::Async />
                <Route path=path!("/login/second") view=SecondStepPage ssr=SsrMode::Async />
                <Route path=path!("/welcome/:token") view=Welcome ssr=SsrMode::Async />
                <Route path=path!("/forgot") view=Forgot ssr=SsrMode::Async />
                <Route path=path!("/reset/:token") view=ResetPage ssr=SsrMode::Async />
                <Route path=path!("/confirm/:token") view=ConfirmPage ssr=SsrMode::Async />
                <Route path=path!("/new-address/:token") view=NewAddressPage ssr=SsrMode::Async />
                <Route path=path!("/not-me") view=NotMeDone ssr=SsrMode::Async />
                <Route path=path!("/not-me/:token") view=NotMePage ssr=SsrMode::Async />
                <Route path=path!("/prove") view=Prove ssr=SsrMode::Async />
                <Route path=path!("/resend") view=Resend ssr=SsrMode::Async />
                <Route path=path!("/account") view=Account ssr=SsrMode::Async />
                <Route path=path!("/account/security") view=Security ssr=SsrMode::Async />
                <Route path=path!("/account/security/add/:name") view=AddProvider ssr=SsrMode::Async />
                <Route path=path!("/account/security/code-app") view=CodeAppPage ssr=SsrMode::Async />
                <Route path=path!("/account/security/recovery-codes") view=RecoveryCodes ssr=SsrMode::Async />
                <Route path=path!("/account/sessions") view=Sessions ssr=SsrMode::Async />
                <Route path=path!("/account/tokens") view=Tokens ssr=SsrMode::Async />
                <Route path=path!("/account/tokens/new") view=FreshToken ssr=SsrMode::Async />
                <Route path=path!("/device") view=Device ssr=SsrMode::Async />
                <Route path=path!("/account/calendar") view=CalendarPage ssr=SsrMode::Async />
                <Route path=path!("/account/mail") view=MailWish ssr=SsrMode::Async />
                <Route path=path!("/account/history") view=History ssr=SsrMode::Async />
                <Route path=path!("/admin/audit") view=AdminAudit ssr=SsrMode::Async />
                <Route path=path!("/admin/server") view=Server ssr=SsrMode::Async />
                <Route path=path!("/admin/outbox") view=Outbox ssr=SsrMode::Async />
                <Route path=path!("/admin/outbox/:id") view=LetterPage ssr=SsrMode::Async />
                <Route path=path!("/people/:id") view=PersonPage ssr=SsrMode::Async />
                <Route path=path!("/admin/users/invite") view=Invite ssr=SsrMode::Async />
                <Route path=path!("/admin/users") view=AdminUsers ssr=SsrMode::Async />
                <Route path=path!("/courses") view=CataloguePage ssr=SsrMode::Async />
                <Route path=path!("/courses/new") view=CourseNew ssr=SsrMode::Async />
                <Route path=path!("/courses/import") view=CourseImport ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug") view=CoursePage ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/edit") view=CourseEdit ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/copy") view=CourseCopy ssr=SsrMode::Async />
                <Route path=path!("/join") view=Join ssr=SsrMode::Async />
                <Route path=path!("/join/:code") view=Join ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/joining") view=CourseJoining ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/mine") view=OwnWork ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/roster") view=RosterNew ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/roster/:id") view=RosterPage ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/people") view=CoursePeople ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/people/picked") view=PickedPeople ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/people/awaited") view=AwaitedPlaces ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/people/:id/why") view=Why ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/people/:id") view=CoursePerson ssr=SsrMode::Async />
                <Route path=path!("/search") view=Search ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/view-as") view=ViewAs ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/progress") view=CourseProgress ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/files") view=CourseFiles ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/announcements") view=CourseAnnouncements ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/announcements/new") view=AnnouncementNew ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/announcements/:id") view=AnnouncementPage ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/announcements/:id/edit") view=AnnouncementEdit ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/lessons") view=LessonPlan ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/lessons/new") view=LessonNew ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/lessons/:lesson") view=LessonPage ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/lessons/:lesson/edit") view=LessonEdit ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/lessons/:lesson/versions") view=LessonVersions ssr=SsrMode::Async />
                <Route path=path!("/courses/:slug/lessons/:lesson/versions/:id") view=LessonVersion ssr=SsrMode::Async />
                <Route path=path!("/api") view=Reference ssr=SsrMode::Async />
                <Route path=path!("/lab") view=Lab ssr=SsrMode::Async />
                <Route path=path!("/accessibility") view=Accessibility ssr=SsrMode::Async />
                <Route path=path!("/status") view=Status ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
