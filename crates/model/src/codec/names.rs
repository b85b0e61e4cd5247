//! The dictionary of names.

use std::collections::HashMap;

use crate::Name;

/// The dictionary holds at most this many names; further ones are written in full, so that a sender of
/// ever new names cannot fill the memory.
pub(super) const NAMES_MAX: usize = 100_000;

/// How many names are known by where they stand; a power of two.
const RECENT: usize = 256;

/// Shorter names are looked up as quickly by their text.
const LONG_BYTES: usize = 16;

/// Names by number and numbers by name. Numbers start at 1 and are never given twice.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_number: Vec<Name>,
    by_name: HashMap<Name, u32, foldhash::fast::RandomState>,
    recent: Recent,
}

/// Long names that were asked for lately, by where they stand in memory: a sender's context gives the same text for
/// the same term each time, so that it need not be read again to be known.
#[derive(Clone, Debug, Default)]
struct Recent(Vec<Option<(Name, u32)>>);

impl Recent {
    fn place(name: &Name) -> usize {
        (name.address() >> 4).wrapping_mul(0x9e37_79b9) >> 8 & (RECENT - 1)
    }

    fn get(&self, name: &Name) -> Option<u32> {
        let (known, number) = self.0.get(Self::place(name))?.as_ref()?;
        (known.address() == name.address() && known.len() == name.len()).then_some(*number)
    }

    /// Keeps the name, so that no other can come to stand in its place.
    fn put(&mut self, name: &Name, number: u32) {
        if name.len() >= LONG_BYTES {
            if self.0.is_empty() {
                self.0.resize(RECENT, None);
            }
            self.0[Self::place(name)] = Some((name.clone(), number));
        }
    }
}

impl Names {
    /// How many names there are; the next one gets this number plus one.
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// Adds a name that was read from the store; must be called in the order of the numbers.
    pub fn restore(&mut self, name: Name) {
        self.by_number.push(name.clone());
        self.by_name.insert(name, self.by_number.len() as u32);
    }

    /// The names that were added after the first `known` ones.
    pub fn added_since(&self, known: usize) -> &[Name] {
        self.by_number.get(known..).unwrap_or_default()
    }

    /// Forgets the names after the first `known` ones: their transaction failed.
    pub fn roll_back(&mut self, known: usize) {
        self.recent = Recent::default();
        for name in self.by_number.drain(known.min(self.by_number.len())..) {
            self.by_name.remove(&name);
        }
    }

    /// The number of a name, when it has one.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// Whether no further name will get a number.
    pub fn is_full(&self) -> bool {
        self.by_number.len() >= NAMES_MAX
    }

    /// The number of a name for an index row; 0 stands for all names beyond the dictionary's bound, whose
    /// entities are then told apart by their documents.
    pub fn intern(&mut self, name: &Name) -> u32 {
        self.number_or_add(name).unwrap_or(0)
    }

    /// The number of a name, which is added when there is room.
    pub(super) fn number_or_add(&mut self, name: &Name) -> Option<u32> {
        if let Some(number) = self.recent.get(name) {
            return Some(number);
        }
        let known = self.by_name.get(name).copied();
        if known.is_none() {
            if self.by_number.len() >= NAMES_MAX {
                return None;
            }
            self.restore(name.clone());
        }
        let number = known.unwrap_or(self.by_number.len() as u32);
        self.recent.put(name, number);
        Some(number)
    }

    pub(super) fn get(&self, number: u64) -> Option<&Name> {
        self.by_number.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(n: usize) -> Name {
        Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/name{n}"))
    }

    #[test]
    fn a_name_has_one_number_wherever_it_stands() {
        let mut names = Names::default();
        let kept: Vec<Name> = (0..2000).map(long).collect();
        for round in 0..2 {
            for (n, name) in kept.iter().enumerate() {
                assert_eq!(names.number_or_add(name), Some(n as u32 + 1), "round {round}");
                assert_eq!(names.number_or_add(&long(n)), Some(n as u32 + 1));
            }
        }
    }

    #[test]
    fn what_was_rolled_back_is_not_remembered() {
        let mut names = Names::default();
        let (first, second) = (long(1), long(2));
        names.number_or_add(&first);
        names.roll_back(0);
        assert_eq!(names.number_or_add(&second), Some(1));
        assert_eq!(names.number_or_add(&first), Some(2));
    }
}
