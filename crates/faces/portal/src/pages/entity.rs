//! The page of one entity: what it says now, what it said, where that comes from.

use std::sync::Arc;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_chart::map;
use senne_contract::Contract;
use senne_model::{Entity, EntityId, Problem, Test};

use super::{
    facts,
    panel::{self, Panel, Subject},
    past,
    rows::{self, Fact, Linked},
    window::{self, Range, Window},
};
use crate::{
    address,
    describe::{self, Time},
    format,
    frame::Frame,
    sentence,
    visit::Visit,
};

#[derive(Template)]
#[template(path = "entity.html")]
struct EntityPage {
    frame: Frame,
    name: String,
    id: String,
    symbol: String,
    type_title: String,
    type_link: String,
    area: Option<Linked>,
    simulated: bool,
    /// Said when the newest value is old; empty otherwise.
    stale: String,
    now: Vec<NowRow>,
    ranges: Vec<RangeLink>,
    earlier: Option<String>,
    later: Option<String>,
    window: String,
    panels: Vec<Panel>,
    facts: Vec<Fact>,
    api: Api,
}

struct NowRow {
    title: String,
    anchor: String,
    chart: bool,
    value: String,
    unit: String,
    quality: &'static str,
    class: &'static str,
    reasons: String,
    simulated: bool,
    time: Option<Time>,
}

struct RangeLink {
    label: &'static str,
    link: String,
    here: bool,
}

struct Api {
    now: String,
    past: String,
    csv: String,
}

/// `GET /{language}/entity/{id}?range=7d&end=…`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

/// The entity of an address; what is no id is not found.
pub(crate) async fn find(visit: &Visit, id: &str) -> Result<Arc<Entity>, Problem> {
    let id = EntityId::parse(id).map_err(|_| Problem::not_found("no such entity"))?;
    visit.hub().entity(&visit.context(), &id).await
}

async fn view(visit: &Visit, id: &str) -> Result<EntityPage, Problem> {
    let words = visit.w;
    let entity = find(visit, id).await?;
    let contract = describe::contract_of(visit.hub().contracts(), &entity);
    let overview = visit.portal.overview(&visit.context()).await?;
    let window = Window::asked(visit, &entity);
    let subjects = subjects(visit, contract, &entity);
    let past = panel::read(visit, &entity.id, &subjects, window).await?;
    let csv = |attribute: &str| {
        format!("{}/data.csv?{attribute}{}", rows::entity_link(words, &entity.id), window.query())
    };
    let panels = subjects.iter().zip(&past).map(|(subject, series)| {
        let file = csv(&format!("attribute={}&", address::segment(subject.name)));
        let at = senne_model::Timestamp::from_micros;
        let link = past::link(words, &entity.id, subject.name);
        let link = format!("{link}?from={}&to={}", at(window.from), at(window.to));
        Panel::new(visit, subject, series, window, file, link)
    });
    let name = describe::name_of(&entity, words.language);
    let type_title = describe::type_title(contract, &entity, words.language);
    let area = entity.location().and_then(|place| overview.area_around(place)).map(|area| Linked {
        name: describe::name_of(area, words.language),
        link: rows::area_link(words, &area.id),
    });
    let description = words.fill("entity.description", [&name, &type_title]);
    Ok(EntityPage {
        frame: visit
            .frame()
            .titled(name.clone(), description)
            .under(words.t("frame.map"), "/map")
            .ending(name.clone()),
        symbol: map::symbol_inline(describe::mark_of(contract)),
        type_link: contract
            .map_or_else(|| visit.link("/data"), |c| visit.link(&format!("/contract/{}", c.type_term))),
        type_title,
        area,
        simulated: describe::simulated(&entity),
        stale: stale(visit, &entity, window.range),
        now: now_rows(visit, contract, &entity),
        ranges: ranges(visit, window),
        earlier: window.earlier(),
        later: window.later(),
        window: window.text(words),
        panels: panels.collect(),
        facts: facts::facts_of(words, contract, &entity, &overview, false),
        api: api(&entity, window, csv("")),
        id: entity.id.to_string(),
        name,
    })
}

/// The attributes that have a chart: numbers that carry a time.
pub(super) fn subjects<'a>(
    visit: &Visit,
    contract: Option<&'a Contract>,
    entity: &'a Entity,
) -> Vec<Subject<'a>> {
    let attributes = facts::in_order(contract, entity).into_iter();
    let subject = |attribute: &'a senne_model::Attribute| {
        let instance = attribute.main()?;
        instance.observed_at?;
        instance.value.as_number()?;
        let promised = contract.and_then(|c| c.attribute(&attribute.name));
        Some(Subject {
            name: &attribute.name,
            dataset: instance.dataset_id.clone(),
            contract: promised,
            title: facts::title_of(visit.w, contract, attribute),
            unit: describe::unit_of(promised, instance),
            simulated: instance.quality.has(Test::Simulated),
        })
    };
    attributes.filter_map(subject).collect()
}

fn now_rows(visit: &Visit, contract: Option<&Contract>, entity: &Entity) -> Vec<NowRow> {
    let words = visit.w;
    let mut rows = Vec::new();
    for attribute in facts::in_order(contract, entity) {
        let Some(instance) = attribute.main().filter(|i| i.observed_at.is_some()) else { continue };
        if instance.value.as_geometry().is_some() {
            continue;
        }
        let promised = contract.and_then(|c| c.attribute(&attribute.name));
        let now = describe::now_of(words, promised, instance);
        let unit = if now.number.is_some() { describe::unit_of(promised, instance) } else { String::new() };
        rows.push(NowRow {
            title: facts::title_of(words, contract, attribute),
            anchor: format!("past-{}", panel::anchor(&attribute.name)),
            chart: now.number.is_some(),
            value: now.number.map_or(now.value, |x| format::value(words.language, x)),
            unit,
            quality: now.quality,
            class: now.class,
            reasons: sentence::reasons(words, instance.quality),
            simulated: instance.quality.has(Test::Simulated),
            time: now.at.map(|at| Time::new(words, at, visit.now)),
        });
    }
    rows
}

/// Said when the newest value is older than the range that is looked at.
fn stale(visit: &Visit, entity: &Entity, range: Range) -> String {
    let words = visit.w;
    let Some(newest) = window::newest(entity) else { return String::new() };
    if visit.now.micros() - newest.micros() < range.micros().max(Range::Day.micros()) {
        return String::new();
    }
    let [moment, ago] =
        [format::moment(words.language, newest), format::ago(words.language, newest, visit.now)];
    words.fill("entity.stale", [moment, ago])
}

fn ranges(visit: &Visit, window: Window) -> Vec<RangeLink> {
    let link = |range: Range| RangeLink {
        label: range.label(visit.w),
        link: window.with(range),
        here: range == window.range,
    };
    Range::ALL.into_iter().map(link).collect()
}

fn api(entity: &Entity, window: Window, csv: String) -> Api {
    let id = address::segment(&entity.id);
    let at = |micros| senne_model::Timestamp::from_micros(micros);
    Api {
        now: format!("/ngsi-ld/v1/entities/{id}"),
        past: format!(
            "/ngsi-ld/v1/temporal/entities/{id}?timerel=between&timeAt={}&endTimeAt={}",
            at(window.from),
            at(window.to)
        ),
        csv,
    }
}
