//! The demo: the people and courses of `demo/`, for trying Lectern out. Its passwords are public, so it loads only while
//! the server listens on loopback (config.rs). Loading it twice changes nothing.

mod content;
#[expect(clippy::disallowed_methods, reason = "the SQL of the demo stands in its store")]
mod store;

use crate::accounts::model::{Email, PersonName};
use crate::accounts::policy::SystemTask;
use crate::accounts::store::NewAccount;
use crate::clock::DAY;
use crate::credentials::password::hashing::Hashing;
use crate::credentials::password::model::Password;
use crate::db::{Connection, Write};
use crate::failure::{Broken, Failure};

/// The password of every demo person (the contract).
pub const PASSWORD: &str = "correct-lectern-demo";

/// Loads what is missing of the demo. Answers how many people and courses that were.
pub async fn load(task: &SystemTask, write: &mut Write, hashing: &Hashing) -> Result<(usize, usize), Failure> {
    let mut people = 0;
    // One hash for all: the password is printed in the README, so there is nothing a salt could hide.
    let hash = hashing.turn(write.caller().address)?.hash(Password::new(PASSWORD.to_owned())).await?;
    for person in content::people().broken("read the demo's people")? {
        let (email, name) = (Email::parse(&person.email)?, PersonName::parse(&person.name)?);
        if task.admin(write).find_by_email(&email).await?.is_none() {
            let account =
                NewAccount { email: &email, name: &name, role: person.role, password_hash: Some(hash.clone()) };
            task.admin(write).add_account(account).await?;
            people += 1;
        }
    }
    let mut courses = 0;
    let now = write.now();
    for (age, course) in (1i64..).zip(content::courses().broken("read the demo's courses")?) {
        // Published a few days apart, the first one last, so that it stands first in the catalogue.
        if store::add_course(task, write, &course, now - age * 3 * DAY).await? {
            courses += 1;
        }
    }
    Ok((people, courses))
}

/// Adds the people and courses of a school: 500 students, 40 courses with 30 lessons each, 2,000 enrolments. They have no
/// passwords. Answers how many people and courses that were: none when they are there already.
pub async fn load_school(task: &SystemTask, write: &mut Write) -> Result<(usize, usize), Failure> {
    if task.admin(write).find_by_email(&Email::parse("school001@lectern.example")?).await?.is_some() {
        return Ok((0, 0));
    }
    store::add_school(write, &School { students: 500, courses: 40, lessons: 30, enrolments: 2_000 }).await
}

/// How large a school is.
struct School {
    students: i64,
    courses: i64,
    lessons: i64,
    enrolments: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_what_the_contract_names() {
        let people = content::people().unwrap();
        assert_eq!(people.len(), 33);
        let courses = content::courses().unwrap();
        assert_eq!(courses.len(), 10);
        let flagship = courses.iter().find(|course| course.slug == "sessions-and-tokens").unwrap();
        assert!(flagship.lessons.iter().filter(|lesson| lesson.opens_in == Some(0)).count() >= 3);
        assert!(courses.iter().any(|course| course.slug == "draft-course" && course.state == "draft"));
    }
}
