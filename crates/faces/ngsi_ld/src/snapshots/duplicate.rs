//! `POST /snapshots/{id}/clone` (clauses 5.16.2, 6.38.3.1).

use super::{
    create::drafted,
    document::{Purpose, QUERIES},
    fill::copy_all,
    id_in_path,
};
use crate::http::{Answer, Call, created};

pub(crate) async fn duplicate(mut call: Call) -> Answer {
    call.administer()?;
    let id = id_in_path(&call)?;
    let (mut kept, _) = drafted(&mut call, Purpose::Clone).await?;
    let original = call.face.snapshots.find(&call.hub.tenant, &id).await?;
    // What is in it is what was in the original.
    let queries = original.members.iter().filter(|(name, _)| QUERIES.contains(&&**name));
    kept.members.extend(queries.cloned());
    call.face.snapshots.add(&kept).await?;
    let answer = created("snapshots", &kept.id);
    tokio::spawn(copy_all(call.face, original, kept));
    Ok(answer)
}
