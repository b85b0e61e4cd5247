//! Functions beside those of the engine.

mod place;
mod time;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, StringArray},
        datatypes::{DataType, Int32Type},
    },
    common::{DataFusionError, cast::as_string_array},
    logical_expr::{ColumnarValue, Volatility, create_udf},
    prelude::SessionContext,
};
use senne_model::{Json, Quality};

/// Registers `quality_tests(bits)`, `json_text(json, path)`, `json_number(json, path)`, and those of time and place.
///
/// A path names members and places with dots between: `NO2.value` or `coordinates.0`.
pub(super) fn register(context: &SessionContext) {
    let stable = Volatility::Immutable;
    context.register_udf(create_udf(
        "quality_tests",
        vec![DataType::Int32],
        DataType::Utf8,
        stable,
        Arc::new(tests),
    ));
    let texts = || vec![DataType::Utf8, DataType::Utf8];
    context.register_udf(create_udf("json_text", texts(), DataType::Utf8, stable, Arc::new(json_text)));
    context.register_udf(create_udf(
        "json_number",
        texts(),
        DataType::Float64,
        stable,
        Arc::new(json_number),
    ));
    time::register(context);
    place::register(context);
}

/// The words of the tests that raised, with commas between; null when none did.
fn tests(arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let words = |bits: Option<i32>| {
        let quality = Quality::from_bits(u16::try_from(bits?).ok()?);
        let words: Vec<_> = quality.tests().map(senne_model::Test::word).collect();
        (!words.is_empty()).then(|| words.join(","))
    };
    let bits = first(&arrays)?.as_primitive::<Int32Type>();
    let column: ArrayRef = Arc::new(bits.iter().map(words).collect::<StringArray>());
    Ok(ColumnarValue::Array(column))
}

fn json_text(arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let text = |json: Json| match json {
        Json::Null => None,
        Json::Text(text) => Some(text.into_string()),
        other => Some(other.to_string()),
    };
    let column: StringArray = each(arguments, text)?.into_iter().collect();
    Ok(ColumnarValue::Array(Arc::new(column)))
}

fn json_number(arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let column: Float64Array = each(arguments, |json| json.as_f64())?.into_iter().collect();
    Ok(ColumnarValue::Array(Arc::new(column)))
}

fn each<T>(
    arguments: &[ColumnarValue],
    read: impl Fn(Json) -> Option<T>,
) -> Result<Vec<Option<T>>, DataFusionError> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let (texts, paths) =
        (as_string_array(first(&arrays)?)?, as_string_array(arrays.get(1).unwrap_or(first(&arrays)?))?);
    let rows = (0..texts.len()).map(|row| {
        if texts.is_null(row) || paths.is_null(row) {
            return None;
        }
        let json: Json = serde_json::from_str(texts.value(row)).ok()?;
        read(at(&json, paths.value(row))?.clone())
    });
    Ok(rows.collect())
}

fn at<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(json, |json, step| match json {
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        json => json.get(step),
    })
}

fn first(arrays: &[ArrayRef]) -> Result<&ArrayRef, DataFusionError> {
    arrays.first().ok_or_else(|| DataFusionError::Plan("the function needs an argument".to_owned()))
}

#[cfg(test)]
mod tests_of_paths {
    use super::*;

    #[test]
    fn paths_lead_to_members_and_places() {
        let json: Json = serde_json::from_str(r#"{"NO2":{"value":41.5},"c":[1,2]}"#).unwrap();
        assert_eq!(at(&json, "NO2.value"), Some(&Json::Float(41.5)));
        assert_eq!(at(&json, "c.1"), Some(&Json::Int(2)));
        assert_eq!(at(&json, "c.x"), None);
        assert_eq!(at(&json, ""), Some(&json));
    }
}
