//! Figures as they leave the house: CSV, SDMX-CSV 2.0 and JSON.

use senne_model::EntityId;
use serde_json::{Map, Value as Json, json};

use crate::{Declaration, Figure, Reproduction, Value};

/// What an area is called in files: its official code, or its id.
pub type CodeOf<'a> = &'a dyn Fn(&EntityId) -> String;

/// The structure that SDMX files name.
const STRUCTURE: &str = "SENNE:INDICATORS(1.0)";

/// CSV with a header line (RFC 4180); what [`crate::read_entered`] reads comes first.
pub fn figures_csv(figures: &[Figure], code: CodeOf<'_>) -> String {
    let header = "area,period,value,low,high,status,coverage,count,sum,sum_of_squares,numerator,denominator,formula,vintage";
    let rows = figures.iter().map(|figure| {
        let value = &figure.value;
        let (low, high) = bounds(value);
        let parts =
            value.parts_rounded().map(|part| if part == 0.0 { String::new() } else { part.to_string() });
        let head =
            [quoted(&code(&figure.area)), figure.period.to_string(), optional(value.number), low, high];
        let tail = [value.status.word().to_owned(), value.coverage.to_string()];
        let end = [figure.formula.clone(), figure.vintage.to_string()];
        head.into_iter().chain(tail).chain(parts).chain(end).collect::<Vec<_>>().join(",")
    });
    lines(header, rows)
}

/// SDMX-CSV 2.0 (SDMX 3.0, part 6): codes of CL_FREQ and CL_OBS_STATUS.
pub fn figures_sdmx(declaration: &Declaration, figures: &[Figure], code: CodeOf<'_>) -> String {
    let header = "STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,LOWER_BOUND,UPPER_BOUND,OBS_STATUS,UNIT_MEASURE,DECIMALS";
    let rows = figures.iter().map(|figure| {
        let value = &figure.value;
        let (low, high) = bounds(value);
        [
            "dataflow".to_owned(),
            STRUCTURE.to_owned(),
            "I".to_owned(),
            declaration.id.clone(),
            figure.period.frequency().sdmx().to_string(),
            quoted(&code(&figure.area)),
            figure.period.to_string(),
            optional(value.number),
            low,
            high,
            value.status.sdmx().to_owned(),
            declaration.unit.clone(),
            declaration.decimals.to_string(),
        ]
        .join(",")
    });
    lines(header, rows)
}

/// A list of objects.
pub fn figures_json(figures: &[Figure], code: CodeOf<'_>) -> Json {
    figures.iter().map(|figure| figure_json(figure, code)).collect()
}

/// One figure as an object.
pub fn figure_json(figure: &Figure, code: CodeOf<'_>) -> Json {
    let mut object = Map::new();
    object.insert("area".to_owned(), json!(figure.area.as_str()));
    object.insert("code".to_owned(), json!(code(&figure.area)));
    object.insert("period".to_owned(), json!(figure.period.to_string()));
    object.extend(value_members(&figure.value));
    object.insert("formula".to_owned(), json!(figure.formula));
    object.insert("vintage".to_owned(), json!(figure.vintage.0));
    Json::Object(object)
}

/// A published value beside the same computed again.
pub fn reproduction_json(found: &Reproduction, code: CodeOf<'_>) -> Json {
    json!({
        "published": figure_json(&found.published, code),
        "again": found.again.as_ref().map(|value| Json::Object(value_members(value).collect())),
        "same_formula": found.same_formula,
        "same_digits": found.same_digits,
    })
}

