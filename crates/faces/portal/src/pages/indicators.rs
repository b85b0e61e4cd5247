//! How the city is doing: all indicators by pillar, or by the groups of another framework.

mod multiples;

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::response::Response;
use senne_chart::{Dot, Trust, spark};
use senne_indicator::{Catalogue, Declaration, Figure, Framework, Frequency, PILLARS};
use senne_model::{EntityId, Problem};

use super::indicator::{
    series::dot,
    told::{Told, change, direction, newest, previous_year, target},
};
use crate::{
    figures::{AreaCodes, RecentFigures},
    frame::Frame,
    visit::Visit,
    words::Words,
};

#[derive(Template)]
#[template(path = "indicators.html")]
struct IndicatorsPage {
    frame: Frame,
    title: String,
    lead: String,
    areas: Vec<Choice>,
    frameworks: Vec<Choice>,
    groups: Vec<Section>,
    composites: Vec<Choice>,
    may: bool,
    profile: String,
}

/// One of several views of the page.
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) link: String,
    pub(super) here: bool,
}

/// A group of a framework.
struct Section {
    id: String,
    title: String,
    description: String,
    cards: Vec<Card>,
    /// The indicators of one length of period beside each other; empty where fewer than two can be.
    multiples: String,
    /// Those without a value.
    missing: Vec<Missing>,
}

/// An indicator with its newest value.
pub(super) struct Card {
    pub(super) title: String,
    pub(super) link: String,
    pub(super) told: Told,
    /// Against the same period of the year before, in words; empty when nothing can be said.
    pub(super) change: String,
    pub(super) target: String,
    pub(super) direction: &'static str,
    pub(super) spark: String,
}

/// An indicator that nobody has measured or entered.
pub(super) struct Missing {
    pub(super) title: String,
    pub(super) link: String,
    pub(super) from: String,
}

/// `GET /{language}/indicators?area=21009&framework=sdg11`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<IndicatorsPage, Problem> {
    let words = visit.w;
    let figures = &visit.portal.options.figures;
    let catalogue = figures.catalogue();
    let places = Places::read(visit).await?;
    let asked = visit.parameter("framework").unwrap_or(PILLARS);
    let framework = catalogue.framework(asked).or_else(|| catalogue.framework(PILLARS));
    let recent = match &places.area {
        Some(area) => visit.portal.recent(&visit.context(), area).await?,
        None => Arc::default(),
    };
    let groups = framework.map(|framework| groups(words, &catalogue, framework, &recent, &places));
    let title = words.fill("indicators.title", [&places.name]);
    let with_values = recent.values().filter(|figures| !figures.is_empty()).count() as u64;
    let all = catalogue.indicators.len() as u64;
    let lead = words.fill(
        "indicators.lead",
        [with_values, all].map(|count| crate::format::amount(words.language, count)),
    );
    Ok(IndicatorsPage {
        frame: visit.frame().titled(title.clone(), lead.clone()).ending(words.t("frame.indicators")),
        title,
        lead,
        frameworks: frameworks(visit, &catalogue, framework, &places),
        profile: super::profile::link(words, &places.code),
        areas: places.choices,
        groups: groups.unwrap_or_default(),
        composites: composites(visit, &catalogue),
        may: visit.administers(),
    })
}

/// The areas that can be chosen, and the one that is.
pub(crate) struct Places {
    pub(super) area: Option<EntityId>,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) whole: bool,
    pub(super) choices: Vec<Choice>,
    pub(super) codes: Arc<AreaCodes>,
}

impl Places {
    pub(super) async fn read(visit: &Visit) -> Result<Self, Problem> {
        let words = visit.w;
        let codes = visit.portal.codes(&visit.context()).await?;
        let overview = visit.portal.overview(&visit.context()).await?;
        let mut names: BTreeMap<EntityId, String> = overview
            .areas
            .iter()
            .map(|area| (area.id.clone(), crate::describe::name_of(area, words.language)))
            .collect();
        if let Some(whole) = &codes.whole {
            names.entry(whole.clone()).or_insert_with(|| words.t("indicators.region").to_owned());
        }
        let asked = visit.parameter("area").filter(|code| !code.is_empty());
        let area = asked.and_then(|code| codes.area(code)).or(codes.whole.as_ref()).cloned();
        let is_whole = area == codes.whole;
        let code = area.as_ref().and_then(|area| codes.code(area)).unwrap_or_default().to_owned();
        let name = area.as_ref().and_then(|area| names.get(area)).cloned().unwrap_or_default();
        let mut choices: Vec<Choice> = codes
            .codes
            .iter()
            .filter_map(|(id, value)| {
                let label = names.get(id)?.clone();
                let here = Some(id) == area.as_ref();
                Some(Choice { label, value: value.clone(), link: String::new(), here })
            })
            .collect();
        let whole = codes.whole.as_ref().and_then(|whole| codes.code(whole)).unwrap_or_default();
        choices.sort_by(|a, b| (a.value != whole, &a.label).cmp(&(b.value != whole, &b.label)));
        Ok(Self { area, code, name, whole: is_whole, choices, codes })
    }

    /// The part of an address that keeps the area.
    pub(super) fn query(&self) -> String {
        if self.whole || self.code.is_empty() { String::new() } else { format!("?area={}", self.code) }
    }
}

