//! A registration as it is shown: names by the reader's context, and how forwarding has gone.

use senne_model::Json;

use super::{
    document::{Direction, rename},
    registration::Registration,
};
use crate::contexts::Terms;

/// The document with those parts of its information that matter to the reader; all of them when none is given
/// (clauses 5.10.2.5, 5.11.7).
pub(crate) fn present(
    registration: &Registration,
    infos: Option<&[usize]>,
    terms: &Terms,
    sys_attrs: bool,
) -> Json {
    let mut document = registration.document.clone();
    rename(&mut document, terms, Direction::Compact);
    let Json::Object(members) = &mut document else { return document };
    members.retain(|(name, _)| &**name != "id" && &**name != "type");
    members.insert(0, ("type".into(), Json::text("ContextSourceRegistration")));
    members.insert(0, ("id".into(), Json::text(&registration.id)));
    if let Some(infos) = infos {
        for (name, value) in members.iter_mut() {
            if let ("information", Json::Array(items)) = (&**name, value) {
                let mut place = 0;
                items.retain(|_| {
                    place += 1;
                    infos.contains(&(place - 1))
                });
            }
        }
    }
    members.extend(registration.health.lock().members());
    if sys_attrs {
        members.push(("createdAt".into(), Json::from(registration.created_at.to_string())));
        members.push(("modifiedAt".into(), Json::from(registration.modified_at.to_string())));
    }
    document
}
