//! Templates of custom notifications: texts in which `${…}` stands for something of the entity.

use senne_context::Context as Terms;
use senne_model::{Entity, ErrorKind, Json, Problem};

use crate::{
    names::{decoded, id_out, name_out},
    write::plain_type,
};

/// A text with places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// What it is filled with: `id`, `type`, an attribute, a member of its value.
    Place(String),
}

impl Template {
    /// A text in which nothing is filled in.
    pub(super) fn literal(text: &str) -> Self {
        Self(vec![Part::Text(text.to_owned())])
    }

    /// Reads a text. Expressions are refused, so that nobody waits for their results.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let Some((inside, behind)) = after.split_once('}') else { break };
            let name = inside.trim();
            let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
            if name.is_empty() || !name.chars().all(fits) {
                let detail = format!("`${{{name}}}` is no attribute; expressions are not supported");
                return Err(Problem::new(ErrorKind::NotSupported, detail));
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Place(name.to_owned()));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }

    /// The same with what is percent-encoded in it decoded, as it is sent (Orion, "Text based payload").
    pub(super) fn decoded(self) -> Self {
        let one = |part| match part {
            Part::Text(text) => Part::Text(decoded(&text)),
            place @ Part::Place(_) => place,
        };
        Self(self.0.into_iter().map(one).collect())
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(text) if text.is_empty()))
    }

    /// The text with its places filled, each value written by `put`.
    pub(super) fn filled(&self, values: &Values<'_>, put: &dyn Fn(&str) -> String) -> String {
        let one = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Place(name) => put(&as_text(&values.of(name))),
        };
        self.0.iter().map(one).collect()
    }

    /// The text as it looks when every place holds the same.
    pub(super) fn sample(&self, place: &str) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Place(_) => place,
        });
        parts.collect()
    }
}

/// What templates are filled with.
pub(super) struct Values<'v> {
    pub(super) entity: &'v Entity,
    pub(super) terms: &'v Terms,
    /// The tenant; empty for the default one.
    pub(super) service: &'v str,
    pub(super) service_path: &'v str,
}

impl Values<'_> {
    /// The value of a name; null when there is none.
    fn of(&self, name: &str) -> Json {
        match name {
            "id" => return Json::text(&id_out(&self.entity.id)),
            "type" => {
                let kind = self.entity.types.first();
                return kind.map_or(Json::Null, |kind| Json::text(&name_out(self.terms, kind)));
            }
            _ => {}
        }
        match (self.attribute(name).or_else(|| self.member(name)), name) {
            (Some(value), _) => value,
            (None, "service") => Json::text(self.service),
            (None, "servicePath") => Json::text(self.service_path),
            (None, _) => Json::Null,
        }
    }

    fn attribute(&self, name: &str) -> Option<Json> {
        let attribute = self.entity.attribute(&self.terms.expand(name))?;
        attribute.main().map(|main| plain_type(main).1)
    }

    /// `address.city`: the member of a value.
    fn member(&self, path: &str) -> Option<Json> {
        let (name, rest) = path.split_once('.')?;
        let value = self.attribute(name)?;
        rest.split('.').try_fold(&value, |value, member| value.get(member)).cloned()
    }
}

fn as_text(value: &Json) -> String {
    match value {
        Json::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}

/// Checks the texts of a value for what cannot be filled in.
pub(super) fn check(json: &Json) -> Result<(), Problem> {
    match json {
        Json::Text(text) => Template::read(text).map(|_| ()),
        Json::Array(items) => items.iter().try_for_each(check),
        Json::Object(members) => members.iter().try_for_each(|(_, value)| check(value)),
        _ => Ok(()),
    }
}

/// A value with the places in its texts filled.
pub(super) fn filled(json: &Json, values: &Values<'_>) -> Json {
    match json {
        Json::Text(text) => Template::read(text).map_or_else(|_| json.clone(), |read| whole(&read, values)),
        Json::Array(items) => Json::Array(items.iter().map(|item| filled(item, values)).collect()),
        Json::Object(members) => {
            let each = members.iter().map(|(name, value)| (name.clone(), filled(value, values)));
            Json::Object(each.collect())
        }
        other => other.clone(),
    }
}

/// A text that is one place becomes the value itself.
fn whole(template: &Template, values: &Values<'_>) -> Json {
    match template.0.as_slice() {
        [Part::Place(name)] => values.of(name),
        _ => Json::from(template.filled(values, &str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, EntityId, Instance};

    use super::*;

    fn entity(terms: &Terms) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:ngsi-v2:Room1"), terms.expand("Room"));
        let address = Json::parse(br#"{"city":"Brussels","floor":3}"#).unwrap();
        for (name, value) in [("temperature", Json::Float(23.4)), ("address", address)] {
            let instance = Instance::new(AttributeValue::Property(value));
            entity.attributes.push(Attribute::new(terms.expand(name), instance));
        }
        entity
    }

    #[test]
    fn places_are_filled() {
        let terms = Terms::default_core();
        let entity = entity(&terms);
        let values = Values { entity: &entity, terms: &terms, service: "parks", service_path: "/a" };
        for (template, wanted) in [
            ("${id}/${type}?${ temperature }", "Room1/Room?23.4"),
            ("${address.city} ${address}", r#"Brussels {"city":"Brussels","floor":3}"#),
            ("${service}${servicePath} ${none}", "parks/a null"),
            ("$ {id} ${id", "$ {id} ${id"),
        ] {
            let read = Template::read(template).unwrap();
            assert_eq!(read.filled(&values, &str::to_owned), wanted, "{template}");
        }
        let json = Json::parse(br#"{"t":"${temperature}","all":["${temperature} C",4,"${none}"]}"#).unwrap();
        assert_eq!(filled(&json, &values).to_string(), r#"{"t":23.4,"all":["23.4 C",4,null]}"#);
        let quoted = Template::read("%22${id}%22 100%").unwrap().decoded();
        assert_eq!(quoted.filled(&values, &str::to_owned), "\"Room1\" 100%");
    }

    #[test]
    fn expressions_are_refused() {
        for text in ["${a|uppercase}", "${a+1}", "${}", "${a ? 1 : 2}"] {
            assert_eq!(Template::read(text).unwrap_err().kind, ErrorKind::NotSupported, "{text}");
            assert!(check(&Json::Array(vec![Json::text(text)])).is_err(), "{text}");
        }
    }
}
