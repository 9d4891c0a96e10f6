//! Sessions or tokens: a few questions, and an answer with its reasons.
//!
//! What weighs how much follows the guidelines that the demo course teaches: sessions for sites that make their pages on the server, for
//! what is small, and where control is to be tight; tokens for APIs, for what is spread over many servers, and for mobile clients and
//! applications in the browser. What neither is good at is said with the answer.

/// A question, and what can be answered.
pub struct Question {
    /// In the address.
    pub key: &'static str,
    /// As a person reads it.
    pub words: &'static str,
    /// Each: its key, its words.
    pub answers: &'static [(&'static str, &'static str)],
}

/// In the order in which they are asked.
pub const QUESTIONS: [Question; 3] = [
    Question {
        key: "who",
        words: "Who sends the requests?",
        answers: &[
            ("pages", "People in a browser, and the server makes the pages"),
            ("script", "A script in a browser that draws the pages itself"),
            ("mobile", "An app on a telephone"),
            ("programs", "Other programs and servers"),
        ],
    },
    Question {
        key: "nodes",
        words: "Where do they arrive?",
        answers: &[
            ("one", "At one server"),
            ("many", "At several servers with one database behind them"),
            ("apart", "At services that share no database"),
        ],
    },
    Question {
        key: "revoke",
        words: "When somebody is signed out, how soon must that hold?",
        answers: &[("now", "At the next request"), ("minutes", "Within minutes"), ("later", "By the end of the day")],
    },
];

/// What is advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A session.
    Session,
    /// Tokens.
    Token,
    /// A session for people, and short tokens behind it.
    Both,
}

impl Advice {
    /// As a heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Session => "A session",
            Self::Token => "Short tokens, renewed",
            Self::Both => "A session in front, short tokens behind",
        }
    }
}

/// An answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What.
    pub advice: Advice,
    /// What speaks for it, a sentence each.
    pub reasons: Vec<&'static str>,
    /// What it costs, and what to do about it.
    pub mind: Vec<&'static str>,
}

/// The answer to all of the questions; none while one is not answered.
pub fn choose(who: &str, nodes: &str, revoke: &str) -> Option<Answer> {
    let known = |question: &Question, key: &str| question.answers.iter().any(|(answer, _)| *answer == key);
    if !known(&QUESTIONS[0], who) || !known(&QUESTIONS[1], nodes) || !known(&QUESTIONS[2], revoke) {
        return None;
    }
    // For a session above nothing, for tokens below.
    let weight = match who {
        "pages" => 2,
        "script" => -1,
        _ => -2,
    } + match nodes {
        "one" => 1,
        "many" => -1,
        _ => -2,
    } + match revoke {
        "now" => 2,
        "minutes" => 0,
        _ => -1,
    };
    let advice = match (who, nodes) {
        ("pages" | "script", "apart") => Advice::Both,
        // A page that the server makes has a cookie for it in every browser there is; many servers share a store.
        ("pages", _) => Advice::Session,
        _ if weight > 0 => Advice::Session,
        _ => Advice::Token,
    };
    Some(Answer { advice, reasons: reasons(advice, who, nodes, revoke), mind: mind(advice, who, nodes, revoke) })
}

fn reasons(advice: Advice, who: &str, nodes: &str, revoke: &str) -> Vec<&'static str> {
    let session = advice != Advice::Token;
    let mut reasons = Vec::new();
    reasons.push(match (who, session) {
        ("pages", _) => "A browser keeps a cookie by itself, sends it by itself, and with HttpOnly no script can read it.",
        ("script", true) => "A script from your own address can use a session’s cookie: it need not hold anything that can be stolen from it.",
        ("script", false) => "A script that draws its own pages talks to an API, and an API takes tokens.",
        ("mobile", true) => "The app can keep a session’s number in the telephone’s key store as well as a token.",
        ("mobile", false) => "An app has a key store of the telephone, and no cookies that other sites could make use of.",
        (_, true) => "The number of a session works for a program too: it is a token that says nothing.",
        _ => "Programs send a header of their own, and have no browser that could be made to send it for somebody else.",
    });
    match (nodes, advice) {
        ("one", Advice::Session) => reasons.push("With one server the table of sessions is where everything else is: nothing more to run."),
        ("one", _) => reasons.push("One server could look sessions up as well; that alone does not decide."),
        ("many", Advice::Session) => reasons.push("Several servers share a store (a database, Redis), and none of them needs its own visitors back."),
        ("many", _) => reasons.push("Each server checks a signature by itself, and asks the shared database only about what was taken back."),
        (_, Advice::Both) => reasons.push("Services that share no database can check a signature, and cannot look a session up: the server in front does that, and hands on a token of some minutes."),
        _ => reasons.push("Services that share no database can check a signature by a published key, and cannot look a session up."),
    }
    match (revoke, advice) {
        ("now", Advice::Session) => {
            reasons.push("A session that is deleted is refused at the next request. There is nothing else to do.")
        }
        ("minutes", Advice::Token | Advice::Both) => {
            reasons.push("A token of ten minutes is over within ten minutes, without any list.")
        }
        ("later", Advice::Token) => {
            reasons.push("What may hold until the day’s end needs no list of what was taken back.")
        }
        _ => {}
    }
    reasons
}