/// What is declared, as an object.
pub fn declaration_json(declaration: &Declaration) -> Json {
    let texts = |texts: &senne_contract::Localised| {
        let mut object = json!({ "fr": texts.fr, "nl": texts.nl, "en": texts.en });
        if let Some(de) = &texts.de {
            object["de"] = json!(de);
        }
        object
    };
    let codes =
        declaration.codes.iter().map(|code| json!({ "framework": code.framework, "code": code.code }));
    let targets = declaration.targets.iter().map(|target| {
        let baseline = target.baseline.as_ref().map(|from| json!({ "period": from.period, "value": from.value }));
        json!({ "by": target.by, "low": target.low, "high": target.high, "baseline": baseline, "source": target.source })
    });
    json!({
        "id": declaration.id,
        "version": declaration.version,
        "title": texts(&declaration.title),
        "definition": texts(&declaration.definition),
        "pillar": declaration.pillar,
        "unit": declaration.unit,
        "unit_shown": { "fr": declaration.unit_shown("fr"), "nl": declaration.unit_shown("nl"), "en": declaration.unit_shown("en") },
        "decimals": declaration.decimals,
        "direction": declaration.direction.word(),
        "levels": declaration.levels,
        "frequencies": declaration.frequencies.iter().map(|f| f.word()).collect::<Vec<_>>(),
        "completeness": declaration.completeness,
        "suppress_below": declaration.suppress_below,
        "released_after_days": declaration.released_after_days,
        "sql": declaration.computed.as_ref().map(|computed| computed.sql.trim()),
        "entered_from": declaration.entered.as_ref().map(|entered| texts(&entered.from)),
        "codes": codes.collect::<Vec<_>>(),
        "data_quality": declaration.data_quality.word(),
        "owner": declaration.owner,
        "licence": declaration.licence,
        "targets": targets.collect::<Vec<_>>(),
        "formula": declaration.formula(),
    })
}

fn value_members(value: &Value) -> impl Iterator<Item = (String, Json)> {
    let [count, sum, sum_of_squares, numerator, denominator] = value.parts_rounded();
    let named = [
        ("count", count),
        ("sum", sum),
        ("sum_of_squares", sum_of_squares),
        ("numerator", numerator),
        ("denominator", denominator),
    ];
    let parts: Map<String, Json> = named
        .into_iter()
        .filter(|(_, part)| *part != 0.0)
        .map(|(name, part)| (name.to_owned(), json!(part)))
        .collect();
    let members = [
        ("value", json!(value.number)),
        ("low", json!(value.interval.map(|interval| interval.0))),
        ("high", json!(value.interval.map(|interval| interval.1))),
        ("status", json!(value.status.word())),
        ("coverage", json!(value.coverage)),
        ("parts", Json::Object(parts)),
        ("simulated", json!(value.simulated)),
    ];
    members.into_iter().map(|(name, json)| (name.to_owned(), json))
}

fn bounds(value: &Value) -> (String, String) {
    (optional(value.interval.map(|interval| interval.0)), optional(value.interval.map(|interval| interval.1)))
}

fn optional(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn lines(header: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = format!("{header}\r\n");
    for row in rows {
        text.push_str(&row);
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Parts, Status, read};
    use senne_model::ChangeNo;

    const DECLARED: &str = "id: rate
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: down
measure: { ratio: { factor: 100 } }
uncertainty: share
levels: [commune]
frequencies: [year]
entered: { from: { fr: a, nl: b, en: c } }
data_quality: survey
owner: Statbel
";

    fn figures() -> Vec<Figure> {
        let value = Value {
            number: Some(12.5),
            interval: Some((10.0, 15.0)),
            coverage: 1.0,
            status: Status::Final,
            parts: Parts::of_ratio(125.0, 1000.0),
            simulated: false,
        };
        let hidden = Value {
            number: None,
            interval: None,
            status: Status::Suppressed,
            parts: Parts::default(),
            ..value.clone()
        };
        let each = |(year, value): (&str, Value)| Figure {
            area: EntityId::trusted("urn:area:21009"),
            period: year.parse().unwrap(),
            value,
            formula: "f".to_owned(),
            vintage: ChangeNo(7),
        };
        [("2023", value), ("2024", hidden)].map(each).into()
    }

    fn code(area: &EntityId) -> String {
        area.as_str().rsplit(':').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn what_goes_out_comes_in_again() {
        let declaration = read("a", DECLARED).unwrap();
        let area = |text: &str| (text == "21009").then(|| EntityId::trusted("urn:area:21009"));
        for text in [figures_csv(&figures(), &code), figures_sdmx(&declaration, &figures(), &code)] {
            let form = crate::EnteredForm::of(&text);
            let found = crate::read_entered(&text, form, &declaration, &area, &[]).unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|one| (one.period.to_string(), one.value.number, one.value.status))
                .collect();
            let wanted = [
                ("2023".to_owned(), Some(12.5), Status::Final),
                ("2024".to_owned(), None, Status::Suppressed),
            ];
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn json_has_no_numbers_that_are_none() {
        let json = figures_json(&figures(), &code);
        assert_eq!(json[0]["parts"]["numerator"], 125.0);
        assert_eq!((&json[1]["value"], &json[1]["status"]), (&Json::Null, &json!("suppressed")));
        assert_eq!(declaration_json(&read("a", DECLARED).unwrap())["direction"], "down");
    }
}
