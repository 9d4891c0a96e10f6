//! What people hear by mail about their place in a course: what others did with it, never what they did themselves.
//!
//! A letter is written in the transaction of what it tells of. Without a mail server there is none: their home and the course's page
//! say the same.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::machine::Step;
use super::model::{CourseRole, PlaceState};
use super::store::{Moved, PersonRow, leave_stranger_untold, leave_untold, public_course_of_letters, take_untold};
use crate::accounts::model::Email;
use crate::accounts::store::public_find_addressee;
use crate::clock::{DAY, Millis};
use crate::courses::model::CourseState;
use crate::courses::store::CourseRow;
use crate::credentials::guessing::{Few, public_take_one};
use crate::db::Write;
use crate::failure::Failure;
use crate::http::Site;
use crate::id::{CourseId, UserId};
use crate::mail::letter::{Kind, Letter, Part};
use crate::mail::store::public_post;
use crate::sessions::caller::Person;
use crate::ui::when;

/// What happened to somebody's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// They are in the course, as this.
    LetIn(CourseRole),
    /// Staff said yes, and all seats are taken.
    InLine,
    /// A seat is kept for them until then.
    Offered(Millis),
    /// It is not any more.
    Lapsed,
    /// Staff said no.
    TurnedDown,
    /// They are asked to come, as this.
    Invited(CourseRole),
}

/// How long a letter is worth sending.
const GOOD_FOR: Millis = 2 * DAY;

impl News {
    /// What somebody hears of a step that others took; nothing of their own.
    pub fn of(step: Step, from: Option<PlaceState>, to: PlaceState, role: CourseRole) -> Option<Self> {
        match (step, to) {
            (Step::LetIn | Step::Invite, PlaceState::Active) => Some(Self::LetIn(role)),
            (Step::LetIn | Step::Invite, PlaceState::Waitlisted) => Some(Self::InLine),
            (Step::Invite, PlaceState::Invited) => Some(Self::Invited(role)),
            (Step::TurnAway, PlaceState::Removed) if from == Some(PlaceState::Requested) => Some(Self::TurnedDown),
            _ => None,
        }
    }

    /// Whether who hears of it cannot open the course while it is a draft.
    fn waits_for_publication(self) -> bool {
        match self {
            Self::LetIn(role) => !role.is_staff(),
            Self::InLine | Self::Offered(_) | Self::Lapsed | Self::TurnedDown | Self::Invited(_) => true,
        }
    }

    // A course's title is somebody's words, and no header is made of those.
    fn subject(self) -> &'static str {
        match self {
            Self::LetIn(_) => "You have a place in a course",
            Self::InLine => "You are in line for a course",
            Self::Offered(_) => "A seat in a course is kept for you",
            Self::Lapsed => "Your seat in a course went on",
            Self::TurnedDown => "You were not let into a course",
            Self::Invited(_) => "You are invited to a course",
        }
    }

    fn words(self, title: &str, now: Millis) -> String {
        match self {
            Self::LetIn(role) => format!("You are in “{title}” now, as {}.", role.with_article()),
            Self::InLine => format!(
                "You may join “{title}”, and all of its seats are taken. You are in line for the next one that becomes free, and hear from us when it is your turn."
            ),
            Self::Offered(until) => format!(
                "A seat in “{title}” is kept for you until {}. Take it on the course’s page; after that it goes to the next in line.",
                when::words(until, now)
            ),
            Self::Lapsed => format!(
                "The seat in “{title}” that was kept for you was not taken in time, and went to the next in line. You can stand in line again on the course’s page."
            ),
            Self::TurnedDown => format!(
                "There is no place for you in “{title}”: its staff did not let you in. Write to them if you think that this is a mistake."
            ),
            Self::Invited(role) => {
                format!("You are invited to “{title}”, as {}. Say yes or no on the course’s page.", role.with_article())
            }
        }
    }

    fn link(self) -> &'static str {
        match self {
            Self::LetIn(_) => "Open the course",
            Self::InLine | Self::Lapsed | Self::TurnedDown => "See the course",
            Self::Offered(_) => "Take the seat or give it up",
            Self::Invited(_) => "See the course and answer",
        }
    }
}

impl Moved {
    /// Writes the letters, in the same transaction.
    pub async fn tell(self, write: &mut Write, site: &Site) -> Result<PlaceState, Failure> {
        let state = self.state;
        tell_all(vec![self], write, site).await?;
        Ok(state)
    }
}

/// The letters of several steps. Of each course is asked once. Of a draft nobody hears but its staff, until it is published.
pub async fn tell_all(all: Vec<Moved>, write: &mut Write, site: &Site) -> Result<(), Failure> {
    let mut courses: HashMap<CourseId, AboutCourse> = HashMap::new();
    for Moved { course, news, .. } in all {
        for (user, news) in news {
            let about = match courses.entry(course) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(public_course_of_letters(write, course).await?),
            };
            if about.is_draft && news.waits_for_publication() {
                leave_untold(write, course, user).await?;
            } else {
                write_news(write, site, about, user, news).await?;
            }
        }
    }
    Ok(())
}

