//! Whether it pays off: what was promised beside what came, year by year.

use jiff::{civil::Date, tz::TimeZone};
use senne_chart::{Dot, Trust, line::LineChart};
use senne_contract::Unit;
use senne_programme::{
    Benefit, Euros,
    effect::{BenefitYear, Benefits, benefits},
    says::{euros, list},
};

use super::{Subject, ground::Ground};
use crate::pages::{programme::shared::called, rows::Linked};

/// So many benefits are told of.
const BENEFITS_MOST: usize = 12;
/// Two years and a day: years beside each other are joined.
const GAP_AFTER: i64 = 731 * 86_400_000_000;

/// A benefit over its years.
pub(super) struct Gain {
    /// Its place among the benefits, for identifiers.
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) owner: Option<Linked>,
    /// How much of what was promised came, in a sentence.
    pub(super) finding: String,
    /// What that is worth; empty when it has no price.
    pub(super) worth: String,
    pub(super) not_entered: String,
    /// The curve; empty when fewer than two years are known.
    pub(super) chart: String,
    pub(super) rows: Vec<GainRow>,
}

pub(super) struct GainRow {
    pub(super) year: i16,
    pub(super) promised: String,
    pub(super) realised: String,
}

/// Nothing when a number of them is none.
pub(super) fn of(subject: Subject<'_>) -> Vec<Gain> {
    let Subject { ground, project, .. } = subject;
    let own = ground.view.programme.benefits.of(&project.id);
    let own = own.get(..own.len().min(BENEFITS_MOST)).unwrap_or_default();
    let found = benefits(own, ground.view.today.year()).unwrap_or_default();
    let numbered = own.iter().zip(&found).enumerate();
    numbered.map(|(place, (benefit, found))| gain(ground, place, benefit, found)).collect()
}

fn gain(ground: Ground<'_>, place: usize, benefit: &Benefit, found: &Benefits) -> Gain {
    let words = ground.words;
    let name = called(words, Some(&benefit.name), benefit.id.as_str());
    let unit = unit(&benefit.unit);
    let finding = finding(ground, found);
    let missing: Vec<String> = found.not_entered.iter().map(ToString::to_string).collect();
    let none = || words.t("project.not_entered").to_owned();
    let cell = |value: Option<f64>| value.map_or_else(none, |value| ground.amount(value, unit));
    let row = |year: &BenefitYear| GainRow {
        year: year.year,
        promised: cell(year.promised),
        realised: if year.realised.is_none() && year.year > ground.view.today.year() {
            words.t("project.to_come").to_owned()
        } else {
            cell(year.realised)
        },
    };
    Gain {
        place,
        owner: benefit.owner.as_ref().map(|id| ground.organisation(id)),
        worth: worth(ground, found),
        not_entered: match missing.as_slice() {
            [] => String::new(),
            years => words.fill("project.years_not_entered", [list(ground.spoken(), years)]),
        },
        chart: chart(ground, place, &name, &finding, unit, &found.years),
        rows: found.years.iter().map(row).collect(),
        unit: unit.to_owned(),
        finding,
        name,
    }
}

/// The symbol of a unit; its code when it has no place in the table.
fn unit(code: &str) -> &str {
    Unit::find(code).map_or(code, |unit| unit.symbol)
}

fn finding(ground: Ground<'_>, found: &Benefits) -> String {
    let year = ground.view.today.year().to_string();
    match found.part {
        Some(part) => ground.words.fill("project.benefit_part", [ground.share(part), year]),
        None => ground.words.t("project.benefit_unknown").to_owned(),
    }
}

/// What came beside what was promised, in euros.
fn worth(ground: Ground<'_>, found: &Benefits) -> String {
    let money = |amount: Option<f64>| Some(euros(ground.spoken(), Euros::nearest(amount?)?));
    match (money(found.realised_euros), money(found.promised_euros)) {
        (Some(came), Some(promised)) => ground.words.fill("project.benefit_worth", [came, promised]),
        _ => String::new(),
    }
}

/// The sums up to each year: what came as a line, what was promised beside it.
fn chart(
    ground: Ground<'_>,
    place: usize,
    name: &str,
    finding: &str,
    unit: &str,
    years: &[BenefitYear],
) -> String {
    let dot = |year: &BenefitYear, value: f64| {
        Some(Dot { at: middle(year.year)?, value, spread: None, trust: Trust::Usable })
    };
    let promised: Vec<Dot> = years.iter().filter_map(|year| dot(year, year.promised_so_far)).collect();
    let came: Vec<Dot> = years
        .iter()
        .filter(|year| year.realised.is_some())
        .filter_map(|year| dot(year, year.realised_so_far))
        .collect();
    let (Some(first), Some(last), true) = (promised.first(), promised.last(), promised.len() > 1) else {
        return String::new();
    };
    LineChart {
        id: &format!("benefit-chart-{place}"),
        title: &ground.words.fill("project.benefit_chart", [name]),
        description: finding,
        unit,
        words: &ground.words,
        from: first.at,
        to: last.at,
        dots: &came,
        gap_after: GAP_AFTER,
        guideline: None,
        scale_of: Some((0.0, 0.0)),
        beside: &promised,
        begins: None,
    }
    .svg()
}

/// The middle of a year in microseconds UTC, so that it stands over its own name on the axis.
fn middle(year: i16) -> Option<i64> {
    let day = Date::new(year, 7, 1).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_by_their_symbol() {
        assert_eq!((unit("C62"), unit("MTK"), unit("no unit")), ("", "m²", "no unit"));
    }

    #[test]
    fn a_year_stands_in_its_middle() {
        assert!(middle(2026).is_some_and(|at| at > middle(2025).unwrap_or_default()));
        assert!(middle(i16::MAX).is_none());
    }
}
