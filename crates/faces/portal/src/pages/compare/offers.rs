//! What could be compared with what is there: series of the places that are searched for, else the same attribute near by.

use senne_contract::Contracts;
use senne_model::{Entity, Problem};

use super::{
    super::{entity, past::span::Span, rows::Linked, search},
    chosen::{Chosen, link},
};
use crate::{describe, overview::Station, visit::Visit};

/// So many are offered when they are searched for, and so many near by.
const FOUND_MAX: usize = 24;
const NEAR_MAX: usize = 8;

/// What is offered, and what was searched for.
pub(super) struct Offers {
    pub(super) asked: String,
    pub(super) series: Vec<Linked>,
}

impl Offers {
    pub(super) async fn of(visit: &Visit, chosen: &[Chosen], span: Span) -> Result<Self, Problem> {
        let asked = visit.parameter("q").unwrap_or_default().trim();
        let asked: String = asked.chars().take(search::QUERY_CHARS_MAX).collect();
        let overview = visit.portal.overview(&visit.context()).await?;
        let mut stations: Vec<(f64, &Station)> = if asked.is_empty() {
            near(&overview.stations, chosen)
        } else {
            found(visit, &overview.stations, &search::fold(&asked))
        };
        stations.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let like = chosen.last().filter(|_| asked.is_empty()).map(|last| &last.attribute);
        let series = stations.into_iter().flat_map(|(_, station)| {
            let contract = describe::contract_of(contracts(visit), &station.entity);
            let subjects = entity::subjects(visit, contract, &station.entity).into_iter();
            let wanted = subjects.filter(|subject| like.is_none_or(|like| subject.name == like));
            let new = wanted
                .filter(|subject| !chosen.iter().any(|chosen| chosen.is(&station.entity.id, subject.name)));
            new.map(|subject| {
                let all = chosen.iter().map(Chosen::key).chain([(&station.entity.id, subject.name)]);
                let name = describe::name_of(&station.entity, visit.w.language);
                Linked {
                    name: visit.w.fill("past.title", [&subject.title, &name]),
                    link: link(visit.w, all, (!chosen.is_empty()).then_some(span)),
                }
            })
            .collect::<Vec<_>>()
        });
        Ok(Self { series: series.take(if asked.is_empty() { NEAR_MAX } else { FOUND_MAX }).collect(), asked })
    }
}

fn contracts(visit: &Visit) -> &Contracts {
    visit.hub().contracts()
}

/// All stations with the square of their distance from what was chosen last, in degrees of latitude.
fn near<'a>(stations: &'a [Station], chosen: &[Chosen]) -> Vec<(f64, &'a Station)> {
    let Some(last) = chosen.last() else { return Vec::new() };
    let here = place(&last.entity);
    let distance = |station: &Station| {
        here.map_or(0.0, |(longitude, latitude)| {
            let east = (station.at.0 - longitude) * latitude.to_radians().cos();
            east.powi(2) + (station.at.1 - latitude).powi(2)
        })
    };
    stations.iter().map(|station| (distance(station), station)).collect()
}

fn place(entity: &Entity) -> Option<(f64, f64)> {
    entity.location()?.as_point()
}

/// The stations that are found by folded words, with their rank.
fn found<'a>(visit: &Visit, stations: &'a [Station], asked: &str) -> Vec<(f64, &'a Station)> {
    let rank = |station: &Station| {
        search::finds(asked, &describe::name_of(&station.entity, visit.w.language), &station.entity)
    };
    stations.iter().filter_map(|station| Some((rank(station)? as f64, station))).collect()
}
