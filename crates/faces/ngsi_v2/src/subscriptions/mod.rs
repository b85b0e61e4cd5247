//! `/v2/subscriptions`: kept as entities of the system tenant, told of changes by a follower of the log.
//!
//! A notification that fails is sent again three times; those that wait in memory are lost in a crash. Whoever needs more subscribes by
//! NGSI-LD, where nothing is lost.

mod compiled;
mod follower;
mod kept;
mod letter;
mod present;
mod registry;
mod runner;
mod target;
mod template;
mod told;

pub(crate) use registry::Subscriptions;

use http::{StatusCode, header};
use senne_model::{Json, Problem};

use self::{kept::Kept, present::present, runner::Runner};
use crate::call::{Answer, Call, answer, bare, put};

fn missing() -> Problem {
    Problem::not_found("The requested subscription has not been found. Check id")
}

/// `POST /v2/subscriptions`.
pub(crate) async fn create(call: Call) -> Answer {
    call.administer()?;
    let document = call.json().await?;
    let kept = Kept::new(&call, document);
    let id = kept.id.clone();
    call.face.subscriptions.add(kept).await?;
    let mut response = bare(StatusCode::CREATED);
    put(&mut response, header::LOCATION, &format!("/v2/subscriptions/{id}"));
    Ok(response)
}

/// `GET /v2/subscriptions`.
pub(crate) async fn list(call: Call) -> Answer {
    call.administer()?;
    let page = crate::query::page(&call)?;
    let all = call.face.subscriptions.of_tenant(&call.hub.tenant).await?;
    let total = all.len();
    let shown = all.iter().skip(page.offset).take(page.limit).map(|runner| present(runner)).collect();
    let mut response = answer(StatusCode::OK, &Json::Array(shown));
    if page.count {
        put(&mut response, http::HeaderName::from_static("fiware-total-count"), &total.to_string());
    }
    Ok(response)
}

/// `GET /v2/subscriptions/{id}`.
pub(crate) async fn retrieve(call: Call) -> Answer {
    call.administer()?;
    let runner =
        call.face.subscriptions.find(&call.hub.tenant, call.path("id")).await?.ok_or_else(missing)?;
    Ok(answer(StatusCode::OK, &present(&runner)))
}

/// `PATCH /v2/subscriptions/{id}`: the members that are given take the place of those that are there.
pub(crate) async fn update(call: Call) -> Answer {
    call.administer()?;
    let Json::Object(fresh) = call.json().await? else {
        return Err(Problem::bad("a JSON object is needed here: parts of a subscription").into());
    };
    let changed = |runner: &Runner| {
        // One that has had it stays so, unless it is asked for anew.
        let mut kept =
            if runner.is_done() { runner.kept.with_status("inactive") } else { runner.kept.clone() };
        let Json::Object(members) = &mut kept.document else { return Err(missing()) };
        for (name, value) in fresh {
            members.retain(|(there, _)| *there != name);
            members.push((name, value));
        }
        Ok(kept)
    };
    if !call.face.subscriptions.change(&call.hub.tenant, call.path("id"), changed).await? {
        return Err(missing().into());
    }
    Ok(bare(StatusCode::NO_CONTENT))
}

/// `DELETE /v2/subscriptions/{id}`.
pub(crate) async fn remove(call: Call) -> Answer {
    call.administer()?;
    if !call.face.subscriptions.remove(&call.hub.tenant, call.path("id")).await? {
        return Err(missing().into());
    }
    Ok(bare(StatusCode::NO_CONTENT))
}
