//! Questions in SQL: who may ask, what they see, how much they may use.

mod turns;
mod views;

use std::{fmt, sync::Arc, time::Duration};

use senne_contract::Contracts;
use senne_history::{
    Description, EntitySource, Everything, Question, Rows, Sight, SqlLimits, Surroundings, Table,
};
use senne_model::{Entity, Name, Problem, TenantName};
use senne_policy::{Action, Grant, Principal, Visible, decide};
use senne_store::Store;

use self::turns::Turn;
pub(crate) use self::turns::Turns;
use crate::{Context, Hub};

/// What anybody may use of the machine for one question, unknown callers.
const FOR_ANYBODY: SqlLimits =
    SqlLimits { rows_max: 100_000, time_max: Duration::from_secs(10), memory_bytes_max: 64 << 20 };
/// What known callers may use for one question.
const FOR_KNOWN: SqlLimits =
    SqlLimits { rows_max: usize::MAX, time_max: Duration::from_secs(600), memory_bytes_max: 512 << 20 };

/// The rows of an answer as they come; while it lives, it counts among the questions that its caller has open.
#[derive(Debug)]
pub struct Answer {
    /// The rows. Dropping them ends the query.
    pub rows: Rows,
    /// What the question may use: what was asked for, cut down to what the caller may.
    pub limits: SqlLimits,
    _turn: Turn,
}

impl Hub {
    /// Answers a question in SQL row by row. Everything that was acknowledged before the call is in the answer, and nothing that
    /// the caller may not see. What the question may use is cut down to what the caller may.
    pub async fn ask(&self, context: &Context, question: Question) -> Result<Answer, Problem> {
        let around = context.within(self.surroundings(context, &question.text)).await?;
        let turn = self.inner.sql_turns.take(&context.principal).await?;
        let limits = within(question.limits, &context.principal);
        let question = Question { limits, ..question };
        let work = async {
            self.wait_for_history().await?;
            self.inner.history.query(&context.tenant, question, around).await
        };
        Ok(Answer { rows: context.within(work).await?, limits, _turn: turn })
    }

    /// The answer to a question in SQL as a whole, with at most `rows_max` rows.
    pub async fn sql(&self, context: &Context, sql: &str, rows_max: usize) -> Result<Table, Problem> {
        let limits = SqlLimits { rows_max, ..SqlLimits::default() };
        let answer = self.ask(context, Question { limits, ..Question::new(sql) }).await?;
        context.within(answer.table()).await
    }

    /// What a question would answer with, and which parameters it wants.
    pub async fn describe(&self, context: &Context, sql: &str) -> Result<Description, Problem> {
        let around = context.within(self.surroundings(context, sql)).await?;
        context.within(self.inner.history.describe(&context.tenant, sql, around)).await
    }

    async fn surroundings(&self, context: &Context, question: &str) -> Result<Surroundings, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Sql)?;
        let contracts = Arc::clone(&self.inner.contracts);
        let sight: Arc<dyn Sight> = match grant {
            Grant::Everything => Arc::new(Everything),
            Grant::OpenOnly => Arc::new(Granted { grant, contracts: Arc::clone(&contracts) }),
        };
        let areas = self.areas(context, grant, question).await?;
        let views = views::of_contracts(&contracts, grant);
        let store = Arc::clone(&self.inner.store);
        let entities = Arc::new(Entities { store, tenant: context.tenant.clone(), grant, contracts });
        Ok(Surroundings { entities, sight, contracts: views.into(), areas })
    }
}

impl Answer {
    /// Takes all rows.
    pub async fn table(self) -> Result<Table, Problem> {
        self.rows.table().await
    }
}

/// The smaller of what is asked for and what is allowed.
fn within(wanted: SqlLimits, principal: &Principal) -> SqlLimits {
    let most = if *principal == Principal::Anonymous { FOR_ANYBODY } else { FOR_KNOWN };
    SqlLimits {
        rows_max: wanted.rows_max.min(most.rows_max),
        time_max: wanted.time_max.min(most.time_max),
        memory_bytes_max: wanted.memory_bytes_max.min(most.memory_bytes_max),
    }
}

/// What a grant lets see of the past.
pub(crate) struct Granted {
    pub(crate) grant: Grant,
    pub(crate) contracts: Arc<Contracts>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Granted({:?})", self.grant)
    }
}

impl Sight for Granted {
    fn types(&self) -> Option<Vec<Name>> {
        let names = self.contracts.iter().map(|contract| contract.type_name.clone());
        Some(
            names
                .filter(|name| self.grant.allows_types(std::slice::from_ref(name), &self.contracts))
                .collect(),
        )
    }

    fn sees(&self, types: &[Name], attribute: &Name) -> bool {
        self.grant.allows_types(types, &self.contracts)
            && self.grant.allows_attribute(types, attribute, &self.contracts)
    }
}

/// The present entities, with what the caller may see of them.
struct Entities {
    store: Arc<dyn Store>,
    tenant: TenantName,
    grant: Grant,
    contracts: Arc<Contracts>,
}

impl EntitySource for Entities {
    fn scan(&self, each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem> {
        Ok(self.store.scan(&self.tenant, &mut |entity| {
            match self.grant.visible(&entity, &self.contracts) {
                Visible::Whole => each(entity),
                Visible::Without(hidden) => {
                    let mut shown = Entity::clone(&entity);
                    shown.attributes.retain(|attribute| !hidden.contains(&attribute.name));
                    each(Arc::new(shown));
                }
                Visible::Nothing => {}
            }
            true
        })?)
    }
}
