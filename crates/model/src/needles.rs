//! Looking for identifiers in bytes of any form.

use std::{collections::HashMap, ops::Range};

use crate::EntityId;

/// So many bytes at the end of an identifier choose which ones are compared in full: beginnings are alike.
const TAIL_BYTES: usize = 8;

/// Identifiers that are looked for in bytes: of files, of cells of a table.
#[derive(Clone, Debug, Default)]
pub struct Needles {
    by_tail: HashMap<u64, Vec<EntityId>>,
    /// Those that are shorter than a tail.
    short: Vec<EntityId>,
    longest: usize,
}

impl Needles {
    /// What to look for.
    pub fn new<'a>(ids: impl IntoIterator<Item = &'a EntityId>) -> Self {
        let mut all = Self::default();
        for id in ids {
            all.longest = all.longest.max(id.len());
            match id.as_bytes().last_chunk::<TAIL_BYTES>() {
                Some(tail) => all.by_tail.entry(u64::from_le_bytes(*tail)).or_default().push(id.clone()),
                None => all.short.push(id.clone()),
            }
        }
        all
    }

    /// How many bytes at the end of one part must be looked at again before those of the next.
    pub fn overlap_bytes(&self) -> usize {
        self.longest
    }

    /// How often one of them is in the bytes. One that is only the beginning of a longer identifier does not count.
    pub fn count(&self, bytes: &[u8], from: usize) -> usize {
        self.count_within(bytes, from..bytes.len())
    }

    /// How often one of them ends behind a byte of the range; the byte after it tells whether it is a longer one.
    pub fn count_within(&self, bytes: &[u8], range: Range<usize>) -> usize {
        let ends = range.map(|last| last + 1);
        ends.filter(|end| self.ends_at(bytes, *end) && !bytes.get(*end).is_some_and(|b| goes_on(*b))).count()
    }

    /// Whether one of them may be in the bytes, be it as the beginning of a longer one.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        (1..=bytes.len()).any(|end| self.ends_at(bytes, end))
    }

    fn ends_at(&self, bytes: &[u8], end: usize) -> bool {
        let before = &bytes[..end];
        let long =
            before.last_chunk::<TAIL_BYTES>().and_then(|tail| self.by_tail.get(&u64::from_le_bytes(*tail)));
        long.is_some_and(|ids| ids.iter().any(|id| before.ends_with(id.as_bytes())))
            || self.short.iter().any(|id| before.ends_with(id.as_bytes()))
    }
}

/// Whether an identifier that has this byte next is a longer one.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/' | b'#' | b'%' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_found_and_longer_ones_are_not() {
        let ids = ["urn:ngsi-ld:Person:1", "u:x"].map(EntityId::trusted);
        let needles = Needles::new(&ids);
        let count = |text: &str| needles.count(text.as_bytes(), 0);
        assert_eq!(count("a urn:ngsi-ld:Person:1\u{1}urn:ngsi-ld:Person:1"), 2);
        assert_eq!(count("urn:ngsi-ld:Person:12 urn:ngsi-ld:Person:2"), 0);
        assert_eq!(count("\"u:x\" u:xy"), 1);
        assert_eq!(needles.count(b"urn:ngsi-ld:Person:1 u:x", 20), 1);
        assert_eq!(count(""), 0);
        assert_eq!(needles.overlap_bytes(), 20);
    }
}
