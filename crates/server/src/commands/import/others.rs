//! Registrations of context sources and subscriptions.

use serde_json::{Map, Value};

use super::Copy;

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
        // The standard wants a restriction; older brokers know no `*`.
        if !self.documents("/csourceRegistrations", "type=*&", "registrations").await? {
            self.documents("/csourceRegistrations", "", "registrations").await?;
        }
        Ok(())
    }

    pub(super) async fn subscriptions(&mut self) -> anyhow::Result<()> {
        self.documents("/subscriptions", "", "subscriptions").await?;
        Ok(())
    }

    /// Copies all documents of a resource; gives whether the other broker shows them.
    async fn documents(&mut self, resource: &str, which: &str, kind: &str) -> anyhow::Result<bool> {
        let mut next = Some(format!("{resource}?{which}limit={}", self.options.page.min(100)));
        while let Some(path) = next {
            let page = self.from.get(&path).await?;
            if page.is_unknown() || page.status.as_u16() == 400 {
                if which.is_empty() {
                    self.state.note(&format!("the other broker shows no {kind}"));
                }
                return Ok(false);
            }
            let documents: Vec<Map<String, Value>> = page.json()?;
            for document in documents {
                self.document(resource, kind, document).await?;
            }
            next = page.next();
            self.state.save()?;
            self.show();
        }
        Ok(true)
    }

    async fn document(
        &mut self,
        resource: &str,
        kind: &str,
        mut document: Map<String, Value>,
    ) -> anyhow::Result<()> {
        OF_THE_SYSTEM.iter().for_each(|name| {
            document.remove(*name);
        });
        if let Some(notification) = document.get_mut("notification").and_then(Value::as_object_mut) {
            OF_DELIVERY.iter().for_each(|name| {
                notification.remove(*name);
            });
        }
        if let Some(context) = document.get_mut("jsonldContext")
            && let Some(here) = context.as_str().and_then(|url| self.state.contexts.get(url))
        {
            *context = Value::String(here.clone());
        }
        if kind == "subscriptions" && self.options.pause_subscriptions {
            document.insert("isActive".to_owned(), Value::Bool(false));
        }
        let id = document.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let answer = self.into.post(resource, serde_json::to_vec(&document)?).await?;
        match answer.status.as_u16() {
            // It came over before a break.
            409 => {}
            201 | 204 => self.state.count(kind, 1),
            _ => self.state.refuse(format!("{id}: {} {}", answer.status, answer.text())),
        }
        Ok(())
    }
}
