//! When milestones can be reached: the critical path, what drifted, and where it ends.

mod drift;
mod gates;
mod network;
mod path;

pub use drift::{Drift, Forecast, drifts, forecast};
pub use gates::{GateStanding, GateState, gates};
pub use network::Network;
pub use path::{CriticalPath, Times, critical_path};
