//! Forms: labels, hints, what was refused and what was typed, and the summary that leads to each field.
//!
//! A form knows which server function it goes to and which page it stands on. When it comes back refused, the values
//! that were typed win over the ones the page would show.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::courses::model::OVERTAKEN;
use crate::credentials::password::islands::NewPassword;
use crate::http::form_token::{self, TOKEN_FIELD};
use crate::http::forms::PAGE_FIELD;
use crate::http::kept_forms::RefusedForm;
use crate::http::request;

/// A form on a page.
#[derive(Clone, Debug, Default)]
pub struct Form {
    action: &'static str,
    page: String,
    refused: Option<RefusedForm>,
    /// Tells its fields' ids from those of others of its kind on the page; empty where it is alone.
    which: String,
    /// Says that the form comes from this page, made for whoever reads it; none where that needs no saying.
    token: Option<String>,
}

/// One field of a form.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// As sent, and as a refusal names it. The id is made from it.
    pub name: &'static str,
    /// Stands above it.
    pub label: &'static str,
    /// Stands below the label, and a screen reader reads it with the field; empty for none.
    pub hint: &'static str,
    /// Stands after the hint: what is only known when the page is made.
    pub also: String,
    /// What stands in it when nothing was typed yet.
    pub value: String,
    /// `text`, `email`, ... of an input.
    pub kind: &'static str,
    /// What a browser may fill in, in HTML's words; empty: it decides by itself.
    pub autocomplete: &'static str,
    /// Rows of a textarea.
    pub rows: u8,
    /// As wide as a text is read, rather than as a name is typed.
    pub is_wide: bool,
    /// What is written is in a person's own language.
    pub own_words: bool,
    /// The most characters it takes, where a browser should stop there; 0: it does not.
    pub most: usize,
}

impl Form {
    /// A form that goes to the server function `S`.
    pub fn to<S: ServerFn>() -> Self {
        let ctx = request::current().ok();
        let token = ctx
            .as_ref()
            .and_then(|ctx| if form_token::signs_in(S::PATH) { Some(ctx.sign_in_token()) } else { ctx.form_token() });
        let refused = ctx.as_ref().and_then(|ctx| ctx.refused.clone()).filter(|form| form.action == S::PATH);
        Self {
            action: S::PATH,
            token,
            page: ctx.map(|ctx| ctx.address.clone()).unwrap_or_default(),
            refused,
            which: String::new(),
        }
    }

    /// The same form, which can be looked at before it is sent: it also comes back from `P`, as it was typed.
    pub fn or_looked_at_by<P: ServerFn>(self) -> Self {
        if self.refused.is_some() {
            return self;
        }
        let refused = request::current().ok().and_then(|ctx| ctx.refused.clone()).filter(|form| form.action == P::PATH);
        Self { refused, ..self }
    }

    /// Whether it came back from `P`, and nothing of it was refused there.
    pub fn was_looked_at_by<P: ServerFn>(&self) -> bool {
        self.refused.as_ref().is_some_and(|form| form.action == P::PATH && form.errors.is_empty())
    }

    /// Whether it came back because somebody else had saved the text meanwhile.
    pub fn is_overtaken(&self) -> bool {
        self.refused.as_ref().is_some_and(|form| form.errors.0.iter().any(|error| error.message == OVERTAKEN))
    }

    /// One of several forms of a kind on a page, told apart by what stands in the hidden field `key`.
    pub fn to_one_of_many<S: ServerFn>(key: &'static str, value: &str) -> Self {
        let form = Self::to::<S>();
        let refused = form.refused.filter(|refused| refused.value(key) == Some(value));
        Self { refused, which: format!("-{value}"), ..form }
    }

