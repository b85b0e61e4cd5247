//! The index rows of an entity: types, place, values of indexed attributes.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use senne_model::{AttributeValue, Entity, Json, Name, Names};

use crate::StoreError;

/// Brings the index rows of entity `no` from what it was to what it is.
pub(super) fn update(
    connection: &Connection,
    tenant: i64,
    no: i64,
    before: Option<&Entity>,
    now: Option<&Entity>,
    names: &mut Names,
    indexed: &HashSet<Name>,
) -> Result<(), StoreError> {
    update_types(connection, tenant, no, before, now, names)?;
    update_place(connection, no, before, now)?;
    if indexed.is_empty() {
        return Ok(());
    }
    let old = before.map(|entity| values(entity, indexed)).unwrap_or_default();
    let new = now.map(|entity| values(entity, indexed)).unwrap_or_default();
    let sql = "DELETE FROM entity_value WHERE attribute = ?1 AND value = ?2 AND entity = ?3";
    for (name, value) in old.iter().filter(|pair| !new.contains(pair)) {
        connection.prepare_cached(sql)?.execute(params![names.intern(name), value, no])?;
    }
    let sql = "INSERT OR IGNORE INTO entity_value (attribute, value, entity) VALUES (?1, ?2, ?3)";
    for (name, value) in new.iter().filter(|pair| !old.contains(pair)) {
        connection.prepare_cached(sql)?.execute(params![names.intern(name), value, no])?;
    }
    Ok(())
}

fn update_types(
    connection: &Connection,
    tenant: i64,
    no: i64,
    before: Option<&Entity>,
    now: Option<&Entity>,
    names: &mut Names,
) -> Result<(), StoreError> {
    let (old, new) = (before.map_or(&[][..], |e| &e.types), now.map_or(&[][..], |e| &e.types));
    for name in old.iter().filter(|name| !new.contains(name)) {
        let sql = "DELETE FROM entity_type WHERE tenant = ?1 AND type = ?2 AND entity = ?3";
        connection.prepare_cached(sql)?.execute(params![tenant, names.intern(name), no])?;
    }
    for name in new.iter().filter(|name| !old.contains(name)) {
        let sql = "INSERT OR IGNORE INTO entity_type (tenant, type, entity) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(sql)?.execute(params![tenant, names.intern(name), no])?;
    }
    Ok(())
}

fn update_place(
    connection: &Connection,
    no: i64,
    before: Option<&Entity>,
    now: Option<&Entity>,
) -> Result<(), StoreError> {
    let (old, new) = (before.and_then(bounds), now.and_then(bounds));
    if old == new {
        return Ok(());
    }
    if old.is_some() {
        connection.prepare_cached("DELETE FROM entity_place WHERE entity = ?1")?.execute([no])?;
    }
    if let Some([west, south, east, north]) = new {
        let sql = "INSERT INTO entity_place (entity, west, east, south, north) VALUES (?1, ?2, ?3, ?4, ?5)";
        connection.prepare_cached(sql)?.execute(params![no, west, east, south, north])?;
    }
    Ok(())
}

/// The bounds of all geometries of an entity together, so that a query on any of them finds it.
fn bounds(entity: &Entity) -> Option<[f64; 4]> {
    let geometries =
        entity.attributes.iter().flat_map(|a| &a.instances).filter_map(|i| i.value.as_geometry());
    geometries
        .map(senne_model::Geometry::bounds)
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

/// The numbers of the indexed attributes; of an array each number, since one that fits is enough for a filter.
fn values(entity: &Entity, indexed: &HashSet<Name>) -> Vec<(Name, f64)> {
    let mut found = Vec::new();
    for attribute in entity.attributes.iter().filter(|a| indexed.contains(&a.name)) {
        for instance in &attribute.instances {
            match &instance.value {
                AttributeValue::Property(Json::Array(items)) | AttributeValue::List(items) => {
                    found.extend(items.iter().filter_map(Json::as_f64).map(|x| (attribute.name.clone(), x)));
                }
                AttributeValue::JsonProperty(json) => {
                    found.extend(json.as_f64().map(|x| (attribute.name.clone(), x)));
                }
                value => found.extend(value.as_number().map(|x| (attribute.name.clone(), x))),
            }
        }
    }
    found
}
