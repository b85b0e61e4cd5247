//! A sentence in every language of the portal.

use senne_impact::StatisticsError;
use serde::Serialize;

use crate::sentence::Language;

/// The same said in English, French and Dutch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
    /// In Dutch.
    pub nl: String,
}

impl Wording {
    /// What `say` says in each language.
    pub(crate) fn each(say: impl Fn(Language) -> String) -> Self {
        Self { en: say(Language::English), fr: say(Language::French), nl: say(Language::Dutch) }
    }

    /// Sentences without figures.
    pub(crate) fn fixed(en: &str, fr: &str, nl: &str) -> Self {
        Self { en: en.to_owned(), fr: fr.to_owned(), nl: nl.to_owned() }
    }

    /// The sentence of a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
            Language::Dutch => &self.nl,
        }
    }
}

/// Why statistics could not answer, to stand after a colon. The error speaks English; what it names is put into the other languages where it
/// is one of the parts that can be missing, and left out otherwise.
pub(crate) fn cause(error: &StatisticsError) -> Wording {
    let en = error.to_string();
    let (fr, nl) = match error {
        StatisticsError::Length { .. } => (
            "les données n’ont pas toutes la même longueur".to_owned(),
            "de gegevens zijn niet even lang".to_owned(),
        ),
        StatisticsError::NotFinite { .. } => (
            "une valeur manque ou n’est pas un nombre".to_owned(),
            "een waarde ontbreekt of is geen getal".to_owned(),
        ),
        StatisticsError::TooFew { what, found, wanted } => {
            let [fr, nl] = part(what);
            (
                format!("données insuffisantes ({fr} : {found}, minimum : {wanted})"),
                format!("te weinig gegevens ({nl}: {found}, minstens nodig: {wanted})"),
            )
        }
        StatisticsError::NotIdentified { .. } => (
            "les données ne permettent pas d’isoler l’effet recherché".to_owned(),
            "het gezochte effect is met deze gegevens niet af te zonderen".to_owned(),
        ),
        StatisticsError::NotConverged { steps, .. } => (
            format!("le calcul n’a pas abouti en {steps} itérations"),
            format!("de berekening liep na {steps} stappen niet ten einde"),
        ),
    };
    Wording { en, fr, nl }
}

/// A part that there can be too little of, in French and Dutch.
fn part(what: &str) -> [&'static str; 2] {
    const PARTS: [(&str, [&str; 2]); 6] = [
        ("units to compare", ["unités de comparaison", "vergelijkingseenheden"]),
        ("donors", ["unités de comparaison", "vergelijkingseenheden"]),
        ("treated units", ["unités traitées", "behandelde eenheden"]),
        ("units", ["unités", "eenheden"]),
        ("times", ["périodes", "perioden"]),
        ("draws", ["tirages", "trekkingen"]),
    ];
    let known = PARTS.iter().find(|(name, _)| what.starts_with(name));
    known.map_or(["observations", "waarnemingen"], |(_, names)| *names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_part_in_each_language() {
        let error =
            StatisticsError::TooFew { what: "treated units in each cohort".to_owned(), found: 1, wanted: 2 };
        let said = cause(&error);
        assert_eq!(said.en, error.to_string());
        assert_eq!(said.fr, "données insuffisantes (unités traitées : 1, minimum : 2)");
        assert_eq!(said.nl, "te weinig gegevens (behandelde eenheden: 1, minstens nodig: 2)");
        assert_eq!(said.of(Language::Dutch), said.nl);
    }
}
