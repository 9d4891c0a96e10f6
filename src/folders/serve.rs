//! `/courses/{slug}/folder.zip`: the course as a folder, for who leads it. `/courses/{slug}/offline.zip`: its pages, for who reads it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::offline::Course;
use super::packing::{Pack, Packed};
use super::turns::{self, Way};
use super::writing::texts;
use crate::courses::policy::{CourseEditor, CourseReader};
use crate::error::{AppError, Denied};
use crate::failure::{Broken, Failure};
use crate::http::cross_site::is_from_elsewhere;
use crate::http::error_page;
use crate::http::request::Ctx;
use crate::network::Share;

/// Bytes that are sent in one piece.
const PIECE: usize = 64 * 1024;

/// After that long a zip is not sent any further: whoever takes no more of it does not keep the disk full.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Sends the course as a folder. That it was taken out is written down with it.
pub async fn folder(Path(slug): Path<String>, request: Request) -> Response {
    let may = async |ctx: &Ctx| {
        let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
        CourseEditor::claim_by_slug(&mut read, &slug).await.map(drop)
    };
    send(request, may, async |ctx| {
        // Nobody changes it while it is read.
        let mut write = ctx.site.db.begin_write(ctx.caller.clone()).await?;
        let mut editor = CourseEditor::claim_by_slug(&mut write, &slug).await?;
        turns::count(ctx)?;
        let (folder, files) = editor.read_folder(true).await?;
        editor.note_taken_out().await?;
        write.commit().await?;
        let top = folder.slug.clone();
        let texts = tokio::task::spawn_blocking(move || texts(&folder)).await.broken("write a course")??;
        Ok(Pack { top, texts, files })
    })
    .await
}

/// Sends the pages of the course, for reading without the site.
pub async fn offline(Path(slug): Path<String>, request: Request) -> Response {
    let may = async |ctx: &Ctx| {
        let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
        CourseReader::claim_by_slug(&mut read, &slug).await.map(drop)
    };
    send(request, may, async |ctx| {
        let mut read = ctx.site.db.read(ctx.caller.clone()).await?;
        let mut reader = CourseReader::claim_by_slug(&mut read, &slug).await?;
        turns::count(ctx)?;
        let course = Course::read(&mut reader).await?;
        drop(read);
        course.pages(&ctx.site.config.public_url.origin).await
    })
    .await
}

/// Packs what `make` answers and sends it. Who may not have it is refused by `may` before they take anybody's turn; `make` asks once more,
/// since a turn may be long in coming.
async fn send(
    request: Request,
    may: impl AsyncFnOnce(&Ctx) -> Result<(), Failure>,
    make: impl AsyncFnOnce(&Ctx) -> Result<Pack, Failure>,
) -> Response {
    let parts = request.into_parts().0;
    let Some(ctx) = parts.extensions.get::<Arc<Ctx>>().cloned() else { return StatusCode::NOT_FOUND.into_response() };
    if is_from_elsewhere(&parts.headers) {
        return error_page::answer(&ctx.site, &parts, AppError::Forbidden(Denied::CrossSite));
    }
    let packed = async {
        may(&ctx).await?;
        let share = turns::room(&ctx)?;
        let turn = turns::begin(Way::Out).await?;
        let pack = make(&ctx).await?;
        let name = format!("{}.zip", pack.top);
        Ok::<_, Failure>((name, pack.pack(&ctx.site.contents, &ctx.site.config.data_dir, turn).await?, share))
    };
    match packed.await {
        Ok((name, packed, share)) => answer(&name, packed, share),
        Err(failure) => error_page::answer(&ctx.site, &parts, AppError::from(failure)),
    }
}

fn answer(name: &str, Packed { file, size }: Packed, share: Share) -> Response {
    let headers: [(HeaderName, String); 5] = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        // A slug is letters, digits and hyphens.
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CONTENT_LENGTH, size.to_string()),
        (CACHE_CONTROL, "no-store".to_owned()),
        // Nor is it compressed once more (router.rs).
        (ACCEPT_RANGES, "none".to_owned()),
    ];
    let sending = Arc::new(Mutex::new(Some((File::from_std(file), share))));
    let watched = Arc::downgrade(&sending);
    tokio::spawn(async move {
        tokio::time::sleep(LONGEST).await;
        if let Some(sending) = watched.upgrade() {
            drop(taken(&sending));
        }
    });
    let pieces = stream::unfold(sending, |sending| async {
        let Some((mut file, share)) = taken(&sending) else {
            let over = std::io::Error::other("it took too long to send a zip");
            return Some((Err(over), Arc::new(Mutex::new(None))));
        };
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                *sending.lock().unwrap_or_else(PoisonError::into_inner) = Some((file, share));
                Some((Ok(Bytes::from(piece)), sending))
            }
            Err(error) => Some((Err(error), sending)),
        }
    });
    // Whoever asks once more after the end hears that it is the end.
    (headers, Body::from_stream(pieces.fuse())).into_response()
}

/// A zip while it is sent, and its room.
type Sending = Mutex<Option<(File, Share)>>;

fn taken(sending: &Sending) -> Option<(File, Share)> {
    sending.lock().unwrap_or_else(PoisonError::into_inner).take()
}
