//! Every session store against every property, and the table in README.md that says so. Without the servers that
//! `scripts/test_stores.sh` starts, only the stores that need none are asked.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop where it is")]

mod properties;
mod subject;

use std::collections::BTreeMap;
use std::path::Path;

use properties::{ALL, Outcome};
use subject::Servers;

const BEGIN: &str = "<!-- table -->\n";
const END: &str = "<!-- end of table -->\n";

/// What ours cannot promise: memory is forgotten, and that is what it is for.
const KNOWN: [(&str, &str); 1] = [("memory", "it is there after a restart")];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_store_keeps_every_promise() {
    let folder = tempfile::tempdir().unwrap();
    let subjects = subject::all(&Servers::named(), folder.path()).await;
    let names: Vec<&str> = subjects.iter().map(|subject| subject.name).collect();
    // Each store is asked one thing after the other, all stores side by side: most of the time passes in waits for an end.
    let asked: Vec<_> = subjects
        .into_iter()
        .map(|subject| {
            tokio::spawn(async move {
                let mut outcomes = Vec::new();
                for (_, property) in ALL {
                    subject.below.empty().await;
                    outcomes.push(property(&subject).await);
                }
                (subject.is_ours, outcomes)
            })
        })
        .collect();
    let mut table: BTreeMap<(usize, &str), &str> = BTreeMap::new();
    let mut broken = Vec::new();
    for (name, task) in names.iter().zip(asked) {
        let (is_ours, outcomes) = task.await.unwrap();
        for (row, (outcome, (property, _))) in outcomes.iter().zip(ALL).enumerate() {
            let word = match outcome {
                Outcome::Holds => "yes",
                Outcome::Fails(_) => "**no**",
                Outcome::Apart => "–",
            };
            if let Outcome::Fails(seen) = outcome {
                println!("{name}: {property}: {seen}");
                if is_ours && !KNOWN.contains(&(name, property)) {
                    broken.push(format!("{name}: {property}: {seen}"));
                }
            }
            table.insert((row, name), word);
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    compare(&names, &table);
}

/// The README's table must say what was seen. `LECTERN_BLESS=1` writes it, when every store was asked.
fn compare(names: &[&str], table: &BTreeMap<(usize, &str), &str>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if std::env::var_os("LECTERN_BLESS").is_some() {
        let mut lines =
            vec![format!("| property | {} |", names.join(" | ")), format!("|---|{}", "---|".repeat(names.len()))];
        for (row, (property, _)) in ALL.iter().enumerate() {
            let words: Vec<&str> = names.iter().map(|name| table[&(row, *name)]).collect();
            lines.push(format!("| {property} | {} |", words.join(" | ")));
        }
        std::fs::write(&path, format!("{before}{BEGIN}{}\n{END}{after}", lines.join("\n"))).unwrap();
        return;
    }
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let columns = cells(written.lines().next().unwrap());
    assert_eq!(written.lines().count() - 2, ALL.len(), "the README has other rows");
    // A race that a bare store mostly loses it may once win, and the other way round.
    let by_chance = |name: &str, property: &str| {
        name.starts_with("bare") && (property.contains("races") || property.contains(" at once "))
    };
    for (row, (line, (property, _))) in written.lines().skip(2).zip(ALL).enumerate() {
        let line = cells(line);
        assert_eq!(line[0], *property);
        for name in names.iter().filter(|name| !by_chance(name, property)) {
            let at =
                columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("the README lacks {name}"));
            assert_eq!(line[at], table[&(row, *name)], "{name}: {property}");
        }
    }
}
