//! Posting, changing and deleting announcements, and who wants them by mail.

use leptos::prelude::*;

use crate::announcements::model::AnnouncementForm;
use crate::error::AppError;
use crate::id::{AnnouncementId, CourseId};

#[cfg(feature = "ssr")]
use {
    super::model::Wish, super::store::AnnouncementText, crate::accounts::policy::Oneself,
    crate::courses::model::OVERTAKEN, crate::courses::policy::CourseWriter, crate::db::Connection,
    crate::error::FieldErrors, crate::http::request, crate::lessons::api::zone_of, crate::ui::flash::Flash,
};

/// Posts an announcement in a course, now or for later.
#[server(prefix = "/fn", endpoint = "post_announcement")]
pub async fn post_announcement(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// What its form says.
    #[server(flatten)]
    form: AnnouncementForm,
) -> Result<(), AppError> {
    let zone = zone_of(course).await?;
    let text = AnnouncementText::parse(&form, &zone).await?;
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let (id, posted_at) = writer.post(text).await?;
    let slug = writer.course().slug.clone();
    let now = write.now();
    write.commit().await?;
    let said = if posted_at > now {
        format!("The announcement is planned for {}.", zone.words(posted_at))
    } else {
        "The announcement is posted.".to_owned()
    };
    request::go_on(&format!("/courses/{slug}/announcements/{id}"), Flash::said(said))
}

/// Changes an announcement. Once it is out, only its words change.
#[server(prefix = "/fn", endpoint = "save_announcement")]
pub async fn save_announcement(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    announcement: AnnouncementId,
    /// When it had last changed that the form was filled in for, in milliseconds since 1970. Changed since, it is refused at `body`.
    seen: i64,
    /// What its form says.
    #[server(flatten)]
    form: AnnouncementForm,
) -> Result<(), AppError> {
    let zone = zone_of(course).await?;
    let text = AnnouncementText::parse(&form, &zone).await?;
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    if !writer.save_announcement(announcement, text, seen).await? {
        return Err(FieldErrors::one("body", OVERTAKEN).into());
    }
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/announcements/{announcement}"), Flash::said("Changes saved."))
}

/// Deletes an announcement. What was mailed of it stays with who got it.
#[server(prefix = "/fn", endpoint = "delete_announcement")]
pub async fn delete_announcement(
    /// Of a course that the asker may write in.
    course: CourseId,
    /// `NotFound` when it is not in this course.
    announcement: AnnouncementId,
) -> Result<(), AppError> {
    let mut write = request::begin_write().await?;
    let mut writer = CourseWriter::claim(&mut write, course).await?;
    let title = writer.delete_announcement(announcement).await?;
    let slug = writer.course().slug.clone();
    write.commit().await?;
    request::go_on(&format!("/courses/{slug}/announcements"), Flash::said(format!("{title} is deleted.")))
}

/// Has announcements come to the asker by mail as they wish.
#[server(prefix = "/fn", endpoint = "save_mail_wish")]
pub async fn save_mail_wish(
    /// `each`, `daily` or `none`; refused for another.
    announcements: String,
) -> Result<(), AppError> {
    let wish = Wish::of_key(&announcements).ok_or_else(|| FieldErrors::one("announcements", "Choose one of these"))?;
    let mut write = request::begin_write().await?;
    Oneself::claim(&mut write).await?.save_wish(wish).await?;
    write.commit().await?;
    request::go_back(Flash::said("Changes saved."))
}
