//! One attribute of a feed, compiled.

use senne_contract::ValueKind;
use senne_model::{Attribute, AttributeValue, Geometry, Instance, Json, Name, Timestamp};

use crate::rows::Cell;

use super::{
    Expression, Line, Place, Scale, Stamp, Template,
    value::{number_of, value_of},
};

/// How an attribute is made from a line.
#[derive(Debug)]
pub(crate) struct AttributePlan {
    pub(crate) name: Name,
    pub(crate) term: Box<str>,
    pub(crate) parts: Parts,
    pub(crate) kind: ValueKind,
    pub(crate) unit: Option<Name>,
    pub(crate) scale: Scale,
    /// Words of the source and what they become.
    pub(crate) words: Vec<(Box<str>, Json)>,
    /// Whether the value carries the time of the line.
    pub(crate) observed: bool,
}

/// What an attribute is made of.
#[derive(Debug)]
pub(crate) enum Parts {
    Place(Place),
    Expression(Expression),
    Template(Template),
    Constant(AttributeValue),
    Point(Place, Place),
    Language(Vec<(Box<str>, Place)>),
}

impl AttributePlan {
    /// The attribute for a line; `None` when it has no value there.
    pub(crate) fn make(
        &self,
        line: &Line<'_>,
        at: Option<Timestamp>,
        stamp: Option<&Stamp>,
    ) -> Result<Option<Attribute>, String> {
        let Some(value) = self.value(line, stamp)? else { return Ok(None) };
        let mut instance = Instance::new(value);
        if self.observed {
            instance.observed_at = at;
        }
        instance.unit_code.clone_from(&self.unit);
        Ok(Some(Attribute::new(self.name.clone(), instance)))
    }

    fn value(&self, line: &Line<'_>, stamp: Option<&Stamp>) -> Result<Option<AttributeValue>, String> {
        match &self.parts {
            Parts::Place(place) => self.cell_value(place.cell(line), line, stamp),
            Parts::Expression(expression) => match expression.evaluate(line)? {
                Some(Json::Text(text)) => self.cell_value(Cell::Text(&text), line, stamp),
                Some(value) => self.cell_value(Cell::Json(&value), line, stamp),
                None => Ok(None),
            },
            Parts::Template(template) => match template.text(line)? {
                Some(text) => self.cell_value(Cell::Text(&text), line, stamp),
                None => Ok(None),
            },
            Parts::Constant(value) => Ok(Some(value.clone())),
            Parts::Point(longitude, latitude) => point(longitude, latitude, line),
            Parts::Language(texts) => Ok(language(texts, line)),
        }
    }

    fn cell_value(
        &self,
        cell: Cell<'_>,
        line: &Line<'_>,
        stamp: Option<&Stamp>,
    ) -> Result<Option<AttributeValue>, String> {
        if self.kind == ValueKind::Number && self.words.is_empty() {
            return Ok(number_of(cell, self.scale, line)?.map(AttributeValue::Property));
        }
        if let Some(word) = self.word(&cell) {
            return Ok((*word != Json::Null).then(|| AttributeValue::Property(word.clone())));
        }
        value_of(cell, self.kind, self.scale, line, stamp)
    }

    fn word(&self, cell: &Cell<'_>) -> Option<&Json> {
        if self.words.is_empty() {
            return None;
        }
        let find = |text: &str| self.words.iter().find(|(word, _)| **word == *text).map(|(_, value)| value);
        match cell {
            Cell::Text(text) => find(text),
            Cell::Json(value) => find(&value.to_string()),
            Cell::Missing | Cell::Broken => None,
        }
    }
}

fn point(longitude: &Place, latitude: &Place, line: &Line<'_>) -> Result<Option<AttributeValue>, String> {
    let x = number_of(longitude.cell(line), Scale::None, line)?.and_then(|x| x.as_f64());
    let y = number_of(latitude.cell(line), Scale::None, line)?.and_then(|y| y.as_f64());
    let (Some(x), Some(y)) = (x, y) else { return Ok(None) };
    let geometry = Geometry::point(x, y)
        .ok_or_else(|| format!("{x}, {y} is not a longitude and a latitude in degrees (WGS 84)"))?;
    Ok(Some(AttributeValue::Geo(geometry)))
}

fn language(texts: &[(Box<str>, Place)], line: &Line<'_>) -> Option<AttributeValue> {
    let each = |(tag, place): &(Box<str>, Place)| match place.cell(line) {
        Cell::Text(text) => Some((tag.clone(), Json::text(text))),
        _ => None,
    };
    let texts: Vec<_> = texts.iter().filter_map(each).collect();
    (!texts.is_empty()).then_some(AttributeValue::Language(texts))
}
