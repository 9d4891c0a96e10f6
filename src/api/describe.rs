//! What the API says of itself: the description that the code of its routes makes, with what is the same for all of them.

use std::sync::OnceLock;

use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContactBuilder, Content, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    Response as Answer, ResponseBuilder, Schema, SecurityRequirement, Type,
};

use super::problem::{FieldProblem, Problem};
use super::router;
use crate::tokens::scope::Scope;

/// Letters that no line takes: control characters, and overrides of the direction (`field::is_invisible_direction`).
macro_rules! not_shown {
    () => {
        "\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069"
    };
}

/// Letters that nobody sees (`field::is_invisible`), those beyond the first plane written as they are.
macro_rules! invisible {
    () => {
        "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}"
    };
}

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Problem, FieldProblem)))]
struct Shared;

/// What stands around the routes.
pub fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Lectern")
        .version("1")
        .description(Some(
            "Courses, people and sign-ins of this site, for programs. Refusals are problem details (RFC 9457); what gives tokens out refuses as OAuth does (RFC 6749, 5.2).",
        ))
        .contact(Some(ContactBuilder::new().name(Some("The people who run this site")).build()))
        .build();
    let mut api = OpenApiBuilder::new().info(info).build();
    api.merge(Shared::openapi());
    let components = api.components.get_or_insert_default();
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .description(Some("An access token, or a token made by hand."))
                .build(),
        ),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "lectern",
            "A browser’s session, from the site’s own pages. A change needs X-Lectern-Token as well.",
        ))),
    );
    api
}

/// An `ETag` or several, or any; and one.
const TAG: (&str, &str) = ("^(\\*|(W/)?\"[!#-+\\--~]*\"( *, *(W/)?\"[!#-+\\--~]*\")*)$", "\"mY6CFtGOwK7WGzaSrsO9Dw\"");

/// The name of a request, and one.
const REQUEST_NAME: (&str, &str) = ("^[!-~]{1,255}$", "c3d1f0aa-2c58-4b5e-9f7a-1d2f8c0b7e64");

/// The refusals that any route can answer, by status.
const REFUSALS: [(&str, &str); 14] = [
    ("400", "The request cannot be read"),
    ("401", "No token, or one that is not good"),
    ("403", "Not allowed, or the token is not for that"),
    ("404", "No such thing, or not yours to see"),
    ("405", "Not with this method"),
    ("408", "The body did not arrive in time"),
    ("409", "Not as things are"),
    ("412", "Changed since it was read"),
    ("413", "The body is too long"),
    ("415", "Another kind of body"),
    ("422", "Fields were refused"),
    ("428", "If-Match is missing"),
    ("429", "Too often"),
    ("503", "Not just now"),
];

/// The scope that a token needs for an operation, by its name: what the policies ask for (`tests/http/api/powers.rs` compares). None
/// where nobody need be known.
pub fn scope_of(operation: &str) -> Option<Scope> {
    Some(match operation {
        "read_me" | "list_sign_ins" | "list_tokens" | "introspect" => Scope::AccountRead,
        "change_me" | "end_sign_in" | "revoke_token" => Scope::AccountWrite,
        "list_my_courses" | "read_course" | "list_lessons" | "read_lesson" => Scope::CoursesRead,
        "make_course" | "change_course" | "publish_course" | "conclude_course" | "archive_course" => {
            Scope::CoursesWrite
        }
        "join_course" | "leave_course" => Scope::EnrolmentsWrite,
        "list_people" | "read_member" => Scope::PeopleRead,
        "add_member" | "change_member" | "remove_member" => Scope::PeopleWrite,
        "list_users" | "read_user" => Scope::UsersRead,
        "change_user" => Scope::UsersWrite,
        _ => return None,
    })
}

/// Adds what is the same everywhere: refusals, the headers that versions and repeated posts are named with, and who may ask.
pub fn whole(mut api: OpenApi) -> OpenApi {
    say_what_letters_fit(&mut api);
    for item in api.paths.paths.values_mut() {
        let all = [
            (&mut item.get, "get"),
            (&mut item.post, "post"),
            (&mut item.patch, "patch"),
            (&mut item.delete, "delete"),
        ];
        for (operation, method) in all {
            if let Some(operation) = operation {
                complete(operation, method);
            }
        }
    }
    api
}

/// A line as `field::line` takes it: letters that are shown, one of them at least.
const LINE: &str = concat!("^[^", not_shown!(), "]*[^\\s", not_shown!(), invisible!(), "][^", not_shown!(), "]*$");
/// A text as `field::text` takes it.
const TEXT: &str = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$";

/// Says of the fields that people read which letters they take, and of forms that what they hold besides is text.
fn say_what_letters_fit(api: &mut OpenApi) {
    let Some(components) = api.components.as_mut() else { return };
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        if ["TokenRequest", "TokenMeant", "DeviceRequest"].contains(&name.as_str()) {
            let text = ObjectBuilder::new().schema_type(Type::String).build();
            object.additional_properties = Some(Box::new(AdditionalProperties::RefOr(RefOr::T(Schema::Object(text)))));
        }
        if !["MakeCourse", "ChangeCourse", "ChangeMe"].contains(&name.as_str()) {
            continue;
        }
        for (field, schema) in &mut object.properties {
            let RefOr::T(Schema::Object(schema)) = schema else { continue };
            schema.pattern = match field.as_str() {
                "title" | "summary" | "name" => Some(LINE.to_owned()),
                "description" => Some(TEXT.to_owned()),
                _ => None,
            };
        }
    }
}