    /// The address of its server function.
    pub fn action(&self) -> &'static str {
        self.action
    }

    /// Whether it came back refused to this page.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// What was typed into `name`, else `default`.
    pub fn value(&self, name: &str, default: &str) -> String {
        self.refused.as_ref().and_then(|form| form.value(name)).unwrap_or(default).to_owned()
    }

    /// Everything that was sent under `name`, of a form that came back; none: it did not.
    pub fn values(&self, name: &str) -> Option<Vec<&str>> {
        let form = self.refused.as_ref()?;
        Some(form.values.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect())
    }

    /// Whether a box was ticked: in a form that came back, an unticked one is not there.
    pub fn is_ticked(&self, name: &str, default: bool) -> bool {
        self.refused.as_ref().map_or(default, |form| form.value(name).is_some())
    }

    /// The version of a text its form was written on: as it was sent, so that a form refused for another reason does not
    /// pass over what was saved meanwhile; `now` when there is none, or once its writer was told.
    pub fn version(&self, now: i64) -> String {
        if self.is_overtaken() { now.to_string() } else { self.value("seen", &now.to_string()) }
    }

    fn error(&self, name: &str) -> Option<String> {
        self.refused.as_ref().and_then(|form| form.errors.of(name)).map(str::to_owned)
    }

    /// The hidden field that says where the form stands, and those given.
    pub fn hidden(&self, fields: &[(&'static str, String)]) -> AnyView {
        let fields: Vec<AnyView> = fields
            .iter()
            .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone() /> }.into_any())
            .collect();
        let token = self.token.clone().map(|token| view! { <input type="hidden" name=TOKEN_FIELD value=token /> });
        view! { <input type="hidden" name=PAGE_FIELD value=self.page.clone() /> {token} {fields} }.into_any()
    }

    /// The list of what to mend, first in the form; nothing when there is nothing.
    pub fn summary(&self) -> AnyView {
        let Some(refused) = self.refused.as_ref().filter(|form| !form.errors.is_empty()) else { return ().into_any() };
        let heading = match refused.errors.0.len() {
            1 => "Check one thing".to_owned(),
            2 => "Check two things".to_owned(),
            many => format!("Check {many} things"),
        };
        let id = format!("error-summary{}", self.which);
        let heading_id = id.clone();
        let items: Vec<AnyView> = refused
            .errors
            .0
            .iter()
            .map(|error| {
                let address = format!("#{}{}", error.field, self.which);
                view! { <li><a href=address>{error.message.clone()}</a></li> }.into_any()
            })
            .collect();
        view! {
            <div class="error-summary" role="alert" tabindex="-1" autofocus=true aria-labelledby=id>
                <h2 id=heading_id>{heading}</h2>
                <ul>{items}</ul>
            </div>
        }
        .into_any()
    }

    /// A field with one line.
    pub fn input(&self, field: Field) -> AnyView {
        let value = self.value(field.name, &field.value);
        let (kind, autocomplete) = (if field.kind.is_empty() { "text" } else { field.kind }, field.autocomplete);
        let dir = field.own_words.then_some("auto");
        let most = (field.most > 0).then(|| field.most.to_string());
        self.around(&field, |id, invalid, described| {
            view! {
                <input class="input" id=id name=field.name type=kind value=value dir=dir
                    autocomplete=(!autocomplete.is_empty()).then_some(autocomplete) maxlength=most
                    aria-invalid=invalid aria-describedby=described />
            }
            .into_any()
        })
    }

    /// A field with one line that offers what it can hold while somebody types; without that it is typed.
    pub fn input_of(
        &self,
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        value: &str,
        offered: &[String],
    ) -> AnyView {
        let typed = self.value(name, value);
        let list = format!("{name}-offered");
        let options: Vec<AnyView> =
            offered.iter().map(|each| view! { <option value=each.clone()></option> }.into_any()).collect();
        let field = Field { name, label, hint, ..Field::default() };
        let list_id = list.clone();
        let input = self.around(&field, |id, invalid, described| {
            view! {
                <input class="input" id=id name=name type="text" value=typed list=list autocomplete="off" spellcheck="false"
                    aria-invalid=invalid aria-describedby=described />
            }
            .into_any()
        });
        view! { {input}<datalist id=list_id>{options}</datalist> }.into_any()
    }

    /// A password. It never comes back, so there is no value.
    pub fn password(&self, field: Field) -> AnyView {
        let autocomplete = field.autocomplete;
        self.around(&field, |id, invalid, described| {
            view! {
                <input class="input" id=id name=field.name type="password" autocomplete=autocomplete
                    aria-invalid=invalid aria-describedby=described />
            }
            .into_any()
        })
    }

    /// A code to type once: digits or letters, which a telephone may offer by itself. It never comes back.
    pub fn code(&self, field: Field) -> AnyView {
        self.around(&field, |id, invalid, described| {
            view! {
                <input class="input code" id=id name=field.name type="text" autocomplete="one-time-code" autocapitalize="characters"
                    spellcheck="false" aria-invalid=invalid aria-describedby=described />
            }
            .into_any()
        })
    }

    /// A new password, with what an island adds to it: showing it, and how long it is.
    pub fn new_password(&self, field: Field) -> AnyView {
        let inner = self.password(field);
        view! { <div class="new-password">{inner}<NewPassword /></div> }.into_any()
    }

    /// A field with many lines. Leptos does not escape the text of a textarea, so it is escaped here and only here.
    pub fn textarea(&self, field: Field) -> AnyView {
        let value = self.value(field.name, &field.value);
        // A browser takes the first line end of a textarea away.
        let html = format!("\n{}", html_escape::encode_text(&value));
        let rows = field.rows.to_string();
        self.around(&field, |id, invalid, described| {
            view! {
                <textarea class="input" id=id name=field.name rows=rows dir="auto" aria-invalid=invalid
                    aria-describedby=described inner_html=html></textarea>
            }
            .into_any()
        })
    }

    /// Files to choose. None comes back: a browser lets no page choose one.
    pub fn files(
        &self,
        name: &'static str,
        label: &'static str,
        hint: String,
        accept: String,
        several: bool,
    ) -> AnyView {
        let field = Field { name, label, also: hint, ..Field::default() };
        self.around(&field, |id, invalid, described| {
            view! {
                <input class="input" id=id name=name type="file" multiple=several accept=accept aria-invalid=invalid aria-describedby=described />
            }
            .into_any()
        })
    }

    /// One of a few choices, by key and words.
    pub fn select<S: AsRef<str>>(&self, field: Field, choices: &[(S, S)]) -> AnyView {
        let chosen = self.value(field.name, &field.value);
        let options: Vec<AnyView> = choices
            .iter()
            .map(|(key, words)| {
                let (key, words) = (key.as_ref().to_owned(), words.as_ref().to_owned());
                let is_chosen = key == chosen;
                view! { <option value=key selected=is_chosen>{words}</option> }.into_any()
            })
            .collect();
        self.around(&field, |id, invalid, described| {
            view! { <select class="input" id=id name=field.name aria-invalid=invalid aria-describedby=described>{options}</select> }
                .into_any()
        })
    }

    /// A box to tick.
    pub fn checkbox(&self, name: &'static str, label: &'static str, hint: impl Into<String>, ticked: bool) -> AnyView {
        let hint = hint.into();
        let ticked = self.is_ticked(name, ticked);
        let id = name;
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let error = self.error(name);
        let described = if error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
        let invalid = error.is_some().then_some("true");
        let class = if error.is_some() { "check refused" } else { "check" };
        let error =
            error.map(|error| view! { <p class="error" id=error_id><span class="hidden">"Error: "</span>{error}</p> });
        view! {
            <div class=class>
                <input type="checkbox" id=id name=name value="yes" checked=ticked aria-invalid=invalid aria-describedby=described />
                <label for=id>{label}</label>
                <p class="hint" id=hint_id>{hint}</p>
                {error}
            </div>
        }
        .into_any()
    }

    fn around(
        &self,
        field: &Field,
        control: impl FnOnce(String, Option<&'static str>, Option<String>) -> AnyView,
    ) -> AnyView {
        let id = format!("{}{}", field.name, self.which);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let error = self.error(field.name);
        let mut class = String::from("field");
        if error.is_some() {
            class.push_str(" refused");
        }
        if field.is_wide {
            class.push_str(" wide");
        }
        let hint = [field.hint, &field.also].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let described: Vec<&str> = [(!hint.is_empty(), &hint_id), (error.is_some(), &error_id)]
            .into_iter()
            .filter(|(is_there, _)| *is_there)
            .map(|(_, id)| id.as_str())
            .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let control = control(id.clone(), error.is_some().then_some("true"), described);
        let hint = (!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> });
        let error =
            error.map(|error| view! { <p class="error" id=error_id><span class="hidden">"Error: "</span>{error}</p> });
        view! { <div class=class><label for=id>{field.label}</label>{hint}{error}{control}</div> }.into_any()
    }
}

