//! Scopes: as they are now, or as a series of what they were (clauses 4.5.6, 4.18).

use senne_model::{Attribute, AttributeValue, Json, Name, Problem, SCOPE};

use super::{
    Limits, Mode, Names,
    attribute::read_attribute,
    limits::{SCOPES_MAX, too_many},
    part::Raw,
};

/// The longest scope, in bytes.
const SCOPE_BYTES_MAX: usize = 1024;

pub(super) fn wrong() -> Problem {
    Problem::bad("a scope is a text such as \"/Brussels/Ixelles\", or an array of them").field("scope")
}

/// A text as `/a/b` whose levels begin with a letter and have letters, digits and underscores (clause 4.18).
pub(super) fn one(text: &str) -> Result<Box<str>, Problem> {
    let text = text.strip_prefix('/').unwrap_or(text);
    let level = |level: &str| {
        level.starts_with(char::is_alphabetic) && level.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if text.len() > SCOPE_BYTES_MAX || !text.split('/').all(level) {
        return Err(wrong());
    }
    Ok(format!("/{text}").into_boxed_str())
}

/// Whether it is an instance of an attribute, or an array of them.
pub(super) fn is_series(value: &Json) -> bool {
    match value {
        Json::Object(_) => true,
        Json::Array(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Json::Object(_))),
        _ => false,
    }
}

/// Reads what the scopes were, with what they are after all of it.
pub(super) fn read_series(
    value: Json,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<(Attribute, Vec<Box<str>>), Problem> {
    let attribute = read_attribute("scope", Raw::from_json(value), mode, names, limits)?;
    let mut attribute = Attribute { name: Name::new(SCOPE), ..attribute };
    let mut newest = (None, Vec::new());
    for instance in &mut attribute.instances {
        let scopes = match &instance.value {
            AttributeValue::Property(Json::Text(text)) => vec![one(text)?],
            AttributeValue::Property(Json::Array(items)) => {
                if items.len() > SCOPES_MAX {
                    return Err(too_many(SCOPES_MAX, "scopes").field("scope"));
                }
                items.iter().map(|item| one(item.as_str().ok_or_else(wrong)?)).collect::<Result<_, _>>()?
            }
            _ => return Err(wrong()),
        };
        instance.value = AttributeValue::Property(match scopes.as_slice() {
            [only] => Json::text(only),
            several => Json::Array(several.iter().map(|scope| Json::text(scope)).collect()),
        });
        if newest.0 <= instance.observed_at {
            newest = (instance.observed_at, scopes);
        }
    }
    Ok((attribute, newest.1))
}
