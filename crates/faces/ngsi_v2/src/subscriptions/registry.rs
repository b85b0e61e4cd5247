//! The subscriptions there are.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::RwLock;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use senne_context::Context as Terms;
use senne_http::address::is_public;
use senne_hub::Hub;
use senne_model::{Problem, TenantName};
use tokio::sync::OnceCell;

use super::{
    compiled::Compiled,
    follower::Teller,
    kept::Kept,
    runner::{Post, Runner},
};
use crate::options::NgsiV2Options;

/// How long it is waited before the kept subscriptions are read again when that failed.
const AGAIN: Duration = Duration::from_secs(5);

type Key = (TenantName, String);

/// The subscriptions of all tenants.
pub(crate) struct Subscriptions {
    pub(super) hub: Hub,
    post: Arc<Post>,
    allow_private: bool,
    queue_max: usize,
    all: RwLock<BTreeMap<Key, Arc<Runner>>>,
    loaded: OnceCell<()>,
}

impl Subscriptions {
    pub(crate) fn new(hub: Hub, options: &NgsiV2Options) -> Result<Arc<Self>, Problem> {
        let mut client = reqwest::Client::builder()
            .timeout(options.notify_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(concat!("senne/", env!("CARGO_PKG_VERSION")));
        if !options.allow_private_addresses {
            client = client.dns_resolver(Arc::new(PublicOnly));
        }
        let client = client
            .build()
            .map_err(|error| Problem::internal(format!("the HTTP client could not be made: {error}")))?;
        let post = Post {
            client,
            terms: Terms::default_core(),
            pause: options.notify_pause,
            hub: hub.clone(),
            changing: tokio::sync::Mutex::default(),
        };
        Ok(Arc::new(Self {
            hub,
            post: Arc::new(post),
            allow_private: options.allow_private_addresses,
            queue_max: options.queue_max,
            all: RwLock::default(),
            loaded: OnceCell::new(),
        }))
    }

    /// Loads what is kept and follows the log from then on.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(subscriptions) = Weak::upgrade(&me) {
                match subscriptions.load().await {
                    Ok(()) => return,
                    Err(problem) => {
                        tracing::error!(%problem, "subscriptions of NGSI-v2 could not be loaded, it is tried again: {problem}");
                    }
                }
                drop(subscriptions);
                tokio::time::sleep(AGAIN).await;
            }
        });
    }

    async fn load(self: &Arc<Self>) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(self: &Arc<Self>) -> Result<(), Problem> {
        for kept in Kept::all(&self.hub).await? {
            match self.compile(&kept) {
                Ok(compiled) => self.begin(kept, compiled),
                Err(problem) => {
                    tracing::error!(subscription = kept.id, %problem, "a subscription cannot be understood any more: {problem}");
                }
            }
        }
        self.hub.follow(Arc::new(Teller::new(Arc::downgrade(self), self.hub.clone())))
    }

    fn compile(&self, kept: &Kept) -> Result<Compiled, Problem> {
        Compiled::read(kept, &self.post.terms, self.allow_private)
    }

    /// Sets a subscription to work, in the place of the one with its id: what waits for that one waits for it.
    fn begin(&self, kept: Kept, compiled: Compiled) {
        let key = (kept.tenant.clone(), kept.id.clone());
        let mut all = self.all.write();
        let line = all.get(&key).map(|before| Arc::clone(&before.line)).unwrap_or_default();
        let runner = Arc::new(Runner::new(kept, compiled, line, self.queue_max));
        if let Some(before) = all.insert(key, Arc::clone(&runner)) {
            before.stop();
        }
        drop(all);
        tokio::spawn(runner.run(Arc::clone(&self.post)));
    }

    /// Takes in a new one.
    pub(super) async fn add(self: &Arc<Self>, kept: Kept) -> Result<(), Problem> {
        self.load().await?;
        let compiled = self.compile(&kept)?;
        let _turn = self.post.changing.lock().await;
        kept.save(&self.hub).await?;
        self.begin(kept, compiled);
        Ok(())
    }

    /// Puts another in the place of one, made from that one as it is by then; gives whether there was one.
    pub(super) async fn change(
        self: &Arc<Self>,
        tenant: &TenantName,
        id: &str,
        change: impl FnOnce(&Runner) -> Result<Kept, Problem> + Send,
    ) -> Result<bool, Problem> {
        let _turn = self.post.changing.lock().await;
        let Some(runner) = self.find(tenant, id).await? else { return Ok(false) };
        let kept = change(&runner)?;
        let compiled = self.compile(&kept)?;
        kept.save(&self.hub).await?;
        self.begin(kept, compiled);
        Ok(true)
    }

    /// Removes one; gives whether there was one.
    pub(super) async fn remove(self: &Arc<Self>, tenant: &TenantName, id: &str) -> Result<bool, Problem> {
        let _turn = self.post.changing.lock().await;
        let Some(runner) = self.find(tenant, id).await? else { return Ok(false) };
        Kept::forget(&self.hub, tenant, id).await?;
        runner.stop();
        self.all.write().remove(&(tenant.clone(), id.to_owned()));
        Ok(true)
    }

    pub(super) async fn find(
        self: &Arc<Self>,
        tenant: &TenantName,
        id: &str,
    ) -> Result<Option<Arc<Runner>>, Problem> {
        self.load().await?;
        Ok(self.all.read().get(&(tenant.clone(), id.to_owned())).cloned())
    }

    /// Those of a tenant, by their ids.
    pub(super) async fn of_tenant(
        self: &Arc<Self>,
        tenant: &TenantName,
    ) -> Result<Vec<Arc<Runner>>, Problem> {
        self.load().await?;
        Ok(self.of(tenant))
    }

    pub(super) fn of(&self, tenant: &TenantName) -> Vec<Arc<Runner>> {
        let all = self.all.read();
        all.iter().filter(|((of, _), _)| of == tenant).map(|(_, runner)| Arc::clone(runner)).collect()
    }

    /// Whether there are none at all.
    pub(super) fn is_empty(&self) -> bool {
        self.all.read().is_empty()
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        self.all.read().values().for_each(|runner| runner.stop());
    }
}

/// Names that lead to private addresses lead nowhere.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}
