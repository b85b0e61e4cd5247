//! Made-up indicators: one that is computed, one that nobody has entered.

use std::{collections::BTreeMap, sync::LazyLock};

use senne_face_portal::{AreaCodes, FiguresByArea, FiguresOf};
use senne_indicator::{
    Catalogue, CompositeIndex, Declaration, Figure, Frequency, IndexAssumption, IndexEffect, IndexPart,
    IndexQuery, IndexRemoval, IndexRow, IndexTable, Influence, Parts, Period, SeriesQuery, Slice, Status,
    Value,
};
use senne_model::{ChangeNo, EntityId};

use super::{COMMUNES, commune_id};

const PILLARS: &str = "id: pillars
title: { fr: Piliers, nl: Pijlers, en: Pillars }
description: { fr: a, nl: b, en: c }
groups:
  - id: environment
    title: { fr: Environnement, nl: Leefmilieu, en: Environment }
  - id: economy
    title: { fr: Économie, nl: Economie, en: Economy }
";

const QUIET: &str = "id: quiet-nights
version: 1
title: { fr: Nuits calmes, nl: Stille nachten, en: Quiet nights }
definition: { fr: Définition <1>, nl: Definitie <1>, en: Definition <1> }
pillar: environment
unit: P1
direction: up
measure: { ratio: { factor: 100 } }
uncertainty: share
levels: [region, commune]
frequencies: [month, year, day]
completeness: 0.75
seasonal_adjustment: { method: stl }
weather_normalisation: { covariates: [rain] }
disaggregations:
  - id: day-type
    title: { fr: Type de jour, nl: Soort dag, en: Kind of day }
    values: { weekend: { fr: Week-end, nl: Weekend, en: Weekend }, working-day: { fr: Ouvrable, nl: Werkdag, en: Working day } }
computed:
  reads: [{ type: NoiseLevelObserved, attributes: [LAeq] }]
  sql: SELECT area, at, disaggregation, numerator, denominator FROM nights WHERE at >= $from AND at < $to AND level = $level
data_quality: measured
owner: Bruxelles Environnement
targets: [{ by: \"2030\", low: 60, source: nobody }]
";

const RAIN: &str = "id: rain
version: 1
title: { fr: Pluie, nl: Regen, en: Rain }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: MMT
direction: band
measure: sum
levels: [region]
frequencies: [month, year, day]
entered: { from: { fr: IRM, nl: KMI, en: RMI } }
data_quality: measured
owner: RMI
";

const JOBS: &str = "id: unemployment-rate
version: 1
title: { fr: Taux de chômage, nl: Werkloosheidsgraad, en: Unemployment rate }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: down
measure: { ratio: { factor: 100 } }
uncertainty: share
levels: [region, commune]
frequencies: [year]
entered: { from: { fr: Enquête, nl: Enquête, en: Labour force survey } }
data_quality: survey
owner: Statbel
";

const CALM: &str = "id: calm
version: 1
title: { fr: Calme, nl: Rust, en: Calm }
definition: { fr: Ce que c’est, nl: Wat het is, en: What it is }
level: commune
frequency: month
owner: Smart City Office
groups:
  - id: nights
    title: { fr: Nuits, nl: Nachten, en: Nights }
    indicators: [{ id: quiet-nights, low: 0, high: 100 }]
";

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let files = [
        ("frameworks/pillars.yaml", PILLARS),
        ("a.yaml", QUIET),
        ("b.yaml", JOBS),
        ("rain.yaml", RAIN),
        ("composites/c.yaml", CALM),
    ];
    Catalogue::parse(&files.map(|(name, text)| (name.to_owned(), text.to_owned()))).unwrap()
});

pub(crate) fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

fn whole() -> EntityId {
    EntityId::trusted("urn:ngsi-ld:AdministrativeArea:BE:04000")
}

pub(crate) fn codes() -> AreaCodes {
    let communes = COMMUNES.iter().map(|(nis, ..)| (commune_id(nis), (*nis).to_owned()));
    AreaCodes { whole: Some(whole()), codes: communes.chain([(whole(), "04000".to_owned())]).collect() }
}

/// Thirty months; every fourth commune is too small to publish, the last month is provisional.
fn months(area: usize) -> Vec<Figure> {
    let first: Period = "2024-01".parse().unwrap();
    let months: Vec<Period> =
        std::iter::successors(Some(first), |month| Some(month.next())).take(30).collect();
    let last = months.len() - 1;
    let each = |(place, period): (usize, Period)| {
        let good = 40.0 + area as f64 + place as f64 / 4.0;
        let status = match place {
            _ if area % 4 == 3 && area < COMMUNES.len() => Status::Suppressed,
            7 => Status::Incomplete,
            place if place == last => Status::Provisional,
            _ => Status::Final,
        };
        let number = (status != Status::Suppressed).then_some(good);
        Figure {
            area: if area == COMMUNES.len() { whole() } else { commune_id(COMMUNES[area].0) },
            period,
            slice: None,
            value: Value {
                number,
                interval: number.map(|x| (x - 2.0, x + 2.0)),
                coverage: 0.97,
                status,
                parts: Parts::of_ratio(good * 10.0, 1000.0),
                simulated: area == 0,
            },
            formula: "0123456789abcdef".to_owned(),
            vintage: ChangeNo(42),
        }
    };
    months.into_iter().enumerate().map(each).collect()
}

