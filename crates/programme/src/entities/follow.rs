//! Milestones, money and risks from their entities.

use super::Reader;
use crate::types::{BudgetLine, Gate, Milestone, Risk, RiskState};

/// The words of [`Gate`].
const GATES: [(&str, Gate); 5] = [
    ("none", Gate::None),
    ("procurement", Gate::Procurement),
    ("dpia", Gate::Dpia),
    ("accessibility", Gate::Accessibility),
    ("security", Gate::Security),
];

/// The words of [`RiskState`].
const STATES: [(&str, RiskState); 4] = [
    ("open", RiskState::Open),
    ("mitigated", RiskState::Mitigated),
    ("occurred", RiskState::Occurred),
    ("closed", RiskState::Closed),
];

pub(crate) fn milestone(reader: &mut Reader<'_>) -> Option<Milestone> {
    let project = reader.target("refProject");
    Some(Milestone {
        id: reader.id().into(),
        name: reader.words("name"),
        project: reader.need("refProject", project, "the project")?,
        gate: reader.code("gate", &GATES).unwrap_or_default(),
        baseline_on: reader.date("baselineOn"),
        planned_on: reader.date("plannedOn"),
        done_on: reader.date("doneOn"),
        duration_days: reader.whole("durationDays", 0, 36_525).unwrap_or(0),
        depends_on: reader.targets("refDependsOn"),
        weight: reader.number_within("weight", 0.0, 1e9).unwrap_or(1.0),
        owner: reader.target("refOwner"),
    })
}

pub(crate) fn budget_line(reader: &mut Reader<'_>) -> Option<BudgetLine> {
    let project = reader.target("refProject");
    let year = reader.whole("year", 1900, 2200);
    let planned = reader.euros("planned");
    let (committed, spent) = (reader.euros("committed"), reader.euros("spent"));
    Some(BudgetLine {
        project: reader.need("refProject", project, "the project")?,
        source: reader.owned("source").unwrap_or_default(),
        year: reader.need("year", year, "the calendar year")?,
        planned,
        committed,
        spent,
        forecast: reader
            .amount("forecast")
            .unwrap_or_else(|| BudgetLine::unsaid_forecast(planned, committed, spent)),
    })
}

pub(crate) fn risk(reader: &mut Reader<'_>) -> Option<Risk> {
    let project = reader.target("refProject");
    let probability = reader.whole("probability", 1, 5);
    let severity = reader.whole("severity", 1, 5);
    Some(Risk {
        id: reader.id().into(),
        name: reader.words("name"),
        project: reader.need("refProject", project, "the project")?,
        probability: reader.need("probability", probability, "from 1 to 5")?,
        severity: reader.need("severity", severity, "from 1 to 5")?,
        state: reader.code("riskState", &STATES).unwrap_or_default(),
        due_on: reader.date("dueOn"),
        owner: reader.target("refOwner"),
    })
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, Entity, EntityId, Instance, Json, Name};

    use super::*;
    use crate::{entities::Findings, portfolio::Money, says, types::Euros};

    /// A line with these amounts, what it comes to in a sentence, and how many findings there are.
    fn read(amounts: &[(&str, Json)]) -> (BudgetLine, String, usize) {
        let property = |name: &str, json: Json| {
            Attribute::new(Name::new(name), Instance::new(AttributeValue::Property(json)))
        };
        let mut entity = Entity::new(EntityId::trusted("urn:ngsi-ld:BudgetLine:b"), Name::new("BudgetLine"));
        entity.attributes = vec![
            property("refProject", Json::text("urn:ngsi-ld:Project:p")),
            property("year", Json::Int(2026)),
        ];
        entity.attributes.extend(amounts.iter().map(|(name, json)| property(name, json.clone())));
        let mut findings = Findings::default();
        let line = budget_line(&mut Reader::new(&entity, &mut findings)).unwrap();
        let programme = crate::Programme::default();
        let said = says::Speaker::new(&programme, says::Language::En).money(Money::of([&line]));
        (line, said.replace('\u{a0}', " "), findings.kept.len())
    }

    #[test]
    fn a_forecast_that_is_not_said_is_as_planned() {
        let (line, said, findings) = read(&[("planned", Json::Int(4000))]);
        assert_eq!((line.planned, line.forecast), (Euros(4000), Euros(4000)));
        assert_eq!((line.committed, line.spent, findings), (Euros::ZERO, Euros::ZERO, 0));
        assert_eq!(
            said,
            "Nothing is spent yet; planned: 4000 euros. Expected in all: 4000 euros, as planned."
        );
        let (line, _, findings) = read(&[("planned", Json::Int(4000)), ("forecast", Json::text("a lot"))]);
        assert_eq!((line.forecast, findings), (Euros(4000), 1));
    }

    #[test]
    fn what_is_bound_or_paid_already_will_be_needed() {
        let forecast = |amounts: &[(&str, i64)]| {
            let amounts: Vec<_> = amounts.iter().map(|(name, amount)| (*name, Json::Int(*amount))).collect();
            read(&amounts).0.forecast
        };
        assert_eq!(forecast(&[("spent", 700)]), Euros(700));
        assert_eq!(forecast(&[("planned", 500), ("committed", 900), ("spent", 700)]), Euros(900));
        assert_eq!(forecast(&[("planned", 500), ("committed", 100)]), Euros(500));
        assert_eq!(forecast(&[("planned", 500), ("spent", 700), ("forecast", 600)]), Euros(600));
    }

    #[test]
    fn a_forecast_of_nothing_is_one_that_is_said() {
        let (line, said, _) = read(&[("planned", Json::Int(4000)), ("forecast", Json::Int(0))]);
        assert_eq!((line.planned, line.forecast), (Euros(4000), Euros::ZERO));
        assert!(said.ends_with("Expected in all: 0 euros, 100% less than planned."), "{said}");
    }
}
