//! Erasing entities for good, with proof. The steps are those of `docs/lifecycle-erasure.md`.

mod carry_out;
mod files;
mod find;
mod proof;
mod reapply;
mod sweep;

use std::sync::Arc;

use senne_history::{RowsOf, Swept, faults};
use senne_model::{ChangeNo, EntityId, ErrorKind, Problem, Timestamp};
use senne_policy::{Action, decide};
use senne_store::{Erasure, Trace};

pub use self::proof::Proof;
use crate::{Context, Hub};

/// The most entities that one erasure takes.
const ENTITIES_MAX: usize = 10_000;

/// The longest reason or ground, in bytes.
const TEXT_BYTES_MAX: usize = 2_000;

/// Whom an erasure is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This entity alone.
    Entity(EntityId),
    /// This person, and every entity that is about them as its contract says (`subject`).
    Subject(EntityId),
}

impl Target {
    fn id(&self) -> &EntityId {
        match self {
            Self::Entity(id) | Self::Subject(id) => id,
        }
    }
}

/// How much of an entity goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Everything,
    /// What was recorded so far; the present state stays.
    Past,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ErasureRequest {
    /// Whom it is about.
    pub target: Target,
    /// How much goes.
    pub extent: Extent,
    /// Why, in words that name nobody.
    pub reason: String,
    /// The legal ground.
    pub ground: String,
}

/// What an erasure would take, when nothing is done; copies in snapshots included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many entities are meant, without copies.
    pub meant: u64,
    /// What state and log have of them.
    pub trace: Trace,
    /// What the tables have of them.
    pub rows: RowsOf,
}

impl Preview {
    fn is_empty(&self) -> bool {
        self.trace == Trace::default() && self.rows == RowsOf::default()
    }

    /// Adds what a copy has.
    fn join(&mut self, other: &Self) {
        self.trace.entities += other.trace.entities;
        self.trace.changes += other.trace.changes;
        self.rows.observations += other.rows.observations;
        self.rows.hours += other.rows.hours;
        self.rows.days += other.rows.days;
        self.rows.series += other.rows.series;
        self.rows.files += other.rows.files;
        self.rows.bytes += other.rows.bytes;
    }
}

impl Hub {
    /// What an erasure would take.
    pub async fn preview_erasure(
        &self,
        context: &Context,
        request: &ErasureRequest,
    ) -> Result<Preview, Problem> {
        decide(&context.principal, &context.tenant, Action::Erase)?;
        let entities = self.meant(context, &request.target).await?;
        let mut preview = self.preview(context, &entities).await?;
        for copy in self.copies(context, request)? {
            let entities = self.meant(&copy, &request.target).await?;
            preview.join(&self.preview(&copy, &entities).await?);
        }
        Ok(preview)
    }

    /// The snapshots from which it goes as well. Where the past alone goes, they stay, as the present does.
    fn copies(&self, context: &Context, request: &ErasureRequest) -> Result<Vec<Context>, Problem> {
        if request.extent == Extent::Past {
            return Ok(Vec::new());
        }
        let tenants = self.snapshot_tenants()?.into_iter();
        let own = tenants.filter(|copy| context.tenant.snapshot_named(copy.as_str()).is_some());
        Ok(own.map(|tenant| Context { tenant, ..context.clone() }).collect())
    }

    async fn preview(&self, context: &Context, entities: &[EntityId]) -> Result<Preview, Problem> {
        self.wait_for_history().await?;
        let trace = self.inner.store.trace(&context.tenant, entities)?;
        let rows = self.inner.history.rows_of(&context.tenant, entities, self.head()).await?;
        Ok(Preview { meant: entities.len() as u64, trace, rows })
    }

    /// Erases. When this returns, the erasure is on disk and nobody sees anything of it any more; what is left to do on disk goes
    /// on, after a crash too. The proof is the one known by now: [`Hub::proof`] waits for the whole. Copies in snapshots go along, each
    /// with a proof of its own.
    pub async fn erase(&self, context: &Context, request: &ErasureRequest) -> Result<Proof, Problem> {
        decide(&context.principal, &context.tenant, Action::Erase)?;
        check(request)?;
        let entities = self.counted(context, request).await?;
        let mut known = !self.preview(context, &entities).await?.is_empty();
        // Before what they are copies of: who is told of a failure asks again, and finds it still there.
        for copy in self.copies(context, request)? {
            let copied = self.counted(&copy, request).await?;
            if self.preview(&copy, &copied).await?.is_empty() {
                continue;
            }
            known = true;
            self.record(self.unproven(&copy, request, &copied)?, copied).await?;
        }
        if !known {
            let detail = format!("nothing is known of `{}` here, now or in the past", request.target.id());
            return Err(Problem::not_found(detail));
        }
        let proof = self.record(self.unproven(context, request, &entities)?, entities).await?;
        self.inner.tasks.spawn(self.clone().erase_soon());
        Ok(proof)
    }

