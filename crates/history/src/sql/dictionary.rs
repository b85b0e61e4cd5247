//! The view that says what the views and their columns are.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    catalog::TableProvider,
    common::DataFusionError,
    datasource::MemTable,
};

use crate::ContractView;

type Line<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a str);

/// `data_dictionary(view, column, unit, description)`; the line without a column is about the view.
pub(super) fn table(contracts: &[ContractView]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let mut lines: Vec<Line<'_>> =
        FIXED.iter().map(|(view, column, text)| (*view, *column, None, *text)).collect();
    for (view, column, text) in SUMS
        .iter()
        .flat_map(|(column, text)| ["hourly", "daily", "series"].map(|view| (view, *column, *text)))
    {
        lines.push((view, Some(column), None, text));
    }
    for view in contracts {
        lines.push((&view.name, None, None, &view.title));
        for (column, text) in OF_CONTRACTS {
            lines.push((&view.name, Some(column), None, text));
        }
        lines
            .extend(view.columns.iter().map(|c| (&*view.name, Some(&*c.name), c.unit.as_deref(), &*c.title)));
    }
    let texts = |of: &dyn Fn(&Line<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<StringArray>())
    };
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    let schema = Schema::new(["view", "column", "unit", "description"].map(field).to_vec());
    let columns = vec![
        texts(&|line| Some(line.0.to_owned())),
        texts(&|line| line.1.map(str::to_owned)),
        texts(&|line| line.2.map(str::to_owned)),
        texts(&|line| Some(line.3.to_owned())),
    ];
    let schema = Arc::new(schema);
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

const OF_CONTRACTS: [(&str, &str); 3] = [
    ("entity", "the entity that was observed"),
    ("dataset_id", "the data set; empty for the default one"),
    ("observed_at", "when it was so; flagged numbers are left out"),
];

const SUMS: [(&str, &str); 20] = [
    ("entity", "the entity that was observed"),
    ("type", "its type, as a short term where there is one"),
    ("attribute", "the attribute, as a short term where there is one"),
    ("dataset_id", "the data set; empty for the default one"),
    ("count", "how many numbers"),
    ("usable", "how many of them are good or not evaluated"),
    ("good", "how many are flagged good"),
    ("not_evaluated", "how many were not evaluated"),
    ("suspect", "how many are flagged suspect"),
    ("fail", "how many are flagged fail"),
    ("missing", "how many are flagged missing"),
    ("mean", "mean of the usable numbers"),
    ("sum", "sum of the usable numbers"),
    ("min", "least usable number"),
    ("max", "greatest usable number"),
    ("stddev", "standard deviation of the usable numbers (of the population)"),
    ("first", "first usable number"),
    ("last", "last usable number"),
    ("first_at", "when the first usable number was observed"),
    ("last_at", "when the last usable number was observed"),
];

type Fixed = (&'static str, Option<&'static str>, &'static str);

const FIXED: [Fixed; 34] = [
    ("entity", None, "what is so now: one row an entity"),
    ("entity", Some("id"), "its identifier"),
    ("entity", Some("type"), "its type, as a short term where there is one"),
    ("entity", Some("attributes"), "its attributes as JSON; read them with json_text and json_number"),
    ("entity", Some("location"), "where it is, as GeoJSON"),
    ("entity", Some("created_at"), "when it was created here"),
    ("entity", Some("modified_at"), "when it was changed last"),
    ("observation", None, "every value ever recorded, corrected ones too"),
    ("observation_corrected", None, "of each series and moment the value that was recorded last"),
    ("hourly", None, "one row a series and hour of UTC"),
    ("daily", None, "one row a series and day of UTC"),
    ("series", None, "one row a series: how many values, from when to when, the last one"),
    ("data_dictionary", None, "what the views and their columns are"),
    ("data_dictionary", Some("view"), "the view"),
    ("data_dictionary", Some("column"), "the column; empty where the view itself is meant"),
    ("data_dictionary", Some("unit"), "the unit of its values, a UN/CEFACT common code"),
    ("data_dictionary", Some("description"), "what it is"),
    ("observation", Some("entity"), "the entity that was observed"),
    ("observation", Some("type"), "its type when the value was recorded, as a short term where there is one"),
    ("observation", Some("attribute"), "the attribute, as a short term where there is one"),
    ("observation", Some("dataset_id"), "the data set; empty for the default one"),
    ("observation", Some("observed_at"), "when it was so in the world"),
    ("observation", Some("recorded_at"), "when it was recorded here"),
    ("observation", Some("number"), "the value, when it is a number"),
    ("observation", Some("text"), "the value, when it is a text, a relationship or a yes or no"),
    ("observation", Some("json"), "the value as JSON, when it is neither"),
    ("observation", Some("geometry"), "the value as GeoJSON, when it is a place"),
    ("observation", Some("unit"), "its unit, a UN/CEFACT common code"),
    ("observation", Some("quality"), "1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing (QARTOD)"),
    ("observation", Some("quality_tests"), "the tests that raised the flag"),
    ("observation", Some("change"), "the number of the change that brought it"),
    (
        "observation_corrected",
        Some("observed_at"),
        "when it was so in the world; the other columns are those of observation",
    ),
    ("hourly", Some("start"), "when the hour begins (UTC)"),
    ("daily", Some("start"), "when the day begins (UTC)"),
];
