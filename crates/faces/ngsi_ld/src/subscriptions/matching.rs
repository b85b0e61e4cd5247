//! Whether a change matters to a subscription, and what it tells.

use senne_model::{Change, ChangeKind, ChangedAttribute, Effect, Name, Timestamp};

use super::compiled::Compiled;

impl Compiled {
    /// Whether a change may matter, by the change alone: types, id, attributes, kind of event.
    pub(super) fn may_want(&self, change: &Change) -> bool {
        self.interval.is_none() && self.selects(change) && self.triggered(change)
    }

    /// Whether it is active and has not expired.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.is_active && self.expires_at.is_none_or(|at| now < at)
    }

    /// The types that it watches, when they are all plainly named.
    pub(super) fn plain_types(&self) -> Option<Vec<Name>> {
        let mut types = Vec::new();
        for selector in &self.selectors {
            types.extend(selector.types.as_ref()?.any_of()?);
        }
        types.sort();
        types.dedup();
        (!types.is_empty()).then_some(types)
    }

    fn selects(&self, change: &Change) -> bool {
        self.selectors.is_empty()
            || self.selectors.iter().any(|selector| {
                let named = match (&selector.ids[..], &selector.id_pattern) {
                    ([], Some(pattern)) => pattern.matches(&change.entity),
                    ([], None) => true,
                    (ids, _) => ids.contains(&change.entity),
                };
                named && selector.types.as_ref().is_none_or(|types| types.matches(&change.types))
            })
    }

    fn triggered(&self, change: &Change) -> bool {
        if change.kind == ChangeKind::Erased {
            return false;
        }
        let whole = self.triggers.tells_entity(change)
            && (self.watched.is_empty() || change.attributes.iter().any(|a| self.watches(&a.name)));
        whole || self.told_attributes(change).next().is_some()
    }

    fn watches(&self, name: &Name) -> bool {
        self.watched.is_empty() || self.watched.contains(name)
    }

    /// The changed attributes that it is told of.
    pub(super) fn told_attributes<'c>(
        &'c self,
        change: &'c Change,
    ) -> impl Iterator<Item = &'c ChangedAttribute> {
        let told = |changed: &&ChangedAttribute| {
            self.watches(&changed.name) && self.triggers.tells_attribute(changed)
        };
        change.attributes.iter().filter(told)
    }

    /// Whether there are conditions that the entity alone can meet, without those that it links to.
    pub(super) fn has_own_condition(&self) -> bool {
        let links = self.condition.filter.as_ref().is_some_and(senne_language::Filter::follows_links);
        !links && !self.condition.needs_nothing()
    }

    /// Whether a notification of this change says more than the entity as it stands: what went, or what was before.
    pub(super) fn tells_change(&self, change: &Change) -> bool {
        change.kind == ChangeKind::Deleted
            || self.shows_changes && change.attributes.iter().any(|a| a.previous.is_some())
            || self.told_attributes(change).any(|a| a.effect == Effect::Deleted)
    }
}
