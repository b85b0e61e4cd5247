//! The values of `$1`, `$name` and the types that they take.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema, SchemaRef},
    common::{ParamValues, ScalarValue},
    logical_expr::LogicalPlan,
    prelude::DataFrame,
};
use senne_model::{Json, Problem};

use super::problem;
use crate::Parameters;

/// The parameters that a plan wants, in the order of their names.
pub(super) fn wanted(plan: &LogicalPlan) -> Result<SchemaRef, Problem> {
    let types = plan.get_parameter_types().map_err(|e| problem(&e))?;
    let mut fields: Vec<Field> = types
        .into_iter()
        .map(|(name, kind)| Field::new(name, kind.unwrap_or(DataType::Utf8), true))
        .collect();
    fields.sort_by_key(|field| (number(field.name()).unwrap_or(usize::MAX), field.name().clone()));
    Ok(Arc::new(Schema::new(fields)))
}

fn number(name: &str) -> Option<usize> {
    name.strip_prefix('$')?.parse().ok()
}

/// Puts the values in their places.
pub(super) fn fill(frame: DataFrame, parameters: &Parameters) -> Result<DataFrame, Problem> {
    let wanted = wanted(frame.logical_plan())?;
    let count = wanted.fields().len();
    let values = match parameters {
        Parameters::None if count == 0 => return Ok(frame),
        Parameters::None => return Err(missing(wanted.field(0).name())),
        Parameters::Values(list) => by_number(&wanted, list.len(), |i, kind| value(&list[i], kind))?,
        Parameters::Row(batch) if batch.num_rows() == 0 && count > 0 => {
            return Err(missing(wanted.field(0).name()));
        }
        Parameters::Row(batch) if count > 0 => by_number(&wanted, batch.num_columns(), |i, kind| {
            let cell = ScalarValue::try_from_array(batch.column(i), 0).map_err(|e| problem(&e))?;
            cell.cast_to(kind).map_err(|e| problem(&e))
        })?,
        Parameters::Row(_) => return Ok(frame),
        Parameters::Named(list) => by_name(&wanted, list)?,
    };
    frame.with_param_values(values).map_err(|e| problem(&e))
}

fn missing(name: &str) -> Problem {
    Problem::bad(format!("the parameter {name} has no value")).field("parameters")
}

fn by_number(
    wanted: &Schema,
    given: usize,
    mut value: impl FnMut(usize, &DataType) -> Result<ScalarValue, Problem>,
) -> Result<ParamValues, Problem> {
    let mut values = Vec::with_capacity(given);
    for i in 0..given {
        let name = format!("${}", i + 1);
        let kind = wanted.field_with_name(&name).map_or(DataType::Utf8, |field| field.data_type().clone());
        values.push(value(i, &kind)?.into());
    }
    for field in wanted.fields() {
        match number(field.name()) {
            Some(n) if (1..=given).contains(&n) => {}
            _ => return Err(missing(field.name())),
        }
    }
    Ok(ParamValues::List(values))
}

fn by_name(wanted: &Schema, list: &[(String, Json)]) -> Result<ParamValues, Problem> {
    let mut values = HashMap::new();
    for field in wanted.fields() {
        let name = field.name().trim_start_matches('$');
        let given = list.iter().find(|(given, _)| given.trim_start_matches('$') == name);
        let (_, json) = given.ok_or_else(|| missing(field.name()))?;
        values.insert(name.to_owned(), value(json, field.data_type())?.into());
    }
    Ok(ParamValues::Map(values))
}

/// A JSON value as the type that its place asks for.
fn value(json: &Json, kind: &DataType) -> Result<ScalarValue, Problem> {
    let plain = match json {
        Json::Null => return ScalarValue::try_from(kind).map_err(|e| problem(&e)),
        Json::Bool(b) => ScalarValue::Boolean(Some(*b)),
        Json::Int(n) => ScalarValue::Int64(Some(*n)),
        Json::BigInt(_) => ScalarValue::Float64(json.as_f64()),
        Json::Float(x) => ScalarValue::Float64(Some(*x)),
        Json::Text(text) => ScalarValue::Utf8(Some(text.to_string())),
        other => ScalarValue::Utf8(Some(other.to_string())),
    };
    let kind = match kind {
        DataType::Dictionary(_, inner) => inner,
        DataType::Null => return Ok(plain),
        kind => kind,
    };
    plain.cast_to(kind).map_err(|_| {
        Problem::bad(format!("{json} cannot be read as {kind}, which its place asks for")).field("parameters")
    })
}
