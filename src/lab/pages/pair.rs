//! The pair: what is sent, and what is kept, both ways.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use leptos::prelude::*;

use crate::clock::{Millis, SECOND};
use crate::db::Read;
use crate::failure::Failure;
use crate::http::request::Ctx;
use crate::id::{SignInId, UserId};
use crate::lab::taking_back::claims;
use crate::random;
use crate::sessions::caller::Person;
use crate::tokens::access::{self, Claims};
use crate::ui::told::{self, Row};
use crate::ui::when;

/// Dots in place of what a page must not hold.
const DOTS: &str = "••••••••••••••••";
/// Letters of a long part that are shown.
const BEGINS: usize = 24;

/// A session and a token, as far as a page may hold them.
pub struct Pair {
    cookie: String,
    begins: String,
    is_https: bool,
    person: Option<Person>,
    token: [String; 3],
    /// Bytes of the whole token.
    length: usize,
    signature: usize,
    algorithm: &'static str,
    kid: String,
    claims: Claims,
}

impl Pair {
    /// The reader's own session, or one made up for a visitor; and a token made for this page, which the API refuses.
    pub async fn of(ctx: &Ctx, read: &mut Read) -> Result<Self, Failure> {
        let site = &ctx.site;
        let person = ctx.person().cloned();
        let key = site.keys.signer(read, &site.key).await?;
        let (user, sign_in) = person.as_ref().map_or((UserId(0), SignInId(0)), |person| (person.id, person.sign_in));
        let claims = claims(site, sign_in, user, site.db.clock().now());
        let token = access::sign(&key, &claims)?;
        let mut parts = token.split('.').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        let token_parts = [part(), part(), part()];
        let signature = URL_SAFE_NO_PAD.decode(&token_parts[2]).map_or(0, |bytes| bytes.len());
        Ok(Self {
            cookie: site.config.public_url.cookie_name().to_owned(),
            begins: ctx.session_begins().unwrap_or_else(|| random::nonce().chars().take(4).collect()),
            is_https: site.config.public_url.https,
            person,
            length: token.len(),
            token: token_parts,
            signature,
            algorithm: key.algorithm.name(),
            kid: key.kid.clone(),
            claims,
        })
    }

    /// Whether it is the reader's own.
    pub fn is_own(&self) -> bool {
        self.person.is_some()
    }
}

/// Both, beside each other.
pub fn show(pair: Pair, now: Millis) -> AnyView {
    view! {
        <div class="pair">
            {session(&pair, now)}
            {token(&pair, now)}
        </div>
        {claims_table(&pair)}
    }
    .into_any()
}

