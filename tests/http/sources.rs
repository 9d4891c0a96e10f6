//! Rules of the house that clippy cannot see, because they are about what macros are given or where a word stands.

use std::path::{Path, PathBuf};

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// Lines with `word` outside of the files named, comments aside.
fn strays(files: &[(PathBuf, String)], word: &str, allowed: &[&str]) -> Vec<String> {
    let mut strays = Vec::new();
    for (path, text) in files {
        if allowed.iter().any(|allowed| path.ends_with(allowed)) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if line.contains(word) && !line.trim_start().starts_with("//") {
                strays.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    strays
}

/// What may stand where alone, and why.
const RULES: [(&str, &[&str], &str); 18] = [
    (
        "inner_html",
        &["ui/prose.rs", "ui/form.rs", "ui/islands.rs", "ui/browser.rs"],
        "HTML is taken as it is in four places, each of which cleans or escapes it, or takes it from the server, which has",
    ),
    (
        "state = 'active'",
        &["enrolments/store/states.rs"],
        "what a state of a place means to a query stands there: no count forgets one",
    ),
    ("'waitlisted'", &["enrolments/store/states.rs"], "the same"),
    ("'blocked'", &["enrolments/store/states.rs"], "the same"),
    (
        "releases_at <=",
        &["lessons/store/states.rs"],
        "what students see of a course's lessons stands there: no count and no list forgets one",
    ),
    ("releases_at is", &["lessons/store/states.rs"], "the same"),
    (
        "into enrolments",
        &["enrolments/store/moving.rs", "demo/store.rs"],
        "how a place changes is decided by machine.rs and written in one place; the demo is made as if it had been before",
    ),
    ("<Title", &["ui/page.rs"], "leptos_meta does not escape a title; use page_title"),
    ("<textarea", &["ui/form.rs"], "Leptos does not escape a textarea; use Form::textarea"),
    ("HydrationScripts", &[], "it writes the nonce into crossorigin; use ui::islands::start"),
    ("leptos_axum::redirect", &[], "it leads anywhere; use request::go_on"),
    ("SystemTask::new", &["main.rs"], "work that nobody asked for begins in main.rs"),
    (
        "Arriving::proven",
        &[
            "credentials/one_time_code/api.rs",
            "credentials/passkey/api.rs",
            "credentials/password/api.rs",
            "credentials/password/policy.rs",
            "credentials/provider/store.rs",
            "credentials/reset/store.rs",
            "credentials/second_step/policy.rs",
            "credentials/set_up_link/store.rs",
            "credentials/sign_up_link/store.rs",
        ],
        "only a way to prove who one is may sign somebody in",
    ),
    (
        "of_who_said_not_me",
        &["credentials/not_me/store.rs", "sessions/policy.rs"],
        "it ends an account's sign-ins without asking who says so",
    ),
    (
        "forget_all(",
        &["accounts/store/leaving.rs", "credentials/ways/store.rs"],
        "it takes a second step away without asking who says so",
    ),
    ("new_local", &[], "islands are made on the server too, where another thread may drop them: that panics"),
    ("SendWrapper", &[], "the same"),
    ("GetUrl", &[], "a function that answers GET can be called by a link"),
];

#[test]
fn what_is_dangerous_stands_where_it_is_tamed() {
    let files = sources();
    for (word, allowed, why) in RULES {
        assert_eq!(strays(&files, word, allowed), [""; 0], "{word}: {why}");
    }
}

#[test]
fn a_planted_violation_of_each_rule_is_caught() {
    for (word, _, _) in RULES {
        let planted = [(PathBuf::from("src/courses/pages/course.rs"), format!("fn x() {{\n    {word} \n}}"))];
        assert_eq!(strays(&planted, word, &["main.rs"]).len(), 1, "{word}");
    }
}

#[test]
fn the_two_halves_are_told_apart_only_where_the_house_says() {
    for (path, text) in sources() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if matches!(name, "lib.rs" | "mod.rs" | "api.rs" | "model.rs" | "id.rs") {
            continue;
        }
        // Where one file of functions became several.
        if path.parent().is_some_and(|folder| folder.ends_with("api")) {
            continue;
        }
        assert!(!text.contains("cfg(feature") && !text.contains("cfg(not(feature"), "{}", path.display());
    }
}

/// ASVS 16.5.3
#[test]
fn nothing_on_a_requests_path_gives_up() {
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap().split("#[cfg(all(test").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let bad = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "dbg!("];
            let found = bad.iter().any(|bad| line.contains(bad)) && !line.trim_start().starts_with("//");
            assert!(!found, "{}:{}: {}", path.display(), number + 1, line.trim());
        }
    }
}

#[test]
fn sql_stands_in_stores() {
    for (path, text) in sources() {
        let inside = path.components().any(|part| part.as_os_str() == "db")
            || path.ends_with("store.rs")
            || path.components().any(|part| part.as_os_str() == "records" || part.as_os_str() == "store");
        if !inside {
            assert!(
                !text.contains("db::query") && !text.contains(", query}") && !text.contains("sqlx::query"),
                "{}",
                path.display()
            );
        }
    }
}

/// A heading of somebody's text with the id of something on the page where it is read: links would lead to either. Beside a form, headings
/// have ids of their own.
#[test]
fn no_heading_takes_the_id_of_something_on_its_page() {
    let pages = [
        "app.rs",
        "ui/page.rs",
        "ui/layout.rs",
        "courses/pages/course.rs",
        "courses/pages/place.rs",
        "lessons/pages/lesson.rs",
        "lessons/pages/versions.rs",
        "announcements/pages/one.rs",
        "announcements/pages/mod.rs",
    ];
    let mut found = 0;
    for (path, text) in sources().into_iter().filter(|(path, _)| pages.iter().any(|page| path.ends_with(page))) {
        for rest in text.split(" id=\"").skip(1).chain(text.split("name: \"").skip(1)) {
            let id = rest.split('"').next().unwrap();
            // What a heading becomes has neither capitals nor anything but letters, digits and hyphens.
            let can_be_a_heading = id.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
            let is_kept = lectern::lessons::markdown::IDS_OF_PAGES.contains(&id);
            assert!(!can_be_a_heading || is_kept, "{}: {id}", path.display());
            found += 1;
        }
    }
    assert!(found > 3, "{found}");
}
