//! What the description says of one operation, taken apart for a page.

use serde_json::{Map, Value};

/// One thing that can be asked for.
pub struct Operation {
    /// Its name, which its place on the page is called by.
    pub id: String,
    /// `GET`, `POST`, ...
    pub method: String,
    /// With names in braces.
    pub path: String,
    /// In a few words.
    pub summary: String,
    /// In sentences; may be empty.
    pub description: String,
    /// The scope that a token needs; none where nobody need be known.
    pub scope: Option<String>,
    /// Nobody need be known for what everybody may see.
    pub is_open: bool,
    /// What the address, the query and the headers hold.
    pub parameters: Vec<Field>,
    /// What the body holds.
    pub body: Vec<Field>,
    /// What is answered when it is done: status, words, and what the answer holds.
    pub done: Vec<(String, String, Vec<Field>)>,
    /// Statuses of refusals.
    pub refusals: Vec<String>,
    /// To try it in a terminal.
    pub curl: String,
}

/// A part of a request or an answer.
pub struct Field {
    /// By its name.
    pub name: String,
    /// Where it stands: `path`, `query`, `header`, `body`.
    pub place: String,
    /// "text of at most 120 letters".
    pub kind: String,
    /// It may be left out.
    pub is_optional: bool,
    /// What it is.
    pub words: String,
}

/// Every operation, by the group it belongs to, in the order in which the groups are named.
pub fn grouped(document: &Value, origin: &str, groups: &[&str]) -> Vec<(String, Vec<Operation>)> {
    let mut found: Vec<(String, Vec<Operation>)> = groups.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "patch", "delete"] {
            let Some(operation) = item.get(method) else { continue };
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            if let Some((_, all)) = found.iter_mut().find(|(name, _)| name == tag) {
                all.push(of(document, origin, path, method, operation));
            }
        }
    }
    found
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn of(document: &Value, origin: &str, path: &str, method: &str, operation: &Value) -> Operation {
    let security = operation["security"].as_array().cloned().unwrap_or_default();
    let scope = security.iter().find_map(|one| one["token"][0].as_str().map(str::to_owned));
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let parameters = parameters.iter().map(|parameter| Field {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind: kind(document, &parameter["schema"]),
        is_optional: parameter["required"] != true,
        words: text(&parameter["description"]),
    });
    let content = operation["requestBody"]["content"].as_object().cloned().unwrap_or_default();
    let (media, body) = content.into_iter().next().unwrap_or_default();
    let body = resolved(document, &body["schema"]);
    let mut done = Vec::new();
    let mut refusals = Vec::new();
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        if status.starts_with('2') {
            let schema = resolved(document, &answer["content"]["application/json"]["schema"]);
            let shown = if schema["type"] == "array" { resolved(document, &schema["items"]) } else { schema };
            done.push((status.clone(), text(&answer["description"]), fields(document, &shown)));
        } else if status != "304" {
            refusals.push(status.clone());
        }
    }
    let is_open = security.iter().any(|one| one.as_object().is_some_and(Map::is_empty));
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        scope,
        is_open,
        parameters: parameters.collect(),
        curl: curl(document, origin, path, method, &media, &body, is_open),
        body: fields(document, &body),
        done,
        refusals,
    }
}

/// A schema, or the one it points to.
fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        Some(name) => document["components"]["schemas"][name].clone(),
        None => schema.clone(),
    }
}

fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let fields = properties.map(|(name, field)| Field {
        name: name.clone(),
        place: "body".to_owned(),
        kind: kind(document, field),
        is_optional: !required.contains(&name.as_str()),
        words: text(&field["description"]),
    });
    fields.collect()
}

/// What a schema takes, in words.
fn kind(document: &Value, schema: &Value) -> String {
    // What may be nothing is written as one of two.
    if let Some(either) = schema["oneOf"].as_array() {
        let other = either.iter().find(|one| one["type"] != "null");
        return other.map_or_else(String::new, |other| kind(document, other));
    }
    let schema = resolved(document, schema);
    if let Some(choices) = schema["enum"].as_array() {
        return choices.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default().to_owned()
        }
        name => text(name),
    };
    let most = schema["maxLength"].as_u64().map(|most| format!(" of at most {most} letters")).unwrap_or_default();
    match name.as_str() {
        "string" => format!("text{most}"),
        "integer" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list: {}", kind(document, &schema["items"])),
        other => other.to_owned(),
    }
}

/// What can be pasted into a terminal where `TOKEN` holds a token.
fn curl(document: &Value, origin: &str, path: &str, method: &str, media: &str, body: &Value, is_open: bool) -> String {
    let path =
        path.replace("{slug}", "sessions-and-tokens").replace("{lesson}", "taking-it-back").replace("{id}", "$ID");
    let mut lines = vec![match method {
        "get" => format!("curl {origin}{path}"),
        method => format!("curl -X {} {origin}{path}", method.to_uppercase()),
    }];
    if !is_open {
        lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    if method == "patch" {
        lines.push("-H \"If-Match: $ETAG\"".to_owned());
    }
    if method == "post" && path.ends_with("/courses") {
        lines.push("-H \"Idempotency-Key: $(date +%s)\"".to_owned());
    }
    let examples = body["properties"].as_object().into_iter().flatten().filter_map(|(name, field)| {
        let required = body["required"].as_array().into_iter().flatten().any(|one| one == name.as_str());
        let example = match field.get("example") {
            Some(example) => Some(example.clone()),
            None => example(document, field).filter(|_| required),
        }?;
        Some((name.clone(), example))
    });
    let examples: Map<String, Value> = examples.collect();
    if media == "application/json" {
        lines.push("-H \"Content-Type: application/json\"".to_owned());
        lines.push(format!("-d '{}'", Value::Object(examples)));
    } else if !media.is_empty() {
        for (name, value) in &examples {
            lines.push(format!("--data-urlencode \"{name}={}\"", value.as_str().unwrap_or_default()));
        }
        if examples.is_empty() {
            let token = if path.ends_with("/revoke") { "$OLD_TOKEN" } else { "$TOKEN" };
            lines.push(format!("--data-urlencode \"token={token}\""));
        }
    }
    let whole = lines.join(" \\\n  ");
    match method {
        // Which version is changed is read first.
        "patch" => format!(
            "ETAG=$(curl -sD - -o /dev/null -H \"Authorization: Bearer $TOKEN\" {origin}{path} | sed -n 's/^etag: *//Ip' | tr -d '\\r')\n{whole}"
        ),
        _ => whole,
    }
}

/// Something that a schema takes.
fn example(document: &Value, schema: &Value) -> Option<Value> {
    let schema = resolved(document, schema);
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.last()) {
        return Some(first.clone());
    }
    if schema["type"] == "array" {
        let items = resolved(document, &schema["items"]);
        return Some(Value::Array(vec![items["enum"][0].clone()]));
    }
    None
}
