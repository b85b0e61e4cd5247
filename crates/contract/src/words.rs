//! Small words that contracts share: languages, classes, calendar periods, findings.

use std::fmt;

/// A text in the languages of the city. French, Dutch and English are always there.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localised {
    /// French.
    pub fr: String,
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
    /// German, where someone wrote it.
    pub de: Option<String>,
}

impl Localised {
    /// The text in a language by its BCP 47 tag (`fr`, `nl-BE`, …); English for languages that are not there.
    pub fn get(&self, language: &str) -> &str {
        match language.get(..2) {
            Some("fr") => &self.fr,
            Some("nl") => &self.nl,
            Some("de") => self.de.as_deref().unwrap_or(&self.en),
            _ => &self.en,
        }
    }
}

/// Who may see data: the word that policy decides by. Ordered from most to least open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// Everybody, without logging in.
    Open,
    /// Whoever works for the city.
    Internal,
    /// Data about persons: by purpose, on a legal ground (GDPR article 6).
    Personal,
    /// Special categories of personal data (GDPR article 9).
    Special,
}

impl Class {
    /// All classes, most open first.
    pub const ALL: [Self; 4] = [Self::Open, Self::Internal, Self::Personal, Self::Special];

    /// The word in contract files and policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Special => "special",
        }
    }

    /// From the word in contract files.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// Something wrong in a contract file, at its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The file, as it was named to [`crate::Contracts::parse`].
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    /// `contracts/Device.yaml:12:5: message`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for Finding {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_that_is_not_there_reads_as_english() {
        let text = Localised { fr: "air".into(), nl: "lucht".into(), en: "air!".into(), de: None };
        assert_eq!(text.get("nl-BE"), "lucht");
        assert_eq!(text.get("fr"), "air");
        assert_eq!(text.get("de"), "air!");
        assert_eq!(text.get("x"), "air!");
        assert_eq!(text.get("é"), "air!");
    }

    #[test]
    fn classes_are_ordered_by_openness() {
        assert!(Class::Open < Class::Internal && Class::Personal < Class::Special);
        assert_eq!(Class::parse("personal"), Some(Class::Personal));
    }
}
