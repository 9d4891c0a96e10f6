//! The binary: its commands, its exit codes, its one line on standard error.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::app::App;

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
    is_refused(&run(&["user", "link", "--email", "sam@uni.example"], ""), "this account is disabled");
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

/// One file holds the database and the files.
#[tokio::test]
async fn a_backup_brings_the_files_back_with_it() {
    let app = App::cheap().await;
    let Some(database) = app.file() else { return };
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 1).await;
    // More than one piece of it.
    let large: Vec<u8> = (0u32..600_000).flat_map(u32::to_be_bytes).collect();
    let files: [(&str, &[u8]); 2] = [("small.txt", b"words"), ("large.zip", &[b"PK\x03\x04", &large[..]].concat())];
    owner.upload(&course, &files, &[]).await;
    let (folder, url) = (app.folder(), format!("sqlite://{}", database.display()));
    let settings = [("LECTERN_DATABASE_URL", url.as_str())];
    let copy = folder.join("copy.db");
    let run = |arguments: &[&str]| run(folder, arguments, &settings, "");
    assert!(said(&run(&["backup", copy.to_str().unwrap()])).contains("2 files with it."));
    std::fs::remove_dir_all(folder.join("files")).unwrap();
    assert!(said(&run(&["doctor"])).contains("2 of 2 contents of files are not at"));
    let incomplete = run(&["backup", folder.join("other.db").to_str().unwrap()]);
    is_refused(&incomplete, "2 files of");
    is_refused(&incomplete, "soil/small.txt");
    app.site.db.close().await;
    let restored = run(&["restore", copy.to_str().unwrap()]);
    assert!(said(&restored).contains("2 files with it, at"), "{restored:?}");
    assert!(said(&run(&["doctor"])).contains("all 2 contents of files are there"));
    let app = app.set_to(&[]).await;
    assert_eq!(app.count("files").await, 2);
    let owner = app.sign_in("owner").await;
    assert_eq!(owner.bytes("/courses/soil/files/large.zip").await, files[1].1);
    let tables = app.words("select name from sqlite_schema where name = 'packed_contents'").await;
    assert!(tables.is_empty(), "what was packed takes no room any more");
    // A file in it that was changed is not taken for the one it was.
    let damaged = std::fs::read(&copy).unwrap();
    let at = damaged.windows(8).position(|part| part == [0, 0, 1, 0, 0, 0, 1, 1]).unwrap();
    let damaged = [&damaged[..at], &[0xff], &damaged[at + 1..]].concat();
    std::fs::write(&copy, damaged).unwrap();
    app.site.db.close().await;
    is_refused(&run(&["restore", copy.to_str().unwrap()]), "not what it was");
}

