//! Entities as GeoJSON (clauses 4.5.16 and 4.5.17; RFC 7946).

use std::sync::Arc;

use senne_model::{Entity, Json, Name};

use super::{Pen, Shape, entity::write_body};

/// The attribute that is the geometry when none is named.
const LOCATION: &str = "https://uri.etsi.org/ngsi-ld/location";

/// One entity as a Feature.
pub(crate) fn write_feature(pen: &mut Pen<'_>, entity: &Entity, shape: &Shape) {
    write_one(pen, entity, shape, true);
}

/// Entities as a FeatureCollection; the context stands once, at its end.
pub(crate) fn write_collection(pen: &mut Pen<'_>, entities: &[Arc<Entity>], shape: &Shape) {
    write_collection_of(pen, entities.iter().map(|entity| (&**entity, shape)), shape);
}

/// Entities as a FeatureCollection, each in a shape of its own.
pub(crate) fn write_collection_of<'a>(
    pen: &mut Pen<'_>,
    entities: impl Iterator<Item = (&'a Entity, &'a Shape)>,
    shape: &Shape,
) {
    pen.open();
    pen.key("type");
    pen.text("FeatureCollection");
    pen.key("features");
    pen.open_array();
    entities.for_each(|(entity, shape)| write_one(pen, entity, shape, false));
    pen.close_array();
    pen.context(shape.context_in_body.as_deref());
    pen.close();
}

fn write_one(pen: &mut Pen<'_>, entity: &Entity, shape: &Shape, with_context: bool) {
    pen.open();
    pen.key("id");
    pen.text(&entity.id);
    pen.key("type");
    pen.text("Feature");
    pen.key("geometry");
    pen.json(&geometry(entity, shape));
    pen.key("properties");
    pen.open();
    write_body(pen, entity, shape);
    pen.close();
    if with_context {
        pen.context(shape.context_in_body.as_deref());
    }
    pen.close();
}

/// The instance that the data sets asked for select; else the default one. `null` when it is no geometry.
fn geometry(entity: &Entity, shape: &Shape) -> Json {
    let name = shape.geometry_property.as_ref().map_or(LOCATION, Name::as_str);
    let attribute = entity.attribute(name);
    let instance = attribute.and_then(|attribute| match &shape.datasets {
        Some(_) => attribute.instances.iter().find(|instance| shape.wants(instance)),
        None => attribute.instance(None),
    });
    instance
        .and_then(|instance| instance.value.as_geometry())
        .map_or(Json::Null, senne_model::Geometry::to_geojson)
}
