//! Who asks, in which tenant, why, and until when.

use std::time::{Duration, Instant};

use senne_model::{ErrorKind, Problem, TenantName};
use senne_policy::Principal;

/// The default time that a request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The circumstances of one request.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who asks.
    pub principal: Principal,
    /// In which tenant.
    pub tenant: TenantName,
    /// For which purpose, when one was stated.
    pub purpose: Option<String>,
    /// Until when an answer is of use.
    pub deadline: Instant,
    /// What ties the log lines of this request together.
    pub trace: String,
}

impl Context {
    /// A context with 30 s of patience.
    pub fn new(principal: Principal, tenant: TenantName) -> Self {
        Self { principal, tenant, purpose: None, deadline: Instant::now() + PATIENCE, trace: String::new() }
    }

    /// Senne's own context, in the system companion of a tenant.
    pub fn system(tenant: &TenantName) -> Self {
        Self::new(Principal::System, tenant.system())
    }

    /// Runs `work` until the deadline.
    pub(crate) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        match tokio::time::timeout_at(self.deadline.into(), work).await {
            Ok(result) => result,
            Err(_) => Err(Problem::new(ErrorKind::Timeout, "the answer took too long; ask for less at once")),
        }
    }
}
