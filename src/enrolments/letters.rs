//! What people hear by mail about their place in a course: what others did with it, never what they did themselves.
//!
//! A letter is written in the transaction of what it tells of, or once its reader can do something with it (`store/untold.rs`). Without a
//! mail server there is none: their home and the course's page say the same.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::machine::Step;
use super::model::{CourseRole, PlaceState};
use super::store::{
    Moved, PersonRow, find_news_of_stranger, list_untold, public_course_of_letters, public_list_with_untold,
    put_stranger_untold, put_strangers_told, put_untold,
};
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
use crate::sessions::caller::{Caller, Person};
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

    /// Whether who hears of it can do nothing with it before the course is published, and hears of it then: of a draft all but its staff, of
    /// a course that is over who would have to come first. Whose place ended hears that now, but of a draft, which they may not know of.
    pub fn waits_for_publication(self, state: CourseState) -> bool {
        match (self, state) {
            (_, CourseState::Published) => false,
            (Self::LetIn(role), CourseState::Draft) => !role.is_staff(),
            (_, CourseState::Draft) => true,
            (Self::InLine | Self::Offered(_) | Self::Invited(_), CourseState::Concluded | CourseState::Archived) => {
                true
            }
            (Self::LetIn(_) | Self::Lapsed | Self::TurnedDown, CourseState::Concluded | CourseState::Archived) => false,
        }
    }

    // A course's title is somebody's words, and no header is made of those.
    fn subject(self) -> &'static str {
        match self {
            Self::LetIn(_) => "You have a place in a course",
            Self::InLine => "You are in line for a course",
            Self::Offered(_) => "A seat in a course is kept for you",
            Self::Lapsed => "A seat in a course is not kept for you any more",
            Self::TurnedDown => "You were not let into a course",
            Self::Invited(_) => "You are invited to a course",
        }
    }

    fn words(self, title: &str, state: CourseState, now: Millis) -> String {
        match self {
            Self::LetIn(role) => format!("You are in “{title}” now, as {}.", role.with_article()),
            Self::InLine => format!(
                "You may join “{title}”, and all of its seats are taken. You are in line for the next one that becomes free, and hear from us when it is your turn."
            ),
            Self::Offered(until) => format!(
                "A seat in “{title}” is kept for you until {}. Take it on the course’s page; after that it goes to the next in line.",
                when::words(until, now)
            ),
            // Where nobody comes any more the seat goes nowhere.
            Self::Lapsed if state != CourseState::Published => {
                format!("The seat in “{title}” that was kept for you was not taken in time.")
            }
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

    /// None to a course that its reader does not see.
    fn link(self, state: CourseState) -> Option<&'static str> {
        match (self, state) {
            (Self::LetIn(_), _) => Some("Open the course"),
            (Self::Lapsed | Self::TurnedDown, CourseState::Draft | CourseState::Archived) => None,
            (Self::InLine | Self::Lapsed | Self::TurnedDown, _) => Some("See the course"),
            (Self::Offered(_), _) => Some("Take the seat or give it up"),
            (Self::Invited(_), _) => Some("See the course and answer"),
        }
    }
}

impl Moved {
    /// Whether the one whose place it was hears of it when the course is published.
    pub async fn waits_for_publication(&self, write: &mut Write) -> Result<bool, Failure> {
        let about = public_course_of_letters(write, self.course).await?;
        Ok(self.news.iter().any(|(user, news)| Some(*user) == self.of && news.waits_for_publication(about.state)))
    }

    /// Writes the letters, in the same transaction.
    pub async fn tell(self, write: &mut Write, site: &Site) -> Result<PlaceState, Failure> {
        let state = self.state;
        tell_all(vec![self], write, site).await?;
        Ok(state)
    }
}

/// The letters of several steps, in their order. Of each course is asked once. What waits for publication is told then, and who was put out
/// again by a later one of these steps does not hear that they moved up.
pub async fn tell_all(all: Vec<Moved>, write: &mut Write, site: &Site) -> Result<(), Failure> {
    let mut put_out: HashMap<(CourseId, UserId), usize> = HashMap::new();
    for (number, moved) in all.iter().enumerate().filter(|(_, moved)| is_over(moved.state)) {
        put_out.extend(moved.of.map(|user| ((moved.course, user), number)));
    }
    let mut courses: HashMap<CourseId, AboutCourse> = HashMap::new();
    for (number, Moved { course, news, .. }) in all.into_iter().enumerate() {
        for (user, news) in news {
            if put_out.get(&(course, user)).is_some_and(|later| *later > number) {
                continue;
            }
            let about = match courses.entry(course) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(public_course_of_letters(write, course).await?),
            };
            let waits = news.waits_for_publication(about.state);
            put_untold(write, course, user, waits).await?;
            if !waits {
                write_news(write, site, about, user, news).await?;
            }
        }
    }
    Ok(())
}

