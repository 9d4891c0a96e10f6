//! Announcements by mail, beside the server's other work: each at once to who wants that, and a day's in one mail to others.

use std::sync::Arc;
use std::time::Duration;

use super::model::Wish;
use super::store::{
    Gathered, Unmailed, count_mailed, public_find_unmailed, public_gather, public_list_addressees,
    public_list_due_readers, public_list_gathered, public_note_gathered, public_note_mailed,
};
use crate::clock::{DAY, Millis};
use crate::db::Write;
use crate::failure::Failure;
use crate::http::Site;
use crate::id::{AnnouncementId, UserId};
use crate::lessons::markdown::plain;
use crate::mail::letter::{Kind, Letter, Part, one_line};
use crate::mail::smtp::ENDS_AT;
use crate::mail::store::public_post;
use crate::sessions::caller::Caller;

/// How often it is looked for what is out. Nothing is mailed at once, so that who posted what they did not mean to can delete it.
const EVERY: Duration = Duration::from_secs(20);

/// So many letters in one transaction: others write in between.
const AT_ONCE: i64 = 100;

/// Between two transactions.
const BETWEEN: Duration = Duration::from_millis(5);

/// Before the first of a course's people.
const NOBODY: UserId = UserId(0);

/// Characters of a text in a mail by itself, and in one of several: the rest is in the course.
const CHARACTERS: [usize; 2] = [4_000, 300];

/// So many in one mail; of the others it says how many they are.
const IN_ONE: usize = 50;

/// How long a mail is worth sending.
const GOOD_FOR: Millis = 2 * DAY;

/// Mails what is announced for as long as it is let; does nothing without a mail server. An error now is tried again later.
pub async fn run(site: Arc<Site>) {
    if site.mailer.is_none() {
        return;
    }
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(failure) = mail_out(&site).await {
            tracing::warn!(%failure, "could not mail what was announced");
        }
    }
}

/// Writes the mails that are due, some in each transaction. Stopped in between, it goes on where it was.
pub async fn mail_out(site: &Site) -> Result<(), Failure> {
    let system = Arc::new(Caller::of_the_system());
    while public_find_unmailed(&mut site.db.read(system.clone()).await?).await?.is_some() {
        let mut write = site.db.begin_write(system.clone()).await?;
        // Asked again here: another node may have been quicker.
        if let Some(of) = public_find_unmailed(&mut write).await? {
            mail_some(&mut write, site, &of).await?;
        }
        write.commit().await?;
        tokio::time::sleep(BETWEEN).await;
    }
    while !public_list_due_readers(&mut site.db.read(system.clone()).await?, 1).await?.is_empty() {
        let mut write = site.db.begin_write(system.clone()).await?;
        for (user, address) in public_list_due_readers(&mut write, AT_ONCE).await? {
            let gathered = public_list_gathered(&mut write, user).await?;
            if !gathered.is_empty() {
                public_post(&mut write, site, of_several(site, &gathered, user, address)).await?;
            }
            public_note_gathered(&mut write, user, !gathered.is_empty()).await?;
        }
        write.commit().await?;
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(())
}

async fn mail_some(write: &mut Write, site: &Site, of: &Unmailed) -> Result<(), Failure> {
    // Those that somebody posted were counted then.
    if of.posted_by.is_none() && of.mailed_to == NOBODY {
        match count_mailed(write, of.course_id).await {
            Err(Failure::Refused(_)) => return public_note_mailed(write, of.id, NOBODY, true).await,
            other => other?,
        }
    }
    let people = public_list_addressees(write, of, AT_ONCE).await?;
    let is_done = i64::try_from(people.len()).is_ok_and(|count| count < AT_ONCE);
    let up_to = people.last().map_or(of.mailed_to, |(user, ..)| *user);
    for (user, address, wish) in people {
        match wish {
            Wish::Each => public_post(write, site, by_itself(site, of, user, address)).await?,
            Wish::Daily => public_gather(write, user, of.id).await?,
            Wish::None => {}
        }
    }
    public_note_mailed(write, of.id, up_to, is_done).await
}

fn by_itself(site: &Site, of: &Unmailed, user: UserId, address: String) -> Letter {
    let by = of.by.as_deref().unwrap_or("The staff");
    let mut parts =
        vec![Part::Words(format!("{by} announced in “{}”:", of.course_title)), Part::Words(of.title.clone())];
    let body = plain(&of.body, &site.config.public_url.origin, &of.course);
    let (text, is_cut) = beginning(&body, CHARACTERS[0]);
    parts.extend(
        text.split("\n\n").map(str::trim).filter(|words| !words.is_empty()).map(|words| Part::Words(words.to_owned())),
    );
    let words = if is_cut { "Read the rest in the course" } else { "Read it in the course" };
    parts.push(Part::Link { words: words.to_owned(), address: address_of(site, &of.course, of.id) });
    let subject = one_line(&format!("{}: {}", of.course_title, of.title)).into();
    letter(site, user, address, subject, parts)
}

fn of_several(site: &Site, gathered: &[Gathered], user: UserId, address: String) -> Letter {
    let mut parts = Vec::new();
    for Gathered { id, course, course_title, title, body } in gathered.iter().take(IN_ONE) {
        let body = plain(body, &site.config.public_url.origin, course);
        let (text, is_cut) = beginning(&body, CHARACTERS[1]);
        let text =
            if text.is_empty() { String::new() } else { format!("\n{text}{}", if is_cut { " …" } else { "" }) };
        parts.push(Part::Words(format!("{course_title}: {title}{text}")));
        parts.push(Part::Link { words: "Read it in the course".to_owned(), address: address_of(site, course, *id) });
    }
    if gathered.len() > IN_ONE {
        parts.push(Part::Words(format!("And {} more, in your courses.", gathered.len() - IN_ONE)));
    }
    let subject = match gathered.len() {
        1 => "1 announcement in your courses".into(),
        many => format!("{many} announcements in your courses").into(),
    };
    letter(site, user, address, subject, parts)
}

fn letter(
    site: &Site,
    user: UserId,
    address: String,
    subject: std::borrow::Cow<'static, str>,
    mut parts: Vec<Part>,
) -> Letter {
    parts.push(Part::Link {
        words: "Choose which announcements come by mail, or none".to_owned(),
        address: format!("{}{ENDS_AT}", site.config.public_url.origin),
    });
    Letter { kind: Kind::Announcement, user: Some(user), address, subject, parts, good_for: GOOD_FOR }
}

fn address_of(site: &Site, course: &str, id: AnnouncementId) -> String {
    format!("{}/courses/{course}/announcements/{id}", site.config.public_url.origin)
}

/// The first `most` characters of a text, up to the end of a word, and whether there are more.
fn beginning(text: &str, most: usize) -> (&str, bool) {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(most) else { return (text, false) };
    let cut = text.get(..end).unwrap_or(text);
    (cut.rsplit_once(char::is_whitespace).map_or(cut, |(words, _)| words).trim_end(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_with_a_word() {
        assert_eq!(beginning(" One two ", 7), ("One two", false));
        assert_eq!(beginning("One two three", 9), ("One two", true));
        assert_eq!(beginning("ÜÜÜÜ", 3), ("ÜÜÜ", true));
        assert_eq!(beginning("", 3), ("", false));
    }
}
