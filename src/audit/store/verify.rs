//! Walking along the chain, to see whether anybody changed it.

use std::collections::HashSet;

use super::public_head;
use crate::audit::chain::{Link, digest_of};
use crate::audit::event::What;
use crate::db::{Read, query};
use crate::failure::Failure;

/// What a walk along the chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Events that are there.
    pub events: i64,
    /// The hash of the last.
    pub head: String,
    /// Details that were deleted, as an event says.
    pub forgotten: i64,
    /// What is not as it was written, in words, the first twenty; empty when all is well.
    pub broken: Vec<String>,
}

impl Verified {
    fn say(&mut self, words: String) {
        if self.broken.len() < NAMED {
            self.broken.push(words);
        }
    }
}

#[derive(sqlx::FromRow)]
struct Walked {
    #[sqlx(flatten)]
    link: Link,
    hash: String,
    place_salt: Option<String>,
    place: Option<String>,
    change_salt: Option<String>,
    change: Option<String>,
}

/// So many things are named; a log that was tampered with shows at the first.
const NAMED: usize = 20;
/// So many events are read at once.
const STRIDE: usize = 1_000;

/// Walks along the whole chain. `known` is an event's number and hash as they were seen before, which must be the same still.
/// Asked by who runs the server: it answers no more than whether all is well.
pub async fn public_verify(read: &mut Read, known: Option<(i64, &str)>) -> Result<Verified, Failure> {
    let mut found = Verified::default();
    // Read first: what is written while this walks stands behind it.
    let (last, last_hash) = public_head(read).await?;
    let mut missing = Vec::new();
    loop {
        let rows: Vec<Walked> = query(
            "select e.seq, e.at, e.event, e.actor_kind, e.actor_id, e.about_id, e.object_kind, e.object_id, e.place_digest,
                    e.change_digest, e.hash, p.salt as place_salt, p.content as place, c.salt as change_salt, c.content as change
             from audit_events e
             left join audit_details p on p.seq = e.seq and p.kind = 'place'
             left join audit_details c on c.seq = e.seq and c.kind = 'change'
             where e.seq > $1 and e.seq <= $3 order by e.seq limit $2",
        )
        .bind(found.events)
        .bind(i64::try_from(STRIDE).unwrap_or(i64::MAX))
        // With no end on record, all there is.
        .bind(if last == 0 { i64::MAX } else { last })
        .all(read)
        .await?;
        let is_last = rows.len() < STRIDE;
        for Walked { link, hash, place_salt, place, change_salt, change } in rows {
            let before = found.events;
            if link.seq != before + 1 {
                found.say(format!("events {} to {} are missing", before + 1, link.seq - 1));
            }
            if link.hash(&found.head) != hash {
                found
                    .say(format!("event {} is not as it was written, or not what came after event {before}", link.seq));
            }
            for (name, digest, salt, content) in
                [("place", &link.place_digest, place_salt, place), ("change", &link.change_digest, change_salt, change)]
            {
                match salt.zip(content) {
                    Some((salt, content)) if digest_of(&salt, &content) == *digest => {}
                    Some(_) => found.say(format!("the {name} of event {} is not as it was written", link.seq)),
                    None if digest.is_empty() => {}
                    None => missing.push((link.seq, name, link.about_id, link.actor_id)),
                }
            }
            if known.is_some_and(|(seq, known)| seq == link.seq && known != hash) {
                found.say(format!("event {} had another hash when it was seen before", link.seq));
            }
            found.events = link.seq;
            found.head = hash;
        }
        if is_last {
            break;
        }
    }
    if (last, &last_hash) != (found.events, &found.head) {
        found.say(format!("the log ends with event {}, and {last} were written", found.events));
    }
    judge_missing(read, &mut found, missing).await?;
    if let Some((seq, _)) = known.filter(|(seq, _)| *seq > found.events) {
        found.say(format!("event {seq} was seen before, and the log ends with event {}", found.events));
    }
    Ok(found)
}

/// Whether what is missing may be: it was forgotten by the settings, or an account was deleted, and a later event says so. Read
/// after the walk, since more may be forgotten meanwhile and nothing comes back.
async fn judge_missing(
    read: &mut Read,
    found: &mut Verified,
    missing: Vec<(i64, &str, Option<i64>, Option<i64>)>,
) -> Result<(), Failure> {
    let (forgotten_to,): (Option<i64>,) =
        query("select max(object_id) from audit_events where event = $1 and object_kind = 'audit'")
            .bind(What::Forgotten.key())
            .one(read)
            .await?;
    let deleted: Vec<(i64,)> = query("select about_id from audit_events where event = $1 and about_id is not null")
        .bind(What::UserDeleted.key())
        .all(read)
        .await?;
    let deleted: HashSet<i64> = deleted.into_iter().map(|(id,)| id).collect();
    let is_deleted = |id: Option<i64>| id.is_some_and(|id| deleted.contains(&id));
    for (seq, name, about, actor) in missing {
        let may_be = is_deleted(about) || name == "place" && (seq <= forgotten_to.unwrap_or(0) || is_deleted(actor));
        if may_be {
            found.forgotten += 1;
        } else {
            found.say(format!("the {name} of event {seq} is missing"));
        }
    }
    Ok(())
}