/// The letters of a course that was just published: those that waited for it, and those of who moved up. Answers how many of the waiting are
/// sent by mail.
pub async fn tell_of_publication(moved: Moved, write: &mut Write, site: &Site) -> Result<usize, Failure> {
    let course = moved.course;
    let moved_up: Vec<UserId> = moved.news.iter().map(|(user, _)| *user).collect();
    moved.tell(write, site).await?;
    let (people, strangers) = take_untold(write, course).await?;
    let about = public_course_of_letters(write, course).await?;
    let mut told = 0;
    for (user, news) in people.into_iter().filter(|(user, _)| !moved_up.contains(user)) {
        write_news(write, site, &about, user, news).await?;
        told += 1;
    }
    for email in strangers {
        told += usize::from(ask_to_sign_up(write, site, course, &email).await?);
    }
    Ok(if site.mailer.is_some() { told } else { 0 })
}

async fn write_news(
    write: &mut Write,
    site: &Site,
    about: &AboutCourse,
    user: UserId,
    news: News,
) -> Result<(), Failure> {
    if site.mailer.is_none() {
        return Ok(());
    }
    let Some(address) = public_find_addressee(write, user).await? else { return Ok(()) };
    let now = site.db.clock().now();
    let parts = vec![
        Part::Words(news.words(&about.title, now)),
        Part::Link { words: news.link().to_owned(), address: address_of(site, &about.slug) },
    ];
    let letter = Letter {
        kind: Kind::Course,
        user: Some(user),
        address,
        subject: news.subject().into(),
        parts,
        good_for: GOOD_FOR,
    };
    public_post(write, site, letter).await
}

/// Asks somebody without an account to make one: their place waits for it. Who was asked a few times already is not asked again, and of a
/// draft only its staff are asked until it is published. Answers whether a letter was written.
pub async fn ask_to_sign_up(write: &mut Write, site: &Site, course: CourseId, email: &Email) -> Result<bool, Failure> {
    let about = public_course_of_letters(write, course).await?;
    if about.is_draft && leave_stranger_untold(write, course, email).await? {
        return Ok(false);
    }
    match public_take_one(write, Few::LettersForAddress, &format!("place {}", email.key())).await {
        Ok(()) => {}
        Err(Failure::Refused(_)) => return Ok(false),
        Err(broken) => return Err(broken),
    }
    let words = format!(
        "There is a place for you in “{}”. Create an account with this email address and confirm it: the course is then on your home page.",
        about.title
    );
    let letter = Letter {
        kind: Kind::Course,
        user: None,
        address: email.as_typed().to_owned(),
        subject: "There is a place for you in a course".into(),
        parts: vec![
            Part::Words(words),
            Part::Link {
                words: "Create an account".to_owned(),
                address: format!("{}/signup?next=/courses/{}", site.config.public_url.origin, about.slug),
            },
        ],
        good_for: GOOD_FOR,
    };
    public_post(write, site, letter).await?;
    Ok(true)
}

/// What staff write to people of their course, to those who are in it or wait for it. Answers how many letters that makes.
pub async fn write_to(
    write: &mut Write,
    site: &Site,
    course: &CourseRow,
    sender: &Person,
    people: &[PersonRow],
    message: &str,
) -> Result<usize, Failure> {
    let mut sent = 0;
    for person in people.iter().filter(|person| !is_over(person.state)) {
        let Some(address) = public_find_addressee(write, person.id).await? else { continue };
        let mut parts = vec![Part::Words(format!("{} writes to you about “{}”:", sender.name, course.title))];
        let paragraphs = message.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        parts.extend(paragraphs.map(|paragraph| Part::Words(paragraph.to_owned())));
        parts.push(Part::Words(format!("Answer them at {}.", sender.email)));
        // Who reads it cannot open a draft.
        if course.state != CourseState::Draft {
            parts.push(Part::Link { words: "The course".to_owned(), address: address_of(site, &course.slug) });
        }
        let letter = Letter {
            kind: Kind::Course,
            user: Some(person.id),
            address,
            subject: "A message about your course".into(),
            parts,
            good_for: GOOD_FOR,
        };
        public_post(write, site, letter).await?;
        sent += 1;
    }
    Ok(sent)
}

/// Whether somebody has nothing to do with the course any more.
fn is_over(state: PlaceState) -> bool {
    match state {
        PlaceState::Dropped | PlaceState::Removed | PlaceState::Blocked => true,
        PlaceState::Invited | PlaceState::Requested | PlaceState::Active | PlaceState::Waitlisted => false,
    }
}

fn address_of(site: &Site, slug: &str) -> String {
    format!("{}/courses/{slug}", site.config.public_url.origin)
}

/// What letters say of a course.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AboutCourse {
    /// Of its address.
    pub slug: String,
    /// As its staff write it.
    pub title: String,
    /// It was never published: nobody but its staff sees it.
    pub is_draft: bool,
}
