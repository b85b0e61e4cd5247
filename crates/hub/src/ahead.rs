//! A look at what comes after some changes, for followers that must know entities as each change left them.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use senne_model::{Change, ChangeKind, ChangeNo, Entity, Later, Problem, as_it_was};
use tokio::sync::Mutex;

use crate::{Context, Hub};

/// So many changes are looked ahead, and fewer where they are large: about so many bytes.
const AHEAD: usize = 10_000;
const AHEAD_BYTES: usize = 64 << 20;

/// The next change of an entity that is there is looked for in so many changes.
const NEAR: u64 = 2_000;

/// How often, and how far apart, the log is asked for a change that the state has already.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// Changes after those that a follower was handed last, in order.
#[derive(Debug, Default)]
pub struct Ahead {
    seen: Mutex<Seen>,
}

/// Changes, each with its weight.
#[derive(Debug, Default)]
struct Seen {
    changes: VecDeque<(Arc<Change>, usize)>,
    bytes: usize,
}

impl Seen {
    fn is_full(&self) -> bool {
        self.changes.len() >= AHEAD || self.bytes >= AHEAD_BYTES
    }

    fn forget_up_to(&mut self, last: ChangeNo) {
        while self.changes.front().is_some_and(|(change, _)| change.no <= last) {
            self.bytes -= self.changes.pop_front().map_or(0, |(_, weight)| weight);
        }
    }

    fn add(&mut self, changes: Vec<Arc<Change>>) {
        for change in changes {
            let weight = change.weight();
            self.bytes += weight;
            self.changes.push_back((change, weight));
        }
    }
}

impl Ahead {
    /// What is known of `changes` and of those after them, as far as it is looked ahead.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn later(&self, hub: &Hub, changes: &[Arc<Change>]) -> Result<Later, Problem> {
        let Some(last) = changes.last() else { return Ok(Later::default()) };
        let mut ahead = self.seen.lock().await;
        ahead.forget_up_to(last.no);
        while !ahead.is_full() {
            let known = ahead.changes.back().map_or(last.no, |(change, _)| change.no);
            let more = hub.changes_after(known).await?;
            if more.is_empty() {
                break;
            }
            ahead.add(more);
        }
        Ok(Later::of(changes.iter().chain(ahead.changes.iter().map(|(change, _)| change))))
    }
}

impl Hub {
    /// The entity as a change left it, for who may see everything: `later` is what is known of the changes after it, and the log is
    /// asked when that is too little. None when it has been erased since.
    ///
    /// # Errors
    /// When the store or the log cannot be read.
    pub async fn entity_after(
        &self,
        context: &Context,
        change: &Change,
        later: &Later,
    ) -> Result<Option<Arc<Entity>>, Problem> {
        let present = match self.entity(context, &change.entity).await {
            Ok(present) => Some(present),
            Err(problem) if problem.kind.is_absent() => None,
            Err(problem) => return Err(problem),
        };
        let is_newer = present.as_ref().is_none_or(|present| present.modified_at > change.recorded_at);
        // Whoever is far behind does with the next changes that are known.
        let is_far = self.head().0.saturating_sub(later.newest().0) > NEAR;
        let is_known = later.reaches(change, present.as_deref()) || later.goes_on_after(change) && is_far;
        if !is_newer || is_known {
            return Ok(Some(as_it_was(present, change, later)));
        }
        let most = if present.is_some() { NEAR } else { AHEAD as u64 };
        let mut followed = Later::default();
        for _ in 0..TRIES {
            let at_end;
            (followed, at_end) = self.what_followed(change, later, most).await?;
            if followed.reaches(change, present.as_deref()) || !at_end {
                break;
            }
            // What came since may stand in the state a moment before it stands in the log.
            tokio::time::sleep(PAUSE).await;
        }
        if present.is_none() && !followed.goes_on_after(change) && self.is_erased(change).await? {
            return Ok(None);
        }
        Ok(Some(as_it_was(present, change, &followed)))
    }

    /// Whether the log has nothing of a change any more.
    async fn is_erased(&self, change: &Change) -> Result<bool, Problem> {
        let there = self.changes_after(ChangeNo(change.no.0.saturating_sub(1))).await?;
        let is_it =
            there.first().is_some_and(|first| first.no == change.no && first.kind != ChangeKind::Erased);
        Ok(!is_it)
    }

    /// The changes of the same entity that are found among the `most` changes after a change, those that `later` knows with them; and
    /// whether there are no more changes of anybody. What is in memory is looked through further than that: whoever is
    /// far behind does not read the log anew for each change.
    async fn what_followed(
        &self,
        change: &Change,
        later: &Later,
        most: u64,
    ) -> Result<(Later, bool), Problem> {
        let begin = later.newest().max(change.no);
        let (mut after, mut own) = (begin, later.of_entity(change));
        // Numbers are dense.
        let is_near = |after: ChangeNo| {
            after.0 - change.no.0 < most
                || (after.0 - begin.0 < most && self.inner.tail.after(after, 1).is_some())
        };
        while is_near(after) {
            let more = self.changes_after(after).await?;
            let Some(last) = more.last() else { return Ok((Later::of(&own), true)) };
            after = last.no;
            own.extend(more.into_iter().filter(|other| other.entity == change.entity));
        }
        Ok((Later::of(&own), false))
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{
        AttributeValue, ChangedAttribute, Effect, EntityId, Instance, Json, Name, TenantName, Timestamp,
    };

    use super::*;

    fn large(no: u64) -> Arc<Change> {
        let value = AttributeValue::Property(Json::text(&"a".repeat(AHEAD_BYTES / 2)));
        Arc::new(Change {
            no: ChangeNo(no),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: Timestamp::MIN,
            entity: EntityId::trusted("urn:a"),
            types: std::iter::once(Name::new("urn:t")).collect(),
            kind: ChangeKind::Updated,
            before: None,
            attributes: vec![ChangedAttribute {
                name: Name::new("urn:n"),
                effect: Effect::Updated,
                instance: Instance::new(value),
                previous: None,
            }],
        })
    }

    #[test]
    fn what_is_looked_ahead_is_bounded_by_what_it_takes() {
        let mut seen = Seen::default();
        seen.add(vec![large(1)]);
        assert!(!seen.is_full());
        seen.add(vec![large(2)]);
        assert!(seen.is_full());
        seen.forget_up_to(ChangeNo(1));
        assert!(!seen.is_full());
        seen.forget_up_to(ChangeNo(2));
        assert_eq!((seen.bytes, seen.changes.len()), (0, 0));
    }
}
