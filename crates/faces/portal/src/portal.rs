//! The portal's state: the hub, the figures, and short-lived copies of what every page needs.

use std::{sync::Arc, time::Duration};

use senne_hub::{Context, Hub};
use senne_indicator::{CompositeIndex, IndexQuery, IndexTable};
use senne_model::{EntityId, Problem, TenantName};

use crate::{
    figures::{AreaCodes, AreaDay, Figures, FiguresOf, NoFigures, RecentFigures},
    overview::Overview,
    papers::Papers,
    programme::{NoProgramme, Programmes},
    shelf::Shelf,
};

/// How long a copy of the present may be shown while changes come in.
const OVERVIEW_AGE_MAX: Duration = Duration::from_secs(5);
/// How long a figure of whole days is kept; it changes when late values come.
const FIGURES_AGE_MAX: Duration = Duration::from_mins(1);
/// How long values of indicators are kept; a reader sees a new one within ten times this.
const RECENT_AGE_MAX: Duration = Duration::from_millis(150);
/// So many periods make a small line, and hold the same period of the year before.
const PERIODS: usize = 31;

/// So many periods back the newest that stands is looked for where areas are put beside each other.
const PERIODS_BESIDE: usize = 6;

/// What the server tells the portal.
#[derive(Clone)]
pub struct PortalOptions {
    /// Who computes the indicators.
    pub figures: Arc<dyn Figures>,
    /// Who keeps the programme.
    pub programmes: Arc<dyn Programmes>,
    /// Where readers report a barrier or an error: an address or a sentence, shown on the accessibility page.
    pub contact: Option<String>,
    /// The tenant whose city is shown.
    pub tenant: TenantName,
}

impl Default for PortalOptions {
    /// No figures, no programme, no contact, the default tenant.
    fn default() -> Self {
        Self {
            figures: Arc::new(NoFigures),
            programmes: Arc::new(NoProgramme),
            contact: None,
            tenant: TenantName::default(),
        }
    }
}

/// A span of civil days, both included.
type Days = (String, String);

pub(crate) struct Portal {
    pub(crate) hub: Hub,
    pub(crate) options: PortalOptions,
    overview: Arc<Shelf<(), Overview>>,
    figures: Arc<Shelf<Days, Vec<AreaDay>>>,
    codes: Arc<Shelf<(), AreaCodes>>,
    recent: Arc<Shelf<EntityId, RecentFigures>>,
    newest: Arc<Shelf<(), FiguresOf>>,
    courses: Arc<Shelf<Vec<(String, EntityId)>, FiguresOf>>,
    indices: Arc<Shelf<String, Option<Arc<IndexTable>>>>,
    pub(crate) papers: Papers,
}

impl Portal {
    pub(crate) fn new(hub: Hub, options: PortalOptions) -> Self {
        let overview = Arc::new(Shelf::new(OVERVIEW_AGE_MAX));
        let figures = Arc::new(Shelf::new(FIGURES_AGE_MAX));
        let codes = Arc::new(Shelf::new(OVERVIEW_AGE_MAX));
        let recent = Arc::new(Shelf::new(RECENT_AGE_MAX));
        let indices = Arc::new(Shelf::new(OVERVIEW_AGE_MAX));
        let newest = Arc::new(Shelf::new(OVERVIEW_AGE_MAX));
        let courses = Arc::new(Shelf::new(RECENT_AGE_MAX));
        Self {
            hub,
            options,
            overview,
            figures,
            codes,
            recent,
            newest,
            courses,
            indices,
            papers: Papers::default(),
        }
    }

    /// The present of the city, at most a little while old, and not read again while nothing changes.
    pub(crate) async fn overview(&self, context: &Context) -> Result<Arc<Overview>, Problem> {
        let (hub, context) = (self.hub.clone(), context.clone());
        let unchanged = |overview: &Overview| overview.head == self.hub.head();
        self.overview.get((), unchanged, async move { Overview::read(&hub, &context).await }).await
    }

    /// The indicator of all areas between two days, both included.
    pub(crate) async fn areas(
        &self,
        context: &Context,
        from: &str,
        to: &str,
    ) -> Result<Arc<Vec<AreaDay>>, Problem> {
        let (figures, context) = (Arc::clone(&self.options.figures), context.clone());
        let days = (from.to_owned(), to.to_owned());
        let key = days.clone();
        self.figures
            .get(key, |_| false, async move { figures.daily_by_area(&context, &days.0, &days.1).await })
            .await
    }

    /// What areas are called.
    pub(crate) async fn codes(&self, context: &Context) -> Result<Arc<AreaCodes>, Problem> {
        let (figures, context) = (Arc::clone(&self.options.figures), context.clone());
        self.codes.get((), |_| false, async move { figures.codes(&context).await }).await
    }

    /// A composite index of all areas.
    pub(crate) async fn index(
        &self,
        context: &Context,
        index: &CompositeIndex,
        asked: &IndexQuery,
    ) -> Result<Option<Arc<IndexTable>>, Problem> {
        let (figures, context, index) = (Arc::clone(&self.options.figures), context.clone(), index.clone());
        let (asked, key) = (asked.clone(), format!("{} {asked:?}", index.id));
        let make = async move { figures.index(&context, &index, &asked).await };
        Ok((*self.indices.get(key, |_| false, make).await?).clone())
    }

    /// The last values of every indicator in all areas that have a code.
    pub(crate) async fn newest(&self, context: &Context) -> Result<Arc<FiguresOf>, Problem> {
        let codes = self.codes(context).await?;
        let (figures, context) = (Arc::clone(&self.options.figures), context.clone());
        let make = async move {
            let areas: Vec<EntityId> = codes.codes.iter().map(|(area, _)| area.clone()).collect();
            figures.newest(&context, &areas, PERIODS_BESIDE).await
        };
        self.newest.get((), |_| false, make).await
    }

    /// The last values of some indicators, each in an area, in the order in which they are named.
    pub(crate) async fn courses(
        &self,
        context: &Context,
        of: Vec<(String, EntityId)>,
    ) -> Result<Arc<FiguresOf>, Problem> {
        let (figures, context, key) = (Arc::clone(&self.options.figures), context.clone(), of.clone());
        let make = async move { figures.courses(&context, &of, PERIODS).await };
        self.courses.get(key, |_| false, make).await
    }

    /// The last values of every indicator in one area.
    pub(crate) async fn recent(
        &self,
        context: &Context,
        area: &EntityId,
    ) -> Result<Arc<RecentFigures>, Problem> {
        let (figures, context, place) = (Arc::clone(&self.options.figures), context.clone(), area.clone());
        self.recent
            .get(area.clone(), |_| false, async move { figures.recent(&context, &place, PERIODS).await })
            .await
    }
}
