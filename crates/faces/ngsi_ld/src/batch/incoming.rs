//! Reading a batch: its bytes, the contexts of its entities, the entities.

use crate::{
    contexts::Terms,
    http::{Call, Refusal},
    read::{BatchItem, Limits, Mode, Names, contexts_of_each, read_batch},
};
use senne_model::Problem;

/// Bodies above this size are read on a thread of their own, so that they hold nobody up, in bytes.
const LARGE_BYTES: usize = 1 << 20;

pub(super) async fn read(call: &mut Call, mode: Mode) -> Result<Vec<BatchItem>, Refusal> {
    let (bytes, linked_data, share) = call.bytes(call.face.options.batch_bytes_max).await?;
    let Own { contexts, places, faults } = if linked_data {
        own_contexts(call, &bytes).await?
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
struct Own {
    contexts: Vec<Terms>,
    places: Vec<usize>,
    faults: Vec<(usize, Problem)>,
}

async fn own_contexts(call: &Call, bytes: &[u8]) -> Result<Own, Problem> {
    let mut known: Vec<(&str, Result<usize, Problem>)> = Vec::new();
    // The core context reads the ids of those that have no context of their own.
    let mut own = Own { contexts: vec![Terms::default_core()], ..Own::default() };
    for (element, text) in contexts_of_each(bytes)?.into_iter().enumerate() {
        let known_place = |text: &str| known.iter().find(|(there, _)| *there == text).map(|(_, p)| p.clone());
        let place = match text.map(|text| (text, known_place(text))) {
            Err(problem) => Err(problem),
            Ok((_, Some(place))) => place,
            Ok((text, None)) => {
                let place = call.face.contexts.by_text(text).await.map(|terms| {
                    own.contexts.push(terms);
                    own.contexts.len() - 1
                });
                known.push((text, place.clone()));
                place
            }
        };
        own.places.push(*place.as_ref().unwrap_or(&0));
        if let Err(problem) = place {
            own.faults.push((element, problem));
        }
    }
    Ok(own)
}
