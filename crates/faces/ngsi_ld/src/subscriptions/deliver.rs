//! Sending until it arrives; what a receiver refuses becomes a dead letter.

use std::time::Duration;

use senne_model::Timestamp;

use super::{
    compiled::Compiled,
    courier::{Courier, Stopped},
    dead::DeadLetter,
    endpoint::Target,
    notification::{Notification, notification_id},
    sender::{Failure, Letter},
};
use crate::contexts::random;

impl Courier {
    /// Sends until it arrives. Only what the endpoint refuses as such is given up in the end, and kept as a dead letter.
    pub(super) async fn send(&self, compiled: &Compiled, notification: &Notification) -> Result<(), Stopped> {
        if matches!(compiled.endpoint.target, Target::Stream) {
            return Ok(());
        }
        let mut pause = self.options.pause_first;
        let mut refusals = 0;
        let mut tries = 0;
        loop {
            if !compiled.is_live(Timestamp::now()) {
                return Ok(());
            }
            if self.runner.must_forget() {
                return Err(Stopped::Erased);
            }
            let letter = self.letter(compiled, notification);
            let outcome = self.try_once(compiled, &letter).await;
            let Err(failure) = outcome else { return Ok(()) };
            if failure.untried {
                self.sleep(failure.not_before).await?;
                continue;
            }
            tries += 1;
            refusals += u32::from(failure.refused);
            if refusals >= self.options.refusals_max {
                return self.bury(compiled, notification, &letter, &failure, tries).await;
            }
            let wait = jittered(pause).max(compiled.endpoint.cooldown).max(failure.not_before);
            self.sleep(wait).await?;
            pause = (pause * 2).min(self.options.pause_max);
        }
    }

    /// Sends once, whatever becomes of it.
    pub(super) async fn send_once(&self, compiled: &Compiled, notification: &Notification) {
        let letter = self.letter(compiled, notification);
        // What became of it is counted and logged.
        let _ = self.try_once(compiled, &letter).await;
    }

    fn letter(&self, compiled: &Compiled, notification: &Notification) -> Letter {
        Letter {
            body: notification.to_bytes(&self.runner.id, compiled),
            link: compiled
                .endpoint
                .links_context()
                .then(|| self.contexts.link(&compiled.terms, &self.runner.kept.origin)),
            tenant: self.runner.tenant.clone(),
        }
    }

    async fn try_once(&self, compiled: &Compiled, letter: &Letter) -> Result<(), Failure> {
        let outcome = self.sender.send(&compiled.endpoint, letter).await;
        if outcome.as_ref().is_err_and(|failure| failure.untried) {
            return outcome;
        }
        let now = Timestamp::now();
        self.runner.count(|counters| {
            counters.sent += 1;
            counters.last_notification = Some(now);
            if outcome.is_ok() {
                counters.last_success = Some(now);
            } else {
                counters.failed += 1;
                counters.last_failure = Some(now);
            }
        });
        if let Err(failure) = &outcome {
            let receiver = compiled.endpoint.shown();
            tracing::warn!(subscription = %self.runner.id, receiver, "a notification did not arrive at {receiver}: {}", failure.reason);
        }
        outcome
    }

    /// Keeps a notification that was refused. Until it is kept the cursor stays.
    async fn bury(
        &self,
        compiled: &Compiled,
        notification: &Notification,
        letter: &Letter,
        failure: &Failure,
        tries: u32,
    ) -> Result<(), Stopped> {
        self.runner.count(|counters| counters.given_up += 1);
        metrics::counter!("senne_notifications_given_up").increment(1);
        let dead = DeadLetter {
            id: notification_id(&self.runner.id, notification.mark),
            subscription: self.runner.id.clone(),
            tenant: self.runner.tenant.clone(),
            change: notification.mark.change(),
            reason: failure.reason.clone(),
            receiver: compiled.endpoint.shown(),
            tries,
            failed_at: Timestamp::now(),
        };
        while let Err(problem) = self.dead.keep(&self.hub, &dead, &letter.body).await {
            tracing::error!(subscription = %self.runner.id, %problem, "a refused notification could not be kept, it is tried again: {problem}");
            self.sleep(self.options.pause_first).await?;
            if self.runner.must_forget() {
                return Err(Stopped::Erased);
            }
        }
        Ok(())
    }
}

/// A pause that differs from that of others, so that they do not all come back at once: from three quarters of it to
/// one and a quarter.
fn jittered(pause: Duration) -> Duration {
    let part = (random() % 512) as f64 / 1024.0;
    pause.mul_f64(0.75 + part)
}
