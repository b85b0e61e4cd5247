//! Made-up indicators: one that is computed, one that nobody has entered.

use std::{collections::BTreeMap, sync::LazyLock};

use senne_face_portal::{AreaCodes, FiguresByArea};
use senne_indicator::{Catalogue, Declaration, Figure, Frequency, Parts, Period, SeriesQuery, Status, Value};
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
frequencies: [month, year]
completeness: 0.75
computed:
  reads: [{ type: NoiseLevelObserved, attributes: [LAeq] }]
  sql: SELECT area, at, numerator, denominator FROM nights WHERE at >= $from AND at < $to AND level = $level
data_quality: measured
owner: Bruxelles Environnement
targets: [{ by: \"2030\", low: 60, source: nobody }]
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

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let files = [("frameworks/pillars.yaml", PILLARS), ("a.yaml", QUIET), ("b.yaml", JOBS)];
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

pub(crate) fn series(declaration: &Declaration, wanted: &SeriesQuery) -> FiguresByArea {
    if declaration.id != "quiet-nights" || wanted.frequency != Frequency::Month {
        return FiguresByArea::new();
    }
    let all = (0..=COMMUNES.len()).map(months);
    let named = all.filter_map(|figures| Some((figures.first()?.area.clone(), figures)));
    named.filter(|(area, _)| wanted.areas.contains(area)).collect()
}

pub(crate) fn recent(area: &EntityId, last: usize) -> BTreeMap<String, Vec<Figure>> {
    let all = (0..=COMMUNES.len()).map(months);
    let here = all.into_iter().find(|figures| figures.first().is_some_and(|figure| figure.area == *area));
    let here = here.map(|figures| figures[figures.len().saturating_sub(last)..].to_vec());
    here.map(|figures| ("quiet-nights".to_owned(), figures)).into_iter().collect()
}
