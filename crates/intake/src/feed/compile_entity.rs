//! Entities and attributes of a feed, compiled.

use senne_contract::ValueKind;
use senne_model::{AttributeValue, Geometry, Iri, Json, Name};
use serde_json::Value;
use smallvec::SmallVec;

use crate::{
    map::{AttributePlan, EntityPlan, Expression, Parts, Place, Scale, Template},
    names::expand,
    yaml::escape,
};

use super::{
    compile::{Compiler, json},
    declaration::{AttributeDeclaration, AttributeMap, EntityDeclaration},
};

impl Compiler<'_> {
    pub(super) fn entity(
        &mut self,
        pointer: &str,
        entity: &EntityDeclaration,
        timed: bool,
    ) -> Option<EntityPlan> {
        let id = Template::compile(&entity.id, &mut self.scope);
        let id = self.keep(&format!("{pointer}/id"), id);
        let when = match &entity.when {
            Some(text) => {
                let when = Expression::compile(text, &mut self.scope);
                Some(self.keep(&format!("{pointer}/when"), when)?)
            }
            None => None,
        };
        let mut scopes = Vec::new();
        for (i, scope) in entity.scopes.iter().enumerate() {
            let template = Template::compile(scope, &mut self.scope);
            scopes.extend(self.keep(&format!("{pointer}/scopes/{i}"), template));
        }
        let fixed = self.attributes(&format!("{pointer}/static"), &entity.fixed, false);
        let attributes = self.attributes(&format!("{pointer}/attributes"), &entity.attributes, timed);
        if entity.fixed.is_empty() && entity.attributes.is_empty() {
            self.complain(pointer, "an entity needs `attributes` or `static`");
        }
        let types = SmallVec::from_iter([expand(&entity.kind)]);
        Some(EntityPlan { id: id?, types, when, scopes, fixed, attributes })
    }

    fn attributes(&mut self, pointer: &str, declared: &AttributeMap, timed: bool) -> Vec<AttributePlan> {
        let mut plans = Vec::new();
        for (term, value) in declared {
            let pointer = format!("{pointer}/{}", escape(term));
            let declaration = serde_json::from_value(value.clone()).map_err(|e| e.to_string());
            let Some(declaration) = self.keep(&pointer, declaration) else { continue };
            plans.extend(self.attribute(&pointer, term, &declaration, timed));
        }
        plans
    }

    fn attribute(
        &mut self,
        pointer: &str,
        term: &str,
        a: &AttributeDeclaration,
        timed: bool,
    ) -> Option<AttributePlan> {
        let default = match (&a.point, &a.language, &a.template) {
            (Some(_), ..) => ValueKind::Geometry,
            (_, Some(_), _) => ValueKind::Language,
            (.., Some(_)) => ValueKind::Text,
            _ => ValueKind::Number,
        };
        let kind = a.kind.as_deref().and_then(ValueKind::parse).unwrap_or(default);
        let parts = self.parts(pointer, a, kind)?;
        let scales = a.scale.is_some() || a.offset.is_some();
        if scales && !matches!(kind, ValueKind::Number | ValueKind::Integer) {
            self.complain(pointer, "`scale` and `offset` are for numbers");
        }
        if a.scale == Some(0.0) {
            self.complain(&format!("{pointer}/scale"), "a scale of 0 would lose every value");
        }
        let words = a.words.iter().map(|(word, to)| Ok((word.as_str().into(), json(to)?))).collect();
        Some(AttributePlan {
            name: expand(term),
            term: term.into(),
            parts,
            kind,
            unit: a.unit.as_deref().map(Name::new),
            scale: Scale::new(a.scale, a.offset),
            words: self.keep(&format!("{pointer}/words"), words)?,
            observed: timed && a.observed.unwrap_or(true),
        })
    }

    fn parts(&mut self, pointer: &str, a: &AttributeDeclaration, kind: ValueKind) -> Option<Parts> {
        let scope = &mut self.scope;
        if let Some(column) = &a.column {
            return Some(Parts::Place(Place::resolve(column, a.optional, scope)));
        }
        if let Some(point) = &a.point {
            let longitude = Place::resolve(&point.longitude, a.optional, scope);
            return Some(Parts::Point(longitude, Place::resolve(&point.latitude, a.optional, scope)));
        }
        if let Some(texts) = &a.language {
            let each = |(tag, column): (&String, &String)| {
                (tag.as_str().into(), Place::resolve(column, a.optional, scope))
            };
            return Some(Parts::Language(texts.iter().map(each).collect()));
        }
        if let Some(text) = &a.value {
            let expression = Expression::compile(text, scope);
            return self.keep(&format!("{pointer}/value"), expression).map(Parts::Expression);
        }
        if let Some(text) = &a.template {
            let template = Template::compile(text, scope);
            return self.keep(&format!("{pointer}/template"), template).map(Parts::Template);
        }
        let constant = a.constant.as_ref().unwrap_or(&Value::Null);
        self.keep(&format!("{pointer}/constant"), constant_value(constant, kind, a.kind.is_some()))
            .map(Parts::Constant)
    }
}

fn constant_value(value: &Value, kind: ValueKind, said: bool) -> Result<AttributeValue, String> {
    let value = json(value)?;
    match (kind, &value) {
        (_, Json::Null) => Err("a constant must not be null".to_owned()),
        (ValueKind::Geometry, _) => {
            Geometry::from_geojson(&value).map(AttributeValue::Geo).map_err(|p| p.to_string())
        }
        (ValueKind::Relationship, Json::Text(target)) => {
            Ok(AttributeValue::Relationship { objects: vec![Iri::new(target)], object_type: None })
        }
        (ValueKind::Language, Json::Object(texts)) => Ok(AttributeValue::Language(texts.clone())),
        (ValueKind::Number | ValueKind::Integer, Json::Text(_)) if said => {
            Err("the constant is not a number".to_owned())
        }
        _ => Ok(AttributeValue::Property(value)),
    }
}
