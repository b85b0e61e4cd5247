//! The desk at which indicators are computed: a follower notes what changes touch, one worker computes it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use parking_lot::Mutex;
use senne_hub::{Follower, Hub, model::Json};
use senne_indicator::{Catalogue, Declaration};
use senne_model::{Change, ChangeNo, Problem, TenantName, Timestamp};
use tokio::sync::Notify;

use crate::{
    book::Book,
    calendar::{day, zone},
    compute::Computation,
    entity::{declare, declared_as, term},
    hierarchy::Hierarchy,
    publish::{publish, write},
    question::service,
    touched::{Readers, Touched},
};

/// The name of the cursor.
const NAME: &str = "indicators";
/// So long after a change more are waited for.
const GATHER: Duration = Duration::from_millis(300);
/// The worker rests so many times as long as it worked, so that a city at full flow is not slowed by its indicators.
const REST: u32 = 2;
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(5);
/// How often the clock alone may end a period.
const CLOCK: Duration = Duration::from_secs(600);
/// How long what failed waits for its next try.
const RETRY: Duration = Duration::from_secs(60);
/// So many cells and values of all books stay in memory, some 100 bytes each.
const SIZE_MAX: usize = 600_000;

/// What the follower and the worker share.
pub(crate) struct Desk {
    hub: Hub,
    catalogue: Arc<Catalogue>,
    readers: Readers,
    zone: TimeZone,
    touched: Mutex<Touched>,
    news: Notify,
    durable: AtomicU64,
}

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

/// The books of a worker, and when each was last used.
#[derive(Default)]
struct Shelf {
    books: HashMap<(TenantName, usize), (Book, u64)>,
    /// When an indicator that must not be computed often was computed last.
    computed: HashMap<(TenantName, usize), Instant>,
    turn: u64,
}

impl Follower for Desk {
    fn name(&self) -> &str {
        NAME
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let mut touched = self.touched.lock();
            changes.iter().for_each(|change| touched.take(change, &self.readers, &self.zone));
            drop(touched);
            self.news.notify_one();
            Ok(())
        })
    }

    fn durable(&self) -> Option<ChangeNo> {
        Some(ChangeNo(self.durable.load(Ordering::Acquire)))
    }
}

impl Desk {
    pub(crate) fn new(hub: Hub, catalogue: Arc<Catalogue>) -> Result<Self, Problem> {
        let readers = Readers::of(&catalogue);
        let touched = Mutex::default();
        Ok(Self {
            hub,
            catalogue,
            readers,
            zone: zone()?,
            touched,
            news: Notify::new(),
            durable: AtomicU64::new(0),
        })
    }

    /// Starts the follower and the worker; both end with the hub.
    pub(crate) fn start(self: Arc<Self>) -> Result<(), Problem> {
        let missed = self.hub.has_missed(NAME)?;
        let cursor = self.hub.cursor(NAME)?;
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
        let mut shelf = Shelf::default();
        self.catch_up(missed).await;
        let mut clock = Instant::now();
        loop {
            let begun = Instant::now();
            let failed = self.pass(&mut shelf).await;
            let rest = (begun.elapsed() * REST).min(REST_MAX);
            tokio::time::sleep(rest).await;
            let patience = if failed { RETRY } else { CLOCK };
            tokio::time::timeout(patience, self.news.notified()).await.ok();
            tokio::time::sleep(GATHER).await;
            if clock.elapsed() >= CLOCK {
                clock = Instant::now();
                self.touch_ended();
            }
        }
    }

    /// Works off what is touched now; gives whether something failed.
    async fn pass(&self, shelf: &mut Shelf) -> bool {
        let (days, up_to) = {
            let mut touched = self.touched.lock();
            (std::mem::take(&mut touched.days), touched.up_to)
        };
        let (mut failed, mut waits) = (false, false);
        let mut hierarchies: HashMap<TenantName, Hierarchy> = HashMap::new();
        for (key, days) in days {
            if shelf.rests(&key, self.catalogue.indicators.get(key.1)) {
                self.touched.lock().put_back(key, days);
                waits = true;
                continue;
            }
            let done = self.one(shelf, &mut hierarchies, &key, &days).await;
            if let Err(problem) = done {
                let id = self.catalogue.indicators.get(key.1).map_or("", |declaration| &declaration.id);
                tracing::warn!(indicator = id, "`{id}` could not be computed and is tried again: {problem}");
                shelf.books.remove(&key);
                self.touched.lock().put_back(key, days);
                failed = true;
            }
        }
        if !failed && !waits {
            self.durable.store(up_to.0, Ordering::Release);
        }
        failed
    }

