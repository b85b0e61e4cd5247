//! The small lines of a pillar: however many indicators and areas it has, their courses are asked for once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use senne_face_portal::{Answer, AreaCodes, AreaDay, Figures, FiguresOf, RecentFigures, StationDay};
use senne_hub::Context;
use senne_indicator::{Catalogue, Figure, Frequency, Parts, Period, Status, Value};
use senne_model::{ChangeNo, EntityId};

use crate::promised::{Office, view};

/// What was asked, and by which question.
#[derive(Default)]
struct Asked {
    courses: Mutex<Vec<Vec<(String, EntityId)>>>,
    others: Mutex<usize>,
}

fn region() -> EntityId {
    EntityId::trusted("urn:ngsi-ld:AdministrativeArea:BE:04000")
}

fn course(area: &EntityId) -> Vec<Figure> {
    let first: Period = "2026-01".parse().unwrap();
    let months = std::iter::successors(Some(first), |month| Some(month.next())).take(9).enumerate();
    let figure = |(place, period): (usize, Period)| Figure {
        area: area.clone(),
        period,
        slice: None,
        value: Value {
            number: Some(20.0 + place as f64),
            interval: None,
            coverage: 1.0,
            status: Status::Final,
            parts: Parts::of_ratio(20.0, 1.0),
            simulated: false,
        },
        formula: "0123456789abcdef".to_owned(),
        vintage: ChangeNo(1),
    };
    months.map(figure).collect()
}

impl Figures for Asked {
    fn daily_by_area<'a>(&'a self, _: &'a Context, _: &'a str, _: &'a str) -> Answer<'a, Vec<AreaDay>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn daily_by_station<'a>(&'a self, _: &'a Context, _: &'a str, _: &'a str) -> Answer<'a, Vec<StationDay>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::new(Catalogue::builtin())
    }

    fn recent<'a>(&'a self, _: &'a Context, _: &'a EntityId, _: usize) -> Answer<'a, RecentFigures> {
        *self.others.lock().unwrap() += 1;
        Box::pin(async { Ok(BTreeMap::new()) })
    }

    fn courses<'a>(
        &'a self,
        _: &'a Context,
        of: &'a [(String, EntityId)],
        _: usize,
    ) -> Answer<'a, FiguresOf> {
        self.courses.lock().unwrap().push(of.to_vec());
        let mut found = FiguresOf::new();
        for (id, area) in of {
            found.entry(id.clone()).or_default().insert(area.clone(), course(area));
        }
        Box::pin(async { Ok(found) })
    }

    fn codes<'a>(&'a self, _: &'a Context) -> Answer<'a, AreaCodes> {
        Box::pin(async { Ok(AreaCodes { whole: Some(region()), codes: Vec::new() }) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_courses_of_a_pillar_are_asked_for_at_once() {
    let asked = Arc::new(Asked::default());
    let office = Office::with_figures(view(), Arc::clone(&asked) as Arc<dyn Figures>).await;
    let page = office.page("/en/programme/pillar/mobility").await;
    let questions = asked.courses.lock().unwrap().clone();
    let [question] = questions.as_slice() else { panic!("{} questions", questions.len()) };
    let named = |id: &str| question.iter().any(|(known, area)| known == id && *area == region());
    assert!(question.len() >= 5 && named("motor-traffic-counts") && named("no2-mean"), "{question:?}");
    assert_eq!(*asked.others.lock().unwrap(), 0);
    let levels =
        page.split("<section").find(|part| part.contains("<svg class=\"spark\"")).unwrap_or_default();
    let drawn = levels.matches("<svg class=\"spark\"").count();
    let catalogue = Catalogue::builtin();
    let monthly = |(id, _): &&(String, EntityId)| {
        catalogue.indicator(id).unwrap().frequencies.contains(&Frequency::Month)
    };
    assert_eq!(drawn, question.iter().filter(monthly).count(), "each has its small line");
    office.hub.stop().await;
}
