//! The scopes of an entity as part of its past (GS CIM 009 clauses 4.5.6 and 4.18).

use crate::{Attribute, AttributeValue, ChangedAttribute, Effect, Instance, Json, Name, Timestamp};

/// The name under which the past of the scopes is kept.
pub const SCOPE: &str = "https://uri.etsi.org/ngsi-ld/scope";

/// What the log says when an entity has other scopes from a moment on; none at all is an empty array.
pub(crate) fn changed(scopes: &[Box<str>], at: Timestamp) -> ChangedAttribute {
    let value = match scopes {
        [only] => Json::text(only),
        several => Json::Array(several.iter().map(|scope| Json::text(scope)).collect()),
    };
    let mut instance = Instance::new(AttributeValue::Property(value)).at(at);
    (instance.created_at, instance.modified_at) = (at, at);
    past(Name::new(SCOPE), instance)
}

/// An instance that goes to the past alone.
fn past(name: Name, instance: Instance) -> ChangedAttribute {
    ChangedAttribute { name, effect: Effect::Past, instance, previous: None }
}

/// Takes instances of the scopes out of what is written: they go to the past alone, since the state has its scopes elsewhere.
pub(crate) fn take(attributes: &mut Vec<Attribute>, at: Timestamp) -> Vec<ChangedAttribute> {
    let Some(place) = attributes.iter().position(|attribute| &*attribute.name == SCOPE) else {
        return Vec::new();
    };
    let attribute = attributes.remove(place);
    let each = attribute.instances.into_iter().map(|mut instance| {
        (instance.created_at, instance.modified_at) = (at, at);
        past(attribute.name.clone(), instance)
    });
    each.collect()
}

/// The scopes that a value of the past stands for.
pub fn scopes_of(value: &AttributeValue) -> Vec<Box<str>> {
    match value {
        AttributeValue::Property(Json::Text(scope)) => vec![scope.clone()],
        AttributeValue::Property(Json::Array(items)) => {
            items.iter().filter_map(|item| item.as_str().map(Into::into)).collect()
        }
        _ => Vec::new(),
    }
}
