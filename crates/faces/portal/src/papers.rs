//! What was printed for readers: one at a time, each once as long as nothing changes, a few kept.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use senne_model::{ErrorKind, Problem};
use senne_print::{Document, pdf};
use tokio::{
    sync::{Mutex, Semaphore},
    time::timeout,
};

use crate::turn::in_turn;

/// So many are kept, and so many bytes of them.
const KEPT_MAX: usize = 16;
const BYTES_MAX: usize = 32 << 20;
/// So many readers wait at most.
const WAITING_MAX: usize = 16;
/// So long a reader waits for others.
const PATIENCE: Duration = Duration::from_secs(20);

/// Papers by what they were made of; the one that was asked for last stands at the end.
pub(crate) struct Papers {
    kept: Mutex<VecDeque<(String, Bytes)>>,
    turn: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Papers {
    fn default() -> Self {
        Self { kept: Mutex::default(), turn: Arc::new(Semaphore::new(1)), waiting: AtomicUsize::new(0) }
    }
}

/// Counts one who waits, also when that one leaves.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Papers {
    /// A document as PDF. `key` says what it was made of: whoever asks with the same key gets what was printed before.
    ///
    /// # Errors
    /// When too many readers wait, or the document cannot be printed, which is a defect of ours.
    pub(crate) async fn print(&self, key: &str, document: Document) -> Result<Bytes, Problem> {
        if let Some(known) = self.known(key).await {
            return Ok(known);
        }
        let busy =
            || Problem::new(ErrorKind::Overloaded, "many documents are being printed; come back in a minute");
        let _waiting = Waiting(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= WAITING_MAX {
            return Err(busy());
        }
        let turn = Arc::clone(&self.turn).acquire_owned();
        let turn = timeout(PATIENCE, turn).await.map_err(|_| busy())?;
        let turn = turn.map_err(|error| Problem::internal(error.to_string()))?;
        // Whoever waited may find that another had the same printed.
        if let Some(known) = self.known(key).await {
            return Ok(known);
        }
        let printed = in_turn(turn, move || pdf(&document)).await?;
        let bytes = Bytes::from(printed.map_err(|error| Problem::internal(error.to_string()))?);
        self.keep(key, bytes.clone()).await;
        Ok(bytes)
    }

    async fn known(&self, key: &str) -> Option<Bytes> {
        let mut kept = self.kept.lock().await;
        let place = kept.iter().position(|(known, _)| known == key)?;
        let found = kept.remove(place)?;
        let bytes = found.1.clone();
        kept.push_back(found);
        Some(bytes)
    }

    async fn keep(&self, key: &str, bytes: Bytes) {
        let mut kept = self.kept.lock().await;
        kept.push_back((key.to_owned(), bytes));
        while kept.len() > KEPT_MAX || kept.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > BYTES_MAX {
            kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use senne_print::Block;

    use super::*;

    fn document(text: &str) -> Document {
        Document {
            language: "en".to_owned(),
            title: text.to_owned(),
            lead: String::new(),
            foot: String::new(),
            contents: String::new(),
            date: (2026, 12, 1),
            sheets: None,
            blocks: vec![Block::Paragraph { text: text.to_owned() }],
        }
    }

    #[tokio::test]
    async fn the_same_is_printed_once_and_the_oldest_goes_first() {
        let papers = Papers::default();
        let first = papers.print("a", document("one")).await.unwrap();
        assert!(first.starts_with(b"%PDF-"));
        // Under the same key nothing is printed again, whatever is handed in.
        assert_eq!(papers.print("a", document("two")).await.unwrap(), first);
        for place in 0..KEPT_MAX {
            papers.keep(&format!("k{place}"), Bytes::from_static(b"x")).await;
        }
        assert_eq!(papers.known("a").await, None);
        assert!(papers.known("k0").await.is_some());
        papers.keep("large", Bytes::from(vec![0; BYTES_MAX + 1])).await;
        assert!(papers.kept.lock().await.is_empty());
    }

    #[tokio::test]
    async fn who_finds_too_many_waiting_is_told_to_come_back() {
        let papers = Papers::default();
        papers.waiting.store(WAITING_MAX, Ordering::Release);
        let refused = papers.print("a", document("one")).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Overloaded);
        assert_eq!(papers.waiting.load(Ordering::Acquire), WAITING_MAX);
    }
}
