//! `/v2/registrations`: there are none. Other brokers are registered by NGSI-LD, and what they hold is told there.

use http::{HeaderName, StatusCode};
use senne_model::{ErrorKind, Json, Problem};

use crate::call::{Answer, Call, answer, put};

/// `GET /v2/registrations`: an empty list, for clients that look before they begin.
pub(crate) async fn list(call: Call) -> Answer {
    call.administer()?;
    let page = crate::query::page(&call)?;
    let mut response = answer(StatusCode::OK, &Json::Array(Vec::new()));
    if page.count {
        put(&mut response, HeaderName::from_static("fiware-total-count"), "0");
    }
    Ok(response)
}

/// `POST /v2/registrations` is refused, so that nobody waits for what is not forwarded.
pub(crate) async fn create(call: Call) -> Answer {
    call.administer()?;
    let detail = "requests of NGSI-v2 are not forwarded; register the source with NGSI-LD, at \
                  /ngsi-ld/v1/csourceRegistrations";
    Err(Problem::new(ErrorKind::NotSupported, detail).into())
}

/// `GET` and `DELETE /v2/registrations/{id}`.
pub(crate) async fn one(call: Call) -> Answer {
    call.administer()?;
    Err(Problem::not_found("The requested registration has not been found. Check id").into())
}
