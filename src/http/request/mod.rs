//! What a page or a server function can ask of its own request, and say to its own answer. The only folder that speaks to
//! leptos_axum, but for the router.

mod answering;
mod begun;
mod going;

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, Method, request::Parts};
use axum::middleware::Next;
use axum::response::Response;
use leptos::prelude::{Owner, provide_context, use_context};
use leptos::reactive::computed::ScopedFuture;
use tower_sessions::Session;

use crate::audit::event::Event;
use crate::audit::refusals;
use crate::credentials::one_time_code;
use crate::credentials::password::hashing::Turn;
use crate::credentials::second_step::store::HALF_WAY_FOR;
use crate::db::{Read, Write};
use crate::failure::Failure;
use crate::files::incoming::Uploads;
use crate::http::caller::Cookies;
use crate::http::cross_site::is_from_elsewhere;
use crate::http::kept_forms::{RefusedForm, WAITING};
use crate::http::{Site, form_token};
use crate::id::SignInId;
use crate::random;
use crate::server::arrival::Arrival;
use crate::sessions::caller::{Caller, Lapsed, Person};
use crate::ui::flash::Flash;

pub use answering::{redirect_page, say_when_to_come_back, set_status, status_of, wants_json};
pub(in crate::http) use begun::renew;
pub use begun::{
    SECOND_STEP_PAGE, arrive, asked_code, end_current, end_session, enter, forget, half_way, lasts, lasts_remembered,
    proved_again, renew_session, sessions_answer,
};
pub use going::{go_back, go_on, next_or, prove_address, second_step_address, show_again, sign_in_address};

const HALF_WAY_SECONDS: u32 = (HALF_WAY_FOR / 1_000) as u32;
const CODE_SECONDS: u32 = (one_time_code::store::GOOD_FOR / 1_000) as u32;

/// One request, as its page or function sees it.
#[derive(Debug)]
pub struct Ctx {
    /// The same for every request.
    pub site: Arc<Site>,
    /// Who asks and from where, for every connection to the database.
    pub caller: Arc<Caller>,
    session: Option<Session>,
    /// What an inline script must carry to run; the answer's Content-Security-Policy names it.
    pub nonce: String,
    /// The address with its query, as asked for.
    pub address: String,
    /// What the page before left to be said here.
    pub flash: Flash,
    /// The form that came back refused to this page.
    pub refused: Option<RefusedForm>,
    /// Whose sign-in the session cookie named, when it is dead.
    pub ended: Option<Lapsed>,
    cookies: Cookies,
    answer: Mutex<Answer>,
    /// What arrived with the form, for the function it goes to.
    uploads: Mutex<Uploads>,
}

/// What a function has said about its answer so far.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Where a browser goes next.
    pub go_to: Option<String>,
    /// What is said on the next page.
    pub flash: Flash,
    /// The browser comes back to the page its form was on, with all that was typed.
    pub shows_again: bool,
    /// The token of a form kept for the next page.
    pub keep_form: Option<String>,
    /// The tokens of the forms that wait for their sender from now on, the newest first; none: as before.
    pub unsent: Option<Vec<String>>,
    /// The cookie of a browser that asked for a code; empty: it waits for none any more.
    pub asked_code: Option<String>,
    /// The cookie of a browser that is half way to being signed in; empty: it is not any more.
    pub half_way: Option<String>,
    /// The cookie of a browser that was shown a form to sign in with, where it is a new one.
    pub visit: Option<String>,
    /// Somebody signed out: what the browser still keeps of theirs goes.
    pub forget: bool,
    /// The sign-in that this request made, or proved again: what waited for it is sent.
    pub began: Option<SignInId>,
}

impl Ctx {
    #[expect(clippy::too_many_arguments, reason = "called once, by the layer that finds all of these out")]
    pub(super) fn new(
        site: Arc<Site>,
        caller: Arc<Caller>,
        session: Option<Session>,
        nonce: String,
        address: String,
        flash: Flash,
        refused: Option<RefusedForm>,
        ended: Option<Lapsed>,
        cookies: Cookies,
    ) -> Self {
        let (answer, uploads) = (Mutex::default(), Mutex::default());
        Self { site, caller, session, nonce, address, flash, refused, ended, cookies, answer, uploads }
    }

