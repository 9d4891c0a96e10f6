//! What a page says about time while it is open: when its sign-in ends, and how long a proof still counts.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::web_sys::js_sys::Reflect;

use super::api::{Left, SignInEnds, StaySignedIn};
use crate::ui::browser;

/// What the notice has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notice {
    /// The end is far.
    Nothing,
    /// It ends soon, unless somebody clicks.
    Idle,
    /// It ends soon whatever happens.
    Absolute,
    /// Somebody clicked in time.
    Stays,
    /// It is over.
    Over,
}

/// A quiet notice before the sign-in of this page ends, with the button that keeps it. Stands in the layout's element with
/// `data-idle-left`, `data-absolute-left` and `data-notice`; without a script the footer says when it ends.
#[island]
pub fn SessionEnd() -> impl IntoView {
    let notice = RwSignal::new(Notice::Nothing);
    // When it ends, by the device's own clock: only the difference to now is used.
    let ends = RwSignal::new(None::<(f64, f64)>);
    let asking = RwSignal::new(false);
    // So many seconds before the end it appears.
    let early = RwSignal::new(0.0);

    let learn = move |left: Left| {
        let now = browser::now();
        ends.set(Some((now + f64::from(left.idle) * 1_000.0, now + f64::from(left.absolute) * 1_000.0)));
    };
    let look = move || {
        let Some((idle, absolute)) = ends.get_untracked() else { return true };
        let left = (idle.min(absolute) - browser::now()) / 1_000.0;
        if left > early.get_untracked() {
            if !matches!(notice.get_untracked(), Notice::Nothing | Notice::Stays) {
                notice.set(Notice::Nothing);
            }
            return true;
        }
        let says = match (left <= 0.0, absolute < idle) {
            (true, _) => Notice::Over,
            (false, true) => Notice::Absolute,
            (false, false) => Notice::Idle,
        };
        if notice.get_untracked() == says || asking.get_untracked() {
            return true;
        }
        // Another window may have been used meanwhile. Asked when the words are about to change, not every second.
        asking.set(true);
        leptos::task::spawn_local(async move {
            match ask(SignInEnds::PATH).await {
                Some(now_left) if f64::from(now_left.idle.min(now_left.absolute)) > left.max(0.0) + 5.0 => {
                    learn(now_left)
                }
                _ => notice.set(says),
            }
            asking.set(false);
        });
        true
    };
    // Effects only run in the browser.
    Effect::new(move |_| {
        let left = |name: &str| browser::element("[data-idle-left]")?.get_attribute(name)?.parse::<u32>().ok();
        let found = (left("data-idle-left"), left("data-absolute-left"), left("data-notice"));
        if let (Some(idle), Some(absolute), Some(notice)) = found {
            early.set(f64::from(notice));
            learn(Left { idle, absolute });
            browser::every_second(look);
        }
    });
    let when = move || {
        let (idle, absolute) = ends.get_untracked().unwrap_or_default();
        browser::clock_time(idle.min(absolute))
    };
    let stay = move |_| {
        leptos::task::spawn_local(async move {
            match ask(StaySignedIn::PATH).await {
                Some(left) => {
                    learn(left);
                    notice.set(Notice::Stays);
                }
                None => notice.set(Notice::Over),
            }
        });
    };
    let says = move || match notice.get() {
        Notice::Nothing => String::new(),
        Notice::Idle => format!("You will be signed out at {}, since nothing was clicked here for a while.", when()),
        Notice::Absolute => format!(
            "This sign-in ends at {}, however much is clicked. Send what you are writing now, or after signing in again: it is not lost.",
            when()
        ),
        Notice::Stays => "You stay signed in.".to_owned(),
        Notice::Over => {
            "You are signed out. What you have typed here is still here: send it, and sign in when asked.".to_owned()
        }
    };
    view! {
        <div class="session-end" role="status" hidden=move || notice.get() == Notice::Nothing>
            <p>{says}</p>
            <button type="button" class="button" hidden=move || notice.get() != Notice::Idle on:click=stay>"Stay signed in"</button>
        </div>
    }
    .into_any()
}

/// Reads the answer by hand: a general reader of JSON would weigh more than the island.
async fn ask(path: &str) -> Option<Left> {
    let answer = browser::post(path, &[]).await?;
    let seconds = |name: &str| Reflect::get(&answer, &name.into()).ok()?.as_f64();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "written by our server as a u32")]
    let left = Left { idle: seconds("idle")? as u32, absolute: seconds("absolute")? as u32 };
    Some(left)
}

/// Counts down in the sentence it stands in (`ui::proven`), and says when the time is over.
#[island]
pub fn ProofCountdown() -> impl IntoView {
    // Effects only run in the browser.
    Effect::new(move |_| {
        let Some(sentence) = browser::element("[data-proof-left]") else { return };
        let Some(left) = sentence.get_attribute("data-proof-left").and_then(|left| left.parse::<u32>().ok()) else {
            return;
        };
        let ends_at = browser::now() + f64::from(left) * 1_000.0;
        browser::every_second(move || {
            let left = (ends_at - browser::now()) / 1_000.0;
            if left <= 0.0 {
                sentence.set_text_content(Some("What you change or take out here asks for your password now."));
                return false;
            }
            if let Some(words) = browser::element("[data-proof-left] .left") {
                words.set_text_content(Some(&minutes_and_seconds(left)));
            }
            true
        });
    });
}

/// "9:05", for something that moves.
fn minutes_and_seconds(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of seconds between 0 and 600")]
    let seconds = seconds.ceil() as u32;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_rounded_up() {
        assert_eq!(
            [minutes_and_seconds(600.0), minutes_and_seconds(59.2), minutes_and_seconds(0.4)],
            ["10:00", "1:00", "0:01"]
        );
    }
}
