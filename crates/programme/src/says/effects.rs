//! What a project should change, and what it changed.

use super::{
    Language, Speaker,
    beside::met,
    figures::{self, day, difference, differences, figure},
    grammar::{colon, sentences},
};
use crate::{
    portfolio::{Agreement, Attributed, Expected, agreement},
    types::{Answer, Evaluation, ExpectedEffect, Measurement, Meeting, Sign},
};

impl<'a> Speaker<'a> {
    /// What a project is expected to change, in one sentence.
    pub fn expected(&self, effect: &'a ExpectedEffect) -> String {
        let language = self.language;
        let name = self.quoted(self.promised(effect.quantity()));
        let unit = self.unit_of(effect.quantity());
        let size = differences(language, effect.size_low, effect.size_high, unit);
        let areas = self.areas(&effect.areas);
        let rises = effect.sign == Sign::Increase;
        let full = effect.starts_on.map(|from| {
            let months = jiff::Span::new().try_months(effect.ramp_months).ok();
            let full = months.and_then(|months| from.checked_add(months).ok()).unwrap_or(from);
            day(language, full)
        });
        match language {
            Language::Fr => {
                let way = if rises { "augmenter" } else { "baisser" };
                let full = full.map(|day| format!(", pleinement à partir du {day}")).unwrap_or_default();
                format!("{name} doit {way} de {size}{areas}{full}.")
            }
            Language::Nl => {
                let way = if rises { "stijgen" } else { "dalen" };
                let full = full.map(|day| format!(", volledig vanaf {day}")).unwrap_or_default();
                format!("{name} moet met {size} {way}{areas}{full}.")
            }
            Language::En => {
                let way = if rises { "rise" } else { "fall" };
                let full = full.map(|day| format!(", in full from {day}")).unwrap_or_default();
                format!("{name} is to {way} by {size}{areas}{full}.")
            }
        }
    }

    /// What an evaluation measured, beside what its project promised of the same quantity; that it has not been measured when it has not.
    pub fn measured(&self, evaluation: &'a Evaluation, promises: &[Expected]) -> String {
        let Some(measured) = &evaluation.measured else { return self.not_measured() };
        let name = self.quoted(self.outcome(evaluation));
        let unit = self.unit_of(evaluation.quantity());
        let met = met(evaluation, promises);
        let same = met.and_then(|(expected, how)| (how == Meeting::Same).then_some(expected));
        let said = match measured.answer {
            Answer::Better | Answer::Worse => {
                let against =
                    same.zip(Attributed::of(evaluation)).map(|(expected, found)| agreement(expected, &found));
                sentences([self.changed(&name, unit, measured), self.judged(measured.answer, against)])
            }
            Answer::NotDetectable => self.not_detectable(&name, unit, measured),
            Answer::TooSmallToMatter => {
                let interval = self.interval(measured);
                match self.language {
                    Language::Fr => {
                        format!("L’effet éventuel sur {name} est trop petit pour compter{interval}.")
                    }
                    Language::Nl => {
                        format!("Een eventueel effect op {name} is te klein om van belang te zijn{interval}.")
                    }
                    Language::En => format!("Any effect on {name} is too small to matter{interval}."),
                }
            }
        };
        let promised = met.map(|(expected, how)| match how {
            Meeting::Same => self.promised_size(expected, unit),
            other => self.apart(other),
        });
        sentences([said, promised.unwrap_or_default(), self.grade(measured.grade)])
    }

    /// That nothing has been measured yet.
    pub(super) fn not_measured(&self) -> String {
        let said = self.language.pick(
            "Ce qui a changé n’a pas encore été mesuré.",
            "Wat er veranderd is, is nog niet gemeten.",
            "What it changed has not been measured yet.",
        );
        said.to_owned()
    }

    /// The estimate with its sign, unit and interval: `−2.5 µg/m³ (95%: −4 to −1)`.
    pub(super) fn estimate(&self, evaluation: &'a Evaluation, measured: &Measurement) -> String {
        format!("{}{}", self.signed_size(evaluation, measured), self.interval(measured))
    }

