//! One moment of a data folder that a server may be writing to.
//!
//! State and history are of one moment when the log of the state still holds every change that the tables lack, and the tables have
//! none that the log has not given a number. So history is noted first and the state is held after that: whatever the tables had
//! is then in the state. Were it the other way round, tables could have changes after the head of the state, whose numbers would be
//! given again and dropped as known (H3).

use std::path::Path;

use senne_history::versions::{self, Versions};
use senne_model::ChangeNo;
use senne_store::sqlite::{Standing, StateImage};

use crate::{BackupError, faults};

/// The cursor of history in the state.
const FOLLOWER: &str = "history";

/// So often the two are looked at again, some milliseconds each, before it is given up.
const TRIES: usize = 200;

/// State and history of one moment. The state is held until the image is dropped or lets go of it.
pub(crate) struct Moment {
    pub(crate) image: StateImage,
    pub(crate) standing: Standing,
    pub(crate) versions: Versions,
    /// The tables hold every change up to this one.
    pub(crate) durable: ChangeNo,
}

/// Steps 2 and 3 of a backup.
pub(crate) fn catch(data: &Path) -> Result<Moment, BackupError> {
    let image = StateImage::open(data)?;
    let history = data.join("history");
    for _ in 0..TRIES {
        faults::pass("backup: before history is noted", data)?;
        // The tables had all of this before they were noted.
        let known = image.cursor(FOLLOWER)?;
        let versions = versions::note(&history)?;
        let durable = known.max(versions.durable);
        faults::pass("backup: before the state is held", data)?;
        let standing = image.hold()?;
        if standing.pruned <= durable && standing.cursor(FOLLOWER) <= durable {
            return Ok(Moment { image, standing, versions, durable });
        }
        image.release();
    }
    Err(BackupError::Restless { tries: TRIES, cause: "the log was pruned meanwhile".to_owned() })
}
