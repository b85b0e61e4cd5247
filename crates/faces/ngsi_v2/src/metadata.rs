//! Metadata of NGSI-v2 as parts of an attribute: what our model has a place for goes there, the rest are attributes of the attribute.

use std::collections::HashSet;

use senne_context::Context as Terms;
use senne_model::{Attribute, Instance, Json, Name, Problem};

use crate::{
    names::{metadata_in, name_out},
    read::{self, moment},
    write::{plain_type, typed},
};

/// Metadata that stand for the moment of an observation; where several do, the first of these is taken.
pub(crate) const OBSERVED_AT: [&str; 3] = ["TimeInstant", "observedAt", "timestamp"];
const UNIT: &str = "unitCode";

/// Builtin metadata, which nobody sets.
const BUILTIN: [&str; 5] = ["dateCreated", "dateModified", "previousValue", "actionType", "*"];

/// Takes over the metadata of an attribute.
pub(crate) fn take(instance: &mut Instance, metadata: &Json, terms: &Terms) -> Result<(), Problem> {
    let members = metadata
        .as_object()
        .ok_or_else(|| Problem::bad("an object of metadata is needed here").field("metadata"))?;
    let observed = OBSERVED_AT.into_iter().find_map(|name| Some((name, moment_of(metadata.get(name)?)?)));
    let mut seen: HashSet<Name> = HashSet::with_capacity(members.len());
    for (name, one) in members {
        let at = |problem: Problem| problem.within(name).within("metadata");
        if one.as_object().is_none() {
            return Err(at(Problem::bad("an object with `value` is needed here")));
        }
        let value = one.get("value").cloned().unwrap_or(Json::Null);
        match (&**name, &value) {
            (name, _) if BUILTIN.contains(&name) => {}
            (name, _) if observed.is_some_and(|(first, _)| first == name) => {
                instance.observed_at = observed.map(|(_, moment)| moment);
            }
            ("TimeInstant", _) => {
                return Err(at(Problem::bad("a date-time is needed here, e.g. \"2024-01-31T12:00:00Z\"")));
            }
            (UNIT, Json::Text(text)) => instance.unit_code = Some(Name::new(text)),
            (UNIT, _) => return Err(at(Problem::bad("a text is needed here: the code of a unit"))),
            (name, _) => {
                let expanded = metadata_in(terms, name).map_err(|problem| problem.within("metadata"))?;
                if !seen.insert(expanded.clone()) {
                    return Err(at(Problem::bad("two names mean the same metadata")));
                }
                let kind = one.get("type").and_then(Json::as_str);
                let part = read::instance(kind, value.clone()).map_err(at)?;
                instance.sub_attributes.push(Attribute::new(expanded, part));
            }
        }
    }
    Ok(())
}

fn moment_of(one: &Json) -> Option<senne_model::Timestamp> {
    moment(one.get("value")?.as_str()?)
}

/// The metadata of an instance; `wanted` empty means all but the builtin ones, which must be named.
pub(crate) fn of(instance: &Instance, terms: &Terms, wanted: &[&str]) -> Json {
    let named = |name: &str| wanted.contains(&name);
    let all = wanted.is_empty() || named("*");
    let mut members: Vec<(Box<str>, Json)> = Vec::new();
    for part in &instance.sub_attributes {
        let name = name_out(terms, &part.name);
        let Some(main) = part.main().filter(|_| !read::is_type_mark(&part.name) && (all || named(&name)))
        else {
            continue;
        };
        let (kind, value) = plain_type(main);
        members.push((Box::from(&*name), typed(&kind, value)));
    }
    let mut put = |name: &str, kind: &str, value: Json| {
        if !members.iter().any(|(there, _)| **there == *name) {
            members.push((name.into(), typed(kind, value)));
        }
    };
    if let Some(at) = instance.observed_at {
        let by_default = all || named(OBSERVED_AT[0]);
        let shown = |&name: &&str| if by_default { name == OBSERVED_AT[0] } else { named(name) };
        for name in OBSERVED_AT.into_iter().filter(shown) {
            put(name, "DateTime", Json::from(at.to_string()));
        }
    }
    if let Some(unit) = instance.unit_code.as_ref().filter(|_| all || named(UNIT)) {
        put(UNIT, "Text", Json::text(unit));
    }
    for (name, at) in [("dateCreated", instance.created_at), ("dateModified", instance.modified_at)] {
        if named(name) {
            put(name, "DateTime", Json::from(at.to_string()));
        }
    }
    Json::Object(members)
}
