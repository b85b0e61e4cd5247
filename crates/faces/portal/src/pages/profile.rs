//! The profile of a place: all its indicators with interval, change and the region beside them, what stands out, its indices, its projects.

mod around;
pub(crate) mod csv;
mod findings;
mod standing;

use std::sync::Arc;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_chart::interval;
use senne_indicator::{PILLARS, Places};
use senne_model::{Entity, EntityId, Problem};

use self::{
    around::{EvaluationRow, IndexLine},
    standing::{Beside, Standing, Verdict},
};
use super::{
    indicator::{
        among::scale,
        told::{Told, direction, with_unit},
    },
    indicators::{Choice, Missing, Places as Chosen, missing, small_line},
    rows::StationRow,
};
use crate::{address, describe, format, frame::Frame, provenance::Provenance, visit::Visit, words::Words};

/// So many stations are named.
const STATIONS_MAX: usize = 40;

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    frame: Frame,
    name: String,
    lead: String,
    whole: bool,
    simulated: bool,
    areas: Vec<Choice>,
    findings: Vec<findings::Finding>,
    pillars: Vec<Pillar>,
    indices: Vec<IndexLine>,
    evaluations: Vec<EvaluationRow>,
    stations: Vec<StationRow>,
    stations_title: String,
    more_stations: Option<String>,
    area_page: Option<String>,
    csv: String,
}

/// A pillar with its indicators.
struct Pillar {
    id: String,
    title: String,
    caption: String,
    rows: Vec<Row>,
    missing: Vec<Missing>,
}

/// An indicator.
struct Row {
    id: String,
    title: String,
    link: String,
    direction: &'static str,
    told: Told,
    picture: String,
    region: String,
    beside: Said,
    change: String,
    changed: Said,
    places: String,
    spark: String,
    from: Provenance,
}

/// A verdict in words, and a style; nothing is said by the style alone.
struct Said {
    text: &'static str,
    class: &'static str,
}

/// The place of a page.
pub(super) struct Place {
    pub(super) id: EntityId,
    pub(super) code: String,
    pub(super) name: String,
    /// Whether it is the area that holds all others.
    pub(super) whole: bool,
    /// Nothing for the area that holds all others where it is no entity.
    pub(super) entity: Option<Arc<Entity>>,
    /// The areas of its level, itself among them.
    pub(super) peers: Vec<EntityId>,
    choices: Vec<Choice>,
}

/// The address of the profile of an area.
pub(crate) fn link(words: Words, code: &str) -> String {
    format!("/{}/profile/{}", words.language, address::segment(code))
}

/// `GET /{language}/profile/{area}`, by code or id.
pub(crate) async fn show(visit: Visit, Path(area): Path<String>) -> Response {
    let page = view(&visit, &area).await;
    visit.answer(page)
}

impl Place {
    pub(super) async fn find(visit: &Visit, area: &str) -> Result<Self, Problem> {
        let missing = || Problem::not_found("no such area");
        let overview = visit.portal.overview(&visit.context()).await?;
        let chosen = Chosen::read(visit).await?;
        let codes = &chosen.codes;
        let id = codes.area(area).cloned();
        let id = id.or_else(|| EntityId::parse(area).ok()).ok_or_else(missing)?;
        let whole = codes.whole.as_ref() == Some(&id);
        let entity = overview.area(&id).cloned();
        if entity.is_none() && !whole {
            return Err(missing());
        }
        let level = |area: &Entity| describe::text_by_term(area, "level", visit.w.language);
        let own = entity.as_deref().and_then(level);
        let alike = overview.areas.iter().filter(|other| level(other) == own && !whole);
        let name = entity.as_deref().map(|entity| describe::name_of(entity, visit.w.language));
        let mut choices = chosen.choices;
        choices.iter_mut().for_each(|choice| choice.link = link(visit.w, &choice.value));
        Ok(Self {
            peers: alike.map(|area| area.id.clone()).collect(),
            code: codes.code(&id).unwrap_or(id.as_str()).to_owned(),
            name: name.unwrap_or_else(|| visit.w.t("indicators.region").to_owned()),
            id,
            whole,
            entity,
            choices,
        })
    }
}

async fn view(visit: &Visit, area: &str) -> Result<ProfilePage, Problem> {
    let words = visit.w;
    let place = Place::find(visit, area).await?;
    let beside = Beside::read(visit, &place).await?;
    let standings = beside.standings(&place);
    let overview = visit.portal.overview(&visit.context()).await?;
    let inside = place.entity.as_deref().map(|area| overview.inside(area)).unwrap_or_default();
    let evaluations = around::evaluations(visit, &place, &inside).await?;
    let indices = around::indices(visit, &place).await?;
    let mut stations: Vec<StationRow> = inside
        .iter()
        .map(|s| StationRow::new(words, visit.hub().contracts(), &s.entity, visit.now))
        .collect();
    stations.sort_by(|a, b| (a.mark, &a.name).cmp(&(b.mark, &b.name)));
    let lead = findings::lead(visit, &place, &standings);
    let more = stations.len().checked_sub(STATIONS_MAX + 1).map(|n| n as u64 + 1);
    Ok(ProfilePage {
        frame: visit
            .frame()
            .titled(words.fill("profile.title", [&place.name]), lead.clone())
            .under(words.t("frame.areas"), "/areas")
            .ending(place.name.clone()),
        simulated: standings.iter().any(|standing| standing.figure.value.simulated),
        findings: findings::findings(words, &standings),
        pillars: pillars(visit, &place, &beside, &standings),
        stations_title: words.count("area.inside", stations.len() as u64),
        more_stations: more.map(|n| words.count("area.more", n)),
        stations: stations.into_iter().take(STATIONS_MAX).collect(),
        area_page: place
            .entity
            .as_ref()
            .map(|entity| visit.link(&format!("/area/{}", address::segment(&entity.id)))),
        csv: format!("{}/data.csv", link(words, &place.code)),
        whole: place.whole,
        areas: place.choices,
        name: place.name,
        lead,
        indices,
        evaluations,
    })
}

