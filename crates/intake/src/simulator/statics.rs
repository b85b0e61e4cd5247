//! What does not change: the communes, and where the stations stand.

use senne_model::{
    Attribute, AttributeValue, EntityId, Geometry, Instance, Iri, Json, Name, Operation, Timestamp, Write,
};

use super::{
    communes::{COMMUNES, Commune, POPULATION_DAY},
    family::{Family, name},
    outline,
    station::Station,
};

/// What the attribute `dataProvider` says of everything made here.
pub const DATA_PROVIDER: &str = "Senne simulator";

/// The communes, then the stations.
pub(super) fn writes(stations: &[Station]) -> Vec<Write> {
    COMMUNES.iter().flat_map(commune).chain(stations.iter().map(station)).collect()
}

/// Two writes: the first makes sure that the entity exists; the second adds what is not there yet, so that
/// the real boundary, once loaded, is never covered by the schematic one again.
fn commune(commune: &Commune) -> [Write; 2] {
    let id = EntityId::trusted(&commune.entity());
    // Facts, but for the outline, which says of itself that it is schematic.
    let fact = |operation| Write { simulated: false, ..write(&id, "AdministrativeArea", operation) };
    let mut exists = fact(Operation::CreateOrAppend);
    exists.attributes.push(text("nisCode", &commune.nis.to_string()));

    let mut facts = fact(Operation::Append { keep: true });
    let mut population = Instance::new(AttributeValue::Property(Json::Int(i64::from(commune.population))));
    population.unit_code = Some(Name::new("C62"));
    population.observed_at = Timestamp::parse(POPULATION_DAY).ok();
    let mut area = Instance::new(AttributeValue::Property(Json::Float(commune.area_km2)));
    area.unit_code = Some(Name::new("KMK"));
    facts.attributes.extend([
        names(commune.name_fr, commune.name_nl),
        text("level", "commune"),
        Attribute::new(name("population"), population),
        Attribute::new(name("area"), area),
        text("source", "Statbel (NIS code, population on 2020-01-01), land registry (area)"),
        text("dataProvider", "Statbel"),
    ]);
    facts.attributes.extend(point("townHall", commune.town_hall));
    if let Some(cell) = outline::polygon(&outline::cell(commune)) {
        facts.attributes.push(attribute("location", AttributeValue::Geo(cell)));
        facts.attributes.push(attribute("schematic", AttributeValue::Property(Json::Bool(true))));
    }
    [exists, facts]
}

fn station(station: &Station) -> Write {
    let mut made = write(&station.id, station.family.type_term(), Operation::CreateOrAppend);
    let place = station.place;
    let numbered =
        |text: &str| if station.number == 1 { text.to_owned() } else { format!("{text} {}", station.number) };
    made.attributes.push(names(&numbered(place.name_fr), &numbered(place.name_nl)));
    made.attributes.extend(point("location", station.position));
    if let Some(commune) = station.commune() {
        let objects = vec![Iri::new(&commune.entity())];
        let object_type = Some(name("AdministrativeArea"));
        made.attributes
            .push(attribute("containedInPlace", AttributeValue::Relationship { objects, object_type }));
    }
    match station.family {
        Family::Docking => made.attributes.push(total("totalSlotNumber", station.capacity)),
        Family::Parking => made.attributes.push(total("totalSpotNumber", station.capacity)),
        Family::Bicycle => {
            made.attributes.extend([text("itemType", "vehicle"), text("itemSubType", "bicycle")]);
        }
        Family::Weather | Family::Air | Family::Traffic => {}
    }
    made.attributes.push(text("dataProvider", DATA_PROVIDER));
    made
}

fn write(id: &EntityId, type_term: &str, operation: Operation) -> Write {
    let mut write = Write::new(id.clone(), operation);
    write.types.push(name(type_term));
    write.simulated = true;
    write
}

fn attribute(term: &str, value: AttributeValue) -> Attribute {
    Attribute::new(name(term), Instance::new(value))
}

fn text(term: &str, text: &str) -> Attribute {
    attribute(term, AttributeValue::Property(Json::text(text)))
}

fn names(french: &str, dutch: &str) -> Attribute {
    let both = vec![("fr".into(), Json::text(french)), ("nl".into(), Json::text(dutch))];
    attribute("name", AttributeValue::Language(both))
}

fn point(term: &str, (longitude, latitude): (f64, f64)) -> Option<Attribute> {
    Some(attribute(term, AttributeValue::Geo(Geometry::point(longitude, latitude)?)))
}

fn total(term: &str, number: u32) -> Attribute {
    let mut instance = Instance::new(AttributeValue::Property(Json::Int(i64::from(number))));
    instance.unit_code = Some(Name::new("C62"));
    Attribute::new(name(term), instance)
}
