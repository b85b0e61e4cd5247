//! The steps after an erasure was recorded, each of which may be done twice. All that wait are carried out together: one pass over
//! the files, one last look, a proof for each.

use std::sync::atomic::Ordering;

use senne_history::{ToErase, faults};
use senne_model::{EntityId, Problem, TenantName, Timestamp};
use senne_store::StoredErasure;

use super::{Proof, files};
use crate::Hub;

/// The most erasures that one pass takes: the rest goes with the next.
const JOINED_MAX: usize = 256;

/// Erasures of one tenant that go in one pass.
pub(super) struct Joined {
    pub(super) tenant: TenantName,
    pub(super) parts: Vec<Part>,
}

/// One of them.
pub(super) struct Part {
    pub(super) proof: Proof,
    pub(super) entities: Vec<EntityId>,
}

impl Joined {
    pub(super) fn to_erase(&self) -> Vec<ToErase> {
        let part = |part: &Part| ToErase { entities: part.entities.clone(), upto: part.proof.upto };
        self.parts.iter().map(part).collect()
    }

    fn proofs(&self) -> Vec<Proof> {
        self.parts.iter().map(|part| part.proof.clone()).collect()
    }
}

/// The proof with what the store knows of it.
pub(super) fn proof_of(stored: &StoredErasure) -> Result<Proof, Problem> {
    let json = serde_json::from_str(&stored.record).unwrap_or_default();
    let proof = Proof::from_json(&json)?;
    Ok(Proof { upto: stored.upto, state: stored.trace.entities, log: stored.trace.changes, ..proof })
}

/// What is to be written of proofs: identifier and record of each.
fn records(proofs: &[Proof]) -> Vec<(String, String)> {
    proofs.iter().map(|proof| (proof.id.clone(), proof.to_json().to_string())).collect()
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

    /// Carries out what was recorded, unless somebody waits for their turn to do so: they will see it too.
    pub(super) async fn erase_soon(self) {
        if !self.inner.erasures_wait.swap(true, Ordering::AcqRel) {
            self.go_on_erasing().await;
        }
    }

    /// Carries out what was recorded and is not settled. What fails is tried again from time to time.
    pub(crate) async fn go_on_erasing(self) {
        let _turn = self.inner.erasing.lock().await;
        // From here on, what is recorded may come too late for this turn.
        self.inner.erasures_wait.store(false, Ordering::Release);
        match self.unfinished() {
            Ok(unfinished) => {
                for joined in joined(unfinished) {
                    self.carry_out_or_tell(&joined).await;
                }
            }
            Err(error) => tracing::warn!(%error, "which erasures wait could not be read: {error}"),
        }
    }

    async fn carry_out_or_tell(&self, joined: &[StoredErasure]) {
        let count = joined.len();
        match self.carry_out(joined).await {
            Ok(proofs) => {
                let unclean = proofs.iter().filter(|proof| !proof.is_clean());
                for proof in unclean {
                    tracing::warn!(erasure = proof.id, "an erasure left something behind; see its proof");
                }
                tracing::info!(count, "{count} erasures are carried out and proven");
            }
            Err(error) => {
                tracing::warn!(count, %error, "{count} erasures wait, they will be tried again: {error}");
            }
        }
    }

    async fn carry_out(&self, stored: &[StoredErasure]) -> Result<Vec<Proof>, Problem> {
        let folder = &self.inner.config.folder;
        let mut proofs = stored.iter().map(proof_of).collect::<Result<Vec<_>, _>>()?;
        if proofs.iter().any(|proof| proof.finished.is_none()) {
            proofs = self.finish(stored, proofs).await?;
            faults::pass("erasure: before it is proven", folder)?;
            let noted = records(&proofs);
            self.inner
                .commit
                .work(move |writer| noted.iter().try_for_each(|(id, record)| writer.note_erasure(id, record)))
                .await?;
        }
        files::append(folder, &proofs)?;
        faults::pass("erasure: before it is settled", folder)?;
        let settled = records(&proofs);
        self.inner
            .commit
            .work(move |writer| settled.iter().try_for_each(|(id, record)| writer.settle_erasure(id, record)))
            .await?;
        Ok(proofs)
    }

    /// Sweeps and looks; what was let go of before a crash is looked for by its hash.
    async fn finish(&self, stored: &[StoredErasure], proofs: Vec<Proof>) -> Result<Vec<Proof>, Problem> {
        let Some(first) = stored.first() else { return Ok(proofs) };
        let mut done = if first.entities.is_some() {
            let parts = proofs
                .into_iter()
                .zip(stored)
                .map(|(proof, stored)| Part { proof, entities: stored.entities.clone().unwrap_or_default() });
            let mut joined = Joined { tenant: first.tenant.clone(), parts: parts.collect() };
            self.sweep(&mut joined).await?;
            joined.proofs()
        } else {
            self.scrub(false).await?;
            let mut looked = Vec::with_capacity(proofs.len());
            for proof in proofs {
                let look = Some(self.look_by_hash(&proof).await?);
                looked.push(Proof { look, looked_by_hash: true, ..proof });
            }
            looked
        };
        let now = Timestamp::now();
        done.iter_mut().for_each(|proof| proof.finished = Some(now));
        Ok(done)
    }

    /// Notes what is known of erasures by now.
    pub(super) async fn note(&self, joined: &Joined) -> Result<(), Problem> {
        let noted = records(&joined.proofs());
        let work = move |writer: &mut dyn senne_store::StoreWriter| {
            noted.iter().try_for_each(|(id, record)| writer.note_erasure(id, record))
        };
        self.inner.commit.work(work).await
    }

    /// Lets go of the identifiers.
    pub(super) async fn forget(&self, joined: &Joined) -> Result<(), Problem> {
        let noted = records(&joined.proofs());
        let work = move |writer: &mut dyn senne_store::StoreWriter| {
            noted.iter().try_for_each(|(id, record)| writer.forget_erased(id, record))
        };
        self.inner.commit.work(work).await
    }
}

