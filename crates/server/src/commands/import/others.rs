//! Registrations of context sources and subscriptions.

use senne_model::Json;
use serde_json::value::RawValue;

use super::{
    Copy,
    broker::{after_full, is_other},
};

/// Members that a broker sets by itself.
const OF_THE_SYSTEM: [&str; 6] = ["createdAt", "modifiedAt", "deletedAt", "status", "origin", "@context"];

/// Members of `notification` that a broker sets by itself.
const OF_DELIVERY: [&str; 7] = [
    "status",
    "timesSent",
    "timesFailed",
    "lastNotification",
    "lastSuccess",
    "lastFailure",
    "lastErrorReason",
];

impl Copy {
    pub(super) async fn registrations(&mut self) -> anyhow::Result<()> {
        // The standard wants a restriction; older brokers know no `*`, or take it for the name of a type.
        let restricted = self.documents("/csourceRegistrations", "type=*&", "registrations").await?;
        if restricted.is_none_or(|found| found == 0) {
            let all = self.documents("/csourceRegistrations", "", "registrations").await?;
            self.note_unless("registrations", restricted.or(all));
        }
        Ok(())
    }

    pub(super) async fn subscriptions(&mut self) -> anyhow::Result<()> {
        let found = self.documents("/subscriptions", "", "subscriptions").await?;
        self.note_unless("subscriptions", found);
        Ok(())
    }

    fn note_unless(&mut self, kind: &str, shown: Option<usize>) {
        if shown.is_none() {
            self.state.note(&format!("the other broker shows no {kind}"));
        }
    }

    /// Copies all documents of a resource; gives how many there are, and none where the other broker does not show them.
    async fn documents(&mut self, resource: &str, which: &str, kind: &str) -> anyhow::Result<Option<usize>> {
        let mut next = Some(format!("{resource}?{which}limit={}", self.options.page.min(100)));
        let (mut found, mut before) = (0, None);
        while let Some(path) = next {
            let page = self.from.get(&path).await?;
            is_other(&page, &mut before)?;
            if found == 0 && (page.is_unknown() || page.status.as_u16() == 400) {
                return Ok(None);
            }
            let documents: Vec<Box<RawValue>> = page.json()?;
            found += documents.len();
            next = page.next().or_else(|| after_full(&path, documents.len()));
            for document in documents {
                self.document(resource, kind, document.get()).await?;
            }
            self.state.save()?;
            self.show();
        }
        Ok(Some(found))
    }

    async fn document(&mut self, resource: &str, kind: &str, text: &str) -> anyhow::Result<()> {
        let Ok(Json::Object(members)) = Json::parse(text.as_bytes()) else {
            let beginning: String = text.chars().take(80).collect();
            self.state.refuse(format!("one of the {kind} is no JSON object: {beginning}"));
            return Ok(());
        };
        let document = Json::Object(self.own(kind, members));
        let id = document.get("id").and_then(Json::as_str).unwrap_or_default();
        let answer = self.into.post(resource, document.to_string().into_bytes()).await?;
        match answer.status.as_u16() {
            // It came over before a break.
            409 => {}
            201 | 204 => self.state.count(kind, 1),
            _ => self.state.refuse(format!("{id}: {}", answer.words())),
        }
        Ok(())
    }

    /// A document without what a broker sets by itself, and with the names that contexts have here.
    fn own(&self, kind: &str, mut members: Vec<(Box<str>, Json)>) -> Vec<(Box<str>, Json)> {
        members.retain(|(name, _)| !OF_THE_SYSTEM.contains(&&**name));
        for (name, value) in &mut members {
            match (&**name, value) {
                ("notification", Json::Object(told)) => {
                    told.retain(|(name, _)| !OF_DELIVERY.contains(&&**name));
                }
                ("jsonldContext", Json::Text(url)) => {
                    if let Some(here) = self.state.contexts.get(&**url) {
                        *url = here.as_str().into();
                    }
                }
                _ => {}
            }
        }
        if kind == "subscriptions" && self.options.pause_subscriptions {
            members.retain(|(name, _)| &**name != "isActive");
            members.push(("isActive".into(), Json::Bool(false)));
        }
        members
    }
}
