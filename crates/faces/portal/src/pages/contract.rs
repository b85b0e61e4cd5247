//! What a type of entity promises.

use std::time::Duration;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_contract::{AttributeContract, Class, Contract, Period, Range, ValueKind};
use senne_model::Problem;

use super::{data, rows::Fact};
use crate::{
    format,
    frame::Frame,
    sentence,
    visit::Visit,
    words::{Words, key},
};

#[derive(Template)]
#[template(path = "contract.html")]
struct ContractPage {
    frame: Frame,
    title: String,
    description: String,
    term: String,
    rows: Vec<Row>,
    guidelines: Vec<Line>,
    facts: Vec<Fact>,
    model: Option<String>,
}

struct Row {
    term: String,
    title: String,
    description: String,
    kind: &'static str,
    unit: String,
    plausible: String,
    usual: String,
    cadence: String,
}

struct Line {
    text: String,
    source: String,
}

/// `GET /{language}/contract/{term}`
pub(crate) async fn show(visit: Visit, Path(term): Path<String>) -> Response {
    let page = view(&visit, &term);
    visit.answer(page)
}

fn view(visit: &Visit, term: &str) -> Result<ContractPage, Problem> {
    let words = visit.w;
    let code = words.language.code();
    let found = visit.hub().contracts().iter().find(|c| c.type_term == term && c.class == Class::Open);
    let contract = found.ok_or_else(|| Problem::not_found("no such contract"))?;
    let title = contract.title.get(code).to_owned();
    let description = contract.description.get(code).to_owned();
    let frame = visit
        .frame()
        .titled(title.clone(), description.clone())
        .under(words.t("frame.data"), "/data")
        .ending(title.clone());
    Ok(ContractPage {
        frame,
        title,
        description,
        term: contract.type_term.clone(),
        rows: open(contract).map(|a| row(words, a)).collect(),
        guidelines: open(contract).flat_map(|a| guidelines(words, a)).collect(),
        facts: facts(words, contract),
        model: contract.model.clone(),
    })
}

/// The attributes that everybody may know of.
pub(super) fn open(contract: &Contract) -> impl Iterator<Item = &AttributeContract> {
    let class = contract.class;
    contract.attributes.iter().filter(move |attribute| attribute.class.unwrap_or(class) == Class::Open)
}

fn row(words: Words, attribute: &AttributeContract) -> Row {
    let code = words.language.code();
    Row {
        term: attribute.term.clone(),
        title: attribute.title.get(code).to_owned(),
        description: attribute.description.as_ref().map_or_else(String::new, |d| d.get(code).to_owned()),
        kind: kind(words, attribute.kind),
        unit: attribute
            .unit
            .filter(|u| !u.symbol.is_empty())
            .map_or_else(|| "–".to_owned(), |u| u.symbol.to_owned()),
        plausible: range(words, attribute.plausible),
        usual: range(words, attribute.usual),
        cadence: attribute.cadence.map_or_else(|| "–".to_owned(), |c| long(words, c)),
    }
}

pub(super) fn range(words: Words, range: Option<Range>) -> String {
    let number = |x| format::value(words.language, x);
    range.map_or_else(
        || "–".to_owned(),
        |r| words.fill("contract.range", [number(r.least), number(r.greatest)]),
    )
}

pub(super) fn long(words: Words, duration: Duration) -> String {
    format::duration(words.language, i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

fn kind(words: Words, kind: ValueKind) -> &'static str {
    words.t(match kind {
        ValueKind::Number | ValueKind::Integer => key!("kind.number"),
        ValueKind::Text | ValueKind::Language => key!("kind.text"),
        ValueKind::Boolean => key!("kind.boolean"),
        ValueKind::Time => key!("kind.time"),
        ValueKind::Geometry => key!("kind.place"),
        ValueKind::Relationship => key!("kind.link"),
        ValueKind::Object | ValueKind::List => key!("kind.list"),
    })
}

fn guidelines(words: Words, attribute: &AttributeContract) -> impl Iterator<Item = Line> {
    let code = words.language.code();
    attribute.guidelines.iter().map(move |guideline| Line {
        text: words.fill(
            "contract.guideline",
            [
                attribute.title.get(code).to_owned(),
                sentence::with_unit(words, guideline.limit, attribute.symbol()),
                guideline.title.get(code).to_owned(),
            ],
        ),
        source: guideline.source.clone(),
    })
}

/// A calendar period in its largest whole unit.
fn calendar(words: Words, period: Period) -> String {
    match (period.months, period.days) {
        (months, 0) if months > 0 && months % 12 == 0 => words.count("count.years", u64::from(months / 12)),
        (months, 0) if months > 0 => words.count("count.months", u64::from(months)),
        (0, days) if days > 0 => words.count("count.days", u64::from(days)),
        _ => period.to_string(),
    }
}

fn facts(words: Words, contract: &Contract) -> Vec<Fact> {
    let class = words.t(match contract.class {
        Class::Open => key!("class.open"),
        Class::Internal | Class::Personal | Class::Special => key!("class.closed"),
    });
    let kept = contract.retention.map_or_else(
        || words.t("contract.kept_always").to_owned(),
        |period| words.fill("contract.kept_for", [calendar(words, period)]),
    );
    let fact = |title: &'static str, text: String| Fact { title: title.to_owned(), text };
    vec![
        fact(words.t("contract.term"), contract.type_term.clone()),
        fact(words.t("contract.version"), contract.version.to_string()),
        fact(words.t("contract.class"), class.to_owned()),
        fact(words.t("data.licence"), data::licence(contract)),
        fact(words.t("contract.kept"), kept),
    ]
}

#[cfg(test)]
mod tests {
    use senne_contract::Contracts;

    use super::*;

    #[test]
    fn what_is_closed_is_told_of_nowhere() {
        let files = Contracts::builtin_files().into_iter().map(|(name, text)| {
            (name, text.replace("    former: [PM10]\n", "    former: [PM10]\n    class: internal\n"))
        });
        let contracts = Contracts::parse(&files.collect::<Vec<_>>()).unwrap();
        let air = contracts.iter().find(|c| c.type_term == "AirQualityObserved").unwrap();
        let closed = air.attributes.iter().find(|a| a.term == "pm10").unwrap();
        assert!(!closed.guidelines.is_empty());
        let told: Vec<&str> = open(air).map(|a| a.term.as_str()).collect();
        assert!(told.contains(&"no2") && !told.contains(&"pm10"), "{told:?}");
    }
}