    /// The same with what was measured: `−2.5 µg/m³ for “Mean NO₂” (95%: −4 to −1)`.
    pub(super) fn estimate_named(&self, evaluation: &'a Evaluation, measured: &Measurement) -> String {
        let size = self.signed_size(evaluation, measured);
        let of = self.language.pick("pour", "voor", "for");
        let name = self.quoted(self.outcome(evaluation));
        format!("{size} {of} {name}{}", self.interval(measured))
    }

    /// What was measured without its size, which may be chance: `for “Mean NO₂” (95%: −1 to 1.8 µg/m³)`.
    pub(super) fn margin_named(&self, evaluation: &'a Evaluation, measured: &Measurement) -> String {
        let of = self.language.pick("pour", "voor", "for");
        let name = self.quoted(self.outcome(evaluation));
        format!("{of} {name}{}", self.margin(evaluation, measured))
    }

    /// ` (95%: −1 to 1.8 µg/m³)`, where no size is said that would tell the unit.
    pub(super) fn margin(&self, evaluation: &'a Evaluation, measured: &Measurement) -> String {
        self.interval_in(measured, self.unit_of(evaluation.quantity()))
    }

    fn signed_size(&self, evaluation: &'a Evaluation, measured: &Measurement) -> String {
        figures::signed(self.language, measured.estimate, self.unit_of(evaluation.quantity()))
    }

    fn changed(&self, name: &str, unit: &str, measured: &Measurement) -> String {
        let size = difference(self.language, measured.estimate, unit);
        let interval = self.interval(measured);
        let less = measured.estimate < 0.0;
        let colon = colon(self.language);
        match self.language {
            Language::Fr => {
                let way = if less { "de moins" } else { "de plus" };
                format!("{name}{colon} {size} {way} que sans le projet{interval}.")
            }
            Language::Nl => {
                let way = if less { "minder" } else { "meer" };
                format!("{name}{colon} {size} {way} dan zonder het project{interval}.")
            }
            Language::En => {
                let way = if less { "lower" } else { "higher" };
                format!("{name} is {way} by {size} than it would be without the project{interval}.")
            }
        }
    }

    fn judged(&self, answer: Answer, against: Option<Agreement>) -> String {
        let said = match (answer, against) {
            (Answer::Better, Some(Agreement::Reached)) => [
                "C’est mieux, et autant que promis.",
                "Dat is beter, en zoveel als beloofd.",
                "That is better, and as much as was promised.",
            ],
            (Answer::Better, Some(Agreement::Less)) => [
                "C’est mieux, mais moins que promis.",
                "Dat is beter, maar minder dan beloofd.",
                "That is better, but less than was promised.",
            ],
            (Answer::Worse, Some(Agreement::Against)) => [
                "C’est pire, le contraire de ce qui était promis.",
                "Dat is slechter, het omgekeerde van wat beloofd was.",
                "That is worse, the opposite of what was promised.",
            ],
            (Answer::Better, _) => ["C’est mieux.", "Dat is beter.", "That is better."],
            _ => ["C’est pire.", "Dat is slechter.", "That is worse."],
        };
        let [fr, nl, en] = said;
        self.language.pick(fr, nl, en).to_owned()
    }

    fn not_detectable(&self, name: &str, unit: &str, measured: &Measurement) -> String {
        let interval = self.interval(measured);
        let least = measured.detectable.map(|least| difference(self.language, least, unit));
        match (self.language, least) {
            (Language::Fr, Some(least)) => format!(
                "Aucun effet sur {name} ne se distingue du hasard{interval}. Un effet de moins de {least} serait sans doute passé inaperçu\u{a0}: cela ne veut donc pas dire qu’il n’y en a pas."
            ),
            (Language::Fr, None) => format!(
                "Aucun effet sur {name} ne se distingue du hasard{interval}. Cela ne veut pas dire qu’il n’y en a pas."
            ),
            (Language::Nl, Some(least)) => format!(
                "Geen effect op {name} is van toeval te onderscheiden{interval}. Een effect van minder dan {least} was waarschijnlijk onopgemerkt gebleven; dit zegt dus niet dat er geen is."
            ),
            (Language::Nl, None) => format!(
                "Geen effect op {name} is van toeval te onderscheiden{interval}. Dit zegt niet dat er geen is."
            ),
            (Language::En, Some(least)) => format!(
                "No effect on {name} can be told from chance{interval}. An effect of less than {least} would probably have gone unseen, so this does not say that there is none."
            ),
            (Language::En, None) => format!(
                "No effect on {name} can be told from chance{interval}. This does not say that there is none."
            ),
        }
    }

