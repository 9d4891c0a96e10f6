//! The binary: its commands, its exit codes, its one line on standard error.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str], settings: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lectern"))
        .args(arguments)
        .env_clear()
        .env("LECTERN_DATABASE_URL", format!("sqlite://{}", folder.join("lectern.db").display()))
        .env("LECTERN_DATA_DIR", folder)
        .envs(settings.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Refused: exit code 1, and one line that holds `words`.
fn is_refused(output: &Output, words: &str) {
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    assert!(complaint.contains(words), "{complaint}");
}

#[test]
fn accounts_are_made_changed_and_closed() {
    let folder = TempDir::new().unwrap();
    let run = |arguments: &[&str], input: &str| run(folder.path(), arguments, &[], input);
    let added = run(
        &["user", "add", "--email", "root@uni.example", "--name", "Root", "--role", "admin"],
        "nine quiet herons at dusk\n",
    );
    assert!(
        added.status.success() && said(&added).contains("as an admin") && !said(&added).contains("/set-up/"),
        "{added:?}"
    );
    let added = run(&["user", "add", "--email", "sam@uni.example", "--name", "Sam"], "");
    assert!(said(&added).contains("http://localhost:3000/set-up/"), "{added:?}");
    is_refused(
        &run(&["user", "add", "--email", "SAM@uni.example", "--name", "Sam"], ""),
        "There is an account with this email already",
    );
    is_refused(&run(&["user", "add", "--email", "sam", "--name", "Sam"], ""), "email address in full");
    is_refused(&run(&["user", "add", "--email", "kim@uni.example", "--name", "Kim"], "short"), "15 characters or more");
    assert_eq!(
        run(&["user", "add", "--email", "kim@uni.example", "--name", "Kim", "--role", "god"], "").status.code(),
        Some(2)
    );
    assert!(
        said(&run(&["user", "role", "--email", "sam@uni.example", "--role", "instructor"], ""))
            .contains("Sam is now an instructor.")
    );
    is_refused(
        &run(&["user", "role", "--email", "nobody@uni.example", "--role", "student"], ""),
        "there is no account",
    );
    is_refused(&run(&["user", "disable", "--email", "root@uni.example"], ""), "Lectern needs an admin");
    assert!(run(&["user", "disable", "--email", "sam@uni.example"], "").status.success());
    assert!(said(&run(&["user", "disable", "--email", "sam@uni.example", "--undo"], "")).contains("can sign in again"));
    assert!(said(&run(&["user", "link", "--email", "sam@uni.example"], "")).contains("/set-up/"));
}

#[test]
fn the_demo_loads_once_and_is_copied_and_brought_back() {
    let folder = TempDir::new().unwrap();
    let run = |arguments: &[&str]| run(folder.path(), arguments, &[], "");
    assert_eq!(said(&run(&["demo"])), "33 people and 10 courses added.\n");
    assert_eq!(said(&run(&["demo"])), "0 people and 0 courses added.\n");
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    assert!(said(&run(&["backup", copy])).contains("users 33"));
    is_refused(&run(&["backup", copy]), "exists already");
    assert!(said(&run(&["restore", copy])).contains("kept as"));
    is_refused(&run(&["restore", "/nowhere/copy.db"]), "there is no file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in ["lectern.db", "copy.db"] {
            let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{file}");
        }
    }
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_line_that_names_it() {
    let folder = TempDir::new().unwrap();
    for (name, value, words) in [
        ("LECTERN_ADDR", "everywhere", "LECTERN_ADDR"),
        ("LECTERN_SESSION_IDLE", "soon", "LECTERN_SESSION_IDLE"),
        ("LECTERN_PUBLIC_URL", "ftp://x", "LECTERN_PUBLIC_URL"),
    ] {
        is_refused(&run(folder.path(), &["serve"], &[(name, value)], ""), words);
    }
    let open = [("LECTERN_ADDR", "0.0.0.0:3999"), ("LECTERN_DEMO", "1")];
    is_refused(&run(folder.path(), &["serve"], &open, ""), "LECTERN_DEMO");
    is_refused(
        &run(folder.path(), &["demo"], &[("LECTERN_ADDR", "0.0.0.0:3999")], ""),
        "the demo's passwords are public",
    );
}

#[test]
fn wrong_usage_is_two_and_help_is_everywhere() {
    let folder = TempDir::new().unwrap();
    for wrong in [&["fly"][..], &["user", "add"], &["backup"], &["--frobnicate"]] {
        assert_eq!(run(folder.path(), wrong, &[], "").status.code(), Some(2), "{wrong:?}");
    }
    for command in
        [&["--help"][..], &["user", "--help"], &["user", "add", "--help"], &["restore", "--help"], &["--version"]]
    {
        assert!(run(folder.path(), command, &[], "").status.success(), "{command:?}");
    }
    assert!(said(&run(folder.path(), &["powers"], &[], "")).contains("create a course"));
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let open = [
        ("LECTERN_ADDR", "0.0.0.0:3999"),
        ("LECTERN_PUBLIC_URL", "http://lectern.example"),
        ("LECTERN_TRUSTED_PROXIES", "0.0.0.0/0"),
    ];
    let output = run(folder.path(), &["doctor"], &open, "");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("plain http") && said(&output).contains("trusts every address"),
        "{}",
        said(&output)
    );
}

#[test]
fn one_file_is_served_by_one_process() {
    let folder = TempDir::new().unwrap();
    let start = |port: &str| {
        Command::new(env!("CARGO_BIN_EXE_lectern"))
            .arg("serve")
            .env_clear()
            .env("LECTERN_DATABASE_URL", format!("sqlite://{}", folder.path().join("lectern.db").display()))
            .env("LECTERN_DATA_DIR", folder.path())
            .env("LECTERN_ADDR", port)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    // Any free port; it is told by the line that says where the site is.
    let mut first = start("127.0.0.1:0");
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(first.stdout.as_mut().unwrap()), &mut line).unwrap();
    assert!(line.starts_with("Lectern is at"), "{line}");
    let second = start("127.0.0.1:0").wait_with_output().unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another lectern serves"), "{second:?}");
    // A kill leaves no lock behind.
    let mut third = start("127.0.0.1:0");
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(third.stdout.as_mut().unwrap()), &mut line).unwrap();
    third.kill().unwrap();
    third.wait().unwrap();
    assert!(line.starts_with("Lectern is at"), "{line}");
}

#[test]
fn a_command_in_the_wrong_folder_makes_no_database() {
    let folder = TempDir::new().unwrap();
    is_refused(&run(folder.path(), &["user", "link", "--email", "a@uni.example"], &[], ""), "there is no database at");
    assert!(!folder.path().join("lectern.db").exists());
    let misspelt = [("LECTERN_ADRESS", "x")];
    let output = run(folder.path(), &["doctor"], &misspelt, "");
    assert!(said(&output).contains("LECTERN_ADRESS is set, and there is no such setting"), "{}", said(&output));
}
