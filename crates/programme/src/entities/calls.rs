//! Calls for projects and kinds of intervention from their entities.

use senne_model::Json;

use super::{Reader, reader::words_of};
use crate::types::{CallCriterion, CallForProjects, Direction, Intervention};

/// The words of [`Direction`], those of calls and those of evaluations.
pub(super) const DIRECTIONS: [(&str, Direction); 4] = [
    ("up", Direction::Higher),
    ("down", Direction::Lower),
    ("higher", Direction::Higher),
    ("lower", Direction::Lower),
];

pub(crate) fn call(reader: &mut Reader<'_>) -> Option<CallForProjects> {
    let opens_on = reader.date("opensOn");
    let closes_on = reader.date("closesOn");
    let mut criteria = Vec::new();
    for (place, item) in reader.items("criteria").iter().enumerate() {
        match criterion(item) {
            Some(criterion) => criteria.push(criterion),
            None => reader.wrong(
                "criteria",
                format!("a list of {{id, name, direction: up or down, weight}}; item {} is none", place + 1),
            ),
        }
    }
    Some(CallForProjects {
        id: reader.id().into(),
        name: reader.words("name"),
        opens_on: reader.need("opensOn", opens_on, "the first day on which projects are taken")?,
        closes_on: reader.need("closesOn", closes_on, "the last day on which projects are taken")?,
        budget: reader.euros("budget"),
        pillars: reader.targets("refPillars"),
        criteria,
    })
}

fn criterion(json: &Json) -> Option<CallCriterion> {
    let direction = match json.get("direction") {
        None => Direction::default(),
        Some(word) => DIRECTIONS.iter().find(|(known, _)| word.as_str() == Some(known))?.1,
    };
    Some(CallCriterion {
        id: json.get("id")?.as_str()?.into(),
        name: json.get("name").map(words_of).unwrap_or_default(),
        direction,
        weight: json.get("weight")?.as_f64().filter(|weight| weight.is_finite() && *weight >= 0.0)?,
    })
}

pub(crate) fn intervention(reader: &mut Reader<'_>) -> Intervention {
    Intervention { code: reader.local_id().to_owned(), name: reader.words("name") }
}
