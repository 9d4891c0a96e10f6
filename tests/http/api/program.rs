//! A program that uses the API, with the token it has.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::app::{App, PASSWORD, Page, encode};

/// Every scope there is.
pub const ALL: [&str; 9] = [
    "account:read",
    "account:write",
    "courses:read",
    "courses:write",
    "enrolments:write",
    "people:read",
    "people:write",
    "users:read",
    "users:write",
];

pub struct Program<'a> {
    pub app: &'a App,
    pub token: Option<String>,
    pub refresh: Option<String>,
    pub user_agent: String,
}

/// An answer, read as JSON where it is some.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The end of the problem's type.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{} {}", self.status, self.body);
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem["type"].as_str().unwrap().strip_prefix("/api#").unwrap().to_owned()
    }

    /// What OAuth calls the refusal.
    pub fn oauth(&self) -> String {
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{}", self.body);
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        Self { status: page.status, headers: page.headers, body: page.body }
    }
}

impl App {
    /// A program without a token.
    pub fn program(&self) -> Program<'_> {
        Program { app: self, token: None, refresh: None, user_agent: "my-script/1".to_owned() }
    }

    /// A program that has signed in as somebody, for these scopes.
    pub async fn program_of(&self, name: &str, scopes: &[&str]) -> Program<'_> {
        let mut program = self.program();
        let reply = program.sign_in(name, scopes).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        program.take(&reply);
        program
    }
}

impl Program<'_> {
    pub async fn sign_in(&self, name: &str, scopes: &[&str]) -> Reply {
        let body = json!({"email": format!("{name}@uni.example"), "password": PASSWORD, "client": "my-script", "scopes": scopes});
        self.post("/api/v1/sign-in", &body).await
    }

    /// Takes the tokens out of an answer.
    pub fn take(&mut self, reply: &Reply) {
        let tokens = reply.json();
        self.token = Some(tokens["access_token"].as_str().unwrap().to_owned());
        self.refresh = Some(tokens["refresh_token"].as_str().unwrap().to_owned());
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path, None, &[]).await
    }

    /// Changes a thing as it is now.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        let now = self.get(path).await;
        self.ask(Method::PATCH, path, Some(body), &[("if-match", now.header("etag"))]).await
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.request(method, path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.app.send(request.body(body).unwrap()).await.into()
    }

    /// Sends a form, as OAuth does.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request =
            self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.app.send(request.body(Body::from(encode(fields))).unwrap()).await.into()
    }

    pub async fn renew(&self, refresh: &str) -> Reply {
        self.form("/api/v1/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::USER_AGENT, &self.user_agent)
            .header(header::ACCEPT, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request
    }
}
