//! Expected effects and benefits from their entities.

use super::{Reader, outcome::outcome};
use crate::types::{Benefit, ExpectedEffect, Sign, Words};

/// What an expected effect rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// What must hold for it to come.
    pub assumptions: Words,
    /// What is known of it.
    pub evidence: Words,
    /// How many people it touches.
    pub population: Option<u64>,
}

pub(crate) fn expected_effect(reader: &mut Reader<'_>) -> Option<(ExpectedEffect, Basis)> {
    const SIGNS: [(&str, Sign); 2] = [("increase", Sign::Increase), ("decrease", Sign::Decrease)];
    let project = reader.target("refProject");
    let indicator = reader.target("refIndicator");
    let outcome = outcome(reader, "refEntities").ok()?;
    let sign = reader.code("sign", &SIGNS);
    let low = reader.number_within("sizeLow", 0.0, f64::MAX);
    let high = reader.number_within("sizeHigh", 0.0, f64::MAX);
    let size = match (low, high) {
        (Some(low), Some(high)) => Some((low.min(high), low.max(high))),
        (Some(one), None) | (None, Some(one)) => Some((one, one)),
        (None, None) => None,
    };
    let size = reader.need("sizeLow", size, "the least change expected")?;
    let effect = ExpectedEffect {
        project: reader.need("refProject", project, "the project")?,
        indicator: reader.need("refIndicator", indicator, "the indicator")?,
        outcome,
        sign: reader.need("sign", sign, "increase or decrease")?,
        size_low: size.0,
        size_high: size.1,
        areas: reader.targets("refAreas"),
        starts_on: reader.date("startsOn"),
        ramp_months: reader.whole("rampMonths", 0, 1_200).unwrap_or(0),
        // Without a grade it is a thought.
        evidence_grade: reader.whole("evidenceGrade", 1, 5).unwrap_or(1),
    };
    let basis = Basis {
        assumptions: reader.words("assumptions"),
        evidence: reader.words("evidence"),
        population: reader.whole("population", 0, i64::MAX >> 12),
    };
    Some((effect, basis))
}

pub(crate) fn benefit(reader: &mut Reader<'_>) -> Option<Benefit> {
    let project = reader.target("refProject");
    Some(Benefit {
        id: reader.id().into(),
        name: reader.words("name"),
        project: reader.need("refProject", project, "the project")?,
        owner: reader.target("refOwner"),
        indicator: reader.target("refIndicator"),
        unit: reader.owned("unit").unwrap_or_else(|| "C62".to_owned()),
        promised: reader.years("promised"),
        realised: reader.years("realised"),
        unit_value: reader.number("unitValue"),
    })
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, Entity, EntityId, Instance, Json, Name};

    use super::*;
    use crate::entities::Findings;

    fn read(more: &[(&str, &str)]) -> (Option<ExpectedEffect>, Vec<String>) {
        let id = EntityId::trusted("urn:ngsi-ld:ExpectedEffect:e");
        let mut entity = Entity::new(id, Name::new("ExpectedEffect"));
        let mut put = |name: &str, json: Json| {
            let instance = Instance::new(AttributeValue::Property(json));
            entity.attributes.push(Attribute::new(Name::new(name), instance));
        };
        put("refProject", Json::text("urn:ngsi-ld:Project:p"));
        put("refIndicator", Json::text("urn:ngsi-ld:Indicator:traffic"));
        put("sign", Json::text("decrease"));
        put("sizeLow", Json::Int(5));
        for (name, text) in more {
            put(name, Json::text(text));
        }
        let mut findings = Findings::default();
        let found = expected_effect(&mut Reader::new(&entity, &mut findings)).map(|(effect, _)| effect);
        (found, findings.kept.into_iter().map(|finding| finding.attribute).collect())
    }

    #[test]
    fn a_promise_may_be_about_what_stands_for_the_indicator() {
        let (found, findings) = read(&[
            ("outcomeType", "TrafficFlowObserved"),
            ("outcomeAttribute", "intensity"),
            ("outcomeUnit", "vehicles in 5 minutes"),
            ("refEntities", "urn:ngsi-ld:TrafficFlowObserved:a"),
        ]);
        let outcome = found.unwrap().outcome.unwrap();
        assert_eq!((outcome.kind.as_str(), outcome.attribute.as_str()), ("TrafficFlowObserved", "intensity"));
        assert_eq!(outcome.unit.get("nl"), Some("vehicles in 5 minutes"));
        assert_eq!(outcome.entities, ["urn:ngsi-ld:TrafficFlowObserved:a"]);
        assert!(findings.is_empty());
        assert_eq!(read(&[]).0.unwrap().outcome, None);
    }

    #[test]
    fn half_an_outcome_is_never_read_as_the_indicator() {
        for (there, lacking) in [("outcomeType", "outcomeAttribute"), ("outcomeAttribute", "outcomeType")] {
            assert_eq!(read(&[(there, "TrafficFlowObserved")]), (None, vec![lacking.to_owned()]));
        }
    }
}
