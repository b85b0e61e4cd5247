//! Projects and what they are followed by.

use super::{Cell, Table, code, row, table, words};
use crate::Programme;

pub(in crate::feeds) fn projects(programme: &Programme) -> Table {
    let columns = [
        "id",
        "name.*",
        "description.*",
        "refPillar",
        "refObjectives",
        "refCall",
        "refOwner",
        "refPartners",
        "projectState",
        "startsOn",
        "endsOn",
        "refAreas",
        "refNeeds",
        "refStrengthens",
        "interventionKind",
        "scores",
        "confidence",
        "confidenceAt",
        "confidenceReason.*",
        "lastConfirmedAt",
    ];
    let rows = programme.projects.values().map(|one| {
        let judgement = one.judgement.as_ref();
        let scores: Vec<String> = one.scores.iter().map(|(id, score)| format!("{id}={score}")).collect();
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(programme.descriptions.get(one.id.as_str())).into(),
            vec![
                Cell::text(&one.pillar),
                Cell::texts(&one.objectives),
                Cell::maybe(one.call.as_ref()),
                Cell::maybe(one.owner.as_ref()),
                Cell::texts(&one.partners),
                code(one.state),
                Cell::day(one.span.from),
                Cell::day(one.span.until),
                Cell::texts(&one.areas),
                Cell::texts(&one.needs),
                Cell::texts(&one.strengthens),
                Cell::maybe(one.kind.as_ref()),
                Cell::Texts(scores),
                judgement.map(|judgement| code(judgement.colour)).into(),
                Cell::day(judgement.map(|judgement| judgement.on)),
            ],
            words(judgement.map(|judgement| &judgement.reason)).into(),
            vec![Cell::day(one.confirmed_on)],
        ])
    });
    table("Project", &columns, rows.collect())
}

pub(in crate::feeds) fn milestones(programme: &Programme) -> Table {
    let columns = [
        "id",
        "name.*",
        "refProject",
        "gate",
        "baselineOn",
        "plannedOn",
        "doneOn",
        "durationDays",
        "refDependsOn",
        "weight",
        "refOwner",
    ];
    let rows = programme.milestones.all().iter().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            vec![
                Cell::text(&one.project),
                code(one.gate),
                Cell::day(one.baseline_on),
                Cell::day(one.planned_on),
                Cell::day(one.done_on),
                Cell::Whole(i64::from(one.duration_days)),
                Cell::texts(&one.depends_on),
                Cell::Number(one.weight),
                Cell::maybe(one.owner.as_ref()),
            ],
        ])
    });
    table("Milestone", &columns, rows.collect())
}

pub(in crate::feeds) fn money(programme: &Programme) -> Table {
    let columns = ["id", "refProject", "source", "year", "planned", "committed", "spent", "forecast"];
    let rows = programme.money.iter().map(|(id, one)| {
        vec![
            Cell::text(id),
            Cell::text(&one.project),
            Cell::text(&one.source),
            Cell::Whole(i64::from(one.year)),
            Cell::Whole(one.planned.0),
            Cell::Whole(one.committed.0),
            Cell::Whole(one.spent.0),
            Cell::Whole(one.forecast.0),
        ]
    });
    table("BudgetLine", &columns, rows.collect())
}

pub(in crate::feeds) fn risks(programme: &Programme) -> Table {
    let columns = [
        "id",
        "name.*",
        "refProject",
        "probability",
        "severity",
        "response.*",
        "riskState",
        "dueOn",
        "refOwner",
    ];
    let rows = programme.risks.all().iter().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            vec![
                Cell::text(&one.project),
                Cell::Whole(i64::from(one.probability)),
                Cell::Whole(i64::from(one.severity)),
            ],
            words(programme.responses.get(&one.id)).into(),
            vec![code(one.state), Cell::day(one.due_on), Cell::maybe(one.owner.as_ref())],
        ])
    });
    table("Risk", &columns, rows.collect())
}
