//! What it costs: by source and year, planned, committed, spent and thought to be needed.

use std::collections::BTreeMap;

use senne_programme::{BudgetLine, Euros, portfolio::Money};

use super::Subject;
use crate::{
    format,
    words::{Words, key},
};

/// Where there are more lines, only the sums of years are shown.
const ROWS_MOST: usize = 80;

pub(super) struct Costs {
    pub(super) sentence: String,
    /// Sources with their years.
    pub(super) sources: Vec<Source>,
    /// The sums of years, where there is more than one source or the sources are too many to list.
    pub(super) years: Vec<CostRow>,
    /// All of it; nothing when no money is recorded.
    pub(super) total: Option<CostRow>,
    /// Whether lines are left out.
    pub(super) summed: bool,
}

/// A source of money.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) rows: Vec<CostRow>,
    /// The sum, where there is more than one year.
    pub(super) sum: Option<CostRow>,
}

/// Money in four columns: planned, committed, spent, forecast.
pub(super) struct CostRow {
    pub(super) year: String,
    pub(super) cells: [String; 4],
}

type Years = BTreeMap<i16, Money>;

pub(super) fn of(subject: Subject<'_>) -> Costs {
    let Subject { ground, project, line } = subject;
    let words = ground.words;
    let lines = ground.view.programme.money.of(&project.id);
    let mut sources: BTreeMap<&str, Years> = BTreeMap::new();
    for one in lines {
        add(sources.entry(&one.source).or_default(), one);
    }
    let count: usize = sources.values().map(BTreeMap::len).sum();
    let summed = count > ROWS_MOST;
    let mut years = Years::new();
    for one in lines.iter().filter(|_| summed || sources.len() > 1) {
        add(&mut years, one);
    }
    let shown = sources.iter().filter(|_| !summed);
    Costs {
        sentence: ground.speaker.money(line.money),
        sources: shown.map(|(name, years)| source(words, name, years)).collect(),
        years: rows(words, &years),
        total: (!lines.is_empty()).then(|| row(words, words.t("project.total").to_owned(), line.money)),
        summed,
    }
}

fn add(years: &mut Years, line: &BudgetLine) {
    years.entry(line.year).or_default().add(Money::of([line]));
}

fn source(words: Words, name: &str, years: &Years) -> Source {
    let mut sum = Money::default();
    for money in years.values() {
        sum.add(*money);
    }
    let several = years.len() > 1;
    Source {
        name: source_name(words, name),
        rows: rows(words, years),
        sum: several.then(|| row(words, words.t("project.all_years").to_owned(), sum)),
    }
}

fn rows(words: Words, years: &Years) -> Vec<CostRow> {
    years.iter().map(|(year, money)| row(words, year.to_string(), *money)).collect()
}

fn row(words: Words, year: String, money: Money) -> CostRow {
    let cell = |amount: Euros| format::number(words.language, amount.as_f64(), 0);
    CostRow { year, cells: [money.planned, money.committed, money.spent, money.forecast].map(cell) }
}

/// The word of a source; another one stands as it is written.
fn source_name(words: Words, source: &str) -> String {
    let known = match source {
        "region" => key!("project.source_region"),
        "commune" => key!("project.source_commune"),
        "europe" => key!("project.source_europe"),
        "federal" => key!("project.source_federal"),
        "partner" => key!("project.source_partner"),
        "" => key!("project.source_unknown"),
        other => return other.to_owned(),
    };
    words.t(known).to_owned()
}