fn session(pair: &Pair, now: Millis) -> AnyView {
    let secure = match pair.is_https {
        true => "Never sent in the clear",
        false => "Not set here: this site’s address is plain http",
    };
    let kept = match &pair.person {
        Some(person) => view! {
            <dt>"person"</dt><dd><bdi>{person.name.clone()}</bdi></dd>
            <dt>"made"</dt><dd>{when::time(person.signed_in_at, when::words(person.signed_in_at, now), true)}</dd>
            <dt>"seen"</dt><dd>{when::time(person.last_seen_at, when::words(person.last_seen_at, now), true)}", to a minute"</dd>
            <dt>"ends"</dt>
            <dd>{when::time(person.absolute_ends_at, when::words(person.absolute_ends_at, now), true)}
                ", or "{when::time(person.idle_ends_at, when::words(person.idle_ends_at, now), false)}" without a click"</dd>
        }
        .into_any(),
        None => view! {
            <dt>"person"</dt><dd>"Whose it is"</dd>
            <dt>"made"</dt><dd>"When, how, from which address and browser"</dd>
            <dt>"seen"</dt><dd>"When last, to a minute"</dd>
            <dt>"ends"</dt><dd>"After an hour without a click, and within a day in any case"</dd>
        }
        .into_any(),
    };
    view! {
        <section class="hue h8" aria-labelledby="session">
            <div><h2 id="session">"Session: the server remembers"</h2><p>"You carry a random number. We look it up each time."</p></div>
            <div>
                <h3>"What you send"</h3>
                <p class="wire">"Cookie: "<b>{format!("{}=", pair.cookie)}</b><span class="part">{format!("{}{DOTS}", pair.begins)}</span></p>
                <p>"Only its start: a page must never hold the whole number."</p>
                <dl class="terms">
                    <dt>"HttpOnly"</dt><dd>"No script can read it"</dd>
                    <dt>"Secure"</dt><dd>{secure}</dd>
                    <dt>"SameSite"</dt><dd>"Lax: not sent when another site posts a form"</dd>
                </dl>
            </div>
            <div>
                <h3>"What we keep"</h3>
                <dl class="terms">
                    <dt>"id"</dt><dd>"The SHA-256 of that number, never the number"</dd>
                    {kept}
                    <dt>"asks"</dt><dd>"Each request asks twice: the session store, then the database"</dd>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

fn token(pair: &Pair, now: Millis) -> AnyView {
    let [header, payload, signature] = &pair.token;
    let begins: String = payload.chars().take(BEGINS).collect();
    let sealed: String = signature.chars().take(4).collect();
    let ends = pair.claims.exp * SECOND;
    let whose = pair.person.as_ref().map_or_else(|| "nobody".to_owned(), |person| person.name.clone());
    view! {
        <section class="hue h1" aria-labelledby="token">
            <div><h2 id="token">"Token: you carry the proof"</h2><p>"You carry a signed letter. We check the seal, not a list."</p></div>
            <div>
                <h3>"What you send"</h3>
                <p class="wire">"Authorization: Bearer "<span class="part">{header.clone()}</span>"."<span class="part payload">{format!("{begins}…")}</span>"."<span class="part signature">{format!("{sealed}{DOTS}")}</span></p>
                <p>{format!("{} bytes in all. The seal is hidden for the same reason.", pair.length)}</p>
                <dl class="terms">
                    <dt class="part">"header"</dt><dd>{format!("Signed with {}, by the key that begins {}", pair.algorithm, pair.kid.chars().take(6).collect::<String>())}</dd>
                    <dt class="part payload">"payload"</dt><dd><bdi>{whose}</bdi>", until "{when::time(ends, when::clock_time(ends), false)}", may read courses"</dd>
                    <dt class="part signature">"signature"</dt><dd>{format!("{} bytes that only we could write", pair.signature)}</dd>
                </dl>
            </div>
            <div>
                <h3>"What we keep"</h3>
                <dl class="terms">
                    <dt>"to check"</dt><dd>"Our key; nothing about you"</dd>
                    <dt>"to renew"</dt><dd>"The SHA-256 of an app’s refresh token, beside a row like a session’s"</dd>
                    <dt>"to refuse"</dt><dd>"Its name, if you end it, until "{when::time(ends, when::words(ends, now), false)}": a denylist. That is state too"</dd>
                    <dt>"asks"</dt><dd>"Nothing for the seal; once, where it must be able to end early"</dd>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

/// The claims, each with what it is for.
fn claims_table(pair: &Pair) -> AnyView {
    let Claims { iss, sub, aud, client_id, iat, exp, jti, scope, sid, epoch, auth_time } = pair.claims.clone();
    let hidden = |text: &str| match text.chars().count() {
        ..=4 => text.to_owned(),
        _ => format!("{}…", text.chars().take(4).collect::<String>()),
    };
    let rows: [(&str, String, &str); 11] = [
        ("iss", iss, "Who signed it. Another issuer’s letter is none of ours."),
        ("sub", sub, "Whose it is: the account’s number, which never becomes somebody else’s."),
        ("aud", aud, "For whom. This one is for the lab, so the API refuses it."),
        ("client_id", client_id, "The app it was given to."),
        ("iat", iat.to_string(), "When it was signed, in seconds since 1970."),
        ("exp", exp.to_string(), "When it ends. Ten minutes later, to the second."),
        ("jti", hidden(&jti), "Its own name, for the denylist."),
        ("scope", scope, "What the app may do. Never more than its person may."),
        (
            "sid",
            hidden(&sid),
            "Its family: the sign-in that all tokens of an app belong to. In the lab it is your browser’s, where you are signed in.",
        ),
        ("epoch", epoch.to_string(), "The account’s: raised by a new password. Older letters are over."),
        ("auth_time", auth_time.to_string(), "When its person showed who they are."),
    ];
    let code = |text: String| view! { <code>{text}</code> }.into_any();
    let rows = rows
        .into_iter()
        .map(|(name, value, words)| Row::of(code(name.to_owned()), vec![code(value), words.into_any()]))
        .collect();
    view! {
        <section class="hung" aria-labelledby="claims">
            <div><h2 id="claims">"What the letter says"</h2><p>"Every word is required, once. Anybody can read it; nobody can change it."</p></div>
            {told::table("The claims of the token", &["Claim", "Here", "What it is for"], rows)}
        </section>
    }
    .into_any()
}
