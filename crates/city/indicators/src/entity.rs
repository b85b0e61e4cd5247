//! Figures as entities of NGSI-LD, and back: `KeyPerformanceIndicator` of the Smart Data Models.

use senne_contract::Localised;
use senne_hub::{Point, model::Json};
use senne_indicator::{
    CompositeIndex, Declaration, Figure, Frequency, Parts, Period, Slice, Status, Value, entity_of,
};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, EntityId, Instance, Iri, Name, Operation, Timestamp, Write,
};

/// The type of the entities with values.
pub(crate) const KIND: &str = "KeyPerformanceIndicator";
/// The type of the entities with declarations.
pub(crate) const DECLARED: &str = "Indicator";
/// The category of composite indices, which belong to no pillar.
const COMPOSITE: &str = "composite";
/// The attribute with values.
pub(crate) const VALUE: &str = "kpiValue";
/// The attribute that says that there is a value which is not published.
pub(crate) const SUPPRESSED: &str = "suppressed";

/// The expanded name of a term of the default context.
pub(crate) fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}

/// The entity with the declaration of an indicator.
pub(crate) fn declared_as(indicator: &str) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:{DECLARED}:{indicator}"))
}

/// The data set of a frequency of all: none for the one that is shown first.
pub(crate) fn dataset(declaration: &Declaration, frequency: Frequency) -> Option<Iri> {
    declaration.dataset(frequency).map(|dataset| Iri::new(&dataset))
}

pub(crate) fn property(local: &str, value: Json) -> Attribute {
    Attribute::new(term(local), Instance::new(AttributeValue::Property(value)))
}

fn language(local: &str, texts: &Localised) -> Attribute {
    let each = [
        ("fr", Some(&texts.fr)),
        ("nl", Some(&texts.nl)),
        ("en", Some(&texts.en)),
        ("de", texts.de.as_ref()),
    ];
    let map = each.into_iter().filter_map(|(tag, text)| Some((tag.into(), Json::text(text?)))).collect();
    Attribute::new(term(local), Instance::new(AttributeValue::Language(map)))
}

fn relationship(local: &str, to: &EntityId) -> Attribute {
    let objects = vec![Iri::new(to.as_str())];
    Attribute::new(term(local), Instance::new(AttributeValue::Relationship { objects, object_type: None }))
}

/// Makes sure that the entity of an indicator in an area is there and says what it is.
pub(crate) fn describe(declaration: &Declaration, area: &EntityId) -> Write {
    let mut write = Write::new(entity_of(&declaration.id, area), Operation::CreateOrAppend);
    write.types.push(term(KIND));
    write.attributes = vec![
        language("name", &declaration.title),
        language("description", &declaration.definition),
        property("category", Json::text(&declaration.pillar)),
        property(
            "calculationFrequency",
            Json::text(declaration.frequencies.first().map_or("", |f| f.word())),
        ),
        property("calculatedBy", Json::text(&declaration.owner)),
        relationship("area", area),
        relationship("refIndicator", &declared_as(&declaration.id)),
    ];
    write
}

/// The declaration as an entity; `formula` says that values up to now were computed by it.
pub(crate) fn declare(declaration: &Declaration) -> Write {
    let mut write = Write::new(declared_as(&declaration.id), Operation::CreateOrAppend);
    write.types.push(term(DECLARED));
    let list = |texts: &mut dyn Iterator<Item = &str>| Json::Array(texts.map(Json::text).collect());
    write.attributes = vec![
        language("name", &declaration.title),
        language("description", &declaration.definition),
        property("category", Json::text(&declaration.pillar)),
        property("unitCode", Json::text(&declaration.unit)),
        property("version", Json::Int(i64::from(declaration.version))),
        property("levels", list(&mut declaration.levels.iter().map(String::as_str))),
        property("frequencies", list(&mut declaration.frequencies.iter().map(|f| f.word()))),
        property("formula", Json::text(&declaration.formula())),
        property("owner", Json::text(&declaration.owner)),
        property("license", Json::text(&declaration.licence)),
    ];
    if let Some(computed) = &declaration.computed {
        write.attributes.push(property("calculationFormula", Json::text(computed.sql.trim())));
    }
    write
}

/// Makes sure that the entity of an index in an area is there and says what it is.
pub(crate) fn describe_index(index: &CompositeIndex, area: &EntityId) -> Write {
    let mut write = Write::new(entity_of(&index.id, area), Operation::CreateOrAppend);
    write.types.push(term(KIND));
    write.attributes = vec![
        language("name", &index.title),
        language("description", &index.definition),
        property("category", Json::text(COMPOSITE)),
        property("calculationFrequency", Json::text(index.frequency.word())),
        property("calculatedBy", Json::text(&index.owner)),
        relationship("area", area),
        relationship("refIndicator", &declared_as(&index.id)),
    ];
    write
}

/// The declaration of an index as an entity; `formula` says that scores up to now were made by it.
pub(crate) fn declare_index(index: &CompositeIndex) -> Write {
    let mut write = Write::new(declared_as(&index.id), Operation::CreateOrAppend);
    write.types.push(term(DECLARED));
    let members = index.members().map(|member| Json::text(&member.id));
    write.attributes = vec![
        language("name", &index.title),
        language("description", &index.definition),
        property("category", Json::text(COMPOSITE)),
        property("version", Json::Int(i64::from(index.version))),
        property("levels", Json::Array(vec![Json::text(&index.level)])),
        property("frequencies", Json::Array(vec![Json::text(index.frequency.word())])),
        property("aggregation", Json::text(index.aggregation.word())),
        property("members", Json::Array(members.collect())),
        property("formula", Json::text(&index.formula())),
        property("owner", Json::text(&index.owner)),
    ];
    write
}

