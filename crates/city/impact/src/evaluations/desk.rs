//! The desk of evaluations: a follower notes whose data change, one worker runs them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use jiff::tz::TimeZone;
use parking_lot::Mutex;
use senne_hub::{
    Context, Follower, Hub, Page, Principal,
    language::{Query, TypeExpression},
};
use senne_model::{AttributeValue, Change, ChangeNo, Entity, EntityId, Name, Problem, TenantName, Timestamp};
use tokio::sync::Notify;

use super::{
    EVALUATION,
    gather::gather,
    plan::{Outcome, Plan},
    publish::{ran, refused},
    term,
};
use crate::{Request, Table, evaluate};

/// The name of the cursor.
const NAME: &str = "evaluations";
/// So long after a change more are waited for.
const GATHER: Duration = Duration::from_secs(2);
/// How often an evaluation runs at most while its data keep changing.
const EVERY: Duration = Duration::from_secs(60);
/// How long one that failed waits for its next try.
const RETRY: Duration = Duration::from_secs(300);
/// How often the clock alone may end a period.
const CLOCK: Duration = Duration::from_secs(600);
/// How long one run may take to read its data.
const PATIENCE: Duration = Duration::from_secs(300);
/// How many draws errors are made of.
const DRAWS: usize = 200;
/// So many evaluations are read at once.
const PAGE: usize = 500;

type Key = (TenantName, EntityId);

/// What the follower and the worker share.
pub(crate) struct Desk {
    hub: Hub,
    zone: TimeZone,
    noted: Mutex<Noted>,
    news: Notify,
    durable: AtomicU64,
}

#[derive(Default)]
struct Noted {
    /// Who reads what: type and attribute.
    readers: HashMap<Name, Vec<(Name, Key)>>,
    /// Those whose data changed, and those that are new.
    touched: BTreeSet<Key>,
    up_to: ChangeNo,
}

impl Follower for Desk {
    fn name(&self) -> &str {
        NAME
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let mut noted = self.noted.lock();
            let kind = term(EVALUATION);
            for change in changes {
                noted.up_to = noted.up_to.max(change.no);
                if change.types.contains(&kind) && &*change.actor != NAME {
                    noted.touched.insert((change.tenant.clone(), change.entity.clone()));
                    continue;
                }
                let readers = change.types.iter().filter_map(|kind| noted.readers.get(kind)).flatten();
                let touched: Vec<Key> = readers
                    .filter(|(attribute, (tenant, _))| {
                        *tenant == change.tenant && change.attributes.iter().any(|a| a.name == *attribute)
                    })
                    .map(|(_, key)| key.clone())
                    .collect();
                noted.touched.extend(touched);
            }
            drop(noted);
            self.news.notify_one();
            Ok(())
        })
    }

    fn durable(&self) -> Option<ChangeNo> {
        Some(ChangeNo(self.durable.load(Ordering::Acquire)))
    }
}

impl Desk {
    pub(crate) fn new(hub: Hub) -> Result<Self, Problem> {
        let zone = TimeZone::get("Europe/Brussels").map_err(|error| Problem::internal(error.to_string()))?;
        let durable = AtomicU64::new(0);
        Ok(Self { hub, zone, noted: Mutex::default(), news: Notify::new(), durable })
    }

    /// Starts the follower and the worker; both end with the hub.
    pub(crate) fn start(self: Arc<Self>) -> Result<(), Problem> {
        let start = self.hub.cursor(NAME)?.unwrap_or_else(|| self.hub.head());
        self.durable.store(start.0, Ordering::Release);
        self.noted.lock().up_to = start;
        self.hub.follow(Arc::clone(&self) as Arc<dyn Follower>)?;
        let hub = self.hub.clone();
        hub.run_beside(async move { self.work().await });
        Ok(())
    }