fn mind(advice: Advice, who: &str, nodes: &str, revoke: &str) -> Vec<&'static str> {
    let mut mind = Vec::new();
    if advice != Advice::Token && who != "programs" && who != "mobile" {
        mind.push("Browsers send the cookie with other sites’ requests too: SameSite, the Origin header, and a mark in each form.");
    }
    if advice == Advice::Session && nodes == "many" {
        mind.push(
            "The store is asked at each request, so it must be near, and must not be a single machine that may fail.",
        );
    }
    if advice != Advice::Session && revoke == "now" {
        mind.push("A token that must end at once needs a denylist or an epoch, asked at each request. That is state, as a session is.");
    }
    if advice == Advice::Token && who == "script" {
        mind.push("Keep the access token in memory and the refresh token in an HttpOnly cookie: what a script can read, an injected script can steal.");
    }
    if advice != Advice::Session {
        mind.push(
            "Keep access tokens short, rotate refresh tokens, and end the whole family when a used one comes back.",
        );
        mind.push(
            "Say in the code which algorithm and which keys are good. A token’s header is what a stranger wrote.",
        );
    }
    if advice == Advice::Session && (who == "programs" || who == "mobile") && nodes != "apart" {
        mind.push("When services of others join that share no database with you, ask these questions again.");
    }
    mind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(who: &str, nodes: &str, revoke: &str) -> Advice {
        choose(who, nodes, revoke).unwrap().advice
    }

    /// The guidelines of the seeds, in their order.
    #[test]
    fn the_answers_are_those_of_the_guidelines() {
        for revoke in ["now", "minutes", "later"] {
            // A traditional web application, small or internal; tight control.
            assert_eq!(advice("pages", "one", revoke), Advice::Session);
            // REST APIs and microservices; distributed; mobile clients and single-page applications.
            assert_eq!(advice("programs", "apart", revoke), Advice::Token);
            assert_eq!(advice("mobile", "apart", revoke), Advice::Token);
            assert_eq!(advice("pages", "apart", revoke), Advice::Both);
        }
        assert_eq!(advice("script", "many", "minutes"), Advice::Token);
        assert_eq!(advice("mobile", "many", "later"), Advice::Token);
        assert_eq!(advice("programs", "many", "minutes"), Advice::Token);
        // Control weighs more than the kind of client where there is but one server.
        assert_eq!(advice("script", "one", "now"), Advice::Session);
        assert_eq!(advice("mobile", "one", "now"), Advice::Session);
    }

    #[test]
    fn every_answer_has_its_reasons_and_its_price() {
        for (who, _) in QUESTIONS[0].answers {
            for (nodes, _) in QUESTIONS[1].answers {
                for (revoke, _) in QUESTIONS[2].answers {
                    let answer = choose(who, nodes, revoke).unwrap();
                    assert!(answer.reasons.len() >= 2, "{who} {nodes} {revoke}");
                    assert!(
                        !answer.mind.is_empty() || *who == "mobile" || *who == "programs",
                        "{who} {nodes} {revoke}"
                    );
                    let says_state = answer.mind.iter().any(|words| words.contains("That is state"));
                    assert_eq!(
                        says_state,
                        answer.advice != Advice::Session && *revoke == "now",
                        "{who} {nodes} {revoke}"
                    );
                }
            }
        }
        for (who, nodes, revoke) in [("", "one", "now"), ("pages", "two", "now"), ("pages", "one", "")] {
            assert_eq!(choose(who, nodes, revoke), None);
        }
    }
}
