//! Reading a batch: its bytes, the contexts of its entities, the entities.

use crate::{
    contexts::Terms,
    http::{Call, Refusal},
    read::{BatchItem, Limits, Mode, Names, contexts_of, read_batch},
};
use senne_model::Problem;

/// Bodies above this size are read on a thread of their own, so that they hold nobody up, in bytes.
const LARGE_BYTES: usize = 1 << 20;

pub(super) async fn read(call: &mut Call, mode: Mode) -> Result<Vec<BatchItem>, Refusal> {
    let (bytes, linked_data, share) = call.bytes(call.face.options.batch_bytes_max).await?;
    let (contexts, places) =
        if linked_data { own_contexts(call, &bytes).await? } else { (vec![call.terms().await?], Vec::new()) };
    let mode = Mode { linked_data, ..mode };
    let limits = Limits::for_body(bytes.len(), call.face.options.value_bytes_max);
    let large = bytes.len() > LARGE_BYTES;
    let work = move || {
        let mut names: Vec<Names> = contexts.into_iter().map(Names::new).collect();
        let pick = |place: usize| places.get(place).copied().unwrap_or(0);
        let items = read_batch(&bytes, mode, &mut names, &pick, &limits);
        drop(share);
        items
    };
    if !large {
        return Ok(work()?);
    }
    let read = tokio::task::spawn_blocking(work).await;
    Ok(read.map_err(|error| Problem::internal(error.to_string()))??)
}

/// The different contexts of a JSON-LD batch, and for each entity which of them is its own.
async fn own_contexts(call: &Call, bytes: &[u8]) -> Result<(Vec<Terms>, Vec<usize>), Problem> {
    let texts = contexts_of(bytes)?;
    let mut known: Vec<&str> = Vec::new();
    let mut contexts = Vec::new();
    let mut places = Vec::with_capacity(texts.len());
    for text in texts {
        let place = known.iter().position(|there| *there == text);
        places.push(place.unwrap_or(known.len()));
        if place.is_none() {
            contexts.push(call.face.contexts.by_text(text).await?);
            known.push(text);
        }
    }
    Ok((contexts, places))
}
