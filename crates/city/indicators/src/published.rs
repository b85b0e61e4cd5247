//! What is published: values as they stand, and their past.

use std::collections::{BTreeMap, HashMap};

use senne_hub::{
    Context, EntityPast, Page, PastQuery,
    language::{Query, TimeFilter, TypeExpression},
};
use senne_indicator::{Catalogue, Declaration, Figure, Frequency, Latest, Period, SeriesQuery, entity_of};
use senne_model::{AttributeValue, Entity, EntityId, ErrorKind, Iri, Problem};

use crate::{
    Indicators,
    entity::{KIND, SUPPRESSED, VALUE, dataset, figure, figure_now, moment, term},
};

/// So many entities are read at once.
const PAGE: usize = 1_000;
/// The most values of one answer.
pub(crate) const FIGURES_MAX: usize = 1_000_000;

/// Values by indicator and area, in the order of periods.
pub type FiguresOf = BTreeMap<String, BTreeMap<EntityId, Vec<Figure>>>;

/// Entities with the indicator and the area whose values they hold.
type Entities<'a> = HashMap<EntityId, (&'a str, &'a EntityId)>;

/// The values and suppressions of some entities.
fn question(entities: &Entities<'_>, time: TimeFilter) -> PastQuery {
    PastQuery {
        attributes: vec![term(VALUE), term(SUPPRESSED)],
        types: vec![term(KIND)],
        limit: FIGURES_MAX,
        ..PastQuery::of(entities.keys().cloned().collect(), time)
    }
}

