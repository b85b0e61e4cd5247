//! Figures as they leave the house: CSV, SDMX-CSV 2.0 and JSON.

mod columns;
mod index;

use senne_model::EntityId;
use serde_json::{Map, Value as Json, json};

pub use self::{
    columns::{figures_csv, figures_sdmx},
    index::{composite_json, index_json},
};
use crate::{
    Declaration, Disaggregation, Figure, Reproduction, SeasonRefusal, SeasonalAdjustment, SeasonalEffect,
    SeasonalPoint, Shown, Value, WeatherPoint, WeatherRefusal,
};

/// What an area is called in files: its official code, or its id.
pub type CodeOf<'a> = &'a dyn Fn(&EntityId) -> String;

/// A list of objects.
pub fn figures_json(shown: &[Shown], code: CodeOf<'_>) -> Json {
    let each = |one: &Shown| {
        let mut json = figure_json(&one.figure, code);
        if let Some(season) = &one.season {
            json["seasonally_adjusted"] = season_json(season);
        }
        if let Some(weather) = &one.weather {
            json["weather_normalised"] = weather_json(weather);
        }
        json
    };
    shown.iter().map(each).collect()
}

/// A value without its season, or why there is none.
fn season_json(season: &Result<SeasonalPoint, SeasonRefusal>) -> Json {
    match season {
        Ok(point) => json!({
            "value": point.adjusted,
            "low": point.interval.map(|interval| interval.0),
            "high": point.interval.map(|interval| interval.1),
            "trend": point.trend,
            "season": point.season,
        }),
        Err(refusal) => json!({ "refused": refusal.word(), "why": refusal.to_string() }),
    }
}

/// A value in reference weather, or why there is none.
fn weather_json(weather: &Result<WeatherPoint, WeatherRefusal>) -> Json {
    match weather {
        Ok(point) => json!({
            "value": point.normalised,
            "low": point.interval.0,
            "high": point.interval.1,
            "r_squared": point.r_squared,
        }),
        Err(refusal) => json!({ "refused": refusal.word(), "why": refusal.to_string() }),
    }
}

/// One figure as an object.
pub fn figure_json(figure: &Figure, code: CodeOf<'_>) -> Json {
    let mut object = Map::new();
    object.insert("area".to_owned(), json!(figure.area.as_str()));
    object.insert("code".to_owned(), json!(code(&figure.area)));
    object.insert("period".to_owned(), json!(figure.period.to_string()));
    if let Some(slice) = &figure.slice {
        let of = json!({ "dimension": *slice.dimension, "value": *slice.value });
        object.insert("disaggregation".to_owned(), of);
    }
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

/// A text in its languages.
fn texts(texts: &senne_contract::Localised) -> Json {
    let mut object = json!({ "fr": texts.fr, "nl": texts.nl, "en": texts.en });
    if let Some(de) = &texts.de {
        object["de"] = json!(de);
    }
    object
}

/// What is declared, as an object.
pub fn declaration_json(declaration: &Declaration) -> Json {
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
        "seasonal_adjustment": declaration.seasonal_adjustment.map(season_declared),
        "weather_normalisation": declaration.weather_normalisation.as_ref().map(|declared| json!({
            "covariates": declared.covariates, "degree_days": declared.degree_days, "harmonics": declared.harmonics,
        })),
        "disaggregations": declaration.disaggregations.iter().map(dimension_json).collect::<Vec<_>>(),
        "uncertainty": declaration.uncertainty.word(),
        "clustered_by": declaration.clustered_by,
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

fn dimension_json(dimension: &Disaggregation) -> Json {
    let values: Map<String, Json> =
        dimension.values.iter().map(|(value, name)| (value.clone(), texts(name))).collect();
    json!({ "id": dimension.id, "title": texts(&dimension.title), "values": values })
}

fn season_declared(declared: SeasonalAdjustment) -> Json {
    let effect = match declared.effect {
        SeasonalEffect::Additive => "additive",
        SeasonalEffect::Multiplicative => "multiplicative",
    };
    json!({ "method": "stl", "effect": effect, "robust": declared.robust, "window": declared.window })
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

fn bounds(interval: Option<(f64, f64)>) -> (String, String) {
    (optional(interval.map(|interval| interval.0)), optional(interval.map(|interval| interval.1)))
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
mod tests;
