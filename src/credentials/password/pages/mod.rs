//! The pages for signing up and in.

pub mod login;
pub mod prove;
pub mod signup;

use leptos::prelude::*;

use crate::courses::cover_view::cover;
use crate::courses::policy::CourseVisitor;
use crate::failure::Failure;
use crate::http::local_path::LocalPath;
use crate::http::request;

/// The course that signing in leads to, where the next address is one's.
pub(super) struct Toward {
    id: i64,
    title: String,
}

/// Looks at `?next=`. What the visitor may not see stays unsaid.
pub(super) async fn toward(next: Option<&LocalPath>) -> Result<Option<Toward>, Failure> {
    let Some(slug) =
        next.and_then(|next| next.path().strip_prefix("/courses/")).and_then(|rest| rest.split('/').next())
    else {
        return Ok(None);
    };
    let mut read = request::read().await?;
    Ok(match CourseVisitor::claim_by_slug(&mut read, slug).await {
        Ok(visitor) => Some(Toward { id: visitor.course().id.0, title: visitor.course().title.clone() }),
        Err(Failure::Refused(_)) => None,
        Err(broken) => return Err(broken),
    })
}

impl Toward {
    /// The course, and what happens after: `finish` are the words when its button to join was pressed.
    pub(super) fn into_view(self, finish: Option<&'static str>) -> AnyView {
        let picture = cover(self.id);
        let words = finish.unwrap_or("Then you go on to this course.");
        view! {
            <div class=format!("course-row toward {}", picture.hue)>
                {picture.svg}
                <div><p class="title" dir="auto">{self.title}</p><p>{words}</p></div>
            </div>
        }
        .into_any()
    }
}
