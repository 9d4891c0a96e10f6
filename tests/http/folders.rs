//! A course as a folder: out and in again, copied for another term, taken along to be read, and whatever somebody else puts into a zip.

use std::io::{Cursor, Read as _, Write as _};

use axum::http::{Method, StatusCode};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use lectern::clock::MINUTE;

use crate::app::{App, Course, Visitor};

/// What a zip holds, by name and in its order.
pub fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)));
    let mut files = Vec::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().unwrap().into_owned(), content));
    }
    files
}

/// A zip of these, in this order.
pub fn zipped<N: AsRef<str>, C: AsRef<[u8]>>(files: &[(N, C)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_ref(), SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn text<'f>(files: &'f [(String, Vec<u8>)], name: &str) -> &'f str {
    let (_, content) = files
        .iter()
        .find(|(other, _)| other == name)
        .unwrap_or_else(|| panic!("no {name} among {:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>()));
    std::str::from_utf8(content).unwrap()
}

fn picture() -> Vec<u8> {
    let mut png = Vec::new();
    let points: Vec<u8> = (0..30 * 20 * 3).map(|at| (at % 251) as u8).collect();
    PngEncoder::new(&mut png).write_image(&points, 30, 20, ExtendedColorType::Rgb8).unwrap();
    png
}

/// A megabyte that does not become much smaller.
fn noise() -> String {
    let mut state = 1_u32;
    let letter = move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + (state >> 24) as u8 % 90)
    };
    (0..1 << 20).map(letter).collect()
}

/// A course with something of everything.
async fn soil(owner: &Visitor<'_>) -> Course {
    // What is let out at once is so at no full minute.
    owner.app.clock.advance(1_234);
    let course = owner.published_course("Soil", 1).await;
    let id = ("course", course.id.as_str());
    owner
        .set_joining(
            &course,
            &[
                ("from", "2026-11-05T00:00"),
                ("time_zone", "Europe/Berlin"),
                ("capacity", "30"),
                ("waitlist", "yes"),
                ("offer_hours", "24"),
            ],
        )
        .await;
    owner.upload(&course, &[("map.png", &picture()), ("notes.txt", b"Notes\r\n")], &[]).await;
    owner.post("/fn/add_module", &[id, ("title", "Week \"1\" — Ton")]).await;
    owner.post("/fn/add_module", &[id, ("title", "Empty")]).await;
    let body = "+++\n\n## Clay\n\n![Map](files/map.png)\n\n+++\nx = 1\n+++\n\n";
    owner
        .post(
            "/fn/add_lesson",
            &[
                id,
                ("title", "Clay"),
                ("body", body),
                ("published", "yes"),
                ("releases_at", "2026-11-09T10:00"),
                ("summary", "All \\ of it"),
            ],
        )
        .await;
    owner.post("/fn/add_lesson", &[id, ("title", "A draft"), ("body", "")]).await;
    let news =
        [id, ("title", "Field trip"), ("body", "See [notes](files/notes.txt)."), ("posted_at", "2026-11-08T07:00")];
    owner.post("/fn/post_announcement", &news).await;
    course
}

/// What the form says after it came back.
async fn refusal(visitor: &Visitor<'_>, zip: &[u8]) -> String {
    // So many may be sent in a minute.
    visitor.app.clock.advance(MINUTE);
    let page = visitor.import(zip).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/courses/import"), "{}", page.body);
    let page = visitor.get("/courses/import").await;
    let (_, rest) =
        page.body.split_once("<a href=\"#file\">").unwrap_or_else(|| panic!("nothing refused: {}", page.body));
    rest.split("</a>").next().unwrap().replace("&quot;", "\"").replace("&#x27;", "'")
}

async fn folder(visitor: &Visitor<'_>, course: &str) -> Vec<u8> {
    visitor.bytes(&format!("{course}/folder.zip")).await
}

