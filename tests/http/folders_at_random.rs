//! Courses made up at random, in every script and with every sign: what comes in goes out again as the same. Through the site, its database
//! and a zip, not only through the code that writes and reads texts.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use lectern::accounts::model::SiteRole;
use lectern::clock::MINUTE;
use lectern::files::name::FileName;
use lectern::folders::folder::{Coming, Folder, FolderAnnouncement, FolderLesson, FolderModule};
use lectern::folders::{reading, writing};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

use crate::app::{App, Visitor};
use crate::folders::{unzipped, zipped};

/// So many courses.
const COURSES: u32 = 60;

/// A line as forms let it through: something to see in it, nothing before and after, no signs that cannot be shown.
fn line(most: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::string::string_regex(&format!("[\\PC]{{1,{most}}}")).unwrap(),
        1 => Just("+++".to_owned()),
        1 => Just("\"\"\" ''' \\ # = [x]".to_owned()),
        1 => Just("Ünïcode 漢字 עברית 🙂 e\u{301}".to_owned()),
    ]
    .prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
    .prop_filter("a line has something to see", |text| lectern::courses::model::Title::parse(text).is_ok())
}

/// Many lines: with those that end a head, and with empty ones at either end.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => "[\\PC]{0,30}",
        1 => Just("+++".to_owned()),
        1 => Just(String::new()),
        1 => Just("\u{feff}".to_owned()),
        1 => Just("\ttabs\t".to_owned()),
        1 => Just("![x](files/x.png)".to_owned()),
    ];
    vec(part, 0..6).prop_map(|parts| parts.join("\n"))
}

/// A moment in this century, of a form or of a clock.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        (1_000_000_000_000..4_000_000_000_000_i64).prop_map(|at| at - at % MINUTE),
        1_000_000_000_000..4_000_000_000_000_i64,
    ]
}

fn lesson() -> impl Strategy<Value = FolderLesson> {
    ("[a-z0-9][a-z0-9-]{0,20}", line(40), option::of(line(60)), text(), option::of(moment())).prop_map(
        |(slug, title, summary, body, opens)| FolderLesson {
            slug,
            title,
            summary: summary.unwrap_or_default(),
            body,
            opens,
        },
    )
}

fn coming() -> impl Strategy<Value = Coming> {
    let window = prop_oneof![
        Just((None, None)),
        moment().prop_map(|from| (Some(from), None)),
        moment().prop_map(|until| (None, Some(until))),
        (moment(), 1..1_000_000_000_i64).prop_map(|(from, long)| (Some(from), Some(from + long))),
    ];
    let zone = prop_oneof![Just("UTC"), Just("Europe/Berlin"), Just("Asia/Kathmandu")];
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (switches, window, zone, option::of(1..500_i64), option::of(1..336_i64)).prop_map(
        |((listed, open, approval, waitlist), (from, until), zone, seats, offer_hours)| Coming {
            listed,
            open,
            approval,
            from,
            until,
            time_zone: zone.to_owned(),
            seats,
            waitlist,
            offer_hours,
        },
    )
}

fn folder() -> impl Strategy<Value = Folder> {
    let module = (line(40), vec(lesson(), 0..3)).prop_map(|(title, lessons)| FolderModule { title, lessons });
    let announcement = (line(40), text(), moment(), any::<bool>())
        .prop_map(|(title, body, posted, mails)| FolderAnnouncement { title, body, posted, mails });
    (line(60), line(90), text(), coming(), vec(lesson(), 0..3), vec(module, 0..4), vec(announcement, 0..4)).prop_map(
        |(title, summary, description, coming, lessons, modules, mut announcements)| {
            announcements.sort_by_key(|announcement| announcement.posted);
            let slug = lectern::courses::model::slug_of(&title, "course");
            let mut made = Folder { slug, title, summary, description, coming, lessons, modules, announcements };
            let mut taken = BTreeSet::from(["new".to_owned()]);
            for (number, lesson) in made.all_lessons_mut().enumerate() {
                if !taken.insert(lesson.slug.clone()) {
                    lesson.slug = format!("{}-{number}x", lesson.slug);
                    taken.insert(lesson.slug.clone());
                }
            }
            made
        },
    )
}

/// Files by name, as uploads leave names. Empty ones are refused, there as here.
fn files() -> impl Strategy<Value = BTreeMap<String, String>> {
    let name = "[a-zäß漢ש0-9][a-zäß漢ש0-9 _-]{0,11}\\.(txt|csv|md)"
        .prop_filter("it stays as it is", |name| FileName::parse(name).is_some_and(|parsed| parsed.as_str() == name));
    btree_map(name, "[\\PC\n]{1,200}", 0..4)
}

async fn goes_round(
    owner: &Visitor<'_>,
    wanted: &Folder,
    wanted_files: &BTreeMap<String, String>,
) -> Result<(), String> {
    let texts = writing::texts(wanted).map_err(|failure| failure.to_string())?;
    let files = wanted_files.iter().map(|(name, content)| (format!("files/{name}"), content.clone()));
    let texts: Vec<(String, String)> =
        texts.into_iter().chain(files).map(|(name, text)| (format!("{}/{name}", wanted.slug), text)).collect();
    let page = owner.import(&zipped(&texts)).await;
    if page.status != StatusCode::SEE_OTHER || page.location() == "/courses/import" {
        return Err(format!("not taken: {}", owner.get("/courses/import").await.body));
    }
    let zip = owner.bytes(&format!("{}/folder.zip", page.location())).await;
    let (mut texts, mut files) = (BTreeMap::new(), BTreeMap::new());
    for (name, content) in unzipped(&zip) {
        let (name, content) = (name.split_once('/').unwrap().1, String::from_utf8(content).unwrap());
        match name.strip_prefix("files/") {
            Some(name) => files.insert(name.to_owned(), content),
            None => texts.insert(name.to_owned(), content),
        };
    }
    if files != *wanted_files {
        return Err(format!("the files {wanted_files:?} came back as {files:?}"));
    }
    let got = reading::folder(texts).map_err(|reasons| reasons.join("; "))?;
    // Another course may have its address.
    let got = Folder { slug: wanted.slug.clone(), ..got };
    if got == *wanted { Ok(()) } else { Err(format!("came back as {got:#?}")) }
}

#[test]
fn any_course_comes_in_and_goes_out_again_as_the_same() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let app = runtime.block_on(App::cheap());
    let owner = runtime.block_on(app.person("ines", SiteRole::Instructor));
    let mut runner = TestRunner::new(Config { cases: COURSES, failure_persistence: None, ..Config::default() });
    let result = runner.run(&(folder(), files()), |(folder, files)| {
        // So many may be taken out in a minute.
        app.clock.advance(MINUTE);
        runtime.block_on(goes_round(&owner, &folder, &files)).map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(why, made)) = result {
        panic!("{why}\n{made:#?}");
    }
    result.unwrap();
}
