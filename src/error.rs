//! The only error a browser ever sees.
//!
//! Its text is the sentence a person reads; pages and callers match on the variant. Nothing in here may hold a
//! secret or the words of a library: both would travel to the browser.

use std::fmt;

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is signed in, and this needs somebody.
    SignInRequired,
    /// Signed in, but what is asked for needs a proof that is not older than ten minutes.
    ProveAgain,
    /// Signed in, but with one proof, and this person's role needs two.
    SecondStepRequired,
    /// Signed in, but not allowed, and the thing's existence is no secret.
    Forbidden(Denied),
    /// There is no such thing, or this person may not know that there is.
    NotFound,
    /// Some fields hold what we cannot take.
    Invalid(FieldErrors),
    /// The form itself was not one of ours: a field missing, doubled, or of another kind.
    Malformed,
    /// More was sent than this form can hold, which is `most` bytes.
    TooLarge {
        /// In bytes; whole kilobytes.
        most: usize,
    },
    /// Things are not as the form takes them to be: somebody changed them in between, or they were never so.
    Conflict(String),
    /// Too often. `retry_after` is in seconds.
    TooMany {
        /// At least 1, rounded up.
        retry_after: u32,
    },
    /// The database or the session store cannot now, or there was too much at once; nothing was saved.
    Unavailable {
        /// Like `7f3a-91c2`.
        incident: String,
    },
    /// Our fault. `incident` is the number in the log.
    Internal {
        /// Like `7f3a-91c2`; `none` where Leptos failed around the function, and nothing was logged.
        incident: String,
    },
}

/// Why a signed-in person is refused. Each has its own sentence and, where there is one, its way in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Denied {
    /// Lessons are for people in the course. Holds the course's slug, for the way to join.
    JoinFirst(String),
    /// This lesson can be read from a moment on that the plan of its course names. Holds the course's slug.
    OpensLater(String),
    /// Only people who teach can make a course.
    InstructorsOnly,
    /// Only the course's staff may do this.
    StaffOnly,
    /// Only the course's owner and instructors may do this.
    EditorsOnly,
    /// Only an owner makes owners, and only an owner changes or removes one.
    OwnersOnly,
    /// Who teaches a course does not take a seat in it.
    StaffUseNoSeat,
    /// Already a student of the course. Holds its slug.
    AlreadyIn(String),
    /// Not in the course at all, so there is nothing to leave.
    NotIn,
    /// A course never loses its last owner.
    LastOwner,
    /// The site never loses its last admin.
    LastAdmin,
    /// Nobody takes their last way in away.
    LastWay,
    /// Whoever teaches or looks after people keeps a second step.
    NeedsSecondStep,
    /// What opens another admin's account is for whoever runs the server.
    AnotherAdmin,
    /// The course does not take new people now.
    NotOpen,
    /// It will, from a moment on that its page names.
    NotYet,
    /// All seats are taken, and there is no line.
    Full,
    /// In line for a seat already. Holds the course's slug.
    InLine(String),
    /// Asked to join already. Holds the course's slug.
    Asked(String),
    /// Taken out of the course for good.
    Blocked,
    /// Somebody who had the address before was.
    AddressBlocked,
    /// Concluded and archived courses are read-only.
    ReadOnly,
    /// Looking at the course as a student does: nothing is changed meanwhile, and nothing seen that students do not. Holds its slug.
    Viewing(String),
    /// The request came from another site, or does not say where it came from.
    CrossSite,
    /// The person may, and has not let this app. Holds the scope it lacks.
    NeedsScope(String),
}