#[tokio::test]
async fn a_course_goes_out_and_comes_in_elsewhere_as_the_same() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = soil(&owner).await;
    let out = folder(&owner, &course.page()).await;
    let files = unzipped(&out);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let wanted = [
        "soil/course.toml",
        "soil/description.md",
        "soil/lessons/lesson-1.md",
        "soil/lessons/clay.md",
        "soil/lessons/a-draft.md",
        "soil/announcements/00001-field-trip.md",
        "soil/files/map.png",
        "soil/files/notes.txt",
    ];
    assert_eq!(names, wanted);
    let toml = text(&files, "soil/course.toml");
    assert!(
        toml.contains("title = 'Week \"1\" — Ton'") && toml.contains("joins_from = 2026-11-04T23:00:00Z"),
        "{toml}"
    );
    assert!(!toml.contains("code") && !toml.contains("owner"), "no code, no people: {toml}");
    assert!(text(&files, "soil/lessons/clay.md").contains("opens = 2026-11-09T09:00:00Z\n+++\n\n+++\n\n## Clay"));
    assert!(!text(&files, "soil/lessons/a-draft.md").contains("opens"));
    assert_eq!(folder(&owner, &course.page()).await, out, "the same course, the same bytes");
    // A browser offers to have it compressed: a zip is that already, and arrives whole.
    let mut asked =
        owner.request(Method::GET, &format!("{}/folder.zip", course.page())).body(Default::default()).unwrap();
    asked.headers_mut().insert("accept-encoding", "gzip, br".parse().unwrap());
    let sent = owner.send(asked).await;
    assert_eq!(
        (sent.status, sent.header("content-encoding"), sent.header("content-length")),
        (StatusCode::OK, "", &*out.len().to_string())
    );
    assert!(app.words("select event from audit_events order by seq").await.contains(&"sensitive_read".to_owned()));

    let elsewhere = App::start().await;
    let other = elsewhere.instructor("other").await;
    let page = other.import(&out).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/courses/soil"), "{}", page.body);
    assert!(other.get("/courses/soil").await.has("Draft"), "whatever it was, it begins as a draft");
    assert_eq!(unzipped(&folder(&other, "/courses/soil").await), files);
    assert_eq!(folder(&other, "/courses/soil").await, out, "byte for byte");
    assert!(!other.get("/courses/soil").await.has("Its texts name"));
    let lesson = other.get("/courses/soil/lessons/clay").await;
    assert!(lesson.has("/courses/soil/files/map.png"), "{}", lesson.body);
    assert_eq!(other.get("/courses/soil/files/map.png").await.status, StatusCode::OK);
    // Once more it gets another address, and without its folder around it as well.
    let bare: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, content)| (name.replacen("soil/", "", 1), content.clone())).collect();
    assert_eq!(other.import(&zipped(&bare)).await.location(), "/courses/soil-2");
}

#[tokio::test]
async fn who_leads_takes_it_out_and_who_makes_courses_brings_it_in() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = soil(&owner).await;
    let zip = folder(&owner, &course.page()).await;
    let student = app.student("student").await;
    student.post("/fn/join_course", &[("course", &course.id)]).await;
    let outsider = app.instructor("outsider").await;
    for visitor in [&student, &outsider] {
        assert_eq!(visitor.get(&format!("{}/folder.zip", course.page())).await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            visitor.call("/fn/copy_course", &[("course", &course.id), ("title", "Mine")]).await.status,
            StatusCode::FORBIDDEN
        );
    }
    assert_eq!(student.import(&zip).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.anonymous().import(&zip).await.status, StatusCode::SEE_OTHER);
    // Who leads it and may not make courses cannot copy it.
    owner
        .post("/fn/add_person", &[("course", &course.id), ("email", "student@uni.example"), ("role", "instructor")])
        .await;
    assert_eq!(student.get(&format!("{}/folder.zip", course.page())).await.status, StatusCode::OK);
    assert_eq!(
        student.call("/fn/copy_course", &[("course", &course.id), ("title", "Mine")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(app.count("courses").await, 1);
    // Another site's page does not have a browser fetch it.
    let mut foreign =
        owner.request(Method::GET, &format!("{}/folder.zip", course.page())).body(Default::default()).unwrap();
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(owner.send(foreign).await.status, StatusCode::FORBIDDEN);
}

/// The texts of a small course, with these in place of some, or besides.
fn small<'f>(others: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut files = vec![
        (
            "course.toml",
            "lectern = 1\ntitle = \"Soil\"\nsummary = \"S\"\ntime_zone = \"UTC\"\nlisted = true\nopen = true\napproval = false\nwaitlist = true\nlessons = [\"clay\"]\n",
        ),
        ("lessons/clay.md", "+++\ntitle = \"Clay\"\n+++\n\nWords\n"),
    ];
    for (name, content) in others {
        files.retain(|(other, _)| other != name);
        if *content != "-" {
            files.push((name, content));
        }
    }
    files
}

