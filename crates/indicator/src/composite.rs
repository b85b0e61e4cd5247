//! A composite index as it is declared, `indicators/composites/*.yaml`, and as it comes out.

use senne_contract::{Finding, Localised, YamlFile};
use serde::Deserialize;

use crate::{Frequency, read::shaped};

/// A composite index of areas.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompositeIndex {
    /// Its stable identifier: small letters, digits and hyphens.
    pub id: String,
    /// Goes up when the definition changes; values of different versions are not compared.
    pub version: u32,
    /// Its name.
    pub title: Localised,
    /// What it says, and what it does not.
    pub definition: Localised,
    /// The level of the areas that are compared.
    pub level: String,
    /// The length of its periods.
    pub frequency: Frequency,
    /// How values become one.
    #[serde(default)]
    pub aggregation: IndexAggregation,
    /// The least part of the indicators of a group, and of the groups, that must have a value, 0 to 1.
    #[serde(default = "half")]
    pub least_available: f64,
    /// Who answers for it.
    pub owner: String,
    /// Its dimensions.
    pub groups: Vec<IndexGroup>,
}

/// How values become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexAggregation {
    /// The weighted mean: a good value makes up for a bad one.
    #[default]
    Arithmetic,
    /// The weighted product: it does so less and less.
    Geometric,
}

impl IndexAggregation {
    /// The word in declarations.
    pub fn word(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::Geometric => "geometric",
        }
    }

    /// From the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Arithmetic, Self::Geometric].into_iter().find(|mean| mean.word() == word)
    }
}

/// A dimension.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexGroup {
    /// Its stable identifier within the index.
    pub id: String,
    /// Its name.
    pub title: Localised,
    /// Its weight beside the others.
    #[serde(default = "one")]
    pub weight: f64,
    /// What it is made of.
    pub indicators: Vec<IndexMember>,
}

/// An indicator in an index, with its goalposts in units of the indicator. They are fixed, so that a new period moves no older one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexMember {
    /// The indicator.
    pub id: String,
    /// Its weight beside the others of the group.
    #[serde(default = "one")]
    pub weight: f64,
    /// The lower goalpost.
    pub low: f64,
    /// The upper goalpost.
    pub high: f64,
}

fn one() -> f64 {
    1.0
}

fn half() -> f64 {
    0.5
}

impl CompositeIndex {
    /// All its indicators.
    pub fn members(&self) -> impl Iterator<Item = &IndexMember> {
        self.groups.iter().flat_map(|group| &group.indicators)
    }

    /// A digest of all that scores and places follow from besides the values: 16 hexadecimal digits.
    pub fn formula(&self) -> String {
        let groups: Vec<_> =
            self.groups.iter().map(|group| (&group.id, group.weight, &group.indicators)).collect();
        let text = format!(
            "{}|{}|{}|{:?}|{:?}|{}|{groups:?}|{FORMULA_VERSION}",
            self.id, self.version, self.level, self.frequency, self.aggregation, self.least_available
        );
        format!("{:016x}", twox_hash::XxHash3_64::oneshot(text.as_bytes()))
    }

    /// Reads an index; every finding has its line and column. Whether its indicators are declared is seen by the catalogue.
    ///
    /// # Errors
    /// All that is wrong with the file.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let source = YamlFile::parse(file, text).map_err(|finding| vec![finding])?;
        let index: Self = shaped(&source)?;
        let mut findings = Vec::new();
        let mut find = |pointer: &str, message: String| findings.push(source.at_value(pointer, message));
        index.check(&mut find);
        if findings.is_empty() { Ok(index) } else { Err(findings) }
    }

    fn check(&self, find: &mut impl FnMut(&str, String)) {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 80 || !self.id.chars().all(fits) {
            find("/id", format!("`{}` is not an identifier: small letters, digits and hyphens", self.id));
        }
        if self.version == 0 {
            find("/version", "versions count from 1".to_owned());
        }
        if !(0.0..=1.0).contains(&self.least_available) {
            find("/least_available", "it is a share from 0 to 1".to_owned());
        }
        if self.groups.is_empty() {
            find("/groups", "name at least one dimension".to_owned());
        }
        let mut seen: Vec<&str> = Vec::new();
        for (place, group) in self.groups.iter().enumerate() {
            let at = format!("/groups/{place}");
            if group.indicators.is_empty() {
                find(&format!("{at}/indicators"), "name at least one indicator".to_owned());
            }
            if self.groups[..place].iter().any(|other| other.id == group.id) {
                find(&format!("{at}/id"), format!("the dimension `{}` stands twice", group.id));
            }
            weighs(group.weight, &at, find);
            for (place, member) in group.indicators.iter().enumerate() {
                let at = format!("{at}/indicators/{place}");
                if seen.contains(&member.id.as_str()) {
                    find(&format!("{at}/id"), format!("the indicator `{}` stands twice", member.id));
                }
                seen.push(&member.id);
                weighs(member.weight, &at, find);
                let sound = member.low.is_finite() && member.high.is_finite() && member.low < member.high;
                if !sound {
                    find(&format!("{at}/low"), "the lower goalpost lies below the upper one".to_owned());
                }
            }
        }
    }
}

/// Goes up when the program makes scores or places of the same values in another way.
const FORMULA_VERSION: u32 = 2;

fn weighs(weight: f64, at: &str, find: &mut impl FnMut(&str, String)) {
    if !(weight.is_finite() && weight > 0.0) {
        find(&format!("{at}/weight"), "a weight is above 0; leave out what has none".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id: air
version: 1
title: { fr: Air, nl: Lucht, en: Air }
definition: { fr: a, nl: b, en: c }
level: commune
frequency: month
owner: Somebody
groups:
  - id: gases
    title: { fr: Gaz, nl: Gassen, en: Gases }
    indicators:
      - { id: no2-mean, low: 0, high: 40 }
      - { id: pm25-mean, low: 0, high: 25, weight: 2 }
";

    #[test]
    fn an_index_is_read_and_its_faults_have_their_lines() {
        let index = CompositeIndex::read("a", GOOD).unwrap();
        assert_eq!((index.members().count(), index.least_available), (2, 0.5));
        for (good, bad, wanted) in [
            ("high: 40", "high: 0", "a:12:30: the lower goalpost lies below"),
            ("weight: 2", "weight: 0", "a weight is above 0"),
            ("id: pm25-mean", "id: no2-mean", "`no2-mean` stands twice"),
            ("frequency: month", "frequency: moon", "unknown variant `moon`"),
            ("owner: Somebody", "least_available: 2\nowner: S", "a:7:18: it is a share"),
        ] {
            let findings = CompositeIndex::read("a", &GOOD.replace(good, bad)).unwrap_err();
            let all = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            assert!(all.contains(wanted), "{wanted}\n{all}");
        }
    }
}
