//! The desk at which indicators are computed: a follower notes what changes touch, one worker computes it, and then the indices of it.

mod ahead;
mod forget;
mod indices;
mod whole;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{FutureExt as _, StreamExt as _, future::BoxFuture};
use jiff::{civil::Date, tz::TimeZone};
use parking_lot::{Mutex, RwLock};
use senne_hub::{Follower, Hub};
use senne_indicator::{Catalogue, Declaration};
use senne_model::{Change, ChangeNo, Problem, TenantName, Timestamp};
use tokio::sync::Notify;

use crate::{
    Indicators,
    book::Book,
    calendar::{day, ended, last_ended, zone},
    compute::Computation,
    entity::declare,
    held::Job,
    hierarchy::{Hierarchy, moves_areas},
    own,
    publish::{publish, write},
    question::service,
    shelf::{Lack, Shelf},
    touched::{Key, Readers, Touched},
};

/// The name of the cursor.
pub(crate) const NAME: &str = "indicators";
/// So long after a change more are waited for.
const GATHER: Duration = Duration::from_millis(100);
/// The worker rests so many times as long as it worked, so that a city at full flow is not slowed by its indicators.
const REST: u32 = 2;
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(5);
/// How often the clock alone may end a period.
const CLOCK: Duration = Duration::from_secs(600);
/// The first time that it is looked at the clock, so many days are looked back: what ended while nobody ran says that it has.
const AWAY_DAYS: i64 = 31;
/// How often it is looked whether the time of what must wait has come.
const LOOK: Duration = Duration::from_secs(5);
/// So many indicators are computed at once: while one waits for the disk another is thought about.
const AT_ONCE: usize = 4;
/// How long what failed waits for its next try.
const RETRY: Duration = Duration::from_secs(60);

/// What the follower and the worker share.
pub(crate) struct Desk {
    indicators: Indicators,
    hub: Hub,
    plan: RwLock<Arc<Plan>>,
    /// Whether declarations of the city's own have changed, or areas.
    declared: AtomicBool,
    /// Whether this desk follows the log.
    follows: AtomicBool,
    /// How often areas have moved: what was computed by older ones is computed anew.
    areas: AtomicU64,
    zone: TimeZone,
    touched: Mutex<Touched>,
    news: Notify,
    durable: AtomicU64,
}

/// What is computed, and from what.
struct Plan {
    catalogue: Arc<Catalogue>,
    readers: Readers,
}

impl Plan {
    fn of(catalogue: Arc<Catalogue>) -> Arc<Self> {
        Arc::new(Self { readers: Readers::of(&catalogue), catalogue })
    }
}

/// An indicator whose turn has come.
struct Due<'a> {
    key: Key,
    declaration: &'a Declaration,
    days: BTreeSet<Date>,
    book: Book,
}

/// The areas of tenants, or why they could not be read.
type Hierarchies = HashMap<TenantName, Result<Hierarchy, Problem>>;

/// How the computation of one indicator went.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The indicator.
    pub indicator: String,
    /// How many days have data.
    pub days: usize,
    /// How long it took.
    pub seconds: f64,
}

impl Follower for Desk {
    fn name(&self) -> &str {
        NAME
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let today = day(Timestamp::now(), &self.zone);
            let plan = self.plan();
            let mut touched = self.touched.lock();
            for change in changes {
                touched.take(change, &plan.readers, &self.zone, today);
                touched.take_values(change, &plan.readers);
            }
            drop(touched);
            if changes.iter().any(|change| moves_areas(change)) {
                self.areas.fetch_add(1, Ordering::AcqRel);
                self.declared.store(true, Ordering::Release);
            }
            if changes.iter().any(|change| own::declares(change)) {
                self.declared.store(true, Ordering::Release);
            }
            self.news.notify_one();
            Ok(())
        })
    }

    fn durable(&self) -> Option<ChangeNo> {
        Some(ChangeNo(self.durable.load(Ordering::Acquire)))
    }
}

impl Desk {
    pub(crate) fn new(indicators: Indicators) -> Result<Self, Problem> {
        let (hub, catalogue) = (indicators.hub.clone(), indicators.catalogue());
        Ok(Self {
            indicators,
            hub,
            plan: RwLock::new(Plan::of(catalogue)),
            declared: AtomicBool::new(true),
            follows: AtomicBool::new(false),
            areas: AtomicU64::new(0),
            zone: zone()?,
            touched: Mutex::default(),
            news: Notify::new(),
            durable: AtomicU64::new(0),
        })
    }

    fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read())
    }

    /// Starts the follower and the worker; both end with the hub.
    pub(crate) fn start(self: Arc<Self>) -> Result<(), Problem> {
        self.follows.store(true, Ordering::Release);
        self.indicators.leaves.follow();
        let cursor = self.hub.cursor(NAME)?;
        // Where nobody has followed yet, nobody knows what came after an indicator was computed.
        let missed = cursor.is_none() || self.hub.has_missed(NAME)?;
        // What was missed is made good in full; until that is done the cursor stays where it was, also over a restart.
        let start = cursor.unwrap_or_else(|| self.hub.head());
        self.durable.store(start.0, Ordering::Release);
        self.touched.lock().up_to = start;
        self.hub.follow(Arc::clone(&self) as Arc<dyn Follower>)?;
        let hub = self.hub.clone();
        hub.run_beside(async move { self.work(missed).await });
        Ok(())
    }

    async fn work(&self, missed: bool) {
        let mut shelf = Shelf::after(ChangeNo(self.durable.load(Ordering::Acquire)));
        let mut missed = missed;
        let mut clock = Instant::now();
        let mut away = true;
        let mut ahead = ahead::Ahead::default();
        loop {
            let begun = Instant::now();
            self.take_declarations(&mut shelf, &mut missed).await;
            let done = self.pass(&mut shelf).await;
            // What was missed is owed until all of it has been computed; so is what older areas gave.
            if !missed && shelf.areas == self.areas.load(Ordering::Acquire) {
                self.move_cursor(done).await;
            }
            let rest = rest_after(begun);
            if ahead.is_due() {
                self.read_ahead(&mut shelf, &mut ahead).await;
            }
            let patience = match (ahead.waits_for(), shelf.held.any(), shelf.again_at) {
                (Some(patience), _, _) => patience,
                (_, true, _) => LOOK,
                (_, false, Some(_)) => RETRY,
                (_, false, None) => CLOCK,
            };
            tokio::time::sleep(rest).await;
            tokio::time::timeout(patience, self.news.notified()).await.ok();
            tokio::time::sleep(GATHER).await;
            if clock.elapsed() >= CLOCK {
                clock = Instant::now();
                self.touch_ended(std::mem::take(&mut away));
            }
        }
    }

    /// Works off what is touched now; gives the change up to which all is done.
    async fn pass(&self, shelf: &mut Shelf) -> ChangeNo {
        if let Err(error) = self.forget_wrong(shelf).await {
            tracing::warn!("years on disk that are no longer right could not be removed: {error}");
            return ChangeNo(self.durable.load(Ordering::Acquire));
        }
        let (days, indices, up_to) = {
            let mut touched = self.touched.lock();
            (touched.take_days(), std::mem::take(&mut touched.indices), touched.up_to)
        };
        let plan = self.plan();
        let mut due = Vec::new();
        for (key, days) in days {
            // What is no longer declared is no longer computed.
            let Some(declaration) = plan.catalogue.indicator(&key.1) else {
                shelf.held.done(&Job::Indicator(key));
                continue;
            };
            if shelf.rests(&key, declaration) {
                shelf.held.wait(Job::Indicator(key.clone()));
                self.touched.lock().put_back(key, days);
                continue;
            }
            let book = shelf.take(&key, declaration);
            due.push(Due { key, declaration, days, book });
        }
        let hierarchies = self.hierarchies(due.iter().map(|due| &due.key.0)).await;
        let begun = due.into_iter().map(|due| self.work_off(&hierarchies, due).boxed());
        let mut each = futures::stream::iter(begun.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        while let Some((due, done)) = each.next().await {
            self.settle_one(shelf, due, done).await;
        }
        drop(each);
        self.indices(shelf, &plan.catalogue, indices).await;
        shelf.held.settle(up_to)
    }

    /// The areas of tenants, as they are now.
    async fn hierarchies(&self, tenants: impl Iterator<Item = &TenantName>) -> Hierarchies {
        let mut found = HashMap::new();
        for tenant in tenants {
            if !found.contains_key(tenant) {
                found.insert(tenant.clone(), Hierarchy::load(&self.hub, tenant).await);
            }
        }
        found
    }

    async fn work_off<'a>(
        &self,
        hierarchies: &Hierarchies,
        mut due: Due<'a>,
    ) -> (Due<'a>, Result<usize, Problem>) {
        let done = match hierarchies.get(&due.key.0) {
            Some(Ok(hierarchy)) => {
                self.one(&mut due.book, hierarchy, &due.key, due.declaration, &due.days).await
            }
            Some(Err(problem)) => Err(problem.clone()),
            None => Ok(0),
        };
        (due, done)
    }

    /// Keeps what is known of an indicator now, or leaves it for later when it failed.
    async fn settle_one(&self, shelf: &mut Shelf, due: Due<'_>, mut done: Result<usize, Problem>) {
        let Due { key, declaration, days, book } = due;
        if done.as_ref().is_ok_and(|published| *published > 0) {
            let no_longer = shelf.lacks.remove(&key);
            // Before these days there was nothing to compute, so all of it is computed now.
            if no_longer == Some(Lack::Data) {
                let declared = write(&self.hub, &service(&key.0), vec![declare(declaration)]).await;
                done = done.and_then(|published| declared.map(|()| published));
            } else if no_longer == Some(Lack::Areas) {
                self.declared.store(true, Ordering::Release);
                self.news.notify_one();
            }
        }
        if let Err(problem) = done {
            let id = &declaration.id;
            tracing::warn!(indicator = id, "`{id}` could not be computed and is tried again: {problem}");
            shelf.failed(&key, RETRY);
            shelf.held.wait(Job::Indicator(key.clone()));
            self.touched.lock().put_back(key, days);
        } else {
            shelf.held.done(&Job::Indicator(key.clone()));
            self.shelve(shelf, key, book).await;
        }
    }

    /// Computes one indicator for some days and publishes what is new; gives how many figures that are.
    async fn one(
        &self,
        book: &mut Book,
        hierarchy: &Hierarchy,
        key: &Key,
        declaration: &Declaration,
        days: &BTreeSet<Date>,
    ) -> Result<usize, Problem> {
        let tenant = &key.0;
        let computation = Computation {
            hub: &self.hub,
            tenant,
            declaration,
            hierarchy,
            zone: &self.zone,
            now: Timestamp::now(),
            leaves: self.leaves(),
        };
        let begun = Instant::now();
        // By civil years, so that a load of decades needs the memory of one.
        let mut published = 0;
        let years = by_year(days);
        let load = years.len() > 2;
        for days in years {
            if let Some(first) = days.first().filter(|_| load) {
                let closed = book.close_before(first.year() - 1);
                self.keep(key, book.formula(), closed).await;
            }
            let figures = computation.update(book, &days).await?;
            published += figures.len();
            publish(&self.hub, &service(tenant), declaration, figures).await?;
        }
        metrics::histogram!("senne_indicator_seconds", "indicator" => declaration.id.clone())
            .record(begun.elapsed().as_secs_f64());
        Ok(published)
    }

    /// Touches the periods that may have ended by the clock alone: that of yesterday, and that of the day whose release has come; where nobody
    /// looked before, those of the days before, and the last of each length.
    fn touch_ended(&self, away: bool) {
        let today = day(Timestamp::now(), &self.zone);
        let plan = self.plan();
        let tenants = self.hub.tenants().unwrap_or_default();
        let mut touched = self.touched.lock();
        for declaration in
            plan.catalogue.indicators.iter().filter(|declaration| declaration.computed.is_some())
        {
            let mut ends = ended(declaration, today, if away { AWAY_DAYS } else { 1 });
            if away {
                ends.extend(last_ended(declaration, today));
            }
            for tenant in &tenants {
                let days = touched.days.entry((tenant.clone(), declaration.id.as_str().into())).or_default();
                days.extend(&ends);
            }
        }
    }
}

/// How long the worker rests after what it began then.
fn rest_after(begun: Instant) -> Duration {
    (begun.elapsed() * REST).min(REST_MAX)
}

fn by_year(days: &BTreeSet<Date>) -> Vec<BTreeSet<Date>> {
    let mut years: Vec<BTreeSet<Date>> = Vec::new();
    for day in days {
        match years.last_mut() {
            Some(year) if year.last().is_some_and(|last| last.year() == day.year()) => {
                year.insert(*day);
            }
            _ => years.push(BTreeSet::from([*day])),
        }
    }
    years
}
