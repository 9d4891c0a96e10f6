//! What a session store must promise, one function for each promise.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use lectern::sessions::records::{LARGEST, rotate};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::SessionStore;
use tower_sessions::{Expiry, Session};

use crate::subject::Subject;

/// What came of asking a store for a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Holds,
    /// With what was seen instead.
    Fails(String),
    /// The store has nothing this could be said of.
    Apart,
}

type Asked<'s> = Pin<Box<dyn Future<Output = Outcome> + Send + 's>>;
type Property = (&'static str, for<'s> fn(&'s Subject) -> Asked<'s>);

macro_rules! properties {
    ($($words:literal: $name:ident,)*) => {
        /// Every property with its words, in the order of the README's rows.
        pub const ALL: &[Property] = &[$(($words, |subject| Box::pin($name(subject)))),*];
    };
}

properties! {
    "what was created is read back": created_is_read,
    "an id a client brings is never adopted": client_id_is_not_adopted,
    "every create makes a fresh id": every_create_is_fresh,
    "200 creates at once have 200 ids": creates_at_once,
    "ids are kept as digests": ids_are_digests,
    "what is kept opens nothing": what_is_kept_opens_nothing,
    "an unknown id is nothing": unknown_is_nothing,
    "what is no id is nothing": malformed_is_nothing,
    "ids that differ in capitals differ": capitals_differ,
    "save changes what is there": save_changes,
    "save makes nothing that was not there": save_makes_nothing,
    "a late save does not bring back what was deleted": late_save,
    "delete is final under races with 100 saves": delete_wins,
    "deleting what is not there is no error": delete_twice,
    "delete leaves the others": delete_leaves_others,
    "a new id kills the old one": rotation_kills,
    "200 rotations at once keep one": rotations_at_once,
    "a record lives until its second": lives_until_its_second,
    "and not after it": ends_at_its_second,
    "save moves the end, later and sooner": save_moves_the_end,
    "made past its end, it is never read": made_past_its_end,
    "clean-up takes what has ended, and only that": clean_up,
    "clean-up takes no more than it is told": clean_up_in_parts,
    "clean-up finds them by an index": clean_up_by_index,
    "clean-up goes on after an error": clean_up_after_an_error,
    "data of every kind comes back as it was": data_is_intact,
    "a record of 3,900 bytes is whole": large_is_whole,
    "one of 70,000 is refused, and leaves the old": too_large_is_refused,
    "another node sees it at once": another_node,
    "it is there after a restart": after_a_restart,
}

macro_rules! want {
    ($condition:expr, $($seen:tt)+) => {
        if !$condition {
            return Outcome::Fails(format!($($seen)+));
        }
    };
}

fn in_seconds(seconds: i64) -> OffsetDateTime {
    #[expect(clippy::disallowed_methods, reason = "stores end records by the real clock")]
    let now = OffsetDateTime::now_utc();
    now + time::Duration::seconds(seconds)
}

fn record(seconds: i64) -> Record {
    Record {
        id: Id::default(),
        data: HashMap::from([("sign_in".to_owned(), json!(42))]),
        expiry_date: in_seconds(seconds),
    }
}

/// A record that is in the store.
async fn created(subject: &Subject, seconds: i64) -> Record {
    let mut made = record(seconds);
    subject.store.create(&mut made).await.unwrap();
    made
}

async fn load(subject: &Subject, id: &Id) -> Option<Record> {
    subject.store.load(id).await.unwrap()
}

async fn sleep(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

async fn created_is_read(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let Some(read) = load(subject, &made.id).await else { return Outcome::Fails("it is not there".to_owned()) };
    want!(read.id == made.id && read.data == made.data, "{read:?}");
    want!((read.expiry_date - made.expiry_date).abs() < time::Duration::seconds(1), "{read:?}");
    Outcome::Holds
}

async fn client_id_is_not_adopted(subject: &Subject) -> Outcome {
    let chosen = Id(0x1122_3344_5566_7788);
    let mut made = Record { id: chosen, ..record(600) };
    subject.store.create(&mut made).await.unwrap();
    want!(made.id != chosen && load(subject, &chosen).await.is_none(), "the id was taken as it came");
    Outcome::Holds
}

async fn every_create_is_fresh(subject: &Subject) -> Outcome {
    let mut made = created(subject, 600).await;
    let first = made.id;
    subject.store.delete(&first).await.unwrap();
    subject.store.create(&mut made).await.unwrap();
    want!(made.id != first, "the id was used again");
    Outcome::Holds
}

async fn creates_at_once(subject: &Subject) -> Outcome {
    let chosen = Id(0x0b0b);
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let store = subject.store.clone();
            tokio::spawn(async move {
                let mut made = Record { id: chosen, ..record(600) };
                store.create(&mut made).await.map(|()| made.id)
            })
        })
        .collect();
    let mut ids = HashSet::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(id) => drop(ids.insert(id)),
            Err(error) => return Outcome::Fails(format!("{error}")),
        }
    }
    want!(ids.len() == 200, "{} ids", ids.len());
    Outcome::Holds
}

