//! Signing in from a program of one's own, with the second step where the account has one.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asker::Asker;
use super::body::Sent;
use super::problem::Problem;
use crate::accounts::model::Email;
use crate::clock::SECOND;
use crate::credentials::password::model::Password;
use crate::credentials::password::signing_in::{self, Come};
use crate::credentials::second_step::showing::{self, Right};
use crate::credentials::second_step::store::HALF_WAY_FOR;
use crate::error::{AppError, FieldErrors};
use crate::field;
use crate::metrics::{self, Outcome};
use crate::notices::{self, Notice};
use crate::sessions::app::{App, AppKind};
use crate::sessions::store::{Begins, How};
use crate::tokens::issuing;
use crate::tokens::scope::{Scope, Scopes};

/// The longest name of an app.
pub const CLIENT_MAX: usize = 60;

/// Who signs in, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Of the account, in capitals or not.
    #[schema(max_length = 254, format = Email, example = "student@lectern.example")]
    email: String,
    /// Of the account.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024, example = "correct-lectern-demo")]
    password: Password,
    /// What the program calls itself: it stands under "Where you are signed in".
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[A-Za-z0-9]([A-Za-z0-9 ._()/+-]*[A-Za-z0-9._()/+-])?$",
        example = "my-script"
    )]
    client: String,
    /// What it is to be let do.
    #[schema(min_items = 1, max_items = 9)]
    scopes: Vec<Scope>,
}

/// The second step of signing in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    /// What the first step was answered with.
    #[schema(max_length = 200)]
    second_step_token: String,
    /// Of the app, or a recovery code.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "123456")]
    code: Password,
    /// Said again: nothing of the first step is kept but who it was.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[A-Za-z0-9]([A-Za-z0-9 ._()/+-]*[A-Za-z0-9._()/+-])?$",
        example = "my-script"
    )]
    client: String,
    /// Said again.
    #[schema(min_items = 1, max_items = 9)]
    scopes: Vec<Scope>,
}

/// The account has a second step, which is to be shown within ten minutes.
#[derive(Serialize, ToSchema)]
pub struct SecondStepNeeded {
    /// For `POST /api/v1/sign-in/second-step`: five tries.
    second_step_token: String,
    /// In seconds.
    #[schema(example = 600)]
    expires_in: i64,
}

/// What a program calls itself: one line of at most [`CLIENT_MAX`] plain letters. Refused at `field`.
pub fn client(field: &str, raw: &str) -> Result<String, FieldErrors> {
    let name = field::line(field, "Name of the program", raw, CLIENT_MAX)?;
    // It is shown to its person as what it calls itself: nothing in it may look like more.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._()/+-".contains(c);
    match name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_plain) && name == raw {
        true => Ok(name),
        false => Err(FieldErrors::one(field, "A program’s name has letters, digits, spaces and . _ ( ) / + - in it")),
    }
}

fn app(name: &str, scopes: &[Scope]) -> Result<App, FieldErrors> {
    let client = client("client", name)?;
    let scopes: Vec<Scope> = scopes.to_vec();
    if scopes.is_empty() || scopes.len() > Scope::ALL.len() {
        return Err(FieldErrors::one("scopes", "Choose from one to all of the scopes there are"));
    }
    Ok(App { kind: AppKind::Api, scopes: Scopes::of(&scopes), client, name: None })
}

/// What was shown is not right, or the account is closed. One answer for all of it: which it was is nobody's business.
fn not_signed_in(error: AppError) -> Problem {
    match error {
        AppError::Invalid(errors) => {
            let detail = errors.0.first().map_or_else(String::new, |error| format!("{}.", error.message));
            Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", detail)
                .with_header(WWW_AUTHENTICATE, "Bearer realm=\"lectern\"")
        }
        other => other.into(),
    }
}

/// Sign in
///
/// With email and password. An account with a second step is answered 202, and a token for `/sign-in/second-step`; people without a
/// password use the device flow, or make a token by hand. Wrong pairs slow down whoever tries them.
#[utoipa::path(post, path = "/sign-in", tag = "Getting tokens", request_body = SignIn, security(()),
    responses(
        (status = 200, description = "Signed in", body = issuing::Tokens),
        (status = 202, description = "The second step is asked for", body = SecondStepNeeded),
    ))]
pub async fn sign_in(asker: Asker, sent: Sent<SignIn>) -> Result<Response, Problem> {
    let SignIn { email, password, client, scopes } = sent.value;
    let app = app(&client, &scopes)?;
    let email = Email::parse(&email)?;
    if password.is_empty() {
        return Err(Problem::field("password", "Enter your password"));
    }
    let shown = signing_in::show(&email, password).await.map_err(not_signed_in)?;
    let site = asker.site();
    let mut write = asker.begin_write().await?;
    let come = shown.arrive(&mut write).await.map_err(|failure| not_signed_in(failure.into()))?;
    let Come { arriving, user, arrival, were_wrong, .. } = come;
    let begins = arriving.let_app_in(How::Password, &app).await.map_err(|failure| not_signed_in(failure.into()))?;
    match begins {
        Begins::HalfWay(token) => {
            write.commit().await?;
            let needed = SecondStepNeeded { second_step_token: token, expires_in: HALF_WAY_FOR / SECOND };
            Ok((StatusCode::ACCEPTED, Json(needed)).into_response())
        }
        Begins::In(sign_in) => {
            arrival.tell(&mut write, site, user, were_wrong).await?;
            let tokens = issuing::begin(&mut write, site, sign_in).await?;
            write.commit().await?;
            metrics::signing_in(How::Password, Outcome::Success);
            tracing::info!(event = "authn_login_success", "an app signed in");
            Ok(Json(tokens).into_response())
        }
    }
}

/// Show the second step
///
/// A code of the account's app, or a recovery code, within ten minutes of the first step and in five tries.
#[utoipa::path(post, path = "/sign-in/second-step", tag = "Getting tokens", request_body = SecondStep, security(()),
    responses((status = 200, description = "Signed in", body = issuing::Tokens)))]
pub async fn show_second_step(asker: Asker, sent: Sent<SecondStep>) -> Result<Response, Problem> {
    let SecondStep { second_step_token, code, client, scopes } = sent.value;
    let app = app(&client, &scopes)?;
    if code.is_empty() {
        return Err(Problem::field("code", "Enter a code"));
    }
    let over = || {
        let words = "That took too long or too many tries. Sign in again.";
        Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", words)
            .with_header(WWW_AUTHENTICATE, "Bearer realm=\"lectern\"")
    };
    let site = asker.site();
    let right = showing::show(Some(&second_step_token), &code).await.map_err(not_signed_in)?;
    let Right { mut write, half, shown, arrival } = right.ok_or_else(over)?;
    let (user, how) = (half.half().user, half.half().how());
    let (arriving, half) = half.arrive(&mut write, shown).await.map_err(|failure| match failure {
        crate::failure::Failure::Refused(_) => over(),
        broken => broken.into(),
    })?;
    let begins = arriving.let_app_in(how, &app).await.map_err(|failure| not_signed_in(failure.into()))?;
    let Begins::In(sign_in) = begins else { return Err(over()) };
    arrival.tell(&mut write, site, user, half.after_wrong).await?;
    if let Some(left) = shown.left {
        notices::tell(&mut write, site, user, Notice::RecoveryCodeUsed(left)).await?;
    }
    let tokens = issuing::begin(&mut write, site, sign_in).await?;
    write.commit().await?;
    metrics::signing_in(how, Outcome::Success);
    tracing::info!(event = "authn_login_success", person = user.0, "an app signed in with a second step");
    Ok(Json(tokens).into_response())
}
