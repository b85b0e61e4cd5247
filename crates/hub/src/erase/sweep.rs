//! Steps 2 to 7 of an erasure, for all that go together: memory, files, log of tables, bytes, store, and the last look.

use std::time::Duration;

use senne_history::{Look, RowsOf, ToErase, faults};
use senne_model::{EntityId, ErrorKind, Needles, Problem, TenantName};
use senne_store::Trace;

use super::{
    Proof,
    carry_out::{Joined, Part},
    files,
};
use crate::{Context, Hub};

/// How long questions that read old files are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often, and with which pause, the write-ahead log is tried to be emptied while somebody reads.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

impl Hub {
    pub(super) async fn sweep(&self, joined: &mut Joined) -> Result<(), Problem> {
        let (folder, history) = (&self.inner.config.folder, &self.inner.history);
        faults::pass("erasure: before it is counted", folder)?;
        // An error when Senne stops: the next start goes on.
        self.wait_for_history().await?;
        let parts = joined.to_erase();
        if joined.parts.iter().any(|part| part.proof.rows.is_none()) {
            history.flush().await?;
            let counted = history.rows_of_each(&joined.tenant, &parts).await?;
            for (part, rows) in joined.parts.iter_mut().zip(counted) {
                part.proof.rows.get_or_insert(rows);
            }
            self.note(joined).await?;
        }
        let swept = history.erase(&joined.tenant, &parts, PATIENCE).await?;
        let together = joined.parts.len() as u64;
        for part in &mut joined.parts {
            (part.proof.swept, part.proof.together) = (swept, together);
        }
        faults::pass("erasure: before the identifiers are let go of", folder)?;
        self.forget(joined).await?;
        faults::pass("erasure: before the store is scrubbed", folder)?;
        self.scrub(false).await?;
        faults::pass("erasure: before everything is read again", folder)?;
        self.last_look(joined, &parts).await
    }

    /// Takes what was deleted off the pages of the store and out of its write-ahead log.
    pub(super) async fn scrub(&self, anew: bool) -> Result<(), Problem> {
        for attempt in 0..TRIES {
            if self.inner.commit.work(move |writer| writer.scrub(anew && attempt == 0)).await? {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Problem::new(ErrorKind::Overloaded, "somebody reads the store all the time"))
    }

    /// Looks once for all. When it finds something, it looks for each half, and so on, so that every proof says what is true of its own.
    async fn last_look(&self, joined: &mut Joined, parts: &[ToErase]) -> Result<(), Problem> {
        let mut gone = Vec::with_capacity(joined.parts.len());
        for part in &joined.parts {
            gone.push(self.gone(joined, part).await?);
        }
        let mut ranges = Vec::new();
        ranges.push(0..parts.len());
        while let Some(range) = ranges.pop() {
            let look = self.inner.history.look_for(&joined.tenant, &parts[range.clone()]).await?;
            let bytes = self.look_at_bytes(&joined.tenant, &gone[range.clone()].concat()).await?;
            let nothing = look.left == 0 && look.mentions == 0 && bytes.look.left == 0;
            if nothing || range.len() == 1 {
                joined.parts[range].iter_mut().for_each(|part| seen(&mut part.proof, look, &bytes));
                continue;
            }
            let middle = range.start + range.len() / 2;
            ranges.extend([middle..range.end, range.start..middle]);
        }
        Ok(())
    }

    /// What is left in the bytes of files that are no tables.
    async fn look_at_bytes(
        &self,
        tenant: &TenantName,
        entities: &[EntityId],
    ) -> Result<files::Bytes, Problem> {
        let bytes = self.read_bytes(tenant, entities).await?;
        if !bytes.places.iter().any(|place| is_store(place)) {
            return Ok(bytes);
        }
        // Either an old page has it, or something of others names it: only the first goes with this.
        self.scrub(true).await?;
        self.read_bytes(tenant, entities).await
    }

    /// Those whose identifier should be nowhere: one that was made again may be named, and one whose state stays.
    async fn gone(&self, joined: &Joined, part: &Part) -> Result<Vec<EntityId>, Problem> {
        let mut gone = Vec::new();
        for id in part.entities.iter().filter(|_| !part.proof.past_only) {
            let one = std::slice::from_ref(id);
            let trace = self.inner.store.trace(&joined.tenant, one)?;
            let rows = self.inner.history.rows_of(&joined.tenant, one, self.head()).await?;
            if trace == Trace::default() && rows == RowsOf::default() {
                gone.push(id.clone());
            }
        }
        Ok(gone)
    }

    async fn read_bytes(&self, tenant: &TenantName, entities: &[EntityId]) -> Result<files::Bytes, Problem> {
        let (folder, tenant) = (self.inner.config.folder.clone(), tenant.clone());
        let needles = Needles::new(entities);
        let read = tokio::task::spawn_blocking(move || files::look(&folder, &tenant, &needles));
        read.await.map_err(|e| Problem::internal(e.to_string()))?
    }

    /// The last look of an erasure whose identifiers were let go of before a crash: whether anything that is known here has one
    /// of its hashes. What was made again since then counts as found.
    pub(super) async fn look_by_hash(&self, proof: &Proof) -> Result<Look, Problem> {
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

/// Enters what was seen. What only the store's file still has is a mention by others.
fn seen(proof: &mut Proof, mut look: Look, bytes: &files::Bytes) {
    let mut of_bytes = bytes.look;
    if !bytes.places.is_empty() && bytes.places.iter().all(|place| is_store(place)) {
        (of_bytes.mentions, of_bytes.left) = (of_bytes.left, 0);
    }
    look.join(of_bytes);
    (proof.look, proof.places) = (Some(look), files::shown(&bytes.places));
}

fn is_store(place: &std::path::Path) -> bool {
    place.to_str().is_some_and(|name| name.starts_with("state.sqlite"))
}