    async fn work(&self) {
        // All of them once: data may have come while nobody looked.
        let mut unread = self.hub.tenants().unwrap_or_default();
        let mut rests: BTreeMap<Key, Instant> = BTreeMap::new();
        let mut clock = Instant::now();
        loop {
            self.read_all(&mut unread).await;
            self.pass(&mut rests).await;
            tokio::time::timeout(EVERY, self.news.notified()).await.ok();
            tokio::time::sleep(GATHER).await;
            if clock.elapsed() >= CLOCK {
                clock = Instant::now();
                let mut noted = self.noted.lock();
                let all: Vec<Key> = noted.readers.values().flatten().map(|(_, key)| key.clone()).collect();
                noted.touched.extend(all);
            }
        }
    }

    /// Notes all evaluations of some tenants; those of which they could not be read stay, and are read the next time.
    async fn read_all(&self, unread: &mut Vec<TenantName>) {
        let mut left = Vec::new();
        for tenant in std::mem::take(unread) {
            match self.all(&tenant).await {
                Ok(all) => self.noted.lock().touched.extend(all.into_iter().map(|id| (tenant.clone(), id))),
                Err(problem) => {
                    tracing::warn!("evaluations could not be read, and are read again: {problem}");
                    left.push(tenant);
                }
            }
        }
        *unread = left;
    }

    /// Runs what is touched and does not rest; `rests` says until when.
    async fn pass(&self, rests: &mut BTreeMap<Key, Instant>) {
        let begun = Instant::now();
        rests.retain(|_, until| *until > begun);
        let (now, up_to) = {
            let mut noted = self.noted.lock();
            let all = std::mem::take(&mut noted.touched);
            let (later, now): (BTreeSet<Key>, BTreeSet<Key>) =
                all.into_iter().partition(|key| rests.contains_key(key));
            noted.touched = later;
            (now, noted.up_to)
        };
        for key in now {
            let done = self.run(&key).await;
            let rest = if done.is_ok() { EVERY } else { RETRY };
            rests.insert(key.clone(), Instant::now() + rest);
            if let Err(problem) = done {
                let id = &key.1;
                tracing::warn!(evaluation = %id, "`{id}` could not be run and is tried again: {problem}");
                self.noted.lock().touched.insert(key);
            }
        }
        // The log is not kept for those that rest: after a start all of them run, whatever has changed.
        self.durable.store(up_to.0, Ordering::Release);
    }

    /// Runs one evaluation; what is wrong with its plan or its data is written beside it.
    async fn run(&self, key: &Key) -> Result<(), Problem> {
        let (tenant, id) = key;
        let context = self.context(tenant);
        let entity = match self.hub.entity(&context, id).await {
            Ok(entity) => entity,
            Err(problem) if problem.kind == senne_model::ErrorKind::NotFound => {
                self.forget(key);
                return Ok(());
            }
            Err(problem) => return Err(problem),
        };
        let plan = match Plan::read(&entity) {
            Ok(plan) => plan,
            Err(problem) => {
                self.forget(key);
                return refused(&self.hub, &context, id, &entity, &problem.detail).await;
            }
        };
        self.remember(key, &plan);
        let today = self.zone.to_datetime(instant(Timestamp::now())).date();
        let gathered = match gather(&self.hub, &context, &plan, today, &self.zone).await? {
            Ok(gathered) => gathered,
            Err(why) => return refused(&self.hub, &context, id, &entity, &why).await,
        };
        let vintage = self.hub.head();
        let (text, inputs) = gathered.table(&plan);
        let request = Request { called: self.called(&context, &plan, &entity).await, ..request(&plan) };
        let work = move || {
            let table = Table::read(text.as_bytes())?;
            evaluate(&table, &request)
        };
        // Statistics of a second would hold up everybody on this thread.
        let report = tokio::task::spawn_blocking(work).await.map_err(|e| Problem::internal(e.to_string()))?;
        // What took long to compute has the whole time to be written.
        let context = self.context(tenant);
        match report {
            Ok(report) => ran(&self.hub, &context, &plan, &entity, &report, &inputs, vintage).await,
            Err(error) => refused(&self.hub, &context, id, &entity, &error.to_string()).await,
        }
    }

