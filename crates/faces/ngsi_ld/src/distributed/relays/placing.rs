//! What a source is sent to make, change and take back a copy (clauses 5.8.1.4, 5.8.2.4, 5.8.5.4).

use http::Method;
use senne_model::{Json, Problem};

use super::{
    conditions::{conditions, of_registrations},
    copy::{Copying, change, members_of},
    keeper::Relays,
    kept::{Placed, Subscription},
};
use crate::{
    contexts::Terms,
    distributed::{
        failure::Failure,
        forward::{Naming, Outgoing},
        gather::covers_filter,
        trip::Trip,
    },
    registrations::{Matched, Registration, Serves},
};

/// A copy as it ought to stand.
pub(super) struct Plan {
    naming: Naming,
    body: Json,
    /// The filters are put here, to the whole of an entity.
    pub(super) split: bool,
}

impl Plan {
    /// The members that the copy has, beside those that it always has.
    pub(super) fn members(&self) -> Vec<String> {
        members_of(&self.body)
    }
}

impl Relays {
    /// The copy for one source, where its id is `remote`. Errors when it cannot be made of the subscription.
    pub(super) async fn plan(
        &self,
        subscription: &Subscription,
        found: &Matched,
        remote: &str,
    ) -> Result<Plan, Failure> {
        let invalid = |problem: Problem| Failure::Invalid(problem.detail);
        let document = &subscription.document;
        let terms = self.contexts.by_text(&subscription.context.to_string()).await.map_err(invalid)?;
        let naming = self.forwarder.naming(&found.registration, &terms).await;
        let query = conditions(document, &terms).map_err(invalid)?;
        let wanted = of_registrations(document, &terms).map_err(invalid)?;
        // A source cannot put a filter to what it has not.
        let split = !covers_filter(found, &query) || subscription.is_split(self.split);
        let copying = Copying {
            document,
            terms: &terms,
            query: &query,
            naming: &naming,
            matched: found,
            wanted: &wanted,
            split,
        };
        let body = copying.copy(remote, &self.endpoint(subscription));
        Ok(Plan { naming, body, split })
    }

    /// Makes the copy, or what may stand of it since `before` into it.
    pub(super) async fn place(
        &self,
        trip: &Trip,
        registration: &Registration,
        plan: &Plan,
        remote: &str,
        before: Option<&Placed>,
    ) -> Result<(), Failure> {
        let may = |operation: Serves| registration.operations.has(operation);
        if let Some(before) = before {
            if may(Serves::UpdateSubscription) {
                match self.change(trip, registration, plan, before).await {
                    Err(failure) if failure.is_absence() => {}
                    // What cannot be changed there is made anew.
                    Err(Failure::Refused { status: 400..=499, .. }) if may(Serves::DeleteSubscription) => {
                        self.remove(trip, registration, &plan.naming, remote).await?;
                    }
                    other => return other,
                }
            } else if may(Serves::DeleteSubscription) {
                self.remove(trip, registration, &plan.naming, remote).await?;
            }
        }
        let was_there = before.is_some() && is_mended_by(registration);
        let path = vec!["subscriptions".to_owned()];
        let body = Some(plan.body.clone());
        let new = Outgoing { method: Method::POST, path, body, ..Outgoing::default() };
        match self.forwarder.send(trip, registration, &plan.naming, new).await {
            // It was placed before, and the answer was lost.
            Err(Failure::Refused { status: 409, .. }) if !was_there => Ok(()),
            // The subscription came from there: the source watches for it already.
            Err(Failure::Loop) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn change(
        &self,
        trip: &Trip,
        registration: &Registration,
        plan: &Plan,
        before: &Placed,
    ) -> Result<(), Failure> {
        let path = vec!["subscriptions".to_owned(), before.remote.clone()];
        let body = Some(change(&plan.body, &before.members));
        let changed = Outgoing { method: Method::PATCH, path, body, ..Outgoing::default() };
        self.forwarder.send(trip, registration, &plan.naming, changed).await.map(|_| ())
    }

    /// Removes a copy; one that is not there is removed too.
    async fn remove(
        &self,
        trip: &Trip,
        registration: &Registration,
        naming: &Naming,
        remote: &str,
    ) -> Result<(), Failure> {
        let path = vec!["subscriptions".to_owned(), remote.to_owned()];
        let outgoing = Outgoing { method: Method::DELETE, path, ..Outgoing::default() };
        match self.forwarder.send(trip, registration, naming, outgoing).await {
            Err(failure) if !failure.is_absence() => Err(failure),
            _ => Ok(()),
        }
    }

    /// Takes a copy back; at a source that does not remove any, there is nothing to be done.
    pub(super) async fn take_back(
        &self,
        trip: &Trip,
        registration: &Registration,
        remote: &str,
    ) -> Result<(), Failure> {
        if !registration.operations.has(Serves::DeleteSubscription) {
            return Ok(());
        }
        let naming = self.forwarder.naming(registration, &Terms::default_core()).await;
        let removed = self.remove(trip, registration, &naming, remote).await;
        if let Err(failure) = &removed {
            tracing::warn!(registration = %registration.id, "a subscription could not be taken back, it is tried again: {failure}");
        }
        removed
    }
}

/// Whether a copy at this source can be made into another: by a change, or by a removal.
pub(super) fn is_mended_by(registration: &Registration) -> bool {
    let operations = registration.operations;
    operations.has(Serves::UpdateSubscription) || operations.has(Serves::DeleteSubscription)
}
