//! Entities come in the order asked for.

use senne_model::{Attribute, EntityId, Instance};

use super::*;

fn expand(term: &str) -> Name {
    Name::new(&format!("https://x.org/{term}"))
}

fn entity(id: u32, value: Option<AttributeValue>) -> Entity {
    let mut entity = Entity::new(EntityId::trusted(&format!("urn:x:{id}")), expand("T"));
    entity.attributes.extend(value.map(|value| Attribute::new(expand("a"), Instance::new(value))));
    entity
}

fn sorted(order: &str, values: &[Option<&str>]) -> Vec<u32> {
    let value = |text: &str| AttributeValue::Property(serde_json::from_str(text).unwrap());
    let mut all: Vec<_> = (0..).zip(values).map(|(id, v)| (id, entity(id, v.map(value)))).collect();
    let order = Order::parse(order, None, &expand).unwrap();
    all.sort_by(|(_, a), (_, b)| order.compare(a, b));
    let mut again: Vec<_> = all.iter().rev().map(|(_, entity)| Arc::new(entity.clone())).collect();
    order.sort(&mut again);
    assert!(again.is_sorted_by(|a, b| order.compare(a, b).is_le()));
    all.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn numbers_by_value_and_texts_by_letters() {
    assert_eq!(sorted("a", &[Some("10"), Some("9"), Some("-1.5")]), [2, 1, 0]);
    assert_eq!(sorted("a;desc", &[Some("10"), None, Some("9")]), [0, 2, 1]);
    assert_eq!(sorted("a", &[Some("\"Zebra\""), Some("\"Ähre\""), Some("\"b\"")]), [1, 2, 0]);
    assert_eq!(sorted("a[x],id;desc", &[Some("{\"x\":2}"), Some("{\"x\":1}"), Some("{\"x\":1}")]), [2, 1, 0]);
}

#[test]
fn kinds_have_the_order_of_the_clause() {
    let kinds = [
        None,
        Some("\"2024-01-31T12:00:00Z\""),
        Some("\"2024-01-31\""),
        Some("\"12:00:00Z\""),
        Some("true"),
        Some("[1]"),
        Some("{\"b\":1}"),
        Some("\"text\""),
        Some("5"),
    ];
    assert_eq!(sorted("a", &kinds), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn by_distance_from_a_geometry() {
    let point = |x| Geometry::point(x, 50.0).unwrap();
    let (near, far) =
        (entity(1, Some(AttributeValue::Geo(point(4.1)))), entity(2, Some(AttributeValue::Geo(point(5.0)))));
    let order = |text| Order::parse(text, Some(point(4.0)), &expand).unwrap();
    assert_eq!(order("a;dist-asc").compare(&near, &far), Ordering::Less);
    assert_eq!(order("a;dist-desc").compare(&near, &far), Ordering::Greater);
    assert_eq!(order("a;dist-desc").compare(&near, &entity(3, None)), Ordering::Less);
    assert_eq!(Order::nearest(point(4.0), expand("a")).compare(&near, &far), Ordering::Less);
}

#[test]
fn errors_name_the_parameter() {
    let field = |text: &str| Order::parse(text, None, &expand).unwrap_err().field.unwrap();
    assert_eq!(field("a;dist-asc"), "orderFrom");
    for bad in ["", "a,", "a;down", "a b", "1a"] {
        assert_eq!(field(bad), "orderBy", "{bad}");
    }
}
