//! What the addresses of the API name.

use serde::Deserialize;
use utoipa::IntoParams;

/// A course.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfCourse {
    /// Of the course
    #[param(pattern = "^[a-z0-9-]{1,80}$")]
    pub slug: String,
}

/// A lesson of a course.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfLesson {
    /// Of the course
    #[param(pattern = "^[a-z0-9-]{1,80}$")]
    pub slug: String,
    /// Of the lesson
    #[param(pattern = "^[a-z0-9-]{1,80}$")]
    pub lesson: String,
}

/// Somebody in a course.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfMember {
    /// Of the course
    #[param(pattern = "^[a-z0-9-]{1,80}$")]
    pub slug: String,
    /// Of the account
    #[param(minimum = 1)]
    pub id: i64,
}

/// An account.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfAccount {
    /// Of the account
    #[param(minimum = 1)]
    pub id: i64,
}
