//! What a refusal looks like, and the way forward it offers.

use axum::http::StatusCode;
use leptos::prelude::*;

use crate::error::{AppError, Denied};
use crate::http::local_path::LocalPath;
use crate::sessions::caller::Person;
use crate::ui::typed::{typed, typed_list};

/// A page that says what was refused, why, and what can be done now.
#[derive(Clone, Debug)]
pub struct Trouble {
    number: String,
    /// What was refused, in a few words; the page's title as well.
    pub heading: String,
    reason: String,
    /// Address and words, the most useful first.
    ways: Vec<(String, &'static str)>,
    /// The form that was not saved, to be sent again with one press.
    again: Option<Again>,
    /// What was typed into a form that cannot be sent again.
    lost: Vec<(String, String)>,
}

/// A form that could not be saved: nothing that was typed is lost with it.
#[derive(Clone, Debug)]
pub struct Again {
    /// The address it was sent to.
    pub action: String,
    /// Every field as sent, and the page the form stands on. A form with a secret one is never offered again.
    pub fields: Vec<(String, String)>,
}

/// The page for a refusal: of something that was sent, or of a page that was asked for.
pub fn trouble_of(error: &AppError, person: Option<&Person>, was_sent: bool) -> Trouble {
    let home = || ("/".to_owned(), if person.is_some() { "Your home" } else { "Home" });
    let courses = || ("/courses".to_owned(), "All courses");
    let (number, heading, reason, ways) = match error {
        AppError::Forbidden(denied) => {
            let who = person.map(|person| format!("You are signed in as {}. ", person.name)).unwrap_or_default();
            let ways = match denied {
                Denied::OpensLater(slug) => vec![(format!("/courses/{slug}"), "See the plan")],
                Denied::Viewing(slug) => vec![(format!("/courses/{slug}"), "Back to the course")],
                Denied::JoinFirst(slug) => vec![(format!("/courses/{slug}"), "See the course and join")],
                _ => vec![home(), courses()],
            };
            (403, denied.heading().to_owned(), format!("{who}{}", denied.reason()), ways)
        }
        AppError::NotFound => {
            let reason = "The link may be old, or the page may not be yours to see.";
            (404, "There is nothing at this address".to_owned(), reason.to_owned(), vec![home(), courses()])
        }
        AppError::SignInRequired => (
            401,
            "Sign in to go on".to_owned(),
            "This needs to know who you are.".to_owned(),
            vec![("/login".to_owned(), "Sign in")],
        ),
        AppError::ProveAgain => (
            403,
            "Show once more that it is you".to_owned(),
            "This needs a proof that is not older than ten minutes.".to_owned(),
            vec![("/prove".to_owned(), "Show that it is you")],
        ),
        AppError::SecondStepRequired => (
            403,
            "This needs a second step".to_owned(),
            "What your role may do needs more than a password.".to_owned(),
            vec![("/account/security".to_owned(), "Set one up")],
        ),
        AppError::Invalid(_) => {
            (422, "Something in the form is not right yet".to_owned(), error.to_string(), vec![home()])
        }
        AppError::Malformed => {
            (400, "This form was not complete".to_owned(), error.to_string(), vec![home(), courses()])
        }
        AppError::TooLarge { .. } => {
            (413, "That is more than we can take at once".to_owned(), error.to_string(), vec![home(), courses()])
        }
        AppError::Conflict(sentence) => (409, "Somebody else was quicker".to_owned(), sentence.clone(), vec![home()]),
        AppError::TooMany { .. } => (429, "Too many tries".to_owned(), error.to_string(), vec![home()]),
        AppError::Unavailable { incident } if !was_sent => {
            let reason = format!(
                "The server is busy, or something it needs does not answer. Nothing is lost, and who was signed in still is. Open this again in a minute. If it goes on, send this number to the person who runs the server: {incident}."
            );
            (503, "We cannot show you this just now".to_owned(), reason, vec![home()])
        }
        AppError::Unavailable { incident } => {
            let reason = format!(
                "The server is busy or its disk is full, and what you sent was not saved. Send it again in a minute. If it happens twice, send this number to the person who runs the server: {incident}."
            );
            (503, "We cannot save anything just now".to_owned(), reason, vec![home()])
        }
        AppError::Internal { incident } if !was_sent => {
            let reason = format!(
                "Open this again. If it happens twice, send this number to the person who runs the server: {incident}."
            );
            (500, "Something broke on our side".to_owned(), reason, vec![home()])
        }
        AppError::Internal { incident } => {
            let reason = format!(
                "What you sent was not saved. Send it again. If it happens twice, \
                 send this number to the person who runs the server: {incident}."
            );
            (500, "Something broke on our side".to_owned(), reason, vec![home()])
        }
    };
    Trouble { number: number.to_string(), heading, reason, ways, again: None, lost: Vec::new() }
}

/// Where links in mails lead.
const MAIL_LINKS: [&str; 5] = ["/welcome/", "/reset/", "/confirm/", "/new-address/", "/not-me/"];

impl Trouble {
    /// The page of a status that no refusal of ours stands behind.
    pub fn of_status(status: StatusCode) -> Self {
        let (heading, reason) = match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                ("This address does not work that way", "It shows a page or takes a form, and was asked for the other.")
            }
            StatusCode::REQUEST_TIMEOUT => (
                "That took too long to reach us",
                "The line may be slow just now. Go back and send it again; nothing was saved.",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("We cannot read that kind of message", "Forms are sent as application/x-www-form-urlencoded.")
            }
            _ => ("That did not work", "Go back and try again."),
        };
        Self {
            number: status.as_u16().to_string(),
            heading: heading.to_owned(),
            reason: reason.to_owned(),
            ways: vec![("/".to_owned(), "Home"), ("/courses".to_owned(), "All courses")],
            again: None,
            lost: Vec::new(),
        }
    }

    /// The same, with the form to send once more.
    pub fn with_form(self, again: Option<Again>) -> Self {
        Self { again, ..self }
    }

    /// The same, with a link to the page once more, where that can help: `address` is the page's own.
    pub fn with_again_at(mut self, address: Option<LocalPath>) -> Self {
        if let (true, Some(address)) = (self.number == "503" && self.again.is_none(), address) {
            self.ways.insert(0, (address.as_str().to_owned(), "Open this again"));
        }
        self
    }

    /// The same, with what was typed and is not saved, so that it can be copied.
    pub fn with_text(mut self, sent: &[(String, String)]) -> Self {
        self.lost = typed(sent);
        self
    }

    /// The same, with the way back to the course when the refused address lies in one.
    pub fn within(mut self, path: &str) -> Self {
        if self.number == "404" && path.starts_with("/set-up/") {
            self.heading = "This link does not work any more".to_owned();
            self.reason =
                "It was used, a newer one took its place, or it is older than a day. Ask the person who gave it \
                           to you for another."
                    .to_owned();
        }
        if self.number == "404" && MAIL_LINKS.iter().any(|page| path.starts_with(page)) {
            self.heading = "This link does not work any more".to_owned();
            self.reason = "It was used, a newer one took its place, or its time is over. Ask for another where you asked for this one.".to_owned();
            self.ways.insert(0, ("/login".to_owned(), "Sign in"));
        }
        let slug = path.strip_prefix("/courses/").and_then(|rest| rest.split('/').next()).filter(|slug| *slug != "new");
        let is_its_page = slug.is_some_and(|slug| path == format!("/courses/{slug}"));
        // Who was writing in a course may know it; for others a 404 says nothing of where it lies.
        let may_know = self.number == "403" || self.number == "404" && !self.lost.is_empty();
        if let Some(slug) = slug.filter(|_| may_know && !is_its_page) {
            let address = format!("/courses/{slug}");
            if self.ways.iter().all(|(way, _)| *way != address) {
                self.ways.insert(0, (address, "Back to the course"));
            }
        }
        self
    }

    /// The content of the page, without what stands around every page.
    pub fn into_view(self) -> AnyView {
        let again = self.again.map(|form| {
            let fields: Vec<AnyView> =
                form.fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any()).collect();
            view! { <form method="post" action=form.action>{fields}<button class="button primary">"Send it again"</button></form> }
        });
        let lost = (!self.lost.is_empty()).then(|| {
            view! { <section class="gap-above" aria-labelledby="lost"><h2 id="lost">"What you wrote"</h2><p>"It is not saved. Copy what you want to keep."</p>{typed_list(self.lost)}</section> }
        });
        let ways: Vec<AnyView> = self
            .ways
            .into_iter()
            .enumerate()
            .map(|(at, (address, words))| {
                let class = if at == 0 { "button" } else { "" };
                view! { <a class=class href=address>{words}</a> }.into_any()
            })
            .collect();
        view! {
            <div class="page wrap">
                <div class="error-page">
                    <p class="number" aria-hidden="true">{self.number}</p>
                    <h1>{self.heading}</h1>
                    <p class="lede">{self.reason}</p>
                    <div class="buttons">{again}{ways}</div>
                    {lost}
                </div>
            </div>
        }
        .into_any()
    }
}
