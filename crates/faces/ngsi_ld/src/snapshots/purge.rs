//! `DELETE /snapshots?q=` (clauses 5.16.7, 6.36.3.2): removes the snapshots of which a condition holds.

use senne_language::Filter;
use senne_model::{Attribute, AttributeValue, Entity, EntityId, Instance, Name, Problem};

use super::{
    kept::Kept,
    present::{MEMBERS, present},
};
use crate::http::{Answer, Call, batch_result, no_content};

pub(crate) async fn purge(call: Call) -> Answer {
    call.administer()?;
    let wrong = |detail: &str| Problem::bad(detail).field("q");
    let q = call
        .parameters
        .get("q")
        .ok_or_else(|| wrong("a condition on members of snapshots is needed, e.g. q=snapshotPriority<5"))?;
    let filter = Filter::parse(q, &|term| Name::new(term))?;
    let known = |name: &Name| MEMBERS.contains(&&**name);
    if filter.follows_links() || !filter.attributes().iter().all(known) {
        return Err(wrong(&format!("the members of a snapshot are {}", MEMBERS.join(", "))).into());
    }
    let snapshots = &call.face.snapshots;
    let all = snapshots.of_tenant(&call.hub.tenant).await?;
    let meant: Vec<EntityId> =
        all.iter().filter(|kept| filter.matches(&as_entity(kept))).map(|kept| kept.id.clone()).collect();
    if meant.is_empty() {
        return Err(Problem::not_found("no snapshot fits").into());
    }
    let (mut removed, mut failed) = (Vec::new(), Vec::new());
    for id in meant {
        match snapshots.remove(&call.hub.tenant, &id).await {
            Ok(()) => removed.push(id),
            Err(problem) => failed.push((Some(id), problem)),
        }
    }
    Ok(if failed.is_empty() { no_content() } else { batch_result(&removed, &failed) })
}

/// A snapshot whose members are attributes, so that conditions can be put to it.
fn as_entity(kept: &Kept) -> Entity {
    let mut entity = Entity::new(kept.id.clone(), Name::new("Snapshot"));
    for (name, value) in present(kept).as_object().unwrap_or_default() {
        let instance = Instance::new(AttributeValue::Property(value.clone()));
        entity.attributes.push(Attribute::new(Name::new(name), instance));
    }
    entity
}
