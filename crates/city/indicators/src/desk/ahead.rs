//! The year of the newest data of each indicator, read before anything touches it: else the first readings after a start would wait for
//! the whole year of every indicator that they touch.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use senne_model::{Problem, TenantName, Timestamp};

use super::{Desk, Hierarchy, rest_after};
use crate::{compute::Computation, shelf::Shelf, spans::Spans, touched::Key};

/// The indicators whose newest year is still to be read, with that year.
#[derive(Default)]
pub(super) struct Ahead {
    waiting: Option<Vec<(Key, i16)>>,
    /// When the next may be read. What is touched meanwhile is computed: nobody waits for a rest from reading ahead.
    at: Option<Instant>,
}

impl Ahead {
    /// How long until the next is to be read; nothing when none waits.
    pub(super) fn waits_for(&self) -> Option<Duration> {
        let waits = self.waiting.as_ref().is_none_or(|waiting| !waiting.is_empty());
        waits.then(|| self.at.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now())))
    }

    /// Whether one is to be read now.
    pub(super) fn is_due(&self) -> bool {
        self.waits_for() == Some(Duration::ZERO)
    }
}

impl Desk {
    /// Reads the newest year of one more indicator, while there is room for it on the shelf.
    pub(super) async fn read_ahead(&self, shelf: &mut Shelf, ahead: &mut Ahead) {
        let begun = Instant::now();
        if let Err(problem) = self.read_one(shelf, ahead).await {
            tracing::debug!("a year was not read ahead: {problem}");
        }
        ahead.at = Some(Instant::now() + rest_after(begun));
        if shelf.is_full() {
            ahead.waiting = Some(Vec::new());
        }
    }

    async fn read_one(&self, shelf: &mut Shelf, ahead: &mut Ahead) -> Result<(), Problem> {
        if ahead.waiting.is_none() {
            ahead.waiting = Some(Vec::new());
            ahead.waiting = Some(self.newest_years().await?);
        }
        let Some((key, year)) = ahead.waiting.as_mut().and_then(Vec::pop) else { return Ok(()) };
        let plan = self.plan();
        let Some(declaration) = plan.catalogue.indicator(&key.1) else { return Ok(()) };
        let hierarchy = Hierarchy::load(&self.hub, &key.0).await?;
        let computation = Computation {
            hub: &self.hub,
            tenant: &key.0,
            declaration,
            hierarchy: &hierarchy,
            zone: &self.zone,
            now: Timestamp::now(),
            leaves: self.leaves(),
        };
        let mut book = shelf.take(&key, declaration);
        if !book.has(year) {
            computation.bring(&mut book, year).await?;
        }
        self.shelve(shelf, key, book).await;
        Ok(())
    }

    /// Of each indicator that is put together from parts the year of its newest data; those declared first come last.
    async fn newest_years(&self) -> Result<Vec<(Key, i16)>, Problem> {
        let plan = self.plan();
        let mut spans: HashMap<TenantName, Spans> = HashMap::new();
        for tenant in self.hub.tenants()? {
            spans.insert(tenant.clone(), Spans::read(&self.hub, &tenant).await?);
        }
        let mut years = Vec::new();
        for declaration in plan.catalogue.indicators.iter().rev().filter(|one| one.adds_up()) {
            for (tenant, spans) in &spans {
                let last = spans.last_day(declaration, &self.zone);
                years.extend(last.map(|day| ((tenant.clone(), declaration.id.as_str().into()), day.year())));
            }
        }
        Ok(years)
    }
}

#[cfg(test)]
mod tests {
    use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
    use senne_indicator::Catalogue;
    use senne_model::{ChangeNo, EntityId, Geometry, Instance, Json, Name, Operation, Write};

    use super::*;
    use crate::{
        Indicators,
        entity::{property, term},
    };

    const DECLARED: &str = "id: visits
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: living
unit: C62
direction: up
measure: sum
levels: [commune]
frequencies: [year, day]
computed:
  reads: [{ type: Counter, attributes: [visits] }]
  sql: |
    SELECT a.area, time_bucket('P1D', h.start, 'Europe/Brussels') AS at, sum(h.sum) AS sum
    FROM hourly AS h JOIN entity_area AS a ON a.entity = h.entity AND a.level = $level
    WHERE h.type = 'Counter' AND h.attribute = 'visits' AND h.start >= $from AND h.start < $to
    GROUP BY 1, 2
data_quality: measured
owner: Somebody
";

    fn located(id: &str, kind: &str, geometry: (&str, &str)) -> Write {
        let mut write = Write::new(EntityId::trusted(id), Operation::CreateOrAppend);
        write.types.push(term(kind));
        let geometry = Geometry::parse(geometry.0, &serde_json::from_str(geometry.1).unwrap()).unwrap();
        let location = Name::new("https://uri.etsi.org/ngsi-ld/location");
        let instance = Instance::new(senne_model::AttributeValue::Geo(geometry));
        write.attributes.push(senne_model::Attribute::new(location, instance));
        write
    }

    fn city() -> Vec<Write> {
        let ring = "[[[4.3,50.8],[4.4,50.8],[4.4,50.9],[4.3,50.9],[4.3,50.8]]]";
        let mut commune = located("urn:c", "AdministrativeArea", ("Polygon", ring));
        commune.attributes.push(property("level", Json::text("commune")));
        let mut counter = located("urn:n", "Counter", ("Point", "[4.35,50.85]"));
        for at in ["2023-05-01T10:00:00Z", "2024-06-01T10:00:00Z"] {
            let mut value = property("visits", Json::Float(7.0));
            let instances = std::mem::take(&mut value.instances);
            value.instances =
                instances.into_iter().map(|one: Instance| one.at(Timestamp::parse(at).unwrap())).collect();
            counter.attributes.push(value);
        }
        vec![commune, counter]
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_newest_year_is_there_before_anything_touches_it() {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        let administrator = Principal::Administrator { name: "test".to_owned() };
        let context = Context::new(administrator, TenantName::default());
        for write in city() {
            let answers = hub.write(&context, vec![write], WriteOptions::default()).await.unwrap();
            answers.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
        }
        let catalogue = Catalogue::parse(&[("a.yaml".to_owned(), DECLARED.to_owned())]).unwrap();
        let desk = Desk::new(Indicators::new(hub.clone(), catalogue)).unwrap();
        let (mut shelf, mut ahead) = (Shelf::after(ChangeNo(0)), Ahead::default());
        let mut turns = 0;
        while ahead.waits_for().is_some() {
            desk.read_ahead(&mut shelf, &mut ahead).await;
            turns += 1;
        }
        let plan = desk.plan();
        let declaration = plan.catalogue.indicator("visits").unwrap();
        let book = shelf.take(&(TenantName::default(), "visits".into()), declaration);
        assert_eq!((turns, book.has(2023), book.has(2024), book.size()), (1, false, true, 1));
        hub.stop().await;
    }
}
