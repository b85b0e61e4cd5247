//! The key figures of the first screen and what changed in the city's measurements.

use std::collections::BTreeMap;

use senne_chart::map;
use senne_contract::{AttributeContract, Contract};
use senne_model::{Flag, Instance, Test, Timestamp};

use super::rows;
use crate::{
    describe::{self, Time},
    format,
    overview::{Overview, Station},
    visit::Visit,
};

/// How many lines tell what changed.
const LINES_MAX: usize = 8;
const WEEK: i64 = 7 * 24 * 3_600_000_000;
/// A station is not called silent before six hours.
const SILENCE_MIN: i64 = 6 * 3_600_000_000;

/// One type of station on the first screen.
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) link: String,
    pub(crate) symbol: String,
    pub(crate) figure: String,
    pub(crate) unit: String,
    pub(crate) what: String,
    pub(crate) stations: String,
    pub(crate) time: Option<Time>,
    /// Whether the newest value is more than a day old, so that its age is said.
    pub(crate) old: bool,
    pub(crate) quality: String,
    pub(crate) simulated: bool,
}

/// One thing that changed.
pub(crate) struct Line {
    /// A class of the style sheet: `new`, `attention` or `failed`.
    pub(crate) sign: &'static str,
    pub(crate) text: String,
    pub(crate) name: String,
    pub(crate) link: Option<String>,
}

/// One card per type that has stations, in the order of its mark.
pub(crate) fn cards(visit: &Visit, overview: &Overview) -> Vec<Card> {
    let mut types: BTreeMap<(usize, &str), (&Contract, Vec<&Station>)> = BTreeMap::new();
    for station in &overview.stations {
        let Some(contract) = describe::contract_of(visit.hub().contracts(), &station.entity) else {
            continue;
        };
        let key = (describe::mark_of(Some(contract)), contract.type_term.as_str());
        types.entry(key).or_insert_with(|| (contract, Vec::new())).1.push(station);
    }
    // Devices carry no figure of their own.
    types.retain(|_, (contract, _)| contract.primary_attribute().is_some_and(AttributeContract::is_number));
    types
        .into_iter()
        .map(|((mark, term), (contract, stations))| card(visit, mark, term, contract, &stations))
        .collect()
}

fn card(visit: &Visit, mark: usize, term: &str, contract: &Contract, stations: &[&Station]) -> Card {
    let words = visit.w;
    let primaries: Vec<_> =
        stations.iter().filter_map(|s| describe::primary_of(Some(contract), &s.entity)).collect();
    let newest = primaries.iter().filter_map(|(_, instance)| instance.observed_at).max();
    // Only values of the hour of the newest one describe one present.
    let fresh = |at: Option<Timestamp>| {
        at.zip(newest).is_none_or(|(at, newest)| newest.micros() - at.micros() <= 3_600_000_000)
    };
    let present: Vec<_> = primaries.iter().filter(|(_, i)| fresh(i.observed_at)).collect();
    let mut usable: Vec<f64> = present
        .iter()
        .filter(|(_, i)| i.quality.usable())
        .filter_map(|(a, i)| i.value.as_number().map(|x| a.shown_number(x)))
        .collect();
    usable.sort_by(f64::total_cmp);
    let doubtful = present.iter().filter(|(_, i)| !i.quality.usable()).count();
    let attribute = contract.primary_attribute();
    let title = attribute.map_or("", |a| a.title.get(words.language.code()));
    Card {
        title: contract.title.get(words.language.code()).to_owned(),
        link: visit.link(&format!("/map?type={term}")),
        symbol: map::symbol_inline(mark),
        figure: median(&usable).map_or_else(String::new, |x| format::value(words.language, x)),
        unit: attribute.map_or_else(String::new, |a| a.symbol().to_owned()),
        what: words.fill("home.median", [title]),
        stations: words.count("count.stations", stations.len() as u64),
        time: newest.map(|at| Time::new(words, at, visit.now)),
        old: newest.is_some_and(|at| visit.now.micros() - at.micros() > WEEK / 7),
        quality: match (present.len(), doubtful) {
            (0, _) => words.t("home.no_values").to_owned(),
            (_, 0) => words.t("home.all_good").to_owned(),
            (all, some) => words
                .fill("home.some_doubtful", [some, all].map(|n| format::amount(words.language, n as u64))),
        },
        simulated: stations.iter().any(|s| describe::simulated(&s.entity)),
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let high = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        Some(high)
    } else {
        sorted.get(middle.checked_sub(1)?).map(|low| low.midpoint(high))
    }
}

/// What changed in a week: new stations, sensors that failed, values in doubt.
pub(crate) fn changes(visit: &Visit, overview: &Overview) -> Vec<Line> {
    let words = visit.w;
    let since = visit.now.micros() - WEEK;
    let fresh = overview.stations.iter().filter(|s| s.entity.created_at.micros() >= since).count() as u64;
    let mut lines = Vec::new();
    for station in &overview.stations {
        lines.extend(trouble(visit, station));
        if lines.len() >= LINES_MAX {
            break;
        }
    }
    lines.sort_by_key(|line| line.sign != "failed");
    if fresh > 0 {
        let text = words.count("home.new_stations", fresh);
        lines.insert(0, Line { sign: "new", text, name: String::new(), link: None });
    }
    lines.truncate(LINES_MAX);
    lines
}

/// A station whose primary value is not to be trusted, or that has been silent for long while others speak.
fn trouble(visit: &Visit, station: &Station) -> Option<Line> {
    let words = visit.w;
    let contract = describe::contract_of(visit.hub().contracts(), &station.entity)?;
    let (attribute, instance) = describe::primary_of(Some(contract), &station.entity)?;
    let what = attribute.title.get(words.language.code());
    let (sign, text) = if instance.quality.has(Test::Sensor) {
        ("failed", words.fill("home.sensor_failed", [what]))
    } else if instance.quality.flag() == Flag::Fail {
        ("failed", words.fill("home.value_failed", [what]))
    } else if instance.quality.flag() == Flag::Suspect {
        ("attention", words.fill("home.value_suspect", [what]))
    } else if let Some(at) = silent_since(attribute, instance, visit.now) {
        (
            "attention",
            words.fill("home.silent", [format::duration(words.language, visit.now.micros() - at.micros())]),
        )
    } else {
        return None;
    };
    let name = describe::name_of(&station.entity, words.language);
    let link = Some(rows::entity_link(words, &station.entity.id));
    Some(Line { sign, text, name, link })
}

/// When a station fell silent, if that was this week: longer ago it is the past, not news.
fn silent_since(attribute: &AttributeContract, instance: &Instance, now: Timestamp) -> Option<Timestamp> {
    let at = instance.observed_at?;
    let silence = now.micros() - at.micros();
    let usual = attribute.cadence.map_or(SILENCE_MIN, |cadence| 3 * cadence.as_micros() as i64);
    (silence > usual.max(SILENCE_MIN) && silence < WEEK).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[1.0, 4.0]), Some(2.5));
        assert_eq!(median(&[1.0, 2.0, 9.0]), Some(2.0));
    }
}
