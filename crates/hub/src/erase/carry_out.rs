//! The steps after an erasure was recorded, each of which may be done twice.

use std::time::Duration;

use senne_history::{Look, faults};
use senne_model::{EntityId, ErrorKind, Needles, Problem, Timestamp};
use senne_store::StoredErasure;

use super::{Proof, files};
use crate::{Context, Hub};

/// How long questions that read old files are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often, and with which pause, the write-ahead log is tried to be emptied while somebody reads.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// The proof with what the store knows of it.
pub(super) fn proof_of(stored: &StoredErasure) -> Result<Proof, Problem> {
    let json = serde_json::from_str(&stored.record).unwrap_or_default();
    let proof = Proof::from_json(&json)?;
    Ok(Proof { upto: stored.upto, state: stored.trace.entities, log: stored.trace.changes, ..proof })
}

impl Hub {
    /// Hides what is not yet off the disk; gives whether there is any.
    pub(crate) fn hide_unfinished_erasures(&self) -> Result<bool, Problem> {
        let unfinished: Vec<_> = self.unfinished()?;
        for stored in &unfinished {
            self.inner.history.hide(
                &stored.tenant,
                stored.entities.as_deref().unwrap_or_default(),
                stored.upto,
            );
        }
        Ok(!unfinished.is_empty())
    }

    fn unfinished(&self) -> Result<Vec<StoredErasure>, Problem> {
        Ok(self.inner.store.erasures()?.into_iter().filter(|stored| !stored.settled).collect())
    }

    /// Carries out what was recorded and is not settled. What fails is tried again from time to time.
    pub(crate) async fn go_on_erasing(self) {
        let _turn = self.inner.erasing.lock().await;
        let unfinished = self.unfinished().unwrap_or_default();
        for stored in unfinished {
            match self.carry_out(&stored).await {
                Ok(proof) if proof.is_clean() => {
                    tracing::info!(erasure = stored.id, "an erasure is carried out and proven");
                }
                Ok(_) => {
                    tracing::warn!(erasure = stored.id, "an erasure left something behind; see its proof");
                }
                Err(error) => {
                    tracing::warn!(erasure = stored.id, %error, "an erasure waits, it will be tried again: {error}");
                }
            }
        }
    }

    async fn carry_out(&self, stored: &StoredErasure) -> Result<Proof, Problem> {
        let mut proof = proof_of(stored)?;
        let folder = &self.inner.config.folder;
        if proof.finished.is_none() {
            if let Some(entities) = &stored.entities {
                self.sweep(&mut proof, entities).await?;
            } else {
                self.scrub(false).await?;
                proof.look = Some(self.look_by_hash(&proof).await?);
                proof.looked_by_hash = true;
            }
            proof.finished = Some(Timestamp::now());
            faults::pass("erasure: before it is proven", folder)?;
            let (id, record) = (proof.id.clone(), proof.to_json().to_string());
            self.inner.commit.work(move |writer| writer.note_erasure(&id, &record)).await?;
        }
        files::append(folder, &proof)?;
        faults::pass("erasure: before it is settled", folder)?;
        let (id, record) = (proof.id.clone(), proof.to_json().to_string());
        self.inner.commit.work(move |writer| writer.settle_erasure(&id, &record)).await?;
        Ok(proof)
    }

