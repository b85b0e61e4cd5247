//! The copy of a subscription for one source (clause 5.8.1.4).

use senne_language::Query;
use senne_model::Json;

use crate::{
    contexts::Terms,
    distributed::{
        asking::renamed_types,
        forward::Naming,
        words::{expanding, renamed},
    },
    http::object,
    kind::NULL_MARKER,
    registrations::{Matched, Wanted},
};

/// How a member of a subscription goes into a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Goes {
    /// Reduced to what the source registered, in its names.
    Reduced,
    /// As it is.
    AsItIs,
    /// In the source's names, where it is the source that puts the filters.
    AsFilter,
}

/// The members that a copy may have, beside those that it always has.
const MEMBERS: [(&str, Goes); 13] = [
    ("entities", Goes::Reduced),
    ("watchedAttributes", Goes::Reduced),
    ("notificationTrigger", Goes::AsItIs),
    ("expiresAt", Goes::AsItIs),
    ("throttling", Goes::AsItIs),
    ("timeInterval", Goes::AsItIs),
    ("isActive", Goes::AsItIs),
    ("splitEntities", Goes::AsItIs),
    ("datasetId", Goes::AsItIs),
    ("q", Goes::AsFilter),
    ("expandValues", Goes::AsFilter),
    ("geoQ", Goes::AsFilter),
    ("scopeQ", Goes::AsFilter),
];

/// All that a copy may have.
pub(super) fn every_member() -> Vec<String> {
    MEMBERS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Those of them that a copy has.
pub(super) fn members_of(copy: &Json) -> Vec<String> {
    every_member().into_iter().filter(|name| copy.get(name).is_some()).collect()
}

/// What changes a copy that may have these members into `copy`: a member that it has no longer is removed
/// (clause 5.5.8).
pub(super) fn change(copy: &Json, before: &[String]) -> Json {
    let mut members = copy.as_object().unwrap_or_default().to_vec();
    let gone = before.iter().filter(|name| copy.get(name).is_none());
    members.extend(gone.map(|name| (name.as_str().into(), Json::text(NULL_MARKER))));
    Json::Object(members)
}

/// What a copy is made of.
pub(super) struct Copying<'a> {
    /// The subscription, with expanded names.
    pub(super) document: &'a Json,
    pub(super) terms: &'a Terms,
    /// Its conditions.
    pub(super) query: &'a Query,
    pub(super) naming: &'a Naming,
    pub(super) matched: &'a Matched,
    /// One for each selector of entities.
    pub(super) wanted: &'a [Wanted],
    /// The filters are put here, to the whole of an entity.
    pub(super) split: bool,
}

