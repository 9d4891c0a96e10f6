//! The page of a course's files.

mod list;

pub use list::CourseFiles;
