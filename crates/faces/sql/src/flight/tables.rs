//! The views, as tools list them.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_flight::sql::{CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables};
use arrow_schema::{Field, FieldRef, Fields, Schema};
use senne_hub::{Context, Parameters, Question};
use senne_model::Json;
use tonic::Status;

use super::{
    Flight,
    status::{fault, status},
};
use crate::shape::{Shape, Wire};

/// The one catalog.
pub(super) const CATALOG: &str = "senne";
/// Where the views are.
const PUBLIC: &str = "public";
/// What all of them are to a tool.
const KIND: &str = "VIEW";

/// Where a tool looks for the sentence about a column.
const REMARKS: &str = "ARROW:FLIGHT:SQL:REMARKS";

/// The most views that are listed at once.
const VIEWS_MAX: usize = 10_000;

const LISTED: &str = "SELECT table_schema, table_name, count(*) FROM information_schema.columns \
    WHERE table_schema LIKE $1 AND table_name LIKE $2 GROUP BY 1, 2 ORDER BY 1, 2";

const SENTENCES: &str =
    "SELECT view, column, unit, description FROM data_dictionary WHERE column IS NOT NULL";

/// The one catalog.
pub(super) fn catalogs(command: CommandGetCatalogs) -> arrow_flight::error::Result<RecordBatch> {
    let mut builder = command.into_builder();
    builder.append(CATALOG);
    builder.build()
}

/// The one schema.
pub(super) fn schemas(command: CommandGetDbSchemas) -> arrow_flight::error::Result<RecordBatch> {
    let mut builder = command.into_builder();
    builder.append(CATALOG, PUBLIC);
    builder.build()
}

/// The one kind.
pub(super) fn kinds(command: CommandGetTableTypes) -> arrow_flight::error::Result<RecordBatch> {
    let mut builder = command.into_builder();
    builder.append(KIND);
    builder.build()
}

/// A view and how many columns it has.
struct View {
    schema: String,
    name: String,
    columns: usize,
}

impl Flight {
    /// The views that the caller may see, with their columns when these are asked for.
    pub(super) async fn tables(
        &self,
        context: &Context,
        command: CommandGetTables,
    ) -> Result<RecordBatch, Status> {
        let views = self.views(context, &command).await?;
        let listed: &[View] = if command.include_schema { &views } else { &[] };
        let mut columns = self.columns(context, listed).await?.into_iter();
        let mut builder = command.into_builder();
        for view in &views {
            let schema = columns.next().unwrap_or_else(Schema::empty);
            builder.append(CATALOG, &view.schema, &view.name, KIND, &schema).map_err(fault)?;
        }
        builder.build().map_err(fault)
    }

    async fn views(&self, context: &Context, command: &CommandGetTables) -> Result<Vec<View>, Status> {
        let pattern = |given: &Option<String>| Json::text(given.as_deref().unwrap_or("%"));
        let patterns =
            vec![pattern(&command.db_schema_filter_pattern), pattern(&command.table_name_filter_pattern)];
        let view = |row: &Vec<Json>| {
            Some(View {
                schema: row.first()?.as_str()?.to_owned(),
                name: row.get(1)?.as_str()?.to_owned(),
                columns: row.get(2)?.as_f64()? as usize,
            })
        };
        let rows = self.rows(context, LISTED, Parameters::Values(patterns)).await?;
        Ok(rows.iter().filter_map(view).take(VIEWS_MAX).collect())
    }

    /// The columns of all views at once: one plan that names them all, cut where each ends.
    async fn columns(&self, context: &Context, views: &[View]) -> Result<Vec<Schema>, Status> {
        if views.is_empty() {
            return Ok(Vec::new());
        }
        let name = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let names: Vec<String> =
            views.iter().map(|view| format!("{}.{}", name(&view.schema), name(&view.name))).collect();
        let text = format!("SELECT * FROM {}", names.join(", "));
        let all = self.described(context, &text).await?.schema;
        let sentences = self.sentences(context).await?;
        let mut fields = all.fields().iter();
        let cut = |view: &View| {
            let own: Fields = fields.by_ref().take(view.columns).cloned().collect();
            remarked(&Shape::new(&Schema::new(own), Wire::Arrow), &view.name, &sentences)
        };
        Ok(views.iter().map(cut).collect())
    }

    /// What the views say of their columns.
    async fn sentences(&self, context: &Context) -> Result<HashMap<(String, String), String>, Status> {
        let rows = self.rows(context, SENTENCES, Parameters::None).await?;
        let sentence = |row: &Vec<Json>| {
            let text = |place: usize| row.get(place).and_then(Json::as_str);
            let unit = text(2).map(|unit| format!(" [{unit}]")).unwrap_or_default();
            Some(((text(0)?.to_owned(), text(1)?.to_owned()), format!("{}{unit}", text(3)?)))
        };
        Ok(rows.iter().filter_map(sentence).collect())
    }

    async fn rows(
        &self,
        context: &Context,
        text: &str,
        parameters: Parameters,
    ) -> Result<Vec<Vec<Json>>, Status> {
        let question = Question { parameters, ..Question::new(text) };
        let answer = self.face.hub.ask(context, question).await.map_err(status)?;
        Ok(answer.table().await.map_err(status)?.rows)
    }
}

/// The columns of a view, each with what is said of it.
fn remarked(shape: &Shape, view: &str, sentences: &HashMap<(String, String), String>) -> Schema {
    let remark = |field: &FieldRef| {
        let text = sentences.get(&(view.to_owned(), field.name().clone()));
        let remarks = text.map(|text| (REMARKS.to_owned(), text.clone()));
        field.as_ref().clone().with_metadata(remarks.into_iter().collect())
    };
    Schema::new(shape.schema().fields().iter().map(remark).collect::<Vec<Field>>())
}