async fn ids_are_digests(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let Some(kept) = subject.below.ids().await else { return Outcome::Apart };
    want!(!kept.is_empty() && !kept.contains(&made.id.to_string()), "the id itself is kept");
    Outcome::Holds
}

async fn what_is_kept_opens_nothing(subject: &Subject) -> Outcome {
    created(subject, 600).await;
    let Some(kept) = subject.below.ids().await else { return Outcome::Apart };
    for id in kept {
        want!(load(subject, &Id::from_str(&id).unwrap()).await.is_none(), "what is kept is the id");
    }
    Outcome::Holds
}

async fn unknown_is_nothing(subject: &Subject) -> Outcome {
    created(subject, 600).await;
    for id in [Id(0), Id(1), Id(-1), Id(i128::MAX), Id(i128::MIN), Id::default()] {
        want!(load(subject, &id).await.is_none(), "{id}");
    }
    Outcome::Holds
}

async fn malformed_is_nothing(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let whole = made.id.to_string();
    for text in
        ["", "x", "' or 1=1 --", "*", "%", &whole[1..], &format!("{whole}A"), &format!(" {whole}"), "../../etc/passwd"]
    {
        if let Ok(id) = Id::from_str(text) {
            want!(load(subject, &id).await.is_none(), "{text:?}");
        }
    }
    Outcome::Holds
}

async fn capitals_differ(subject: &Subject) -> Outcome {
    // For stores that adopt it: two ids, of which one is the other with a letter made small.
    let ids = ["ABCDEFGHIJKLMNOPQRSTUA", "aBCDEFGHIJKLMNOPQRSTUA"].map(|text| Id::from_str(text).unwrap());
    let mut made = Record { id: ids[0], ..record(600) };
    subject.store.create(&mut made).await.unwrap();
    want!(load(subject, &ids[1]).await.is_none(), "another id found it");
    Outcome::Holds
}

async fn save_changes(subject: &Subject) -> Outcome {
    let mut made = created(subject, 600).await;
    made.data.insert("more".to_owned(), json!("words"));
    subject.store.save(&made).await.unwrap();
    let read = load(subject, &made.id).await;
    want!(read.as_ref().is_some_and(|read| read.data == made.data), "{read:?}");
    Outcome::Holds
}

async fn save_makes_nothing(subject: &Subject) -> Outcome {
    let never = record(600);
    let saved = subject.store.save(&never).await;
    want!(saved.is_ok(), "an error: {saved:?}");
    want!(load(subject, &never.id).await.is_none(), "it was made");
    Outcome::Holds
}

async fn late_save(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let late = load(subject, &made.id).await.unwrap();
    subject.store.delete(&made.id).await.unwrap();
    let saved = subject.store.save(&late).await;
    want!(saved.is_ok(), "an error: {saved:?}");
    want!(load(subject, &made.id).await.is_none(), "it is back");
    Outcome::Holds
}

async fn delete_wins(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let mut tasks: Vec<_> = (0..100)
        .map(|_| {
            let (store, late) = (subject.store.clone(), made.clone());
            tokio::spawn(async move { store.save(&late).await.is_ok() })
        })
        .collect();
    let (store, id) = (subject.store.clone(), made.id);
    tasks.insert(50, tokio::spawn(async move { store.delete(&id).await.is_ok() }));
    for task in tasks {
        want!(task.await.unwrap(), "an error");
    }
    want!(load(subject, &made.id).await.is_none(), "a save brought it back");
    Outcome::Holds
}

