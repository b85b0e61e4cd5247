//! What the operator may set.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

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
    /// How many values, over all attributes, an entity has in one temporal answer; beyond it 206 with `Content-Range`. `None`: as many as
    /// there are, up to `temporal_points_max` in all.
    pub temporal_page_values: Option<usize>,
    /// How many values are looked at in one step to choose entities by what they were; one entity may have no more in the range asked for.
    pub temporal_step_points: usize,
    /// Whether contexts may be fetched from, and notifications sent to, private and loopback addresses.
    /// Off, so that a caller cannot reach into the operator's own network.
    pub allow_private_addresses: bool,
    /// How long fetching one JSON-LD context may take.
    pub context_timeout: Duration,
    /// The largest JSON-LD context document, in bytes.
    pub context_bytes_max: usize,
    /// JSON-LD contexts that are known without fetching: URL and document. For places without internet.
    pub context_preload: Vec<(String, String)>,
    /// Contexts are never fetched; one that is not at hand is 504. For places without internet.
    pub context_offline: bool,
    /// The address under which the outside reaches this server, e.g. `https://data.example.org`; when absent
    /// the `Host` header of the request is used.
    pub public_url: Option<String>,
    /// How many snapshots there may be, in all tenants together; beyond it the one of least priority goes.
    pub snapshots_max: usize,
    /// How notifications are delivered.
    pub delivery: DeliveryOptions,
    /// When it is cancelled, streams of events end, so that a server that stops need not wait for their readers.
    pub stop: CancellationToken,
    /// How operations are shared with other brokers.
    pub federation: FederationOptions,
    /// The name by which other brokers know this one, a token of RFC 7230 without `.`; when absent one is made at
    /// the first start and kept. Peers register it, so that loops are found: change it seldom.
    pub context_source_alias: Option<String>,
}

/// How operations are shared with context sources (clause 4.3.6).
#[derive(Clone, Copy, Debug)]
pub struct FederationOptions {
    /// How long a source may take to answer, unless its registration says otherwise.
    pub timeout: Duration,
    /// The largest answer of a source, in bytes; a larger one is not taken in.
    pub answer_bytes_max: usize,
    /// All answers that are being read at one time, in bytes.
    pub answers_bytes_max: usize,
    /// How many requests to sources are under way at one time; others wait.
    pub forwards_max: usize,
    /// How many entities are taken from one source for one query.
    pub entities_max: usize,
    /// Whether an entity is to be expected in parts at several brokers, so that filters are put to the whole of
    /// it, when a request does not say (clause 4.3.6.7).
    pub split_entities: bool,
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
    /// How many changes may wait in memory for all subscriptions together.
    pub queues_changes_max: usize,
    /// How many changes the log is kept back for replays, as long as there are subscriptions.
    pub replay_changes_kept: u64,
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
            temporal_page_values: None,
            temporal_step_points: 500_000,
            snapshots_max: 100,
            allow_private_addresses: false,
            context_timeout: Duration::from_secs(4),
            context_bytes_max: 1 << 20,
            context_preload: Vec::new(),
            context_offline: false,
            public_url: None,
            delivery: DeliveryOptions::default(),
            stop: CancellationToken::new(),
            federation: FederationOptions::default(),
            context_source_alias: None,
        }
    }
}

impl Default for FederationOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            answer_bytes_max: 16 << 20,
            answers_bytes_max: 256 << 20,
            forwards_max: 64,
            entities_max: 10_000,
            split_entities: false,
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
            queues_changes_max: 200_000,
            replay_changes_kept: 100_000,
            backlog_changes_max: 2_000_000,
            save_every: Duration::from_secs(1),
            refusals_max: 5,
        }
    }
}
