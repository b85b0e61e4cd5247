//! Text in the languages of the city.

use serde::{Deserialize, Serialize};

/// A text in French, Dutch and English, as far as somebody wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// French.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fr: Option<String>,
    /// Dutch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nl: Option<String>,
    /// English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Words {
    /// A text in one language by its BCP 47 tag (`fr`, `nl-BE`, …); as English when the language is none of the three.
    pub fn in_language(language: &str, text: impl Into<String>) -> Self {
        let text = Some(text.into());
        match language.get(..2) {
            Some("fr") => Self { fr: text, ..Self::default() },
            Some("nl") => Self { nl: text, ..Self::default() },
            _ => Self { en: text, ..Self::default() },
        }
    }

    /// The text in a language; else in English, French or Dutch, whichever is there first; else nothing.
    pub fn get(&self, language: &str) -> Option<&str> {
        let wanted = match language.get(..2) {
            Some("fr") => &self.fr,
            Some("nl") => &self.nl,
            _ => &self.en,
        };
        [wanted, &self.en, &self.fr, &self.nl].into_iter().find_map(Option::as_deref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_missing_is_told_in_another_language() {
        let words = Words::in_language("nl-BE", "mijlpaal");
        assert_eq!(words.get("fr"), Some("mijlpaal"));
        assert_eq!(Words::default().get("fr"), None);
    }
}
