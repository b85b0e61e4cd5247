//! Reading a batch: its bytes, the contexts of its entities, the entities.

use std::sync::Arc;

use futures::future::join_all;

use crate::{
    contexts::{Contexts, Terms},
    http::{Call, Refusal},
    read::{BatchItem, Limits, Mode, Names, contexts_of_each, read_batch},
};
use senne_model::Problem;

/// Bodies above this size are read on a thread of their own, so that they hold nobody up, in bytes.
const LARGE_BYTES: usize = 1 << 20;

/// How many different contexts the entities of one batch may have: each may have to be fetched.
const CONTEXTS_MAX: usize = 32;

pub(super) async fn read(call: &mut Call, mode: Mode) -> Result<Vec<BatchItem>, Refusal> {
    let (bytes, linked_data, share) = call.bytes(call.face.options.batch_bytes_max).await?;
    let Own { contexts, places, faults } = if linked_data {
        own_contexts(&call.face.contexts, &bytes).await?
    } else {
        Own { contexts: vec![call.terms().await?], ..Own::default() }
    };
    let mode = Mode { linked_data, ..mode };
    let limits = Limits::for_body(bytes.len(), call.face.options.value_bytes_max);
    let large = bytes.len() > LARGE_BYTES;
    let work = move || {
        let mut names: Vec<Names> = contexts.into_iter().map(Names::new).collect();
        let pick = |place: usize| places.get(place).copied().unwrap_or(0);
        let mut items = read_batch(&bytes, mode, &mut names, &pick, &limits)?;
        for (place, problem) in faults {
            if let Some(item) = items.get_mut(place) {
                item.entity = Err(problem);
            }
        }
        drop(share);
        Ok::<_, Problem>(items)
    };
    if !large {
        return Ok(work()?);
    }
    let read = tokio::task::spawn_blocking(work).await;
    Ok(read.map_err(|error| Problem::internal(error.to_string()))??)
}

/// The different contexts of a JSON-LD batch, for each entity which of them is its own, and those that have none.
#[derive(Default)]
pub(crate) struct Own {
    pub(crate) contexts: Vec<Terms>,
    pub(crate) places: Vec<usize>,
    pub(crate) faults: Vec<(usize, Problem)>,
}

/// The contexts of a batch. One that cannot be had is a fault of the entities that bring it.
pub(crate) async fn own_contexts(contexts: &Arc<Contexts>, bytes: &[u8]) -> Result<Own, Problem> {
    let texts = contexts_of_each(bytes)?;
    // The core context reads the ids of those that have no context of their own.
    let mut own = Own { contexts: vec![Terms::default_core()], ..Own::default() };
    let mut known: Vec<(&str, Result<usize, Problem>)> = Vec::new();
    let different = different(&texts)?;
    // All at once: one that hangs holds up no other.
    let asked: Vec<_> = different.iter().map(|text| contexts.by_text(text)).collect();
    let resolved = join_all(asked).await;
    for (text, terms) in different.into_iter().zip(resolved) {
        let place = terms.map(|terms| {
            own.contexts.push(terms);
            own.contexts.len() - 1
        });
        known.push((text, place));
    }
    for (element, text) in texts.into_iter().enumerate() {
        let place = text.and_then(|text| {
            let found = known.iter().find(|(there, _)| *there == text);
            found.map_or(Ok(0), |(_, place)| place.clone())
        });
        own.places.push(*place.as_ref().unwrap_or(&0));
        if let Err(problem) = place {
            own.faults.push((element, problem));
        }
    }
    Ok(own)
}

/// The different texts of contexts, in their order.
fn different<'t>(texts: &[Result<&'t str, Problem>]) -> Result<Vec<&'t str>, Problem> {
    let mut different = Vec::new();
    for text in texts.iter().flatten() {
        if different.contains(text) {
            continue;
        }
        if different.len() == CONTEXTS_MAX {
            let detail = format!("a batch has at most {CONTEXTS_MAX} different contexts; send it in parts");
            return Err(Problem::bad(detail).field("@context"));
        }
        different.push(*text);
    }
    Ok(different)
}
