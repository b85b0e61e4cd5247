//! Which area lies in which.

use std::collections::HashMap;

use senne_hub::{Hub, model::Json};
use senne_model::{Change, ChangeKind, ChangedAttribute, EntityId, Problem, TenantName};

use crate::{entity::term, question::service};

/// The level of the area that holds all others.
const REGION: &str = "region";

/// The Brussels-Capital Region by its NIS code: what holds the areas of a city that names no region of its own.
const WHOLE: &str = "urn:ngsi-ld:AdministrativeArea:BE:04000";

/// What files call the area that holds all others: the levels of NUTS, and NIS.
const WHOLE_CODES: [&str; 5] = ["region", "BE1", "BE10", "BE100", "04000"];

/// The most areas.
const AREAS_MAX: usize = 100_000;

/// What of an area says what lies in it.
const BOUNDS: [&str; 3] = ["location", "level", "containedInPlace"];

/// Whether a change moves areas: one comes or goes, or has other bounds. A register that is loaded again as it was moves none.
pub(crate) fn moves_areas(change: &Change) -> bool {
    let bounds = |changed: &ChangedAttribute| BOUNDS.contains(&changed.name.local()) && changed.is_news();
    change.types.contains(&term("AdministrativeArea"))
        && (change.kind != ChangeKind::Updated || change.attributes.iter().any(bounds))
}

/// The areas of a city.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchy {
    areas: HashMap<EntityId, Area>,
    whole: Option<EntityId>,
    codes: HashMap<String, EntityId>,
}

#[derive(Clone, Debug)]
struct Area {
    level: String,
    parent: Option<EntityId>,
}

impl Hierarchy {
    /// The areas as they are now.
    pub(crate) async fn load(hub: &Hub, tenant: &TenantName) -> Result<Self, Problem> {
        let table = hub.sql(&service(tenant), "SELECT id, level, parent, code FROM area", AREAS_MAX).await?;
        let text = |row: &[Json], place: usize| row.get(place).and_then(Json::as_str).map(str::to_owned);
        let mut hierarchy = Self::of(table.rows.iter().filter_map(|row| {
            let parent = text(row, 2).map(|parent| EntityId::trusted(&parent));
            Some((EntityId::trusted(&text(row, 0)?), text(row, 1)?, parent))
        }));
        hierarchy.codes = WHOLE_CODES.iter().map(|code| ((*code).to_owned(), hierarchy.whole())).collect();
        for row in &table.rows {
            let Some(id) = text(row, 0) else { continue };
            hierarchy.codes.extend(text(row, 3).map(|code| (code, EntityId::trusted(&id))));
        }
        Ok(hierarchy)
    }

    /// The area of an official code, or of its id.
    pub(crate) fn by_code(&self, code: &str) -> Option<EntityId> {
        let id = EntityId::trusted(code);
        self.codes
            .get(code)
            .cloned()
            .or_else(|| (self.areas.contains_key(&id) || id == self.whole()).then_some(id))
    }

    /// The official codes of the areas that have one.
    pub(crate) fn coded(&self) -> HashMap<EntityId, String> {
        let own = self.codes.iter().filter(|(_, id)| **id != self.whole());
        let whole = [(self.whole(), "04000".to_owned())];
        own.map(|(code, id)| (id.clone(), code.clone())).chain(whole).collect()
    }

    pub(crate) fn of(rows: impl Iterator<Item = (EntityId, String, Option<EntityId>)>) -> Self {
        let areas: HashMap<EntityId, Area> =
            rows.map(|(id, level, parent)| (id, Area { level, parent })).collect();
        let whole = areas.iter().filter(|(_, area)| area.level == REGION).map(|(id, _)| id).min().cloned();
        Self { areas, whole, codes: HashMap::new() }
    }

    /// The area of a level that holds an area, itself when it is of that level.
    pub(crate) fn holder(&self, area: &EntityId, level: &str) -> Option<EntityId> {
        let mut at = area;
        // Chains of areas are short; a circle in them must not be one here.
        for _ in 0..8 {
            let Some(known) = self.areas.get(at) else { break };
            if known.level == level {
                return Some(at.clone());
            }
            let Some(parent) = &known.parent else { break };
            at = parent;
        }
        (level == REGION).then(|| self.whole())
    }

    /// All areas of a level.
    pub(crate) fn of_level(&self, level: &str) -> Vec<EntityId> {
        let mut found: Vec<EntityId> =
            self.areas.iter().filter(|(_, area)| area.level == level).map(|(id, _)| id.clone()).collect();
        if level == REGION && found.is_empty() {
            found.push(self.whole());
        }
        found.sort();
        found
    }

    /// The area that holds all others.
    pub(crate) fn whole(&self) -> EntityId {
        self.whole.clone().unwrap_or_else(|| EntityId::trusted(WHOLE))
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{AttributeValue, ChangeNo, Effect, Instance, Timestamp};

    use super::*;

    fn id(text: &str) -> EntityId {
        EntityId::trusted(text)
    }

    #[test]
    fn a_register_that_is_loaded_again_as_it_was_moves_nothing() {
        let level = |text: &str| Instance::new(AttributeValue::Property(Json::text(text)));
        let change = |now: &str, then: Option<&str>| Change {
            no: ChangeNo(1),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: Timestamp::from_micros(1),
            entity: id("urn:c"),
            types: [term("AdministrativeArea")].into_iter().collect(),
            kind: ChangeKind::Updated,
            before: None,
            attributes: vec![ChangedAttribute {
                name: term("level"),
                effect: Effect::Updated,
                instance: level(now),
                previous: then.map(|then| Box::new(level(then))),
            }],
        };
        assert!(!moves_areas(&change("commune", Some("commune"))));
        assert!(moves_areas(&change("commune", Some("quarter"))));
        // Logs of older builds do not say what was there before.
        assert!(moves_areas(&change("commune", None)));
        assert!(moves_areas(&Change { kind: ChangeKind::Deleted, ..change("commune", Some("commune")) }));
    }

    #[test]
    fn what_holds_what() {
        let rows = [
            (id("q"), "quarter".to_owned(), Some(id("c"))),
            (id("c"), "commune".to_owned(), None),
            (id("loop"), "x".to_owned(), Some(id("loop"))),
        ];
        let hierarchy = Hierarchy::of(rows.into_iter());
        assert_eq!(hierarchy.holder(&id("q"), "commune"), Some(id("c")));
        assert_eq!(hierarchy.holder(&id("q"), "quarter"), Some(id("q")));
        assert_eq!(hierarchy.holder(&id("c"), "quarter"), None);
        assert_eq!(hierarchy.holder(&id("c"), "region"), Some(id(WHOLE)));
        assert_eq!(hierarchy.holder(&id("loop"), "commune"), None);
        let with = Hierarchy::of([(id("r"), REGION.to_owned(), None)].into_iter());
        assert_eq!(with.holder(&id("c"), "region"), Some(id("r")));
    }
}
