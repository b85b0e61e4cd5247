//! One closed set of error kinds; HTTP status, exit code and problem type derive from it in one place.

use std::fmt;

/// What kind of thing went wrong. Closed on purpose: see `docs/http-status-codes.md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ErrorKind {
    /// The request is malformed (not JSON, a missing parameter).
    InvalidRequest,
    /// The request is well-formed but its content breaks a rule of the model or of a contract.
    BadRequest,
    /// Nobody is known to be asking, and anonymous callers may not.
    Unauthenticated,
    /// The caller is known and may not.
    Forbidden,
    /// No such thing, or the caller may not know that it exists.
    NotFound,
    /// The tenant does not exist.
    NoSuchTenant,
    /// Something with this id exists already.
    AlreadyExists,
    /// Another write came first, or the state does not allow this.
    Conflict,
    /// The body or a value in it is larger than the limit.
    TooLarge,
    /// The query asks for more than may be answered at once.
    TooComplex,
    /// The operation is not supported.
    NotSupported,
    /// A JSON-LD context could not be obtained.
    ContextUnavailable,
    /// Too much is under way; try again later.
    Overloaded,
    /// The disk is full; nothing was stored.
    StorageFull,
    /// The deadline passed.
    Timeout,
    /// A defect of ours.
    Internal,
}

impl ErrorKind {
    /// The HTTP status that this kind is answered with (RFC 9110; 507 from RFC 4918).
    pub fn http_status(self) -> u16 {
        match self {
            Self::InvalidRequest | Self::BadRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::TooComplex => 403,
            Self::NotFound | Self::NoSuchTenant => 404,
            Self::AlreadyExists | Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::NotSupported => 422,
            Self::Internal => 500,
            Self::Overloaded => 503,
            Self::ContextUnavailable | Self::Timeout => 504,
            Self::StorageFull => 507,
        }
    }

    /// Whether it says that the thing is not there for the caller: removed since, or not to be seen.
    pub fn is_absent(self) -> bool {
        matches!(self, Self::NotFound | Self::NoSuchTenant | Self::Forbidden | Self::Unauthenticated)
    }

    /// The exit code of a command that ends with this kind (sysexits where one fits).
    pub fn exit_code(self) -> u8 {
        match self {
            Self::InvalidRequest
            | Self::BadRequest
            | Self::TooComplex
            | Self::NotSupported
            | Self::TooLarge => 65,
            Self::NotFound | Self::NoSuchTenant => 66,
            Self::ContextUnavailable | Self::Overloaded | Self::Timeout => 69,
            Self::Internal => 70,
            Self::AlreadyExists | Self::Conflict => 73,
            Self::StorageFull => 74,
            Self::Unauthenticated | Self::Forbidden => 77,
        }
    }

    /// A short stable word, used in problem types, metrics and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid-request",
            Self::BadRequest => "bad-request-data",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::NoSuchTenant => "no-such-tenant",
            Self::AlreadyExists => "already-exists",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::TooComplex => "too-complex",
            Self::NotSupported => "not-supported",
            Self::ContextUnavailable => "context-unavailable",
            Self::Overloaded => "overloaded",
            Self::StorageFull => "storage-full",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
        }
    }
}

/// An error that a person outside will read: what was wrong, in which field, and what to do.
/// Faces write it as an RFC 9457 problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The kind, from which the status derives.
    pub kind: ErrorKind,
    /// What was wrong and what to do, as one readable sentence.
    pub detail: String,
    /// The place in the input, e.g. `NO2.value` or `/3/location/coordinates`.
    pub field: Option<String>,
}

impl Problem {
    /// A problem without a field.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), field: None }
    }

    /// Content that breaks a rule (400).
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadRequest, detail)
    }

    /// Something that is not there (404).
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, detail)
    }

    /// A defect of ours (500). The detail is for the log, not for strangers.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, detail)
    }

    /// Names the field that was wrong.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Puts `outer` before the field's path, when an inner part was checked on its own.
    pub fn within(mut self, outer: &str) -> Self {
        self.field = Some(match self.field.take() {
            Some(inner) if inner.starts_with(['/', '[']) => format!("{outer}{inner}"),
            Some(inner) => format!("{outer}.{inner}"),
            None => outer.to_owned(),
        });
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

impl std::error::Error for Problem {}

/// The first 80 characters of a text that came from outside, for use in a message.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
