//! `pick` and `omit` of a question about the past: brokers are asked for the identifiers and types too, by which entities
//! are joined (clause 4.21).

use senne_language::Projection;
use senne_model::Json;

use crate::{contexts::Terms, http::Parameters};

/// What was picked and omitted, and which members every broker is asked for beside it.
#[derive(Clone, Default, Debug)]
pub(super) struct Members {
    pick: Option<String>,
    omit: Option<String>,
    unwanted: Vec<&'static str>,
}

impl Members {
    /// From the document, else from the address.
    pub(super) fn read(parameters: &Parameters, document: Option<&Json>, terms: &Terms) -> Self {
        let text = |name: &str| {
            let said = document.and_then(|document| document.get(name)).map(flat);
            said.or_else(|| parameters.get(name).map(str::to_owned))
        };
        let (pick, omit) = (text("pick"), text("omit"));
        let read = Projection::parse(pick.as_deref(), omit.as_deref(), &|term| terms.expand(term));
        // What cannot be read is refused in the usual way.
        let Ok(wanted) = read else { return Self::default() };
        let joining = [("id", wanted.keeps_id()), ("type", wanted.keeps_type())];
        let unwanted = joining.into_iter().filter(|(_, kept)| !kept).map(|(name, _)| name).collect();
        Self { pick, omit, unwanted }
    }

    /// Whether it was said which members are wanted.
    pub(super) fn are_chosen(&self) -> bool {
        self.pick.is_some() || self.omit.is_some()
    }

    /// What is asked for in the place of what was picked and omitted; none where nothing changes.
    fn widened(&self) -> Option<[(&'static str, Vec<String>); 2]> {
        if self.unwanted.is_empty() {
            return None;
        }
        let listed = |text: Option<&str>| -> Vec<String> {
            text.into_iter().flat_map(top_level).map(str::to_owned).collect()
        };
        let (mut pick, mut omit) = (listed(self.pick.as_deref()), listed(self.omit.as_deref()));
        if !pick.is_empty() {
            let missing = ["id", "type"].into_iter().filter(|name| !names(&pick, name)).map(str::to_owned);
            let missing: Vec<String> = missing.collect();
            pick.extend(missing);
        }
        omit.retain(|member| !matches!(member.trim_start_matches('@'), "id" | "type"));
        Some([("pick", pick), ("omit", omit)])
    }

    /// The parameters with what every broker is asked for.
    pub(super) fn widen(&self, parameters: &Parameters) -> Parameters {
        let mut wide = parameters.clone();
        for (name, members) in self.widened().into_iter().flatten() {
            if parameters.get(name).is_some() {
                wide.set(name, members.join(","));
            }
        }
        wide
    }

    /// The same for a document.
    pub(super) fn widen_document(&self, document: &Json) -> Json {
        let mut wide = document.clone();
        let Json::Object(there) = &mut wide else { return wide };
        for (name, members) in self.widened().into_iter().flatten() {
            if members.is_empty() {
                there.retain(|(member, _)| &**member != name);
                continue;
            }
            let list = Json::Array(members.into_iter().map(Json::from).collect());
            for (_, value) in there.iter_mut().filter(|(member, _)| &**member == name) {
                *value = list.clone();
            }
        }
        wide
    }

    /// Whether anything of an entity is wanted.
    pub(super) fn show(&self, entity: &Json) -> bool {
        let wanted = |name: &str| name != "@context" && !self.unwanted.contains(&name);
        self.unwanted.is_empty()
            || entity.as_object().is_some_and(|members| members.iter().any(|(name, _)| wanted(name)))
    }

    /// The entity with what was wanted of it.
    pub(super) fn of(&self, mut entity: Json) -> Json {
        if let Json::Object(members) = &mut entity {
            members.retain(|(name, _)| !self.unwanted.contains(&&**name));
        }
        entity
    }
}

fn names(list: &[String], name: &str) -> bool {
    list.iter().any(|member| member.trim_start_matches('@') == name)
}

/// A text, or a list of texts as one.
pub(super) fn flat(value: &Json) -> String {
    match value {
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// The members of a list, those within braces together with the one that they belong to.
pub(super) fn top_level(list: &str) -> Vec<&str> {
    let (mut members, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, sign) in list.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' | '|' if depth == 0 => {
                members.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    members.push(list[start..].trim());
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_asked_for_what_joins_and_the_caller_gets_what_was_picked() {
        let read = |query: &str| {
            let parameters = Parameters::parse(Some(query)).unwrap();
            let members = Members::read(&parameters, None, &Terms::default_core());
            let wide = members.widen(&parameters);
            let said = |name: &str| wide.get(name).unwrap_or_default().to_owned();
            (said("pick"), said("omit"), members)
        };
        for (query, pick, omit, unwanted) in [
            ("pick=speed", "speed,id,type", "", &["id", "type"][..]),
            ("pick=id|speed", "id,speed,type", "", &["type"][..]),
            ("omit=id,a{id},brand", "", "a{id},brand", &["id"][..]),
            ("omit=type", "", "", &["type"][..]),
            ("pick=id,type,speed", "id,type,speed", "", &[][..]),
            ("attrs=speed", "", "", &[][..]),
        ] {
            let (wide_pick, wide_omit, members) = read(query);
            assert_eq!((&*wide_pick, &*wide_omit, &*members.unwanted), (pick, omit, unwanted), "{query}");
        }
        let (_, _, members) = read("pick=speed");
        let entity = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let (full, bare) =
            (entity(r#"{"id":"urn:a:1","type":"T","speed":[]}"#), entity(r#"{"id":"urn:a:1"}"#));
        assert!(members.show(&full) && !members.show(&bare));
        assert_eq!(members.of(full).to_string(), r#"{"speed":[]}"#);
        let document = entity(r#"{"pick":["speed"],"q":"a"}"#);
        let members = Members::read(&Parameters::default(), Some(&document), &Terms::default_core());
        let wide = members.widen_document(&document).to_string();
        assert_eq!(wide, r#"{"pick":["speed","id","type"],"q":"a"}"#);
    }
}
