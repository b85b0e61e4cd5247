//! The programme as it is now, read once for a state of the city and kept until that changes.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use jiff::{Zoned, civil::Date, tz::TimeZone};
use parking_lot::Mutex;
use senne_hub::{
    Action, Context, Follower, Grant, Hub, Page,
    language::{Query, TypeExpression},
};
use senne_model::{Change, ChangeNo, Entity, Name, Problem, TenantName};
use senne_programme::{Programme, TYPES, View, Words};

use crate::{LOOKED_AT, Programmes, term};

/// The name of the cursor.
const NAME: &str = "programme";
/// So many entities are read at once.
const PAGE: usize = 5_000;
/// A programme that takes no longer to read is read whenever something in it has changed.
const QUICK: Duration = Duration::from_millis(60);
/// A larger one is shown as it was for so long while others change it.
const AGE_MAX: Duration = Duration::from_secs(5);

/// So many views are kept at most; beyond, all are read anew.
const SIGHTS_MAX: usize = 64;

/// What holds all areas of a city that names no region of its own, as indicators count it.
const WHOLE: &str = "urn:ngsi-ld:AdministrativeArea:BE:04000";
const WHOLE_NAMES: [&str; 3] =
    ["Région de Bruxelles-Capitale", "Brussels Hoofdstedelijk Gewest", "Brussels-Capital Region"];

/// Whose view it is.
type Sight = (TenantName, bool);

/// What is kept.
#[derive(Default)]
pub(crate) struct Kept {
    views: Mutex<HashMap<Sight, Arc<tokio::sync::Mutex<Option<Known>>>>>,
    /// The newest change that touches a programme, as far as a follower says.
    touched: AtomicU64,
    /// The newest change that was made here: who made it sees it at once.
    own: AtomicU64,
    follows: AtomicBool,
    /// Held by whoever saves or settles drafts.
    pub(crate) drafting: tokio::sync::Mutex<()>,
}

/// A view, and how it came about.
struct Known {
    view: Arc<View>,
    read_at: Instant,
    took: Duration,
}

/// Notes what touches a programme.
struct Watch {
    programmes: Programmes,
    kinds: Vec<Name>,
}

impl Follower for Watch {
    fn name(&self) -> &str {
        NAME
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            let touches = |change: &&Arc<Change>| change.types.iter().any(|kind| self.kinds.contains(kind));
            if let Some(change) = changes.iter().rev().find(touches) {
                self.programmes.inner.kept.touched.fetch_max(change.no.0, Ordering::AcqRel);
            }
            Ok(())
        })
    }
}

impl Programmes {
    /// Follows what changes, so that a programme is read only when something in it did.
    ///
    /// # Errors
    /// When there is such a follower already.
    pub fn keep_up(&self) -> Result<(), Problem> {
        let kinds = TYPES.iter().chain(&LOOKED_AT).map(|kind| term(kind)).collect();
        self.inner.kept.touched.fetch_max(self.hub().head().0, Ordering::AcqRel);
        self.hub().follow(Arc::new(Watch { programmes: self.clone(), kinds }))?;
        self.inner.kept.follows.store(true, Ordering::Release);
        Ok(())
    }

    /// The programme as far as the caller may see it, as of today in Brussels. What others changed within the last five seconds may be missing
    /// from a large one.
    ///
    /// # Errors
    /// When the caller may not read, or reading takes too long.
    pub async fn view(&self, context: &Context) -> Result<Arc<View>, Problem> {
        let grant = self.hub().decide(context, Action::Read)?;
        let sight = (context.tenant.clone(), grant == Grant::Everything);
        let place = self.place(sight);
        // One reads, the others wait for it.
        let mut known = place.lock().await;
        let today = today()?;
        if let Some(known) = known.as_ref().filter(|known| self.stands(known, today)) {
            return Ok(Arc::clone(&known.view));
        }
        let begun = Instant::now();
        let view = Arc::new(self.read(context, today).await?);
        *known = Some(Known { view: Arc::clone(&view), read_at: Instant::now(), took: begun.elapsed() });
        Ok(view)
    }

    /// Where a view is kept.
    fn place(&self, sight: Sight) -> Arc<tokio::sync::Mutex<Option<Known>>> {
        let mut views = self.inner.kept.views.lock();
        // Strangers may name any tenant: what they name must not fill the memory.
        if views.len() >= SIGHTS_MAX && !views.contains_key(&sight) {
            views.clear();
        }
        Arc::clone(views.entry(sight).or_default())
    }

    fn stands(&self, known: &Known, today: Date) -> bool {
        let kept = &self.inner.kept;
        if known.view.today != today || known.view.change.0 < kept.own.load(Ordering::Acquire) {
            return false;
        }
        if !kept.follows.load(Ordering::Acquire) {
            return known.view.change == self.hub().head();
        }
        let unchanged = known.view.change.0 >= kept.touched.load(Ordering::Acquire);
        unchanged || (known.took > QUICK && known.read_at.elapsed() < AGE_MAX)
    }

    /// What was written here is seen at once by whoever wrote it.
    pub(crate) fn changed(&self, change: ChangeNo) {
        self.inner.kept.own.fetch_max(change.0, Ordering::AcqRel);
    }

    async fn read(&self, context: &Context, today: Date) -> Result<View, Problem> {
        // Before reading: what comes while it is read may be missing from it.
        let change = self.hub().head();
        let mut entities = Vec::new();
        for kind in TYPES.iter().chain(&LOOKED_AT) {
            all_of(self.hub(), context, kind, &mut entities).await?;
        }
        let indicators = Arc::clone(&self.inner.indicators);
        let work = move || {
            let mut programme =
                Programme::read(entities.iter().map(AsRef::as_ref)).with_indicators(indicators());
            let [fr, nl, en] = WHOLE_NAMES.map(|name| Some(name.to_owned()));
            programme.areas.entry(WHOLE.into()).or_insert(Words { fr, nl, en });
            View::of(programme, today, change)
        };
        // A large programme takes a quarter of a second, and nobody else should wait for it.
        tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(error.to_string()))
    }
}

async fn all_of(
    hub: &Hub,
    context: &Context,
    kind: &str,
    entities: &mut Vec<Arc<Entity>>,
) -> Result<(), Problem> {
    let query = Query { types: Some(TypeExpression::parse(kind, &term)?), ..Query::default() };
    let mut page = Page::first(PAGE);
    loop {
        let found = hub.query(context, &query, &page).await?;
        page.after = found.entities.last().map(|entity| entity.id.clone());
        entities.extend(found.entities);
        if !found.more || page.after.is_none() {
            return Ok(());
        }
    }
}

/// The civil day in Brussels.
fn today() -> Result<Date, Problem> {
    Ok(zoned()?.date())
}

/// Now as people in Brussels write it, with its offset: the day in it is theirs.
pub(crate) fn now() -> Result<String, Problem> {
    Ok(zoned()?.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

fn zoned() -> Result<Zoned, Problem> {
    let zone = TimeZone::get("Europe/Brussels").map_err(|error| Problem::internal(error.to_string()))?;
    Ok(jiff::Timestamp::now().to_zoned(zone))
}
