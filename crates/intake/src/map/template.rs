//! Text with holes: `urn:ngsi-ld:Device:{{ name }}`.

use std::fmt::Write as _;

use senne_model::Json;

use crate::rows::Cell;

use super::{Expression, Line, Place, Scope};

/// A text with holes, compiled.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(Box<str>),
    Place(Place),
    Expression(Expression),
}

impl Template {
    /// Compiles a template. A hole with a plain name is read directly, any other one is an expression.
    pub(crate) fn compile(text: &str, scope: &mut Scope) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            if start > 0 {
                parts.push(Part::Text(rest[..start].into()));
            }
            let inner = &rest[start + 2..];
            let end = inner.find("}}").ok_or_else(|| format!("`{{{{` without `}}}}` in `{text}`"))?;
            let hole = inner[..end].trim();
            parts.push(if is_plain(hole) {
                Part::Place(Place::resolve(hole, false, scope))
            } else {
                Part::Expression(Expression::compile(hole, scope)?)
            });
            rest = &inner[end + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        Ok(Self { parts })
    }

    /// The text for a line; `None` when a hole has no value.
    pub(crate) fn text(&self, line: &Line<'_>) -> Result<Option<String>, String> {
        let mut text = String::new();
        Ok(self.write(line, &mut text)?.then_some(text))
    }

    /// Appends the text for a line; `false` when a hole has no value.
    pub(crate) fn write(&self, line: &Line<'_>, text: &mut String) -> Result<bool, String> {
        for part in &self.parts {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Place(place) => match place.cell(line) {
                    Cell::Missing => return Ok(false),
                    Cell::Text(cell) => text.push_str(cell),
                    Cell::Json(value) => push(text, value),
                    Cell::Broken => return Err("the text is not in the declared encoding".to_owned()),
                },
                Part::Expression(expression) => match expression.evaluate(line)? {
                    Some(value) => push(text, &value),
                    None => return Ok(false),
                },
            }
        }
        Ok(true)
    }
}

fn push(text: &mut String, value: &Json) {
    match value {
        Json::Text(inner) => text.push_str(inner),
        // Writing to a String cannot fail.
        other => drop(write!(text, "{other}")),
    }
}

/// Whether this is `name` or `space.name`, so that no expression is needed to read it.
pub(crate) fn is_plain(text: &str) -> bool {
    let word = |w: &str| {
        w.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && w.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    text.split('.').all(word) && !matches!(text, "true" | "false" | "none" | "row")
}
