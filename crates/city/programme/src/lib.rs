//! The programme of a city, kept as its entities change: read for pages, loaded from files, decided on, edited with drafts.
//!
//! The logic is that of `senne_programme`; here it meets the hub. Everything is an entity with a contract, so that whatever is written here can be
//! read, written and followed over every face too.

mod check;
mod decide;
mod demo;
mod drafts;
mod keep;
mod load;
mod replays;
mod write;

use std::sync::Arc;

use senne_hub::Hub;
use senne_model::Name;
use senne_programme::Indicator;

pub use load::{LOAD_BYTES_MAX, Loaded};

/// The types of others that a programme looks at.
const LOOKED_AT: [&str; 4] = ["Evaluation", "Indicator", "KeyPerformanceIndicator", "AdministrativeArea"];

/// Says what indicators are called, their units in words and which way is better: those who compute indicators know.
pub type Indicators = Arc<dyn Fn() -> Vec<Indicator> + Send + Sync>;

/// The programme of a city. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Programmes {
    inner: Arc<Inner>,
}

struct Inner {
    hub: Hub,
    indicators: Indicators,
    kept: keep::Kept,
    replays: Arc<replays::Replays>,
}

impl Programmes {
    /// A programme that is read anew whenever somebody asks; see [`Programmes::keep_up`].
    pub fn new(hub: Hub, indicators: Indicators) -> Self {
        Self {
            inner: Arc::new(Inner { hub, indicators, kept: keep::Kept::default(), replays: Arc::default() }),
        }
    }

    fn hub(&self) -> &Hub {
        &self.inner.hub
    }
}

/// The expanded name of a term.
fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}