/// Whether an operation needs somebody to be known; false for an address that is not there.
pub fn needs_somebody(method: &Method, path: &str) -> bool {
    let Some((_, item)) = document().paths.paths.iter().find(|(pattern, _)| is_of(pattern, path)) else { return false };
    let operation = match *method {
        Method::GET | Method::HEAD => &item.get,
        Method::POST => &item.post,
        Method::PATCH => &item.patch,
        Method::DELETE => &item.delete,
        _ => return false,
    };
    operation.as_ref().is_some_and(|it| it.security.iter().flatten().all(|one| *one != SecurityRequirement::default()))
}

fn complete(operation: &mut Operation, method: &str) {
    let is_free =
        operation.security.as_ref().is_some_and(|all| all.iter().all(|one| *one == SecurityRequirement::default()));
    if operation.security.is_none() {
        let scope = operation.operation_id.as_deref().and_then(scope_of).map(Scope::key);
        operation.security =
            Some(vec![SecurityRequirement::new("token", scope), SecurityRequirement::new("session", [""; 0])]);
    }
    let is_oauth = operation.responses.responses.contains_key("400");
    for (status, words) in REFUSALS {
        let fits = match status {
            "412" | "428" => method == "patch" || (status == "412" && !is_free),
            "408" | "413" | "415" => method != "get" && method != "delete",
            "409" => method != "get",
            _ => true,
        };
        if fits && !(is_oauth && status == "400") {
            operation.responses.responses.insert(status.to_owned(), RefOr::T(refusal(words)));
        }
    }
    if is_oauth && let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("400") {
        // What is no form at all is refused before OAuth is asked.
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        answer.content.insert("application/problem+json".to_owned(), RefOr::T(problem));
    }
    let parameters = operation.parameters.get_or_insert_default();
    match method {
        "patch" => parameters.push(header("If-Match", true, TAG, "The ETag of what was read.")),
        "post" if !is_free && !is_oauth && operation.operation_id.as_deref() != Some("introspect") => {
            parameters.push(header(
                "Idempotency-Key",
                false,
                REQUEST_NAME,
                "A new name for each request that may come twice.",
            ));
        }
        _ => {}
    }
    if ["publish_course", "conclude_course", "archive_course", "remove_member"]
        .map(Some)
        .contains(&operation.operation_id.as_deref())
    {
        parameters.push(header("If-Match", false, TAG, "The ETag of what was read, where it matters."));
    }
    if method == "get" && operation.responses.responses.get("200").is_some_and(is_versioned) {
        parameters.push(header(
            "If-None-Match",
            false,
            TAG,
            "The ETag of what one has: answered 304 when it is the same.",
        ));
        operation.responses.responses.insert("304".to_owned(), RefOr::T(Answer::new("As one has it")));
    }
}

/// Whether one thing is answered, rather than a list: things have versions.
fn is_versioned(answer: &RefOr<Answer>) -> bool {
    let RefOr::T(answer) = answer else { return false };
    let Some(RefOr::T(content)) = answer.content.get("application/json") else { return false };
    matches!(&content.schema, Some(RefOr::Ref(schema)) if !schema.ref_location.contains("Page_"))
}

fn refusal(words: &str) -> Answer {
    ResponseBuilder::new()
        .description(words)
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}

fn header(name: &str, is_required: bool, (pattern, example): (&str, &str), words: &str) -> RefOr<Parameter> {
    let header = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if is_required { Required::True } else { Required::False })
        .description(Some(words))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()))
        .example(Some(example.into()))
        .build();
    RefOr::T(header)
}

/// The description, made once.
pub fn document() -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(router::description)
}

/// Answers the description.
pub async fn serve() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| serde_json::to_string(document()).unwrap_or_default());
    ([(CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}

/// The methods that an address of the API answers, as `Allow` writes them; none for an address that is not there.
pub fn methods(path: &str) -> Option<String> {
    let item = document().paths.paths.iter().find(|(pattern, _)| is_of(pattern, path));
    let Some((_, item)) = item else {
        let is_plain = path == router::DESCRIPTION || router::WELL_KNOWN.contains(&path);
        return is_plain.then(|| "GET, HEAD".to_owned());
    };
    let named = [
        (item.get.is_some(), "GET, HEAD"),
        (item.post.is_some(), "POST"),
        (item.patch.is_some(), "PATCH"),
        (item.delete.is_some(), "DELETE"),
    ];
    Some(named.iter().filter(|(is_there, _)| *is_there).map(|(_, name)| *name).collect::<Vec<_>>().join(", "))
}

fn is_of(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.split('/').collect::<Vec<_>>(), path.split('/').collect::<Vec<_>>());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(a, b)| a == b || (a.starts_with('{') && !b.is_empty()))
}
