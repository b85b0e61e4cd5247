//! `PATCH /snapshots/{id}` (clause 5.16.4).

use http::StatusCode;
use senne_model::Timestamp;

use super::{
    document::{Purpose, read},
    id_in_path,
    present::present,
};
use crate::{
    http::{Answer, Call, plain_json},
    kind::NULL_MARKER,
    read::read_json,
};

pub(crate) async fn update(mut call: Call) -> Answer {
    call.administer()?;
    let id = id_in_path(&call)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    let snapshots = &call.face.snapshots;
    snapshots.find(&call.hub.tenant, &id).await?;
    let fresh = read(&document, Purpose::Update, snapshots.allow_private)?;
    let change = |kept: &mut super::kept::Kept| {
        let longer = fresh.iter().any(|(name, _)| &**name == "snapshotLifetime");
        for (name, value) in fresh {
            kept.members.retain(|(there, _)| *there != name);
            if value.as_str() != Some(NULL_MARKER) {
                kept.members.push((name, value));
            }
        }
        if longer {
            kept.set_expiry(Timestamp::now());
        }
    };
    let kept = snapshots.change(&call.hub.tenant, &id, change).await?;
    Ok(plain_json(StatusCode::OK, &present(&kept)))
}
