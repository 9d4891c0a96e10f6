//! A QR code as a drawing, made here: nobody else sees what is in it.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::failure::{Broken, Failure};

/// White around it, in modules (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

/// The drawing, black on white whatever the page's colours are: cameras need it so.
pub fn qr_code(text: &str) -> Result<AnyView, Failure> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).broken("draw a QR code")?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in 0..size {
            if code.get_module(x, y) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
    }
    let whole = size + 2 * QUIET;
    Ok(view! {
        <svg class="qr" viewBox=format!("0 0 {whole} {whole}") role="img" aria-label="A QR code with the key below" shape-rendering="crispEdges">
            <path class="ground" d=format!("M0 0h{whole}v{whole}H0z") />
            <path class="modules" d=path />
        </svg>
    }
    .into_any())
}
