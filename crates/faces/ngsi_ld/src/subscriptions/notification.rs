//! One notification as bytes (clauses 5.3.1 and 6.3.8).

use std::sync::Arc;

use senne_model::{ChangeNo, Entity, EntityId, Timestamp};

use super::compiled::Compiled;
use crate::{
    http::Media,
    write::{Pen, write_collection, write_entities},
};

/// What is to be sent.
pub(super) struct Notification {
    pub(super) entities: Vec<Arc<Entity>>,
    /// The newest change in it.
    pub(super) change: ChangeNo,
    /// The only entity was removed at this moment.
    pub(super) deleted_at: Option<Timestamp>,
}

/// The same change makes the same id, however often it is sent.
pub(super) fn notification_id(subscription: &EntityId, change: ChangeNo) -> String {
    format!("urn:ngsi-ld:Notification:{:016x}:{change}", crate::contexts::fingerprint(subscription))
}

impl Notification {
    pub(super) fn to_bytes(&self, subscription: &EntityId, compiled: &Compiled) -> Vec<u8> {
        let mut pen = Pen::new(&compiled.terms, 512 + 1024 * self.entities.len());
        pen.open();
        pen.key("id");
        pen.text(&notification_id(subscription, self.change));
        pen.key("type");
        pen.text("Notification");
        pen.key("subscriptionId");
        pen.text(subscription);
        pen.key("notifiedAt");
        pen.time(Timestamp::now());
        pen.key("data");
        self.write_data(&mut pen, compiled);
        if compiled.endpoint.media == Media::LinkedData {
            pen.context(Some(&compiled.terms.to_json().to_string()));
        }
        pen.close();
        pen.finish()
    }

    fn write_data(&self, pen: &mut Pen<'_>, compiled: &Compiled) {
        if let (Some(at), Some(entity)) = (self.deleted_at, self.entities.first()) {
            pen.open_array();
            pen.open();
            pen.key("id");
            pen.text(&entity.id);
            pen.key("type");
            pen.open_array();
            entity.types.iter().for_each(|kind| pen.name(kind));
            pen.close_array();
            pen.key("deletedAt");
            pen.time(at);
            pen.close();
            return pen.close_array();
        }
        match compiled.endpoint.media {
            Media::GeoJson => write_collection(pen, &self.entities, &compiled.shape),
            _ => write_entities(pen, &self.entities, &compiled.shape),
        }
    }
}
