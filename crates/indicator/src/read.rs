//! From a YAML file to a declaration whose sense is right.

use senne_contract::{Finding, YamlFile};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::{Declaration, Frequency, Measure, Period, SeasonalAdjustment, Uncertainty, WeatherNormalisation};

/// The columns that a measure needs from its SQL.
pub fn columns(measure: Measure) -> &'static [&'static str] {
    match measure {
        Measure::Mean => &["count", "sum"],
        Measure::Sum => &["sum"],
        Measure::Count { .. } => &["count"],
        Measure::Ratio { .. } | Measure::Excess { .. } => &["numerator", "denominator"],
        Measure::Value | Measure::Quantile { .. } => &["value"],
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
    check_targets(&declaration, &mut find);
    check_season(&declaration, &mut find);
    check_weather(&declaration, &mut find);
    check_disaggregations(&declaration, &mut find);
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
    let longer = |frequency: &Frequency| *frequency > Frequency::Week;
    let put_together = declaration.computed.is_some() && declaration.adds_up();
    if put_together && declaration.base() == Frequency::Week && declaration.frequencies.iter().any(longer) {
        let message = "weeks lie in two months and make up no month, quarter or year; name `day` too";
        find("/frequencies", message.to_owned());
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
            if let Some((from, to)) = computed.later_days
                && !(1..=to).contains(&from)
            {
                let words = format!(
                    "[{from}, {to}] are no days after: the first is at least 1 and not after the last"
                );
                find("/computed/later_days", words);
            }
            let sql = computed.sql.to_ascii_lowercase();
            let cluster = declaration.clustered_by.as_ref().map(|_| "cluster");
            let slices = declaration.slice_columns();
            let wanted = ["area", "at", "$from", "$to", "$level"].into_iter().chain(cluster);
            let wanted = wanted.chain(slices.iter().map(String::as_str));
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
    if let Measure::Quantile { part } = declaration.measure
        && !(0.0..=1.0).contains(&part)
    {
        find("/measure/quantile/part", format!("{part} is not a part from 0 to 1; 0.5 is the median"));
    }
    let factor = match declaration.measure {
        Measure::Count { factor } | Measure::Ratio { factor } | Measure::Excess { factor } => factor,
        _ => 1.0,
    };
    let turns = factor < 0.0 && matches!(declaration.uncertainty, Uncertainty::Share | Uncertainty::Events);
    if !factor.is_finite() || factor == 0.0 || turns {
        let message = format!("{factor} is no factor: a number that is not 0, nor below 0 for an interval");
        find("/measure", message);
    }
    check_uncertainty(declaration, find);
}

fn check_uncertainty(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    let (measure, entered) = (declaration.measure, declaration.entered.is_some());
    let wrong = match declaration.uncertainty {
        Uncertainty::Share if !matches!(measure, Measure::Ratio { .. }) => "share is for ratios",
        Uncertainty::Events if !matches!(measure, Measure::Ratio { .. } | Measure::Count { .. }) => {
            "events is for counts and ratios"
        }
        Uncertainty::Sample if !matches!(measure, Measure::Mean | Measure::Sum) => {
            "sample is for means and sums; bootstrap is for ratios, excesses and quantiles too"
        }
        Uncertainty::Bootstrap if measure == Measure::Value => {
            "of a value that the SQL gives nothing can be drawn again; bootstrap is for quantiles, means, sums, counts, ratios and excesses"
        }
        Uncertainty::Bootstrap if entered => {
            "bootstrap draws from what the SQL gives; entered values have none"
        }
        _ => "",
    };
    if !wrong.is_empty() {
        find("/uncertainty", wrong.to_owned());
    }
    if declaration.clustered_by.is_none() {
        return;
    }
    let wrong = match declaration.uncertainty {
        _ if entered => "clusters are told by the SQL; entered values have none",
        Uncertainty::Sample if measure == Measure::Sum => {
            "a sum over clusters is of those that are there; use mean"
        }
        Uncertainty::Sample | Uncertainty::Bootstrap => "",
        _ => "clusters are for `uncertainty: sample` of means, and for bootstrap",
    };
    if !wrong.is_empty() {
        find("/clustered_by", wrong.to_owned());
    }
}

fn check_targets(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
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

fn check_season(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    let Some(declared) = declaration.seasonal_adjustment else { return };
    let seasonal = |frequency: &Frequency| !SeasonalAdjustment::cycles(*frequency, 0).is_empty();
    if !declaration.frequencies.iter().any(seasonal) {
        find("/seasonal_adjustment", "none of its periods has a season: day, month or quarter".to_owned());
    }
    if let Some(window) = declared.window
        && (window < 7 || window % 2 == 0)
    {
        find("/seasonal_adjustment/window", format!("{window} is not an odd number from 7"));
    }
}

fn check_disaggregations(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    let fits = |id: &str| {
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !id.is_empty() && id.len() <= 80 && id.chars().all(known)
    };
    for (place, dimension) in declaration.disaggregations.iter().enumerate() {
        let pointer = format!("/disaggregations/{place}");
        if declaration.entered.is_some() {
            find(&pointer, "what values are of is told by the SQL; entered values are of all".to_owned());
        }
        if !fits(&dimension.id) {
            let message =
                format!("`{}` is not an identifier: small letters, digits and hyphens", dimension.id);
            find(&format!("{pointer}/id"), message);
        }
        if declaration.disaggregations[..place].iter().any(|other| other.id == dimension.id) {
            find(&format!("{pointer}/id"), format!("the dimension `{}` stands twice", dimension.id));
        }
        if dimension.values.is_empty() {
            find(&format!("{pointer}/values"), "name the values of the dimension".to_owned());
        }
        for (value, _) in dimension.values.iter().filter(|(value, _)| !fits(value)) {
            let message = format!("`{value}` is not an identifier: small letters, digits and hyphens");
            find(&format!("{pointer}/values/{value}"), message);
        }
    }
}

fn check_weather(declaration: &Declaration, find: &mut impl FnMut(&str, String)) {
    let Some(declared) = &declaration.weather_normalisation else { return };
    if !declaration.frequencies.iter().any(|frequency| WeatherNormalisation::wanted(*frequency).is_some()) {
        find("/weather_normalisation", "none of its periods is normalised: day, month or quarter".to_owned());
    }
    if declared.needs().next().is_none() {
        let message = "name at least one indicator of the weather in `covariates` or `degree_days`";
        find("/weather_normalisation", message.to_owned());
    }
    if declared.harmonics > 6 {
        find("/weather_normalisation/harmonics", "a year of months has at most 6 pairs".to_owned());
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
  later_days: [1, 30]
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
        assert!(read("a", &GOOD.replace("[month, day, year]", "[week]")).is_ok());
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
            ("[1, 30]", "[31, 30]", "a:16:15: [31, 30] are no days after"),
            ("by: \"2030\"", "by: someday", "a:20:11: `someday` is not a period"),
            (
                "uncertainty: sample",
                "uncertainty: sample\nclustered_by: station",
                "does not speak of `cluster`",
            ),
            ("uncertainty: sample", "uncertainty: share", "a:9:14: share is for ratios"),
            (
                "uncertainty: sample",
                "uncertainty: none\nclustered_by: station",
                "a:10:15: clusters are for `uncertainty: sample`",
            ),
            (
                "measure: mean\nuncertainty: sample",
                "measure: value\nuncertainty: bootstrap",
                "a:9:14: of a value that the SQL gives",
            ),
            (
                "measure: mean\nuncertainty: sample",
                "measure: { quantile: { part: 50 } }\nuncertainty: bootstrap",
                "a:8:30: 50 is not a part",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\nseasonal_adjustment: { method: stl, window: 8 }",
                "a:18:45: 8 is not an odd number from 7",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\nseasonal_adjustment: { method: x11 }",
                "a:18:32: unknown variant `x11`",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\ndisaggregations:\n  - id: day\n    title: { fr: a, nl: b, en: c }\n    values: { Weekend: { fr: a, nl: b, en: c } }",
                "a:21:24: `Weekend` is not an identifier",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\ndisaggregations:\n  - { id: day, title: { fr: a, nl: b, en: c }, values: { weekend: { fr: a, nl: b } } }",
                "a:19:67: missing field `en`",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\ndisaggregations:\n  - { id: day, title: { fr: a, nl: b, en: c }, values: {} }",
                "a:19:56: name the values",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\nweather_normalisation: { harmonics: 3 }",
                "a:18:24: name at least one indicator of the weather",
            ),
            (
                "data_quality: measured",
                "data_quality: measured\nweather_normalisation: { covariates: [wind], harmonics: 7 }",
                "a:18:57: a year of months",
            ),
            (
                "frequencies: [month, day, year]",
                "frequencies: [year]\nseasonal_adjustment: { method: stl }",
                "a:12:22: none of its periods has a season",
            ),
            (
                "frequencies: [month, day, year]",
                "frequencies: [week, month]",
                "a:11:14: weeks lie in two months",
            ),
            (
                "measure: mean\nuncertainty: sample",
                "measure: { count: { factor: -1 } }\nuncertainty: events",
                "-1 is no factor",
            ),
            ("high: 10, ", "", "a lower end, an upper end or both"),
        ] {
            let findings = read("a", &GOOD.replace(good, bad)).unwrap_err();
            let all = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            assert!(all.contains(wanted), "{wanted}\n{all}");
        }
    }
}