    /// The entities that are meant, when they are not too many.
    async fn counted(&self, context: &Context, request: &ErasureRequest) -> Result<Vec<EntityId>, Problem> {
        let entities = self.meant(context, &request.target).await?;
        if entities.len() > ENTITIES_MAX {
            let detail = format!("{} entities are meant; at most {ENTITIES_MAX} go at once", entities.len());
            return Err(Problem::new(ErrorKind::TooLarge, detail));
        }
        Ok(entities)
    }

    /// The proof of an erasure of which nothing is done yet.
    fn unproven(
        &self,
        context: &Context,
        request: &ErasureRequest,
        entities: &[EntityId],
    ) -> Result<Proof, Problem> {
        let mut proof = Proof {
            id: proof::random()?,
            tenant: context.tenant.clone(),
            at: Timestamp::now(),
            by: context.principal.name().to_owned(),
            reason: request.reason.clone(),
            ground: request.ground.clone(),
            past_only: request.extent == Extent::Past,
            reapplied: false,
            salt: self.salt()?,
            entities: Vec::new(),
            upto: ChangeNo(0),
            state: 0,
            log: 0,
            rows: None,
            swept: Swept::default(),
            together: 0,
            look: None,
            places: Vec::new(),
            looked_by_hash: false,
            finished: None,
        };
        proof.entities = entities.iter().map(|id| proof.hash(id)).collect();
        Ok(proof)
    }

    /// The proof of an erasure once it is carried out, or as it is known at the deadline of the context.
    pub async fn proof(&self, context: &Context, id: &str) -> Result<Proof, Problem> {
        decide(&context.principal, &context.tenant, Action::Erase)?;
        loop {
            let stored = self.inner.store.erasures()?.into_iter().find(|stored| stored.id == id);
            let stored = stored.filter(|stored| stored.tenant == context.tenant);
            let stored = stored.ok_or_else(|| Problem::not_found("there is no such erasure here"))?;
            if stored.settled || std::time::Instant::now() >= context.deadline {
                return carry_out::proof_of(&stored);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// One salt for all proofs of a folder, so that each identifier is hashed once when they are applied again.
    fn salt(&self) -> Result<String, Problem> {
        let known = self.inner.store.erasures()?.last().and_then(|stored| carry_out::proof_of(stored).ok());
        known.map_or_else(proof::random, |proof| Ok(proof.salt))
    }

    /// Step 1: the erasure is recorded with what the store does, and hidden everywhere.
    async fn record(&self, proof: Proof, entities: Vec<EntityId>) -> Result<Proof, Problem> {
        faults::pass("erasure: before it is recorded", &self.inner.config.folder)?;
        let pseudonyms = proof.entities.iter();
        let erasure = Erasure {
            id: proof.id.clone(),
            tenant: proof.tenant.clone(),
            pseudonyms: pseudonyms
                .map(|hash| EntityId::trusted(&format!("urn:senne:erased:{hash}")))
                .collect(),
            entities,
            past_only: proof.past_only,
            record: proof.to_json().to_string(),
        };
        let (tail, at) = (Arc::clone(&self.inner.tail), proof.at);
        let (history, areas) = (Arc::clone(&self.inner.history), Arc::clone(&self.inner.areas));
        let erased = self.inner.commit.work(move |writer| {
            let erased = writer.erase(&erasure, at)?;
            // Here, since whoever asked may have gone: what is on disk is hidden all the same (E1).
            tail.erase(&erasure.tenant, &erasure.entities.iter().cloned().collect());
            tail.push(erased.changes.clone());
            history.hide(&erasure.tenant, &erasure.entities, erased.upto);
            areas.forget(&erasure.tenant);
            Ok(erased)
        });
        let erased = erased.await?;
        Ok(Proof { upto: erased.upto, state: erased.trace.entities, log: erased.trace.changes, ..proof })
    }
}

/// A reason that names who is erased would stay for ever.
fn check(request: &ErasureRequest) -> Result<(), Problem> {
    for (field, text) in [("reason", &request.reason), ("ground", &request.ground)] {
        if text.trim().is_empty() || text.len() > TEXT_BYTES_MAX {
            let detail = format!("say it in 1 to {TEXT_BYTES_MAX} bytes: it stands in the proof");
            return Err(Problem::bad(detail).field(field));
        }
        if text.contains(request.target.id().as_str()) {
            return Err(Problem::bad("do not name who is erased: this is kept").field(field));
        }
    }
    Ok(())
}
