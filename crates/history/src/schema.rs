//! The columns of the tables of a tenant.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deltalake::kernel::{DataType as DeltaType, PrimitiveType, StructField};

use crate::month;

/// The columns that tell a series from others, in the order in which the tables are sorted.
pub(crate) const SERIES_COLUMNS: [&str; 4] = ["attribute", "attribute_iri", "entity", "dataset_id"];

/// Positions in the observation table; the last column is a partition column and not in the files.
pub(crate) mod observation {
    pub(crate) const ENTITY: usize = 1;
    pub(crate) const OBSERVED: usize = 3;
    pub(crate) const RECORDED: usize = 4;
    pub(crate) const TEXT: usize = 6;
    pub(crate) const JSON: usize = 7;
    pub(crate) const GEOMETRY: usize = 8;
    pub(crate) const UNIT: usize = 9;
    pub(crate) const KIND: usize = 13;
    pub(crate) const SUB_ATTRIBUTES: usize = 15;
    pub(crate) const TYPES: usize = 17;
    pub(crate) const TYPE: usize = 18;
}

/// Positions in the three roll-up tables; the last one is a partition column and not in the files.
pub(crate) mod rollup {
    pub(crate) const ATTRIBUTE: usize = 0;
    pub(crate) const ENTITY: usize = 1;
    pub(crate) const DATASET: usize = 2;
    pub(crate) const START: usize = 3;
    pub(crate) const GENERATION: usize = 4;
    pub(crate) const REPLACES: usize = 5;
    pub(crate) const COUNT: usize = 6;
    pub(crate) const GOOD: usize = 7;
    pub(crate) const SUM: usize = 12;
    pub(crate) const SUM_SQUARES: usize = 13;
    pub(crate) const MIN: usize = 14;
    pub(crate) const MAX: usize = 15;
    pub(crate) const FIRST: usize = 16;
    pub(crate) const LAST: usize = 17;
    pub(crate) const FIRST_AT: usize = 18;
    pub(crate) const LAST_AT: usize = 19;
    pub(crate) const ATTRIBUTE_IRI: usize = 20;
    pub(crate) const TYPES: usize = 21;
    pub(crate) const TYPE: usize = 22;
}

/// One of the four tables of a tenant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Observation,
    Hour,
    Day,
    /// A roll-up whose one bucket is all of time: what is known of each series.
    Series,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Observation, Self::Hour, Self::Day, Self::Series];

    /// The roll-ups, each computed from the one before where it can be.
    pub(crate) const ROLLUPS: [Self; 3] = [Self::Hour, Self::Day, Self::Series];

    /// The folder of the table.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Observation => "observation",
            Self::Hour => "observation_hour",
            Self::Day => "observation_day",
            Self::Series => "observation_series",
        }
    }

    /// The columns, partition column `type` last.
    pub(crate) fn schema(self) -> SchemaRef {
        Arc::clone(if self == Self::Observation { &OBSERVATION } else { &ROLLUP })
    }

    /// The columns that the files hold.
    pub(crate) fn file_schema(self) -> SchemaRef {
        Arc::clone(if self == Self::Observation { &OBSERVATION_FILE } else { &ROLLUP_FILE })
    }

    /// The second partition column: what part of time a file is about.
    pub(crate) fn time_partition(self) -> &'static str {
        match self {
            Self::Observation | Self::Hour => "month",
            Self::Day => "year",
            Self::Series => "span",
        }
    }

    /// The value of that column for an instant in microseconds.
    pub(crate) fn time_partition_of(self, micros: i64) -> String {
        let mut text = month::of(micros).text();
        match self {
            Self::Observation | Self::Hour => {}
            Self::Day => text.truncate(4),
            Self::Series => "all".clone_into(&mut text),
        }
        text
    }

    /// The columns as Delta knows them, with both partition columns.
    pub(crate) fn delta_columns(self) -> Vec<StructField> {
        let mut columns: Vec<_> = self
            .schema()
            .fields()
            .iter()
            .map(|f| StructField::new(f.name(), delta_type(f.data_type()), true))
            .collect();
        columns.push(StructField::new(
            self.time_partition(),
            DeltaType::Primitive(PrimitiveType::String),
            true,
        ));
        columns
    }

    /// The column whose range tells which files a time range needs.
    pub(crate) fn time_column(self) -> usize {
        if self == Self::Observation { observation::OBSERVED } else { rollup::START }
    }
}

