//! Where a program may keep a token, and what each place risks.

use leptos::prelude::*;

use crate::ui::told::{self, Row};

/// Each place: its name, who else can read it, what it is good for.
const PLACES: [(&str, &str, &str); 6] = [
    (
        "In memory",
        "A script that was injected into the page, while it is open. Gone when the page closes.",
        "Access tokens of a page that draws itself",
    ),
    ("sessionStorage", "The same script. Gone with the tab.", "Nothing that memory does not do better"),
    ("localStorage", "The same script, and every one after it: what stands there stays.", "Not for tokens"),
    (
        "A cookie with HttpOnly",
        "No script. But the browser sends it by itself, so it needs what a session’s cookie needs against other sites.",
        "Refresh tokens of a page, and sessions",
    ),
    ("The key store of a telephone", "Whoever has unlocked the telephone. Other apps do not.", "Both tokens of an app"),
    ("A file on a server, mode 600", "Whoever is that account, and its backups.", "A token made by hand, for a script"),
];

/// The table of them.
pub fn section() -> AnyView {
    let rows =
        PLACES.into_iter().map(|(place, risk, good)| Row::of(place, vec![risk.into_any(), good.into_any()])).collect();
    view! {
        <section class="hung" aria-labelledby="keeping">
            <div><h2 id="keeping">"Where a program keeps it"</h2><p>"A session’s number has one place. A token needs one chosen."</p></div>
            {told::table("Where a program keeps a token", &["Place", "Who else can read it", "Good for"], rows)}
        </section>
    }
    .into_any()
}
