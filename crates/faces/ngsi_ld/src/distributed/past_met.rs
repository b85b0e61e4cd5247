//! Of which entities several brokers told sums that may be of the same values: their values have to be summed up together.

use std::collections::{HashMap, HashSet};

use senne_model::{EntityId, Json, Timestamp};

use super::{
    past::Asked,
    past_instances::{dataset, instant},
    past_sums::{Summing, attributes},
};

type Span = (Timestamp, Timestamp);

impl Asked {
    /// Which entity this is.
    pub(super) fn id_of(&self, entity: &Json) -> Option<EntityId> {
        let named = entity.get("id").and_then(Json::as_str).and_then(|id| EntityId::parse(id).ok());
        named.or_else(|| self.one.clone())
    }

    /// The entities of an answer.
    pub(super) fn ids_of(&self, answer: &Json) -> HashSet<EntityId> {
        entities(answer).iter().filter_map(|entity| self.id_of(entity)).collect()
    }

    /// Notes the entities of which both have sums that are of the same values, or may be.
    pub(super) fn note_met(
        &self,
        summing: &Summing,
        (there, other): (&Json, &Json),
        met: &mut HashSet<EntityId>,
    ) {
        let there = entities(there).iter().filter_map(|entity| Some((self.id_of(entity)?, entity)));
        let there: HashMap<EntityId, &Json> = there.collect();
        for other in entities(other) {
            let Some(id) = self.id_of(other) else { continue };
            if there.get(&id).is_some_and(|there| summing.meet(there, other)) {
                met.insert(id);
            }
        }
    }
}

/// The entities of an answer: of a list each, else the one that it is.
pub(super) fn entities(answer: &Json) -> &[Json] {
    answer.as_array().unwrap_or(std::slice::from_ref(answer))
}

/// The series of an entity, by attribute and data set.
fn series(entity: &Json) -> impl Iterator<Item = ((&str, Option<&str>), &Json)> {
    attributes(entity).flat_map(|(name, all)| all.iter().map(move |sums| ((name, dataset(sums)), sums)))
}

impl Summing {
    /// Whether two brokers have a series of an entity in the same period, or it cannot be told that they have not.
    fn meet(&self, one: &Json, other: &Json) -> bool {
        let there: HashMap<_, _> = series(one).collect();
        series(other).any(|(name, sums)| there.get(&name).is_some_and(|there| self.overlap(there, sums)))
    }

    fn overlap(&self, one: &Json, other: &Json) -> bool {
        let (Some(one), Some(other)) = (self.spans(one), self.spans(other)) else { return true };
        if one.is_empty() || other.is_empty() {
            return false;
        }
        // Each broker began with its own first value, or took its own newest.
        let aligned = self.zone.is_some() || self.time.from.is_some();
        !aligned || self.last.is_some() || share_an_instant(one, other)
    }

    /// The periods of a series of sums; none when it is no such series.
    fn spans(&self, sums: &Json) -> Option<Vec<Span>> {
        let triples = self.methods.iter().find_map(|method| sums.get(method.word()))?.as_array()?;
        let span = |triple: &Json| match triple.as_array()? {
            [_, from, to] => Some((instant(from)?, instant(to)?)),
            _ => None,
        };
        triples.iter().map(span).collect()
    }
}

fn share_an_instant(mut one: Vec<Span>, mut other: Vec<Span>) -> bool {
    one.sort_unstable();
    other.sort_unstable();
    let (mut here, mut there) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (here.peek(), there.peek()) {
        if a.0 == b.0 || (a.0 < b.1 && b.0 < a.1) {
            return true;
        }
        if a.1 < b.1 {
            here.next();
        } else {
            there.next();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use senne_language::{Method, Period, TimeFilter};

    use super::*;

    fn summing(from: Option<&str>, last: Option<usize>) -> Summing {
        let time = TimeFilter::parse(from.map(|_| "after"), from, None, None).unwrap();
        Summing {
            methods: vec![Method::Average, Method::Sum],
            period: Period::DAY,
            zone: None,
            time,
            last,
            usable_only: false,
            quality: "quality".to_owned(),
        }
    }

    fn entity(member: &str, days: &[u32]) -> Json {
        let triple =
            |day: &u32| format!(r#"[1,"2024-01-0{day}T00:00:00Z","2024-01-0{}T00:00:00Z"]"#, day + 1);
        let triples: Vec<String> = days.iter().map(triple).collect();
        let sums = format!(r#"{{"type":"Property",{member}:[{}]}}"#, triples.join(","));
        serde_json::from_str(&format!(r#"{{"id":"urn:a:1","type":"T","p":{sums}}}"#)).unwrap()
    }

    #[test]
    fn series_meet_where_they_have_a_period_in_common() {
        let of = |days: &[u32]| entity(r#""avg""#, days);
        let from = Some("2024-01-01T00:00:00Z");
        let asked = summing(from, None);
        assert!(asked.meet(&of(&[1, 2, 5]), &of(&[3, 5])));
        assert!(!asked.meet(&of(&[1, 2, 5]), &of(&[3, 4, 6])));
        assert!(!asked.meet(&of(&[1]), &of(&[])));
        // Another data set is another series.
        let set = entity(r#""datasetId":"urn:d:1","avg""#, &[1]);
        assert!(!asked.meet(&of(&[1]), &set) && asked.meet(&set, &set));
        // Periods that do not begin together, or newest values of each, tell nothing of the whole.
        assert!(summing(None, None).meet(&of(&[1]), &of(&[3])));
        assert!(summing(from, Some(1)).meet(&of(&[1]), &of(&[3])));
        // What is no series of sums cannot be compared.
        assert!(asked.meet(&of(&[1]), &entity(r#""value""#, &[3])));
    }
}
