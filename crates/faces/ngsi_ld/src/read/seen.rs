//! Whether something stands twice, in time that grows with the number of things and not with its square.

use std::{collections::HashSet, hash::Hash};

/// So few are compared one by one.
const FEW: usize = 32;

/// What came before. As long as that is little nothing is kept here.
pub(super) struct Seen<T>(HashSet<T>);

impl<T: Clone + Eq + Hash> Seen<T> {
    pub(super) fn new() -> Self {
        Self(HashSet::new())
    }

    /// Whether `one` is among those that came `before`. The caller adds it to them when it is not.
    pub(super) fn again<'b>(&mut self, mut before: impl ExactSizeIterator<Item = &'b T>, one: &T) -> bool
    where
        T: 'b,
    {
        if before.len() < FEW {
            return before.any(|there| there == one);
        }
        if self.0.is_empty() {
            self.0.extend(before.cloned());
        }
        !self.0.insert(one.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    #[derive(Clone, Eq)]
    struct Counted(u32);

    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARED.set(COMPARED.get() + 1);
            self.0 == other.0
        }
    }

    impl Hash for Counted {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn many_are_not_compared_with_each_other() {
        let (mut seen, mut before) = (Seen::new(), Vec::new());
        for n in 0..20_000 {
            assert!(!seen.again(before.iter(), &Counted(n)));
            before.push(Counted(n));
        }
        assert!(COMPARED.get() < 100_000, "{} comparisons", COMPARED.get());
        for n in [0, 31, 32, 33, 19_999] {
            assert!(seen.again(before.iter(), &Counted(n)));
        }
    }

    #[test]
    fn few_and_many_are_told_alike() {
        for count in [1, 31, 32, 33, 100] {
            let before: Vec<u32> = (0..count).collect();
            assert!(Seen::new().again(before.iter(), &(count - 1)), "{count}");
            assert!(!Seen::new().again(before.iter(), &count), "{count}");
        }
    }
}
