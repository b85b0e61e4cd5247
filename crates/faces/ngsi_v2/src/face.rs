//! What all operations of the face share.

use std::sync::Arc;

use senne_context::Context as Terms;
use senne_hub::{Context, Hub, WriteOptions, Written};
use senne_model::{Problem, Write};

use crate::{options::NgsiV2Options, subscriptions::Subscriptions};

/// The state of the face.
pub(crate) struct Face {
    pub(crate) hub: Hub,
    pub(crate) options: NgsiV2Options,
    /// NGSI-v2 has no contexts: names are those of the core context.
    pub(crate) terms: Terms,
    pub(crate) subscriptions: Arc<Subscriptions>,
}

impl Face {
    pub(crate) fn new(hub: Hub, options: NgsiV2Options) -> Result<Self, Problem> {
        let subscriptions = Subscriptions::new(hub.clone(), &options)?;
        Ok(Self { hub, options, terms: Terms::default_core(), subscriptions })
    }

    /// Writes one thing, whole or not at all.
    pub(crate) async fn write(&self, context: &Context, write: Write) -> Result<Written, Problem> {
        let options = WriteOptions { all_or_nothing: true, ..WriteOptions::default() };
        let results = self.hub.write(context, vec![write], options).await?;
        results.into_iter().next().unwrap_or_else(|| Err(Problem::internal("a write got no answer")))
    }
}
