//! All subscriptions: loading them, starting and stopping their tasks, saving their cursors.

use std::{collections::BTreeMap, sync::Arc};

use senne_hub::{Hub, Principal};
use senne_model::{ChangeNo, EntityId, ErrorKind, Json, Problem, TenantName, Timestamp};
use tokio::sync::OnceCell;

use super::{
    compiled::{Compiled, compile},
    courier::Courier,
    follower::Matcher,
    runner::{Counters, Runner},
    stored::{Kept, save},
};
use crate::{
    contexts::{Contexts, Terms, client},
    options::{DeliveryOptions, NgsiLdOptions},
};

/// An idle cursor is stored when it has moved this far, in changes.
const IDLE_STRIDE: u64 = 100_000;

/// The most subscriptions of all tenants together.
const SUBSCRIPTIONS_MAX: usize = 100_000;

/// The subscriptions of all tenants.
pub(crate) struct Subscriptions {
    hub: Hub,
    contexts: Arc<Contexts>,
    client: reqwest::Client,
    options: DeliveryOptions,
    pub(super) allow_private: bool,
    matcher: Arc<Matcher>,
    loaded: OnceCell<()>,
    /// One change of the set of subscriptions at a time.
    changing: tokio::sync::Mutex<()>,
}

/// A new or changed subscription, checked.
pub(super) struct Draft {
    pub(super) id: EntityId,
    pub(super) tenant: TenantName,
    pub(super) document: Json,
    /// The context of its expressions, and the one of its notifications.
    pub(super) terms: Terms,
    pub(super) told_by: Terms,
    pub(super) origin: String,
    pub(super) owner: Principal,
}

impl Subscriptions {
    /// The subscriptions of a hub; they begin to work with [`Subscriptions::start`].
    pub(crate) fn new(
        hub: Hub,
        contexts: Arc<Contexts>,
        options: &NgsiLdOptions,
    ) -> Result<Arc<Self>, Problem> {
        let allow_private = options.allow_private_addresses;
        Ok(Arc::new(Self {
            client: client(allow_private, options.delivery.timeout, false)?,
            hub,
            contexts,
            options: options.delivery,
            allow_private,
            matcher: Arc::new(Matcher::default()),
            loaded: OnceCell::new(),
            changing: tokio::sync::Mutex::new(()),
        }))
    }

    /// Loads what is kept and saves cursors from then on, until the face is dropped.
    pub(crate) fn start(self: &Arc<Self>) {
        let me = Arc::downgrade(self);
        let every = self.options.save_every;
        tokio::spawn(async move {
            while let Some(subscriptions) = me.upgrade() {
                match subscriptions.load().await {
                    Ok(()) => subscriptions.save_progress().await,
                    Err(problem) => {
                        tracing::error!(%problem, "subscriptions could not be loaded, it is tried again: {problem}");
                    }
                }
                drop(subscriptions);
                tokio::time::sleep(every).await;
            }
        });
    }

    /// Waits until the kept subscriptions are loaded.
    pub(super) async fn load(&self) -> Result<(), Problem> {
        self.loaded.get_or_try_init(|| self.load_once()).await.copied()
    }

    async fn load_once(&self) -> Result<(), Problem> {
        let all = Kept::all(&self.hub).await?;
        for kept in all {
            self.begin(kept, None);
        }
        self.matcher.rebuild();
        let follower: Arc<Matcher> = Arc::clone(&self.matcher);
        self.hub.follow(follower)
    }

    /// Starts the task of a subscription. Its changes since the cursor are read from the log first.
    fn begin(&self, kept: Kept, compiled: Option<Arc<Compiled>>) {
        let runner = Arc::new(Runner::new(kept, compiled, self.options.queue_changes_max));
        let matcher = Arc::clone(&self.matcher);
        matcher.runners.write().push(Arc::clone(&runner));
        let courier = Courier {
            runner,
            hub: self.hub.clone(),
            contexts: Arc::clone(&self.contexts),
            client: self.client.clone(),
            options: self.options,
            backlog_max: self.options.backlog_changes_max,
            allow_private: self.allow_private,
            compiled_now: Box::new(move || matcher.rebuild()),
            held: BTreeMap::new(),
            held_last: ChangeNo(0),
            last_sent: None,
        };
        tokio::spawn(courier.run());
    }

