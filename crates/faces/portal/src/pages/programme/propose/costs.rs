//! What a proposal would cost: a line for each year and source.

use senne_programme::Euros;

use crate::{
    pages::programme::call::form::{Fault, Sent, number, whole},
    words::Words,
};

/// So many lines of cost.
pub(super) const LINES: usize = 6;
/// The most money of a line, as the contract of budget lines says.
const AMOUNT_MOST: f64 = 2e9;
const YEARS: std::ops::RangeInclusive<u64> = 2000..=2100;
/// The sources that programmes usually name.
pub(super) const SOURCES: [&str; 5] = ["region", "commune", "europe", "federal", "partner"];

/// What would be paid from a source in a year.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) source: String,
    pub(super) year: i16,
    pub(super) planned: Euros,
}

/// The lines that were filled in. A line with an amount needs a year and a source, and each of both stands once.
pub(super) fn costs(words: Words, sent: &Sent, wrong: &mut Vec<Fault>) -> Vec<Cost> {
    let mut costs: Vec<Cost> = Vec::new();
    for line in 1..=LINES {
        let [year_name, source_name, amount_name] =
            ["year", "source", "amount"].map(|name| format!("{name}{line}"));
        let [year, source, amount] = [&year_name, &source_name, &amount_name].map(|name| sent.get(name));
        // A source may be chosen beforehand in every line.
        if year.is_empty() && amount.is_empty() {
            continue;
        }
        let read = number(words.language, amount).filter(|amount| (0.0..=AMOUNT_MOST).contains(amount));
        let Some(planned) = read.and_then(Euros::nearest) else {
            wrong.push(Fault::new(amount_name, words.t("choice.fault_money")));
            continue;
        };
        let read = whole(words.language, year).filter(|year| YEARS.contains(year));
        let Some(year) = read.and_then(|year| i16::try_from(year).ok()) else {
            wrong.push(Fault::new(year_name, words.t("choice.fault_year")));
            continue;
        };
        let Some(source) = SOURCES.into_iter().find(|known| *known == source) else {
            wrong.push(Fault::new(source_name, words.t("choice.fault_choose")));
            continue;
        };
        if costs.iter().any(|cost| cost.year == year && cost.source == source) {
            wrong.push(Fault::new(year_name, words.t("choice.fault_cost_twice")));
            continue;
        }
        costs.push(Cost { source: source.to_owned(), year, planned });
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_line_is_whole_or_wrong() {
        let mut wrong = Vec::new();
        let sent = Sent::read(
            "year1=2027&source1=region&amount1=1 000&source2=region&year3=27&source3=region&amount3=5&year4=2028&source4=&amount4=5\
             &year5=2028&source5=europe&year6=2027&source6=region&amount6=1",
        );
        let found = costs(Words::new(Language::Fr), &sent, &mut wrong);
        assert_eq!(found, [Cost { source: "region".to_owned(), year: 2027, planned: Euros(1000) }]);
        let fields: Vec<&str> = wrong.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["year3", "source4", "amount5", "year6"]);
    }
}
