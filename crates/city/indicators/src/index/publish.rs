//! Indices as entities with a past: each area's score, its place and its possible places are written when they change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use senne_hub::{Context, PastQuery, Point, language::TimeFilter, model::Json};
use senne_indicator::{
    CompositeIndex, Declaration, IndexQuery, IndexRow, IndexTable, Period, SeriesQuery, Status, entity_of,
};
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Name, Operation, Problem, TenantName, Write,
};

use crate::{
    Indicators,
    entity::{KIND, VALUE, declare_index, declared_as, describe_index, moment, property, term},
    publish::write,
    question::service,
};

/// A number without a unit.
const NO_UNIT: &str = "C62";
/// The most published scores that are read at once.
const SCORES_MAX: usize = 100_000;

/// What stands with a score; two that are alike are not written twice.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "it is what the index calls it")]
struct Score {
    score: f64,
    rank: f64,
    places: (f64, f64),
    coverage: f64,
    status: Status,
    formula: String,
}

impl Indicators {
    /// Makes an index of some periods anew and writes what differs from what is published; gives how many areas' scores that are.
    pub(crate) async fn publish_index(
        &self,
        tenant: &TenantName,
        index: &CompositeIndex,
        periods: &BTreeSet<Period>,
    ) -> Result<usize, Problem> {
        let mut count = 0;
        for period in periods.iter().filter(|period| period.frequency() == index.frequency) {
            let context = service(tenant);
            let asked = IndexQuery { period: Some(*period), ..IndexQuery::default() };
            let table = self.index(&context, index, &asked).await?;
            let areas = self.area_codes(&context).await?.of_level(&index.level);
            let known = self.scores(&context, index, &areas, *period).await?;
            let news = news(table.as_deref(), index, &known);
            count += news.len();
            self.write_scores(&context, index, *period, table.as_deref(), news).await?;
        }
        Ok(count)
    }

    /// Writes all periods of an index for which there are values, and that it was made by its present declaration.
    pub(crate) async fn publish_whole_index(
        &self,
        tenant: &TenantName,
        index: &CompositeIndex,
    ) -> Result<usize, Problem> {
        let context = service(tenant);
        let members = index.members().map(|member| self.indicator(&member.id));
        let members = members.collect::<Result<Vec<Declaration>, Problem>>()?;
        let members: Vec<&Declaration> = members.iter().collect();
        let areas = self.area_codes(&context).await?.of_level(&index.level);
        let wanted = SeriesQuery { areas, frequency: index.frequency, from: None, to: None, as_of: None };
        let found = self.series_of(&context, &members, &wanted).await?;
        let figures = found.values().flat_map(BTreeMap::values).flatten();
        let periods: BTreeSet<Period> = figures.map(|figure| figure.period).collect();
        if periods.is_empty() {
            return Ok(0);
        }
        let count = self.publish_index(tenant, index, &periods).await?;
        write(&self.hub, &context, vec![declare_index(index)]).await?;
        Ok(count)
    }

    /// Whether all periods of an index have been written by its present declaration.
    pub(crate) async fn is_index_published(&self, tenant: &TenantName, index: &CompositeIndex) -> bool {
        let entity = self.hub.entity(&service(tenant), &declared_as(&index.id)).await;
        let formula = index.formula();
        entity.is_ok_and(|entity| {
            entity.instance(&term("formula")).and_then(|i| i.value.as_text()) == Some(formula.as_str())
        })
    }

    /// What is published of a period.
    async fn scores(
        &self,
        context: &Context,
        index: &CompositeIndex,
        areas: &[EntityId],
        period: Period,
    ) -> Result<BTreeMap<EntityId, Score>, Problem> {
        let by_entity: HashMap<EntityId, &EntityId> =
            areas.iter().map(|area| (entity_of(&index.id, area), area)).collect();
        if by_entity.is_empty() {
            return Ok(BTreeMap::new());
        }
        let time = TimeFilter {
            from: Some(moment(period)),
            to: Some(moment(period.next())),
            ..TimeFilter::default()
        };
        let query = PastQuery {
            attributes: vec![term(VALUE)],
            types: vec![term(KIND)],
            limit: SCORES_MAX,
            ..PastQuery::of(by_entity.keys().cloned().collect(), time)
        };
        let mut known = BTreeMap::new();
        for past in self.hub.past(context, &query).await? {
            let Some(area) = by_entity.get(&past.entity) else { continue };
            let points = past.series.iter().flat_map(|series| &series.points);
            if let Some(score) = points.max_by_key(|point| point.change).and_then(read) {
                known.insert((*area).clone(), score);
            }
        }
        Ok(known)
    }

