//! What projects should change, what they changed, and the papers.

use std::collections::BTreeMap;

use super::{Cell, Table, code, row, table, words};
use crate::{
    Programme,
    types::{Answer, Outcome},
};

pub(in crate::feeds) fn effects(programme: &Programme) -> Table {
    let columns = [
        "id",
        "refProject",
        "refIndicator",
        "outcomeType",
        "outcomeAttribute",
        "outcomeName.*",
        "outcomeUnit.*",
        "refEntities",
        "sign",
        "sizeLow",
        "sizeHigh",
        "refAreas",
        "startsOn",
        "rampMonths",
        "evidenceGrade",
        "population",
        "assumptions.*",
        "evidence.*",
    ];
    let rows = programme.effects.iter().map(|(id, one)| {
        let basis = programme.bases.get(id);
        let population = basis.and_then(|basis| i64::try_from(basis.population?).ok());
        row([
            vec![Cell::text(id), Cell::text(&one.project), Cell::text(&one.indicator)],
            outcome(one.outcome.as_ref()),
            vec![
                Cell::texts(one.outcome.as_ref().map(|one| one.entities.as_slice()).unwrap_or_default()),
                code(one.sign),
                Cell::Number(one.size_low),
                Cell::Number(one.size_high),
                Cell::texts(&one.areas),
                Cell::day(one.starts_on),
                Cell::Whole(i64::from(one.ramp_months)),
                Cell::Whole(i64::from(one.evidence_grade)),
                population.map(Cell::Whole).into(),
            ],
            words(basis.map(|basis| &basis.assumptions)).into(),
            words(basis.map(|basis| &basis.evidence)).into(),
        ])
    });
    table("ExpectedEffect", &columns, rows.collect())
}

/// What stands for the indicator: type, attribute, name and unit.
fn outcome(outcome: Option<&Outcome>) -> Vec<Cell> {
    let mut cells =
        vec![Cell::maybe(outcome.map(|one| &one.kind)), Cell::maybe(outcome.map(|one| &one.attribute))];
    cells.extend(words(outcome.map(|one| &one.name)));
    cells.extend(words(outcome.map(|one| &one.unit)));
    cells
}

pub(in crate::feeds) fn benefits(programme: &Programme) -> Table {
    let columns = [
        "id",
        "name.*",
        "refProject",
        "refOwner",
        "refIndicator",
        "unit",
        "promised",
        "realised",
        "unitValue",
    ];
    let years = |years: &BTreeMap<i16, f64>| {
        Cell::Texts(years.iter().map(|(year, value)| format!("{year}={value}")).collect())
    };
    let rows = programme.benefits.all().iter().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            vec![
                Cell::text(&one.project),
                Cell::maybe(one.owner.as_ref()),
                Cell::maybe(one.indicator.as_ref()),
                Cell::text(&one.unit),
                years(&one.promised),
                years(&one.realised),
                Cell::number(one.unit_value),
            ],
        ])
    });
    table("Benefit", &columns, rows.collect())
}

pub(in crate::feeds) fn decisions(programme: &Programme) -> Table {
    let columns = ["id", "name.*", "refCall", "decidedAt", "method", "minutes.*", "fileHash", "digest"];
    let rows = programme.decisions.values().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            vec![Cell::maybe(one.call.as_ref()), Cell::day(one.decided_on), Cell::maybe(one.method.as_ref())],
            words(Some(&one.minutes)).into(),
            vec![Cell::maybe(one.file_hash.as_ref()), Cell::maybe(one.digest.as_ref())],
        ])
    });
    table("Decision", &columns, rows.collect())
}

pub(in crate::feeds) fn documents(programme: &Programme) -> Table {
    let columns = ["id", "name.*", "refAbout", "url", "fileHash", "language", "documentDate"];
    let rows = programme.documents.values().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            vec![
                Cell::maybe(one.about.as_ref()),
                Cell::maybe(one.url.as_ref()),
                Cell::maybe(one.file_hash.as_ref()),
                Cell::maybe(one.language.as_ref()),
                Cell::day(one.date),
            ],
        ])
    });
    table("Document", &columns, rows.collect())
}

pub(in crate::feeds) fn evaluations(programme: &Programme) -> Table {
    let columns = [
        "id",
        "name.*",
        "refProject",
        "refIndicator",
        "outcomeType",
        "outcomeAttribute",
        "outcomeName.*",
        "outcomeUnit.*",
        "startDate",
        "effect",
        "lowerBound",
        "upperBound",
        "standardError",
        "detectable",
        "answer",
        "grade",
        "observedAt",
    ];
    let rows = programme.evaluations.values().map(|one| {
        let measured = one.measured.as_ref();
        let word =
            |answer: Answer| Answer::WORDS.iter().find(|(_, known)| *known == answer).map(|(word, _)| *word);
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            vec![Cell::maybe(one.project.as_ref()), Cell::maybe(one.indicator.as_ref())],
            outcome(one.outcome.as_ref()),
            vec![
                Cell::day(one.starts_on),
                Cell::number(measured.map(|found| found.estimate)),
                Cell::number(measured.and_then(|found| Some(found.interval?.0))),
                Cell::number(measured.and_then(|found| Some(found.interval?.1))),
                Cell::number(measured.and_then(|found| found.standard_error)),
                Cell::number(measured.and_then(|found| found.detectable)),
                Cell::maybe(measured.and_then(|found| word(found.answer))),
                measured.map(|found| Cell::Whole(i64::from(found.grade))).into(),
                Cell::day(measured.and_then(|found| found.on)),
            ],
        ])
    });
    table("Evaluation", &columns, rows.collect())
}
