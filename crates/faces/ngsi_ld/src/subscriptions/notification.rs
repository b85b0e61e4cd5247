//! One notification as bytes (clauses 5.3.1, 5.8.6 and 6.3.8).

use std::sync::Arc;

use senne_model::{Change, ChangeNo, Entity, EntityId, Json, Timestamp};

use super::{changes::write_told, compiled::Compiled};
use crate::{
    http::Media,
    write::{Pen, write_collection, write_entities},
};

/// What is to be sent.
#[derive(Clone)]
pub(super) struct Notification {
    pub(super) entities: Vec<Told>,
    /// Entities that the told ones link to, when they are told beside them.
    pub(super) linked: Vec<Arc<Entity>>,
    /// The newest change in it, or the moment of the clock.
    pub(super) mark: Mark,
}

/// An entity that is told of.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) entity: Arc<Entity>,
    /// The change, when it says more than the entity does: what went, or what was before.
    pub(super) change: Option<Arc<Change>>,
}

/// What a notification is about: the same mark makes the same id, however often it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    Change(ChangeNo),
    Clock(Timestamp, u32),
}

impl Mark {
    /// The newest change, for who goes on from here.
    pub(super) fn change(self) -> ChangeNo {
        match self {
            Self::Change(no) => no,
            Self::Clock(..) => ChangeNo(0),
        }
    }
}

/// So many digits stand for a subscription in the ids of its notifications.
const DIGITS: usize = 32;

/// The same change makes the same id, however often it is sent. Who chooses the id of a subscription cannot make its notifications have
/// those of another one.
pub(super) fn notification_id(subscription: &EntityId, mark: Mark) -> String {
    let mut subscription = crate::contexts::digest(subscription);
    subscription.truncate(DIGITS);
    match mark {
        Mark::Change(no) => format!("urn:ngsi-ld:Notification:{subscription}:{no}"),
        Mark::Clock(at, part) => {
            format!("urn:ngsi-ld:Notification:{subscription}:at:{}:{part}", at.micros())
        }
    }
}

/// Whether the id of a notification is of an older build, which made them of a number that two subscriptions may share.
pub(super) fn is_of_older_build(id: &str) -> bool {
    let subscription = id.strip_prefix("urn:ngsi-ld:Notification:").and_then(|rest| rest.split(':').next());
    subscription.is_some_and(|digits| digits.len() < DIGITS)
}

impl Notification {
    pub(super) fn to_bytes(&self, subscription: &EntityId, compiled: &Compiled) -> Vec<u8> {
        let mut pen = Pen::new(&compiled.terms, 512 + 1024 * self.entities.len());
        pen.open();
        pen.key("id");
        pen.text(&notification_id(subscription, self.mark));
        pen.key("type");
        pen.text("Notification");
        pen.key("subscriptionId");
        pen.text(subscription);
        pen.key("notifiedAt");
        pen.time(Timestamp::now());
        pen.key("data");
        match compiled.conformance {
            None => self.write_data(&mut pen, compiled),
            Some(version) => {
                let mut data = Pen::new(&compiled.terms, 1024 * self.entities.len());
                self.write_data(&mut data, compiled);
                let mut data: Json = serde_json::from_slice(&data.finish()).unwrap_or_default();
                version.amend(&mut data);
                pen.json(&data);
            }
        }
        if compiled.endpoint.media == Media::LinkedData {
            pen.context(Some(&compiled.terms.to_json().to_string()));
        }
        pen.close();
        pen.finish()
    }

    fn write_data(&self, pen: &mut Pen<'_>, compiled: &Compiled) {
        let plain = self.entities.iter().all(|told| told.change.is_none());
        if !plain || compiled.join != super::compiled::Join::No {
            return write_told(pen, self, compiled);
        }
        let entities: Vec<Arc<Entity>> = self.entities.iter().map(|told| Arc::clone(&told.entity)).collect();
        match compiled.endpoint.media {
            Media::GeoJson => write_collection(pen, &entities, &compiled.shape),
            _ => write_entities(pen, &entities, &compiled.shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_notifications_tell_subscriptions_apart() {
        let id =
            |subscription: &str| notification_id(&EntityId::trusted(subscription), Mark::Change(ChangeNo(7)));
        // Of these two the 64-bit number that ids were made of is the same.
        let (one, other) = ("7mohtcOFVz", "c1E51sSEyx");
        assert_eq!(crate::contexts::fingerprint(one), crate::contexts::fingerprint(other));
        assert_ne!(id(one), id(other));
        assert_eq!(id(one), id(one));
        assert!(!is_of_older_build(&id(one)));
        assert!(is_of_older_build("urn:ngsi-ld:Notification:0123456789abcdef:7"));
    }
}
