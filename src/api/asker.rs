//! Who asks, as a route of the API sees it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::Problem;
use crate::db::{Read, Write};
use crate::failure::Failure;
use crate::http::Site;
use crate::http::request::Ctx;

/// The request, with who asks: in the first argument of every route.
#[derive(Clone, Debug)]
pub struct Asker(pub Arc<Ctx>);

impl Asker {
    /// The site it came to.
    pub fn site(&self) -> &Arc<Site> {
        &self.0.site
    }

    /// A connection to read with, that knows who asks.
    pub async fn read(&self) -> Result<Read, Failure> {
        self.0.site.db.read(self.0.caller.clone()).await
    }

    /// A transaction to write in, that knows who asks.
    pub async fn begin_write(&self) -> Result<Write, Failure> {
        self.0.site.db.begin_write(self.0.caller.clone()).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let ctx = parts.extensions.get::<Arc<Ctx>>().cloned();
        ctx.map(Self).ok_or_else(|| Failure::Broken(anyhow::anyhow!("this ran outside of a request")).into())
    }
}
