//! The drawer of a composite index.

use senne_indicator::{Catalogue, CompositeIndex, IndexAggregation, IndexTable};

use super::{Input, PROGRAM, Provenance};
use crate::{
    format,
    pages::indicator::told::number,
    visit::Visit,
    words::{Words, key},
};

impl Provenance {
    /// Of an index of all areas; `query` is what makes its address that of this very index.
    pub(crate) fn of_index(visit: &Visit, index: &CompositeIndex, table: &IndexTable, query: &str) -> Self {
        let words = visit.w;
        let title = index.title.get(words.language.code());
        let of = format!("{title}, {}", format::period(words.language, table.period));
        let page = visit.link(&format!("/index/{}?period={}{query}", index.id, table.period));
        let json = format!("/indices/{}?period={}{query}", index.id, table.period);
        Self {
            definition: index.definition.get(words.language.code()).to_owned(),
            inputs: inputs(visit, index, table),
            entered: String::new(),
            steps: steps(words, index, table),
            sql: String::new(),
            facts: vec![
                (words.t("indicator.owner"), index.owner.clone()),
                (words.t("indicator.licence"), licences(&visit.portal.options.figures.catalogue(), index)),
                (words.t("indicator.version"), index.version.to_string()),
                (words.t("indicator.formula"), table.formula.clone()),
                (words.t("indicator.vintage"), format::amount(words.language, table.vintage.0)),
                (words.t("provenance.program"), PROGRAM.to_owned()),
            ],
            links: vec![(words.t("provenance.permanent"), format!("{json}&as_of={}", visit.now))],
            citation: words.fill(
                "provenance.citation",
                [
                    index.owner.clone(),
                    of.clone(),
                    table.formula.clone(),
                    table.vintage.to_string(),
                    Self::cited(visit, &page),
                    format::date(words.language, visit.now),
                ],
            ),
            command: format!("curl '{}'", Self::cited(visit, &format!("{json}&as_of={}", visit.now))),
            of,
        }
    }
}

/// The indicators, with the areas that have a value as coverage.
fn inputs(visit: &Visit, index: &CompositeIndex, table: &IndexTable) -> Vec<Input> {
    let words = visit.w;
    let catalogue = visit.portal.options.figures.catalogue();
    let code = words.language.code();
    let known = |id: &str| {
        let has = |row: &&senne_indicator::IndexRow| {
            row.indicators.iter().any(|part| part.id == id && part.value.is_some())
        };
        let counts = [table.rows.iter().filter(has).count(), table.rows.len()];
        words.fill("provenance.areas", counts.map(|count| format::amount(words.language, count as u64)))
    };
    let each = index.members().filter_map(|member| {
        let declaration = catalogue.indicator(&member.id)?;
        let ends = [member.low, member.high].map(|end| number(words, declaration, end));
        let unit = declaration.unit_shown(code);
        Some(Input {
            name: declaration.title.get(code).to_owned(),
            link: visit.link(&format!("/indicator/{}", member.id)),
            taken: format!("{} {unit}", words.fill("provenance.goalposts", ends)).trim_end().to_owned(),
            licence: declaration.licence.replace('_', " "),
            coverage: known(&member.id),
        })
    });
    each.collect()
}

fn licences(catalogue: &Catalogue, index: &CompositeIndex) -> String {
    let mut found: Vec<String> = index
        .members()
        .filter_map(|member| Some(catalogue.indicator(&member.id)?.licence.replace('_', " ")))
        .collect();
    found.sort();
    found.dedup();
    found.join(", ")
}

fn steps(words: Words, index: &CompositeIndex, table: &IndexTable) -> Vec<String> {
    let weights: Vec<String> = index
        .groups
        .iter()
        .map(|group| {
            let weight = format::value(words.language, group.weight);
            format!("{} {weight}", group.title.get(words.language.code()))
        })
        .collect();
    let mean = words.t(match index.aggregation {
        IndexAggregation::Arithmetic => key!("index.arithmetic"),
        IndexAggregation::Geometric => key!("index.geometric"),
    });
    vec![
        words.fill("provenance.step_values", [format::period(words.language, table.period)]),
        words.t("index.scale_text").to_owned(),
        words.fill("index.missing_text", [format::percent(words.language, index.least_available)]),
        words.fill("provenance.step_weights", [weights.join(", ")]),
        mean.to_owned(),
        words.fill("index.places_text", [format::amount(words.language, table.draws as u64)]),
    ]
}
