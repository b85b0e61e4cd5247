//! What lies nearer to a project than an indicator: an attribute of entities.

use serde::{Deserialize, Serialize};

use super::{IndicatorId, Words};

/// An outcome that stands for an indicator near a project: vehicles counted at the loops of two streets, where the indicator is of a commune.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The type of the entities.
    pub kind: String,
    /// Their attribute.
    pub attribute: String,
    /// What it is called, with where it is: `Traffic in Bailli street`.
    pub name: Words,
    /// Its unit, as readers know it: `vehicles in 5 minutes`.
    pub unit: Words,
    /// The entities at which it is observed; none when nobody says which.
    pub entities: Vec<String>,
}

/// What an effect is on: an indicator, or an outcome that stands for it.
#[derive(Clone, Copy, Debug)]
pub struct Quantity<'a> {
    /// The indicator.
    pub indicator: Option<&'a IndicatorId>,
    /// The outcome; nothing when it is the indicator itself.
    pub outcome: Option<&'a Outcome>,
}

impl<'a> Quantity<'a> {
    /// The indicator, where the effect is on the indicator itself.
    pub fn own_indicator(self) -> Option<&'a IndicatorId> {
        self.indicator.filter(|_| self.outcome.is_none())
    }
}

/// How what was measured stands to what was promised, the farther apart first but for what can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Meeting {
    /// One quantity in one unit: both can be compared.
    Same,
    /// Another quantity of the same indicator.
    OtherQuantity,
    /// The same quantity in another unit, or in one that is not said on both sides.
    OtherUnit,
    /// The same quantity at other entities.
    OtherPlace,
}

/// How what was measured stands to what was promised; nothing when they have nothing to do with each other. Only where it is
/// [`Meeting::Same`] may their sizes be compared.
pub fn meeting(promised: Quantity<'_>, measured: Quantity<'_>) -> Option<Meeting> {
    let related = promised.indicator.is_some() && promised.indicator == measured.indicator;
    match (promised.outcome, measured.outcome) {
        (None, None) => related.then_some(Meeting::Same),
        (Some(one), Some(other)) if one.attribute == other.attribute && one.kind == other.kind => {
            Some(at_outcome(one, other))
        }
        _ => related.then_some(Meeting::OtherQuantity),
    }
}

/// The same attribute of the same type.
fn at_outcome(promised: &Outcome, measured: &Outcome) -> Meeting {
    let apart = |one: &[String], other: &[String]| {
        !one.is_empty() && !other.is_empty() && !one.iter().any(|entity| other.contains(entity))
    };
    if !one_unit(&promised.unit, &measured.unit) {
        Meeting::OtherUnit
    } else if apart(&promised.entities, &measured.entities) {
        Meeting::OtherPlace
    } else {
        Meeting::Same
    }
}

/// Whether two units say the same in each language that both have. Two that are not said are that of the attribute.
fn one_unit(one: &Words, other: &Words) -> bool {
    let text = |text: &Option<String>| {
        let text = text.as_deref().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        text.filter(|text| !text.is_empty()).map(|text| text.to_lowercase())
    };
    let all = |words: &Words| [&words.fr, &words.nl, &words.en].map(text);
    let (one, other) = (all(one), all(other));
    let said = |words: &[Option<String>; 3]| words.iter().any(Option::is_some);
    match (said(&one), said(&other)) {
        (false, false) => true,
        (true, true) => {
            let mut both = one.iter().zip(&other).filter_map(|(one, other)| one.as_ref().zip(other.as_ref()));
            let first = both.next();
            first.is_some_and(|(one, other)| one == other) && both.all(|(one, other)| one == other)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vehicles(unit: &str, entities: &[&str]) -> Outcome {
        Outcome {
            kind: "TrafficFlowObserved".into(),
            attribute: "intensity".into(),
            unit: Words::in_language("en", unit),
            entities: entities.iter().map(|id| (*id).to_owned()).collect(),
            ..Outcome::default()
        }
    }

    fn met(promised: (&str, Option<&Outcome>), measured: (&str, Option<&Outcome>)) -> Option<Meeting> {
        let ids = [promised.0, measured.0].map(|id| (!id.is_empty()).then(|| IndicatorId::from(id)));
        let of = |place: usize, outcome| Quantity { indicator: ids[place].as_ref(), outcome };
        meeting(of(0, promised.1), of(1, measured.1))
    }

    #[test]
    fn an_indicator_is_compared_with_itself_alone() {
        assert_eq!(met(("traffic", None), ("traffic", None)), Some(Meeting::Same));
        assert_eq!(met(("traffic", None), ("no2", None)), None);
        assert_eq!(met(("traffic", None), ("", None)), None);
        let counted = vehicles("vehicles in 5 minutes", &[]);
        assert_eq!(met(("traffic", None), ("traffic", Some(&counted))), Some(Meeting::OtherQuantity));
        assert_eq!(met(("traffic", Some(&counted)), ("traffic", None)), Some(Meeting::OtherQuantity));
        assert_eq!(met(("traffic", None), ("", Some(&counted))), None);
    }

    #[test]
    fn outcomes_are_compared_where_attribute_unit_and_place_agree() {
        let promised = vehicles("Vehicles in  5 minutes", &["a", "b"]);
        let of = |measured: &Outcome| met(("traffic", Some(&promised)), ("", Some(measured)));
        assert_eq!(of(&vehicles("vehicles in 5 minutes", &["b", "c"])), Some(Meeting::Same));
        assert_eq!(of(&vehicles("vehicles in 5 minutes", &[])), Some(Meeting::Same));
        assert_eq!(of(&vehicles("vehicles a day", &["a"])), Some(Meeting::OtherUnit));
        assert_eq!(of(&vehicles("", &["a"])), Some(Meeting::OtherUnit));
        assert_eq!(of(&vehicles("vehicles in 5 minutes", &["c"])), Some(Meeting::OtherPlace));
        let speed = Outcome { attribute: "averageVehicleSpeed".into(), ..promised.clone() };
        assert_eq!(of(&speed), None);
        assert_eq!(
            met(("traffic", Some(&promised)), ("traffic", Some(&speed))),
            Some(Meeting::OtherQuantity)
        );
    }

    #[test]
    fn units_agree_in_each_language_that_both_have() {
        let words = |fr: &str, en: &str| Words { fr: Some(fr.into()), nl: None, en: Some(en.into()) };
        assert!(one_unit(&words("µg/m³", "µg/m³"), &Words::in_language("fr", "µg/m³")));
        assert!(!one_unit(&words("par jour", "a day"), &words("par heure", "a day")));
        assert!(!one_unit(&Words::in_language("fr", "par jour"), &Words::in_language("en", "a day")));
        assert!(one_unit(&Words::default(), &Words::in_language("en", " ")));
    }
}
