//! Expressions: what a plain reference cannot say. They are Jinja expressions (the `minijinja` library); why
//! is in `docs/decisions/0006-expressions-in-feeds.md`. The common case, a column that is a number, never comes here.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use minijinja::{
    Environment, UndefinedBehavior, Value,
    value::{Serde, ValueKind},
};
use senne_model::{Json, Timestamp};

use crate::rows::{Cell, Row, number};

use super::{Line, Place, Scope};

/// How many steps one evaluation may take: a guard against mistakes, far above any honest expression.
const FUEL: u64 = 20_000;

/// An expression over one line.
pub(crate) struct Expression {
    compiled: minijinja::Expression<'static, 'static>,
    inputs: Vec<(Box<str>, Input)>,
    text: Box<str>,
}

/// What one top-level name of an expression stands for.
enum Input {
    Place(Place),
    File,
    Document,
    Table(usize),
    Row,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The one environment: filters and no templates, so nothing can be loaded or included.
fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(FUEL));
        environment.add_filter("number", as_number);
        environment.add_filter("slug", slug);
        environment.add_filter("timestamp", timestamp);
        environment
    })
}

/// `"4,5" | number` = 4.5; what is no number has no value.
fn as_number(value: &Value) -> Value {
    if value.kind() == ValueKind::Number {
        return value.clone();
    }
    match value.as_str().and_then(|text| number(text.trim(), true)) {
        Some(Json::Int(i)) => Value::from(i),
        Some(Json::Float(x)) => Value::from(x),
        _ => Value::UNDEFINED,
    }
}

/// Seconds since 1970 as an RFC 3339 date-time.
fn timestamp(value: &Value) -> Value {
    match f64::try_from(as_number(value)) {
        Ok(seconds) if seconds.abs() < 2e11 => {
            Value::from(Timestamp::from_micros((seconds * 1e6).round() as i64).to_string())
        }
        _ => Value::UNDEFINED,
    }
}

/// Text for use in an id: letters, digits, `_`, `.` stay, runs of anything else become one `-`.
fn slug(value: &Value) -> String {
    let text = value.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '.') {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_matches('-').to_owned()
}

impl Expression {
    /// Compiles an expression and resolves the names in it.
    pub(crate) fn compile(text: &str, scope: &mut Scope) -> Result<Self, String> {
        let compiled = environment()
            .compile_expression_owned(text.to_owned())
            .map_err(|e| format!("`{text}` is not an expression: {e}"))?;
        let mut names: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
        names.sort();
        let mut inputs: Vec<(Box<str>, Input)> = Vec::new();
        for name in names {
            let top = name.split('.').next().unwrap_or(&name);
            if inputs.iter().any(|(n, _)| **n == *top) || environment().globals().any(|(g, _)| g == top) {
                continue;
            }
            let input = match top {
                "row" => Input::Row,
                "file" => Input::File,
                "document" => Input::Document,
                _ => match scope.tables.iter().position(|t| t == top) {
                    Some(table) => Input::Table(table),
                    None => Input::Place(Place::resolve(top, false, scope)),
                },
            };
            inputs.push((top.into(), input));
        }
        Ok(Self { compiled, inputs, text: text.into() })
    }

    /// The value for a line; `None` when there is none, or when a name in it has none and it cannot do without.
    pub(crate) fn evaluate(&self, line: &Line<'_>) -> Result<Option<Json>, String> {
        let mut context: BTreeMap<&str, Value> = BTreeMap::new();
        let mut lacking = false;
        for (name, input) in &self.inputs {
            match input.value(line)? {
                Some(value) => drop(context.insert(name, value)),
                None => lacking = true,
            }
        }
        match self.compiled.eval(Value::from(
            context.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<String, Value>>(),
        )) {
            Ok(value) => from_value(&value),
            Err(_) if lacking => Ok(None),
            Err(e) => Err(format!("`{}` failed: {e}", self.text)),
        }
    }

    /// Whether the expression holds; no value means no.
    pub(crate) fn holds(&self, line: &Line<'_>) -> Result<bool, String> {
        Ok(match self.evaluate(line)? {
            None | Some(Json::Null | Json::Bool(false)) => false,
            Some(Json::Int(i)) => i != 0,
            Some(Json::Text(text)) => !text.is_empty(),
            Some(_) => true,
        })
    }
}

impl Input {
    fn value(&self, line: &Line<'_>) -> Result<Option<Value>, String> {
        Ok(match self {
            Self::Place(place) => match place.cell(line) {
                Cell::Missing => None,
                Cell::Text(text) => Some(Value::from(text)),
                Cell::Json(value) => Some(Value::from(Serde(value))),
                Cell::Broken => return Err("the text is not in the declared encoding".to_owned()),
            },
            Self::File => {
                Some(Value::from_pairs(line.around.file.iter().map(|(n, v)| (n.to_string(), v.to_string()))))
            }
            Self::Document => Some(Value::from(Serde(&line.around.document))),
            Self::Table(table) => line.table_row(*table).map(|row| Value::from(Serde(row))),
            Self::Row => Some(whole_row(line)),
        })
    }
}

impl<'a> Line<'a> {
    fn table_row(&self, table: usize) -> Option<&'a Json> {
        let key = self.tables.get(table)?.matches.text(self).ok().flatten()?;
        self.around.tables.get(table)?.row(&key)
    }
}

/// All columns by name, for names that are no words: `row["PM2.5"]`.
fn whole_row(line: &Line<'_>) -> Value {
    match line.row {
        Row::Json { value, .. } => Value::from(Serde(value)),
        Row::Delimited { record, header, .. } => {
            let cell = |(name, cell): (&String, &[u8])| {
                let text = String::from_utf8_lossy(cell).trim().to_owned();
                (!line.missing.is_word(&text)).then(|| (name.clone(), text))
            };
            Value::from_pairs(header.iter().zip(record.iter()).filter_map(cell))
        }
    }
}

fn from_value(value: &Value) -> Result<Option<Json>, String> {
    Ok(match value.kind() {
        ValueKind::Undefined | ValueKind::None => None,
        ValueKind::Bool => Some(Json::Bool(value.is_true())),
        ValueKind::Number => match i64::try_from(value.clone()) {
            Ok(i) if value.is_integer() => Some(Json::Int(i)),
            _ => f64::try_from(value.clone()).ok().and_then(Json::number),
        },
        ValueKind::String => value.as_str().filter(|text| !text.is_empty()).map(Json::text),
        _ => {
            let text = serde_json::to_string(value).map_err(|e| e.to_string())?;
            Some(serde_json::from_str(&text).map_err(|e| e.to_string())?)
        }
    })
}
