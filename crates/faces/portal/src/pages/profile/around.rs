//! What else is known of a place: its composite indices, and the projects that were evaluated there.

use senne_indicator::{CompositeIndex, IndexPart, IndexQuery, IndexRow};
use senne_model::Problem;

use super::Place;
use crate::{
    address, describe, format,
    overview::Station,
    pages::{
        evaluation::read::{Effect, targets, verdict},
        evaluations,
        index::parts,
    },
    visit::Visit,
};

/// An index of the place.
pub(super) struct IndexLine {
    pub(super) title: String,
    pub(super) link: String,
    /// «71.4 of 100 in October 2026, place 3 to 9 of 19».
    pub(super) said: String,
    /// What lifts it and what draws it down, in words.
    pub(super) why: String,
}

/// A project that touched the place.
pub(super) struct EvaluationRow {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) verdict: String,
    pub(super) evidence: String,
    pub(super) simulated: bool,
}

/// The indices that compare areas of this level.
pub(super) async fn indices(visit: &Visit, place: &Place) -> Result<Vec<IndexLine>, Problem> {
    let mut lines = Vec::new();
    for index in &visit.portal.options.figures.catalogue().composites {
        let table = visit.portal.index(&visit.context(), index, &IndexQuery::default()).await?;
        let Some(table) = table else { continue };
        let ranked = table.rows.iter().filter(|row| row.rank.is_some()).count();
        let Some(row) = table.rows.iter().find(|row| row.area == place.id) else { continue };
        lines.extend(line(visit, index, row, ranked, &format::period(visit.w.language, table.period)));
    }
    Ok(lines)
}

fn line(
    visit: &Visit,
    index: &CompositeIndex,
    row: &IndexRow,
    ranked: usize,
    period: &str,
) -> Option<IndexLine> {
    let words = visit.w;
    let (low, high) = row.places?;
    let whole = |x: f64| format::number(words.language, x, 0);
    let of = format::amount(words.language, ranked as u64);
    let places = if low.round() == high.round() {
        words.fill("profile.place", [whole(low), of])
    } else {
        words.fill("profile.places", [whole(low), whole(high), of])
    };
    let score = format::number(words.language, row.score?, 1);
    Some(IndexLine {
        title: index.title.get(words.language.code()).to_owned(),
        link: visit.link(&format!("/index/{}", index.id)),
        said: words.fill("profile.index", [score, places, period.to_owned()]),
        why: why(visit, &row.indicators),
    })
}

/// What clearly lifts the index and what clearly draws it down.
fn why(visit: &Visit, indicators: &[IndexPart]) -> String {
    let words = visit.w;
    let (up, down) = parts::standing_apart(visit, indicators);
    let mut said = Vec::new();
    if !up.is_empty() {
        said.push(words.fill("index.lifts", [up.join(", ")]));
    }
    if !down.is_empty() {
        said.push(words.fill("index.draws", [down.join(", ")]));
    }
    said.join(" ")
}

/// The evaluations that name the place, or a station inside it, as touched.
pub(super) async fn evaluations(
    visit: &Visit,
    place: &Place,
    inside: &[&Station],
) -> Result<Vec<EvaluationRow>, Problem> {
    let words = visit.w;
    let touches = |id: &String| {
        *id == *place.id.as_str() || inside.iter().any(|station| *id == *station.entity.id.as_str())
    };
    let mut rows = Vec::new();
    for entity in evaluations::read(visit).await? {
        if !place.whole && !targets(&entity, "treated").iter().any(touches) {
            continue;
        }
        let evidence = Effect::of(&entity)
            .map(|effect| words.fill("evaluation.grade", [format::amount(words.language, effect.grade)]));
        rows.push(EvaluationRow {
            name: describe::name_of(&entity, words.language),
            link: visit.link(&format!("/evaluation/{}", address::segment(&entity.id))),
            verdict: verdict(words, &entity),
            evidence: evidence.unwrap_or_default(),
            simulated: describe::simulated(&entity),
        });
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}
