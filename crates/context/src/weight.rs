//! About how much memory JSON takes.

use senne_model::Json;

/// About how many bytes a value takes in memory, with all that is in it. A document of many small members takes several times
/// the bytes of its text.
pub(crate) fn weight(value: &Json) -> usize {
    let inside = match value {
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => 0,
        Json::Text(text) | Json::BigInt(text) => text.len(),
        Json::Array(items) => items.iter().map(weight).sum(),
        Json::Object(members) => {
            members.iter().map(|(name, value)| size_of::<Box<str>>() + name.len() + weight(value)).sum()
        }
    };
    size_of::<Json>() + inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_value_weighs_too() {
        let small: Json = serde_json::from_str("[1,1,1,1]").unwrap();
        assert_eq!(weight(&small), 5 * size_of::<Json>());
        let object: Json = serde_json::from_str(r#"{"name":"text"}"#).unwrap();
        assert_eq!(weight(&object), 2 * size_of::<Json>() + size_of::<Box<str>>() + 8);
    }
}
