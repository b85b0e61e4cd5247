//! What all operations of the face share.

use std::sync::Arc;

use senne_hub::Hub;
use senne_model::Problem;
use tokio::sync::Semaphore;

use crate::{
    contexts::Contexts,
    distributed::{Forwarder, Identity, Relays},
    entity_maps::EntityMaps,
    options::NgsiLdOptions,
    registration_subscriptions::RegistrationSubscriptions,
    registrations::Registrations,
    snapshots::Snapshots,
    subscriptions::Subscriptions,
    temporal::WithPast,
};

/// The state of the face. It owns no data: what it keeps in memory, the hub or a fetch can give again.
pub(crate) struct Face {
    pub(crate) hub: Hub,
    pub(crate) options: NgsiLdOptions,
    pub(crate) contexts: Arc<Contexts>,
    pub(crate) subscriptions: Arc<Subscriptions>,
    pub(crate) entity_maps: EntityMaps,
    pub(crate) with_past: WithPast,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) registrations: Arc<Registrations>,
    pub(crate) registration_subscriptions: Arc<RegistrationSubscriptions>,
    pub(crate) forwarder: Arc<Forwarder>,
    pub(crate) relays: Arc<Relays>,
    identity: Arc<Identity>,
    /// Since when it answers.
    pub(crate) since: std::time::Instant,
    /// One permit per KiB of body under way.
    pub(crate) bodies: Arc<Semaphore>,
}

impl Face {
    pub(crate) fn new(hub: Hub, options: NgsiLdOptions) -> Result<Self, Problem> {
        let contexts = Arc::new(Contexts::new(hub.clone(), &options)?);
        let subscriptions = Subscriptions::new(hub.clone(), Arc::clone(&contexts), &options)?;
        let registrations = Registrations::new(hub.clone(), &options);
        let registration_subscriptions = RegistrationSubscriptions::new(
            hub.clone(),
            Arc::clone(&contexts),
            Arc::clone(&registrations),
            &options,
        )?;
        let snapshots = Snapshots::new(hub.clone(), &options)?;
        let forwarder = Arc::new(Forwarder::new(Arc::clone(&contexts), &options)?);
        let identity = Arc::new(Identity::new(hub.clone(), &options));
        let relays = Relays::new(
            hub.clone(),
            Arc::clone(&contexts),
            Arc::clone(&registrations),
            Arc::clone(&forwarder),
            Arc::clone(&identity),
            &options,
        );
        let bodies = Arc::new(Semaphore::new(options.bodies_bytes_max / 1024));
        Ok(Self {
            hub,
            options,
            contexts,
            subscriptions,
            entity_maps: EntityMaps::default(),
            with_past: WithPast::default(),
            snapshots,
            registrations,
            registration_subscriptions,
            forwarder,
            relays,
            identity,
            since: std::time::Instant::now(),
            bodies,
        })
    }

    /// The name by which other brokers know a tenant of this one (clause 5.2.40).
    pub(crate) async fn alias(&self, tenant: &senne_model::TenantName) -> Result<String, Problem> {
        self.identity.alias(tenant).await
    }

    /// The address under which the outside reaches this server, without a slash at its end.
    pub(crate) fn origin(&self, host: Option<&str>) -> String {
        match (&self.options.public_url, host) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => "http://localhost".to_owned(),
        }
    }

    /// Writes one thing and gives what became of it.
    pub(crate) async fn write(
        &self,
        context: &senne_hub::Context,
        write: senne_model::Write,
    ) -> Result<senne_hub::Written, Problem> {
        let results = self.hub.write(context, vec![write], senne_hub::WriteOptions::default()).await?;
        results.into_iter().next().unwrap_or_else(|| Err(Problem::internal("a write got no answer")))
    }
}
