//! Which entities are meant.

use std::collections::BTreeSet;

use senne_model::{AttributeValue, Entity, EntityId, Json, Name, Problem};

use super::Target;
use crate::{Context, Hub};

/// The views that know entities of the past.
const VIEWS: [&str; 4] = ["observation", "hourly", "daily", "series"];

impl Hub {
    /// The entities that a target means, itself first.
    pub(super) async fn meant(&self, context: &Context, target: &Target) -> Result<Vec<EntityId>, Problem> {
        let subject = match target {
            Target::Entity(id) => return Ok(vec![id.clone()]),
            Target::Subject(subject) => subject,
        };
        let mut all = BTreeSet::new();
        let by_type: Vec<(Name, Name, String)> = self.inner.contracts.iter().filter_map(subject_of).collect();
        if !by_type.is_empty() {
            self.inner.store.scan(&context.tenant, &mut |entity| {
                if refers(&entity, &by_type, subject) {
                    all.insert(entity.id.clone());
                }
                true
            })?;
            all.extend(self.referred_and_are_gone(context, &by_type, subject).await?);
        }
        all.remove(subject);
        Ok(std::iter::once(subject.clone()).chain(all).collect())
    }

    /// Those that are no longer there and once referred to the subject.
    async fn referred_and_are_gone(
        &self,
        context: &Context,
        by_type: &[(Name, Name, String)],
        subject: &EntityId,
    ) -> Result<Vec<EntityId>, Problem> {
        self.wait_for_history().await?;
        let mut gone = Vec::new();
        let quoted = subject.replace('\'', "''");
        for (_, attribute, term) in by_type {
            let text = format!(
                "SELECT DISTINCT entity FROM observation WHERE attribute IN ('{term}', '{}') \
                 AND (text = '{quoted}' OR strpos(json, '\"{quoted}\"') > 0)",
                attribute.replace('\'', "''")
            );
            for id in self.first_column(context, &text).await? {
                if self.inner.store.entity(&context.tenant, &id)?.is_none() {
                    gone.push(id);
                }
            }
        }
        Ok(gone)
    }

    /// Every entity that state, memory or tables know in a tenant.
    pub(super) async fn every_entity(
        &self,
        context: &Context,
        each: &mut (dyn FnMut(&EntityId) + Send),
    ) -> Result<(), Problem> {
        self.wait_for_history().await?;
        let mut present = Vec::new();
        self.inner.store.scan(&context.tenant, &mut |entity| {
            present.push(entity.id.clone());
            true
        })?;
        present.iter().for_each(&mut *each);
        for view in VIEWS {
            let text = format!("SELECT DISTINCT entity FROM {view}");
            self.first_column(context, &text).await?.iter().for_each(&mut *each);
        }
        Ok(())
    }

    async fn first_column(&self, context: &Context, text: &str) -> Result<Vec<EntityId>, Problem> {
        let table = self.everything(context, text).await?;
        let texts = table.rows.iter().filter_map(|row| row.first().and_then(Json::as_str));
        Ok(texts.map(EntityId::trusted).collect())
    }
}

/// Type, attribute and the attribute's short name, when a contract names a subject.
fn subject_of(contract: &senne_contract::Contract) -> Option<(Name, Name, String)> {
    let attribute = contract.attribute(contract.subject.as_ref()?)?;
    Some((contract.type_name.clone(), attribute.name.clone(), attribute.term.replace('\'', "''")))
}

fn refers(entity: &Entity, by_type: &[(Name, Name, String)], subject: &EntityId) -> bool {
    let of_type = by_type.iter().filter(|(name, _, _)| entity.types.contains(name));
    of_type.into_iter().any(|(_, name, _)| {
        let attributes = entity.attributes.iter().filter(|attribute| attribute.name == *name);
        attributes.flat_map(|attribute| &attribute.instances).any(|instance| names(&instance.value, subject))
    })
}

fn names(value: &AttributeValue, subject: &EntityId) -> bool {
    match value {
        AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => {
            objects.iter().any(|iri| **iri == **subject)
        }
        AttributeValue::Property(Json::Text(text)) => **text == **subject,
        _ => false,
    }
}
