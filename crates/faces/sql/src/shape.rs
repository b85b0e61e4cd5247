//! The columns of an answer in types that those who ask can read.
//!
//! The engine answers with dictionaries and string views where these are faster. Few readers know them, so they become plain
//! here. Every column may have nulls and no name comes twice: what is promised before the rows come then always holds.

use std::{collections::HashSet, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use senne_model::Problem;

/// What the columns are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wire {
    /// Cells become texts: instants are told in UTC.
    Text,
    /// Arrow itself.
    Arrow,
    /// Parquet files, which have fewer types.
    Parquet,
}

/// The columns as they are sent.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    schema: SchemaRef,
}

impl Shape {
    pub(crate) fn new(schema: &Schema, wire: Wire) -> Self {
        let mut taken = HashSet::new();
        let fields: Vec<Field> = schema
            .fields()
            .iter()
            .map(|field| Field::new(unused(field.name(), &mut taken), plain(field.data_type(), wire), true))
            .collect();
        Self { schema: Arc::new(Schema::new(fields)) }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows in this shape.
    pub(crate) fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, Problem> {
        let columns: Result<Vec<ArrayRef>, _> = batch
            .columns()
            .iter()
            .zip(self.schema.fields())
            .map(|(column, field)| {
                if column.data_type() == field.data_type() {
                    Ok(Arc::clone(column))
                } else {
                    cast(column, field.data_type())
                }
            })
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        columns
            .and_then(|columns| {
                RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            })
            .map_err(|error| {
                Problem::bad(format!("a column cannot be sent; cast it in the question ({error})"))
                    .field("sql")
            })
    }
}

/// The name, or the first of `name_2`, `name_3` … that is free.
fn unused(name: &str, taken: &mut HashSet<String>) -> String {
    let mut unused = name.to_owned();
    let mut count = 1;
    while !taken.insert(unused.clone()) {
        count += 1;
        unused = format!("{name}_{count}");
    }
    unused
}

fn plain(kind: &DataType, wire: Wire) -> DataType {
    let inner = |field: &FieldRef| -> FieldRef {
        Arc::new(Field::new(field.name(), plain(field.data_type(), wire), field.is_nullable()))
    };
    match kind {
        DataType::Dictionary(_, value) => plain(value, wire),
        DataType::RunEndEncoded(_, value) => plain(value.data_type(), wire),
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::List(field) | DataType::ListView(field) => DataType::List(inner(field)),
        DataType::LargeList(field) | DataType::LargeListView(field) => DataType::LargeList(inner(field)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(inner(field), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::Map(field, sorted) => DataType::Map(inner(field), *sorted),
        DataType::Timestamp(unit, _) if wire == Wire::Text => DataType::Timestamp(*unit, Some("UTC".into())),
        DataType::Interval(_) if wire != Wire::Arrow => DataType::Utf8,
        DataType::Duration(_) if wire == Wire::Parquet => DataType::Int64,
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, DictionaryArray, Int64Array, StringViewArray, types::Int32Type};

    use super::*;

    #[test]
    fn what_few_can_read_becomes_plain() {
        let words: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
        let views = StringViewArray::from(vec!["x", "y", "a text too long to stand inside a view"]);
        let batch = RecordBatch::try_from_iter([
            ("w", Arc::new(words) as ArrayRef),
            ("v", Arc::new(views) as ArrayRef),
            ("n", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ])
        .unwrap();
        let plain = Shape::new(&batch.schema(), Wire::Arrow).apply(&batch).unwrap();
        let kinds: Vec<&DataType> = plain.columns().iter().map(Array::data_type).collect();
        assert_eq!(kinds, [&DataType::Utf8, &DataType::Utf8, &DataType::Int64]);
        assert_eq!(plain.num_rows(), 3);
        assert!(plain.schema().fields().iter().all(|field| field.is_nullable()));
    }

    #[test]
    fn no_name_comes_twice() {
        let field = |name: &str| Field::new(name, DataType::Int64, false);
        let schema = Schema::new(vec![field("a"), field("a"), field("a_2"), field("a")]);
        let shape = Shape::new(&schema, Wire::Text);
        let names: Vec<&str> = shape.schema().fields().iter().map(|f| f.name().as_str()).collect();
        assert_eq!(names, ["a", "a_2", "a_2_2", "a_3"]);
    }

    #[test]
    fn rows_without_columns_keep_their_count() {
        let options = RecordBatchOptions::new().with_row_count(Some(4));
        let batch =
            RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options).unwrap();
        assert_eq!(Shape::new(&batch.schema(), Wire::Text).apply(&batch).unwrap().num_rows(), 4);
    }
}
