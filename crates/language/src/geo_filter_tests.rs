//! Geometries are related as the clause says.

use proptest::prelude::*;
use senne_model::{Attribute, EntityId, Instance};

use super::*;

fn location() -> Name {
    Name::new("https://uri.etsi.org/ngsi-ld/location")
}

fn parse(georel: &str, geometry: &str, coordinates: &str) -> Result<GeoFilter, Problem> {
    GeoFilter::parse(georel, geometry, coordinates, location())
}

fn shape(kind: &str, coordinates: &str) -> Geometry {
    Geometry::parse(kind, &serde_json::from_str(coordinates).unwrap()).unwrap()
}

fn matches(georel: &str, reference: (&str, &str), target: (&str, &str)) -> bool {
    let target = shape(target.0, target.1);
    let filter = parse(georel, reference.0, reference.1).unwrap();
    let mut entity = Entity::new(EntityId::trusted("urn:x:1"), Name::new("https://x.org/T"));
    assert!(!filter.matches(&entity), "without the geometry it never matches");
    entity.attributes.push(Attribute::new(location(), Instance::new(AttributeValue::Geo(target))));
    filter.matches(&entity)
}

const SQUARE: (&str, &str) = ("Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]]]");
const HOLED: (&str, &str) = ("Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,3],[3,3],[3,1],[1,1]]]");
const SHIFTED: (&str, &str) = ("Polygon", "[[[2,2],[6,2],[6,6],[2,6],[2,2]]]");
const INSIDE: (&str, &str) = ("Point", "[2,2]");
const OUTSIDE: (&str, &str) = ("Point", "[5,5]");

#[test]
fn topological_relations() {
    assert!(matches("within", SQUARE, INSIDE) && !matches("within", SQUARE, OUTSIDE));
    assert!(!matches("within", HOLED, INSIDE));
    assert!(!matches("within", SQUARE, ("Point", "[4,4]")), "the border alone is not within");
    assert!(matches("within", SQUARE, ("LineString", "[[1,1],[2,3]]")));
    assert!(matches("contains", INSIDE, SQUARE) && !matches("contains", OUTSIDE, SQUARE));
    assert!(matches("intersects", SQUARE, SHIFTED) && matches("intersects", SQUARE, ("Point", "[4,4]")));
    assert!(!matches("intersects", HOLED, INSIDE));
    assert!(
        matches("disjoint", SQUARE, OUTSIDE)
            && matches("disjoint", HOLED, INSIDE)
            && !matches("disjoint", SQUARE, SHIFTED)
    );
    assert!(matches("overlaps", SQUARE, SHIFTED) && !matches("overlaps", SQUARE, SQUARE));
    assert!(matches("equals", SQUARE, ("Polygon", "[[[4,0],[4,4],[0,4],[0,0],[4,0]]]")));
    assert!(!matches("equals", SQUARE, SHIFTED));
}

#[test]
fn near_is_measured_in_metres() {
    let brussels = ("Point", "[4.3525,50.8467]");
    let atomium = ("Point", "[4.3415,50.8949]");
    assert!(
        matches("near;maxDistance==6000", brussels, atomium)
            && !matches("near;maxDistance==5000", brussels, atomium)
    );
    assert!(
        matches("near;minDistance==5000", brussels, atomium)
            && !matches("near;minDistance==6000", brussels, atomium)
    );
    assert!(matches("near;maxDistance==2000", ("LineString", "[[0,60],[10,60]]"), ("Point", "[5,60.01]")));
    assert!(!matches("near;maxDistance==2000", ("LineString", "[[0,61],[10,61]]"), ("Point", "[5,60.01]")));
    let far_north = ("LineString", "[[1,85],[1,85.5]]");
    assert!(matches("near;maxDistance==20000", ("Point", "[0,85]"), far_north));
    assert!(!matches("near;maxDistance==5000", ("Point", "[0,85]"), far_north));
}

#[test]
fn large_shapes_are_related_by_an_index() {
    let circle = |x: f64, radius: f64| {
        let place = |i: i32| {
            let angle = f64::from(i % 2000) * std::f64::consts::TAU / 2000.0;
            format!("[{},{}]", x + radius * angle.cos(), radius * angle.sin())
        };
        format!("[[{}]]", (0..=2000).map(place).collect::<Vec<_>>().join(","))
    };
    let filter = |georel| parse(georel, "Polygon", &circle(0.0, 1.0)).unwrap();
    for (x, radius, meets) in
        [(1.5, 1.0, true), (2.5, 1.0, false), (0.0, 0.5, true), (1.6, 0.8, true), (1.45, 0.4, false)]
    {
        let target = shape("Polygon", &circle(x, radius));
        assert_eq!(filter("intersects").matches_geometry(&target), meets, "{x} {radius}");
        assert_eq!(filter("disjoint").matches_geometry(&target), !meets, "{x} {radius}");
    }
    assert!(filter("within").matches_geometry(&shape("Polygon", &circle(0.0, 0.5))));
}