    async fn one(
        &self,
        shelf: &mut Shelf,
        hierarchies: &mut HashMap<TenantName, Hierarchy>,
        key: &(TenantName, usize),
        days: &BTreeSet<Date>,
    ) -> Result<usize, Problem> {
        let (tenant, place) = key;
        let Some(declaration) = self.catalogue.indicators.get(*place) else { return Ok(0) };
        if !hierarchies.contains_key(tenant) {
            hierarchies.insert(tenant.clone(), Hierarchy::load(&self.hub, tenant).await?);
        }
        let Some(hierarchy) = hierarchies.get(tenant) else { return Ok(0) };
        let computation = Computation {
            hub: &self.hub,
            tenant,
            declaration,
            hierarchy,
            zone: &self.zone,
            now: Timestamp::now(),
        };
        let begun = Instant::now();
        let book = shelf.book(key);
        // By civil years, so that a load of decades needs the memory of one.
        let mut published = 0;
        for days in by_year(days) {
            let figures = computation.update(book, &days).await?;
            published += figures.len();
            publish(&self.hub, &service(tenant), declaration, figures).await?;
        }
        metrics::histogram!("senne_indicator_seconds", "indicator" => declaration.id.clone())
            .record(begun.elapsed().as_secs_f64());
        shelf.keep_small(key);
        Ok(published)
    }