/// The first screen's choice: the first indicators with a value that have a target, of as many pillars as there are.
pub(super) async fn chosen(visit: &Visit, most: usize) -> Result<Vec<Card>, Problem> {
    let figures = &visit.portal.options.figures;
    let places = Places::read(visit).await?;
    let Some(area) = &places.area else { return Ok(Vec::new()) };
    let recent = visit.portal.recent(&visit.context(), area).await?;
    let mut cards: Vec<(usize, Card)> = Vec::new();
    let mut of_pillar: BTreeMap<&str, usize> = BTreeMap::new();
    let catalogue = figures.catalogue();
    let all = catalogue.indicators.iter();
    let (with, without): (Vec<_>, Vec<_>) = all.partition(|declaration| !declaration.targets.is_empty());
    for declaration in with.into_iter().chain(without) {
        let figures = recent.get(&declaration.id).map(Vec::as_slice).unwrap_or_default();
        if let Some(figure) = newest(shown_first(declaration, figures)) {
            let place = of_pillar.entry(&declaration.pillar).or_default();
            *place += 1;
            cards.push((*place, card(visit.w, declaration, figure, figures, &places)));
        }
    }
    cards.sort_by_key(|(place, _)| *place);
    Ok(cards.into_iter().take(most).map(|(_, card)| card).collect())
}

fn frameworks(
    visit: &Visit,
    catalogue: &Catalogue,
    here: Option<&Framework>,
    places: &Places,
) -> Vec<Choice> {
    let each = catalogue.frameworks.iter().map(|framework| {
        let area = if places.whole { String::new() } else { format!("&area={}", places.code) };
        Choice {
            label: framework.title.get(visit.w.language.code()).to_owned(),
            value: framework.id.clone(),
            link: visit.link(&format!("/indicators?framework={}{area}", framework.id)),
            here: here.is_some_and(|here| here.id == framework.id),
        }
    });
    each.collect()
}

fn composites(visit: &Visit, catalogue: &Catalogue) -> Vec<Choice> {
    let each = catalogue.composites.iter().map(|index| Choice {
        label: index.title.get(visit.w.language.code()).to_owned(),
        value: index.id.clone(),
        link: visit.link(&format!("/index/{}", index.id)),
        here: false,
    });
    each.collect()
}

fn groups(
    words: Words,
    catalogue: &Catalogue,
    framework: &Framework,
    recent: &RecentFigures,
    places: &Places,
) -> Vec<Section> {
    let code = words.language.code();
    let each = framework.groups.iter().map(|group| {
        let mut section = Section {
            id: group.id.clone(),
            title: group.title.get(code).to_owned(),
            description: group.description.as_ref().map_or("", |text| text.get(code)).to_owned(),
            cards: Vec::new(),
            multiples: String::new(),
            missing: Vec::new(),
        };
        let mut shown = Vec::new();
        for declaration in &catalogue.indicators {
            if !catalogue.groups_of(declaration, framework).any(|other| other.id == group.id) {
                continue;
            }
            let figures = recent.get(&declaration.id).map(Vec::as_slice).unwrap_or_default();
            match newest(shown_first(declaration, figures)) {
                Some(figure) => {
                    section.cards.push(card(words, declaration, figure, figures, places));
                    shown.push((declaration, shown_first(declaration, figures)));
                }
                None => section.missing.push(missing(words, declaration, &places.query())),
            }
        }
        section.multiples = multiples::figure(words, &section.id, &section.title, &shown, places);
        section
    });
    each.filter(|section| !section.cards.is_empty() || !section.missing.is_empty()).collect()
}

/// The figures of one length of period, of those that come by length.
fn of_length(figures: &[Figure], frequency: Frequency) -> &[Figure] {
    figures
        .chunk_by(|a, b| a.period.frequency() == b.period.frequency())
        .find(|figures| figures.first().is_some_and(|figure| figure.period.frequency() == frequency))
        .unwrap_or_default()
}

/// The figures of the length that is shown first.
pub(super) fn shown_first<'a>(declaration: &Declaration, figures: &'a [Figure]) -> &'a [Figure] {
    declaration.frequencies.first().map_or(&[], |frequency| of_length(figures, *frequency))
}

fn card(
    words: Words,
    declaration: &Declaration,
    figure: &Figure,
    figures: &[Figure],
    places: &Places,
) -> Card {
    let before = previous_year(shown_first(declaration, figures), figure);
    Card {
        title: declaration.title.get(words.language.code()).to_owned(),
        link: format!("/{}/indicator/{}{}", words.language, declaration.id, places.query()),
        told: Told::of(words, declaration, figure),
        change: before.map_or_else(String::new, |before| change(words, declaration, figure, before)),
        target: target(words, declaration, figure),
        direction: direction(words, declaration),
        spark: small_line(declaration, figures),
    }
}

/// An indicator without a value; `query` keeps the area in its address.
pub(super) fn missing(words: Words, declaration: &Declaration, query: &str) -> Missing {
    let code = words.language.code();
    let from = match (&declaration.entered, &declaration.computed) {
        (Some(entered), _) => words.fill("indicators.from", [entered.from.get(code)]),
        _ => words.t("indicators.not_measured").to_owned(),
    };
    Missing {
        title: declaration.title.get(code).to_owned(),
        link: format!("/{}/indicator/{}{}", words.language, declaration.id, query),
        from,
    }
}

/// The periods as a small line, of the length that is shown first or a shorter one that has more values; empty when there are fewer than three.
pub(super) fn small_line(declaration: &Declaration, figures: &[Figure]) -> String {
    let mut lengths: Vec<Frequency> = declaration.frequencies.clone();
    let first = lengths.first().copied();
    lengths.retain(|length| first.is_some_and(|first| *length <= first));
    lengths.sort_by(|a, b| b.cmp(a));
    for length in lengths {
        let figures = of_length(figures, length);
        let dots: Vec<Dot> = figures.iter().filter_map(dot).collect();
        let usable = dots.iter().filter(|dot| dot.trust == Trust::Usable).count();
        if let (Some(first), true) = (figures.first(), usable >= 3) {
            return spark::svg(&dots, super::indicator::series::length(first.period) * 3 / 2);
        }
    }
    String::new()
}