    /// ` (95%: −4 to −1)`; that it is not known when the method has none.
    fn interval(&self, measured: &Measurement) -> String {
        self.interval_in(measured, "")
    }

    fn interval_in(&self, measured: &Measurement, unit: &str) -> String {
        let language = self.language;
        let Some((low, high)) = measured.interval else {
            return language.pick(" (marge inconnue)", " (marge onbekend)", " (margin not known)").to_owned();
        };
        let level = figures::share(language, measured.level);
        let (low, high) = (figure(language, low), figures::end(language, high, unit));
        match language {
            Language::Fr => format!(" ({level}\u{a0}: de {low} à {high})"),
            Language::Nl => format!(" ({level}: van {low} tot {high})"),
            Language::En => format!(" ({level}: {low} to {high})"),
        }
    }

    fn grade(&self, grade: u8) -> String {
        match self.language {
            Language::Fr => format!("Niveau de preuve\u{a0}: {grade} sur 5."),
            Language::Nl => format!("Bewijskracht: {grade} op 5."),
            Language::En => format!("Evidence grade: {grade} of 5."),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::says::test_city::{each, evaluation, programme};

    const NO2: &str = "urn:ngsi-ld:Indicator:no2";

    fn effect(low: f64, high: f64, months: u16) -> ExpectedEffect {
        ExpectedEffect {
            project: "urn:ngsi-ld:Project:p".into(),
            indicator: "urn:ngsi-ld:Indicator:no2".into(),
            outcome: None,
            sign: Sign::Decrease,
            size_low: low,
            size_high: high,
            areas: vec!["urn:a:ixelles".into(), "urn:a:uccle".into()],
            starts_on: Some(date(2026, 3, 1)),
            ramp_months: months,
            evidence_grade: 3,
        }
    }

    #[test]
    fn what_is_expected() {
        let programme = programme();
        let say =
            |effect: &ExpectedEffect| each(|language| Speaker::new(&programme, language).expected(effect));
        assert_eq!(
            say(&effect(1.5, 3.0, 12)),
            [
                "« NO₂ moyen » doit baisser de 1,5 à 3 µg/m³ (Ixelles et Uccle), pleinement à partir du 1er mars 2027.",
                "‘Gemiddelde NO₂’ moet met 1,5 tot 3 µg/m³ dalen (Elsene en Ukkel), volledig vanaf 1 maart 2027.",
                "“Mean NO₂” is to fall by 1.5 to 3 µg/m³ (Ixelles and Uccle), in full from 1 March 2027.",
            ]
        );
        let bare =
            ExpectedEffect { areas: vec![], starts_on: None, sign: Sign::Increase, ..effect(2.0, 2.0, 0) };
        assert_eq!(
            say(&bare),
            [
                "« NO₂ moyen » doit augmenter de 2 µg/m³.",
                "‘Gemiddelde NO₂’ moet met 2 µg/m³ stijgen.",
                "“Mean NO₂” is to rise by 2 µg/m³.",
            ]
        );
    }

    #[test]
    fn what_was_measured_stands_with_its_interval_and_what_was_promised() {
        let programme = programme();
        let found = evaluation(-2.5, (-4.0, -1.0), Answer::Better);
        let expected = Expected {
            indicator: NO2.into(),
            outcome: None,
            sign: Sign::Decrease,
            low: 3.0,
            high: 5.0,
            grade: 3,
        };
        let promises = [expected];
        assert_eq!(
            each(|language| Speaker::new(&programme, language).measured(&found, &promises)),
            [
                "« NO₂ moyen » : 2,5 µg/m³ de moins que sans le projet (95 % : de −4 à −1). C’est mieux, mais moins que promis. Promis : de −5 à −3 µg/m³. Niveau de preuve : 3 sur 5.",
                "‘Gemiddelde NO₂’: 2,5 µg/m³ minder dan zonder het project (95%: van −4 tot −1). Dat is beter, maar minder dan beloofd. Beloofd: van −5 tot −3 µg/m³. Bewijskracht: 3 op 5.",
                "“Mean NO₂” is lower by 2.5 µg/m³ than it would be without the project (95%: −4 to −1). That is better, but less than was promised. Promised: −5 to −3 µg/m³. Evidence grade: 3 of 5.",
            ]
        );
        let harmful = evaluation(2.5, (1.0, 4.0), Answer::Worse);
        assert_eq!(
            each(|language| Speaker::new(&programme, language).measured(&harmful, &promises)),
            [
                "« NO₂ moyen » : 2,5 µg/m³ de plus que sans le projet (95 % : de 1 à 4). C’est pire, le contraire de ce qui était promis. Promis : de −5 à −3 µg/m³. Niveau de preuve : 3 sur 5.",
                "‘Gemiddelde NO₂’: 2,5 µg/m³ meer dan zonder het project (95%: van 1 tot 4). Dat is slechter, het omgekeerde van wat beloofd was. Beloofd: van −5 tot −3 µg/m³. Bewijskracht: 3 op 5.",
                "“Mean NO₂” is higher by 2.5 µg/m³ than it would be without the project (95%: 1 to 4). That is worse, the opposite of what was promised. Promised: −5 to −3 µg/m³. Evidence grade: 3 of 5.",
            ]
        );
    }

    #[test]
    fn not_detectable_is_never_said_as_no_effect() {
        let programme = programme();
        let mut found = evaluation(0.4, (-1.0, 1.8), Answer::NotDetectable);
        assert_eq!(
            each(|language| Speaker::new(&programme, language).measured(&found, &[])),
            [
                "Aucun effet sur « NO₂ moyen » ne se distingue du hasard (95 % : de −1 à 1,8). Un effet de moins de 2 µg/m³ serait sans doute passé inaperçu : cela ne veut donc pas dire qu’il n’y en a pas. Niveau de preuve : 3 sur 5.",
                "Geen effect op ‘Gemiddelde NO₂’ is van toeval te onderscheiden (95%: van −1 tot 1,8). Een effect van minder dan 2 µg/m³ was waarschijnlijk onopgemerkt gebleven; dit zegt dus niet dat er geen is. Bewijskracht: 3 op 5.",
                "No effect on “Mean NO₂” can be told from chance (95%: −1 to 1.8). An effect of less than 2 µg/m³ would probably have gone unseen, so this does not say that there is none. Evidence grade: 3 of 5.",
            ]
        );
        if let Some(measured) = &mut found.measured {
            (measured.detectable, measured.interval) = (None, None);
        }
        assert_eq!(
            each(|language| Speaker::new(&programme, language).measured(&found, &[])),
            [
                "Aucun effet sur « NO₂ moyen » ne se distingue du hasard (marge inconnue). Cela ne veut pas dire qu’il n’y en a pas. Niveau de preuve : 3 sur 5.",
                "Geen effect op ‘Gemiddelde NO₂’ is van toeval te onderscheiden (marge onbekend). Dit zegt niet dat er geen is. Bewijskracht: 3 op 5.",
                "No effect on “Mean NO₂” can be told from chance (margin not known). This does not say that there is none. Evidence grade: 3 of 5.",
            ]
        );
        found.measured = None;
        assert_eq!(
            each(|language| Speaker::new(&programme, language).measured(&found, &[])),
            [
                "Ce qui a changé n’a pas encore été mesuré.",
                "Wat er veranderd is, is nog niet gemeten.",
                "What it changed has not been measured yet.",
            ]
        );
    }
}