impl Copying<'_> {
    /// The copy with this id, of which this address is told.
    pub(super) fn copy(&self, remote: &str, endpoint: &str) -> Json {
        let mut members: Vec<(Box<str>, Json)> =
            vec![("id".into(), Json::text(remote)), ("type".into(), Json::text("Subscription"))];
        for (name, goes) in MEMBERS {
            let member = match goes {
                Goes::Reduced => self.reduced(name),
                Goes::AsItIs => self.document.get(name).cloned(),
                Goes::AsFilter if self.split => None,
                Goes::AsFilter => self.filter(name),
            };
            members.extend(member.map(|value| (name.into(), value)));
        }
        members.push(("notification".into(), self.notification(endpoint)));
        Json::Object(members)
    }

    fn reduced(&self, name: &str) -> Option<Json> {
        match name {
            "entities" => self.entities(),
            // With an interval all is told, whatever changes: the two do not go together (clause 5.2.12).
            _ if self.document.get("timeInterval").is_some() => None,
            _ => self.names(self.document.get(name)),
        }
    }

    fn filter(&self, name: &str) -> Option<Json> {
        let filter = self.query.filter.as_ref();
        match name {
            // Where it is read it is decoded, as it was here (clause 4.9).
            "q" => {
                filter.map(|filter| Json::from(renamed(filter, self.naming).to_string().replace('%', "%25")))
            }
            "expandValues" => filter.and_then(|filter| expanding(filter, self.naming)).map(Json::from),
            "geoQ" => self.place(),
            _ => self.document.get(name).cloned(),
        }
    }

    fn place(&self) -> Option<Json> {
        let mut place = self.document.get("geoQ")?.clone();
        if let (Json::Object(members), Some(geo)) = (&mut place, &self.query.geo) {
            for (_, value) in members.iter_mut().filter(|(name, _)| &**name == "geoproperty") {
                *value = Json::from(self.naming.name(geo.geoproperty()));
            }
        }
        Some(place)
    }

    fn notification(&self, endpoint: &str) -> Json {
        let said = |name: &str| self.document.get("notification").and_then(|told| told.get(name));
        let mut members: Vec<(Box<str>, Json)> = vec![(
            "endpoint".into(),
            object([("uri", Json::text(endpoint)), ("accept", Json::text("application/json"))]),
        )];
        if let (false, Some(list)) = (self.split, self.names(said("attributes"))) {
            members.push(("attributes".into(), list));
        }
        // Of two values the later changed counts; and who asked for times is told those of the source.
        if self.split || said("sysAttrs") == Some(&Json::Bool(true)) {
            members.push(("sysAttrs".into(), Json::Bool(true)));
        }
        Json::Object(members)
    }

    /// The selectors that fit, by the source's names; what was registered when there are none.
    fn entities(&self) -> Option<Json> {
        let Some(selectors) = self.document.get("entities").and_then(Json::as_array) else {
            return self.registered();
        };
        let fits = |place: usize| {
            self.wanted.get(place).is_none_or(|wanted| wanted.matches(&self.matched.registration).is_some())
        };
        let fitting = selectors.iter().enumerate().filter(|(place, _)| fits(*place));
        let one = |selector: &Json| {
            let members = selector.as_object().unwrap_or_default().iter();
            let renamed = members.map(|(name, value)| match (&**name, value) {
                ("type", Json::Text(kind)) => {
                    (name.clone(), Json::from(renamed_types(kind, self.terms, self.naming)))
                }
                _ => (name.clone(), value.clone()),
            });
            Json::Object(renamed.collect())
        };
        Some(Json::Array(fitting.map(|(_, selector)| one(selector)).collect()))
    }

    /// The registered entities as selectors; none when one part is of any entity.
    fn registered(&self) -> Option<Json> {
        if self.matched.infos().any(|info| info.entities.is_empty()) {
            return None;
        }
        let one = |entity: &crate::registrations::EntityInfo| {
            let kinds: Vec<String> = entity.types.iter().map(|kind| self.naming.name(kind)).collect();
            let kind = if kinds.is_empty() { "*".to_owned() } else { kinds.join(",") };
            let mut parts: Vec<(Box<str>, Json)> = vec![("type".into(), Json::from(kind))];
            parts.extend(entity.id.as_ref().map(|id| ("id".into(), Json::text(id))));
            parts.extend(entity.pattern.as_ref().map(|one| ("idPattern".into(), Json::text(one.as_str()))));
            Json::Object(parts)
        };
        let list: Vec<Json> = self.matched.infos().flat_map(|info| &info.entities).map(one).collect();
        (!list.is_empty()).then_some(Json::Array(list))
    }

    /// Those of a list of names that were registered; the registered ones when there is no list.
    fn names(&self, list: Option<&Json>) -> Option<Json> {
        let registered = self.matched.names();
        let named = list.and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str);
        let mut kept: Vec<Json> = named
            .filter(|name| registered.is_empty() || registered.iter().any(|one| **one == **name))
            .map(|name| Json::from(self.naming.name(name)))
            .collect();
        if list.is_none() {
            kept = registered.iter().map(|name| Json::from(self.naming.name(name))).collect();
        }
        (!kept.is_empty()).then_some(Json::Array(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_copy_has_no_longer_is_removed() {
        let copy: Json = serde_json::from_str(r#"{"id":"urn:c:1","geoQ":{},"isActive":true}"#).unwrap();
        assert_eq!(members_of(&copy), ["isActive", "geoQ"]);
        let changed = change(&copy, &["q".to_owned(), "geoQ".to_owned()]);
        assert_eq!(
            changed.to_string(),
            r#"{"id":"urn:c:1","geoQ":{},"isActive":true,"q":"urn:ngsi-ld:null"}"#
        );
    }
}
