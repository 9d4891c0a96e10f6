//! Words about sign-ins that both halves use.

use crate::error::FieldErrors;
use crate::field;

/// What a person calls a device: one line of at most 60 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceName(String);

/// As long as "The old laptop in the kitchen" and its twin need; it stands in a heading.
pub const DEVICE_NAME_MAX: usize = 60;

impl DeviceName {
    /// Nothing where nothing was typed: the device is called by its browser and system again.
    pub fn parse(raw: &str) -> Result<Option<Self>, FieldErrors> {
        if raw.trim().is_empty() {
            return Ok(None);
        }
        field::line("device_name", "Name of this device", raw, DEVICE_NAME_MAX).map(|name| Some(Self(name)))
    }

    /// As typed, without spaces around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
