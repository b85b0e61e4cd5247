//! Evaluations on line: an entity says what is asked; whenever the answer may have changed it is computed anew, and each run is kept.

mod desk;
mod gather;
mod plan;
mod publish;

use std::sync::Arc;

use senne_hub::Hub;
use senne_model::{Name, Problem};

pub use self::plan::{Outcome, Plan};

/// The type of the entities that ask.
pub const EVALUATION: &str = "Evaluation";

/// Runs evaluations as their data change.
#[derive(Clone)]
pub struct Evaluations {
    hub: Hub,
}

impl Evaluations {
    /// The evaluations of a hub.
    pub fn new(hub: Hub) -> Self {
        Self { hub }
    }

    /// Runs evaluations from now on: those that are there, those that come, and again when their data change. Ends with the hub.
    pub fn keep_up(&self) -> Result<(), Problem> {
        Arc::new(desk::Desk::new(self.hub.clone())?).start()
    }
}

/// The expanded name of a term of the default context.
pub(crate) fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}
