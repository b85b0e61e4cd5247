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
    Some(BudgetLine {
        project: reader.need("refProject", project, "the project")?,
        source: reader.owned("source").unwrap_or_default(),
        year: reader.need("year", year, "the calendar year")?,
        planned: reader.euros("planned"),
        committed: reader.euros("committed"),
        spent: reader.euros("spent"),
        forecast: reader.euros("forecast"),
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
