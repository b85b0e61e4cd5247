//! Columns of the engine as cells of an answer.

use std::sync::Arc;

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Float64Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType, UInt64Type},
    error::ArrowError,
    util::display::{ArrayFormatter, FormatOptions},
};
use senne_model::{Json, Timestamp};

use crate::{Column, ColumnKind};

pub(super) fn columns(schema: &Schema) -> Vec<Column> {
    schema.fields().iter().map(|f| Column { name: f.name().clone(), kind: kind(f.data_type()) }).collect()
}

fn kind(data: &DataType) -> ColumnKind {
    match data {
        DataType::Boolean => ColumnKind::Boolean,
        data if data.is_integer() => ColumnKind::Integer,
        data if data.is_numeric() => ColumnKind::Number,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnKind::Text,
        DataType::Timestamp(_, _) => ColumnKind::Time,
        DataType::Dictionary(_, value) => kind(value),
        _ => ColumnKind::Other,
    }
}

/// Adds the rows of a batch.
pub(super) fn add(rows: &mut Vec<Vec<Json>>, batch: &RecordBatch) -> Result<(), ArrowError> {
    let before = rows.len();
    let width = batch.num_columns();
    rows.extend((0..batch.num_rows()).map(|_| Vec::with_capacity(width)));
    for column in batch.columns() {
        let cells = cells(column)?;
        for (row, cell) in rows[before..].iter_mut().zip(cells) {
            row.push(cell);
        }
    }
    Ok(())
}

fn cells(column: &ArrayRef) -> Result<Vec<Json>, ArrowError> {
    if let DataType::Dictionary(_, value) = column.data_type() {
        return cells(&cast(column, value)?);
    }
    let each = |read: &dyn Fn(usize) -> Json| {
        (0..column.len()).map(|row| if column.is_null(row) { Json::Null } else { read(row) }).collect()
    };
    Ok(match column.data_type() {
        DataType::Null => vec![Json::Null; column.len()],
        DataType::Boolean => each(&|row| Json::Bool(column.as_boolean().value(row))),
        DataType::UInt64 => {
            let array = column.as_primitive::<UInt64Type>();
            each(&|row| {
                i64::try_from(array.value(row))
                    .map_or_else(|_| Json::from(array.value(row) as f64), Json::Int)
            })
        }
        data if data.is_integer() => {
            let array = cast(column, &DataType::Int64)?;
            each(&|row| Json::Int(array.as_primitive::<Int64Type>().value(row)))
        }
        data if data.is_numeric() => {
            let array = cast(column, &DataType::Float64)?;
            each(&|row| Json::from(array.as_primitive::<Float64Type>().value(row)))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let array = cast(column, &DataType::Utf8)?;
            each(&|row| Json::text(array.as_string::<i32>().value(row)))
        }
        DataType::Timestamp(_, zone) => {
            let array = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
            let micros = array.as_primitive::<TimestampMicrosecondType>();
            // What is beyond the range of microseconds became nothing.
            let moment = |row: usize| micros.is_valid(row).then(|| Timestamp::from_micros(micros.value(row)));
            each(&|row| moment(row).map_or(Json::Null, |at| Json::from(at.to_string())))
        }
        _ => {
            let options = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
            each(&|row| Json::from(formatter.value(row).to_string()))
        }
    })
}

/// Takes the place of the files out of the texts of a plan. The folder may be written in several ways.
pub(super) fn hide(batch: &RecordBatch, folders: &[String]) -> Result<RecordBatch, ArrowError> {
    let without = |text: &str| {
        folders.iter().fold(text.to_owned(), |text, folder| text.replace(folder.as_str(), "history"))
    };
    let column = |column: &ArrayRef| -> ArrayRef {
        let Some(texts) = column.as_string_opt::<i32>() else { return Arc::clone(column) };
        Arc::new(texts.iter().map(|text| text.map(&without)).collect::<StringArray>())
    };
    RecordBatch::try_new(batch.schema(), batch.columns().iter().map(column).collect())
}