impl Denied {
    /// What was refused, as a heading.
    pub fn heading(&self) -> &'static str {
        match self {
            Self::JoinFirst(_) => "This is for people in the course",
            Self::OpensLater(_) => "This lesson is not open yet",
            Self::InstructorsOnly => "This is for instructors",
            Self::StaffOnly => "This is for the course’s staff",
            Self::EditorsOnly => "This is for the course’s owner and instructors",
            Self::OwnersOnly => "This is for the course’s owners",
            Self::StaffUseNoSeat => "You teach this course",
            Self::AlreadyIn(_) => "You are in this course already",
            Self::NotIn => "You are not in this course",
            Self::LastOwner => "This course needs an owner",
            Self::LastAdmin => "Lectern needs an admin",
            Self::LastWay => "This is your last way in",
            Self::NeedsSecondStep => "Your role needs a second step",
            Self::AnotherAdmin => "This is about another admin’s account",
            Self::NotOpen => "This course takes nobody new at the moment",
            Self::NotYet => "This course does not take people yet",
            Self::Full => "All seats are taken",
            Self::InLine(_) => "You are in line already",
            Self::Asked(_) => "You have asked already",
            Self::Blocked | Self::AddressBlocked => "You cannot join this course",
            Self::ReadOnly => "This course can only be read now",
            Self::Viewing(_) => "You look at this course as a student",
            Self::CrossSite => "This request came from another site",
            Self::NeedsScope(_) => "This token is not for that",
        }
    }

    /// Why, and what the person can do now.
    pub fn reason(&self) -> &str {
        match self {
            Self::JoinFirst(_) => "Lessons open when you join.",
            Self::OpensLater(_) => "The plan of the course says from when on it can be read.",
            Self::InstructorsOnly => "Ask the person who runs this server to make you an instructor.",
            Self::StaffOnly => "Only the people who teach a course see this. Ask one of them to add you.",
            Self::EditorsOnly => "Assistants see the course and its people, and leave its text to them.",
            Self::OwnersOnly => "Only an owner makes somebody an owner, and changes or removes one. Ask one of them.",
            Self::StaffUseNoSeat => "People who teach a course see all of it and take no place in it.",
            Self::AlreadyIn(_) => "There is nothing more to join. The lessons are on the course’s page.",
            Self::NotIn => "There is nothing to leave.",
            Self::LastOwner => "You are its last owner. Make somebody else an owner first.",
            Self::LastAdmin => "This is the last admin who can sign in. Make somebody else an admin first.",
            Self::LastWay => {
                "Without it nobody could sign in to your account. Set up another way first, then remove this one."
            }
            Self::NeedsSecondStep => "Set up another one first, then remove this.",
            Self::AnotherAdmin => {
                "It is an admin’s, or was within the last 30 days. What opens it is for whoever runs the server: lectern outbox, and lectern user reset-second-step."
            }
            Self::NotOpen => "Its instructors have closed it for joining. Ask them whether it opens again.",
            Self::NotYet => "Its page says from when on people can join.",
            Self::Full => "There is no line to wait in. Ask its instructors whether there will be more seats.",
            Self::InLine(_) => "You hear from us when a seat is free. The course’s page says where in line you are.",
            Self::Asked(_) => "Its staff have not answered yet. You hear from us when they do.",
            Self::Blocked => {
                "Its staff have taken you out of it for good. Ask them if you think that this is a mistake."
            }
            Self::AddressBlocked => {
                "Somebody who had your email address before is kept out of it. If that was not you, ask its staff: they can lift it."
            }
            Self::Viewing(_) => {
                "Until you stop, nothing in it changes, and what is for staff stays closed. The way to stop is at the top of the page."
            }
            Self::ReadOnly => "It is concluded or archived. Its lessons stay, and nothing in it changes.",
            Self::CrossSite => {
                "Lectern only takes changes from its own pages. Open the page again here and send it from there."
            }
            Self::NeedsScope(_) => "Its person may do it, and did not give this app the scope for it.",
        }
    }
}

/// One sentence for each field that was refused, in the order of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

/// A field, by the name it has in the form, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// As sent; the summary of a form links to it.
    pub field: String,
    /// A sentence for a person, without its last full stop.
    pub message: String,
}

impl FieldErrors {
    /// One refused field.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// The sentence for `field`, where it was refused.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the value out of `parsed`, or remembers why there is none. Lets a form report all of its fields at once.
    pub fn keep<T>(&mut self, parsed: Result<T, FieldErrors>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(errors) => {
                self.0.extend(errors.0);
                None
            }
        }
    }
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// How long to wait where nobody can know when it is over, in seconds.
const RETRY_LATER: u32 = 30;

