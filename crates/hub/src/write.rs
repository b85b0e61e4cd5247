//! The write path: admit, then commit.

use std::sync::Arc;

use senne_model::{ApplyError, ErrorKind, Operation, Problem, Write};
use senne_policy::{Action, decide};
use senne_store::{Reply, Request, Written};

use crate::{Context, Hub};

/// The most writes that one call may bring.
const WRITES_MAX: usize = 50_000;

/// How a set of writes is to be taken.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    /// (source, position): stored with the writes in one transaction, so that a load can go on exactly where
    /// it stopped. A write that is refused does not hold it back, unless all or nothing was asked.
    pub position: Option<(String, String)>,
    /// One write that is refused takes all with it; and so does an attribute that is there already, where a write that overwrites
    /// nothing (`Append { keep: true }`) brings it.
    pub all_or_nothing: bool,
}

impl Hub {
    /// Stores writes, in order. The outer error means that nothing was stored; the inner ones tell, write by
    /// write, which did not fit the contract or the present state. When this returns, what it says is on disk.
    pub async fn write(
        &self,
        context: &Context,
        writes: Vec<Write>,
        options: WriteOptions,
    ) -> Result<Vec<Result<Written, Problem>>, Problem> {
        decide(&context.principal, &context.tenant, Action::Write)?;
        if writes.len() > WRITES_MAX {
            let detail = format!("{} writes at once are too many; send at most {WRITES_MAX}", writes.len());
            return Err(Problem::new(ErrorKind::TooLarge, detail));
        }
        self.check_lag()?;
        let mut refused: Vec<Option<Problem>> = writes.iter().map(|w| self.admit(context, w).err()).collect();
        if options.all_or_nothing && refused.iter().any(Option::is_some) {
            let mine = |p: Option<Problem>| {
                Err(p.unwrap_or_else(|| conflict("another write of this request was refused")))
            };
            return Ok(refused.into_iter().map(mine).collect());
        }
        let any_refused = refused.iter().any(Option::is_some);
        let kept: Vec<Write> = if any_refused {
            writes
                .into_iter()
                .zip(&refused)
                .filter(|(_, problem)| problem.is_none())
                .map(|(write, _)| write)
                .collect()
        } else {
            writes
        };
        if kept.is_empty() && options.position.is_none() {
            return Ok(refused.iter_mut().filter_map(Option::take).map(Err).collect());
        }
        let request = Request {
            tenant: context.tenant.clone(),
            actor: Arc::from(context.principal.name()),
            writes: kept,
            all_or_nothing: options.all_or_nothing,
            position: options.position,
        };
        let Reply { results } = self.inner.commit.write(context, request).await?;
        let mut results = results.into_iter().map(|r| r.map_err(problem));
        let merged = refused.into_iter().map(|refused| match refused {
            Some(problem) => Err(problem),
            None => results.next().unwrap_or_else(|| Err(Problem::internal("a write got no answer"))),
        });
        Ok(merged.collect())
    }

    /// Whether writes can be stored, as far as is known: false after a defect of ours, until the disk has been read again.
    pub fn can_write(&self) -> bool {
        self.inner.commit.works()
    }

    /// How far a source has been loaded, in its own words.
    pub async fn position(&self, context: &Context, source: &str) -> Result<Option<String>, Problem> {
        decide(&context.principal, &context.tenant, Action::Write)?;
        Ok(self.inner.store.position(&context.tenant, source)?)
    }

    /// Whether a write fits its contract. One that names no type is held against the types that the entity has.
    fn admit(&self, context: &Context, write: &Write) -> Result<(), Problem> {
        if matches!(
            write.operation,
            Operation::Delete | Operation::DeleteAttribute { .. } | Operation::Expire
        ) {
            return Ok(());
        }
        if !write.types.is_empty() {
            return self.inner.contracts.check(write);
        }
        match self.inner.store.entity(&context.tenant, &write.entity)? {
            Some(entity) => self.inner.contracts.check_as(&entity.types, write),
            None => Ok(()),
        }
    }

    /// Asked at every write, so it makes nothing unless somebody is behind.
    fn check_lag(&self) -> Result<(), Problem> {
        let head = self.head();
        let followers = self.inner.followers.lock();
        let behind = followers.iter().find(|running| running.lag(head) > self.inner.config.lag_max);
        behind.map_or(Ok(()), |running| {
            let (name, lag) = (running.follower.name(), running.lag(head));
            let detail = format!("`{name}` is {lag} changes behind; send it again later");
            Err(Problem::new(ErrorKind::Overloaded, detail))
        })
    }
}

fn problem(error: ApplyError) -> Problem {
    let kind = match &error {
        ApplyError::Exists => ErrorKind::AlreadyExists,
        ApplyError::NoEntity | ApplyError::NoAttribute(_) => ErrorKind::NotFound,
        ApplyError::NoType => ErrorKind::BadRequest,
        ApplyError::Left(..) => ErrorKind::Conflict,
    };
    let problem = Problem::new(kind, error.to_string());
    match &error {
        ApplyError::NoType => problem.field("type"),
        ApplyError::Left(name, _) => problem.field(name.local()),
        _ => problem,
    }
}

fn conflict(detail: &str) -> Problem {
    Problem::new(ErrorKind::Conflict, detail)
}
