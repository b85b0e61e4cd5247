//! From a YAML file to a declaration whose sense is right.

use senne_contract::{Finding, YamlFile};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::{Declaration, Measure, Period, Uncertainty};

/// The columns that a measure needs from its SQL.
pub fn columns(measure: Measure) -> &'static [&'static str] {
    match measure {
        Measure::Mean => &["count", "sum"],
        Measure::Sum => &["sum"],
        Measure::Count { .. } => &["count"],
        Measure::Ratio { .. } | Measure::Excess { .. } => &["numerator", "denominator"],
        Measure::Value => &["value"],
    }
}

/// Reads an indicator; every finding has its line and column.
///
/// # Errors
/// All that is wrong with the file.
pub fn read(file: &str, text: &str) -> Result<Declaration, Vec<Finding>> {
    let source = YamlFile::parse(file, text).map_err(|finding| vec![finding])?;
    let declaration: Declaration = shaped(&source)?;
    let mut findings = Vec::new();
    let mut find = |pointer: &str, message: String| findings.push(source.at_value(pointer, message));
    check_names(&declaration, &mut find);
    check_source(&declaration, &mut find);
    check_numbers(&declaration, &mut find);
    if findings.is_empty() { Ok(declaration) } else { Err(findings) }
}

/// The content of a file in a shape; what does not fit is named with its place.
pub(crate) fn shaped<T: DeserializeOwned>(source: &YamlFile<'_>) -> Result<T, Vec<Finding>> {
    serde_path_to_error::deserialize(source.json.clone())
        .map_err(|error| vec![source.at_value(&pointer(error.path()), error.inner().to_string())])
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            _ => break,
        }
    }
    pointer
}

fn check_names(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    let id = &declaration.id;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 80 || !id.chars().all(fits) {
        find("/id", format!("`{id}` is not an identifier: small letters, digits and hyphens"));
    }
    if declaration.version == 0 {
        find("/version", "versions count from 1".to_owned());
    }
    if senne_contract::Unit::find(&declaration.unit).is_none() {
        find(
            "/unit",
            format!("`{}` is not a unit that is known; `C62` is for plain numbers", declaration.unit),
        );
    }
    if declaration.levels.is_empty() {
        find("/levels", "name at least one level of areas, e.g. [region, commune]".to_owned());
    }
    if declaration.frequencies.is_empty() {
        find("/frequencies", "name at least one length of periods, e.g. [month]".to_owned());
    }
}

fn check_source(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    match (&declaration.computed, &declaration.entered) {
        (Some(_), Some(_)) => find("/entered", "it is computed or entered, not both".to_owned()),
        (None, None) => find("", "it needs `computed` with its SQL, or `entered` with its source".to_owned()),
        (None, Some(_)) => {}
        (Some(computed), None) => {
            if computed.reads.is_empty() || computed.reads.iter().any(|reads| reads.attributes.is_empty()) {
                find("/computed/reads", "say which attributes of which types it reads".to_owned());
            }
            let sql = computed.sql.to_ascii_lowercase();
            let wanted = ["area", "at", "$from", "$to", "$level"].into_iter();
            for word in wanted.chain(columns(declaration.measure).iter().copied()) {
                if !sql.contains(word) {
                    find("/computed/sql", format!("the SQL does not speak of `{word}`"));
                }
            }
        }
    }
}

fn check_numbers(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    if !(0.0..=1.0).contains(&declaration.completeness) {
        find("/completeness", "it is a share from 0 to 1".to_owned());
    }
    if declaration.decimals > 6 {
        find("/decimals", "more than 6 decimals say nothing".to_owned());
    }
    let fits = match declaration.uncertainty {
        Uncertainty::None => true,
        Uncertainty::Share => matches!(declaration.measure, Measure::Ratio { .. }),
        Uncertainty::Events => matches!(declaration.measure, Measure::Ratio { .. } | Measure::Count { .. }),
        Uncertainty::Sample => matches!(declaration.measure, Measure::Mean | Measure::Sum),
    };
    if !fits {
        let words = "share is for ratios, events for counts and ratios, sample for means and sums";
        find("/uncertainty", words.to_owned());
    }
    for (place, target) in declaration.targets.iter().enumerate() {
        let pointer = format!("/targets/{place}");
        let baseline = target.baseline.as_ref().map(|baseline| (&baseline.period, "/baseline/period"));
        for (text, part) in [(&target.by, "/by")].into_iter().chain(baseline) {
            if let Err(error) = text.parse::<Period>() {
                find(&format!("{pointer}{part}"), error.to_string());
            }
        }
        if target.low.is_none() && target.high.is_none() {
            find(&pointer, "a target has a lower end, an upper end or both".to_owned());
        }
        if let (Some(low), Some(high)) = (target.low, target.high)
            && low > high
        {
            find(&format!("{pointer}/low"), "the lower end lies above the upper one".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id: no2-mean
version: 1
title: { fr: NO2, nl: NO2, en: NO2 }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: GQ
direction: down
measure: mean
uncertainty: sample
levels: [region, commune]
frequencies: [month, day, year]
completeness: 0.75
computed:
  reads: [{ type: AirQualityObserved, attributes: [no2] }]
  sql: SELECT area, at, count, sum FROM x WHERE $from < $to AND level = $level
data_quality: measured
owner: Somebody
targets:
  - { by: \"2030\", high: 10, baseline: { period: \"2019\", value: 30 }, source: WHO }
";

    #[test]
    fn a_declaration_is_read() {
        let declaration = read("indicators/no2.yaml", GOOD).unwrap();
        assert_eq!((declaration.base().word(), declaration.finest()), ("day", "commune"));
        assert_eq!((declaration.unit_shown("fr"), declaration.formula().len()), ("µg/m³", 16));
        let other = read("a", &GOOD.replace("$from < $to", "$from <= $to")).unwrap();
        assert_ne!(declaration.formula(), other.formula());
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        for (good, bad, wanted) in [
            ("unit: GQ", "unit: XX", "a:6:7: `XX` is not a unit"),
            ("direction: down", "direction: sideways", "a:7:12: unknown variant `sideways`"),
            ("owner: Somebody", "owners: Somebody", "unknown field `owners`"),
            ("id: no2-mean", "id: NO2", "a:1:5: `NO2` is not an identifier"),
            ("count, sum", "count, total", "does not speak of `sum`"),
            ("measure: mean", "measure: { ratio: { factor: 100 } }", "does not speak of `numerator`"),
            ("completeness: 0.75", "completeness: 75", "a:12:15: it is a share"),
            ("by: \"2030\"", "by: someday", "a:19:11: `someday` is not a period"),
            ("high: 10, ", "", "a lower end, an upper end or both"),
        ] {
            let findings = read("a", &GOOD.replace(good, bad)).unwrap_err();
            let all = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            assert!(all.contains(wanted), "{wanted}\n{all}");
        }
    }
}