/// The indicator whose values an entity holds.
pub(crate) fn indicator_of(entity: &EntityId) -> Option<&str> {
    let (_, rest) = entity.as_str().split_once("KeyPerformanceIndicator:")?;
    rest.split(':').next()
}

/// The indicator and the period that an instance of an entity of values is of.
pub(crate) fn value_of<'a>(entity: &'a EntityId, instance: &Instance) -> Option<(&'a str, Period)> {
    let indicator = indicator_of(entity)?;
    let period = instance.sub_attributes.iter().find(|attribute| attribute.name.local() == "period")?;
    Some((indicator, period.main()?.value.as_text()?.parse().ok()?))
}

/// The write of some figures of one area.
pub(crate) fn observed(declaration: &Declaration, area: &EntityId, figures: &[Figure]) -> Write {
    let mut write = Write::new(entity_of(&declaration.id, area), Operation::Observe);
    write.types.push(term(KIND));
    write.simulated = figures.iter().any(|figure| figure.value.simulated);
    for figure in figures {
        let instance = instance(declaration, figure);
        let name = term(if figure.value.number.is_some() { VALUE } else { SUPPRESSED });
        match write.attributes.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => attribute.instances.push(instance),
            None => write.attributes.push(Attribute::new(name, instance)),
        }
    }
    write
}

/// The moment at which a period's value stands: its first day, at midnight UTC, so that a period reads the same in every zone.
pub(crate) fn moment(period: Period) -> Timestamp {
    Timestamp::from_micros(period.moments(&jiff::tz::TimeZone::UTC).0)
}

fn instance(declaration: &Declaration, figure: &Figure) -> Instance {
    let value = &figure.value;
    let json = value.number.map_or(Json::Bool(true), Json::Float);
    let mut instance = Instance::new(AttributeValue::Property(json)).at(moment(figure.period));
    let dataset = declaration.dataset_of(figure.period.frequency(), figure.slice.as_ref());
    instance.dataset_id = dataset.map(|dataset| Iri::new(&dataset));
    instance.unit_code = value.number.is_some().then(|| Name::new(&declaration.unit));
    let mut put = |local: &str, json: Json| instance.sub_attributes.push(property(local, json));
    put("period", Json::text(&figure.period.to_string()));
    if let Some(slice) = &figure.slice {
        put("dimension", Json::text(&slice.dimension));
        put("dimensionValue", Json::text(&slice.value));
    }
    put("status", Json::text(value.status.word()));
    put("coverage", Json::Float(value.coverage));
    if let Some((low, high)) = value.interval {
        put("lowerBound", Json::Float(low));
        put("upperBound", Json::Float(high));
    }
    for (name, part) in parts(&value.parts) {
        if part != 0.0 {
            put(name, Json::Float(part));
        }
    }
    put("formula", Json::text(&figure.formula));
    put("vintage", Json::Int(i64::try_from(figure.vintage.0).unwrap_or(i64::MAX)));
    instance
}

fn parts(parts: &Parts) -> [(&'static str, f64); 5] {
    [
        ("sampleSize", parts.count),
        ("sum", parts.sum),
        ("sumOfSquares", parts.sum_of_squares),
        ("numerator", parts.numerator),
        ("denominator", parts.denominator),
    ]
}

/// A figure from a point of the past.
pub(crate) fn figure(area: &EntityId, point: &Point) -> Option<Figure> {
    let flags = point.quality;
    read(area, &point.value, &point.sub_attributes, flags.has(senne_model::Test::Simulated))
}

/// A figure from an instance of an entity as it stands.
pub(crate) fn figure_now(area: &EntityId, instance: &Instance) -> Option<Figure> {
    let simulated = instance.quality.has(senne_model::Test::Simulated);
    read(area, &instance.value, &instance.sub_attributes, simulated)
}

fn read(area: &EntityId, value: &AttributeValue, more: &[Attribute], simulated: bool) -> Option<Figure> {
    let json = |local: &str| {
        let attribute = more.iter().find(|attribute| attribute.name.local() == local)?;
        match &attribute.main()?.value {
            AttributeValue::Property(json) => Some(json),
            _ => None,
        }
    };
    let text = |local: &str| json(local).and_then(Json::as_str);
    let number = |local: &str| json(local).and_then(Json::as_f64);
    let part = |local: &str| number(local).unwrap_or_default();
    Some(Figure {
        area: area.clone(),
        period: text("period")?.parse().ok()?,
        slice: text("dimension")
            .zip(text("dimensionValue"))
            .map(|(dimension, value)| Slice { dimension: dimension.into(), value: value.into() }),
        value: Value {
            number: value.as_number(),
            interval: number("lowerBound").zip(number("upperBound")),
            coverage: part("coverage"),
            status: text("status").and_then(Status::parse)?,
            parts: Parts {
                count: part("sampleSize"),
                sum: part("sum"),
                sum_of_squares: part("sumOfSquares"),
                numerator: part("numerator"),
                denominator: part("denominator"),
            },
            simulated,
        },
        formula: text("formula").unwrap_or_default().to_owned(),
        vintage: ChangeNo(number("vintage").unwrap_or_default() as u64),
    })
}
