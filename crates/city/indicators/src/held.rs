//! How far the work is done, though some of it waits for its time or its next try.

use std::collections::HashMap;

use senne_model::ChangeNo;

use crate::touched::Key;

/// What may wait.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Job {
    /// An indicator whose days are touched.
    Indicator(Key),
    /// An index whose periods are touched.
    Index(Key),
}

/// What waits, each with the change up to which nothing of it is owed.
#[derive(Debug, Default)]
pub(crate) struct Held {
    up_to: ChangeNo,
    since: HashMap<Job, ChangeNo>,
}

impl Held {
    /// Begins after a change.
    pub(crate) fn after(up_to: ChangeNo) -> Self {
        Self { up_to, since: HashMap::new() }
    }

    /// A job of the present turn waits; it holds the cursor at the change before that turn, or at where it held it already.
    pub(crate) fn wait(&mut self, job: Job) {
        self.since.entry(job).or_insert(self.up_to);
    }

    /// A job is done up to the end of the present turn.
    pub(crate) fn done(&mut self, job: &Job) {
        self.since.remove(job);
    }

    /// Ends a turn that took in what changed up to `up_to`; gives the change up to which all is done.
    pub(crate) fn settle(&mut self, up_to: ChangeNo) -> ChangeNo {
        self.up_to = self.up_to.max(up_to);
        self.since.values().copied().min().unwrap_or(self.up_to)
    }

    /// Whether anything waits.
    pub(crate) fn any(&self) -> bool {
        !self.since.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use senne_model::TenantName;

    use super::*;

    #[test]
    fn the_cursor_stands_at_the_oldest_that_waits_and_goes_on_with_the_rest() {
        let key = |id: &str| (TenantName::default(), id.into());
        let (slow, failing) = (Job::Indicator(key("a")), Job::Index(key("a")));
        let mut held = Held::after(ChangeNo(10));
        assert_eq!(held.settle(ChangeNo(20)), ChangeNo(20));
        held.wait(slow.clone());
        assert_eq!(held.settle(ChangeNo(30)), ChangeNo(20));
        // It goes on waiting from where it was; another begins to wait later.
        held.wait(slow.clone());
        held.wait(failing.clone());
        assert_eq!(held.settle(ChangeNo(40)), ChangeNo(20));
        held.done(&slow);
        assert_eq!(held.settle(ChangeNo(50)), ChangeNo(30));
        assert!(held.any());
        held.done(&failing);
        assert_eq!(held.settle(ChangeNo(60)), ChangeNo(60));
        assert!(!held.any());
    }
}
