//! A value of an indicator: of one area in one period.

use senne_indicator::{Parts, Period};
use senne_model::{ChangeNo, EntityId};

use crate::cell::rounded;

/// How far a value can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Its period, or the time until its release, has not ended.
    #[default]
    Provisional,
    /// Less is there than the indicator asks for.
    Incomplete,
    /// It stands.
    Final,
    /// It stood, and later data changed it.
    Revised,
    /// Fewer persons or events than may be published.
    Suppressed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Provisional, Self::Incomplete, Self::Final, Self::Revised, Self::Suppressed];

    /// The word in entities and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Incomplete => "incomplete",
            Self::Final => "final",
            Self::Revised => "revised",
            Self::Suppressed => "suppressed",
        }
    }

    /// From the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// As SDMX (CL_OBS_STATUS) writes it.
    pub fn sdmx(self) -> &'static str {
        match self {
            Self::Provisional => "P",
            Self::Incomplete => "U",
            Self::Final => "A",
            Self::Revised => "R",
            Self::Suppressed => "Q",
        }
    }

    /// Whether it has stood as final.
    pub(crate) fn stood(self) -> bool {
        matches!(self, Self::Final | Self::Revised)
    }
}

/// A value with what it rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// In units of the indicator; none when it is suppressed.
    pub number: Option<f64>,
    /// The lower and the upper end of its interval (95 %), where there is one.
    pub interval: Option<(f64, f64)>,
    /// The part of what should be there that is there, 0 to 1.
    pub coverage: f64,
    /// How far it can be relied on.
    pub status: Status,
    /// What it is put together from.
    pub parts: Parts,
    /// Whether the simulator made any of it.
    pub simulated: bool,
}

/// A value where it stands in the city and in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The area.
    pub area: EntityId,
    /// The period.
    pub period: Period,
    /// The value.
    pub value: Value,
    /// The digest of the declaration that it was computed by.
    pub formula: String,
    /// The change up to which data were seen.
    pub vintage: ChangeNo,
}

impl Value {
    /// The parts to so many digits that they do not depend on the order in which they were summed.
    pub(crate) fn parts_rounded(&self) -> [f64; 5] {
        let parts = &self.parts;
        [parts.count, parts.sum, parts.sum_of_squares, parts.numerator, parts.denominator].map(rounded)
    }
}
