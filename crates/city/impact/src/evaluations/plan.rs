//! What an evaluation asks, as its entity says it.

use jiff::civil::Date;
use senne_impact::Direction;
use senne_indicator::Frequency;
use senne_model::{AttributeValue, Entity, EntityId, Json, Problem};

use super::term;
use crate::MethodName;

/// What the project should move.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// An indicator; units are areas.
    Indicator(String),
    /// An attribute of a type; units are entities, each with its mean over a period.
    Attribute {
        /// The type, as a term.
        kind: String,
        /// The attribute, as a term.
        attribute: String,
    },
}

/// What is asked. It is frozen with the entity: each run says by which plan it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The entity.
    pub id: EntityId,
    /// What the project should move.
    pub outcome: Outcome,
    /// The length of the periods that are compared.
    pub frequency: Frequency,
    /// The areas or entities that the project touches.
    pub treated: Vec<EntityId>,
    /// Those that feel it without being part of it; they are no donors.
    pub excluded: Vec<EntityId>,
    /// Those that it is compared with; none: all others.
    pub donors: Vec<EntityId>,
    /// The first day of the project.
    pub start: Date,
    /// The first day of data that counts; none: as far back as there are data.
    pub from: Option<Date>,
    /// The method.
    pub method: MethodName,
    /// Which way is better.
    pub better: Direction,
    /// The smallest effect that would matter.
    pub matters: Option<f64>,
}

impl Plan {
    /// Reads the plan of an entity.
    ///
    /// # Errors
    /// A problem that names the attribute and what it should be.
    pub fn read(entity: &Entity) -> Result<Self, Problem> {
        let reader = Reader { entity };
        let (kind, attribute) = (reader.text("outcomeType"), reader.text("outcomeAttribute"));
        let outcome = match (kind, attribute, reader.targets("refIndicator").first()) {
            // An indicator beside it is the one for which it stands.
            (Some(kind), Some(attribute), _) => {
                Outcome::Attribute { kind: kind.to_owned(), attribute: attribute.to_owned() }
            }
            (Some(_), None, _) => {
                let wanted = "the attribute of `outcomeType` that the project should move";
                return Err(wrong("outcomeAttribute", wanted));
            }
            (None, Some(_), _) => {
                return Err(wrong(
                    "outcomeType",
                    "the type whose `outcomeAttribute` the project should move",
                ));
            }
            (None, None, Some(indicator)) => {
                let id = indicator.as_str().rsplit(':').next().unwrap_or_default();
                Outcome::Indicator(id.to_owned())
            }
            (None, None, None) => {
                return Err(wrong("refIndicator", "an indicator, or `outcomeType` with `outcomeAttribute`"));
            }
        };
        let treated = reader.targets("treated");
        if treated.is_empty() {
            return Err(wrong("treated", "the areas or entities that the project touches"));
        }
        let start = reader.date("startDate")?;
        Ok(Self {
            id: entity.id.clone(),
            outcome,
            frequency: match reader.text("frequency") {
                None => Frequency::Day,
                Some(word) => Frequency::parse(word)
                    .ok_or_else(|| wrong("frequency", "day, week, month, quarter or year"))?,
            },
            treated,
            excluded: reader.targets("excluded"),
            donors: reader.targets("donors"),
            start: start.ok_or_else(|| wrong("startDate", "the first day of the project, 2026-11-27"))?,
            from: reader.date("dataFrom")?,
            method: match reader.text("method") {
                None => MethodName::Auto,
                Some(name) => {
                    MethodName::of(name).ok_or_else(|| wrong("method", "a method of senne impact"))?
                }
            },
            better: match reader.text("better") {
                None | Some("up") => Direction::Up,
                Some("down") => Direction::Down,
                Some(_) => return Err(wrong("better", "up or down")),
            },
            matters: reader.number("matters"),
        })
    }

    /// A digest of the plan: 16 hexadecimal digits.
    pub fn digest(&self) -> String {
        format!("{:016x}", twox_hash::XxHash3_64::oneshot(format!("{self:?}").as_bytes()))
    }
}

