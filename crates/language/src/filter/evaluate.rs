//! Follows paths through an entity and tries the tests on what they lead to.

use std::{collections::HashSet, sync::Arc};

use senne_model::{Attribute, AttributeValue, Entity, Instance, Iri};

use super::{Condition, Link, Path, Step, Target, Test, compare::passes, path::SystemMember};

/// Looks up the target of a relationship by its id.
pub type Find<'a> = &'a dyn Fn(&str) -> Option<Arc<Entity>>;

/// Whether an entity meets a condition.
pub(super) fn condition(condition: &Condition, entity: &Entity, find: Find) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| self::condition(part, entity, find)),
        Condition::Any(parts) => parts.iter().any(|part| self::condition(part, entity, find)),
        Condition::Compare(comparison) => match comparison.test {
            Test::Absent => !linked(&comparison.path.links, entity, find, &|entity| {
                values(&comparison.path, entity, &|_| true)
            }),
            _ => linked(&comparison.path.links, entity, find, &|entity| {
                values(&comparison.path, entity, &|target| passes(target, &comparison.test))
            }),
        },
    }
}

/// Whether an entity at the end of the relationships passes.
fn linked(links: &[Link], entity: &Entity, find: Find, test: &dyn Fn(&Entity) -> bool) -> bool {
    Walk { find, test, tried: HashSet::new() }.passes(links, entity)
}

/// The way through relationships. Entities may link to one another in circles, so each is tried once on each step: the ways would be
/// without number.
struct Walk<'a> {
    find: Find<'a>,
    test: &'a dyn Fn(&Entity) -> bool,
    /// Targets that did not pass, each with the number of steps that were left.
    tried: HashSet<(usize, Iri)>,
}

impl Walk<'_> {
    fn passes(&mut self, links: &[Link], entity: &Entity) -> bool {
        let Some((link, rest)) = links.split_first() else { return (self.test)(entity) };
        let Some(attribute) = entity.attribute(&link.relation.name) else { return false };
        attribute.instances.iter().any(|instance| {
            let (AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects)) =
                &instance.value
            else {
                return false;
            };
            objects.iter().any(|object| self.leads_on(link, rest, object))
        })
    }

    fn leads_on(&mut self, link: &Link, rest: &[Link], object: &Iri) -> bool {
        if !self.tried.insert((rest.len(), object.clone())) {
            return false;
        }
        let Some(target) = (self.find)(object) else { return false };
        let fits = |kind: &Step| target.types.contains(&kind.name);
        (link.types.is_empty() || link.types.iter().any(fits)) && self.passes(rest, &target)
    }
}

/// Whether one of the values that a path leads to (from the entity after the relationships) passes.
pub(crate) fn values(path: &Path, entity: &Entity, test: &dyn Fn(&Target) -> bool) -> bool {
    let Some((first, rest)) = path.steps.split_first() else { return false };
    if let Some(attribute) = entity.attribute(&first.name) {
        return through(attribute, rest, &path.member, test);
    }
    let at = match SystemMember::of_entity(&first.term) {
        Some(SystemMember::CreatedAt) if rest.is_empty() => entity.created_at,
        Some(SystemMember::ModifiedAt) if rest.is_empty() => entity.modified_at,
        _ => return false,
    };
    test(&Target::Moment(at))
}

fn through(
    attribute: &Attribute,
    steps: &[Step],
    member: &[Box<str>],
    test: &dyn Fn(&Target) -> bool,
) -> bool {
    attribute.instances.iter().any(|instance| one(instance, steps, member, test))
}

fn one(instance: &Instance, steps: &[Step], member: &[Box<str>], test: &dyn Fn(&Target) -> bool) -> bool {
    let Some((next, rest)) = steps.split_first() else {
        return Target::of(instance, member).is_some_and(|target| test(&target));
    };
    if let Some(attribute) = instance.sub_attributes.iter().find(|attribute| attribute.name == next.name) {
        return through(attribute, rest, member, test);
    }
    if !rest.is_empty() || !member.is_empty() {
        return false;
    }
    let target = SystemMember::of_instance(&next.term).and_then(|member| Target::of_member(instance, member));
    target.is_some_and(|target| test(&target))
}