    /// What was said about the answer.
    pub fn answer(&self) -> Answer {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is said about the answer.
    pub fn say(&self, change: impl FnOnce(&mut Answer)) {
        change(&mut self.answer.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Files have arrived with the form.
    pub fn put_uploads(&self, uploads: Uploads) {
        *self.uploads.lock().unwrap_or_else(PoisonError::into_inner) = uploads;
    }

    /// The files that arrived with the form. They are gone when what is answered is dropped.
    pub fn take_uploads(&self) -> Uploads {
        std::mem::take(&mut *self.uploads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The first four letters of the session's id, for its own person to see: the rest stays where it is.
    pub fn session_begins(&self) -> Option<String> {
        Some(self.session.as_ref()?.id()?.to_string().chars().take(4).collect())
    }

    /// What a browser that was shown a form to sign in with brings along.
    pub fn visit(&self) -> Option<&str> {
        self.cookies.visit.as_deref()
    }

    /// What a browser brings along that asked for a code.
    pub fn asked_code(&self) -> Option<&str> {
        self.cookies.asked_code.as_deref()
    }

    /// What a browser brings along that is half way to being signed in.
    pub fn half_way(&self) -> Option<&str> {
        self.cookies.half_way.as_deref()
    }

    /// The token for forms of the page being made; none for visitors, whose forms need none.
    pub fn form_token(&self) -> Option<String> {
        self.person().map(|person| form_token::make(person.form_key.as_bytes()))
    }

    /// The token for a form of the page being made that signs somebody in. A browser without the cookie it is made with gets it.
    pub fn sign_in_token(&self) -> String {
        form_token::make(self.visit_or_new().as_bytes())
    }

    /// What only this browser has; one that has nothing yet gets it with the answer.
    pub fn visit_or_new(&self) -> String {
        self.answer().visit.or_else(|| self.cookies.visit.clone()).unwrap_or_else(|| {
            let visit = random::token();
            self.say(|answer| answer.visit = Some(visit.clone()));
            visit
        })
    }

    /// The tokens of the forms that wait for their sender in this browser, the newest first.
    pub fn waiting(&self) -> Vec<String> {
        self.answer().unsent.unwrap_or_else(|| self.cookies.unsent.clone())
    }

    /// One more form waits, and is the newest.
    pub fn waits(&self, token: String) {
        let mut waiting = self.waiting();
        waiting.retain(|other| *other != token);
        waiting.insert(0, token);
        waiting.truncate(WAITING);
        self.say(|answer| answer.unsent = Some(waiting));
    }

    /// A form was sent, or is not to be.
    pub fn waits_no_more(&self, token: &str) {
        let mut waiting = self.waiting();
        waiting.retain(|other| other != token);
        self.say(|answer| answer.unsent = Some(waiting));
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.address.split('?').next().unwrap_or("/")
    }

    /// The value of `name` in the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.address.split_once('?')?.1;
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// All values of `name` in the query, decoded.
    pub fn queries(&self, name: &str) -> Vec<String> {
        let query = self.address.split_once('?').map_or("", |(_, query)| query);
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        pairs.map(|(_, value)| value.into_owned()).collect()
    }

    /// Who is signed in, as known when the request began.
    pub fn person(&self) -> Option<&Person> {
        self.caller.person.as_ref()
    }

    /// Sets and clears our small cookies, once the answer is made.
    pub(super) fn finish(&self, response: &mut Response) {
        let answer = self.answer();
        let url = &self.site.config.public_url;
        let mut set = |suffix: &str, value: &str, seconds: u32| {
            let cookie = format!(
                "{}-{suffix}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{}",
                url.cookie_name(),
                if url.https { "; Secure" } else { "" }
            );
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        };
        match answer.flash.write() {
            // Long enough for a redirect over a bad line.
            Some(value) => set("flash", &value, 60),
            None if self.flash != Flash::None => set("flash", "", 0),
            None => {}
        }
        match answer.keep_form {
            Some(token) => set("form", &token, super::kept_forms::KEPT_SECONDS),
            // Shown again when its page is loaded again; gone when the person goes on to another.
            None if self.cookies.kept_form.is_some() && self.refused.is_none() && !self.path().starts_with("/pkg/") => {
                set("form", "", 0)
            }
            None => {}
        }
        match answer.unsent {
            Some(tokens) if tokens.is_empty() && self.cookies.unsent.is_empty() => {}
            Some(tokens) if tokens.is_empty() => set("unsent", "", 0),
            Some(tokens) => set("unsent", &tokens.join("."), super::kept_forms::UNSENT_SECONDS),
            None => {}
        }
        for (suffix, token, brought, seconds) in [
            ("half-way", answer.half_way, &self.cookies.half_way, HALF_WAY_SECONDS),
            ("code", answer.asked_code, &self.cookies.asked_code, CODE_SECONDS),
        ] {
            match token {
                Some(token) if token.is_empty() && brought.is_none() => {}
                Some(token) if token.is_empty() => set(suffix, "", 0),
                Some(token) => set(suffix, &token, seconds),
                None => {}
            }
        }
        if let Some(visit) = answer.visit {
            // Until the browser closes, like the page it goes with.
            let secure = if url.https { "; Secure" } else { "" };
            let cookie = format!("{}-visit={visit}; Path=/; HttpOnly; SameSite=Lax{secure}", url.cookie_name());
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(SET_COOKIE, value);
            }
        }
        if answer.forget {
            // Not \"cookies\": ours are taken away by name, and the one that says so on the next page must stay.
            let forget = HeaderValue::from_static("\"cache\", \"storage\"");
            response.headers_mut().insert("clear-site-data", forget);
        }
    }

    /// The same request as `person` would have sent it.
    pub fn on_behalf_of(&self, person: Person) -> Self {
        Self {
            site: self.site.clone(),
            caller: Arc::new(Caller { person: Some(person), ..(*self.caller).clone() }),
            session: self.session.clone(),
            nonce: self.nonce.clone(),
            address: self.address.clone(),
            flash: Flash::None,
            refused: None,
            ended: None,
            cookies: Cookies::default(),
            answer: Mutex::default(),
            uploads: Mutex::default(),
        }
    }
}

/// The request this code runs for.
pub fn current() -> Result<Arc<Ctx>, Failure> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Arc<Ctx>>().cloned())
        .ok_or_else(|| Failure::Broken(anyhow::anyhow!("this ran outside of a request")))
}

/// Answers a request outside of Leptos with what functions need that ask for their request by [`current`].
pub async fn within(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let owner = Owner::new_root(None);
    owner.with(|| provide_context(parts.clone()));
    let answered = owner.with(|| ScopedFuture::new(next.run(Request::from_parts(parts, body))));
    let response = answered.await;
    drop(owner);
    response
}

/// The site this request came to.
pub fn site() -> Result<Arc<Site>, Failure> {
    Ok(current()?.site.clone())
}

/// A connection to read with, that knows who asks.
pub async fn read() -> Result<Read, Failure> {
    let ctx = current()?;
    ctx.site.db.read(ctx.caller.clone()).await
}

/// A transaction to write in, that knows who asks.
pub async fn begin_write() -> Result<Write, Failure> {
    let ctx = current()?;
    ctx.site.db.begin_write(ctx.caller.clone()).await
}

/// Writes a refusal into the audit log, within its bounds.
pub async fn note_refusal(event: Event) -> Result<(), Failure> {
    let ctx = current()?;
    refusals::note(&ctx.site, ctx.caller.clone(), event).await;
    Ok(())
}

/// How this request reached the server.
pub fn arrival() -> Result<Arrival, Failure> {
    Ok(Arrival::of(&parts()?, &current()?.site.config))
}

/// Whether somebody is about to look at the page being made: a browser that fetches ahead, asks for the head alone or was made to
/// ask by another site shows it to nobody.
pub fn is_looked_at() -> Result<bool, Failure> {
    let Parts { method, headers, .. } = parts()?;
    let ahead = headers.contains_key("sec-purpose") || headers.contains_key("purpose");
    Ok(method == Method::GET && !ahead && !is_from_elsewhere(&headers))
}

fn parts() -> Result<Parts, Failure> {
    use_context::<Parts>().ok_or_else(|| Failure::Broken(anyhow::anyhow!("this ran outside of a request")))
}

/// A turn to hash or compare passwords, for whoever asks.
pub fn hashing_turn() -> Result<Turn, Failure> {
    let ctx = current()?;
    ctx.site.hashing.turn(ctx.caller.address)
}
