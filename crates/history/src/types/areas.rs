//! Areas, and which entity was in which when.

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, RecordBatch, StringArray, StringDictionaryBuilder, TimestampMicrosecondArray},
    datatypes::{DataType, Field, Int32Type, Schema},
};
use senne_model::{EntityId, Timestamp};

use crate::schema::{dictionary, instant};

/// One area: a commune, a quarter, a statistical sector.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// The entity that describes it.
    pub id: EntityId,
    /// Its name.
    pub name: Option<String>,
    /// What kind of area it is, e.g. `commune`.
    pub level: String,
    /// Its official code, e.g. the NIS code of a commune.
    pub code: Option<String>,
    /// The area of the next level that it lies in.
    pub parent: Option<EntityId>,
    /// Its outline as GeoJSON.
    pub geometry: Option<String>,
}

/// An entity was in an area, `from` ≤ moment < `to`; `None` is without bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// The entity.
    pub entity: EntityId,
    /// The level of the area.
    pub level: String,
    /// The area.
    pub area: EntityId,
    /// Since when.
    pub from: Option<Timestamp>,
    /// Until when.
    pub to: Option<Timestamp>,
}

/// The areas and who was in them, made once and shared by all queries.
#[derive(Clone, Debug)]
pub struct Areas {
    pub(crate) areas: RecordBatch,
    pub(crate) memberships: RecordBatch,
}

impl Default for Areas {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Areas {
    /// Puts both into the columns of the views `area` and `entity_area`.
    pub fn new(areas: &[Area], memberships: &[Membership]) -> Self {
        Self { areas: area_columns(areas), memberships: membership_columns(memberships) }
    }

    /// How many memberships there are.
    pub fn memberships(&self) -> usize {
        self.memberships.num_rows()
    }
}

fn batch(columns: Vec<(&str, DataType, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind, _)| Field::new(*name, kind.clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    // The columns are made to fit the schema, in this file.
    RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap_or_else(|_| RecordBatch::new_empty(schema))
}

fn area_columns(areas: &[Area]) -> RecordBatch {
    let texts = |of: &dyn Fn(&Area) -> Option<&str>| -> ArrayRef {
        Arc::new(areas.iter().map(of).collect::<StringArray>())
    };
    batch(vec![
        ("id", DataType::Utf8, texts(&|area| Some(area.id.as_str()))),
        ("name", DataType::Utf8, texts(&|area| area.name.as_deref())),
        ("level", DataType::Utf8, texts(&|area| Some(&area.level))),
        ("code", DataType::Utf8, texts(&|area| area.code.as_deref())),
        ("parent", DataType::Utf8, texts(&|area| area.parent.as_ref().map(EntityId::as_str))),
        ("geometry", DataType::Utf8, texts(&|area| area.geometry.as_deref())),
    ])
}

fn membership_columns(memberships: &[Membership]) -> RecordBatch {
    let texts = |of: &dyn Fn(&Membership) -> &str| -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        memberships.iter().for_each(|membership| builder.append_value(of(membership)));
        Arc::new(builder.finish())
    };
    let times = |of: &dyn Fn(&Membership) -> Option<Timestamp>| -> ArrayRef {
        let times: TimestampMicrosecondArray =
            memberships.iter().map(|membership| of(membership).map(Timestamp::micros)).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    batch(vec![
        ("entity", dictionary(), texts(&|membership| membership.entity.as_str())),
        ("level", dictionary(), texts(&|membership| &membership.level)),
        ("area", dictionary(), texts(&|membership| membership.area.as_str())),
        ("valid_from", instant(), times(&|membership| membership.from)),
        ("valid_to", instant(), times(&|membership| membership.to)),
    ])
}
