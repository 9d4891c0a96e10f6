//! All SQL about the log.

mod verify;

pub use verify::{Verified, public_verify};

use serde::{Deserialize, Serialize};

use super::chain::{Link, digest_of};
use super::event::{Event, Object, What};
use crate::accounts::policy::{Admin, Asked, Oneself};
use crate::clock::Millis;
use crate::db::{Connection, Read, Write, like, like_folded, query};
use crate::failure::{Broken, Failure};
use crate::id::UserId;
use crate::random;

/// From where something was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// IP address.
    pub address: String,
    /// The browser's words about itself.
    pub browser: String,
}

/// What was so before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// None where there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// None where there is nothing now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Writes down what happened, in the transaction in which it does. Done by whoever asks, unless the event says otherwise.
pub(crate) async fn note(write: &mut Write, event: Event) -> Result<(), Failure> {
    let caller = write.caller();
    let actor = event.actor.or(caller.person.as_ref().map(|person| person.id));
    let kind = match actor {
        Some(_) => "person",
        None if caller.is_system => "system",
        None => "visitor",
    };
    let place = Place { address: caller.address.to_string(), browser: caller.user_agent.clone() };
    let place = if kind == "system" { None } else { Some(place) };
    let change = Change { before: event.before, after: event.after };
    let change = (change != Change::default()).then_some(change);

    let (seq, before) = head(write).await?;
    let place = Detail::of("place", place)?;
    let change = Detail::of("change", change)?;
    let object = event.object.map(Object::parts);
    let link = Link {
        seq: seq + 1,
        at: write.now(),
        event: event.what.key().to_owned(),
        actor_kind: kind.to_owned(),
        actor_id: actor.map(|actor| actor.0),
        about_id: event.about.map(|about| about.0),
        object_kind: object.map(|(kind, _)| kind.to_owned()),
        object_id: object.map(|(_, id)| id),
        place_digest: place.as_ref().map(|detail| detail.digest.clone()).unwrap_or_default(),
        change_digest: change.as_ref().map(|detail| detail.digest.clone()).unwrap_or_default(),
    };
    let hash = link.hash(&before);
    query(
        "insert into audit_events (seq, at, event, actor_kind, actor_id, about_id, object_kind, object_id, place_digest, change_digest, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(link.seq)
    .bind(link.at)
    .bind(&link.event)
    .bind(&link.actor_kind)
    .bind(link.actor_id)
    .bind(link.about_id)
    .bind(link.object_kind.clone())
    .bind(link.object_id)
    .bind(&link.place_digest)
    .bind(&link.change_digest)
    .bind(&hash)
    .execute(write)
    .await?;
    for detail in [place, change].into_iter().flatten() {
        query("insert into audit_details (seq, kind, salt, content) values ($1, $2, $3, $4)")
            .bind(link.seq)
            .bind(detail.kind)
            .bind(detail.salt)
            .bind(detail.content)
            .execute(write)
            .await?;
    }
    query(
        "insert into audit_head (one, seq, hash) values (1, $1, $2)
         on conflict (one) do update set seq = excluded.seq, hash = excluded.hash",
    )
    .bind(link.seq)
    .bind(&hash)
    .execute(write)
    .await
    .map(drop)
}

/// Number and hash of the last event; 0 and nothing before the first.
async fn head(on: &mut impl Connection) -> Result<(i64, String), Failure> {
    let head = query("select seq, hash from audit_head where one = 1").optional(on).await?;
    Ok(head.unwrap_or_default())
}

/// Writes down what nobody was let do, or what nobody asked for: a refusal, a start.
pub async fn public_note(write: &mut Write, event: Event) -> Result<(), Failure> {
    note(write, event).await
}

struct Detail {
    kind: &'static str,
    salt: String,
    content: String,
    digest: String,
}

impl Detail {
    fn of<T: Serialize>(kind: &'static str, content: Option<T>) -> Result<Option<Self>, Failure> {
        let Some(content) = content else { return Ok(None) };
        let content = serde_json::to_string(&content).broken("write down a detail")?;
        let salt = random::nonce();
        let digest = digest_of(&salt, &content);
        Ok(Some(Self { kind, salt, content, digest }))
    }
}

/// An event, with the names that its ids have now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EventRow {
    /// 1, 2, 3, ...
    pub seq: i64,
    /// When it happened.
    pub at: Millis,
    /// `What::key`.
    pub event: String,
    /// `person`, `visitor` or `system`.
    pub actor_kind: String,
    /// Who, for a person.
    pub actor_id: Option<UserId>,
    /// Their name, as it is now.
    pub actor: Option<String>,
    /// Whose account it happened to.
    pub about_id: Option<UserId>,
    /// Their name, as it is now.
    pub about: Option<String>,
    /// `course`, `lesson`, `sign_in` or `audit`.
    pub object_kind: Option<String>,
    /// Its id.
    pub object_id: Option<i64>,
    /// Of a course or a lesson that is still there.
    pub title: Option<String>,
    /// Of the course, for a link.
    pub slug: Option<String>,
    /// JSON of [`Place`]; none once it is deleted.
    pub place: Option<String>,
    /// JSON of [`Change`]; none where there was none, or once it is deleted.
    pub change: Option<String>,
}

