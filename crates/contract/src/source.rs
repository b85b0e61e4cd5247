//! A YAML file as JSON, with the place of every value: what reads and checks a contract sees JSON pointers,
//! what a person sees is a line and a column.

use std::collections::HashMap;

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};
use serde_json::{Map, Number, Value};

use crate::Finding;

/// Deeper than any file goes; keeps a hostile one from exhausting the stack.
const DEPTH_MAX: usize = 16;

/// One file that has been parsed.
pub struct Source<'a> {
    file: &'a str,
    /// The content.
    pub json: Value,
    places: HashMap<String, Place>,
}

/// Where a value stands, and its key when it has one; lines and columns count from 1.
#[derive(Clone, Copy)]
struct Place {
    key: Option<(usize, usize)>,
    value: (usize, usize),
}

impl<'a> Source<'a> {
    /// Parses a text with exactly one YAML document.
    pub fn parse(file: &'a str, text: &str) -> Result<Self, Finding> {
        let finding = |line: usize, column: usize, message: String| Finding {
            file: file.to_owned(),
            line,
            column,
            message,
        };
        let documents = MarkedYaml::load_from_str(text).map_err(|e| {
            finding(e.marker().line(), e.marker().col() + 1, format!("this is not YAML: {}", e.info()))
        })?;
        let [document] = documents.as_slice() else {
            let message = format!("a file has one YAML document; this one has {}", documents.len());
            return Err(finding(1, 1, message));
        };
        let mut reader = Reader { places: HashMap::new() };
        let mut pointer = String::new();
        let json =
            reader.value(document, None, &mut pointer, 0).map_err(|e| finding(e.at.0, e.at.1, e.message))?;
        Ok(Self { file, json, places: reader.places })
    }

    /// A finding about the value at a JSON pointer (RFC 6901).
    pub fn at_value(&self, pointer: &str, message: impl Into<String>) -> Finding {
        self.finding(pointer, |place| place.value, message.into())
    }

    /// A finding about the key at a JSON pointer.
    pub fn at_key(&self, pointer: &str, message: impl Into<String>) -> Finding {
        self.finding(pointer, |place| place.key.unwrap_or(place.value), message.into())
    }

    fn finding(&self, pointer: &str, pick: impl Fn(&Place) -> (usize, usize), message: String) -> Finding {
        let mut part = pointer;
        let (line, column) = loop {
            match (self.places.get(part), part.rfind('/')) {
                (Some(place), _) => break pick(place),
                (None, Some(end)) => part = &part[..end],
                (None, None) => break (1, 1),
            }
        };
        Finding { file: self.file.to_owned(), line, column, message }
    }
}

/// One part of a JSON pointer, escaped.
pub(crate) fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

struct Reader {
    places: HashMap<String, Place>,
}

struct Unreadable {
    at: (usize, usize),
    message: String,
}

fn place_of(marker: Marker) -> (usize, usize) {
    (marker.line(), marker.col() + 1)
}

impl Reader {
    fn value(
        &mut self,
        node: &MarkedYaml<'_>,
        key: Option<(usize, usize)>,
        pointer: &mut String,
        depth: usize,
    ) -> Result<Value, Unreadable> {
        let at = place_of(node.span.start);
        let unreadable = |message: &str| Err(Unreadable { at, message: message.to_owned() });
        if depth > DEPTH_MAX {
            return unreadable("this is nested deeper than such a file can be");
        }
        self.places.insert(pointer.clone(), Place { key, value: at });
        let length = pointer.len();
        match &node.data {
            YamlData::Value(scalar) => {
                self::scalar(scalar).map_or_else(|| unreadable("a number must be finite"), Ok)
            }
            YamlData::Sequence(items) => {
                let mut array = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{i}"));
                    array.push(self.value(item, None, pointer, depth + 1)?);
                    pointer.truncate(length);
                }
                Ok(Value::Array(array))
            }
            YamlData::Mapping(members) => {
                let mut object = Map::with_capacity(members.len());
                for (name, value) in members {
                    let key_at = place_of(name.span.start);
                    let YamlData::Value(Scalar::String(text)) = &name.data else {
                        return Err(Unreadable {
                            at: key_at,
                            message: "a key must be a text; put it in quotes".to_owned(),
                        });
                    };
                    pointer.push('/');
                    pointer.push_str(&escape(text));
                    object.insert(text.to_string(), self.value(value, Some(key_at), pointer, depth + 1)?);
                    pointer.truncate(length);
                }
                Ok(Value::Object(object))
            }
            _ => unreadable("tags and references have no place here; write the value out"),
        }
    }
}

fn scalar(scalar: &Scalar<'_>) -> Option<Value> {
    Some(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(b) => Value::Bool(*b),
        Scalar::Integer(i) => Value::from(*i),
        Scalar::FloatingPoint(x) => Value::Number(Number::from_f64(x.into_inner())?),
        Scalar::String(text) => Value::String(text.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_keys_have_places() {
        let source =
            Source::parse("a.yaml", "type: X\nattributes:\n  no2:\n    plausible: [0, 400]\n").unwrap();
        assert_eq!(source.at_value("/attributes/no2/plausible/1", "m").to_string(), "a.yaml:4:20: m");
        assert_eq!(source.at_key("/attributes/no2", "m").to_string(), "a.yaml:3:3: m");
        assert_eq!(source.at_key("/attributes/no2/unit", "m").to_string(), "a.yaml:3:3: m");
    }

    #[test]
    fn what_cannot_be_read_is_reported_at_its_place() {
        let error = |text: &str| Source::parse("a.yaml", text).map(|_| ()).unwrap_err().to_string();
        assert!(
            error("a: 1\na: 2\n").starts_with("a.yaml:2:1: this is not YAML"),
            "{}",
            error("a: 1\na: 2\n")
        );
        assert!(error("a: [1\n").starts_with("a.yaml:"));
        assert_eq!(error("a: .nan\n"), "a.yaml:1:4: a number must be finite");
        assert_eq!(error("1: x\n"), "a.yaml:1:1: a key must be a text; put it in quotes");
        assert_eq!(error(""), "a.yaml:1:1: a file has one YAML document; this one has 0");
    }
}