async fn delete_twice(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    for id in [made.id, made.id, Id::default()] {
        want!(subject.store.delete(&id).await.is_ok(), "{id}");
    }
    Outcome::Holds
}

async fn delete_leaves_others(subject: &Subject) -> Outcome {
    let (gone, stays) = (created(subject, 600).await, created(subject, 600).await);
    subject.store.delete(&gone.id).await.unwrap();
    want!(load(subject, &gone.id).await.is_none() && load(subject, &stays.id).await.is_some(), "the other is gone");
    Outcome::Holds
}

/// Gives a session a new id the way the site does: ours through [`rotate`], a bare one as its users do.
async fn new_id(is_ours: bool, session: &Session) -> bool {
    let done = if is_ours { rotate(session).await.unwrap_or(false) } else { session.cycle_id().await.is_ok() };
    done && session.save().await.is_ok()
}

async fn rotation_kills(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let session = Session::new(Some(made.id), Arc::new(subject.store.clone()), Some(Expiry::OnSessionEnd));
    want!(new_id(subject.is_ours, &session).await, "an error");
    let fresh = session.id().unwrap();
    want!(fresh != made.id && load(subject, &made.id).await.is_none(), "the old one lives");
    want!(
        load(subject, &fresh).await.is_some_and(|read| read.data == made.data),
        "the new one is not the same session"
    );
    Outcome::Holds
}

async fn rotations_at_once(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let barrier = Arc::new(tokio::sync::Barrier::new(200));
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let (store, barrier, is_ours) = (Arc::new(subject.store.clone()), barrier.clone(), subject.is_ours);
            tokio::spawn(async move {
                let session = Session::new(Some(made.id), store, Some(Expiry::OnSessionEnd));
                let _: Option<i64> = session.get("sign_in").await.unwrap();
                barrier.wait().await;
                if new_id(is_ours, &session).await { session.id() } else { None }
            })
        })
        .collect();
    let mut alive = 0;
    for task in tasks {
        if let Some(id) = task.await.unwrap() {
            alive += usize::from(load(subject, &id).await.is_some());
        }
    }
    want!(alive == 1, "{alive} sessions of one");
    Outcome::Holds
}

async fn lives_until_its_second(subject: &Subject) -> Outcome {
    let made = created(subject, 3).await;
    sleep(1.5).await;
    want!(load(subject, &made.id).await.is_some(), "gone 1.5 s before its end");
    Outcome::Holds
}

async fn ends_at_its_second(subject: &Subject) -> Outcome {
    let made = created(subject, 1).await;
    sleep(1.2).await;
    want!(load(subject, &made.id).await.is_none(), "there 0.2 s after its end");
    Outcome::Holds
}

async fn save_moves_the_end(subject: &Subject) -> Outcome {
    let later = created(subject, 1).await;
    subject.store.save(&Record { expiry_date: in_seconds(600), ..later.clone() }).await.unwrap();
    let sooner = created(subject, 600).await;
    subject.store.save(&Record { expiry_date: in_seconds(1), ..sooner.clone() }).await.unwrap();
    sleep(1.2).await;
    want!(load(subject, &later.id).await.is_some(), "not later");
    want!(load(subject, &sooner.id).await.is_none(), "not sooner");
    Outcome::Holds
}

async fn made_past_its_end(subject: &Subject) -> Outcome {
    let mut made = record(-5);
    let _refusing_is_right_too = subject.store.create(&mut made).await;
    want!(load(subject, &made.id).await.is_none(), "it is there");
    Outcome::Holds
}

async fn clean_up(subject: &Subject) -> Outcome {
    let stays = created(subject, 600).await;
    for _ in 0..3 {
        created(subject, 1).await;
    }
    sleep(2.1).await;
    subject.cleaner.clean(1_000).await.unwrap();
    want!(load(subject, &stays.id).await.is_some(), "it took one that lives");
    let Some(kept) = subject.below.ids().await else {
        // Looked at from within alone.
        return if subject.name == "bare memory" {
            Outcome::Fails("nothing clears it".to_owned())
        } else {
            Outcome::Apart
        };
    };
    want!(kept.len() == 1, "{} rows, and one lives", kept.len());
    Outcome::Holds
}

