//! Problems as gRPC says them.

use axum::response::Response;
use senne_model::{ErrorKind, Problem};
use tonic::{Code, Status};

use senne_http::problem::told;

/// A problem as the status of a call.
pub(super) fn status(problem: Problem) -> Status {
    let told = told(&problem);
    let text = match &problem.field {
        Some(field) if problem.kind != ErrorKind::Internal => format!("{field}: {told}"),
        _ => told,
    };
    Status::new(code(problem.kind), text)
}

fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::BadRequest => Code::InvalidArgument,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::Forbidden => Code::PermissionDenied,
        ErrorKind::NotFound | ErrorKind::NoSuchTenant => Code::NotFound,
        ErrorKind::AlreadyExists => Code::AlreadyExists,
        ErrorKind::Conflict => Code::Aborted,
        ErrorKind::TooLarge | ErrorKind::TooComplex | ErrorKind::StorageFull => Code::ResourceExhausted,
        ErrorKind::NotSupported => Code::Unimplemented,
        ErrorKind::Overloaded | ErrorKind::ContextUnavailable => Code::Unavailable,
        ErrorKind::Timeout => Code::DeadlineExceeded,
        ErrorKind::Internal => Code::Internal,
    }
}

/// A problem as the whole answer to a call, for those who refuse it before it comes here.
pub fn grpc_refusal(problem: &Problem) -> Response {
    status(problem.clone()).into_http()
}

/// A fault of the Arrow libraries, which is ours.
pub(super) fn fault(error: impl std::fmt::Display) -> Status {
    status(Problem::internal(format!("Arrow: {error}")))
}