#[tokio::test]
async fn a_folder_that_is_not_right_is_refused_with_every_reason_and_leaves_nothing() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let toml = |changed: &str, to: &str| small(&[])[0].1.replace(changed, to);
    let twice = toml("[\"clay\"]", "[\"clay\", \"clay\", \"../x\", \"sand\"]");
    for (others, reasons) in [
        (vec![("course.toml", "-")], vec!["course.toml is missing"]),
        (vec![("lessons/clay.md", "+++\ntitle = \"Clay\"\nopens = soon\n+++\n")], vec!["lessons/clay.md, line 3: "]),
        (vec![("course.toml", "lectern = 1\ntitle =")], vec!["course.toml, line 2: "]),
        (vec![("course.toml", &*toml("lectern = 1", "lectern = 2"))], vec!["of a kind (2) that is not known here"]),
        (vec![("course.toml", &*toml("open = true", "open = true\nowner = \"me\""))], vec!["unknown field `owner`"]),
        (vec![("course.toml", &*toml("UTC", "Moon/Crater"))], vec!["Choose a time zone"]),
        (vec![("course.toml", &*toml("waitlist", "seats = 0\nwaitlist"))], vec!["seats is a number from 1 to 100000"]),
        (
            vec![(
                "course.toml",
                &*toml("waitlist", "joins_from = 2026-01-02T00:00:00Z\njoins_until = 2026-01-01T00:00:00Z\nwaitlist"),
            )],
            vec!["joins_until is not after joins_from"],
        ),
        (
            vec![(
                "course.toml",
                &*toml("waitlist", "joins_from = 2026-03-29T02:30:00\nwaitlist").replace("UTC", "Europe/Berlin"),
            )],
            vec!["02:30 does not happen"],
        ),
        (
            vec![("course.toml", &*twice)],
            vec!["clay stands there twice", "is no name of a lesson", "lessons/sand.md is missing"],
        ),
        (vec![("lessons/other.md", "+++\ntitle = \"X\"\n+++\n")], vec!["lessons/other.md is not among the lessons"]),
        (vec![("lessons/clay.md", "# Clay")], vec!["lessons/clay.md does not begin with lines of TOML"]),
        (vec![("lessons/clay.md", "+++\ntitle = \"\"\nopens = 1\n+++\n")], vec!["lessons/clay.md, line 3: "]),
        (
            vec![("lessons/clay.md", &*format!("+++\ntitle = \"{}\"\n+++\nx\0y", "x".repeat(121)))],
            vec!["Title can hold 120", "Text holds a character"],
        ),
        (vec![("files/page.html", "<script>")], vec!["files/page.html is of a kind (.html) that is not taken here"]),
        (vec![("files/map.png", "<svg onload=alert(1)>")], vec!["files/map.png is not what its name says"]),
        (vec![("files/my map.txt", "x")], vec!["files/my map.txt has a name that files of a course cannot have"]),
        (vec![("files/empty.txt", "")], vec!["files/empty.txt is empty"]),
        (vec![("files/a.txt", "x"), ("files/A.txt", "y")], vec!["is in it twice"]),
        (vec![("../../etc/passwd.md", "x")], vec!["../../etc/passwd.md is no path within a folder"]),
        (vec![("lessons/../../x.md", "x")], vec!["is no path within a folder"]),
        (vec![("/etc/x.md", "x")], vec!["/etc/x.md is no path within a folder"]),
        (vec![("lessons\\clay.md", "x")], vec!["is no path within a folder"]),
        (vec![("lessons/deep/x.md", "x")], vec!["lessons/deep/x.md has no place in a course"]),
        (vec![("readme.txt", "x")], vec!["readme.txt has no place in a course"]),
        (vec![("announcements/1.md", "+++\ntitle = \"A\"\n+++\n")], vec!["missing field `posted`"]),
    ] {
        let said = refusal(&owner, &zipped(&small(&others))).await;
        assert!(reasons.iter().all(|reason| said.contains(reason)), "{others:?}: {said}");
    }
    assert!(refusal(&owner, b"PK\x03\x04 or not").await.contains("no zip that can be read"));
    assert!(refusal(&owner, &[]).await.contains("no zip that can be read"));
    // Right but for a few bytes in the middle.
    let long: String = (0..20_000).map(|number| format!("{number} ")).collect();
    let long = format!("+++\ntitle = \"Clay\"\n+++\n\n{long}\n");
    let mut damaged = zipped(&small(&[("lessons/clay.md", &long)]));
    let middle = damaged.len() / 2;
    damaged[middle..middle + 4].iter_mut().for_each(|byte| *byte ^= 0x55);
    let said = refusal(&owner, &damaged).await;
    assert!(said.contains("lessons/clay.md is damaged"), "{said}");
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.start_file("course.toml", SimpleFileOptions::default()).unwrap();
    link.add_symlink("files/link.txt", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    assert!(refusal(&owner, &link.finish().unwrap().into_inner()).await.contains("files/link.txt is a link"));
    for table in ["courses", "files", "contents"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
    // What programs leave behind is passed over, and a line end of Windows is one.
    let fine = [
        ("__MACOSX/x", "x"),
        (".DS_Store", "x"),
        ("lessons/.DS_Store", "x"),
        ("lessons/clay.md", "\u{feff}+++\r\ntitle = \"Clay\"\r\nopens = 2026-11-02T08:00:00\r\n+++\r\n\r\nWords\r\n"),
    ];
    let page = owner.import(&zipped(&small(&fine))).await;
    assert_eq!(page.location(), "/courses/soil", "{}", page.body);
    let named = [("lessons/clay.md", "+++\ntitle = \"Clay\"\n+++\n\n![](files/gone.png)\n")];
    assert_eq!(owner.import(&zipped(&small(&named))).await.location(), "/courses/soil-2");
    assert!(owner.get("/courses/soil-2").await.has("Its texts name what is not among its files: gone.png."));
    assert!(owner.get("/courses/soil/lessons/clay").await.has("<p>Words</p>"));
}

#[tokio::test]
async fn a_bomb_is_put_out_before_it_takes_room() {
    let app =
        App::with(&[("LECTERN_FILE_MAX_MB", "1"), ("LECTERN_COURSE_FILES_MAX_MB", "2"), ("LECTERN_COURSE_FILES", "3")])
            .await;
    let owner = app.instructor("owner").await;
    // A thousand times smaller than what comes out of them.
    let zeros = " ".repeat(40 << 20);
    assert!(
        refusal(&owner, &zipped(&small(&[("lessons/clay.md", &zeros)])))
            .await
            .contains("lessons/clay.md is longer than any text")
    );
    assert!(
        refusal(&owner, &zipped(&small(&[("files/big.txt", &zeros)]))).await.contains("files/big.txt is larger than 1")
    );
    let one = noise();
    let three = small(&[("files/a.txt", &one), ("files/b.txt", &one), ("files/c.txt", "x")]);
    assert!(refusal(&owner, &zipped(&three)).await.contains("the files are larger than 2"));
    let four = small(&[("files/a.txt", "x"), ("files/b.txt", "x"), ("files/c.txt", "x"), ("files/d.txt", "x")]);
    assert!(refusal(&owner, &zipped(&four)).await.contains("more than 3 files"));
    let blank = " ".repeat(950_000);
    let texts: Vec<(String, &str)> = (0..145)
        .map(|number| (format!("lessons/l{number}.md"), if number < 2 { one.as_str() } else { blank.as_str() }))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert!(refusal(&owner, &zipped(&small(&texts))).await.contains("the texts are larger than"));
    let names: Vec<(String, &str)> = (0..20_000).map(|number| (format!("lessons/{number}/"), "")).collect();
    assert!(refusal(&owner, &zipped(&names)).await.contains("20000 names"));
    let names: Vec<(String, &str)> = (0..65_000).map(|number| (format!("{}{number}/", "n".repeat(200)), "")).collect();
    assert!(refusal(&owner, &zipped(&names)).await.contains("65000 names"));
    // Two names for the same bytes: each would come out.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("course.toml", SimpleFileOptions::default()).unwrap();
    zip.start_file("files/a.txt", SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
    zip.write_all(one.as_bytes()).unwrap();
    zip.shallow_copy_file("files/a.txt", "files/b.txt").unwrap();
    assert!(refusal(&owner, &zip.finish().unwrap().into_inner()).await.contains("no zip that can be read"));
    // Small, and large once it is out.
    let lessons: Vec<String> = (0..10).map(|number| format!("lessons/l{number}.md")).collect();
    let many: Vec<(&str, &str)> = lessons.iter().map(|name| (name.as_str(), blank.as_str())).collect();
    assert!(refusal(&owner, &zipped(&small(&many))).await.contains("it was made to fill a disk"));
    assert_eq!(app.count("contents").await, 0);
}

#[tokio::test]
async fn a_copy_for_another_term_has_its_dates_moved_and_nobody_in_it() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = soil(&owner).await;
    owner.post("/fn/make_join_code", &[("course", &course.id), ("code_until", ""), ("code_most", "")]).await;
    owner
        .post(
            "/fn/add_person",
            &[("course", &course.id), ("email", "nobody@uni.example"), ("role", "student"), ("how", "invite")],
        )
        .await;
    let student = app.student("student").await;
    owner
        .post("/fn/add_person", &[("course", &course.id), ("email", "student@uni.example"), ("role", "student")])
        .await;
    student.get(&course.page()).await;
    owner.post("/fn/conclude_course", &[("course", &course.id)]).await;
    let address = format!("{}/copy", course.page());
    let page = owner.get(&address).await;
    assert!(page.has("This course’s first date is Monday 9 November 2026, 10:00 (Europe/Berlin)."), "{}", page.body);
    let id = ("course", course.id.as_str());
    // A Thursday in summer time: the Monday nearest to it, at the same hour of the clock.
    let all = [
        id,
        ("title", "Soil 2027"),
        ("begins", "2027-04-15"),
        ("lessons", "y"),
        ("files", "y"),
        ("joining", "y"),
        ("announcements", "y"),
        ("_page", &address),
    ];
    assert_eq!(owner.post("/fn/preview_copy", &all).await.location(), format!("{address}#preview"));
    let page = owner.get(&address).await;
    for words in [
        "Monday 12 April 2027, 10:00 (Europe/Berlin)",
        "Thursday 8 April 2027, 00:00 (Europe/Berlin)",
        "value=\"2027-04-15\"",
        "Nothing of this is made yet.",
    ] {
        assert!(page.has(words), "{words} in {}", page.body);
    }
    assert_eq!(app.count("courses").await, 1);
    let wrong = [id, ("title", ""), ("begins", "soon"), ("_page", &address)];
    owner.post("/fn/copy_course", &wrong).await;
    let page = owner.get(&address).await;
    assert!(
        page.has("Enter a title") && page.has("enter a date, like 2026-11-26") && page.has("value=\"soon\""),
        "{}",
        page.body
    );

    assert_eq!(owner.post("/fn/copy_course", &all).await.location(), "/courses/soil-2027");
    let files = unzipped(&folder(&owner, "/courses/soil-2027").await);
    let toml = text(&files, "soil-2027/course.toml");
    assert!(toml.contains("joins_from = 2027-04-07T22:00:00Z") && toml.contains("seats = 30"), "{toml}");
    assert!(text(&files, "soil-2027/lessons/clay.md").contains("opens = 2027-04-12T08:00:00Z"));
    assert!(!text(&files, "soil-2027/lessons/a-draft.md").contains("opens"));
    assert_eq!(files.len(), 8);
    assert_eq!(
        app.words("select role from enrolments e join courses c on c.id = e.course_id where c.slug = 'soil-2027'")
            .await,
        ["owner"]
    );
    assert_eq!((app.count("join_codes").await, app.count("awaited").await), (1, 1), "those of the course itself");
    assert_eq!(owner.get("/courses/soil-2027/files/map.png").await.status, StatusCode::OK);
    assert_eq!(student.get("/courses/soil-2027").await.status, StatusCode::NOT_FOUND);
    // Only what was ticked.
    owner.post("/fn/copy_course", &[id, ("title", "Bare")]).await;
    let files = unzipped(&folder(&owner, "/courses/bare").await);
    assert_eq!(
        files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["bare/course.toml", "bare/description.md"]
    );
    assert!(
        text(&files, "bare/course.toml").contains("time_zone = \"Europe/Berlin\"")
            && !text(&files, "bare/course.toml").contains("seats")
    );
}

#[tokio::test]
async fn what_is_taken_along_to_be_read_is_what_its_reader_reads_and_no_more() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = soil(&owner).await;
    let student = app.student("student").await;
    owner
        .post("/fn/add_person", &[("course", &course.id), ("email", "student@uni.example"), ("role", "student")])
        .await;
    let id = ("course", course.id.as_str());
    let body = "See [Clay](/courses/soil/lessons/clay), [the first](/courses/soil/lessons/lesson-1#x), <b>x</b> and [notes](files/notes.txt).";
    owner.post("/fn/add_lesson", &[id, ("title", "Sand & <i>more</i>"), ("body", body), ("published", "yes")]).await;
    let offline = format!("{}/offline.zip", course.page());
    assert_eq!(app.student("other").await.get(&offline).await.status, StatusCode::FORBIDDEN);
    assert!(app.anonymous().get(&offline).await.location().starts_with("/login"));
    for visitor in [&student, &owner] {
        let files = unzipped(&visitor.bytes(&offline).await);
        let names: Vec<&str> =
            files.iter().map(|(name, _)| name.as_str()).filter(|name| !name.ends_with(".css")).collect();
        let sand = "soil-to-read/lessons/sand-i-more-i.html";
        assert_eq!(
            names,
            ["soil-to-read/index.html", "soil-to-read/lessons/lesson-1.html", sand, "soil-to-read/files/notes.txt"]
        );
        let index = text(&files, "soil-to-read/index.html");
        assert!(
            index.contains("Sand &amp; &lt;i&gt;more&lt;/i&gt;")
                && index.contains("Clay</span>, opens Monday 9 November 2026"),
            "{index}"
        );
        assert!(!index.contains("A draft") && !index.contains("<script"));
        let page = text(&files, sand);
        for part in [
            "href=\"../lessons/lesson-1.html#x\"",
            "/courses/soil/lessons/clay\"",
            "href=\"../files/notes.txt\"",
            "href=\"../index.html\"",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
    for _ in 0..20 {
        student.get(&offline).await;
    }
    assert_eq!(student.get(&offline).await.status, StatusCode::TOO_MANY_REQUESTS, "it is work for the whole machine");
}

#[tokio::test]
async fn a_course_whose_address_is_a_word_of_folders_goes_round_as_well() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    for title in ["Files", "Announcements", "Import", "Course toml"] {
        let course = owner.published_course(title, 1).await;
        let out = folder(&owner, &course.page()).await;
        app.clock.advance(MINUTE);
        let page = owner.import(&out).await;
        assert_eq!(page.location(), format!("{}-2", course.page()), "{title}");
    }
    // As other programs write them: with the place itself as a folder, and a point before each path.
    let dotted: Vec<(String, &str)> = [("./".to_owned(), "")]
        .into_iter()
        .chain(small(&[]).into_iter().map(|(name, content)| (format!("./{name}"), content)))
        .collect();
    app.clock.advance(MINUTE);
    assert_eq!(owner.import(&zipped(&dotted)).await.location(), "/courses/soil");
}

#[tokio::test]
async fn links_between_lessons_stay_in_a_copy_and_what_is_to_come_is_mailed_within_bounds() {
    let app = App::cheap_with(&[("LECTERN_SMTP_URL", "smtp://127.0.0.1:1")]).await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    let id = ("course", course.id.as_str());
    let body = "[Back](/courses/soil/lessons/lesson-1), [elsewhere](/courses/soil-science)";
    owner.post("/fn/add_lesson", &[id, ("title", "Links"), ("body", body), ("published", "yes")]).await;
    owner.post("/fn/copy_course", &[id, ("title", "Sand"), ("lessons", "yes")]).await;
    let page = owner.get("/courses/sand/lessons/links").await;
    assert!(page.has("href=\"/courses/sand/lessons/lesson-1\"") && page.has("href=\"/courses/soil-science\""));

    let soon = "posted = 2026-11-02T09:10:00Z\nmails = true";
    let names: Vec<String> = (0..12).map(|number| format!("announcements/{number}.md")).collect();
    let text = format!("+++\ntitle = \"News\"\n{soon}\n+++\n");
    let all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
    assert_eq!(owner.import(&zipped(&small(&all))).await.location(), "/courses/soil-2");
    app.words("update users set email_verified_at = created_at returning name").await;
    let student = app.person("student", lectern::accounts::model::SiteRole::Student).await;
    let owned = owner.get("/courses/soil-2/edit").await.hidden("course");
    owner.post("/fn/publish_course", &[("course", &owned)]).await;
    student.post("/fn/join_course", &[("course", &owned)]).await;
    app.words("update users set email_verified_at = created_at returning name").await;
    app.clock.advance(20 * MINUTE);
    lectern::announcements::mailing::mail_out(&app.site).await.unwrap();
    let letters = app.letters().await.into_iter().filter(|letter| letter.kind == "announcement");
    let to_student = letters.filter(|letter| letter.address == "student@uni.example").count();
    assert_eq!(to_student, 10, "as many as are mailed in a day");
    assert_eq!(app.words("select title from announcements where mailed_at is null").await.len(), 0);
}

#[tokio::test]
async fn only_a_picture_that_was_looked_at_as_one_stays_as_it_is() {
    let app = App::start().await;
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 0).await;
    // Text that begins as a picture does: taken as text, and no picture.
    let fake = [b"GIF89a".as_slice(), &b"x".repeat(9_000)].concat();
    assert!(
        owner.upload(&course, &[("x.txt", &fake)], &[]).await.location().ends_with("/files")
            || app.count("files").await == 1
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in small(&[]) {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.start_file("files/x.gif", SimpleFileOptions::default()).unwrap();
    zip.write_all(&fake).unwrap();
    let said = refusal(&owner, &zip.finish().unwrap().into_inner()).await;
    assert!(said.contains("files/x.gif"), "{said}");
    assert_eq!(app.count("courses").await, 1);
}
