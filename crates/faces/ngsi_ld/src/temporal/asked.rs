//! What part of the past is asked for, and in which form (clauses 4.11, 4.5.9, 4.5.19, 6.3.12).

use senne_hub::{Aggregation, PastQuery};
use senne_language::{Method, Period, TimeFilter};
use senne_model::{Entity, EntityId, Name, Problem, Timestamp};

use crate::{contexts::Terms, http::Call, write::Shape};

/// The temporal part of a request.
pub(super) struct Asked {
    pub(super) time: TimeFilter,
    pub(super) last_n: Option<usize>,
    pub(super) as_of: Option<Timestamp>,
    pub(super) every_version: bool,
    pub(super) attributes: Vec<Name>,
    pub(super) form: Form,
}

/// In which form the past is told.
pub(super) enum Form {
    Instances,
    Values,
    Aggregates(Aggregation),
}

impl Asked {
    pub(super) fn read(call: &Call, terms: &Terms, shape: &Shape) -> Result<Self, Problem> {
        let parameters = &call.parameters;
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
            attributes,
            form: Form::read(call)?,
        })
    }

    /// The question for these entities.
    pub(super) fn past_query(
        &self,
        ids: Vec<EntityId>,
        types: Vec<Name>,
        points_max: usize,
        shape: &Shape,
    ) -> PastQuery {
        let dataset_id = match shape.datasets.as_deref() {
            Some([only]) => Some(only.clone()),
            _ => None,
        };
        PastQuery {
            entities: ids,
            types,
            attributes: self.attributes.clone(),
            dataset_id,
            time: self.time,
            last_n: self.last_n,
            as_of: self.as_of,
            every_version: self.every_version,
            limit: points_max,
        }
    }
}

/// The types of some entities, each once.
pub(super) fn types_of<'a>(entities: impl Iterator<Item = &'a Entity>) -> Vec<Name> {
    let mut types: Vec<Name> = entities.flat_map(|entity| entity.types.iter().cloned()).collect();
    types.sort();
    types.dedup();
    types
}

impl Form {
    fn read(call: &Call) -> Result<Self, Problem> {
        let parameters = &call.parameters;
        let wants = |word: &str| parameters.get("format") == Some(word) || parameters.option(word);
        if wants("aggregatedValues") {
            let methods = parameters.get("aggrMethods");
            let methods = methods
                .ok_or_else(|| Problem::bad("aggregatedValues needs aggrMethods").field("aggrMethods"))?;
            let period = parameters.get("aggrPeriodDuration").unwrap_or("PT0S");
            return Ok(Self::Aggregates(Aggregation {
                methods: Method::parse(methods)?,
                period: Period::parse(period)?,
                zone: parameters.get("timezone").map(str::to_owned),
                usable_only: parameters.flag("usableOnly")?,
            }));
        }
        Ok(if wants("temporalValues") || call.is_simplified() { Self::Values } else { Self::Instances })
    }
}
