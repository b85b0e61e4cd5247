//! What a programme rests on: memoranda, pillars, objectives, organisations, catalysts, calls, kinds of intervention.

use super::{Cell, Table, code, row, table, words};
use crate::Programme;

pub(in crate::feeds) fn memoranda(programme: &Programme) -> Table {
    let columns =
        ["id", "name.*", "text.*", "versionLabel", "signedOn", "refSignatories", "fileHash", "fileUrl"];
    let rows = programme.memoranda.values().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(Some(&one.text)).into(),
            vec![
                Cell::maybe(one.version.as_ref()),
                Cell::day(one.signed_on),
                Cell::texts(&one.signatories),
                Cell::maybe(one.file_hash.as_ref()),
                Cell::maybe(one.file_url.as_ref()),
            ],
        ])
    });
    table("Memorandum", &columns, rows.collect())
}

pub(in crate::feeds) fn pillars(programme: &Programme) -> Table {
    let rows = programme.pillars_in_order().into_iter().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(programme.descriptions.get(one.id.as_str())).into(),
            vec![Cell::Whole(i64::from(one.order))],
        ])
    });
    table("Pillar", &["id", "name.*", "description.*", "order"], rows.collect())
}

pub(in crate::feeds) fn objectives(programme: &Programme) -> Table {
    let columns = [
        "id",
        "name.*",
        "description.*",
        "refPillar",
        "refIndicator",
        "refArea",
        "baseline",
        "baselineOn",
        "targetLow",
        "targetHigh",
        "targetOn",
        "refOwner",
    ];
    let rows = programme.objectives.values().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(programme.descriptions.get(one.id.as_str())).into(),
            vec![
                Cell::text(&one.pillar),
                Cell::text(&one.indicator),
                Cell::maybe(one.area.as_ref()),
                Cell::number(one.baseline.map(|(value, _)| value)),
                Cell::day(one.baseline.map(|(_, on)| on)),
                Cell::number(one.target_low),
                Cell::number(one.target_high),
                Cell::Day(one.target_on),
                Cell::maybe(one.owner.as_ref()),
            ],
        ])
    });
    table("Objective", &columns, rows.collect())
}

pub(in crate::feeds) fn organisations(programme: &Programme) -> Table {
    let rows = programme.organisations.values().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(programme.descriptions.get(one.id.as_str())).into(),
            vec![code(one.role), Cell::maybe(one.parent.as_ref())],
        ])
    });
    table("Organisation", &["id", "name.*", "description.*", "helixRole", "refParent"], rows.collect())
}

pub(in crate::feeds) fn catalysts(programme: &Programme) -> Table {
    let rows = programme.catalysts.values().map(|one| {
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(programme.descriptions.get(one.id.as_str())).into(),
            vec![code(one.kind)],
        ])
    });
    table("Catalyst", &["id", "name.*", "description.*", "catalystKind"], rows.collect())
}

pub(in crate::feeds) fn calls(programme: &Programme) -> Table {
    let columns =
        ["id", "name.*", "description.*", "opensOn", "closesOn", "budget", "refPillars", "criteria"];
    let rows = programme.calls.values().map(|one| {
        let criteria: Vec<String> =
            one.criteria.iter().map(|criterion| format!("{}={}", criterion.id, criterion.weight)).collect();
        row([
            vec![Cell::text(&one.id)],
            words(Some(&one.name)).into(),
            words(programme.descriptions.get(one.id.as_str())).into(),
            vec![
                Cell::Day(one.opens_on),
                Cell::Day(one.closes_on),
                Cell::Whole(one.budget.0),
                Cell::texts(&one.pillars),
                Cell::Texts(criteria),
            ],
        ])
    });
    table("CallForProjects", &columns, rows.collect())
}

pub(in crate::feeds) fn interventions(programme: &Programme) -> Table {
    let rows = programme
        .interventions
        .values()
        .map(|one| row([vec![Cell::text(&one.code)], words(Some(&one.name)).into()]));
    table("Intervention", &["code", "name.*"], rows.collect())
}