impl EventRow {
    /// What happened; none for a word of a later version.
    pub fn what(&self) -> Option<What> {
        What::of_key(&self.event)
    }

    /// From where, where that is still kept.
    pub fn place(&self) -> Option<Place> {
        self.place.as_deref().and_then(|place| serde_json::from_str(place).ok())
    }

    /// What was so before and after.
    pub fn change(&self) -> Change {
        self.change.as_deref().and_then(|change| serde_json::from_str(change).ok()).unwrap_or_default()
    }
}

/// Which events are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind alone.
    pub what: Option<What>,
    /// Done by people whose name or e-mail holds this, or happened to their accounts; empty: by anybody.
    pub person: String,
    /// From this moment on.
    pub from: Option<Millis>,
    /// Before this moment.
    pub until: Option<Millis>,
    /// Before this event; none: from the newest on.
    pub before: Option<i64>,
}

macro_rules! event_rows {
    ($where:literal, $order:literal) => {
        concat!(
            "select e.seq, e.at, e.event, e.actor_kind, e.actor_id, a.name as actor, e.about_id, b.name as about,
                    e.object_kind, e.object_id,
                    coalesce(case when e.object_kind = 'course' then (select title from courses where id = e.object_id) end,
                             case when e.object_kind = 'lesson' then (select title from lessons where id = e.object_id) end) as title,
                    case when e.object_kind = 'course' then (select slug from courses where id = e.object_id) end as slug,
                    (select content from audit_details d where d.seq = e.seq and d.kind = 'place') as place,
                    (select content from audit_details d where d.seq = e.seq and d.kind = 'change') as change
             from audit_events e left join users a on a.id = e.actor_id left join users b on b.id = e.about_id
             where ",
            $where,
            " order by e.seq ",
            $order
        )
    };
}

impl Admin<'_, Read> {
    /// Events that a filter lets through, the newest first, at most `most`.
    pub async fn list_events(&mut self, filter: &Filter, most: i64) -> Result<Vec<EventRow>, Failure> {
        let any = filter.person.trim().is_empty();
        query(event_rows!(
            "e.seq < $1 and ($2 is null or e.event = $2) and e.at >= $3 and e.at < $4
             and ($5 or e.actor_id in (select id from users where name_folded like $8 escape '\\' or lower(email) like lower($6) escape '\\')
                  or e.about_id in (select id from users where name_folded like $8 escape '\\' or lower(email) like lower($6) escape '\\'))",
            "desc limit $7"
        ))
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(filter.what.map(|what| what.key().to_owned()))
        .bind(filter.from.unwrap_or(0))
        .bind(filter.until.unwrap_or(i64::MAX))
        .bind(any)
        .bind(like(&filter.person))
        .bind(most)
        .bind(like_folded(&filter.person))
        .all(self.connection())
        .await
    }
}

impl Oneself<'_, Read> {
    /// What happened to this person's account, the newest first: at most `most`, before the event `before`.
    pub async fn list_own_events(&mut self, before: Option<i64>, most: i64) -> Result<Vec<EventRow>, Failure> {
        let user = self.person().id;
        query(event_rows!("e.about_id = $1 and e.seq < $2", "desc limit $3"))
            .bind(user)
            .bind(before.unwrap_or(i64::MAX))
            .bind(most)
            .all(self.connection())
            .await
    }
}

impl<C: Asked> Oneself<'_, C> {
    /// What the log holds of this person, done by them or to their account, the newest first, at most `most`.
    pub(crate) async fn list_events_of_and_by(&mut self, most: i64) -> Result<Vec<EventRow>, Failure> {
        let user = self.person().id;
        query(event_rows!("(e.about_id = $1 or e.actor_id = $1)", "desc limit $2"))
            .bind(user)
            .bind(most)
            .all(self.connection())
            .await
    }
}

/// The last event there is, and its hash.
pub async fn public_head(read: &mut Read) -> Result<(i64, String), Failure> {
    head(read).await
}

/// Deletes addresses and browsers of events older than `kept`, a hundred at a time, after writing down that it does. Says how
/// many.
pub async fn public_forget_places(write: &mut Write, kept: Millis) -> Result<u64, Failure> {
    let before = write.now() - kept;
    let old: Vec<(i64,)> = query(
        "select d.seq from audit_details d join audit_events e on e.seq = d.seq
         where d.kind = 'place' and e.at < $1 order by d.seq limit 100",
    )
    .bind(before)
    .all(write)
    .await?;
    let Some((last,)) = old.last().copied() else { return Ok(0) };
    note(write, Event::of(What::Forgotten).on(Object::Audit(last))).await?;
    query("delete from audit_details where kind = 'place' and seq <= $1").bind(last).execute(write).await
}
