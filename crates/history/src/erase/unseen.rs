//! The condition that keeps what is erased from sight. It is a function of the engine, so that no plan and no message of the engine names
//! those whom it is about.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray},
        compute::cast,
        datatypes::{DataType, Int32Type, Int64Type},
    },
    common::DataFusionError,
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, col,
    },
};

use super::Hidden;
use crate::schema::{Kind, dictionary};

/// What every row meets that is not hidden.
pub(super) fn condition(hidden: &Hidden, kind: Kind) -> Expr {
    // A row of a roll-up may hold values of before and after.
    let columns: &[&str] = if kind == Kind::Observation { &["entity", "change"] } else { &["entity"] };
    let signature = Signature::any(columns.len(), Volatility::Immutable);
    let function = ScalarUDF::from(NotErased { hidden: hidden.clone(), signature });
    function.call(columns.iter().map(|name| col(*name)).collect())
}

/// Whether a row is of none of those that are erased.
struct NotErased {
    hidden: Hidden,
    signature: Signature,
}

impl fmt::Debug for NotErased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotErased")
    }
}

impl PartialEq for NotErased {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.hidden.upto, &other.hidden.upto) && self.signature == other.signature
    }
}

impl Eq for NotErased {}

impl Hash for NotErased {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.hidden.upto).hash(state);
    }
}

impl ScalarUDFImpl for NotErased {
    fn name(&self) -> &'static str {
        "not_erased"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let rows = arguments.number_rows;
        let columns = arguments.args.iter().map(|value| value.to_array(rows));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let entities = columns.first().ok_or_else(|| DataFusionError::Internal("no entity".to_owned()))?;
        let entities = cast(entities, &dictionary())?;
        let entities = entities.as_dictionary::<Int32Type>();
        let texts = entities.values().as_string::<i32>();
        let changes = columns.get(1).map(AsArray::as_primitive::<Int64Type>);
        let means = |text: Option<&str>| text.is_some_and(|text| self.hidden.means(text));
        let mine: Vec<bool> = texts.iter().map(means).collect();
        let stays = |row: usize| {
            if entities.keys().is_null(row) {
                return true;
            }
            let text = entities.keys().value(row) as usize;
            !mine[text]
                || changes.is_some_and(|changes| !self.hidden.takes(texts.value(text), changes.value(row)))
        };
        let stays: BooleanArray = (0..rows).map(|row| Some(stays(row))).collect();
        Ok(ColumnarValue::Array(Arc::new(stays)))
    }
}
