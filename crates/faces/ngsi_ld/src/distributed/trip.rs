//! One request on its way through brokers: who it has passed, what it brought, what went wrong.

use std::{sync::Arc, time::Instant};

use http::HeaderMap;
use parking_lot::Mutex;

use super::{failure::Failure, via::Via};
use crate::registrations::{Matched, Registration};

/// What forwarding needs of the request that came in.
pub(crate) struct Trip {
    pub(crate) via: Via,
    /// Our own alias for the tenant.
    pub(crate) alias: String,
    pub(crate) headers: HeaderMap,
    /// Until when answers of sources are of use.
    pub(crate) deadline: Instant,
    warnings: Mutex<Vec<String>>,
}

/// How many warnings one answer has at most.
const WARNINGS_MAX: usize = 50;

/// How long a warning of another broker may be.
const WARNING_LENGTH_MAX: usize = 1024;

impl Trip {
    pub(crate) fn new(headers: &HeaderMap, alias: String, deadline: Instant) -> Arc<Self> {
        Arc::new(Self {
            via: Via::read(headers),
            alias,
            headers: headers.clone(),
            deadline,
            warnings: Mutex::default(),
        })
    }

    /// Whether forwarding to this source would go in circles.
    pub(crate) fn would_loop(&self, registration: &Registration) -> bool {
        self.via.is_loop(&self.alias)
            || registration.alias.as_deref().is_some_and(|alias| self.via.names(alias))
    }

    /// Those that would not go in circles; of the others a read tells by a warning.
    pub(crate) fn passable(&self, matched: Vec<Matched>) -> Vec<Matched> {
        let (looping, open): (Vec<_>, Vec<_>) =
            matched.into_iter().partition(|found| self.would_loop(&found.registration));
        looping.iter().for_each(|found| self.warn(&found.registration, &Failure::Loop));
        open
    }

    /// Notes what went wrong, for the header `NGSILD-Warning` (clause 6.3.17).
    pub(crate) fn warn(&self, registration: &Registration, failure: &Failure) {
        tracing::debug!(registration = %registration.id, "a source did not serve: {failure}");
        let Some(code) = failure.warning() else { return };
        self.note(code, &format!("{}: {failure}", registration.id));
    }

    pub(crate) fn note(&self, code: u16, text: &str) {
        let plain: String =
            text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect();
        let text = plain.replace(['"', '\\'], "'");
        let mut warnings = self.warnings.lock();
        if warnings.len() < WARNINGS_MAX {
            warnings.push(format!("{code} {} \"{text}\"", self.alias));
        }
    }

    /// Tells also what the brokers behind a source had to warn of.
    pub(crate) fn pass_on_warnings(&self, headers: &HeaderMap) {
        let told = headers.get_all("ngsild-warning").iter().filter_map(|value| value.to_str().ok());
        let mut warnings = self.warnings.lock();
        for text in told.filter(|text| text.len() <= WARNING_LENGTH_MAX) {
            if warnings.len() < WARNINGS_MAX {
                warnings.push(text.to_owned());
            }
        }
    }

    /// The header's value; none when nothing went wrong.
    pub(crate) fn warnings(&self) -> Option<String> {
        let warnings = self.warnings.lock();
        (!warnings.is_empty()).then(|| warnings.join(", "))
    }
}
