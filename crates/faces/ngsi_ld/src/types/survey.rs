//! Which attributes the entities of a type have, as the hub counts them.

use senne_hub::AttributeUse;

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

/// The types of the entities that have it.
pub(super) fn write_types(pen: &mut Pen<'_>, survey: &senne_hub::Survey, used: &AttributeUse) {
    pen.key("typeNames");
    pen.open_array();
    let has = |uses: &[AttributeUse]| uses.iter().any(|other| other.name == used.name);
    survey.types.iter().filter(|(_, uses)| has(uses)).for_each(|(kind, _)| pen.name(kind));
    pen.close_array();
}
