//! Wakes the islands of a page. Every page of somebody who is signed in has one, which says when the sign-in is about to end;
//! of visitors' pages only those that have one carry a script at all.
//!
//! Leptos' own component writes the nonce into `crossorigin`, where everybody can read it and the preload never
//! matches; ours is small enough to do without.

use leptos::prelude::*;

use crate::http::request::Ctx;

/// The script, after the islands. First the lists that Leptos looks for when it wakes: nothing is handed over. They have no children and stand in no other island, so a plain walk finds them all.
pub fn start(ctx: &Ctx) -> AnyView {
    // The layout has done it already.
    if ctx.person().is_some() { ().into_any() } else { script(ctx) }
}

/// The script itself, for the layout.
pub fn script(ctx: &Ctx) -> AnyView {
    let assets = ctx.site.assets.current();
    let script = format!(
        "for (const name of [\"__RESOLVED_RESOURCES\", \"__SERIALIZED_ERRORS\", \"__PENDING_RESOURCES\", \
           \"__RESOURCE_RESOLVERS\", \"__INCOMPLETE_CHUNKS\"]) globalThis[name] = [];\n\
         const start = async () => {{\n\
           const islands = await import(\"{js}\");\n\
           await islands.default({{ module_or_path: \"{wasm}\" }});\n\
           islands.hydrate();\n\
           for (const island of document.querySelectorAll(\"leptos-island\")) islands[island.dataset.component]?.(island);\n\
         }};\n\
         // A page that never rests must not stay asleep.\n\
         \"requestIdleCallback\" in window ? requestIdleCallback(start, {{ timeout: 2000 }}) : start();",
        js = assets.js,
        wasm = assets.wasm,
    );
    let nonce = ctx.nonce.clone();
    view! { <script type="module" nonce=nonce inner_html=script></script> }.into_any()
}