#[test]
fn what_crosses_itself_without_end_is_refused_or_left_out() {
    let zigzag = |places: u32| {
        let place = |n: u32| format!("[{},{}]", f64::from(n * 7919 % places) / f64::from(places), n % 2);
        format!("[{}]", (0..places).map(place).collect::<Vec<_>>().join(","))
    };
    let refused = parse("overlaps", "LineString", &zigzag(3_000)).unwrap_err();
    assert_eq!((refused.kind, refused.field.as_deref()), (ErrorKind::TooComplex, Some("coordinates")));
    let within = parse("within", "Polygon", "[[[-1,-1],[2,-1],[2,2],[-1,2],[-1,-1]]]").unwrap();
    assert!(within.matches_geometry(&shape("LineString", &zigzag(300))));
    assert!(!within.matches_geometry(&shape("LineString", &zigzag(3_000))));
}

#[test]
fn bounds_hold_every_match() {
    let bounds = |georel, reference: (&str, &str)| parse(georel, reference.0, reference.1).unwrap().bounds();
    assert_eq!(bounds("within", SQUARE), Some([0.0, 0.0, 4.0, 4.0]));
    assert_eq!(bounds("disjoint", SQUARE), None);
    assert_eq!(bounds("near;minDistance==1", INSIDE), None);
    let [west, south, east, north] = bounds("near;maxDistance==111195", ("Point", "[4,60]")).unwrap();
    assert!(west < 2.0 && east > 6.0 && south < 59.0 && north > 61.0);
    assert!(west > 1.5 && south > 58.9);
}

#[test]
fn errors_name_the_parameter() {
    let field =
        |georel, geometry, coordinates| parse(georel, geometry, coordinates).unwrap_err().field.unwrap();
    for bad in [
        "",
        "touches",
        "near",
        "near;",
        "near;maxDistance",
        "near;maxDistance=5",
        "near;maxDistance==0",
        "near;maxDistance==-1",
        "near;maxDistance==inf",
        "near;maxDistance==1e400",
        "near;maxDistance==5;minDistance==1",
        "near;about==5",
        "nearby;maxDistance==5",
    ] {
        assert_eq!(field(bad, "Point", "[8,40]"), "georel", "{bad}");
    }
    assert_eq!(field("within", "Circle", "[8,40]"), "geometry");
    assert_eq!(field("within", "Point", "8,40"), "coordinates");
    assert_eq!(field("within", "Point", "[8,140]"), "coordinates");
    assert_eq!(field("within", "Polygon", "[[[0,0],[1,1]]]"), "coordinates");
}

#[test]
fn a_relation_is_written_as_it_was_read() {
    for text in [
        "within",
        "contains",
        "intersects",
        "equals",
        "disjoint",
        "overlaps",
        "near;maxDistance==2000",
        "near;minDistance==0.5",
    ] {
        assert_eq!(GeoRelation::parse(text).unwrap().text(), text);
    }
}

/// Coordinates on a coarse grid, so that touching, degenerate and self-crossing shapes are frequent.
fn any_shape(scale: f64) -> impl Strategy<Value = (&'static str, String)> {
    // Tenths are not exact in binary, so nearly straight rings come up as well.
    let position = move || {
        (0..4_i32, 0..4_i32)
            .prop_map(move |(x, y)| format!("[{},{}]", f64::from(x) * scale, f64::from(y) * scale))
    };
    let list = move |range| proptest::collection::vec(position(), range);
    let ring = move || {
        list(3..6_usize).prop_map(|mut ring| {
            ring.push(ring[0].clone());
            format!("[{}]", ring.join(","))
        })
    };
    prop_oneof![
        position().prop_map(|text| ("Point", text)),
        list(1..4).prop_map(|all| ("MultiPoint", format!("[{}]", all.join(",")))),
        list(2..5).prop_map(|all| ("LineString", format!("[{}]", all.join(",")))),
        list(2..5).prop_map(|all| ("MultiLineString", format!("[[{}]]", all.join(",")))),
        proptest::collection::vec(ring(), 1..3)
            .prop_map(|rings| ("Polygon", format!("[{}]", rings.join(",")))),
        proptest::collection::vec(ring(), 1..3)
            .prop_map(|rings| ("MultiPolygon", format!("[[{}]]", rings.join("],[")))),
    ]
}

fn any_pair() -> impl Strategy<Value = ((&'static str, String), (&'static str, String))> {
    prop_oneof![Just(1.0), Just(0.1), Just(0.37)].prop_flat_map(|scale| (any_shape(scale), any_shape(scale)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_pair_of_shapes_makes_it_panic((reference, target) in any_pair()) {
        let target = shape(target.0, &target.1);
        for georel in ["within", "contains", "intersects", "equals", "disjoint", "overlaps", "near;maxDistance==90000", "near;minDistance==90000"] {
            let filter = parse(georel, reference.0, &reference.1).unwrap();
            let matched = filter.matches_geometry(&target);
            if let (true, Some(bounds)) = (matched, filter.bounds()) {
                prop_assert!(touch(bounds, target.bounds()), "{}", georel);
            }
        }
    }

    #[test]
    fn reading_never_panics(georel in "(near)?;?(max|min)?[A-Za-z]{0,8}=?=?[0-9.e-]{0,4}|\\PC*", coordinates in "[\\[\\]0-9.,-]{0,30}") {
        let _ = parse(&georel, "Polygon", &coordinates);
        let _ = parse("within", "Point", &coordinates);
    }
}