async fn clean_up_in_parts(subject: &Subject) -> Outcome {
    if subject.below.finds_ended_by_index().await.is_none() {
        return Outcome::Apart;
    }
    for _ in 0..5 {
        created(subject, 1).await;
    }
    sleep(2.1).await;
    subject.cleaner.clean(2).await.unwrap();
    let kept = subject.below.ids().await.unwrap_or_default().len();
    want!(kept == 3, "{kept} of 5 left");
    Outcome::Holds
}

async fn clean_up_by_index(subject: &Subject) -> Outcome {
    match subject.below.finds_ended_by_index().await {
        None => Outcome::Apart,
        Some(true) => Outcome::Holds,
        Some(false) => Outcome::Fails("it reads every row".to_owned()),
    }
}

async fn clean_up_after_an_error(subject: &Subject) -> Outcome {
    if subject.below.finds_ended_by_index().await.is_none() {
        return Outcome::Apart;
    }
    created(subject, 1).await;
    subject.below.run("alter table {} rename column expiry_date to away").await;
    let broken = subject.cleaner.clean(10).await;
    subject.below.run("alter table {} rename column away to expiry_date").await;
    want!(broken.is_err(), "the error went by unseen");
    sleep(2.1).await;
    subject.cleaner.clean(10).await.unwrap();
    let kept = subject.below.ids().await.unwrap_or_default().len();
    want!(kept == 0, "{kept} left");
    Outcome::Holds
}

async fn data_is_intact(subject: &Subject) -> Outcome {
    let mut made = record(600);
    made.data.extend([
        ("nul".to_owned(), json!("a\0b\u{1}\u{7f}")),
        ("letters".to_owned(), json!("Ünïcode 水 🦢 \u{202e}")),
        ("quotes".to_owned(), json!("'\"`;--\\")),
        ("bytes".to_owned(), json!((0..=255).collect::<Vec<u8>>())),
        ("numbers".to_owned(), json!([i64::MIN, u64::MAX, 0.1, -0.0])),
        ("nested".to_owned(), json!({ "a": [null, true, { "": "" }] })),
        ("".to_owned(), Value::Null),
    ]);
    subject.store.create(&mut made).await.unwrap();
    let read = load(subject, &made.id).await;
    want!(read.as_ref().is_some_and(|read| read.data == made.data), "{read:?}");
    Outcome::Holds
}

async fn large_is_whole(subject: &Subject) -> Outcome {
    const { assert!(LARGEST > 4_000) };
    let mut made = record(600);
    made.data.insert("text".to_owned(), json!("x".repeat(3_900)));
    subject.store.create(&mut made).await.unwrap();
    want!(load(subject, &made.id).await.is_some_and(|read| read.data == made.data), "it came back cut");
    Outcome::Holds
}

async fn too_large_is_refused(subject: &Subject) -> Outcome {
    let made = created(subject, 600).await;
    let mut large = made.clone();
    large.data.insert("text".to_owned(), json!("x".repeat(70_000)));
    want!(subject.store.save(&large).await.is_err(), "it was taken");
    want!(load(subject, &made.id).await.is_some_and(|read| read.data == made.data), "the old one is gone");
    Outcome::Holds
}

async fn another_node(subject: &Subject) -> Outcome {
    let Some(other) = &subject.elsewhere else { return Outcome::Apart };
    let made = created(subject, 600).await;
    want!(other.load(&made.id).await.unwrap().is_some(), "not seen");
    other.delete(&made.id).await.unwrap();
    want!(load(subject, &made.id).await.is_none(), "deleted there, alive here");
    Outcome::Holds
}

async fn after_a_restart(subject: &Subject) -> Outcome {
    let Some(again) = &subject.elsewhere else { return Outcome::Fails("it ends with its process".to_owned()) };
    let made = created(subject, 600).await;
    let read = again.load(&made.id).await.unwrap();
    want!(read.is_some_and(|read| read.data == made.data), "it is gone");
    Outcome::Holds
}
