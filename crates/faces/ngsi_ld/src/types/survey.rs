//! Which attributes the entities of a type have. The hub counts types; attributes are found by looking at
//! entities, at most [`LOOKS_MAX`] of each type.

use std::collections::BTreeMap;

use senne_hub::{Context, Hub, Page};
use senne_language::{Query, TypeExpression};
use senne_model::{Name, Problem};

use crate::kind::Kind;

/// How many entities of one type are looked at.
const LOOKS_MAX: usize = 10_000;

/// How many are fetched at a time.
const PAGE: usize = 1000;

/// What is known of one attribute.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    /// The kinds that its instances have.
    pub(super) kinds: Vec<&'static str>,
    /// The types whose entities have it.
    pub(super) types: Vec<Name>,
    /// How many of the entities that were looked at have it.
    pub(super) count: u64,
}

/// The attributes of the entities of one type.
pub(super) async fn attributes_of(
    hub: &Hub,
    context: &Context,
    kind: &Name,
) -> Result<BTreeMap<Name, Seen>, Problem> {
    let types = TypeExpression::parse("Type", &|_| kind.clone())?;
    let query = Query { types: Some(types), ..Query::default() };
    let mut seen: BTreeMap<Name, Seen> = BTreeMap::new();
    let mut after = None;
    for _ in 0..LOOKS_MAX / PAGE {
        let page = Page { limit: PAGE, after: after.take(), ..Page::default() };
        let found = hub.query(context, &query, &page).await?;
        for attribute in found.entities.iter().flat_map(|entity| &entity.attributes) {
            let entry = seen.entry(attribute.name.clone()).or_default();
            entry.count += 1;
            for instance in &attribute.instances {
                let word = Kind::of(&instance.value).word();
                if !entry.kinds.contains(&word) {
                    entry.kinds.push(word);
                }
            }
        }
        after = found.entities.last().map(|entity| entity.id.clone());
        if !found.more || after.is_none() {
            break;
        }
    }
    seen.values_mut().for_each(|entry| entry.types.push(kind.clone()));
    Ok(seen)
}

/// The attributes of all types.
pub(super) async fn all_attributes(hub: &Hub, context: &Context) -> Result<BTreeMap<Name, Seen>, Problem> {
    let mut all: BTreeMap<Name, Seen> = BTreeMap::new();
    for kind in hub.types(context).await? {
        for (name, seen) in attributes_of(hub, context, &kind.name).await? {
            let entry = all.entry(name).or_default();
            entry.count += seen.count;
            entry.types.extend(seen.types);
            seen.kinds.into_iter().for_each(|word| {
                if !entry.kinds.contains(&word) {
                    entry.kinds.push(word);
                }
            });
        }
    }
    Ok(all)
}