    fn end(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Runner>> {
        let mut runners = self.matcher.runners.write();
        let place = runners.iter().position(|runner| runner.tenant == *tenant && runner.id == *id)?;
        let runner = runners.remove(place);
        runner.stop();
        Some(runner)
    }

    pub(super) async fn create(&self, draft: Draft) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        if self.find(&draft.tenant, &draft.id).is_some() {
            return Err(Problem::new(ErrorKind::AlreadyExists, "a subscription with this id exists already")
                .field("id"));
        }
        if self.matcher.runners.read().len() >= SUBSCRIPTIONS_MAX {
            return Err(Problem::new(
                ErrorKind::Overloaded,
                format!("there are {SUBSCRIPTIONS_MAX} subscriptions already"),
            ));
        }
        let now = Timestamp::now();
        self.put(draft, now, self.hub.head(), Counters::default(), true).await
    }

    /// Puts a changed subscription in the place of the present one; it goes on where that one was.
    pub(super) async fn replace(&self, draft: Draft) -> Result<(), Problem> {
        let _turn = self.changing.lock().await;
        let before = self.find(&draft.tenant, &draft.id).ok_or_else(missing)?;
        let (cursor, counters, was_live) = {
            before.rest_at(self.matcher.taken());
            let state = before.state.lock();
            let live = state.compiled.as_ref().is_none_or(|compiled| compiled.is_live(Timestamp::now()));
            (state.cursor, state.counters.clone(), live)
        };
        // Changes during a pause are not told afterwards.
        let cursor = if was_live { cursor } else { self.hub.head() };
        self.put(draft, before.kept.created_at, cursor, counters, false).await
    }

    async fn put(
        &self,
        draft: Draft,
        created_at: Timestamp,
        cursor: ChangeNo,
        counters: Counters,
        new: bool,
    ) -> Result<(), Problem> {
        let compiled = Arc::new(compile(&draft.document, &draft.terms, draft.told_by, self.allow_private)?);
        let kept = Kept {
            context: draft.terms.to_json(),
            id: draft.id,
            tenant: draft.tenant,
            document: draft.document,
            origin: draft.origin,
            owner: draft.owner,
            created_at,
            modified_at: Timestamp::now(),
            cursor,
            counters,
        };
        if new {
            kept.create(&self.hub).await?;
        } else {
            kept.replace(&self.hub).await?;
        }
        self.end(&kept.tenant, &kept.id);
        self.begin(kept, Some(compiled));
        self.matcher.rebuild();
        Ok(())
    }

    pub(super) async fn remove(&self, tenant: &TenantName, id: &EntityId) -> Result<(), Problem> {
        self.load().await?;
        let _turn = self.changing.lock().await;
        self.find(tenant, id).ok_or_else(missing)?;
        Kept::delete(&self.hub, tenant, id).await?;
        self.end(tenant, id);
        self.matcher.rebuild();
        Ok(())
    }

    pub(super) fn find(&self, tenant: &TenantName, id: &EntityId) -> Option<Arc<Runner>> {
        let runners = self.matcher.runners.read();
        runners.iter().find(|runner| runner.tenant == *tenant && runner.id == *id).map(Arc::clone)
    }

    /// The subscriptions of a tenant, in the order in which they were created.
    pub(super) fn of(&self, tenant: &TenantName) -> Vec<Arc<Runner>> {
        let runners = self.matcher.runners.read();
        let mut own: Vec<_> =
            runners.iter().filter(|runner| runner.tenant == *tenant).map(Arc::clone).collect();
        own.sort_by(|a, b| (a.kept.created_at, &a.id).cmp(&(b.kept.created_at, &b.id)));
        own
    }

    async fn save_progress(&self) {
        let taken = self.matcher.taken();
        let due: Vec<Arc<Runner>> = {
            let runners = self.matcher.runners.read();
            let due = runners.iter().filter(|runner| {
                let cursor = runner.rest_at(taken);
                let state = runner.state.lock();
                state.dirty || cursor.0 > state.stored_cursor.0 + IDLE_STRIDE
            });
            due.map(Arc::clone).collect()
        };
        if let Err(problem) = save(&self.hub, &due).await {
            tracing::warn!(%problem, "the progress of subscriptions could not be saved: {problem}");
        }
    }
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        self.matcher.runners.read().iter().for_each(|runner| runner.stop());
    }
}

pub(super) fn missing() -> Problem {
    Problem::not_found("there is no such subscription")
}
