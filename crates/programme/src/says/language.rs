//! The languages that sentences are made in.

use serde::{Deserialize, Serialize};

/// A language of the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    Fr,
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Fr, Self::Nl, Self::En];

    /// The tag: `fr`, `nl`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// From a tag, also with a region (`nl-BE`); English when it is another language.
    pub fn of(tag: &str) -> Self {
        match tag.get(..2) {
            Some("fr") => Self::Fr,
            Some("nl") => Self::Nl,
            _ => Self::En,
        }
    }

    /// The one of three that is of this language.
    pub(crate) fn pick<T>(self, fr: T, nl: T, en: T) -> T {
        match self {
            Self::Fr => fr,
            Self::Nl => nl,
            Self::En => en,
        }
    }
}
