//! The whole site as one service: every route, inside the layers in their order.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::http::header::{ACCEPT_RANGES, ALLOW};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use super::{Site, assets, caller, cross_site, error_page, forms, headers, health, log, session, whole_page};
use crate::api::describe::methods;
use crate::api::router::is_api;
use crate::app::{App, shell};
use crate::enrolments::roster;
use crate::error::AppError;
use crate::files;
use crate::server::reports;
use crate::{accounts, api, audit, calendar, folders};

/// Addresses outside of the pages and the server functions.
pub const PLAIN_ROUTES: [&str; 11] = [
    "/healthz",
    "/readyz",
    "/favicon.svg",
    "/robots.txt",
    "/admin/audit.csv",
    "/account/data.json",
    "/courses/{slug}/people.csv",
    "/courses/{slug}/files/{name}",
    "/courses/{slug}/folder.zip",
    "/courses/{slug}/offline.zip",
    "/dates/{name}",
];

/// Builds the service.
pub fn router(site: &Arc<Site>) -> Router {
    let pages = generate_route_list(App);
    let app = Router::new()
        // Leptos looks its options up for files that we serve ourselves; the defaults do.
        .leptos_routes_with_context(&LeptosOptions::builder().output_name("lectern").build(), pages, || {}, shell)
        .route("/admin/audit.csv", get(audit::export::serve))
        .route("/account/data.json", get(accounts::export::serve))
        .route("/courses/{slug}/people.csv", get(roster::export::serve))
        .route("/courses/{slug}/files/{name}", get(files::serve::serve))
        .route("/courses/{slug}/folder.zip", get(folders::serve::folder))
        .route("/courses/{slug}/offline.zip", get(folders::serve::offline))
        .route("/dates/{name}", get(calendar::feed::serve))
        .merge(api::router::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(LeptosOptions::builder().output_name("lectern").build())
        .layer(from_fn(whole_page::layer))
        .layer(from_fn(log::name_route))
        .layer(from_fn_with_state(site.clone(), forms::layer))
        .layer(from_fn_with_state(site.clone(), caller::layer))
        .layer(session::manager(site))
        .layer(from_fn_with_state(site.clone(), session::whole_removal));

    Router::new()
        .route("/pkg/{*file}", get(assets::serve))
        .route("/favicon.svg", get(assets::serve))
        .route("/robots.txt", get(assets::serve))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz).with_state(site.clone()))
        .fallback_service(app)
        .layer(from_fn_with_state(site.clone(), cross_site::layer))
        // Browsers send these by themselves, and nothing of a session is looked at.
        .route(
            reports::PATH,
            post(reports::take).with_state(site.clone()).layer(DefaultBodyLimit::max(reports::LONGEST)),
        )
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_no_file)))
        .layer(from_fn_with_state(site.clone(), headers::layer))
        .layer(from_fn_with_state(site.clone(), log::layer))
}

/// A file that was uploaded, and a zip, go out as they are: most are compressed in themselves, and some are sent in parts.
fn is_no_file(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(ACCEPT_RANGES)
}

async fn not_found(request: Request) -> Response {
    refuse(&request.into_parts().0, |site, request| error_page::answer(site, request, AppError::NotFound))
}

async fn wrong_method(request: Request) -> Response {
    let request = request.into_parts().0;
    let of_api = is_api(request.uri.path()).then(|| methods(request.uri.path())).flatten();
    let allowed =
        of_api.as_deref().unwrap_or(if request.uri.path().starts_with("/fn/") { "POST" } else { "GET, HEAD" });
    let mut response =
        refuse(&request, |site, request| error_page::with_status(site, request, StatusCode::METHOD_NOT_ALLOWED));
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

fn refuse(request: &Parts, with: impl FnOnce(&Arc<Site>, &Parts) -> Response) -> Response {
    match request.extensions.get::<Arc<super::request::Ctx>>().cloned() {
        Some(ctx) => with(&ctx.site, request),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What a panic leaves of an answer. The panic hook has logged it; nothing of it goes out.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Something broke on our side. Go back and try again.\n").into_response()
}
