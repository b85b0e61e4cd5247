//! What part of the past is asked for, and in which form (clauses 4.11, 4.5.9, 4.5.19, 6.3.12).

use senne_hub::{Aggregation, PastQuery, Point};
use senne_language::{Collation, Method, Period, TimeFilter, TimeProperty};
use senne_model::{EntityId, Name, Problem, SCOPE, Timestamp};

use crate::{contexts::Terms, http::Call, write::Shape};

/// The temporal part of a request.
pub(crate) struct Asked {
    pub(super) time: TimeFilter,
    pub(super) last_n: Option<usize>,
    pub(super) as_of: Option<Timestamp>,
    pub(super) every_version: bool,
    pub(super) attributes: Vec<Name>,
    /// Whether the scopes are to be shown where attributes are named.
    pub(super) with_scopes: bool,
    /// Entities in descending order of their identifiers.
    pub(super) descending: bool,
    pub(super) form: Form,
}

/// The time of a point that a temporal property means.
pub(super) fn time_of(point: &Point, property: TimeProperty) -> Timestamp {
    match property {
        TimeProperty::ObservedAt => point.moment(),
        TimeProperty::CreatedAt => point.created_at,
        TimeProperty::ModifiedAt | TimeProperty::DeletedAt => point.modified_at,
    }
}

/// In which form the past is told.
pub(crate) enum Form {
    Instances,
    Values,
    Aggregates(Aggregation),
}

impl Asked {
    pub(super) fn read(call: &Call, terms: &Terms, shape: &Shape) -> Result<Self, Problem> {
        let parameters = &call.parameters;
        check_members(call)?;
        let time = TimeFilter::parse(
            parameters.get("timerel"),
            parameters.get("timeAt"),
            parameters.get("endTimeAt"),
            parameters.get("timeproperty"),
        )?;
        let last_n = parameters.number("lastN")?;
        if last_n == Some(0) {
            return Err(Problem::bad("a number of 1 or more is needed").field("lastN"));
        }
        let as_of = parameters.get("asOf").map(|text| {
            Timestamp::parse(text).map_err(|error| Problem::bad(error.to_string()).field("asOf"))
        });
        let mut attributes = shape.members.picked_attributes().unwrap_or_default();
        attributes
            .extend(parameters.list("attrs").unwrap_or_default().into_iter().map(|term| terms.expand(term)));
        attributes.sort();
        attributes.dedup();
        Ok(Self {
            time,
            last_n,
            as_of: as_of.transpose()?,
            every_version: parameters.flag("everyVersion")?,
            with_scopes: shape.members.keeps_scope(),
            descending: false,
            attributes,
            form: Form::read(call, time.from)?,
        })
    }

    /// The same for a query, which needs a range or `lastN`, and may order entities by their identifiers (clause 5.7.4.4).
    pub(crate) fn read_for_query(call: &Call, terms: &Terms, shape: &Shape) -> Result<Self, Problem> {
        let asked = Self::read(call, terms, shape)?;
        if asked.time.from.is_none() && asked.time.to.is_none() && asked.last_n.is_none() {
            return Err(Problem::bad("a temporal query needs timerel and timeAt, or lastN").field("timerel"));
        }
        // Identifiers have one order, but what is no collation is refused as elsewhere.
        call.parameters.get("collation").map(Collation::parse).transpose()?;
        let descending = match call.parameters.get("orderBy") {
            None | Some("id" | "id;asc") => false,
            Some("id;desc") => true,
            Some(_) => {
                return Err(Problem::bad("entities of the past are ordered by `id` alone").field("orderBy"));
            }
        };
        Ok(Self { descending, ..asked })
    }

    /// The question for these entities.
    pub(crate) fn past_query(&self, ids: Vec<EntityId>, points_max: usize, shape: &Shape) -> PastQuery {
        let dataset_id = match shape.datasets.as_deref() {
            Some([only]) => Some(only.clone()),
            _ => None,
        };
        PastQuery {
            entities: ids,
            types: Vec::new(),
            attributes: self.shown_attributes(),
            dataset_id,
            time: self.time,
            last_n: self.last_n,
            as_of: self.as_of,
            every_version: self.every_version,
            limit: points_max,
        }
    }
}

impl Asked {
    /// Where periods begin when the range has no beginning: with the first value that there is.
    pub(super) async fn aligned(
        &self,
        call: &Call,
        query: &PastQuery,
        aggregation: &Aggregation,
    ) -> Result<Aggregation, Problem> {
        let mut aligned = aggregation.clone();
        if aligned.origin.is_none() && aligned.zone.is_none() {
            let first = PastQuery { limit: 1, last_n: None, ..query.clone() };
            let found = call.face.hub.past(&call.hub, &first).await?;
            let points = found.iter().flat_map(|past| &past.series).flat_map(|series| &series.points);
            aligned.origin = points.map(|point| time_of(point, query.time.property)).min();
        }
        Ok(aligned)
    }

    /// The attributes to be shown; none named means all.
    fn shown_attributes(&self) -> Vec<Name> {
        let mut attributes = self.attributes.clone();
        if self.with_scopes && !attributes.is_empty() && matches!(self.form, Form::Instances | Form::Values) {
            attributes.push(Name::new(SCOPE));
        }
        attributes
    }
}

/// The same member can not be picked and omitted (clause 4.21).
fn check_members(call: &Call) -> Result<(), Problem> {
    let list = |name: &str| call.parameters.list(name).unwrap_or_default();
    let omitted = list("omit");
    match list("pick").into_iter().find(|member| omitted.contains(member)) {
        Some(both) => Err(Problem::bad(format!("`{both}` is picked and omitted")).field("omit")),
        None => Ok(()),
    }
}

impl Form {
    /// Periods begin where the range begins (clause 4.5.19), unless a time zone is named whose days and months are meant.
    fn read(call: &Call, from: Option<Timestamp>) -> Result<Self, Problem> {
        let parameters = &call.parameters;
        // `format` goes before the older `options` (clause 6.3.12).
        let wants = |word: &str| match parameters.get("format") {
            Some(format) if !format.is_empty() => format == word,
            _ => parameters.option(word),
        };
        if wants("aggregatedValues") {
            let methods = parameters.get("aggrMethods");
            let methods = methods
                .ok_or_else(|| Problem::bad("aggregatedValues needs aggrMethods").field("aggrMethods"))?;
            let period = parameters.get("aggrPeriodDuration").unwrap_or("PT0S");
            return Ok(Self::Aggregates(Aggregation {
                methods: Method::parse(methods)?,
                period: Period::parse(period)?,
                zone: parameters.get("timezone").map(str::to_owned),
                origin: from.filter(|_| parameters.get("timezone").is_none()),
                usable_only: parameters.flag("usableOnly")?,
            }));
        }
        Ok(if wants("temporalValues") || call.is_simplified() { Self::Values } else { Self::Instances })
    }
}