    /// Steps 2 to 7: memory, files, log of tables, bytes, store, and the last look.
    async fn sweep(&self, proof: &mut Proof, entities: &[EntityId]) -> Result<(), Problem> {
        let (folder, history) = (&self.inner.config.folder, &self.inner.history);
        let (tenant, upto) = (proof.tenant.clone(), proof.upto);
        faults::pass("erasure: before it is counted", folder)?;
        tokio::select! {
            taken = self.wait_for_history() => taken?,
            // The history takes no more then; the next start goes on.
            () = self.inner.stop.cancelled() => return Err(Problem::new(ErrorKind::Overloaded, "Senne is stopping")),
        }
        if proof.rows.is_none() {
            history.flush().await?;
            proof.rows = Some(history.rows_of(&tenant, entities, upto).await?);
            let (id, record) = (proof.id.clone(), proof.to_json().to_string());
            self.inner.commit.work(move |writer| writer.note_erasure(&id, &record)).await?;
        }
        proof.swept = history.erase(&tenant, entities, upto, PATIENCE).await?;
        faults::pass("erasure: before the identifiers are let go of", folder)?;
        let (id, record) = (proof.id.clone(), proof.to_json().to_string());
        self.inner.commit.work(move |writer| writer.forget_erased(&id, &record)).await?;
        faults::pass("erasure: before the store is scrubbed", folder)?;
        self.scrub(false).await?;
        faults::pass("erasure: before everything is read again", folder)?;
        self.last_look(proof, entities).await
    }

    /// Takes what was deleted off the pages of the store and out of its write-ahead log.
    async fn scrub(&self, anew: bool) -> Result<(), Problem> {
        for attempt in 0..TRIES {
            if self.inner.commit.work(move |writer| writer.scrub(anew && attempt == 0)).await? {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Problem::new(ErrorKind::Overloaded, "somebody reads the store all the time"))
    }

    async fn last_look(&self, proof: &mut Proof, entities: &[EntityId]) -> Result<(), Problem> {
        let mut look = self.inner.history.look_for(&proof.tenant, entities, proof.upto).await?;
        // One that was made again may be named, and one whose state stays.
        let mut gone = Vec::new();
        for id in entities.iter().filter(|_| !proof.past_only) {
            let trace = self.inner.store.trace(&proof.tenant, std::slice::from_ref(id))?;
            let rows =
                self.inner.history.rows_of(&proof.tenant, std::slice::from_ref(id), self.head()).await?;
            if trace == senne_store::Trace::default() && rows == senne_history::RowsOf::default() {
                gone.push(id.clone());
            }
        }
        let mut bytes = self.look_at_bytes(&gone).await?;
        let in_store = |bytes: &files::Bytes| bytes.places.iter().any(|place| is_store(place));
        if in_store(&bytes) {
            // Either an old page has it, or something of others names it: only the first goes with this.
            self.scrub(true).await?;
            bytes = self.look_at_bytes(&gone).await?;
        }
        if !bytes.places.is_empty() && bytes.places.iter().all(|place| is_store(place)) {
            (bytes.look.mentions, bytes.look.left) = (bytes.look.left, 0);
        }
        look.join(bytes.look);
        (proof.look, proof.places) = (Some(look), files::shown(&bytes.places));
        Ok(())
    }

    async fn look_at_bytes(&self, entities: &[EntityId]) -> Result<files::Bytes, Problem> {
        let (folder, needles) = (self.inner.config.folder.clone(), Needles::new(entities));
        let read = tokio::task::spawn_blocking(move || files::look(&folder, &needles));
        read.await.map_err(|e| Problem::internal(e.to_string()))?
    }

    /// The last look of an erasure whose identifiers were let go of before a crash: whether anything that is known here has one
    /// of its hashes. What was made again since then counts as found.
    async fn look_by_hash(&self, proof: &Proof) -> Result<Look, Problem> {
        let context = Context::new(senne_policy::Principal::System, proof.tenant.clone());
        let hashes: std::collections::HashSet<&String> = proof.entities.iter().collect();
        let mut found = std::collections::HashSet::new();
        self.every_entity(&context, &mut |id| {
            if hashes.contains(&proof.hash(id)) {
                found.insert(id.clone());
            }
        })
        .await?;
        let mut look = Look::default();
        for id in &found {
            let rows =
                self.inner.history.rows_of(&proof.tenant, std::slice::from_ref(id), proof.upto).await?;
            look.left += rows.observations;
        }
        Ok(look)
    }
}

fn is_store(place: &std::path::Path) -> bool {
    place.to_str().is_some_and(|name| name.starts_with("state.sqlite"))
}
