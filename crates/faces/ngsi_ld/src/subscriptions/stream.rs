//! Changes as a stream, for who comes and reads: browsers, and whoever cannot be called (docs/ngsi-ld.md, "Streams").
//!
//! A reader sees what the reader may see, whoever made the subscription. It has no cursor here: it says itself what it
//! saw last, and goes on from there as long as the log reaches back so far.

use std::{collections::VecDeque, sync::Arc};

use senne_hub::{Action, Context, Hub};
use senne_model::{Change, ChangeNo, ErrorKind, Json, Later, Problem, Timestamp};
use tokio::sync::watch;

use super::{
    compiled::{Compiled, Join},
    notification::{Mark, Notification},
    places::Place,
    registry::missing,
    runner::Runner,
    told,
};
use crate::http::Call;

/// What a reader is sent.
pub(super) enum Event {
    /// A notification, with the number of its change.
    Notification(ChangeNo, Vec<u8>),
    /// Changes after the first number and up to the second are no longer in the log.
    Gap(ChangeNo, ChangeNo),
}

/// One reader.
pub(super) struct Stream {
    hub: Hub,
    who: Context,
    runner: Arc<Runner>,
    compiled: Arc<Compiled>,
    position: ChangeNo,
    changes: VecDeque<Arc<Change>>,
    /// The same by entity.
    later: Later,
    news: watch::Receiver<ChangeNo>,
    _place: Place,
}

impl Stream {
    /// Opens a stream after what the reader saw last: the header `Last-Event-ID`, or the parameter `lastEventId`.
    pub(super) async fn open(call: &Call) -> Result<Self, Problem> {
        let hub = call.face.hub.clone();
        hub.decide(&call.hub, Action::Read)?;
        let id = call.id()?;
        let subscriptions = &call.face.subscriptions;
        subscriptions.load().await?;
        let runner = subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
        let compiled = runner.ready().await.ok_or_else(|| {
            Problem::new(
                ErrorKind::Overloaded,
                "the context of this subscription cannot be had now; come back later",
            )
        })?;
        let place = subscriptions.streams.take(&call.hub.principal, call.address())?;
        let header = call.headers.get("last-event-id").and_then(|value| value.to_str().ok());
        let position = match header.or(call.parameters.get("lastEventId")) {
            None => hub.head(),
            Some(text) => {
                let wrong = || Problem::bad("this is no number of a change").field("Last-Event-ID");
                ChangeNo(text.trim().parse().map_err(|_| wrong())?)
            }
        };
        let who = Context::new(call.hub.principal.clone(), call.hub.tenant.clone());
        let news = hub.news();
        let (changes, later) = (VecDeque::new(), Later::default());
        Ok(Self { hub, who, runner, compiled, position, changes, later, news, _place: place })
    }

    /// The next event; none when the subscription was removed or changed: who comes back sees it as it is then. May be
    /// dropped while it waits, and called again.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if self.runner.is_stopped() {
                return None;
            }
            if let Some(change) = self.changes.front().map(Arc::clone) {
                // When it cannot be told now, who reads comes back and goes on from what was seen last.
                let event = self.event(&change).await.ok()?;
                // Only now: who drops this while it looks must find the change again.
                self.changes.pop_front();
                self.position = change.no;
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let begin = self.hub.log_begin().ok()?;
            if self.position < begin {
                let from = std::mem::replace(&mut self.position, begin);
                return Some(Event::Gap(from, begin));
            }
            self.news.borrow_and_update();
            let changes = self.hub.changes_after(self.position).await.ok()?;
            if changes.is_empty() {
                // Also woken from time to time, to see whether the subscription is still there.
                let wait = std::time::Duration::from_secs(5);
                if let Ok(Err(_)) = tokio::time::timeout(wait, self.news.changed()).await {
                    return None;
                }
                continue;
            }
            self.later = Later::of(&changes);
            self.changes = changes.into();
        }
    }

    async fn event(&self, change: &Arc<Change>) -> Result<Option<Event>, Problem> {
        let compiled = &self.compiled;
        let live = compiled.is_live(Timestamp::now());
        if !live || change.tenant != self.runner.tenant || !compiled.may_want(change) {
            return Ok(None);
        }
        let who = Context::new(self.who.principal.clone(), self.who.tenant.clone());
        let told = told::of_change(&self.hub, &who, compiled, change, &self.later, false).await?;
        let Some(told) = told else { return Ok(None) };
        let entities = vec![told];
        let linked = match compiled.join {
            Join::No => Vec::new(),
            _ => told::linked(&self.hub, &who, compiled, &entities).await,
        };
        let notification = Notification { entities, linked, mark: Mark::Change(change.no) };
        Ok(Some(Event::Notification(change.no, notification.to_bytes(&self.runner.id, compiled))))
    }
}

/// What is said of a gap.
pub(super) fn gap(after: ChangeNo, upto: ChangeNo) -> Json {
    let number = |no: ChangeNo| Json::Int(i64::try_from(no.0).unwrap_or(i64::MAX));
    crate::http::object([("type", Json::text("Gap")), ("after", number(after)), ("upTo", number(upto))])
}
