//! What the operator may set.

use std::time::Duration;

/// Limits and manners of the NGSI-LD face. Every limit bounds memory or time; [`NgsiLdOptions::default`]
/// suits a city.
#[derive(Clone, Debug)]
pub struct NgsiLdOptions {
    /// The largest body with one entity, attribute, subscription or query, in bytes. Larger ones: 413.
    pub entity_bytes_max: usize,
    /// The largest body of a batch operation, in bytes. Larger ones: 413.
    pub batch_bytes_max: usize,
    /// The largest value of one attribute, in bytes. A larger one: 413 that names the attribute.
    pub value_bytes_max: usize,
    /// All bodies that are being read or written at one time, in bytes; callers beyond it wait up to a second,
    /// then get 503.
    pub bodies_bytes_max: usize,
    /// How many entities a page has when the caller does not say.
    pub limit_default: usize,
    /// How many entities a page may have at most.
    pub limit_max: usize,
    /// How many values one temporal answer may have; beyond it 206 with `Content-Range`.
    pub temporal_points_max: usize,
    /// Whether contexts may be fetched from, and notifications sent to, private and loopback addresses.
    /// Off, so that a caller cannot reach into the operator's own network.
    pub allow_private_addresses: bool,
    /// How long fetching one JSON-LD context may take.
    pub context_timeout: Duration,
    /// The largest JSON-LD context document, in bytes.
    pub context_bytes_max: usize,
    /// JSON-LD contexts that are known without fetching: URL and document. For places without internet.
    pub context_preload: Vec<(String, String)>,
    /// The address under which the outside reaches this server, e.g. `https://data.example.org`; when absent
    /// the `Host` header of the request is used.
    pub public_url: Option<String>,
    /// How notifications are delivered.
    pub delivery: DeliveryOptions,
}

/// How notifications are delivered.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryOptions {
    /// How long an endpoint may take to answer, unless its subscription says less.
    pub timeout: Duration,
    /// The pause after the first failure; it doubles with each further one.
    pub pause_first: Duration,
    /// The longest pause between two tries.
    pub pause_max: Duration,
    /// How many changes may wait in memory per subscription; beyond it the log is read again.
    pub queue_changes_max: usize,
    /// How many changes a subscription may lag behind the log, which is kept for it; older ones are left out
    /// and counted.
    pub backlog_changes_max: u64,
    /// How often cursors and counters of subscriptions are saved. After a crash, notifications of this span
    /// may be sent a second time, with the same id.
    pub save_every: Duration,
    /// How often a notification that the endpoint refuses (4xx) is tried before it is given up.
    pub refusals_max: u32,
}

impl Default for NgsiLdOptions {
    fn default() -> Self {
        Self {
            entity_bytes_max: 4 << 20,
            batch_bytes_max: 32 << 20,
            value_bytes_max: 1 << 20,
            bodies_bytes_max: 256 << 20,
            limit_default: 20,
            limit_max: 1000,
            temporal_points_max: 100_000,
            allow_private_addresses: false,
            context_timeout: Duration::from_secs(5),
            context_bytes_max: 1 << 20,
            context_preload: Vec::new(),
            public_url: None,
            delivery: DeliveryOptions::default(),
        }
    }
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            pause_first: Duration::from_secs(1),
            pause_max: Duration::from_secs(300),
            queue_changes_max: 1024,
            backlog_changes_max: 2_000_000,
            save_every: Duration::from_secs(1),
            refusals_max: 5,
        }
    }
}
