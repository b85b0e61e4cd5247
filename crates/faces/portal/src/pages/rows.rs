//! Small views that several pages share.

use senne_chart::{map, meter};
use senne_contract::Contracts;
use senne_model::{Entity, EntityId, Timestamp};

use crate::{
    address,
    describe::{self, Now, Time},
    figures::AreaDay,
    format,
    overview::Station,
    sentence,
    words::Words,
};

/// A title and a text.
pub(crate) struct Fact {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A name that leads somewhere.
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) link: String,
}

/// A station in a list.
pub(crate) struct StationRow {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) symbol: String,
    pub(crate) mark: usize,
    /// Type and primary attribute in words.
    pub(crate) what: String,
    /// The primary attribute alone, or the type where there is none.
    pub(crate) measures: String,
    pub(crate) now: Option<Now>,
    pub(crate) time: Option<Time>,
    pub(crate) simulated: bool,
}

/// The address of an entity's page.
pub(crate) fn entity_link(words: Words, id: &EntityId) -> String {
    format!("/{}/entity/{}", words.language, address::segment(id))
}

/// The address of an area's page.
pub(crate) fn area_link(words: Words, id: &EntityId) -> String {
    format!("/{}/area/{}", words.language, address::segment(id))
}

impl StationRow {
    pub(crate) fn new(words: Words, contracts: &Contracts, entity: &Entity, now: Timestamp) -> Self {
        let contract = describe::contract_of(contracts, entity);
        let mark = describe::mark_of(contract);
        let primary = describe::primary_of(contract, entity);
        let kind = describe::type_title(contract, entity, words.language);
        let measures =
            primary.map_or_else(|| kind.clone(), |(a, _)| a.title.get(words.language.code()).to_owned());
        let what = if primary.is_some() { format!("{kind} · {measures}") } else { kind };
        let said = primary.map(|(attribute, instance)| describe::now_of(words, Some(attribute), instance));
        let at = said.as_ref().and_then(|now| now.at);
        Self {
            name: describe::name_of(entity, words.language),
            link: entity_link(words, &entity.id),
            symbol: map::symbol_inline(mark),
            mark,
            what,
            measures,
            now: said,
            time: at.map(|at| Time::new(words, at, now)),
            simulated: describe::simulated(entity),
        }
    }

    /// Name, value and doubt in one line, for a mark on a map.
    pub(crate) fn says(&self, words: Words) -> String {
        let mut says = self.name.clone();
        if let Some(now) = &self.now {
            says = format!("{says}: {}", now.value);
            if now.doubt {
                says = format!("{says} ({})", now.quality);
            }
        }
        if self.simulated { format!("{says} – {}", words.t("simulated.word")) } else { says }
    }

    pub(crate) fn mark_at(&self, words: Words, station: &Station) -> map::Mark {
        map::Mark { at: station.at, link: self.link.clone(), kind: self.mark, says: self.says(words) }
    }
}

/// An area with its indicator in a table.
pub(crate) struct AreaRow {
    pub(crate) name: String,
    pub(crate) link: String,
    /// The mean with its unit, or that it is unknown.
    pub(crate) mean: String,
    pub(crate) bar: String,
    /// The last days as a small line.
    pub(crate) spark: String,
    /// Below or above, in words.
    pub(crate) against: &'static str,
    pub(crate) observed: String,
    pub(crate) flagged: String,
    pub(crate) stations: String,
    pub(crate) simulated: bool,
    /// For sorting.
    pub(crate) order: (Option<f64>, f64, f64, usize),
}

impl AreaRow {
    /// `high` is the end of the scale that all bars share.
    pub(crate) fn new(
        words: Words,
        area: &Entity,
        day: Option<&AreaDay>,
        guideline: f64,
        high: f64,
        spark: String,
    ) -> Self {
        let mean = day.and_then(|d| d.mean);
        let share =
            |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |s| format::percent(words.language, s));
        let stations = day.map_or(0, |d| d.stations);
        let measured = day.filter(|d| d.stations > 0);
        Self {
            name: describe::name_of(area, words.language),
            link: area_link(words, &area.id),
            mean: mean.map_or_else(
                || words.t("value.not_measured").to_owned(),
                |x| format!("{}\u{a0}µg/m³", format::number(words.language, x, 1)),
            ),
            bar: meter::svg(mean, guideline, high),
            spark,
            against: match mean {
                Some(x) if x > guideline => words.t("areas.above"),
                Some(_) => words.t("areas.below"),
                None => "–",
            },
            observed: share(measured.map(|d| d.share_observed)),
            flagged: share(measured.map(|d| d.share_flagged)),
            stations: format::amount(words.language, stations as u64),
            simulated: day.is_some_and(|d| d.simulated && d.mean.is_some()),
            order: (
                mean,
                day.map_or(0.0, |d| d.share_observed),
                day.map_or(0.0, |d| d.share_flagged),
                stations,
            ),
        }
    }

    /// The area on a map, in the class of its figure.
    pub(crate) fn on_map<'a>(
        words: Words,
        area: &'a Entity,
        name: &'a str,
        day: Option<&AreaDay>,
    ) -> Option<map::Area<'a>> {
        let guideline = day.map_or(crate::NO2_GUIDELINE, |d| d.guideline);
        let mean = day.and_then(|d| d.mean);
        let figure = mean.map_or_else(
            || words.t("value.not_measured").to_owned(),
            |x| sentence::with_unit(words, x, "µg/m³"),
        );
        let simulated = day.is_some_and(|d| d.simulated && d.mean.is_some());
        let label = if simulated { format!(" – {}", words.t("simulated.word")) } else { String::new() };
        Some(map::Area {
            shape: area.location()?.shape(),
            name,
            link: area_link(words, &area.id),
            class: sentence::area_class(mean, guideline),
            says: format!("{name}: NO2 {figure}{label}"),
        })
    }
}
