//! From rows to writes: references, templates, expressions, times, attributes, entities.

mod attribute;
mod entity;
mod expression;
mod place;
mod scope;
mod stamp;
mod template;
mod value;

pub(crate) use attribute::{AttributePlan, Parts};
pub(crate) use entity::{EntityPlan, MapPlan, Mapped, Mapper};
pub(crate) use expression::Expression;
pub(crate) use place::Place;
pub(crate) use scope::{Line, Scope, TablePlan};
pub(crate) use stamp::{Fold, Folds, Form, Gap, Stamp, StampSource, Zone};

pub(crate) use template::Template;
pub(crate) use value::Scale;
