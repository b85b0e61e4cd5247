//! What was promised beside what was measured, where both are of one quantity; where they are not, that they are not compared.

use super::{
    Language, Speaker,
    figures::{self, figure},
};
use crate::{
    portfolio::Expected,
    types::{Evaluation, Meeting, meeting},
};

impl Speaker<'_> {
    /// What was promised of the same quantity: `Promised: −20 to −12 vehicles in 5 minutes.`
    pub(super) fn promised_size(&self, expected: &Expected, unit: &str) -> String {
        let language = self.language;
        let (low, high) = expected.ends();
        let (low, high) = (figure(language, low), figures::end(language, high, unit));
        let one = expected.low == expected.high;
        match (language, one) {
            (Language::Fr, true) => format!("Promis\u{a0}: {high}."),
            (Language::Nl, true) => format!("Beloofd: {high}."),
            (Language::En, true) => format!("Promised: {high}."),
            (Language::Fr, false) => format!("Promis\u{a0}: de {low} à {high}."),
            (Language::Nl, false) => format!("Beloofd: van {low} tot {high}."),
            (Language::En, false) => format!("Promised: {low} to {high}."),
        }
    }

    /// Why what was measured is not held against what was promised; empty where it is.
    pub fn apart(&self, meeting: Meeting) -> String {
        let [fr, nl, en] = match meeting {
            Meeting::Same => return String::new(),
            Meeting::OtherQuantity => [
                "La promesse porte sur une autre grandeur\u{a0}: les deux ne sont pas comparées.",
                "De belofte gaat over een andere grootheid: de twee worden niet vergeleken.",
                "What was promised is another quantity, so the two are not compared.",
            ],
            Meeting::OtherUnit => [
                "La promesse est dans une autre unité\u{a0}: les deux ne sont pas comparées.",
                "De belofte staat in een andere eenheid: de twee worden niet vergeleken.",
                "What was promised is in another unit, so the two are not compared.",
            ],
            Meeting::OtherPlace => [
                "La promesse porte sur d’autres lieux\u{a0}: les deux ne sont pas comparées.",
                "De belofte gaat over andere plaatsen: de twee worden niet vergeleken.",
                "What was promised is of other places, so the two are not compared.",
            ],
        };
        self.language.pick(fr, nl, en).to_owned()
    }
}

/// The promise that an evaluation is to be held against, and how both stand to each other: of several, one that can be compared, or else
/// the nearest.
pub(super) fn met<'p>(evaluation: &Evaluation, promises: &'p [Expected]) -> Option<(&'p Expected, Meeting)> {
    let found =
        |expected: &'p Expected| Some((expected, meeting(expected.quantity(), evaluation.quantity())?));
    let all = || promises.iter().filter_map(found);
    all().find(|(_, how)| *how == Meeting::Same).or_else(|| all().max_by_key(|(_, how)| *how))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        says::test_city::{each, evaluation, programme, words},
        types::{Answer, Outcome, Sign},
    };

    fn counted(unit: &str) -> Outcome {
        Outcome {
            kind: "TrafficFlowObserved".into(),
            attribute: "intensity".into(),
            name: words("Trafic rue Calme", "Verkeer in de Rustige straat", "Traffic in Calm street"),
            unit: words(unit, unit, unit),
            entities: Vec::new(),
        }
    }

    fn promise(outcome: Option<Outcome>) -> Expected {
        let indicator = "urn:ngsi-ld:Indicator:traffic".into();
        Expected { indicator, outcome, sign: Sign::Decrease, low: 12.0, high: 20.0, grade: 3 }
    }

    fn said(outcome: Option<Outcome>, promises: &[Expected]) -> [String; 3] {
        let found = Evaluation {
            indicator: Some("urn:ngsi-ld:Indicator:traffic".into()),
            outcome,
            ..evaluation(-16.8, (-18.9, -14.8), Answer::Better)
        };
        let programme = programme();
        each(|language| Speaker::new(&programme, language).measured(&found, promises))
    }

    #[test]
    fn one_quantity_is_compared() {
        let promises = [promise(None), promise(Some(counted("/ 5 min")))];
        assert_eq!(
            said(Some(counted("/ 5 min")), &promises),
            [
                "« Trafic rue Calme » : 16,8 / 5 min de moins que sans le projet (95 % : de −18,9 à −14,8). C’est mieux, et autant que promis. Promis : de −20 à −12 / 5 min. Niveau de preuve : 3 sur 5.",
                "‘Verkeer in de Rustige straat’: 16,8 / 5 min minder dan zonder het project (95%: van −18,9 tot −14,8). Dat is beter, en zoveel als beloofd. Beloofd: van −20 tot −12 / 5 min. Bewijskracht: 3 op 5.",
                "“Traffic in Calm street” is lower by 16.8 / 5 min than it would be without the project (95%: −18.9 to −14.8). That is better, and as much as was promised. Promised: −20 to −12 / 5 min. Evidence grade: 3 of 5.",
            ]
        );
    }

    #[test]
    fn two_quantities_are_not() {
        for (measured, promised, why) in [
            (Some(counted("/ 5 min")), None, "La promesse porte sur une autre grandeur : les deux"),
            (None, Some(counted("/ 5 min")), "La promesse porte sur une autre grandeur : les deux"),
            (
                Some(counted("/ 5 min")),
                Some(counted("/ jour")),
                "La promesse est dans une autre unité : les deux",
            ),
        ] {
            let [fr, nl, en] = said(measured, &[promise(promised)]);
            assert!(fr.contains(&format!("C’est mieux. {why} ne sont pas comparées.")), "{fr}");
            assert!(!nl.contains("Beloofd:") && !en.contains("as much as was promised"), "{nl} {en}");
        }
    }
}