#[tokio::test]
async fn a_course_is_taken_out_and_brought_in_by_who_runs_the_server() {
    let app = App::cheap().await;
    let Some(database) = app.file() else { return };
    let owner = app.instructor("owner").await;
    let course = owner.published_course("Soil", 2).await;
    owner.upload(&course, &[("small.txt", b"words")], &[]).await;
    let (folder, url) = (app.folder(), format!("sqlite://{}", database.display()));
    let settings = [("LECTERN_DATABASE_URL", url.as_str())];
    let zip = folder.join("soil.zip");
    let zip = zip.to_str().unwrap();
    let run = |arguments: &[&str]| run(folder, arguments, &settings, "");
    assert!(said(&run(&["course", "export", "soil", zip])).contains("Lessons: 2. Announcements: 0. Files: 1."));
    is_refused(&run(&["course", "export", "soil", zip]), "cannot be made: File exists");
    let none = folder.join("sand.zip");
    is_refused(&run(&["course", "export", "sand", none.to_str().unwrap()]), "there is no course sand");
    assert!(!none.exists(), "half a folder is none");
    is_refused(&run(&["course", "import", zip, "--owner", "nobody@uni.example"]), "there is no account");
    let imported = run(&["course", "import", zip, "--owner", "owner@uni.example"]);
    assert!(said(&imported).contains("/courses/soil-2, as a draft."), "{imported:?}");
    assert!(owner.get("/courses/soil-2/lessons/lesson-2").await.has("Words"));
    assert_eq!(owner.bytes("/courses/soil-2/files/small.txt").await, b"words");
    is_refused(&run(&["course", "import", database.to_str().unwrap(), "--owner", "owner@uni.example"]), "no zip");
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
    // Nothing listens at port 9.
    for (store, words) in [
        ("memory", "a restart signs everybody out"),
        ("redis://:hunter2@127.0.0.1:9/1", "redis://127.0.0.1:9/1 does not answer"),
        ("postgres://me:hunter2@127.0.0.1:9/x", "postgres://127.0.0.1:9/x does not answer"),
        ("mysql://me:hunter2@127.0.0.1:9/x", "mysql://127.0.0.1:9/x does not answer"),
    ] {
        let output = run(folder.path(), &["doctor"], &[("LECTERN_SESSION_STORE", store)], "");
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(words) && !said(&output).contains("hunter2"), "{}", said(&output));
        if store != "memory" {
            let settings = [("LECTERN_SESSION_STORE", store), ("LECTERN_ADDR", "127.0.0.1:0"), ("RUST_LOG", "off")];
            is_refused(&run(folder.path(), &["serve"], &settings, ""), "connect to the");
        }
    }
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

/// What is answered to a request that is written down whole.
fn ask(address: &str, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn what_is_counted_is_served_at_an_address_of_its_own() {
    let folder = TempDir::new().unwrap();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (site, counted) = (free(), free());
    let mut server = Command::new(env!("CARGO_BIN_EXE_lectern"))
        .arg("serve")
        .env_clear()
        .env("LECTERN_DATABASE_URL", format!("sqlite://{}", folder.path().join("lectern.db").display()))
        .env("LECTERN_DATA_DIR", folder.path())
        .env("LECTERN_ADDR", &site)
        .env("LECTERN_PUBLIC_URL", format!("http://{site}"))
        .env("LECTERN_METRICS_ADDR", &counted)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.stdout.as_mut().unwrap()), &mut line).unwrap();
    let get = |path: &str| ask(&site, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    for path in ["/courses", "/courses/no-such-course", "/nowhere/1", "/nowhere/2", "/healthz"] {
        get(path);
    }
    let body = "email=nobody%40uni.example&password=not+the+right+one%2C+no";
    let refused = ask(
        &site,
        &format!(
            "POST /fn/sign_in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nAccept: application/json\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(refused.starts_with("HTTP/1.1 422"), "{refused}");
    let metrics = ask(&counted, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let not_on_the_site = get("/metrics");
    server.kill().unwrap();
    server.wait().unwrap();
    for line in [
        "lectern_http_requests_total{route=\"/courses\",method=\"GET\",status=\"200\"} 1",
        "lectern_http_requests_total{route=\"/courses/{slug}\",method=\"GET\",status=\"404\"} 1",
        // Of what clients make up there is no end, so it has one name.
        "lectern_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} 2",
        "lectern_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"200\"} 1",
        "lectern_http_requests_total{route=\"/fn/sign_in\",method=\"POST\",status=\"422\"} 1",
        "lectern_http_request_seconds_count{route=\"/courses\",method=\"GET\"} 1",
        "lectern_sign_ins_total{how=\"password\",outcome=\"wrong\"} 1",
        "lectern_sign_ins_live 0",
        // One or none: the last write may be letting go of it.
        "lectern_database_connections{pool=\"write\",state=\"idle\"} ",
        "lectern_queue_length{of=\"passwords\"} 0",
        "lectern_build_info{version=\"0.1.0\",database=\"sqlite\"} 1",
        "process_resident_memory_bytes ",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    assert!(not_on_the_site.starts_with("HTTP/1.1 404"), "{not_on_the_site}");
}