/// Sixty days of the whole region; the tenth is not there.
fn days() -> Vec<Figure> {
    let model = months(COMMUNES.len()).remove(0);
    let first: Period = "2024-03-01".parse().unwrap();
    let periods = std::iter::successors(Some(first), |day| Some(day.next())).take(60).enumerate();
    let day = |(place, period): (usize, Period)| {
        let number = Some(30.0 + (place % 7) as f64 * 5.0);
        Figure { period, value: Value { number, ..model.value.clone() }, ..model.clone() }
    };
    periods.filter(|(place, _)| *place != 9).map(day).collect()
}

pub(crate) fn series(declaration: &Declaration, wanted: &SeriesQuery) -> FiguresByArea {
    if declaration.id == "quiet-nights" && wanted.frequency == Frequency::Day {
        return FiguresByArea::from([(whole(), days())]);
    }
    if declaration.id != "quiet-nights" || wanted.frequency != Frequency::Month {
        return FiguresByArea::new();
    }
    let all = (0..=COMMUNES.len()).map(months);
    let named = all.filter_map(|figures| Some((figures.first()?.area.clone(), figures)));
    named.filter(|(area, _)| wanted.areas.contains(area)).collect()
}

/// The newest standing month of the region by kind of day.
pub(crate) fn sliced(declaration: &Declaration, wanted: &SeriesQuery) -> Vec<Figure> {
    let whole = series(declaration, wanted).into_values().flatten();
    let whole: Vec<Figure> = whole.filter(|figure| Some(figure.period) == wanted.from).collect();
    let of = |figure: &Figure, (place, slice): (usize, Slice)| {
        let mut part = Figure { slice: Some(slice), ..figure.clone() };
        part.value.number = part.value.number.map(|x| x + 5.0 - 10.0 * place as f64);
        part
    };
    whole
        .iter()
        .flat_map(|figure| declaration.slices().enumerate().map(move |each| of(figure, each)))
        .collect()
}

pub(crate) fn recent(area: &EntityId, last: usize) -> BTreeMap<String, Vec<Figure>> {
    let all = (0..=COMMUNES.len()).map(months);
    let here = all.into_iter().find(|figures| figures.first().is_some_and(|figure| figure.area == *area));
    let here = here.map(|figures| figures[figures.len().saturating_sub(last)..].to_vec());
    here.map(|figures| ("quiet-nights".to_owned(), figures)).into_iter().collect()
}

pub(crate) fn newest(areas: &[EntityId], last: usize) -> FiguresOf {
    let of = |area: &EntityId| Some((area.clone(), recent(area, last).remove("quiet-nights")?));
    BTreeMap::from([("quiet-nights".to_owned(), areas.iter().filter_map(of).collect())])
}

/// The communes in their order, each five points below the one before; the last has no index. With a weight that is chosen they are turned
/// round.
pub(crate) fn index(index: &CompositeIndex, asked: &IndexQuery) -> IndexTable {
    let chosen = asked.choice.applied(index).unwrap();
    let turned = !asked.choice.weights.is_empty();
    let last = COMMUNES.len() - 1;
    let row = |(place, (nis, ..)): (usize, &(&str, &str, &str))| {
        let ranked = if turned { last.saturating_sub(place + 1) } else { place };
        let score = (place < last).then_some(90.0 - 5.0 * ranked as f64);
        let part = |id: &str| IndexPart {
            id: id.to_owned(),
            value: score,
            score,
            part: score.unwrap_or(0.0),
            beside: score.map(|score| score - 47.5),
            clear: ranked != 8,
        };
        IndexRow {
            area: commune_id(nis),
            score,
            rank: score.map(|_| ranked + 1),
            places: score.map(|_| (1.0_f64.max(ranked as f64 - 1.0), ranked as f64 + 3.0)),
            hangs_on: score.map(|_| (IndexAssumption::Values, 0.7)),
            groups: vec![part("nights")],
            indicators: vec![part("quiet-nights")],
            simulated: place == 0,
            provisional: false,
        }
    };
    let influence = Influence { id: "quiet-nights".to_owned(), weight: 1.0, correlation: Some(1.0) };
    let effect =
        |of, total| IndexEffect { of, first: total - 0.1, total, between: Some((total - 0.05, total)) };
    let mut rows: Vec<IndexRow> = COMMUNES.iter().enumerate().map(row).collect();
    rows.sort_by_key(|row| (row.rank.is_none(), row.rank));
    IndexTable {
        period: "2026-06".parse().unwrap(),
        rows,
        influence: vec![influence],
        removals: vec![IndexRemoval {
            id: "quiet-nights".to_owned(),
            mean_shift: Some(2.5),
            most: Some((commune_id("21009"), -4)),
        }],
        effects: vec![
            effect(IndexAssumption::Values, 0.7),
            effect(IndexAssumption::Weights, 0.3),
            effect(IndexAssumption::Mean, 0.2),
        ],
        draws: 1000,
        exact: true,
        formula: chosen.formula(),
        vintage: ChangeNo(42),
    }
}