struct Reader<'a> {
    entity: &'a Entity,
}

impl Reader<'_> {
    fn value(&self, local: &str) -> Option<&AttributeValue> {
        self.entity.instance(&term(local)).map(|instance| &instance.value)
    }

    fn text(&self, local: &str) -> Option<&str> {
        match self.value(local)? {
            AttributeValue::Property(json) => json.as_str().or_else(|| json.get("@value")?.as_str()),
            _ => None,
        }
    }

    fn number(&self, local: &str) -> Option<f64> {
        self.value(local)?.as_number()
    }

    fn targets(&self, local: &str) -> Vec<EntityId> {
        match self.value(local) {
            Some(
                AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects),
            ) => objects.iter().map(|iri| EntityId::trusted(iri.as_str())).collect(),
            Some(AttributeValue::Property(Json::Array(items))) => {
                items.iter().filter_map(Json::as_str).map(EntityId::trusted).collect()
            }
            _ => Vec::new(),
        }
    }

    fn date(&self, local: &str) -> Result<Option<Date>, Problem> {
        let Some(text) = self.text(local) else { return Ok(None) };
        let day = text.get(..10).unwrap_or(text);
        day.parse().map(Some).map_err(|_| wrong(local, "a day, e.g. 2026-11-27"))
    }
}

fn wrong(field: &str, wanted: &str) -> Problem {
    Problem::bad(format!("`{field}` should be {wanted}")).field(field)
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, Instance, Iri};

    use super::*;

    fn property(local: &str, text: &str) -> Attribute {
        Attribute::new(term(local), Instance::new(AttributeValue::Property(Json::text(text))))
    }

    fn asked() -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:ngsi-ld:Evaluation:1"), term("Evaluation"));
        let objects = vec![Iri::new("urn:a"), Iri::new("urn:b")];
        let treated = AttributeValue::Relationship { objects, object_type: None };
        entity.attributes = vec![
            property("outcomeType", "TrafficFlowObserved"),
            property("outcomeAttribute", "intensity"),
            Attribute::new(term("treated"), Instance::new(treated)),
            property("startDate", "2026-11-12"),
            property("better", "down"),
        ];
        entity
    }

    #[test]
    fn a_plan_is_read_and_has_a_digest() {
        let plan = Plan::read(&asked()).unwrap();
        assert_eq!((plan.treated.len(), plan.method, plan.better), (2, MethodName::Auto, Direction::Down));
        let mut other = asked();
        other.attributes.push(property("method", "sdid"));
        assert_ne!(Plan::read(&other).unwrap().digest(), plan.digest());
    }

    #[test]
    fn what_stands_for_an_indicator_is_compared_and_not_the_indicator() {
        let objects = vec![Iri::new("urn:ngsi-ld:Indicator:motor-traffic-counts")];
        let indicator = AttributeValue::Relationship { objects, object_type: None };
        let mut entity = asked();
        let alone = Plan::read(&entity).unwrap();
        entity.attributes.push(Attribute::new(term("refIndicator"), Instance::new(indicator)));
        assert_eq!(Plan::read(&entity).unwrap(), alone);
        entity.attributes.retain(|attribute| !attribute.name.local().starts_with("outcome"));
        let outcome = Plan::read(&entity).unwrap().outcome;
        assert_eq!(outcome, Outcome::Indicator("motor-traffic-counts".to_owned()));
    }

    #[test]
    fn what_is_missing_is_named() {
        for lacking in ["outcomeType", "outcomeAttribute", "treated", "startDate"] {
            let mut entity = asked();
            entity.attributes.retain(|attribute| attribute.name.local() != lacking);
            let field = Plan::read(&entity).unwrap_err().field;
            assert!(field.is_some_and(|field| field == lacking || field == "refIndicator"), "{lacking}");
        }
        let mut entity = asked();
        entity.attributes.push(property("method", "guess"));
        assert_eq!(Plan::read(&entity).unwrap_err().field.as_deref(), Some("method"));
    }
}