fn delta_type(kind: &DataType) -> DeltaType {
    DeltaType::Primitive(match kind {
        DataType::Float64 => PrimitiveType::Double,
        DataType::Int32 => PrimitiveType::Integer,
        DataType::Int64 => PrimitiveType::Long,
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Timestamp(_, _) => PrimitiveType::Timestamp,
        _ => PrimitiveType::String,
    })
}

/// Texts that repeat.
pub(crate) fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// Instants, microseconds UTC.
pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn columns(columns: &[(&str, DataType)]) -> Schema {
    Schema::new(columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect::<Vec<_>>())
}

fn without_last(schema: &Schema) -> SchemaRef {
    let count = schema.fields().len() - 1;
    Arc::new(Schema::new(schema.fields().iter().take(count).cloned().collect::<Vec<_>>()))
}

static OBSERVATION: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(columns(&[
        ("attribute", dictionary()),
        ("entity", dictionary()),
        ("dataset_id", dictionary()),
        ("observed_at", instant()),
        ("recorded_at", instant()),
        ("number", DataType::Float64),
        ("text", DataType::Utf8),
        ("json", DataType::Utf8),
        ("geometry", DataType::Utf8),
        ("unit", dictionary()),
        ("quality", DataType::Int32),
        ("change", DataType::Int64),
        ("position", DataType::Int32),
        ("kind", dictionary()),
        ("deleted", DataType::Boolean),
        ("sub_attributes", DataType::Utf8),
        ("attribute_iri", dictionary()),
        ("types", dictionary()),
        ("type", dictionary()),
    ]))
});

static ROLLUP: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(columns(&[
        ("attribute", dictionary()),
        ("entity", dictionary()),
        ("dataset_id", dictionary()),
        ("start", instant()),
        ("generation", DataType::Int64),
        ("replaces", DataType::Boolean),
        ("count", DataType::Int64),
        ("good", DataType::Int64),
        ("not_evaluated", DataType::Int64),
        ("suspect", DataType::Int64),
        ("fail", DataType::Int64),
        ("missing", DataType::Int64),
        ("sum", DataType::Float64),
        ("sum_squares", DataType::Float64),
        ("min", DataType::Float64),
        ("max", DataType::Float64),
        ("first", DataType::Float64),
        ("last", DataType::Float64),
        ("first_at", instant()),
        ("last_at", instant()),
        ("attribute_iri", dictionary()),
        ("types", dictionary()),
        ("type", dictionary()),
    ]))
});

static OBSERVATION_FILE: LazyLock<SchemaRef> = LazyLock::new(|| without_last(&OBSERVATION));
static ROLLUP_FILE: LazyLock<SchemaRef> = LazyLock::new(|| without_last(&ROLLUP));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_agree_with_names() {
        let at = |i: usize| OBSERVATION.field(i).name().clone();
        assert_eq!(at(observation::UNIT), "unit");
        assert_eq!(at(observation::KIND), "kind");
        assert_eq!(at(observation::TYPE), "type");
        assert_eq!(at(observation::ENTITY), "entity");
        assert_eq!(at(observation::SUB_ATTRIBUTES), "sub_attributes");
        let at = |i: usize| ROLLUP.field(i).name().clone();
        assert_eq!(at(rollup::LAST_AT), "last_at");
        assert_eq!(at(rollup::GOOD), "good");
        assert_eq!(at(rollup::TYPES), "types");
        assert_eq!(at(rollup::TYPE), "type");
        assert_eq!(Kind::Day.time_partition_of(0), "1970");
    }
}
