//! Why a source did not serve what was forwarded to it (clause 6.3.17).

use std::fmt;

use senne_model::Json;

use crate::http::object;

/// Why a source did not serve.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The request has been here before.
    Loop,
    /// It did not answer in time, or could not be reached.
    Silent(String),
    /// It failed a moment ago and is left alone for a while.
    Resting,
    /// For want of room or time here, it was not asked, or its answer not taken in.
    Busy(&'static str),
    /// What it answered is no NGSI-LD.
    Invalid(String),
    /// It answered more than so many bytes, which are taken in.
    TooLarge(usize),
    /// It answered with an error.
    Refused { status: u16, detail: String },
    /// It does not offer the operation, and nobody else may carry it out.
    NotOffered,
    /// It carried out a part: the names of the attributes that it did not.
    Partial { detail: String, attributes: Vec<String> },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loop => f.write_str("the request has passed this source or broker before"),
            Self::Silent(why) => write!(f, "the source did not answer: {why}"),
            Self::Resting => {
                f.write_str("the source failed a moment ago and is not asked until its cooldown ends")
            }
            Self::Busy(why) => write!(f, "there was no room or time for the source: {why}"),
            Self::Invalid(why) => write!(f, "the source's answer is no NGSI-LD: {why}"),
            Self::TooLarge(most) => write!(f, "the source's answer is larger than {most} bytes"),
            Self::Refused { status, detail } => write!(f, "the source answered {status}: {detail}"),
            Self::NotOffered => {
                f.write_str("what is registered is held by a source alone that does not offer this operation")
            }
            Self::Partial { detail, .. } => write!(f, "the source carried out a part: {detail}"),
        }
    }
}

impl Failure {
    /// Whether the source is there and only has nothing of what was asked.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether the source is well, and said no.
    pub(crate) fn is_an_answer(&self) -> bool {
        matches!(self, Self::Loop | Self::Refused { status: 400..=499, .. })
    }

    /// The code of the warning that a read gives; a source that has nothing is not abnormal.
    pub(crate) fn warning(&self) -> Option<u16> {
        match self {
            Self::Refused { status: 404, .. } => None,
            Self::Invalid(_) | Self::TooLarge(_) => Some(111),
            Self::Loop | Self::Silent(_) | Self::Resting | Self::Busy(_) => Some(199),
            Self::Refused { .. } | Self::NotOffered | Self::Partial { .. } => Some(299),
        }
    }

    /// The status when this is all that came of an operation whose data only the source holds.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Loop => 508,
            Self::Silent(_) | Self::Resting => 504,
            Self::Busy(_) => 503,
            Self::Refused { status: 404, .. } => 404,
            Self::NotOffered => 409,
            Self::Invalid(_) | Self::TooLarge(_) | Self::Refused { .. } => 502,
            Self::Partial { .. } => 207,
        }
    }

    /// The status within an answer of several parts: there the source's own word is worth more.
    fn status_within(&self) -> u16 {
        match self {
            Self::Refused { status, .. } => *status,
            Self::Partial { .. } => 500,
            other => other.status(),
        }
    }

    /// As an error of one part.
    pub(crate) fn problem_json(&self) -> Json {
        self.json(self.status_within())
    }

    /// As the error of the whole.
    pub(crate) fn whole_json(&self) -> Json {
        self.json(self.status())
    }

    fn json(&self, status: u16) -> Json {
        let standard = |word: &str| format!("https://uri.etsi.org/ngsi-ld/errors/{word}");
        let (kind, title) = match (self, status) {
            (Self::NotOffered, _) => (standard("Conflict"), "Conflict"),
            (Self::Loop, _) => ("urn:senne:error:loop-detected".to_owned(), "Loop detected"),
            (Self::Silent(_) | Self::Resting, _) => {
                ("urn:senne:error:gateway-timeout".to_owned(), "Gateway timeout")
            }
            (Self::Busy(_), _) => ("urn:senne:error:overloaded".to_owned(), "Overloaded"),
            (_, 404) => (standard("ResourceNotFound"), "Resource not found"),
            (_, 409) => (standard("AlreadyExists"), "Already exists"),
            (_, 400) => (standard("BadRequestData"), "Bad request data"),
            _ => ("urn:senne:error:bad-gateway".to_owned(), "Bad gateway"),
        };
        object([
            ("type", Json::from(kind)),
            ("title", Json::text(title)),
            ("status", Json::Int(i64::from(status))),
            ("detail", Json::from(self.to_string())),
        ])
    }
}
