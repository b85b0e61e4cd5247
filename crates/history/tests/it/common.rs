//! Makes changes and questions.

use std::{path::Path, sync::Arc};

use senne_history::{
    EntitySource, Everything, History, HistoryConfig, PastQuery, Question, Surroundings, ToErase,
};
use senne_language::{TimeFilter, TimeProperty};
use senne_model::{
    AttributeValue, Change, ChangeKind, ChangeNo, ChangedAttribute, Effect, Entity, EntityId, Instance, Json,
    Name, Problem, Quality, TenantName, Timestamp,
};

pub(crate) const MINUTE: i64 = 60_000_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) fn name(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn id(n: u32) -> EntityId {
    EntityId::parse(&format!("urn:ngsi-ld:Station:{n}")).unwrap()
}

/// One erasure of some stations, up to a change.
pub(crate) fn part(entities: &[EntityId], upto: u64) -> ToErase {
    ToErase { entities: entities.to_vec(), upto: ChangeNo(upto) }
}

pub(crate) fn tenant() -> TenantName {
    TenantName::default()
}

/// A change of one station, recorded one second per number after 2024-06-01.
pub(crate) fn change(no: u64, entity: &EntityId, attributes: Vec<ChangedAttribute>) -> Arc<Change> {
    Arc::new(Change {
        no: ChangeNo(no),
        tenant: tenant(),
        actor: "test".into(),
        recorded_at: recorded(no),
        entity: entity.clone(),
        types: [name("Station")].into_iter().collect(),
        kind: ChangeKind::Updated,
        before: None,
        attributes,
    })
}

pub(crate) fn recorded(no: u64) -> Timestamp {
    Timestamp::from_micros(at("2024-06-01T00:00:00Z").micros() + no as i64 * 1_000_000)
}

pub(crate) fn value(
    term: &str,
    value: AttributeValue,
    observed: Option<Timestamp>,
    quality: Quality,
) -> ChangedAttribute {
    let mut instance = Instance::new(value);
    instance.observed_at = observed;
    instance.quality = quality;
    instance.unit_code = Some(Name::new("GQ"));
    ChangedAttribute { name: name(term), effect: Effect::Updated, instance, previous: None }
}

pub(crate) fn number(term: &str, x: f64, observed: Timestamp) -> ChangedAttribute {
    value(term, AttributeValue::Property(Json::Float(x)), Some(observed), Quality::GOOD)
}

pub(crate) fn config(dir: &Path) -> HistoryConfig {
    HistoryConfig::new(dir.join("history"))
}

pub(crate) async fn open(dir: &Path) -> Arc<History> {
    History::open(config(dir)).await.unwrap()
}

pub(crate) fn all() -> PastQuery {
    PastQuery::of(Vec::new(), TimeFilter { property: TimeProperty::ObservedAt, from: None, to: None })
}

pub(crate) fn observed(from: &str, to: &str) -> TimeFilter {
    TimeFilter { property: TimeProperty::ObservedAt, from: Some(at(from)), to: Some(at(to)) }
}

/// No entities.
pub(crate) struct Nothing;

impl EntitySource for Nothing {
    fn scan(&self, _each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem> {
        Ok(())
    }
}

/// No entities, no limits of sight, no contracts.
pub(crate) fn around() -> Surroundings {
    Surroundings {
        entities: Arc::new(Nothing),
        sight: Arc::new(Everything),
        contracts: Arc::new([]),
        areas: Arc::default(),
    }
}

/// The rows of an answer, one JSON array a line.
pub(crate) async fn lines(history: &History, text: &str) -> String {
    let table = history.sql(&tenant(), Question::new(text), around()).await.unwrap();
    let rows: Vec<String> = table.rows.iter().map(|row| Json::Array(row.clone()).to_string()).collect();
    rows.join("\n")
}

/// The numbers of all points of one attribute, oldest first.
pub(crate) async fn numbers(history: &History, query: &PastQuery) -> Vec<f64> {
    let past = history.past(&tenant(), query).await.unwrap();
    let points = past.iter().flat_map(|entity| &entity.series).flat_map(|series| &series.points);
    points.filter_map(|point| point.value.as_number()).collect()
}
