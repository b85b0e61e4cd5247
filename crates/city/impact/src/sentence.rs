//! A verdict in one sentence, for people.

use senne_impact::Answer;

use crate::Wording;

/// A language of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
    /// Dutch.
    Dutch,
}

/// What a sentence speaks of.
pub(crate) struct Spoken<'a> {
    pub(crate) outcome: &'a str,
    pub(crate) answer: Answer,
    pub(crate) effect: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) level: f64,
    /// The chance of such a rank without an effect, where the rank decides and not the interval.
    pub(crate) rank: Option<f64>,
    pub(crate) detectable: f64,
    pub(crate) grade: u8,
}

impl Spoken<'_> {
    /// The sentence.
    pub(crate) fn say(&self, language: Language) -> String {
        let size = |value: f64| figure(value.abs(), language);
        let signed = |value: f64| figure(value, language);
        let level = figure(self.level * 100.0, language);
        let (outcome, effect, grade) = (self.outcome, size(self.effect), self.grade);
        let interval = match (self.rank, language) {
            (None, _) => format!("{level} %: {} … {}", signed(self.low), signed(self.high)),
            (Some(p), Language::English) => format!("chance of such a rank without one: {}", signed(p)),
            (Some(p), Language::French) => format!("probabilité d’un tel rang sans effet : {}", signed(p)),
            (Some(p), Language::Dutch) => format!("kans op zo’n rang zonder effect: {}", signed(p)),
        };
        let least = size(self.detectable);
        let less = self.effect < 0.0;
        match (language, self.answer) {
            (Language::English, Answer::Better | Answer::Worse) => {
                let way = if less { "lower" } else { "higher" };
                format!(
                    "{outcome}: {effect} {way} than it would have been without the project ({interval}); evidence grade {grade} of 5."
                )
            }
            (Language::English, Answer::NotDetectable) => format!(
                "{outcome}: no effect can be told from chance ({interval}); an effect below {least} could not have been detected, so this is not «no effect»; evidence grade {grade} of 5."
            ),
            (Language::English, Answer::TooSmallToMatter) => {
                format!(
                    "{outcome}: any effect is too small to matter ({interval}); evidence grade {grade} of 5."
                )
            }
            (Language::French, Answer::Better | Answer::Worse) => {
                let way = if less { "inférieur" } else { "supérieur" };
                format!(
                    "{outcome} : {way} de {effect} à ce qui aurait été sans le projet ({interval}) ; niveau de preuve {grade} sur 5."
                )
            }
            (Language::French, Answer::NotDetectable) => format!(
                "{outcome} : aucun effet ne se distingue du hasard ({interval}) ; un effet inférieur à {least} n’aurait pas pu être détecté : ce n’est donc pas « aucun effet » ; niveau de preuve {grade} sur 5."
            ),
            (Language::French, Answer::TooSmallToMatter) => {
                format!(
                    "{outcome} : l’effet éventuel est trop petit pour compter ({interval}) ; niveau de preuve {grade} sur 5."
                )
            }
            (Language::Dutch, Answer::Better | Answer::Worse) => {
                let way = if less { "lager" } else { "hoger" };
                format!(
                    "{outcome}: {effect} {way} dan zonder het project ({interval}); bewijskracht {grade} op 5."
                )
            }
            (Language::Dutch, Answer::NotDetectable) => format!(
                "{outcome}: geen effect is van toeval te onderscheiden ({interval}); een effect kleiner dan {least} kon niet worden aangetoond, dus dit is niet «geen effect»; bewijskracht {grade} op 5."
            ),
            (Language::Dutch, Answer::TooSmallToMatter) => {
                format!(
                    "Een eventueel effect op {outcome} is te klein om van tel te zijn ({interval}); bewijskracht {grade} op 5."
                )
            }
        }
    }
}

/// Which effect a planned project could show: in units of the outcome, as a part of it, and with what chance.
pub(crate) fn foreseen(outcome: &str, smallest: f64, part: f64, power: f64) -> Wording {
    Wording::each(|language| {
        let [part, power] = [part, power].map(|share| figure(100.0 * share, language));
        let least = figure(smallest, language);
        match language {
            Language::English if smallest.is_infinite() => {
                format!(
                    "{outcome}: as planned, no effect that was tried would be seen with a chance of {power} %."
                )
            }
            Language::French if smallest.is_infinite() => format!(
                "{outcome} : tel que prévu, aucun des effets essayés ne serait détecté avec une probabilité de {power} %."
            ),
            Language::Dutch if smallest.is_infinite() => format!(
                "{outcome}: zoals gepland wordt geen van de geprobeerde effecten met een kans van {power} % aangetoond."
            ),
            Language::English => format!(
                "{outcome}: as planned, an effect of {least} ({part} %) or more would be seen with a chance of {power} %; a smaller one may well be missed."
            ),
            Language::French => format!(
                "{outcome} : tel que prévu, un effet d’au moins {least} ({part} %) serait détecté avec une probabilité de {power} % ; un effet plus petit risque de passer inaperçu."
            ),
            Language::Dutch => format!(
                "{outcome}: zoals gepland wordt een effect van minstens {least} ({part} %) met een kans van {power} % aangetoond; een kleiner effect blijft mogelijk onopgemerkt."
            ),
        }
    })
}

/// Three digits that matter, with the comma of the language.
pub(crate) fn figure(value: f64, language: Language) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let digits = if value == 0.0 { 0 } else { (2 - value.abs().log10().floor() as i32).clamp(0, 8) };
    let mut text = format!("{value:.*}", digits as usize);
    if text.contains('.') {
        text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let text = text.replace('-', "\u{2212}");
    if language == Language::English { text } else { text.replace('.', ",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_the_comma_of_their_language() {
        assert_eq!(figure(-15.603_827, Language::English), "\u{2212}15.6");
        assert_eq!(figure(0.012_345, Language::French), "0,0123");
        assert_eq!(figure(12_345.6, Language::Dutch), "12346");
        assert_eq!(figure(95.0, Language::Dutch), "95");
        assert_eq!(figure(f64::NAN, Language::English), "?");
    }

    #[test]
    fn not_detectable_is_never_no_effect() {
        let spoken = Spoken {
            outcome: "NO2",
            answer: Answer::NotDetectable,
            effect: 0.4,
            low: -1.0,
            high: 1.8,
            level: 0.95,
            rank: None,
            detectable: 2.0,
            grade: 3,
        };
        for language in [Language::English, Language::French, Language::Dutch] {
            let said = spoken.say(language);
            assert!(said.contains('2') && said.contains("NO2") && said.ends_with("5."), "{said}");
        }
    }
}
