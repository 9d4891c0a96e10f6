//! What every page is made of: its title, and its data or the refusal in its place.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::error::AppError;
use crate::failure::Failure;
use crate::http::local_path::LocalPath;
use crate::http::request;
use crate::ui::error_page::trouble_of;

/// Sets the page's title; where a form of the page came back refused, a screen reader says so first. leptos_meta writes a title
/// into the page as it is, so it is escaped here and only here.
pub fn page_title(words: &str) -> AnyView {
    let is_refused =
        request::current().is_ok_and(|ctx| ctx.refused.as_ref().is_some_and(|form| !form.errors.is_empty()));
    let text = if is_refused { title_text(&format!("Error: {words}")) } else { title_text(words) };
    view! { <Title text=text /> }.into_any()
}

/// The escaped text of a title.
pub fn title_text(words: &str) -> String {
    format!("{} - Lectern", html_escape::encode_text(words))
}

/// A page: what `load` finds, shown by `show`, or the refusal with its status.
pub fn page<T: Send + 'static>(
    load: impl Future<Output = Result<T, Failure>> + Send + 'static,
    show: impl FnOnce(T) -> AnyView + Send + 'static,
) -> AnyView {
    Suspend::new(async move {
        match load.await {
            Ok(found) => show(found),
            Err(failure) => refusal(AppError::from(failure)),
        }
    })
    .into_any()
}

fn refusal(error: AppError) -> AnyView {
    let ctx = request::current().ok();
    if error == AppError::SignInRequired {
        let address = ctx.as_ref().map_or("/", |ctx| ctx.address.as_str());
        if request::wants_json() {
            request::set_status(request::status_of(&error));
            return ().into_any();
        }
        let ended = ctx.as_ref().is_some_and(|ctx| ctx.ended.is_some());
        request::redirect_page(&request::sign_in_address(address, ended));
        return ().into_any();
    }
    if error == AppError::ProveAgain && !request::wants_json() {
        let address = ctx.as_ref().map_or("/", |ctx| ctx.address.as_str());
        request::redirect_page(&request::prove_address(address, None));
        return ().into_any();
    }
    if let (AppError::SecondStepRequired, Some(ctx), false) = (&error, &ctx, request::wants_json()) {
        request::redirect_page(&request::second_step_address(ctx, &ctx.address));
        return ().into_any();
    }
    request::set_status(request::status_of(&error));
    request::say_when_to_come_back(&error);
    let path = ctx.as_ref().map(|ctx| ctx.path().to_owned()).unwrap_or_default();
    let trouble = trouble_of(&error, ctx.as_ref().and_then(|ctx| ctx.person()), false)
        .within(&path)
        .with_again_at(ctx.as_ref().and_then(|ctx| LocalPath::parse(&ctx.address)));
    view! { {page_title(&trouble.heading)} {trouble.into_view()} }.into_any()
}
