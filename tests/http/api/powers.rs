//! Every route of the API as every kind of caller, in three ways: with a browser's session, with a token for everything, and with a token
//! that lacks the scope. Compared with `powers.txt` beside this file; `LECTERN_BLESS=1` writes what is true into it.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode};
use lectern::api::describe;
use serde_json::{Value, json};

use super::program::{ALL, Program, Reply};
use crate::app::{App, Course, ORIGIN, PASSWORD, Visitor};
use crate::powers::{KINDS, STUDENTS_ELSEWHERE, World};

const TABLE: &str = include_str!("powers.txt");

/// What a well-formed request to this route holds: JSON, or the fields of a form. A route without an arm here has no row.
enum Body {
    None,
    Json(Value),
    Form(&'static [(&'static str, &'static str)]),
}

fn body(name: &str) -> Body {
    let client = json!("my-script");
    match name {
        "POST /api/v1/sign-in" => Body::Json(
            json!({"email": "someone@uni.example", "password": PASSWORD, "client": client, "scopes": ["account:read"]}),
        ),
        "POST /api/v1/sign-in/second-step" => Body::Json(
            json!({"second_step_token": "unknown", "code": "123456", "client": client, "scopes": ["account:read"]}),
        ),
        "POST /api/v1/token" => Body::Form(&[("grant_type", "refresh_token"), ("refresh_token", "unknown")]),
        "POST /api/v1/device-authorization" => Body::Form(&[("client_id", "my-script")]),
        "POST /api/v1/revoke" | "POST /api/v1/introspect" => Body::Form(&[("token", "unknown")]),
        "PATCH /api/v1/me" => Body::Json(json!({"name": "Renamed"})),
        "POST /api/v1/courses" => Body::Json(json!({"title": "A title", "summary": "A summary"})),
        "PATCH /api/v1/courses/{slug}" => Body::Json(json!({"title": "A title"})),
        "POST /api/v1/courses/{slug}/people" => Body::Json(json!({"email": "other@uni.example", "role": "assistant"})),
        "PATCH /api/v1/courses/{slug}/people/{id}" => Body::Json(json!({"role": "assistant"})),
        "PATCH /api/v1/users/{id}" => Body::Json(json!({"role": "instructor"})),
        "POST /api/v1/courses/{slug}/publish"
        | "POST /api/v1/courses/{slug}/conclude"
        | "POST /api/v1/courses/{slug}/archive"
        | "POST /api/v1/courses/{slug}/join"
        | "POST /api/v1/courses/{slug}/leave" => Body::Json(json!({})),
        _ if name.starts_with("GET ") || name.starts_with("DELETE ") => Body::None,
        _ => panic!("{name} has no row: say here what it is sent"),
    }
}

/// A scope that has nothing to do with the route.
fn beside(path: &str) -> &'static str {
    let own = [
        "/api/v1/me",
        "/api/v1/sign-ins",
        "/api/v1/sign-ins/{id}",
        "/api/v1/tokens",
        "/api/v1/tokens/{id}",
        "/api/v1/introspect",
    ];
    if own.contains(&path) { "courses:read" } else { "account:read" }
}

fn word(reply: &Reply) -> String {
    match reply.status {
        status if status.is_success() => "yes".to_owned(),
        StatusCode::FORBIDDEN if reply.problem() == "insufficient-scope" => "scope".to_owned(),
        status => status.as_u16().to_string(),
    }
}

/// In which way somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Session,
    Token,
    WithoutScope,
}

async fn ask(app: &App, way: Way, jar: &[(String, String)], token: Option<&str>, name: &str, address: &str) -> Reply {
    let (method, _) = name.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let visitor: Visitor<'_> = app.visitor(jar);
    let mut request = if way == Way::Session {
        let mut request =
            visitor.request(method, address).header("sec-fetch-site", "same-origin").header("origin", ORIGIN);
        if let Some(token) = visitor.form_token().await {
            request = request.header("x-lectern-token", token);
        }
        request
    } else {
        Program { token: token.map(str::to_owned), ..app.program() }.request(method, address)
    };
    request = request.header("if-match", "*");
    let (kind, text) = match body(name) {
        Body::None => ("", String::new()),
        Body::Json(value) => ("application/json", value.to_string()),
        Body::Form(fields) => ("application/x-www-form-urlencoded", crate::app::encode(fields)),
    };
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    app.send(request.body(axum::body::Body::from(text)).unwrap()).await.into()
}

