//! Which test shows which requirement of OWASP ASVS 5.0, written to `docs/asvs.md`.
//!
//! A line `/// ASVS 7.2.4, 7.4.1` above a test (`// ASVS ..` above a story) says what it shows. `docs/asvs/requirements.tsv` has
//! the requirements: those of V6 to V10, and levels 1 and 2 of V3, V4 and V16. One that applies and that no test shows stands
//! in `docs/asvs/open.tsv` with its reason, one that does not apply in `docs/asvs/not.tsv`. `LECTERN_BLESS=1` writes the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How many requirements may be open. This may only shrink: who shows one takes its line away and lowers the number.
const OPEN_MOST: usize = 0;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

struct Requirement {
    id: String,
    level: String,
    words: String,
}

fn table(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("docs/asvs").join(name)).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn requirements() -> Vec<Requirement> {
    table("requirements.tsv")
        .into_iter()
        .map(|row| Requirement { id: row[0].clone(), level: row[1].clone(), words: row[2].clone() })
        .collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                files(&path, into);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "mjs") {
            into.push(path);
        }
    }
}

/// Requirement -> the tests that say they show it, each as `file: name`.
fn evidence() -> BTreeMap<String, BTreeSet<String>> {
    let mut sources = Vec::new();
    for folder in ["src", "tests", "end2end/stories"] {
        files(&root().join(folder), &mut sources);
    }
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let mut claimed: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim) {
            if let Some(ids) = line.strip_prefix("/// ASVS ").or_else(|| line.strip_prefix("// ASVS ")) {
                claimed.extend(ids.split(", ").map(str::to_owned));
                continue;
            }
            let test = line
                .split_once("fn ")
                .filter(|(before, _)| before.is_empty() || *before == "async ")
                .and_then(|(_, after)| after.split('(').next())
                .or_else(|| line.strip_prefix("test(\"").and_then(|after| after.split('"').next()));
            if let Some(test) = test {
                for id in claimed.drain(..) {
                    found.entry(id).or_default().insert(format!("{name}: {test}"));
                }
            }
        }
        assert_eq!(claimed, [""; 0], "{name} ends with a claim that stands above no test");
    }
    found
}

fn page() -> String {
    let (evidence, open, not) = (evidence(), table("open.tsv"), table("not.tsv"));
    let reason = |table: &[Vec<String>], id: &str| table.iter().find(|row| row[0] == id).map(|row| row[1].clone());
    let mut out = String::from(
        "# OWASP ASVS 5.0, and which test shows what\n\n\
         Made by `LECTERN_BLESS=1 cargo test --features ssr --test http evidence` from the tests themselves and the tables in \
         `docs/asvs/`. Do not edit.\n\n\
         Here are V6 (authentication), V7 (sessions), V8 (authorization), V9 (tokens) and V10 (OAuth and OpenID Connect) with all levels, \
         and levels 1 and 2 of V3 (browsers), V4 (APIs) and V16 (logs). What is not shown yet is **open**, with its reason; that list may only shrink.\n",
    );
    let (shown, total) =
        (requirements().iter().filter(|it| evidence.contains_key(&it.id)).count(), requirements().len());
    let _ = write!(
        out,
        "\n{total} requirements: {shown} shown by tests, {} open, {} do not apply.\n",
        open.len(),
        not.len()
    );
    let mut chapter = String::new();
    for requirement in requirements() {
        let its = requirement.id.split('.').next().unwrap().to_owned();
        if its != chapter {
            let _ = write!(out, "\n## V{its}\n\n| | level | asks for | shown by |\n|---|---|---|---|\n");
            chapter = its;
        }
        let shown = match evidence.get(&requirement.id) {
            Some(tests) => tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join("<br>"),
            None => match (reason(&open, &requirement.id), reason(&not, &requirement.id)) {
                (Some(why), _) => format!("**open**: {why}"),
                (_, Some(why)) => format!("does not apply: {why}"),
                _ => "nothing".to_owned(),
            },
        };
        let _ = writeln!(out, "| {} | {} | {} | {shown} |", requirement.id, requirement.level, requirement.words);
    }
    out
}

#[test]
fn every_requirement_has_a_test_or_a_line_in_the_open_list() {
    let (evidence, open, not) = (evidence(), table("open.tsv"), table("not.tsv"));
    let known: BTreeSet<String> = requirements().into_iter().map(|requirement| requirement.id).collect();
    for id in evidence.keys().chain(open.iter().chain(&not).map(|row| &row[0])) {
        assert!(known.contains(id), "{id} is no requirement of requirements.tsv");
    }
    for id in &known {
        let lists =
            [evidence.contains_key(id), open.iter().any(|row| row[0] == *id), not.iter().any(|row| row[0] == *id)];
        let count = lists.iter().filter(|is_in| **is_in).count();
        assert_eq!(count, 1, "{id} is shown, open or not asked for: one of the three, and is {lists:?}");
    }
    assert!(open.iter().chain(&not).all(|row| row.len() == 2 && !row[1].is_empty()), "each line has its reason");
    assert_eq!(open.len(), OPEN_MOST, "the list may only shrink, and the number with it");
}

#[test]
fn the_page_says_what_the_tests_say() {
    let (path, is) = (root().join("docs/asvs.md"), page());
    if std::env::var("LECTERN_BLESS").is_ok() {
        std::fs::write(path, is).unwrap();
        return;
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), is, "LECTERN_BLESS=1 writes it anew");
}
