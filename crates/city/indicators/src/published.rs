//! What is published: values as they stand, and their past.

use std::collections::{BTreeMap, HashMap};

use senne_hub::{
    Context, Page, PastQuery,
    language::{Query, TimeFilter, TypeExpression},
};
use senne_indicator::{Declaration, Figure, Latest, Period, SeriesQuery, entity_of};
use senne_model::{AttributeValue, Entity, EntityId, Problem};

use crate::{
    Indicators,
    entity::{KIND, SUPPRESSED, VALUE, dataset, figure, figure_now, moment, term},
};

/// So many entities are read at once.
const PAGE: usize = 1_000;
/// The most values of one answer.
const FIGURES_MAX: usize = 1_000_000;

impl Indicators {
    /// The newest values, of everything that the caller may see.
    pub async fn latest(&self, context: &Context) -> Result<Latest, Problem> {
        let types = Some(TypeExpression::parse(KIND, &term)?);
        let query = Query { types, ..Query::default() };
        let mut page = Page::first(PAGE);
        let mut latest = Latest::default();
        loop {
            let found = self.hub.query(context, &query, &page).await?;
            page.after = found.entities.last().map(|last| last.id.clone());
            found.entities.iter().for_each(|entity| take(&mut latest, entity));
            if !found.more || page.after.is_none() {
                return Ok(latest);
            }
        }
    }

    /// The values of an indicator in some areas, by area and period.
    pub async fn series(
        &self,
        context: &Context,
        declaration: &Declaration,
        wanted: &SeriesQuery,
    ) -> Result<BTreeMap<EntityId, Vec<Figure>>, Problem> {
        let by_entity: HashMap<EntityId, &EntityId> =
            wanted.areas.iter().map(|area| (entity_of(&declaration.id, area), area)).collect();
        if by_entity.is_empty() {
            return Ok(BTreeMap::new());
        }
        let time = TimeFilter {
            from: wanted.from.map(moment),
            to: wanted.to.map(|last| moment(last.next())),
            ..TimeFilter::default()
        };
        let query = PastQuery {
            attributes: vec![term(VALUE), term(SUPPRESSED)],
            types: vec![term(KIND)],
            dataset_id: Some(dataset(declaration, wanted.frequency)),
            as_of: wanted.as_of,
            limit: FIGURES_MAX,
            ..PastQuery::of(by_entity.keys().cloned().collect(), time)
        };
        let mut found = BTreeMap::new();
        for past in self.hub.past(context, &query).await? {
            let Some(area) = by_entity.get(&past.entity) else { continue };
            let points = past.series.iter().flat_map(|series| &series.points);
            let mut by_period: BTreeMap<Period, Figure> = BTreeMap::new();
            for figure in points.filter_map(|point| figure(area, point)) {
                let newer = by_period.get(&figure.period).is_none_or(|known| known.vintage <= figure.vintage);
                if newer {
                    by_period.insert(figure.period, figure);
                }
            }
            found.insert((*area).clone(), by_period.into_values().collect());
        }
        Ok(found)
    }

    /// The last values of every indicator in one area, at most `last` of each length of period, the shortest first and each in order.
    pub async fn recent(
        &self,
        context: &Context,
        area: &EntityId,
        last: usize,
    ) -> Result<BTreeMap<String, Vec<Figure>>, Problem> {
        let by_entity: HashMap<EntityId, &str> = self
            .catalogue()
            .indicators
            .iter()
            .map(|declaration| (entity_of(&declaration.id, area), declaration.id.as_str()))
            .collect();
        if by_entity.is_empty() {
            return Ok(BTreeMap::new());
        }
        let query = PastQuery {
            attributes: vec![term(VALUE), term(SUPPRESSED)],
            types: vec![term(KIND)],
            last_n: Some(last),
            limit: FIGURES_MAX,
            ..PastQuery::of(by_entity.keys().cloned().collect(), TimeFilter::default())
        };
        let mut found: BTreeMap<String, Vec<Figure>> = BTreeMap::new();
        for past in self.hub.past(context, &query).await? {
            let Some(id) = by_entity.get(&past.entity) else { continue };
            let points = past.series.iter().flat_map(|series| &series.points);
            let mut figures: Vec<Figure> = points.filter_map(|point| figure(area, point)).collect();
            figures.sort_by_key(|figure| (figure.period.frequency(), figure.period.first(), figure.vintage));
            figures.dedup_by(|later, kept| {
                let same = later.period == kept.period;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
            found.insert((*id).to_owned(), figures);
        }
        Ok(found)
    }

    /// The areas in which an indicator has values.
    pub async fn areas_of(
        &self,
        context: &Context,
        declaration: &Declaration,
    ) -> Result<Vec<EntityId>, Problem> {
        let latest = self.latest(context).await?;
        Ok(latest
            .figures
            .get(&declaration.id)
            .map(|areas| areas.keys().cloned().collect())
            .unwrap_or_default())
    }
}

fn take(latest: &mut Latest, entity: &Entity) {
    let Some((indicator, area)) = told(entity) else { return };
    let values = [VALUE, SUPPRESSED].into_iter().filter_map(|local| entity.attribute(&term(local)));
    let mut figures: Vec<Figure> = Vec::new();
    let mut instances: Vec<_> = values.flat_map(|attribute| &attribute.instances).collect();
    instances.sort_by(|a, b| a.dataset_id.cmp(&b.dataset_id).then(b.observed_at.cmp(&a.observed_at)));
    for figure in instances.into_iter().filter_map(|instance| figure_now(&area, instance)) {
        if figures.iter().all(|known| known.period.frequency() != figure.period.frequency()) {
            figures.push(figure);
        }
    }
    latest.figures.entry(indicator).or_default().insert(area, figures);
}

/// The indicator and the area that an entity says it is of.
fn told(entity: &Entity) -> Option<(String, EntityId)> {
    let target = |local: &str| match &entity.instance(&term(local))?.value {
        AttributeValue::Relationship { objects, .. } => objects.first().map(|iri| iri.as_str().to_owned()),
        _ => None,
    };
    let indicator = target("refIndicator")?;
    let indicator = indicator.rsplit(':').next()?.to_owned();
    Some((indicator, EntityId::trusted(&target("area")?)))
}