/// ASVS 8.2.1, 8.2.2, 8.3.1, 8.4.1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_every_kind_of_caller_as_the_table_says() {
    let (world, everybody) = World::make().await;
    let names: Vec<String> = describe::document()
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = [("GET", &item.get), ("POST", &item.post), ("PATCH", &item.patch), ("DELETE", &item.delete)];
            methods
                .into_iter()
                .filter(|(_, there)| there.is_some())
                .map(|(method, _)| format!("{method} {path}"))
                .collect::<Vec<_>>()
        })
        .collect();
    for (path, item) in &describe::document().paths.paths {
        for operation in [&item.get, &item.post, &item.patch, &item.delete].into_iter().flatten() {
            let name = operation.operation_id.as_deref().unwrap();
            let asks = !lectern::api::router::asks_nobody(path) && name != "list_courses";
            assert_eq!(describe::scope_of(name).is_some(), asks, "{name}: which scope it needs stands in describe.rs");
        }
    }
    let mut table = String::from(
        "# What each route of the API answers each kind of caller. Checked, and written, by powers.rs.\n\
         # yes: done or shown; scope: 403, the token lacks the scope; numbers: that status.\n",
    );
    let mut tokens = Vec::new();
    for (kind, _) in &everybody {
        let is_somebody = *kind != "anonymous";
        let mut of = Vec::new();
        for scopes in [&ALL[..], &["account:read"], &["courses:read"]] {
            let token = if is_somebody { world.app.program_of(kind, scopes).await.token } else { None };
            of.push(token);
        }
        tokens.push(of);
    }
    let frozen = world.app.freeze().await;
    let mut untouched: Option<App> = None;
    for (way, title) in [
        (Way::Session, "a browser's session"),
        (Way::Token, "a token for everything"),
        (Way::WithoutScope, "a token without the scope"),
    ] {
        for (about, course) in [("a published course", &world.published), ("a draft", &world.draft)] {
            let _ = write!(table, "\n# {title}, {about}\n{:<52}", "");
            for kind in KINDS {
                let _ = write!(table, "{kind:<12}");
            }
            table.truncate(table.trim_end().len());
            table.push('\n');
            for name in &names {
                if about == "a draft" && !name.contains("{slug}") {
                    continue;
                }
                let path = name.split_once(' ').unwrap().1;
                let address = address(path, &world, course);
                let _ = write!(table, "{name:<52}");
                let about_places = name.contains("{slug}") || name.starts_with("GET ");
                let mut of_a_student = String::new();
                for ((kind, jar), tokens) in everybody.iter().zip(&tokens) {
                    if !about_places && STUDENTS_ELSEWHERE.contains(kind) {
                        let _ = write!(table, "{of_a_student:<12}");
                        continue;
                    }
                    let token = match way {
                        Way::Session => None,
                        Way::Token => tokens[0].as_deref(),
                        Way::WithoutScope if beside(path) == "account:read" => tokens[1].as_deref(),
                        Way::WithoutScope => tokens[2].as_deref(),
                    };
                    let copy = match untouched.take() {
                        Some(copy) => Some(copy),
                        None if name.starts_with("GET ") => None,
                        None => Some(world.app.thaw(&frozen).await),
                    };
                    let reply = ask(copy.as_ref().unwrap_or(&world.app), way, jar, token, name, &address).await;
                    assert!(!reply.status.is_server_error(), "{name}: {}", reply.body);
                    match copy {
                        Some(copy) if reply.status.is_client_error() => untouched = Some(copy),
                        Some(copy) => copy.discard().await,
                        None => {}
                    }
                    let _ = write!(table, "{:<12}", word(&reply));
                    if *kind == "student" {
                        of_a_student = word(&reply);
                    }
                }
                table.truncate(table.trim_end().len());
                table.push('\n');
            }
        }
    }
    if std::env::var("LECTERN_BLESS").is_ok() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/api/powers.txt"), &table).unwrap();
        return;
    }
    for (line, (said, is)) in TABLE.lines().zip(table.lines()).enumerate() {
        assert_eq!(said, is, "api/powers.txt, line {}", line + 1);
    }
    assert_eq!(TABLE, table);
}

fn address(path: &str, world: &World, course: &Course) -> String {
    let id = match path {
        "/api/v1/sign-ins/{id}" | "/api/v1/tokens/{id}" => world.sign_in.as_str(),
        _ => world.someone.as_str(),
    };
    path.replace("{slug}", &course.slug).replace("{lesson}", "lesson-1").replace("{id}", id)
}