    async fn write_scores(
        &self,
        context: &Context,
        index: &CompositeIndex,
        period: Period,
        table: Option<&IndexTable>,
        news: Vec<(EntityId, Score)>,
    ) -> Result<(), Problem> {
        let mut writes = Vec::new();
        for (area, score) in news {
            let entity = entity_of(&index.id, &area);
            if self.hub.entity(context, &entity).await.is_err() {
                writes.push(describe_index(index, &area));
            }
            let row = table.and_then(|table| table.rows.iter().find(|row| row.area == area));
            let mut write = Write::new(entity, Operation::Observe);
            write.types.push(term(KIND));
            write.simulated = row.is_some_and(|row| row.simulated);
            let vintage = table.map_or_else(|| self.hub.head(), |table| table.vintage);
            write.attributes.push(Attribute::new(term(VALUE), instance(period, &score, vintage.0)));
            writes.push(write);
        }
        write(&self.hub, context, writes).await
    }
}

/// The scores that differ from what is published.
fn news(
    table: Option<&IndexTable>,
    index: &CompositeIndex,
    known: &BTreeMap<EntityId, Score>,
) -> Vec<(EntityId, Score)> {
    let rows = table.map_or(&[][..], |table| table.rows.as_slice());
    let mut found: Vec<(EntityId, Score)> = Vec::new();
    for row in rows {
        let before = known.get(&row.area);
        if let Some(score) = score(row, index, before).filter(|score| before != Some(score)) {
            found.push((row.area.clone(), score));
        }
    }
    // What was said cannot be taken back from those who read it; it is said that too little stands behind it now.
    let is_there = |area: &EntityId| rows.iter().any(|row| row.area == *area && row.score.is_some());
    for (area, before) in known.iter().filter(|(area, _)| !is_there(area)) {
        if before.status != Status::Incomplete {
            let gone = Score { status: Status::Incomplete, coverage: 0.0, ..before.clone() };
            found.push((area.clone(), gone));
        }
    }
    found
}

fn score(row: &IndexRow, index: &CompositeIndex, before: Option<&Score>) -> Option<Score> {
    let (score, rank, places) = (row.score?, row.rank? as f64, row.places?);
    let there = row.indicators.iter().filter(|part| part.value.is_some()).count();
    let mut status = if row.provisional { Status::Provisional } else { Status::Final };
    if let Some(before) = before.filter(|before| before.status.stood() && status == Status::Final) {
        let same = (before.score, before.rank, before.places) == (score, rank, places);
        status = if same { before.status } else { Status::Revised };
    }
    Some(Score {
        score,
        rank,
        places,
        coverage: there as f64 / index.members().count() as f64,
        status,
        formula: index.formula(),
    })
}

fn instance(period: Period, score: &Score, vintage: u64) -> Instance {
    let json = Json::Float(score.score);
    let mut instance = Instance::new(AttributeValue::Property(json)).at(moment(period));
    instance.unit_code = Some(Name::new(NO_UNIT));
    for (local, json) in [
        ("period", Json::text(&period.to_string())),
        ("status", Json::text(score.status.word())),
        ("coverage", Json::Float(score.coverage)),
        ("rank", Json::Float(score.rank)),
        ("bestPlace", Json::Float(score.places.0)),
        ("worstPlace", Json::Float(score.places.1)),
        ("formula", Json::text(&score.formula)),
        ("vintage", Json::Int(i64::try_from(vintage).unwrap_or(i64::MAX))),
    ] {
        instance.sub_attributes.push(property(local, json));
    }
    instance
}

fn read(point: &Point) -> Option<Score> {
    let json = |local: &str| {
        let attribute = point.sub_attributes.iter().find(|attribute| attribute.name.local() == local)?;
        match &attribute.main()?.value {
            AttributeValue::Property(json) => Some(json),
            _ => None,
        }
    };
    let number = |local: &str| json(local).and_then(Json::as_f64);
    Some(Score {
        score: point.value.as_number()?,
        rank: number("rank")?,
        places: (number("bestPlace")?, number("worstPlace")?),
        coverage: number("coverage")?,
        status: json("status").and_then(Json::as_str).and_then(Status::parse)?,
        formula: json("formula").and_then(Json::as_str)?.to_owned(),
    })
}
