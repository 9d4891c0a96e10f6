//! How long a proof still counts as recent, on the pages with something that needs one.

use leptos::prelude::*;

use crate::clock::Millis;
use crate::credentials::password::policy::Asks;
use crate::error::wait_in_words;
use crate::sessions::caller::Person;
use crate::sessions::islands::ProofCountdown;
use crate::sessions::policy::PROOF_LASTS;

/// "You showed who you are ...": for how long nothing more is asked, or that it will be. An island counts down in the same
/// sentence; without a script it stands as it was when the page was made. The page that shows it must wake its islands.
pub fn note(person: &Person, now: Millis) -> AnyView {
    let left = person.fully_proven_at() + PROOF_LASTS - now;
    if !(1..=PROOF_LASTS).contains(&left) {
        let asks = Asks::of(person, now);
        // The password that somebody has just typed is not asked for once more: the second step is missing.
        let again = if asks.password || !asks.code { " once more" } else { "" };
        let words = format!(
            "What you change or take out here needs {}{again}. We ask for it then, and go on.",
            asks.words(person)
        );
        return view! { <p class="proof">{words}</p> }.into_any();
    }
    let seconds = u32::try_from((left + 999) / 1_000).unwrap_or(0);
    let words = wait_in_words(seconds);
    view! {
        <p class="proof" data-proof-left=seconds>
            "You showed who you are. For "<span class="left">{words}</span>" more, nothing here asks again."
            <ProofCountdown />
        </p>
    }
    .into_any()
}
