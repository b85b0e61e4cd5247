//! The face as a router, and what it is given.

use axum::Router;
use senne_hub::Hub;
use tokio_util::sync::CancellationToken;

use crate::{flight, http};

/// What the face is given besides the hub.
#[derive(Clone, Debug, Default)]
pub struct SqlOptions {
    /// Cancelled when the server stops: answers under way are broken off, so that a long one does not hold it up.
    pub stop: CancellationToken,
}

/// What every handler may use.
#[derive(Clone)]
pub(crate) struct Face {
    pub(crate) hub: Hub,
    pub(crate) stop: CancellationToken,
}

/// The routes of the face. Requests must carry a [`senne_hub::Principal`] as an extension, or be refused before.
pub fn router(hub: Hub, options: SqlOptions) -> Router {
    let face = Face { hub, stop: options.stop };
    http::routes(face.clone()).merge(flight::routes(face))
}
