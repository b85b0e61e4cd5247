//! What the caller may see, as a filter that the scan applies.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::cast,
        datatypes::DataType,
    },
    common::DataFusionError,
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, col, lit,
    },
};
use senne_model::{Json, Name};

use crate::{
    Sight, filter,
    names::{expanded, shown},
};

/// The conditions that a row must meet to be seen; none when everything may be seen.
pub(super) fn conditions(sight: &Arc<dyn Sight>) -> Vec<Expr> {
    let Some(types) = sight.types() else { return Vec::new() };
    if types.is_empty() {
        return vec![lit(false)];
    }
    let mut terms: Vec<&str> = types.iter().map(|name| shown(name).term).collect();
    terms.sort_unstable();
    terms.dedup();
    let sees = ScalarUDF::from(Sees {
        sight: Arc::clone(sight),
        signature: Signature::any(4, Volatility::Immutable),
    });
    // The first decides which files are opened, the second on each row.
    vec![
        filter::one_of("type", terms.into_iter()),
        sees.call(vec![col("type"), col("types"), col("attribute"), col("attribute_iri")]),
    ]
}

/// Whether a row may be seen, by its types and its attribute.
#[derive(Debug)]
struct Sees {
    sight: Arc<dyn Sight>,
    signature: Signature,
}

impl PartialEq for Sees {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.sight, &other.sight)
    }
}

impl Eq for Sees {}

impl Hash for Sees {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.sight).hash(state);
    }
}

impl ScalarUDFImpl for Sees {
    fn name(&self) -> &'static str {
        "may_be_seen"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let rows = arguments.number_rows;
        let text = |value: &ColumnarValue| -> Result<ArrayRef, DataFusionError> {
            Ok(cast(&value.to_array(rows)?, &DataType::Utf8)?)
        };
        let columns = arguments.args.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        let cells: Vec<_> = columns.iter().map(AsArray::as_string::<i32>).collect();
        let mut known: HashMap<[Option<&str>; 4], bool> = HashMap::new();
        let mut last = None;
        let seen = (0..rows).map(|row| {
            let cell = |i: usize| cells[i].is_valid(row).then(|| cells[i].value(row));
            let key = [cell(0), cell(1), cell(2), cell(3)];
            let seen = match last {
                Some((same, seen)) if same == key => seen,
                _ => *known.entry(key).or_insert_with(|| self.decide(key)),
            };
            last = Some((key, seen));
            Some(seen)
        });
        Ok(ColumnarValue::Array(Arc::new(seen.collect::<BooleanArray>())))
    }
}

impl Sees {
    fn decide(&self, [type_name, types, attribute, iri]: [Option<&str>; 4]) -> bool {
        let listed = types.and_then(|list| serde_json::from_str::<Json>(list).ok());
        let types: Vec<Name> = match listed.as_ref().and_then(Json::as_array) {
            Some(list) => list.iter().filter_map(Json::as_str).map(Name::new).collect(),
            None => type_name.map(|term| expanded(term, None)).into_iter().collect(),
        };
        // What cannot be read is not shown.
        !types.is_empty() && attribute.is_some_and(|term| self.sight.sees(&types, &expanded(term, iri)))
    }
}
