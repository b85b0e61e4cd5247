//! One value of a row becomes the value of an attribute.

use senne_contract::ValueKind;
use senne_model::{AttributeValue, Geometry, Iri, Json, Timestamp, is_iri};

use crate::{
    refusal::shorten,
    rows::{Cell, number},
};

use super::{Line, Stamp};

/// Multiplies and shifts a number. A factor such as 0.01 divides by its inverse instead, because 94.1 / 100
/// is 0.941 and 94.1 * 0.01 is 0.9410000000000001.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Scale {
    None,
    Divide(f64, f64),
    Multiply(f64, f64),
}

impl Scale {
    /// From `scale` and `offset` of a feed.
    pub(crate) fn new(scale: Option<f64>, offset: Option<f64>) -> Self {
        let (factor, offset) = (scale.unwrap_or(1.0), offset.unwrap_or(0.0));
        if factor == 1.0 && offset == 0.0 {
            return Self::None;
        }
        let inverse = (1.0 / factor).round();
        if inverse.abs() > 1.0 && (1.0 / inverse - factor).abs() < f64::EPSILON * factor.abs() {
            return Self::Divide(inverse, offset);
        }
        Self::Multiply(factor, offset)
    }

    fn apply(self, x: f64) -> f64 {
        match self {
            Self::None => x,
            Self::Divide(divisor, offset) => x / divisor + offset,
            Self::Multiply(factor, offset) => x * factor + offset,
        }
    }
}

/// A number from a cell: the way of nearly every value.
pub(crate) fn number_of(cell: Cell<'_>, scale: Scale, line: &Line<'_>) -> Result<Option<Json>, String> {
    let read = match cell {
        Cell::Missing => return Ok(None),
        Cell::Text(text) => {
            number(text, line.decimal_comma).ok_or_else(|| format!("`{}` is not a number", shorten(text)))?
        }
        Cell::Json(value @ (Json::Int(_) | Json::BigInt(_) | Json::Float(_))) => value.clone(),
        Cell::Json(other) => return Err(format!("`{}` is not a number", shorten(&other.to_string()))),
        Cell::Broken => return Err("the cell is not a number".to_owned()),
    };
    let Some(x) = read.as_f64() else { return Ok(None) };
    if line.missing.is_number(x) {
        return Ok(None);
    }
    Ok(match scale {
        Scale::None => Some(read),
        scale => Some(Json::number(scale.apply(x)).ok_or("the scaled number is not finite")?),
    })
}

/// Any other kind of value from a cell.
pub(crate) fn value_of(
    cell: Cell<'_>,
    kind: ValueKind,
    scale: Scale,
    line: &Line<'_>,
    stamp: Option<&Stamp>,
) -> Result<Option<AttributeValue>, String> {
    let wrong = |what: &str, cell: &Cell<'_>| Err(format!("`{}` is not {what}", shown(cell)));
    let property = |json| Ok(Some(AttributeValue::Property(json)));
    match (kind, cell) {
        (_, Cell::Missing) => Ok(None),
        (_, Cell::Broken) => Err("the text is not in the declared encoding".to_owned()),
        (ValueKind::Number, cell) => Ok(number_of(cell, scale, line)?.map(AttributeValue::Property)),
        (ValueKind::Integer, cell) => match number_of(cell, scale, line)? {
            Some(Json::Float(x)) if x.fract() == 0.0 && x.abs() < 9e15 => property(Json::Int(x as i64)),
            Some(Json::Float(_)) => wrong("a whole number", &cell),
            whole => Ok(whole.map(AttributeValue::Property)),
        },
        (ValueKind::Text | ValueKind::Language, Cell::Text(text)) => property(Json::text(text)),
        (
            ValueKind::Text,
            Cell::Json(value @ (Json::Int(_) | Json::BigInt(_) | Json::Float(_) | Json::Bool(_))),
        ) => property(Json::from(value.to_string())),
        (ValueKind::Boolean, Cell::Json(Json::Bool(b))) => property(Json::Bool(*b)),
        (ValueKind::Boolean, Cell::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => property(Json::Bool(true)),
            "false" | "no" | "0" => property(Json::Bool(false)),
            _ => wrong("true or false", &cell),
        },
        (ValueKind::Time, cell) => match (cell, stamp) {
            (Cell::Text(text), _) if Timestamp::parse(text).is_ok() => property(Json::text(text)),
            (cell, Some(stamp)) => property(Json::from(stamp.instant(cell, line)?.to_string())),
            (cell, None) => wrong("a date-time with a zone", &cell),
        },
        (ValueKind::Geometry, Cell::Json(value)) => match Geometry::from_geojson(value) {
            Ok(geometry) => Ok(Some(AttributeValue::Geo(geometry))),
            Err(problem) => Err(problem.to_string()),
        },
        (ValueKind::Relationship, Cell::Text(text)) if is_iri(text) => {
            Ok(Some(AttributeValue::Relationship { objects: vec![Iri::new(text)], object_type: None }))
        }
        (ValueKind::Object, Cell::Json(value @ Json::Object(_)))
        | (ValueKind::List, Cell::Json(value @ Json::Array(_))) => property(value.clone()),
        (ValueKind::List, Cell::Text(text)) => property(Json::Array(vec![Json::text(text)])),
        (kind, cell) => wrong(&format!("of kind {}", kind.word()), &cell),
    }
}

fn shown(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing | Cell::Broken => String::new(),
        Cell::Text(text) => shorten(text),
        Cell::Json(value) => shorten(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredth_divides() {
        assert_eq!(Scale::new(Some(0.01), None).apply(94.1), 0.941);
        assert_eq!(Scale::new(Some(0.1), None).apply(123.0), 12.3);
        assert_eq!(Scale::new(Some(1.8), Some(32.0)).apply(100.0), 212.0);
        assert_eq!(Scale::new(None, None), Scale::None);
    }
}
