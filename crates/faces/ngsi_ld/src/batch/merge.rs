//! `POST /entityOperations/merge` (clauses 5.6.20 and 6.31).

use std::collections::HashMap;

use senne_model::{EntityId, Operation, Problem, Write};

use crate::{
    entities::Common,
    http::{Answer, Call},
    read::Mode,
};

pub(crate) async fn merge(call: Call) -> Answer {
    super::simple(call, Operation::Merge, Mode::merge()).await
}

/// Brings merges to what their entities have, as the parameters ask; those that do not fit become errors.
pub(super) async fn fit(
    call: &Call,
    writes: Vec<Write>,
    errors: &mut Vec<(Option<EntityId>, Problem)>,
) -> Result<(Vec<Write>, Vec<EntityId>), Problem> {
    let common = Common::read(call)?;
    let ids = |writes: &[Write]| writes.iter().map(|write| write.entity.clone()).collect::<Vec<EntityId>>();
    if !common.is_any() {
        let ids = ids(&writes);
        return Ok((writes, ids));
    }
    let terms = call.terms().await?;
    let there = call.face.hub.entities(&call.hub, ids(&writes)).await?;
    let there: HashMap<&str, _> = there.iter().map(|entity| (entity.id.as_str(), entity)).collect();
    let mut fitted = Vec::with_capacity(writes.len());
    for mut write in writes {
        // One that is not there is refused when it is written.
        let done =
            there.get(write.entity.as_str()).map_or(Ok(()), |there| common.fit(&mut write, there, &terms));
        match done {
            Ok(()) => fitted.push(write),
            Err(problem) => errors.push((Some(write.entity), problem)),
        }
    }
    let ids = ids(&fitted);
    Ok((fitted, ids))
}