/// The entities with the values of every indicator in some areas.
fn entities<'a>(catalogue: &'a Catalogue, areas: &'a [EntityId]) -> Entities<'a> {
    let of = |declaration: &'a Declaration| {
        areas.iter().map(|area| (entity_of(&declaration.id, area), (declaration.id.as_str(), area)))
    };
    catalogue.indicators.iter().flat_map(of).collect()
}

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
        Ok(self.series_of(context, &[declaration], wanted).await?.remove(&declaration.id).unwrap_or_default())
    }

    /// The values of several indicators in some areas, by indicator, area and period. Those that stand in the same data set are read at once.
    pub async fn series_of(
        &self,
        context: &Context,
        declarations: &[&Declaration],
        wanted: &SeriesQuery,
    ) -> Result<FiguresOf, Problem> {
        let mut by_dataset: BTreeMap<Option<Iri>, Entities<'_>> = BTreeMap::new();
        for declaration in declarations {
            let entities = by_dataset.entry(dataset(declaration, wanted.frequency)).or_default();
            let of = |area| (entity_of(&declaration.id, area), (declaration.id.as_str(), area));
            entities.extend(wanted.areas.iter().map(of));
        }
        let time = TimeFilter {
            from: wanted.from.map(moment),
            to: wanted.to.map(|last| moment(last.next())),
            ..TimeFilter::default()
        };
        let mut found = FiguresOf::new();
        for (dataset, entities) in by_dataset.iter().filter(|(_, entities)| !entities.is_empty()) {
            let query = PastQuery {
                dataset_id: Some(dataset.clone()),
                as_of: wanted.as_of,
                ..question(entities, time)
            };
            self.read(context, &query, entities, &mut found).await?;
        }
        Ok(found)
    }

    /// The last values of every indicator in some areas, at most `last` of the length of period that each shows first.
    pub async fn newest(
        &self,
        context: &Context,
        areas: &[EntityId],
        last: usize,
    ) -> Result<FiguresOf, Problem> {
        let catalogue = self.catalogue();
        let entities = entities(&catalogue, areas);
        let mut found = FiguresOf::new();
        if !entities.is_empty() {
            // The first length of period is the one without a data set id.
            let query = PastQuery {
                dataset_id: Some(None),
                last_n: Some(last),
                ..question(&entities, TimeFilter::default())
            };
            self.read(context, &query, &entities, &mut found).await?;
        }
        Ok(found)
    }

    /// The last values of some indicators, each in an area, at most `last` of each length of period, the shortest first and each in order. All
    /// are read at once.
    pub async fn courses(
        &self,
        context: &Context,
        of: &[(String, EntityId)],
        last: usize,
    ) -> Result<FiguresOf, Problem> {
        let entities: Entities<'_> =
            of.iter().map(|(id, area)| (entity_of(id, area), (id.as_str(), area))).collect();
        self.last_of(context, &entities, last).await
    }

    /// The last values that some entities hold, at most `last` of each length of period.
    async fn last_of(
        &self,
        context: &Context,
        entities: &Entities<'_>,
        last: usize,
    ) -> Result<FiguresOf, Problem> {
        let mut found = FiguresOf::new();
        if !entities.is_empty() {
            let query = PastQuery { last_n: Some(last), ..question(entities, TimeFilter::default()) };
            self.read(context, &query, entities, &mut found).await?;
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
        let catalogue = self.catalogue();
        let entities = entities(&catalogue, std::slice::from_ref(area));
        let found = self.last_of(context, &entities, last).await?;
        Ok(found.into_iter().map(|(id, by_area)| (id, by_area.into_values().flatten().collect())).collect())
    }

    /// Reads what a question finds, each area's figures by length of period and in order.
    async fn read(
        &self,
        context: &Context,
        query: &PastQuery,
        entities: &Entities<'_>,
        found: &mut FiguresOf,
    ) -> Result<(), Problem> {
        for past in self.hub.past(context, query).await? {
            whole(&past)?;
            let Some((id, area)) = entities.get(&past.entity) else { continue };
            let points = past.series.iter().flat_map(|series| &series.points);
            let mut by_period: BTreeMap<(Frequency, Period), Figure> = BTreeMap::new();
            let figures = points.filter_map(|point| figure(area, point));
            for figure in figures.filter(|figure| figure.slice.is_none()) {
                let key = (figure.period.frequency(), figure.period);
                // Of a value and a suppression of the same period the one recorded last counts.
                if by_period.get(&key).is_none_or(|known| known.vintage <= figure.vintage) {
                    by_period.insert(key, figure);
                }
            }
            let figures = by_period.into_values().collect();
            found.entry((*id).to_owned()).or_default().insert((*area).clone(), figures);
        }
        Ok(())
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

/// An answer that was cut short must not be taken for all there is.
pub(crate) fn whole(past: &EntityPast) -> Result<(), Problem> {
    if !past.truncated {
        return Ok(());
    }
    let detail = format!("these are more than {FIGURES_MAX} values; ask for fewer areas or periods");
    Err(Problem::new(ErrorKind::TooComplex, detail))
}

fn take(latest: &mut Latest, entity: &Entity) {
    let Some((indicator, area)) = told(entity) else { return };
    let values = [VALUE, SUPPRESSED].into_iter().filter_map(|local| entity.attribute(&term(local)));
    let instances = values.flat_map(|attribute| &attribute.instances);
    let known = instances.filter_map(|one| Some((&one.dataset_id, figure_now(&area, one)?)));
    let mut known: Vec<_> = known.filter(|(_, figure)| figure.slice.is_none()).collect();
    // Of a value and a suppression of the same period the one recorded last counts.
    known.sort_by(|(dataset, one), (other_dataset, other)| {
        let newest_first = (other.period.first(), other.vintage).cmp(&(one.period.first(), one.vintage));
        dataset.cmp(other_dataset).then(newest_first)
    });
    let mut figures: Vec<Figure> = Vec::new();
    for (_, figure) in known {
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

#[cfg(test)]
mod tests {
    use senne_indicator::{Status, Value, read};
    use senne_model::ChangeNo;

    use super::*;
    use crate::entity::{describe, observed};

    const DECLARED: &str = "id: calm
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: P1
direction: up
measure: { ratio: { factor: 100 } }
levels: [region]
frequencies: [month]
suppress_below: 20
entered: { from: { fr: a, nl: b, en: c } }
data_quality: survey
owner: Somebody
";

    #[test]
    fn a_value_that_was_withdrawn_for_so_few_is_not_the_latest() {
        let declaration = read("a", DECLARED).unwrap();
        let area = EntityId::trusted("urn:ngsi-ld:AdministrativeArea:BE:04000");
        let figure = |number: Option<f64>, vintage: u64| Figure {
            area: area.clone(),
            period: "2024-03".parse().unwrap(),
            slice: None,
            value: Value {
                number,
                status: if number.is_some() { Status::Final } else { Status::Suppressed },
                ..Value::default()
            },
            formula: "f".to_owned(),
            vintage: ChangeNo(vintage),
        };
        let latest = |value: u64, suppressed: u64| {
            let both = [figure(Some(12.0), value), figure(None, suppressed)];
            let mut entity = Entity::new(entity_of("calm", &area), term(KIND));
            entity.attributes = describe(&declaration, &area).attributes;
            entity.attributes.extend(observed(&declaration, &area, &both).attributes);
            let mut latest = Latest::default();
            take(&mut latest, &entity);
            latest.figure("calm", &area).map(|figure| figure.value.number)
        };
        assert_eq!(latest(5, 9), Some(None), "too few are left");
        assert_eq!(latest(9, 5), Some(Some(12.0)), "there are enough now");
    }
}
