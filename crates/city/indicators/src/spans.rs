//! From when to when there are data: asked once for all indicators.

use std::collections::{BTreeSet, HashMap};

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use senne_hub::{Hub, model::Json};
use senne_indicator::Declaration;
use senne_model::{Problem, TenantName, Timestamp};

use crate::{calendar::day, question::service};

/// The most pairs of a type and an attribute.
const PAIRS_MAX: usize = 100_000;
/// The most days of an indicator: more than two centuries.
pub(crate) const DAYS_MAX: i64 = 100_000;

/// The first and the last moment of what there is of an attribute, by its type and its name.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    known: HashMap<(String, String), (Timestamp, Timestamp)>,
}

impl Spans {
    /// As they are now.
    pub(crate) async fn read(hub: &Hub, tenant: &TenantName) -> Result<Self, Problem> {
        let sql = "SELECT type, attribute, min(first_at), max(last_at) FROM series GROUP BY type, attribute";
        let table = hub.sql(&service(tenant), sql, PAIRS_MAX).await?;
        let pair = |row: &Vec<Json>| {
            let text = |place: usize| row.get(place).and_then(Json::as_str);
            let moment = |place: usize| Timestamp::parse(text(place)?).ok();
            Some(((text(0)?.to_owned(), text(1)?.to_owned()), (moment(2)?, moment(3)?)))
        };
        Ok(Self { known: table.rows.iter().filter_map(pair).collect() })
    }

    /// All days from the first to the last value that an indicator reads, but none to come.
    pub(crate) fn days(&self, declaration: &Declaration, zone: &TimeZone) -> BTreeSet<Date> {
        let Some((first, last)) = self.of(declaration) else { return BTreeSet::new() };
        let (first, last) = (day(first, zone), day(last.min(Timestamp::now()), zone));
        // A clock that was never set says that a value is thousands of years old; those of now must not be left out for it.
        let first = first.max(last.saturating_sub(DAYS_MAX.days()));
        first.series(1.day()).take_while(|day| *day <= last).collect()
    }

    /// The last day with a value that an indicator reads.
    pub(crate) fn last_day(&self, declaration: &Declaration, zone: &TimeZone) -> Option<Date> {
        self.of(declaration).map(|(_, last)| day(last.min(Timestamp::now()), zone))
    }

    fn of(&self, declaration: &Declaration) -> Option<(Timestamp, Timestamp)> {
        let reads = declaration.computed.iter().flat_map(|computed| &computed.reads);
        let pairs =
            reads.flat_map(|reads| reads.attributes.iter().map(|name| (reads.kind.clone(), name.clone())));
        let spans = pairs.filter_map(|pair| self.known.get(&pair)).copied();
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

#[cfg(test)]
mod tests {
    use senne_indicator::read;

    use super::*;

    #[test]
    fn one_value_that_is_far_too_old_hides_none_of_now() {
        let text = "id: visits
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: mobility
unit: C62
direction: up
measure: sum
levels: [region]
frequencies: [day]
computed:
  reads: [{ type: Counter, attributes: [visits] }]
  sql: SELECT area, at, sum FROM x WHERE $from < $to AND level = $level
data_quality: measured
owner: Somebody
";
        let declaration = read("a", text).unwrap();
        let moment = |text: &str| Timestamp::parse(text).unwrap();
        let known = |first: &str| Spans {
            known: HashMap::from([(
                ("Counter".to_owned(), "visits".to_owned()),
                (moment(first), moment("2024-06-01T12:00:00Z")),
            )]),
        };
        let days = |first: &str| known(first).days(&declaration, &TimeZone::UTC);
        let last: Date = "2024-06-01".parse().unwrap();
        let found = days("0001-01-01T00:00:00Z");
        assert!(found.contains(&last) && found.len() == 100_001, "{}", found.len());
        assert_eq!(days("2024-05-31T00:00:00Z").len(), 2);
    }
}
