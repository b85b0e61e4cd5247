//! What the operator may set.

use std::time::Duration;

/// Limits of the NGSI-v2 face. Every limit bounds memory or time.
#[derive(Clone, Debug)]
pub struct NgsiV2Options {
    /// The largest body, in bytes. Larger ones: 413.
    pub body_bytes_max: usize,
    /// How many entities a page has when the caller does not say.
    pub limit_default: usize,
    /// How many entities a page may have at most.
    pub limit_max: usize,
    /// Whether notifications may be sent to private and loopback addresses.
    pub allow_private_addresses: bool,
    /// How long the receiver of a notification may take.
    pub notify_timeout: Duration,
    /// The pause before a notification that failed is sent again; it doubles with each of three tries.
    pub notify_pause: Duration,
    /// How many notifications may wait for one subscription; the oldest are left out beyond it, and counted.
    pub queue_max: usize,
}

impl Default for NgsiV2Options {
    fn default() -> Self {
        Self {
            body_bytes_max: 8 << 20,
            limit_default: 20,
            limit_max: 1000,
            allow_private_addresses: false,
            notify_timeout: Duration::from_secs(10),
            notify_pause: Duration::from_secs(1),
            queue_max: 1000,
        }
    }
}
