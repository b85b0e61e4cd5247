//! The limits of one attribute, prepared for the commit, and the table in which they are found.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use senne_model::Name;

use crate::{AttributeContract, Contract, Range};

/// The limits of one attribute, with times in microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) plausible: Option<Range>,
    pub(crate) usual: Option<Range>,
    pub(crate) missing: Box<[f64]>,
    pub(crate) gap_after: i64,
    pub(crate) stuck: Option<StuckRule>,
    pub(crate) spike: Option<SpikeRule>,
    pub(crate) sensor: Option<SensorRule>,
    pub(crate) future_tolerance: i64,
    pub(crate) late_after: Option<i64>,
    pub(crate) late_is_suspect: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct StuckRule {
    pub(crate) after: i64,
    pub(crate) except: Box<[f64]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SpikeRule {
    pub(crate) limit: f64,
    pub(crate) per_micro: f64,
    pub(crate) accept_after: u16,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SensorRule {
    pub(crate) failures: u16,
    pub(crate) recover_after: i64,
}

fn micros(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Rule {
    /// The rule of an attribute; `None` when it is not a number.
    pub(crate) fn new(attribute: &AttributeContract) -> Option<Self> {
        attribute.is_number().then(|| Self {
            plausible: attribute.plausible,
            usual: attribute.usual,
            missing: attribute.missing.as_slice().into(),
            gap_after: micros(attribute.gap_after),
            stuck: attribute
                .stuck
                .as_ref()
                .map(|s| StuckRule { after: micros(s.after), except: s.except.as_slice().into() }),
            spike: attribute.spike.map(|s| SpikeRule {
                limit: s.limit,
                per_micro: s.per_hour / 3.6e9,
                accept_after: s.accept_after,
            }),
            sensor: attribute
                .sensor_failed
                .map(|s| SensorRule { failures: s.failures, recover_after: micros(s.recover_after) }),
            future_tolerance: micros(attribute.future_tolerance),
            late_after: attribute.late_after.map(micros),
            late_is_suspect: attribute.late_is_suspect,
        })
    }

    /// Whether any test of the value itself applies; else a value cannot be called good.
    pub(crate) fn tests_values(&self) -> bool {
        self.plausible.is_some() || self.usual.is_some() || self.stuck.is_some() || self.spike.is_some()
    }
}

/// Rules by (type, attribute), found without hashing whole IRIs: nearly all of them begin alike, so the
/// last sixteen bytes and the length tell them apart, and equality is checked on the whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleTable {
    slots: HashMap<u64, Vec<Entry>, BuildHasherDefault<Given>>,
}

#[derive(Clone, Debug)]
struct Entry {
    kind: Name,
    attribute: Name,
    rule: Rule,
}

impl RuleTable {
    pub(crate) fn new(contracts: &[Contract]) -> Self {
        let mut table = Self::default();
        for contract in contracts {
            for attribute in &contract.attributes {
                let Some(rule) = Rule::new(attribute) else { continue };
                for name in std::iter::once(&attribute.name).chain(&attribute.former_names) {
                    let entry = Entry {
                        kind: contract.type_name.clone(),
                        attribute: name.clone(),
                        rule: rule.clone(),
                    };
                    table.slots.entry(fingerprint(&entry.kind, name)).or_default().push(entry);
                }
            }
        }
        table
    }

    /// The rule of an attribute under the first of the types that has one.
    pub(crate) fn find(&self, types: &[Name], attribute: &Name) -> Option<&Rule> {
        types.iter().find_map(|kind| {
            let slot = self.slots.get(&fingerprint(kind, attribute))?;
            slot.iter().find(|e| e.attribute == *attribute && e.kind == *kind).map(|e| &e.rule)
        })
    }
}

fn fingerprint(kind: &str, attribute: &str) -> u64 {
    mix(tail(kind.as_bytes()), tail(attribute.as_bytes()).rotate_left(17))
}

fn tail(bytes: &[u8]) -> u64 {
    let word = |end: usize| {
        let part = &bytes[end.saturating_sub(8)..end];
        part.iter().fold(0_u64, |sum, b| (sum << 8) | u64::from(*b))
    };
    mix(word(bytes.len()), word(bytes.len().saturating_sub(8)) ^ bytes.len() as u64)
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xc2b2_ae3d_27d4_eb4f);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Passes a fingerprint through as the hash that it already is.
#[derive(Clone, Default, Debug)]
pub(crate) struct Given(u64);

impl Hasher for Given {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 << 8) | u64::from(*b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}
