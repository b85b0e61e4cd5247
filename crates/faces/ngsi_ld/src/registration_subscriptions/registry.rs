//! All subscriptions to registrations: loading them, starting and stopping their tasks.

use std::sync::Arc;

use parking_lot::RwLock;
use senne_hub::Hub;
use senne_model::{EntityId, ErrorKind, Problem, TenantName};
use tokio::sync::OnceCell;

use super::{
    compiled::Compiled,
    stored::Kept,
    teller::{Runner, Teller},
};
use crate::{
    contexts::{Contexts, Terms, client},
    options::{DeliveryOptions, NgsiLdOptions},
    registrations::Registrations,
};

/// The most of them, of all tenants together: each has a task.
const SUBSCRIPTIONS_MAX: usize = 10_000;

/// The subscriptions to registrations of all tenants.
pub(crate) struct RegistrationSubscriptions {
    hub: Hub,
    contexts: Arc<Contexts>,
    registrations: Arc<Registrations>,
    client: reqwest::Client,
    options: DeliveryOptions,
    allow_private: bool,
    runners: RwLock<Vec<Arc<Runner>>>,
    loaded: OnceCell<()>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
}

impl RegistrationSubscriptions {
    pub(crate) fn new(
        hub: Hub,
        contexts: Arc<Contexts>,
        registrations: Arc<Registrations>,
        options: &NgsiLdOptions,
    ) -> Result<Arc<Self>, Problem> {
        let allow_private = options.allow_private_addresses;
        Ok(Arc::new(Self {
            hub,
            contexts,
            registrations,
            client: client(allow_private, options.delivery.timeout, false)?,
            options: options.delivery,
            allow_private,
            runners: RwLock::default(),
            loaded: OnceCell::new(),
            changing: tokio::sync::Mutex::new(()),
        }))
    }

    /// Loads what is kept in the background; until that has worked it is tried again.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        let pause = self.options.pause_first;
        tokio::spawn(async move {
            while let Some(subscriptions) = me.upgrade() {
                match subscriptions.load().await {
                    Ok(()) => return,
                    Err(problem) => {
                        tracing::error!(%problem, "subscriptions to registrations could not be loaded: {problem}");
                    }
                }
                drop(subscriptions);
                tokio::time::sleep(pause).await;
            }
        });
    }

    pub(super) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        self.registrations.load().await?;
        for kept in Kept::all(&self.hub).await? {
            let terms = match self.contexts.by_text(&kept.context.to_string()).await {
                Ok(terms) => terms,
                Err(problem) => {
                    // Its names are kept expanded; only expressions need the context.
                    tracing::warn!(%problem, "the context of `{}` cannot be had; the core context is used", kept.id);
                    Terms::default_core()
                }
            };
            match Compiled::new(&kept.document, &terms, self.allow_private) {
                Ok(compiled) => self.begin(kept, compiled, terms),
                Err(problem) => tracing::error!(%problem, "`{}` cannot be used: {problem}", kept.id),
            }
        }
        Ok(())
    }

    fn begin(&self, kept: Kept, compiled: Compiled, terms: Terms) {
        let runner = Arc::new(Runner::new(kept, compiled, terms));
        self.runners.write().push(Arc::clone(&runner));
        let teller = Teller {
            runner,
            hub: self.hub.clone(),
            contexts: Arc::clone(&self.contexts),
            registrations: Arc::clone(&self.registrations),
            client: self.client.clone(),
            options: self.options,
        };
        tokio::spawn(teller.run());
    }

    fn end(&self, tenant: &TenantName, id: &EntityId) {
        self.runners.write().retain(|runner| {
            let same = runner.kept.tenant == *tenant && runner.kept.id == *id;
            if same {
                runner.stop();
            }
            !same
        });
    }

    pub(super) async fn create(&self, kept: Kept, terms: Terms) -> Result<(), Problem> {
        self.load().await?;
        let compiled = Compiled::new(&kept.document, &terms, self.allow_private)?;
        let _turn = self.changing.lock().await;
        if self.find(&kept.tenant, &kept.id).is_some() {
            return Err(Problem::new(ErrorKind::AlreadyExists, "a subscription with this id exists already")
                .field("id"));
        }
        if self.runners.read().len() >= SUBSCRIPTIONS_MAX {
            let detail = format!("there are {SUBSCRIPTIONS_MAX} subscriptions to registrations already");
            return Err(Problem::new(ErrorKind::Overloaded, detail));
        }
        kept.save(&self.hub, true).await?;
        self.begin(kept, compiled, terms);
        Ok(())
    }

    /// Puts a changed subscription in the place of what it was `before`: everything that fits is told anew. Gives false
    /// when that one is no longer the present one.
    pub(super) async fn replace(
        &self,
        kept: Kept,
        terms: Terms,
        before: &Arc<Runner>,
    ) -> Result<bool, Problem> {
        let compiled = Compiled::new(&kept.document, &terms, self.allow_private)?;
        let _turn = self.changing.lock().await;
        let present = self.find(&kept.tenant, &kept.id).ok_or_else(missing)?;
        if !Arc::ptr_eq(&present, before) {
            return Ok(false);
        }
        kept.save(&self.hub, false).await?;
        self.end(&kept.tenant, &kept.id);
        self.begin(kept, compiled, terms);
        Ok(true)
    }

    pub(super) async fn remove(&self, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        self.find(tenant, id).ok_or_else(missing)?;
        Kept::delete(&self.hub, tenant, id).await?;
        self.end(tenant, id);
        Ok(())
    }

    pub(super) fn find(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Runner>> {
        let runners = self.runners.read();
        runners.iter().find(|runner| runner.kept.tenant == *tenant && runner.kept.id == *id).map(Arc::clone)
    }

    /// Those of a tenant, in the order in which they were created.
    pub(super) fn of(&self, tenant: &TenantName) -> Vec<Arc<Runner>> {
        let runners = self.runners.read();
        let mut own: Vec<_> =
            runners.iter().filter(|runner| runner.kept.tenant == *tenant).map(Arc::clone).collect();
        own.sort_by(|a, b| (a.kept.created_at, &a.kept.id).cmp(&(b.kept.created_at, &b.kept.id)));
        own
    }
}

impl Drop for RegistrationSubscriptions {
    fn drop(&mut self) {
        self.runners.read().iter().for_each(|runner| runner.stop());
    }
}

pub(super) fn missing() -> Problem {
    Problem::not_found("there is no such subscription to registrations")
}