fn pillars(visit: &Visit, place: &Place, beside: &Beside, standings: &[Standing<'_>]) -> Vec<Pillar> {
    let catalogue = visit.portal.options.figures.catalogue();
    let Some(framework) = catalogue.framework(PILLARS) else { return Vec::new() };
    let words = visit.w;
    let query = format!("?area={}", place.code);
    let pillar = |group: &senne_indicator::Group| {
        let of = catalogue.indicators.iter().filter(|declaration| declaration.pillar == group.id);
        let known = standings.iter().filter(|standing| standing.declaration.pillar == group.id);
        let is_known = |id: &str| standings.iter().any(|standing| standing.declaration.id == id);
        Pillar {
            id: group.id.clone(),
            title: group.title.get(words.language.code()).to_owned(),
            caption: words
                .fill("profile.caption", [place.name.as_str(), group.title.get(words.language.code())]),
            rows: known.map(|standing| row(visit, place, beside, standing)).collect(),
            missing: of
                .filter(|declaration| !is_known(&declaration.id))
                .map(|declaration| missing(words, declaration, &query))
                .collect(),
        }
    };
    framework.groups.iter().map(pillar).filter(|p| !p.rows.is_empty() || !p.missing.is_empty()).collect()
}

fn row(visit: &Visit, place: &Place, beside: &Beside, standing: &Standing<'_>) -> Row {
    let words = visit.w;
    let (declaration, figure) = (standing.declaration, standing.figure);
    let region = standing.region.and_then(|figure| figure.value.number);
    let all = beside.of_peers(standing).chain([figure]).chain(standing.region);
    Row {
        id: declaration.id.clone(),
        title: declaration.title.get(words.language.code()).to_owned(),
        link: visit.link(&format!("/indicator/{}?area={}", declaration.id, place.code)),
        direction: direction(words, declaration),
        told: Told::of(words, declaration, figure),
        picture: interval::svg(figure.value.number, figure.value.interval, region, scale(all)),
        region: region.map_or_else(String::new, |x| with_unit(words, declaration, x)),
        beside: said(words, standing.against),
        change: change(words, standing),
        changed: said_of_change(words, standing.changed),
        places: standing.places.map_or_else(String::new, |places| among(words, places)),
        spark: small_line(declaration, standing.figures),
        from: Provenance::of_indicator(visit, declaration, figure, (&place.name, &place.code)),
    }
}

/// «3 to 9 of 19».
fn among(words: Words, places: Places) -> String {
    let [best, worst, of] =
        [places.best, places.worst, places.of].map(|n| format::amount(words.language, n as u64));
    if best == worst {
        words.fill("profile.place", [best, of])
    } else {
        words.fill("profile.places", [best, worst, of])
    }
}

fn said(words: Words, verdict: Verdict) -> Said {
    let (text, class) = match verdict {
        Verdict::Better => (words.t("profile.better"), "verdict-better"),
        Verdict::Worse => (words.t("profile.worse"), "verdict-worse"),
        Verdict::Different => (words.t("profile.different"), "verdict-other"),
        Verdict::Unclear => (words.t("profile.unclear"), "verdict-unclear"),
        Verdict::Untested => (words.t("profile.untested"), "verdict-unclear"),
        Verdict::Alone => ("", ""),
    };
    Said { text, class }
}

fn said_of_change(words: Words, verdict: Verdict) -> Said {
    let (text, class) = match verdict {
        Verdict::Better => (words.t("profile.got_better"), "verdict-better"),
        Verdict::Worse => (words.t("profile.got_worse"), "verdict-worse"),
        Verdict::Different => (words.t("profile.changed"), "verdict-other"),
        Verdict::Unclear => (words.t("profile.no_change"), "verdict-unclear"),
        Verdict::Untested => (words.t("profile.untested"), "verdict-unclear"),
        Verdict::Alone => (words.t("profile.no_before"), "verdict-unclear"),
    };
    Said { text, class }
}

/// From what it changed: «from 24.1 µg/m³ in October 2025».
fn change(words: Words, standing: &Standing<'_>) -> String {
    let Some((before, old)) = standing.before.and_then(|before| Some((before, before.value.number?))) else {
        return String::new();
    };
    let period = format::period(words.language, before.period);
    words.fill("profile.from", [with_unit(words, standing.declaration, old), period])
}
