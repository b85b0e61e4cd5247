//! Composite indices as they leave the house: JSON.

use serde_json::{Value as Json, json};

use super::{CodeOf, texts};
use crate::{CompositeIndex, IndexEffect, IndexPart, IndexRemoval, IndexRow, IndexTable};

/// What is declared of a composite index.
pub fn composite_json(index: &CompositeIndex) -> Json {
    let groups = index.groups.iter().map(|group| {
        let members = group.indicators.iter().map(|member| {
            json!({ "id": member.id, "weight": member.weight, "low": member.low, "high": member.high })
        });
        json!({
            "id": group.id,
            "title": texts(&group.title),
            "weight": group.weight,
            "indicators": members.collect::<Vec<_>>(),
        })
    });
    json!({
        "id": index.id,
        "version": index.version,
        "title": texts(&index.title),
        "definition": texts(&index.definition),
        "level": index.level,
        "frequency": index.frequency.word(),
        "aggregation": index.aggregation.word(),
        "least_available": index.least_available,
        "owner": index.owner,
        "groups": groups.collect::<Vec<_>>(),
    })
}

/// A composite index of all areas in one period, with what it was made by. `declared` is the same as it is declared, when `index` is not: each
/// area then says where it stands there.
pub fn index_json(
    index: &CompositeIndex,
    table: &IndexTable,
    declared: Option<&IndexTable>,
    code: CodeOf<'_>,
) -> Json {
    let influence = table.influence.iter();
    let influence = influence
        .map(|each| json!({ "id": each.id, "weight": each.weight, "correlation": each.correlation }));
    let mut json = composite_json(index);
    json["period"] = json!(table.period.to_string());
    json["formula"] = json!(table.formula);
    json["vintage"] = json!(table.vintage.0);
    json["as_declared"] = json!(declared.is_none());
    json["areas"] = table.rows.iter().map(|row| row_json(row, declared, code)).collect();
    json["influence"] = influence.collect();
    json["without"] = table.removals.iter().map(|removal| removal_json(removal, code)).collect();
    json["effects"] = table.effects.iter().map(effect_json).collect();
    json["draws"] = json!(table.draws);
    json["parts_are_exact"] = json!(table.exact);
    json
}

fn row_json(row: &IndexRow, declared: Option<&IndexTable>, code: CodeOf<'_>) -> Json {
    let hangs_on = row.hangs_on.map(|(on, part)| json!({ "on": on.word(), "total": part }));
    let mut json = json!({
        "area": code(&row.area),
        "score": row.score,
        "rank": row.rank,
        "places": row.places.map(|(low, high)| [low, high]),
        "hangs_on": hangs_on,
        "groups": row.groups.iter().map(part_json).collect::<Vec<_>>(),
        "indicators": row.indicators.iter().map(part_json).collect::<Vec<_>>(),
        "provisional": row.provisional,
        "simulated": row.simulated,
    });
    if let Some(before) = declared.and_then(|table| table.rows.iter().find(|other| other.area == row.area)) {
        let places = before.places.map(|(low, high)| [low, high]);
        json["declared"] = json!({ "score": before.score, "rank": before.rank, "places": places });
    }
    json
}

fn part_json(part: &IndexPart) -> Json {
    json!({
        "id": part.id,
        "value": part.value,
        "score": part.score,
        "part": part.part,
        "beside_mean": part.beside,
        "clear": part.clear,
    })
}

fn removal_json(removal: &IndexRemoval, code: CodeOf<'_>) -> Json {
    let most = removal.most.as_ref().map(|(area, rise)| json!({ "area": code(area), "rises": rise }));
    json!({ "id": removal.id, "mean_shift": removal.mean_shift, "most": most })
}

fn effect_json(effect: &IndexEffect) -> Json {
    json!({
        "of": effect.of.word(),
        "first": effect.first,
        "total": effect.total,
        "total_between": effect.between.map(|(low, high)| [low, high]),
    })
}
