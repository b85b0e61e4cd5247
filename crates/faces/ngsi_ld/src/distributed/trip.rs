//! One request on its way through brokers: who it has passed, what it brought, what went wrong.

use std::{sync::Arc, time::Instant};

use http::HeaderMap;
use parking_lot::Mutex;
use senne_hub::Grant;

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
    /// Whether who asks may see everything: to others, nothing is told that registrations say, and sources are
    /// not spoken to in words of theirs.
    pub(crate) sees_all: bool,
    warnings: Mutex<Vec<String>>,
}

/// How many warnings one answer has at most.
const WARNINGS_MAX: usize = 50;

/// How long a warning of another broker may be.
const WARNING_LENGTH_MAX: usize = 1024;

impl Trip {
    /// The request of a caller who may see everything.
    pub(crate) fn new(headers: &HeaderMap, alias: String, deadline: Instant) -> Arc<Self> {
        Self::granted(headers, alias, deadline, Grant::Everything)
    }

    /// The request of a caller with this grant.
    pub(crate) fn granted(headers: &HeaderMap, alias: String, deadline: Instant, grant: Grant) -> Arc<Self> {
        Arc::new(Self {
            via: Via::read(headers),
            alias,
            headers: headers.clone(),
            deadline,
            sees_all: grant == Grant::Everything,
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
        if self.sees_all {
            self.note(code, &format!("{}: {failure}", registration.id));
        } else {
            self.note(code, "a source did not serve");
        }
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

    /// Tells also what the brokers behind a source had to warn of; it names their registrations.
    pub(crate) fn pass_on_warnings(&self, headers: &HeaderMap) {
        if !self.sees_all {
            if headers.contains_key("ngsild-warning") {
                self.note(199, "a broker behind a source had something to warn of");
            }
            return;
        }
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
