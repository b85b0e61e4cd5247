//! A YAML document as JSON, with the place of every node, so that a finding can name line and column.

use std::collections::HashMap;

use jsonschema::{ValidationError, error::ValidationErrorKind};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use senne_contract::Finding;
use serde_json::{Map, Value};

/// How deep a declaration may be nested.
const DEPTH_MAX: usize = 40;

/// A document and where its nodes stand, by JSON pointer.
pub(crate) struct Document {
    pub(crate) value: Value,
    file: String,
    places: HashMap<String, (usize, usize)>,
}

impl Document {
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let at =
            |line, column, message: String| vec![Finding { file: file.to_owned(), line, column, message }];
        let nodes = MarkedYaml::load_from_str(text).map_err(|e| {
            at(e.marker().line(), e.marker().col() + 1, format!("this is not YAML: {}", e.info()))
        })?;
        let [node] = nodes.as_slice() else {
            return Err(at(1, 1, format!("one YAML document is needed, there are {}", nodes.len())));
        };
        let mut document = Self { value: Value::Null, file: file.to_owned(), places: HashMap::new() };
        let mut findings = Vec::new();
        document.value = document.convert(node, "", 0, &mut findings);
        if findings.is_empty() { Ok(document) } else { Err(findings) }
    }

    /// The name of the file.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// A finding at the node of a JSON pointer, or at the nearest one around it.
    pub(crate) fn finding(&self, pointer: &str, message: impl Into<String>) -> Finding {
        let mut pointer = pointer;
        let (line, column) = loop {
            if let Some(place) = self.places.get(pointer) {
                break *place;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => break (1, 1),
            }
        };
        Finding { file: self.file.clone(), line, column, message: message.into() }
    }

    /// Checks the document against a JSON Schema.
    pub(crate) fn check(&self, schema: &str) -> Vec<Finding> {
        let defect = |e: String| vec![self.finding("", format!("the schema itself is defective: {e}"))];
        let schema: Value = match serde_json::from_str(schema) {
            Ok(schema) => schema,
            Err(e) => return defect(e.to_string()),
        };
        match jsonschema::validator_for(&schema) {
            Ok(validator) => {
                validator.iter_errors(&self.value).flat_map(|e| self.violation(&e, &schema)).collect()
            }
            Err(e) => defect(e.to_string()),
        }
    }

    fn violation(&self, error: &ValidationError<'_>, schema: &Value) -> Vec<Finding> {
        let pointer = error.instance_path().as_str();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let place = error.schema_path().as_str();
                let place = place.strip_suffix("/additionalProperties").unwrap_or(place);
                let known = schema.pointer(&format!("{place}/properties")).and_then(Value::as_object);
                let words: Vec<&str> = known.into_iter().flat_map(|k| k.keys().map(String::as_str)).collect();
                let words = words.join(", ");
                let unknown = |key: &String| {
                    let place = format!("{pointer}/{}", escape(key));
                    self.finding(&place, format!("unknown key `{key}`; here may stand: {words}"))
                };
                unexpected.iter().map(unknown).collect()
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                vec![self.finding(pointer, format!("the key `{key}` is missing"))]
            }
            ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::OneOfMultipleValid { .. } => {
                let ways = "column, value, template, constant, point, language";
                vec![self.finding(pointer, format!("exactly one of these is needed: {ways}"))]
            }
            ValidationErrorKind::Pattern { pattern } if pattern == "^P" => {
                vec![self.finding(pointer, format!("{} is not a duration such as PT15M", error.instance()))]
            }
            _ => vec![self.finding(pointer, error.to_string())],
        }
    }

    fn convert(
        &mut self,
        node: &MarkedYaml<'_>,
        pointer: &str,
        depth: usize,
        found: &mut Vec<Finding>,
    ) -> Value {
        let start = node.span.start;
        // A place noted before is that of the key, which is what a reader looks for.
        self.places.entry(pointer.to_owned()).or_insert((start.line(), start.col() + 1));
        if depth > DEPTH_MAX {
            found.push(self.finding(pointer, format!("nested deeper than {DEPTH_MAX} levels")));
            return Value::Null;
        }
        match &node.data {
            YamlData::Value(scalar) => scalar_value(scalar),
            YamlData::Sequence(items) => {
                let each = |(i, item)| self.convert(item, &format!("{pointer}/{i}"), depth + 1, found);
                Value::Array(items.iter().enumerate().map(each).collect())
            }
            YamlData::Mapping(members) => {
                let mut object = Map::new();
                for (key, value) in members {
                    let name = match &key.data {
                        YamlData::Value(scalar) => key_text(scalar),
                        _ => None,
                    };
                    let Some(name) = name else {
                        found.push(self.finding(pointer, "a key must be a plain word"));
                        continue;
                    };
                    let inner = format!("{pointer}/{}", escape(&name));
                    self.places.insert(inner.clone(), (key.span.start.line(), key.span.start.col() + 1));
                    let value = self.convert(value, &inner, depth + 1, found);
                    object.insert(name, value);
                }
                Value::Object(object)
            }
            YamlData::Tagged(_, inner) => self.convert(inner, pointer, depth + 1, found),
            YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
                found.push(self.finding(pointer, "anchors, aliases and unknown tags are not taken here"));
                Value::Null
            }
        }
    }
}

/// One part of a JSON pointer (RFC 6901).
pub(crate) fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

fn scalar_value(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(b) => Value::Bool(*b),
        Scalar::Integer(i) => Value::from(*i),
        Scalar::FloatingPoint(x) => Value::from(x.0),
        Scalar::String(text) => Value::String(text.clone().into_owned()),
    }
}

fn key_text(scalar: &Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::String(text) => Some(text.clone().into_owned()),
        // `no` is a word in YAML 1.2, `true`, `1` and `null` are not; as keys they are taken as written.
        Scalar::Boolean(b) => Some(b.to_string()),
        Scalar::Integer(i) => Some(i.to_string()),
        Scalar::Null | Scalar::FloatingPoint(_) => None,
    }
}
