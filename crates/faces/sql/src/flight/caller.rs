//! Who calls, and in which tenant.

use senne_hub::{Action, Context, Principal};
use senne_model::Problem;
use tonic::{Request, Status};

use super::{Flight, status::status};
use crate::tenant::tenant;

impl Flight {
    /// The context of a call; who may not ask at all is refused here.
    pub(super) fn context<T>(&self, request: &Request<T>) -> Result<Context, Status> {
        let principal = principal(request)?;
        let tenant = tenant(request.metadata().as_ref()).map_err(status)?;
        let context = Context::new(principal, tenant);
        self.face.hub.decide(&context, Action::Sql).map_err(status)?;
        Ok(context)
    }
}

/// Who calls, as the server found out.
pub(super) fn principal<T>(request: &Request<T>) -> Result<Principal, Status> {
    let missing = || status(Problem::internal("nobody has said who calls"));
    request.extensions().get::<Principal>().cloned().ok_or_else(missing)
}
