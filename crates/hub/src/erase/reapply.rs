//! Erasing again what a restored backup has brought back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use senne_history::Swept;
use senne_model::{EntityId, Problem, TenantName, Timestamp};
use senne_policy::{Action, decide};

use super::{Proof, files};
use crate::{Context, Hub};

impl Hub {
    /// Erases again whatever matches the proofs in the data folder that this store does not know of: it comes from a backup that
    /// is older than they are. To be called after a restore, with the newest `erasures.ndjson` in the folder and before anybody
    /// reads. Gives the proofs that were applied again, as they are known by now. A second call does nothing.
    pub async fn reapply_erasures(&self, context: &Context) -> Result<Vec<Proof>, Problem> {
        let known: HashSet<String> =
            self.inner.store.erasures()?.into_iter().map(|stored| stored.id).collect();
        let mut missing: BTreeMap<TenantName, Vec<Proof>> = BTreeMap::new();
        let mut seen = HashSet::new();
        for proof in files::proofs(&self.inner.config.folder)? {
            if !known.contains(&proof.id) && seen.insert(proof.id.clone()) {
                missing.entry(proof.tenant.clone()).or_default().push(proof);
            }
        }
        let mut applied = Vec::new();
        for (tenant, proofs) in missing {
            let context = Context { tenant, ..context.clone() };
            decide(&context.principal, &context.tenant, Action::Erase)?;
            let matches = self.matches(&context, &proofs).await?;
            for (proof, entities) in proofs.into_iter().zip(matches) {
                applied.push(self.apply_again(proof, entities.into_iter().collect()).await?);
            }
        }
        self.clone().go_on_erasing().await;
        Ok(applied)
    }

    /// The entities that each of the proofs means.
    async fn matches(&self, context: &Context, proofs: &[Proof]) -> Result<Vec<BTreeSet<EntityId>>, Problem> {
        let mut by_salt: HashMap<&str, (&Proof, HashMap<&str, Vec<usize>>)> = HashMap::new();
        for (place, proof) in proofs.iter().enumerate() {
            let hashes = &mut by_salt.entry(&proof.salt).or_insert_with(|| (proof, HashMap::new())).1;
            proof.entities.iter().for_each(|hash| hashes.entry(hash).or_default().push(place));
        }
        let mut found = vec![BTreeSet::new(); proofs.len()];
        self.every_entity(context, &mut |id| {
            for (proof, hashes) in by_salt.values() {
                for place in hashes.get(proof.hash(id).as_str()).into_iter().flatten() {
                    found[*place].insert(id.clone());
                }
            }
        })
        .await?;
        Ok(found)
    }

    async fn apply_again(&self, proof: Proof, entities: Vec<EntityId>) -> Result<Proof, Problem> {
        let proof = Proof {
            at: Timestamp::now(),
            reapplied: true,
            rows: None,
            swept: Swept::default(),
            together: 0,
            look: None,
            places: Vec::new(),
            looked_by_hash: false,
            finished: None,
            ..proof
        };
        let hashes = proof.entities.clone();
        let meant = entities.iter().map(|id| proof.hash(id)).collect();
        let recorded = self.record(Proof { entities: meant, ..proof }, entities).await?;
        // The proof goes on meaning all of them.
        let proof = Proof { entities: hashes, ..recorded };
        let (id, record) = (proof.id.clone(), proof.to_json().to_string());
        self.inner.commit.work(move |writer| writer.note_erasure(&id, &record)).await?;
        Ok(proof)
    }
}
