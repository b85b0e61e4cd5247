//! What was decided of changes that had to be left to the log, while the entities were as the changes left them.

use std::collections::VecDeque;

use senne_model::ChangeNo;

/// Of so many changes that are due it is known for one subscription, eight bytes each.
const DUE_MAX: usize = 50_000;

/// A span of changes, and which of them met the conditions. Later, when the log is read, an entity may have changed again.
#[derive(Default)]
pub(super) struct Judged {
    /// The first and the last change of the span: of those between that are not due it is known that they are not.
    span: Option<(ChangeNo, ChangeNo)>,
    due: VecDeque<ChangeNo>,
    /// Later ones are not noted any more.
    full: bool,
}

impl Judged {
    /// A change was left to the log: it is due, or it could not be judged. Changes come in order.
    pub(super) fn note(&mut self, no: ChangeNo, is_due: bool) {
        if self.full {
            return;
        }
        if !is_due || self.due.len() >= DUE_MAX {
            self.full = true;
            return;
        }
        let first = self.span.map_or(no, |(first, _)| first);
        self.span = Some((first, no));
        self.due.push_back(no);
    }

    /// Lets go of what has been looked at: nobody asks for it again.
    pub(super) fn pass(&mut self, position: ChangeNo) {
        while self.due.front().is_some_and(|no| *no <= position) {
            self.due.pop_front();
        }
    }

    /// Whether a change is due; none when that is not known.
    pub(super) fn of(&self, no: ChangeNo) -> Option<bool> {
        let (first, last) = self.span?;
        (first <= no && no <= last).then(|| self.due.binary_search(&no).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_and_was_not_due_is_known_not_to_be() {
        let mut judged = Judged::default();
        assert_eq!(judged.of(ChangeNo(1)), None);
        [5, 7, 9].into_iter().for_each(|no| judged.note(ChangeNo(no), true));
        let of = |judged: &Judged| [4, 5, 6, 9, 10].map(|no| judged.of(ChangeNo(no)));
        assert_eq!(of(&judged), [None, Some(true), Some(false), Some(true), None]);
        // Of what comes after one that could not be judged nothing is said.
        judged.note(ChangeNo(10), false);
        judged.note(ChangeNo(11), true);
        assert_eq!((of(&judged)[4], judged.of(ChangeNo(11))), (None, None));
        (20..20 + DUE_MAX as u64).for_each(|no| Judged::note(&mut judged, ChangeNo(no), true));
        assert!(judged.due.len() <= DUE_MAX);
    }
}