    /// What the outcome is called in English, French and Dutch: as the evaluation says, else by its contract or as the indicator says.
    async fn called(&self, context: &Context, plan: &Plan, entity: &Entity) -> Option<[String; 3]> {
        match &plan.outcome {
            Outcome::Attribute { kind, attribute } => {
                if let Some(named) = named(entity, "outcomeName") {
                    return Some(named);
                }
                let contract = self.hub.contracts().get(&term(kind))?;
                let title = &contract.attribute(&term(attribute))?.title;
                Some(["en", "fr", "nl"].map(|language| title.get(language).to_owned()))
            }
            Outcome::Indicator(id) => {
                let id = EntityId::trusted(&format!("urn:ngsi-ld:Indicator:{id}"));
                named(&*self.hub.entity(context, &id).await.ok()?, "name")
            }
        }
    }

    fn remember(&self, key: &Key, plan: &Plan) {
        let (kind, attribute) = match &plan.outcome {
            Outcome::Indicator(_) => (term("KeyPerformanceIndicator"), term("kpiValue")),
            Outcome::Attribute { kind, attribute } => (term(kind), term(attribute)),
        };
        self.forget(key);
        self.noted.lock().readers.entry(kind).or_default().push((attribute, key.clone()));
    }

    fn forget(&self, key: &Key) {
        let mut noted = self.noted.lock();
        noted.readers.values_mut().for_each(|readers| readers.retain(|(_, other)| other != key));
    }

    async fn all(&self, tenant: &TenantName) -> Result<Vec<EntityId>, Problem> {
        let types = Some(TypeExpression::parse(EVALUATION, &term)?);
        let query = Query { types, ..Query::default() };
        let mut page = Page::first(PAGE);
        let mut ids = Vec::new();
        loop {
            let found = self.hub.query(&self.context(tenant), &query, &page).await?;
            ids.extend(found.entities.iter().map(|entity| entity.id.clone()));
            page.after = ids.last().cloned();
            if !found.more || found.entities.is_empty() {
                return Ok(ids);
            }
        }
    }

    fn context(&self, tenant: &TenantName) -> Context {
        let principal = Principal::Service { name: NAME.to_owned() };
        Context { deadline: Instant::now() + PATIENCE, ..Context::new(principal, tenant.clone()) }
    }
}

/// A text of an entity in English, French and Dutch; another of its languages where one is missing.
fn named(entity: &Entity, local: &str) -> Option<[String; 3]> {
    let AttributeValue::Language(map) = &entity.instance(&term(local))?.value else { return None };
    let text = |wanted: &str| {
        let known = map.iter().find(|(tag, _)| &**tag == wanted).and_then(|(_, text)| text.as_str());
        let any = || map.iter().find_map(|(_, text)| text.as_str());
        known.or_else(any).unwrap_or_default().to_owned()
    };
    Some(["en", "fr", "nl"].map(text)).filter(|texts| texts.iter().all(|text| !text.is_empty()))
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn request(plan: &Plan) -> Request {
    Request {
        unit: Some("unit".to_owned()),
        treated: Some("treated".to_owned()),
        direction: plan.better,
        matters: plan.matters,
        draws: DRAWS,
        ..Request::new(plan.method, "time", "value")
    }
}

#[cfg(test)]
mod tests {
    use senne_hub::HubConfig;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn those_that_rest_do_not_hold_the_log_back() {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        let desk = Desk::new(hub.clone()).unwrap();
        let key = |id: &str| (TenantName::default(), EntityId::trusted(id));
        let (one, other) = (key("urn:ngsi-ld:Evaluation:1"), key("urn:ngsi-ld:Evaluation:2"));
        let mut rests = BTreeMap::from([(one.clone(), Instant::now() + EVERY)]);
        for change in [7, 9] {
            // Data that keep changing touch both, and one of them always rests.
            {
                let mut noted = desk.noted.lock();
                noted.touched.extend([one.clone(), other.clone()]);
                noted.up_to = ChangeNo(change);
            }
            desk.pass(&mut rests).await;
            assert_eq!(desk.durable(), Some(ChangeNo(change)));
            assert!(desk.noted.lock().touched.contains(&one), "it is still owed");
        }
        assert!(rests.contains_key(&other));
        hub.stop().await;
    }
}
