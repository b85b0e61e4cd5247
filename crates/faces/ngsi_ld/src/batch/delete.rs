//! `POST /entityOperations/delete` (clause 6.17): an array of ids.

use senne_model::{EntityId, Json, Operation, Problem};

use crate::{
    http::{Answer, Call},
    read::{BatchItem, read_json},
};

pub(crate) async fn delete(mut call: Call) -> Answer {
    let (bytes, _, share) = call.bytes(call.face.options.batch_bytes_max).await?;
    let list = read_json(&bytes)?;
    drop(share);
    let ids = list.as_array().filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| Problem::bad("an array of at least one entity id is needed here"))?;
    let items = ids.iter().map(item).collect();
    Ok(super::write_items(&call, items, &Operation::Delete).await?.answer())
}

fn item(id: &Json) -> BatchItem {
    let text = id.as_str().ok_or_else(|| Problem::bad("an entity id is a text"));
    match text.and_then(EntityId::parse) {
        Ok(id) => BatchItem::bare(id),
        Err(problem) => BatchItem { id: None, entity: Err(problem) },
    }
}