impl AppError {
    /// When it makes sense to try again, in seconds; none where waiting does not help.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::Unavailable { .. } => Some(RETRY_LATER),
            _ => None,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignInRequired => f.write_str("Sign in to go on."),
            Self::ProveAgain => f.write_str("Show once more that it is you, then go on."),
            Self::SecondStepRequired => {
                f.write_str("This needs a second step besides your password. Set one up, then go on.")
            }
            Self::Forbidden(denied) => write!(f, "{}. {}", denied.heading(), denied.reason()),
            Self::NotFound => f.write_str("There is nothing at this address."),
            Self::Invalid(errors) => {
                let sentences: Vec<String> = errors.0.iter().map(|error| format!("{}.", error.message)).collect();
                f.write_str(&sentences.join(" "))
            }
            Self::Malformed => f.write_str("This form was not complete. Open the page again and send it once more."),
            Self::TooLarge { most } => {
                write!(
                    f,
                    "This form can hold {}. Go back, make it shorter, and send it again.",
                    size_in_words(*most as u64)
                )
            }
            Self::Conflict(sentence) => f.write_str(sentence),
            Self::TooMany { retry_after } => write!(f, "Too many tries. Wait {}.", wait_in_words(*retry_after)),
            Self::Unavailable { incident } => {
                write!(f, "We could not save this just now. Try again in a minute. Number for the log: {incident}.")
            }
            Self::Internal { incident } => {
                write!(f, "Something broke on our side. Number for the log: {incident}.")
            }
        }
    }
}

/// "40 bytes", "64 kB", "2 MB", "1.5 MB": in units of 1,024, with a tenth where there are few of them.
pub fn size_in_words(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)];
    let Some((unit, size)) = UNITS.into_iter().find(|(_, size)| bytes >= *size) else {
        return if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    };
    // In whole numbers: writing a fraction brings a fifth of all that the islands weigh.
    let tenths = bytes.saturating_mul(10) / size;
    match (tenths / 10, tenths % 10) {
        (whole, 0) | (whole @ 10.., _) => format!("{whole} {unit}"),
        (whole, tenth) => format!("{whole}.{tenth} {unit}"),
    }
}

/// "1 second", "40 seconds", "4 minutes": rounded up, for nobody should come back too early.
pub fn wait_in_words(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds.max(1), "second"),
        // "14 days", but "36 hours".
        days if days.is_multiple_of(86_400) => (days / 86_400, "day"),
        // "1 hour", but "90 minutes".
        hours if hours.is_multiple_of(3_600) => (hours / 3_600, "hour"),
        minutes => (minutes.div_ceil(60), "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// A library's own words may quote what was sent, so none of them go back.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::Malformed,
            _ => Self::Internal { incident: "none".to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_and_counted_right() {
        assert_eq!(wait_in_words(0), "1 second");
        assert_eq!(wait_in_words(59), "59 seconds");
        assert_eq!(wait_in_words(60), "1 minute");
        assert_eq!(wait_in_words(61), "2 minutes");
        assert_eq!([wait_in_words(3_600), wait_in_words(5_400)], ["1 hour", "90 minutes"]);
    }

    #[test]
    fn a_limit_is_named_with_its_unit() {
        let said =
            [0, 1, 1_023, 1_024, 1_535, 65_536, 2_097_152, 1_600_000, 52_428_800, 3_000_000_000].map(size_in_words);
        let words = ["0 bytes", "1 byte", "1023 bytes", "1 kB", "1.4 kB", "64 kB", "2 MB", "1.5 MB", "50 MB", "2.7 GB"];
        assert_eq!(said, words);
    }

    /// ASVS 16.5.1
    #[test]
    fn the_words_of_a_library_never_reach_the_browser() {
        let error = AppError::from_server_fn_error(ServerFnErrorErr::Args("<script>".to_owned()));
        assert_eq!(error, AppError::Malformed);
        assert!(!error.to_string().contains("script"));
    }
}