    /// Computes in full what has not been computed by its present declaration, and everything when changes were missed. What fails is tried
    /// again until it is done.
    async fn catch_up(&self, missed: bool) {
        let tenant = TenantName::default();
        let mut due: Vec<usize> = (0..self.catalogue.indicators.len()).collect();
        loop {
            let mut hierarchies = HashMap::new();
            let mut failed = Vec::new();
            for place in due {
                let declaration = &self.catalogue.indicators[place];
                if !missed && self.is_computed(&tenant, declaration).await {
                    continue;
                }
                match self.whole(&mut hierarchies, &tenant, place).await {
                    Ok(Progress { days: 0, .. }) => {}
                    Ok(Progress { indicator, days, seconds }) => {
                        tracing::info!(indicator, "`{indicator}` computed for {days} days in {seconds:.1} s");
                    }
                    Err(problem) => {
                        let id = &declaration.id;
                        tracing::warn!(
                            indicator = id,
                            "`{id}` could not be computed and is tried again: {problem}"
                        );
                        failed.push(place);
                    }
                }
            }
            if failed.is_empty() {
                return;
            }
            due = failed;
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Computes one indicator in full.
    async fn whole(
        &self,
        hierarchies: &mut HashMap<TenantName, Hierarchy>,
        tenant: &TenantName,
        place: usize,
    ) -> Result<Progress, Problem> {
        let begun = Instant::now();
        let declaration = &self.catalogue.indicators[place];
        let days = self.days_with_data(tenant, declaration).await?;
        if !days.is_empty() {
            let mut shelf = Shelf::default();
            let published = self.one(&mut shelf, hierarchies, &(tenant.clone(), place), &days).await?;
            // Data that lie in no area give no figures: once there are areas, all of it is to be computed.
            if published == 0 && !self.is_computed(tenant, declaration).await {
                let seconds = begun.elapsed().as_secs_f64();
                return Ok(Progress { indicator: declaration.id.clone(), days: 0, seconds });
            }
            write(&self.hub, &service(tenant), vec![declare(declaration)]).await?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Progress { indicator: declaration.id.clone(), days: days.len(), seconds })
    }

    /// Computes some indicators in full, or all when none is named.
    pub(crate) async fn compute(
        &self,
        ids: &[String],
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), Problem> {
        let tenant = TenantName::default();
        let mut hierarchies = HashMap::new();
        for (place, declaration) in self.catalogue.indicators.iter().enumerate() {
            let wanted = ids.is_empty() || ids.contains(&declaration.id);
            if wanted && declaration.computed.is_some() {
                tell(self.whole(&mut hierarchies, &tenant, place).await?);
            }
        }
        Ok(())
    }

    async fn is_computed(&self, tenant: &TenantName, declaration: &Declaration) -> bool {
        let entity = self.hub.entity(&service(tenant), &declared_as(&declaration.id)).await;
        let formula = declaration.formula();
        entity.is_ok_and(|entity| {
            entity.instance(&term("formula")).and_then(|i| i.value.as_text()) == Some(formula.as_str())
        })
    }

    /// All days from the first to the last value that an indicator reads.
    async fn days_with_data(
        &self,
        tenant: &TenantName,
        declaration: &Declaration,
    ) -> Result<BTreeSet<Date>, Problem> {
        let reads = declaration.computed.iter().flat_map(|computed| &computed.reads);
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let each = reads.map(|reads| {
            let attributes: Vec<String> =
                reads.attributes.iter().map(|attribute| quoted(attribute)).collect();
            format!("(type = {} AND attribute IN ({}))", quoted(&reads.kind), attributes.join(", "))
        });
        let conditions: Vec<String> = each.collect();
        if conditions.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = format!("SELECT min(first_at), max(last_at) FROM series WHERE {}", conditions.join(" OR "));
        let table = self.hub.sql(&service(tenant), &sql, 1).await?;
        let moment = |place: usize| {
            let text = table.rows.first()?.get(place).and_then(Json::as_str)?;
            Timestamp::parse(text).ok()
        };
        let Some((first, last)) = moment(0).zip(moment(1)) else { return Ok(BTreeSet::new()) };
        let last = last.min(Timestamp::now());
        let (first, last) = (day(first, &self.zone), day(last, &self.zone));
        Ok(first.series(1.day()).take_while(|day| *day <= last).take(100_000).collect())
    }

    /// Touches the periods that may have ended by the clock alone: that of yesterday, and that of the day whose release has come.
    fn touch_ended(&self) {
        let today = day(Timestamp::now(), &self.zone);
        let mut touched = self.touched.lock();
        for (place, declaration) in self.catalogue.indicators.iter().enumerate() {
            if declaration.computed.is_none() {
                continue;
            }
            let lag = i64::from(declaration.released_after_days);
            let days = touched.days.entry((TenantName::default(), place)).or_default();
            days.extend([today.saturating_sub(1.day()), today.saturating_sub((lag + 1).days())]);
        }
    }
}

impl Shelf {
    fn book(&mut self, key: &(TenantName, usize)) -> &mut Book {
        self.turn += 1;
        let (book, used) = self.books.entry(key.clone()).or_default();
        *used = self.turn;
        book
    }

    /// Whether an indicator was computed too short a while ago; if not, it is going to be now.
    fn rests(&mut self, key: &(TenantName, usize), declaration: Option<&Declaration>) -> bool {
        let seconds = declaration.and_then(|declaration| declaration.computed.as_ref());
        let seconds = seconds.map_or(0, |computed| computed.at_most_every_seconds);
        if seconds == 0 {
            return false;
        }
        let every = Duration::from_secs(u64::from(seconds));
        if self.computed.get(key).is_some_and(|last| last.elapsed() < every) {
            return true;
        }
        self.computed.insert(key.clone(), Instant::now());
        false
    }

    /// Forgets the books that were not used for the longest until the rest fits, that of `key` last.
    fn keep_small(&mut self, key: &(TenantName, usize)) {
        while self.books.values().map(|(book, _)| book.size()).sum::<usize>() > SIZE_MAX {
            let others = self.books.iter().filter(|(other, _)| *other != key);
            let oldest = others.min_by_key(|(_, (_, used))| *used).map(|(other, _)| other.clone());
            let oldest = oldest.unwrap_or_else(|| key.clone());
            let last = oldest == *key;
            self.books.remove(&oldest);
            if last {
                return;
            }
        }
    }
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
