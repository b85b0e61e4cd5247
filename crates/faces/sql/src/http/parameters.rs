//! What stands for `$1` or `$name`.

use senne_hub::Parameters;
use senne_model::{Json, Problem};
use serde_json::Value;

/// The most parameters of one question.
const COUNT_MAX: usize = 1_000;

/// A list gives `$1`, `$2` …, an object gives names.
pub(super) fn read(value: Value) -> Result<Parameters, Problem> {
    let count = value.as_array().map_or_else(|| value.as_object().map_or(0, serde_json::Map::len), Vec::len);
    if count > COUNT_MAX {
        return Err(wrong(format!("a question has at most {COUNT_MAX} parameters")));
    }
    match value {
        Value::Null => Ok(Parameters::None),
        Value::Array(list) => list.into_iter().map(plain).collect::<Result<_, _>>().map(Parameters::Values),
        Value::Object(members) => {
            let named = members.into_iter().map(|(name, value)| Ok((name, plain(value)?)));
            named.collect::<Result<_, _>>().map(Parameters::Named)
        }
        _ => Err(wrong("the parameters are a list or an object")),
    }
}

fn plain(value: Value) -> Result<Json, Problem> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => Json::Bool(yes),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Json::Int(whole),
            (None, Some(x)) => Json::from(x),
            (None, None) => return Err(wrong(format!("{number} is not a number that fits"))),
        },
        Value::String(text) => Json::text(&text),
        Value::Array(_) | Value::Object(_) => {
            return Err(wrong("a parameter is a text, a number, true, false or null"));
        }
    })
}

fn wrong(detail: impl Into<String>) -> Problem {
    Problem::bad(detail).field("parameters")
}
