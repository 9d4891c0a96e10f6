//! `/courses/{slug}/folder.zip`: the course as a folder, for who leads it. `/courses/{slug}/offline.zip`: its pages, for who reads it.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::offline::Course;
use super::packing::{Pack, Packed, take_turn};
use super::writing::texts;
use crate::courses::policy::{CourseEditor, CourseReader};
use crate::error::{AppError, Denied};
use crate::failure::Failure;
use crate::http::cross_site::is_from_elsewhere;
use crate::http::error_page;
use crate::http::request::Ctx;

/// Bytes that are sent in one piece.
const PIECE: usize = 64 * 1024;

/// Sends the course as a folder. That it was taken out is written down first.
pub async fn folder(Path(slug): Path<String>, request: Request) -> Response {
    send(request, async |ctx| {
        let mut write = ctx.site.db.begin_write(ctx.caller.clone()).await?;
        let mut editor = CourseEditor::claim_by_slug(&mut write, &slug).await?;
        take_turn(ctx)?;
        editor.note_taken_out().await?;
        write.commit().await?;
        let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
        let (folder, files) = CourseEditor::claim_by_slug(&mut read, &slug).await?.read_folder().await?;
        drop(read);
        Ok(Pack { top: folder.slug.clone(), texts: texts(&folder)?, files })
    })
    .await
}

/// Sends the pages of the course, for reading without the site.
pub async fn offline(Path(slug): Path<String>, request: Request) -> Response {
    send(request, async |ctx| {
        let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
        let mut reader = CourseReader::claim_by_slug(&mut read, &slug).await?;
        take_turn(ctx)?;
        let course = Course::read(&mut reader).await?;
        drop(read);
        course.pages(&ctx.site.config.public_url.origin).await
    })
    .await
}

/// Packs what `make` answers and sends it.
async fn send(request: Request, make: impl AsyncFnOnce(&Ctx) -> Result<Pack, Failure>) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    if is_from_elsewhere(&parts.headers) {
        return error_page::answer(&ctx.site, &parts, AppError::Forbidden(Denied::CrossSite));
    }
    let packed = async {
        let pack = make(&ctx).await?;
        let name = format!("{}.zip", pack.top);
        Ok::<_, Failure>((name, pack.pack(&ctx.site.contents, &ctx.site.config.data_dir).await?))
    };
    match packed.await {
        Ok((name, packed)) => answer(&name, packed),
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

fn answer(name: &str, Packed { file, size }: Packed) -> Response {
    let headers: [(HeaderName, String); 4] = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        // A slug is letters, digits and hyphens.
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CONTENT_LENGTH, size.to_string()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let pieces = stream::unfold(File::from_std(file), |mut file| async {
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(Bytes::from(piece)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    (headers, Body::from_stream(pieces)).into_response()
}
