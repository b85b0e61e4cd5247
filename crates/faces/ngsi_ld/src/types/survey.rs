//! Which attributes the entities of a type have, as the hub counts them.

use std::collections::HashMap;

use senne_hub::{AttributeUse, Survey};
use senne_model::Name;

use crate::write::Pen;

/// The kinds that its instances have.
pub(super) fn write_kinds(pen: &mut Pen<'_>, used: &AttributeUse) {
    pen.key("attributeTypes");
    pen.texts(used.kinds.iter().map(|(kind, _)| *kind));
}

/// How many instances it has.
pub(super) fn instances(used: &AttributeUse) -> u64 {
    used.kinds.iter().map(|(_, count)| count).sum()
}

/// The types of the entities that have each attribute. Both may be many: all are gone through once.
pub(super) fn types_of(survey: &Survey) -> HashMap<&Name, Vec<&Name>> {
    let mut types: HashMap<&Name, Vec<&Name>> = HashMap::new();
    for (kind, uses) in &survey.types {
        for used in uses {
            types.entry(&used.name).or_default().push(kind);
        }
    }
    types
}

/// Those of one attribute.
pub(super) fn write_types(pen: &mut Pen<'_>, types: &HashMap<&Name, Vec<&Name>>, attribute: &Name) {
    pen.key("typeNames");
    pen.open_array();
    types.get(attribute).into_iter().flatten().for_each(|kind| pen.name(kind));
    pen.close_array();
}
