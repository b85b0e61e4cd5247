//! The view of what is so now.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    catalog::{Session, TableProvider},
    common::DataFusionError,
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{Expr, TableType},
    physical_plan::{
        ExecutionPlan,
        stream::RecordBatchReceiverStream,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use senne_model::{Attribute, Entity, Instance, Json};

use crate::{EntitySource, names::shown, schema};

/// Entities of a batch.
const BATCH_ENTITIES: usize = 1024;

/// `entity(id, type, attributes, location, created_at, modified_at)`.
pub(super) struct EntityTable {
    schema: SchemaRef,
    source: Arc<dyn EntitySource>,
}

impl EntityTable {
    pub(super) fn new(source: Arc<dyn EntitySource>) -> Self {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let time = |name: &str| Field::new(name, schema::instant(), true);
        let columns = vec![
            text("id"),
            text("type"),
            text("attributes"),
            text("location"),
            time("created_at"),
            time("modified_at"),
        ];
        Self { schema: Arc::new(Schema::new(columns)), source }
    }
}

impl fmt::Debug for EntityTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EntityTable")
    }
}

#[async_trait]
impl TableProvider for EntityTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let columns = projection.cloned().unwrap_or(all);
        let schema = Arc::new(self.schema.project(&columns)?);
        let part = Entities { schema: Arc::clone(&schema), columns, source: Arc::clone(&self.source) };
        let parts: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(part)];
        Ok(Arc::new(StreamingTableExec::try_new(schema, parts, None, Vec::new(), false, limit)?))
    }
}

/// The wanted columns of all entities.
struct Entities {
    schema: SchemaRef,
    columns: Vec<usize>,
    source: Arc<dyn EntitySource>,
}

impl fmt::Debug for Entities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entities")
    }
}

impl PartitionStream for Entities {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStream::builder(Arc::clone(&self.schema), 2);
        let sender = builder.tx();
        let (schema, columns, source) =
            (Arc::clone(&self.schema), self.columns.clone(), Arc::clone(&self.source));
        builder.spawn_blocking(move || {
            let mut waiting: Vec<Arc<Entity>> = Vec::with_capacity(BATCH_ENTITIES);
            // When nobody reads on, the rest of the scan passes without work.
            let mut open = true;
            let send = |entities: &mut Vec<Arc<Entity>>| -> Result<bool, DataFusionError> {
                let batch = batch(&schema, &columns, entities)?;
                entities.clear();
                Ok(sender.blocking_send(Ok(batch)).is_ok())
            };
            let mut failure = None;
            let scanned = source.scan(&mut |entity| {
                if !open {
                    return;
                }
                waiting.push(entity);
                if waiting.len() >= BATCH_ENTITIES {
                    open = send(&mut waiting).unwrap_or_else(|error| {
                        failure = Some(error);
                        false
                    });
                }
            });
            scanned.map_err(|problem| DataFusionError::External(Box::new(problem)))?;
            if open && !waiting.is_empty() {
                send(&mut waiting)?;
            }
            failure.map_or(Ok(()), Err)
        });
        builder.build()
    }
}

fn batch(
    schema: &SchemaRef,
    columns: &[usize],
    entities: &[Arc<Entity>],
) -> Result<RecordBatch, DataFusionError> {
    let texts = |of: &dyn Fn(&Entity) -> Option<String>| -> ArrayRef {
        Arc::new(entities.iter().map(|entity| of(entity)).collect::<StringArray>())
    };
    let times = |of: &dyn Fn(&Entity) -> i64| -> ArrayRef {
        let times: TimestampMicrosecondArray = entities.iter().map(|entity| Some(of(entity))).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let column = |index: &usize| match index {
        0 => texts(&|e| Some(e.id.to_string())),
        1 => texts(&|e| e.types.first().map(|name| shown(name).term.to_owned())),
        2 => texts(&|e| Some(attributes(&e.attributes).to_string())),
        3 => texts(&|e| e.location().map(|geometry| geometry.to_geojson().to_string())),
        4 => times(&|e| e.created_at.micros()),
        _ => times(&|e| e.modified_at.micros()),
    };
    let options = datafusion::arrow::array::RecordBatchOptions::new().with_row_count(Some(entities.len()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns.iter().map(column).collect(), &options)?)
}

/// Attributes as JSON: the shown term to an instance, or to an array of instances.
fn attributes(list: &[Attribute]) -> Json {
    let members = list.iter().map(|attribute| {
        let mut instances: Vec<Json> = attribute.instances.iter().map(instance).collect();
        let value = if instances.len() == 1 { instances.remove(0) } else { Json::Array(instances) };
        (shown(&attribute.name).term.into(), value)
    });
    Json::Object(members.collect())
}

fn instance(instance: &Instance) -> Json {
    let parts = crate::value::split(&instance.value);
    let read = |text: String| serde_json::from_str(&text).unwrap_or(Json::Null);
    let value = match (parts.json, parts.geometry, parts.number, parts.text) {
        (Some(json), ..) | (None, Some(json), ..) => read(json),
        (None, None, Some(x), _) => crate::value::number(x),
        (None, None, None, text) => text.map_or(Json::Null, Json::text),
    };
    let mut members: Vec<(Box<str>, Json)> = vec![("value".into(), value)];
    let mut put = |name: &str, value: Option<Json>| members.extend(value.map(|value| (name.into(), value)));
    put("unitCode", instance.unit_code.as_ref().map(|unit| Json::text(unit)));
    put("observedAt", instance.observed_at.map(|at| Json::from(at.to_string())));
    put("datasetId", instance.dataset_id.as_ref().map(|iri| Json::text(iri)));
    put("quality", Some(Json::Int(i64::from(instance.quality.flag().number()))));
    put("attributes", (!instance.sub_attributes.is_empty()).then(|| attributes(&instance.sub_attributes)));
    Json::Object(members)
}
