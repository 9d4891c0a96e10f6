//! `/accessibility`: what works for whom, and how that is checked.

use leptos::prelude::*;

use crate::ui::page::page_title;

/// What is promised, how it is checked, and whom to tell when something does not work, for everybody.
#[component]
pub fn Accessibility() -> impl IntoView {
    view! {
        {page_title("Accessibility")}
        <div class="page wrap">
            <div class="head"><div>
                <h1>"Accessibility"</h1>
                <p class="lede">"Everything here can be done with a keyboard, with a screen reader, and without JavaScript."</p>
            </div></div>
            <section class="hung" aria-labelledby="standard">
                <div><h2 id="standard">"What we hold ourselves to"</h2></div>
                <div>
                    <p>"The Web Content Accessibility Guidelines 2.2, level AA. Text and controls have the contrast they ask for in \
                        light and in dark; nothing depends on colour alone; pages work at 320 pixels and at twice the letter size."</p>
                    <p>"Every page is checked by machine for known faults before a version is released, in light and dark, on a phone \
                        and on a desk. A machine finds about half of what a person would."</p>
                </div>
            </section>
            <section class="hung" aria-labelledby="help">
                <div><h2 id="help">"When something does not work"</h2></div>
                <div>
                    <p>"Tell the person who runs this server: which page, what you used to read it, and what happened. The number \
                        on a page that says something broke, like 7f3a-91c2, helps to find it in the log."</p>
                    <p>"Lessons are written by their instructors. If a text, a table or a link in one cannot be read, they are the \
                        ones who can mend it; their names are on the course’s page."</p>
                </div>
            </section>
        </div>
    }
}