/// The letters of a course that was just published: those that waited for it, and those of who moved up. Answers to how many of the waiting
/// they go by mail.
pub async fn tell_of_publication(moved: Moved, write: &mut Write, site: &Site) -> Result<usize, Failure> {
    let course = moved.course;
    moved.tell(write, site).await?;
    let told = tell_untold(write, site, course).await?;
    Ok(if site.mailer.is_some() { told } else { 0 })
}

/// Writes what waits for nothing any more: to who moved up when somebody took a place while they signed in, and to an address that had
/// another letter a moment before. Called every few minutes while a server runs.
pub async fn tell_late(site: &Site, system: Arc<Caller>) -> Result<(), Failure> {
    let mut read = site.db.read(system.clone()).await?;
    let mut late = Vec::new();
    for (course, state) in public_list_with_untold(&mut read).await? {
        if !list_untold(&mut read, course).await?.due(state).is_empty() {
            late.push(course);
        }
    }
    drop(read);
    for course in late {
        let mut write = site.db.begin_write(system.clone()).await?;
        tell_untold(&mut write, site, course).await?;
        write.commit().await?;
    }
    Ok(())
}

/// Writes what of a course waits for nothing any more. Answers to how many.
async fn tell_untold(write: &mut Write, site: &Site, course: CourseId) -> Result<usize, Failure> {
    let about = public_course_of_letters(write, course).await?;
    let due = list_untold(write, course).await?.due(about.state);
    let told = due.people.len() + due.strangers.len();
    if about.state == CourseState::Published {
        put_strangers_told(write, course).await?;
    }
    for (user, news) in due.people {
        put_untold(write, course, user, false).await?;
        write_news(write, site, &about, user, news).await?;
    }
    for (email, _) in due.strangers {
        ask(write, site, course, &about, &email).await?;
    }
    Ok(told)
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
    let mut parts = vec![Part::Words(news.words(&about.title, about.state, now))];
    if let Some(words) = news.link(about.state) {
        parts.push(Part::Link { words: words.to_owned(), address: address_of(site, &about.slug) });
    }
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

/// Asks people without an account to make one: their places wait for it. Who could do nothing with it yet is asked when the course is
/// published, and who had another such letter a moment before within minutes. Of the course is asked once. Answers how many wait for its
/// publication.
pub async fn ask_to_sign_up(
    write: &mut Write,
    site: &Site,
    course: CourseId,
    emails: &[Email],
) -> Result<usize, Failure> {
    let about = public_course_of_letters(write, course).await?;
    let mut waiting = 0;
    for email in emails {
        waiting += usize::from(!ask(write, site, course, &about, email).await?);
    }
    Ok(waiting)
}

/// Answers whether they are asked before the course is published.
async fn ask(
    write: &mut Write,
    site: &Site,
    course: CourseId,
    about: &AboutCourse,
    email: &Email,
) -> Result<bool, Failure> {
    let news = find_news_of_stranger(write, course, email).await?;
    let waits = news.is_some_and(|news| news.waits_for_publication(about.state));
    put_stranger_untold(write, course, email, waits).await?;
    if waits {
        return Ok(false);
    }
    match public_take_one(write, Few::LettersForAddress, &format!("place {}", email.key())).await {
        Ok(()) => {}
        Err(Failure::Refused(_)) => {
            put_stranger_untold(write, course, email, true).await?;
            return Ok(true);
        }
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
        if can_open(course.state, person) {
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

/// Whether the course's page answers somebody with a place in it, and not with 404.
fn can_open(state: CourseState, person: &PersonRow) -> bool {
    match state {
        CourseState::Published | CourseState::Concluded => true,
        CourseState::Archived => person.state == PlaceState::Active,
        CourseState::Draft => person.state == PlaceState::Active && person.role.is_staff(),
    }
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
    /// Who hears of it can open it, or not. One that was never published is a draft here, also where it is archived.
    pub state: CourseState,
}