/// A form that is one button, with the name of what it acts on for those who do not see where it stands.
pub fn button<S: ServerFn>(
    fields: &[(&'static str, String)],
    class: &'static str,
    words: &'static str,
    object: &str,
) -> AnyView {
    let form = Form::to::<S>();
    let object = (!object.is_empty()).then(|| view! { <span class="hidden">{format!(" {object}")}</span> });
    view! {
        <form method="post" action=form.action()>
            {form.hidden(fields)}
            <button class=class>{words}{object}</button>
        </form>
    }
    .into_any()
}

/// A dangerous button that says first what it will do. Browsers give a summary no role of its own; this is a button that
/// opens, and they still say whether it is open.
pub fn ask_first<S: ServerFn>(
    fields: &[(&'static str, String)],
    opens: &'static str,
    object: &str,
    sentence: String,
    words: String,
) -> AnyView {
    let form = Form::to::<S>();
    let object = (!object.is_empty()).then(|| view! { <span class="hidden">{format!(" {object}")}</span> });
    view! {
        <details class="ask">
            <summary role="button" class="button danger">{opens}{object}</summary>
            <div>
                <p>{sentence}</p>
                <form class="buttons" method="post" action=form.action()>
                    {form.hidden(fields)}
                    <button class="button danger solid">{words}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