/// Erasures that go together: of one tenant, and as far as one another. One that cannot be read goes alone and holds up no other.
fn joined(unfinished: Vec<StoredErasure>) -> Vec<Vec<StoredErasure>> {
    let mut groups: Vec<Vec<StoredErasure>> = Vec::new();
    for stored in unfinished {
        let stage = stage(&stored);
        let fits = |group: &&mut Vec<StoredErasure>| {
            stage.is_some()
                && group.len() < JOINED_MAX
                && group
                    .first()
                    .is_some_and(|first| first.tenant == stored.tenant && self::stage(first) == stage)
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(stored),
            None => groups.push(vec![stored]),
        }
    }
    groups
}

/// Whether the identifiers are still there, and whether it is proven; `None` when its record cannot be read.
fn stage(stored: &StoredErasure) -> Option<(bool, bool)> {
    let proof = proof_of(stored).ok()?;
    Some((stored.entities.is_some(), proof.finished.is_some()))
}

#[cfg(test)]
mod tests {
    use senne_model::ChangeNo;
    use senne_store::Trace;

    use super::*;

    #[test]
    fn a_record_that_cannot_be_read_holds_up_no_other() {
        let stored = |id: &str, record: &str| StoredErasure {
            id: id.to_owned(),
            tenant: TenantName::default(),
            upto: ChangeNo(1),
            past_only: false,
            trace: Trace::default(),
            record: record.to_owned(),
            entities: Some(vec![EntityId::trusted("urn:x:1")]),
            settled: false,
        };
        let whole = r#"{"id":"a","tenant":"default","at":"2024-01-01T00:00:00Z","by":"clerk","reason":"asked","ground":"law","salt":"s"}"#;
        let groups = joined(vec![stored("a", "{"), stored("b", whole), stored("c", whole), stored("d", "{")]);
        let ids = |group: &Vec<StoredErasure>| group.iter().map(|one| one.id.clone()).collect::<String>();
        assert_eq!(groups.iter().map(ids).collect::<Vec<_>>(), ["a", "bc", "d"]);
    }
}
