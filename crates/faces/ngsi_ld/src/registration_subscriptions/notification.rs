//! One notification of registrations (clauses 5.3.2, 5.3.3, 5.11.7).

use std::sync::Arc;

use http::header;
use senne_model::{EntityId, Json, TenantName, Timestamp};

use super::teller::Teller;
use crate::{
    contexts::{random, reasons},
    http::object,
    registrations::{Matched, Registration, present},
    write::Pen,
};

/// Why it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reason {
    NewlyMatching,
    Updated,
    NoLongerMatching,
}

/// A registration that is told of.
pub(super) enum Told {
    /// With those parts that fit.
    Fitting(Matched),
    /// No longer fitting, whole.
    Unfitting(Arc<Registration>),
    /// Removed, and only its id is known.
    Unknown(EntityId),
}

pub(super) struct Notification {
    pub(super) reason: Reason,
    pub(super) registrations: Vec<Told>,
}

impl Reason {
    /// In this order they are told, when one does not have to wait for another.
    pub(super) const ALL: [Self; 3] = [Self::NewlyMatching, Self::Updated, Self::NoLongerMatching];

    fn word(self) -> &'static str {
        match self {
            Self::NewlyMatching => "newlyMatching",
            Self::Updated => "updated",
            Self::NoLongerMatching => "noLongerMatching",
        }
    }
}

impl Notification {
    fn to_bytes(&self, teller: &Teller) -> Vec<u8> {
        let runner = &teller.runner;
        let show = |told: &Told| match told {
            Told::Fitting(found) => present(&found.registration, Some(&found.infos), &runner.terms, false),
            Told::Unfitting(registration) => present(registration, None, &runner.terms, false),
            Told::Unknown(id) => {
                object([("id", Json::text(id)), ("type", Json::text("ContextSourceRegistration"))])
            }
        };
        let body = object([
            ("id", Json::from(format!("urn:ngsi-ld:ContextSourceNotification:{:016x}", random()))),
            ("type", Json::text("ContextSourceNotification")),
            ("subscriptionId", Json::text(&runner.kept.id)),
            ("notifiedAt", Json::from(Timestamp::now().to_string())),
            ("triggerReason", Json::text(self.reason.word())),
            ("data", Json::Array(self.registrations.iter().map(show).collect())),
        ]);
        let context = runner.compiled.linked_data.then(|| runner.terms.to_json().to_string());
        let mut pen = Pen::new(&runner.terms, 1024);
        pen.object_with_context(&body, context.as_deref());
        pen.finish()
    }

    /// Whether it arrived.
    pub(super) async fn send(&self, teller: &Teller) -> bool {
        let (runner, compiled) = (&teller.runner, &teller.runner.compiled);
        let timeout = compiled.timeout.map_or(teller.options.timeout, |own| own.min(teller.options.timeout));
        let media = if compiled.linked_data { "application/ld+json" } else { "application/json" };
        let mut request = teller
            .client
            .post(compiled.url.clone())
            .timeout(timeout)
            .header(header::CONTENT_TYPE, media)
            .body(self.to_bytes(teller));
        if !compiled.linked_data {
            let url = teller.contexts.link(&runner.terms, &runner.kept.origin);
            let link = format!(
                "<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
            );
            request = request.header(header::LINK, link);
        }
        if &*runner.kept.tenant != TenantName::DEFAULT {
            request = request.header("NGSILD-Tenant", runner.kept.tenant.as_str());
        }
        for (name, value) in &compiled.headers {
            request = request.header(name.clone(), value.clone());
        }
        let why = match request.send().await {
            Ok(answer) if answer.status().is_success() => return true,
            Ok(answer) => format!("it was answered with {}", answer.status()),
            Err(error) => reasons(&error),
        };
        tracing::warn!(subscription = %runner.kept.id, "a notification did not arrive at {}: {why}", compiled.url);
        false
    }
}
