//! Whether a write fits the contract of its type: kinds and units. Ranges are the judge's: an implausible
//! value is flagged, never refused.

use senne_model::{Attribute, AttributeValue, Instance, Json, Name, Problem, Write};

use crate::{AttributeContract, Contract, Contracts, Unit, ValueKind};

/// What a merge sends to remove a value (GS CIM 009 clause 4.5.0).
const NULL_MARKER: &str = "urn:ngsi-ld:null";

impl Contracts {
    /// Checks the kinds and units of a write against the contracts of the types that it names. Types and
    /// attributes without a contract pass. Errors: [`senne_model::ErrorKind::BadRequest`] with the field
    /// (`no2.value`, `no2.unitCode`) and what to send instead.
    pub fn check(&self, write: &Write) -> Result<(), Problem> {
        self.check_as(&write.types, write)
    }

    /// As [`Contracts::check`], for an entity that has these types already: an update need not name them.
    pub fn check_as(&self, types: &[Name], write: &Write) -> Result<(), Problem> {
        let Some(contract) = self.of(types) else { return Ok(()) };
        write.attributes.iter().try_for_each(|attribute| check_attribute(contract, attribute))
    }
}

fn check_attribute(contract: &Contract, attribute: &Attribute) -> Result<(), Problem> {
    let Some(promise) = contract.attribute(&attribute.name) else { return Ok(()) };
    for instance in &attribute.instances {
        if !fits(promise.kind, &instance.value) {
            let term = attribute.name.local();
            return Err(
                Problem::bad(wrong_kind(contract, promise, &instance.value)).field(format!("{term}.value"))
            );
        }
        check_unit(contract, promise, attribute.name.local(), instance)?;
    }
    Ok(())
}

fn fits(kind: ValueKind, value: &AttributeValue) -> bool {
    use AttributeValue as V;
    if value.is_absent() || is_removal(value) {
        return true;
    }
    match (kind, value) {
        (ValueKind::Number, V::Property(json)) => json.as_f64().is_some(),
        (ValueKind::Integer, V::Property(json)) => json.as_f64().is_some_and(|x| x.fract() == 0.0),
        (ValueKind::Boolean, V::Property(json)) => matches!(json, Json::Bool(_)),
        (ValueKind::Text, V::Vocab(_))
        | (ValueKind::Geometry, V::Geo(_))
        | (ValueKind::Relationship, V::Relationship { .. } | V::ListRelationship(_))
        | (ValueKind::Language, V::Language(_))
        | (ValueKind::Object, V::JsonProperty(_) | V::Language(_))
        | (ValueKind::List, V::List(_) | V::Vocab(_) | V::JsonProperty(Json::Array(_))) => true,
        (ValueKind::Text | ValueKind::Language, V::Property(json)) => json.as_str().is_some(),
        (ValueKind::Time, V::Property(json)) => json.as_str().is_some() || json.get("@value").is_some(),
        (ValueKind::Object, V::Property(json)) => json.as_object().is_some(),
        (ValueKind::List, V::Property(json)) => json.as_object().is_none(),
        _ => false,
    }
}

fn is_removal(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => {
            json.as_str() == Some(NULL_MARKER)
        }
        AttributeValue::Relationship { objects, .. } => {
            matches!(objects.as_slice(), [one] if one.as_str() == NULL_MARKER)
        }
        AttributeValue::Language(map) => {
            matches!(map.as_slice(), [(tag, text)] if &**tag == "@none" && text.as_str() == Some(NULL_MARKER))
        }
        _ => false,
    }
}

fn wrong_kind(contract: &Contract, promise: &AttributeContract, value: &AttributeValue) -> String {
    let wanted = match promise.kind {
        ValueKind::Number => "a number",
        ValueKind::Integer => "a whole number",
        ValueKind::Text => "a text",
        ValueKind::Boolean => "true or false",
        ValueKind::Time => "a date-time such as 2024-01-31T12:00:00Z",
        ValueKind::Geometry => "a GeoProperty",
        ValueKind::Relationship => "a Relationship",
        ValueKind::Language => "a LanguageProperty or a text",
        ValueKind::Object => "a JSON object",
        ValueKind::List => "an array or a single value",
    };
    let remedy = match (promise.is_number(), value.as_text()) {
        (true, Some(text)) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
            "; send it without quotation marks"
        }
        _ => "",
    };
    format!(
        "the contract of {} says that `{}` is {wanted}, and this is {}{remedy}",
        contract.type_term,
        promise.term,
        described(value)
    )
}

fn described(value: &AttributeValue) -> String {
    let json = match value {
        AttributeValue::Property(json) => json,
        other => return format!("a {}", other.kind()),
    };
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => format!("the boolean {b}"),
        Json::Int(i) => format!("the number {i}"),
        Json::BigInt(digits) => format!("the number {digits}"),
        Json::Float(x) => format!("the number {x}"),
        Json::Text(text) => {
            let short: String = text.chars().take(40).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("the text `{short}{more}`")
        }
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// A unit that differs is refused, not converted: which of the two is wrong, only the sender knows.
fn check_unit(
    contract: &Contract,
    promise: &AttributeContract,
    term: &str,
    instance: &Instance,
) -> Result<(), Problem> {
    let (Some(unit), Some(code)) = (promise.unit, instance.unit_code.as_deref()) else { return Ok(()) };
    if code == unit.code || code == NULL_MARKER {
        return Ok(());
    }
    let named = |u: &Unit| {
        if u.symbol.is_empty() { format!("`{}`", u.code) } else { format!("`{}` ({})", u.code, u.symbol) }
    };
    let wanted = named(&unit);
    let given = Unit::find(code);
    let remedy = match given.and_then(|g| g.conversion_to(&unit)) {
        Some((factor, add)) if (factor, add) == (1.0, 0.0) => format!("send the same number with {wanted}"),
        Some((factor, 0.0)) => format!("multiply by {} and send it with {wanted}", rounded(factor)),
        Some((factor, add)) => {
            format!("multiply by {}, add {}, and send it with {wanted}", rounded(factor), rounded(add))
        }
        None => format!("send {wanted}, or leave unitCode out when the value is in that unit already"),
    };
    let short: String = code.chars().take(40).collect();
    let given = given.map_or_else(|| format!("`{short}`"), |g| named(&g));
    let detail = format!(
        "the contract of {} gives `{}` in {wanted}, not in {given}; {remedy}",
        contract.type_term, promise.term
    );
    Err(Problem::bad(detail).field(format!("{term}.unitCode")))
}

/// Twelve digits are more than any unit is defined with, and hide the binary fraction.
fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}
