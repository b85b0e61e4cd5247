//! Where one entity was, from when to when.

/// The areas of an entity over time.
#[derive(Debug, Default)]
pub(super) struct Stays {
    /// Since when it is in which areas, oldest first; the first holds for all time before it too.
    since: Vec<(i64, Vec<usize>)>,
    /// The moment of its newest location, in microseconds.
    newest: Option<i64>,
}

impl Stays {
    /// Takes the next location; gives `false` when it is not newer than those before, and must be put in its place.
    pub(super) fn go_on(&mut self, moment: i64, areas: Vec<usize>) -> bool {
        if self.newest.is_some_and(|newest| moment <= newest) {
            return false;
        }
        self.newest = Some(moment);
        if self.since.last().is_none_or(|(_, last)| *last != areas) {
            self.since.push((moment, areas));
        }
        true
    }

    /// From (inclusive), to (exclusive) in microseconds, and the area; `None` is without bound.
    pub(super) fn spans(&self) -> Vec<(Option<i64>, Option<i64>, usize)> {
        let mut spans: Vec<(Option<i64>, Option<i64>, usize)> = Vec::new();
        for (place, (since, areas)) in self.since.iter().enumerate() {
            let from = (place > 0).then_some(*since);
            let to = self.since.get(place + 1).map(|(next, _)| *next);
            for area in areas {
                // Going from one quarter to the next one stays in the commune.
                match spans.iter_mut().find(|span| span.2 == *area && span.1.is_some() && span.1 == from) {
                    Some(span) => span.1 = to,
                    None => spans.push((from, to, *area)),
                }
            }
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stands_still_stays_for_ever() {
        let mut stays = Stays::default();
        assert!(stays.go_on(5, vec![1, 7]));
        assert!(stays.go_on(9, vec![1, 7]));
        assert_eq!(stays.spans(), [(None, None, 1), (None, None, 7)]);
        assert_eq!(Stays::default().spans(), []);
    }

    #[test]
    fn who_moves_leaves_one_area_for_the_next() {
        let mut stays = Stays::default();
        for (moment, areas) in [(1, vec![1, 7]), (4, vec![1, 8]), (6, vec![]), (9, vec![1, 8])] {
            assert!(stays.go_on(moment, areas));
        }
        assert_eq!(
            stays.spans(),
            [
                (None, Some(6), 1),
                (None, Some(4), 7),
                (Some(4), Some(6), 8),
                (Some(9), None, 1),
                (Some(9), None, 8)
            ]
        );
        assert!(!stays.go_on(9, vec![2]) && !stays.go_on(3, vec![2]));
    }
}
