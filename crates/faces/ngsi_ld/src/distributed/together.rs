//! Several sources at the same time, within bounds.

use futures::{StreamExt, stream};

/// How many sources of one request are asked at the same time.
const TOGETHER: usize = 8;

/// What the pieces of work give, in their order.
pub(super) async fn together<F: Future>(work: Vec<F>) -> Vec<F::Output> {
    stream::iter(work).buffered(TOGETHER).collect().await
}
