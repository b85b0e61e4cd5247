//! Dead letters: notifications that their receiver refused, kept with the reason, so that they can be looked at and sent
//! again. They are entities of the system tenant, bounded for each subscription and in all; the oldest make room.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use senne_hub::{Hub, WriteOptions};
use senne_model::{ChangeNo, Entity, EntityId, Json, Name, Operation, Problem, TenantName, Timestamp, Write};

use super::notification::is_of_older_build;
use crate::{
    contexts::{digest, fingerprint},
    house::{DOCUMENT, SETTING, all_kept, circumstances, opaque, opaque_of},
    http::object,
};

const KIND: &str = "urn:senne:ns#DeadLetter";

/// How many are kept for one subscription.
pub(super) const PER_SUBSCRIPTION: usize = 100;

/// How many are kept in all.
const IN_ALL: usize = 10_000;

/// The largest notification that is kept whole, in bytes. Of larger ones the change is known, from which they can be
/// sent again.
const BYTES_MAX: usize = 256 * 1024;

/// What is known of a dead letter, beside its body.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct DeadLetter {
    /// The id of the notification.
    pub(super) id: String,
    pub(super) subscription: EntityId,
    pub(super) tenant: TenantName,
    /// The newest change that it told of.
    pub(super) change: ChangeNo,
    pub(super) reason: String,
    pub(super) receiver: String,
    pub(super) tries: u32,
    pub(super) failed_at: Timestamp,
}

/// The dead letters of all subscriptions; in memory stands only what is known of each.
#[derive(Default)]
pub(crate) struct DeadLetters {
    by_subscription: Mutex<BTreeMap<(TenantName, EntityId), VecDeque<DeadLetter>>>,
}

impl DeadLetter {
    fn entity_id(&self) -> EntityId {
        let key = format!("{}:{}", self.tenant, self.id);
        // Those that an older build kept stay where they are.
        let name =
            if is_of_older_build(&self.id) { format!("{:016x}", fingerprint(&key)) } else { digest(&key) };
        EntityId::trusted(&format!("urn:senne:dead-letter:{name}"))
    }

    fn key(&self) -> (TenantName, EntityId) {
        (self.tenant.clone(), self.subscription.clone())
    }

    fn setting(&self) -> Json {
        object([
            ("id", Json::text(&self.id)),
            ("subscription", Json::text(&self.subscription)),
            ("tenant", Json::text(&self.tenant)),
            ("change", Json::Int(i64::try_from(self.change.0).unwrap_or(i64::MAX))),
            ("reason", Json::text(&self.reason)),
            ("receiver", Json::text(&self.receiver)),
            ("tries", Json::Int(i64::from(self.tries))),
            ("failedAt", Json::Int(self.failed_at.micros())),
        ])
    }

    fn read(entity: &Entity) -> Option<Self> {
        let setting = opaque_of(entity, SETTING)?;
        let text = |name: &str| setting.get(name).and_then(Json::as_str).map(str::to_owned);
        let number = |name: &str| match setting.get(name) {
            Some(Json::Int(number)) => Some(*number),
            _ => None,
        };
        Some(Self {
            id: text("id")?,
            subscription: EntityId::parse(&text("subscription")?).ok()?,
            tenant: TenantName::parse(&text("tenant")?).ok()?,
            change: ChangeNo(u64::try_from(number("change")?).ok()?),
            reason: text("reason")?,
            receiver: text("receiver")?,
            tries: u32::try_from(number("tries")?).ok()?,
            failed_at: Timestamp::from_micros(number("failedAt")?),
        })
    }

    /// What is shown of it, with its body when that was kept.
    pub(super) fn shown(&self, body: Option<Json>) -> Json {
        let mut shown = object([
            ("id", Json::text(&self.id)),
            ("type", Json::text("DeadLetter")),
            ("subscriptionId", Json::text(&self.subscription)),
            ("change", Json::Int(i64::try_from(self.change.0).unwrap_or(i64::MAX))),
            ("receiver", Json::text(&self.receiver)),
            ("reason", Json::text(&self.reason)),
            ("tries", Json::Int(i64::from(self.tries))),
            ("failedAt", Json::from(self.failed_at.to_string())),
        ]);
        if let (Json::Object(members), Some(body)) = (&mut shown, body) {
            members.push(("notification".into(), body));
        }
        shown
    }
}

impl DeadLetters {
    /// Reads what is known of those that are kept.
    pub(super) async fn load(&self, hub: &Hub) -> Result<(), Problem> {
        let letters = all_kept(hub, KIND, DeadLetter::read).await?;
        let mut known = self.by_subscription.lock();
        for letter in letters {
            known.entry(letter.key()).or_default().push_back(letter);
        }
        Ok(())
    }

    /// Keeps a letter; the oldest make room for it.
    pub(super) async fn keep(&self, hub: &Hub, letter: &DeadLetter, body: &[u8]) -> Result<(), Problem> {
        let mut write = Write::new(letter.entity_id(), Operation::CreateOrReplace);
        write.types.push(Name::new(KIND));
        write.attributes.push(opaque(SETTING, letter.setting()));
        if body.len() <= BYTES_MAX
            && let Ok(body) = serde_json::from_slice::<Json>(body)
        {
            write.attributes.push(opaque(DOCUMENT, body));
        }
        let mut writes = vec![write];
        let gone = self.in_the_way(letter);
        writes.extend(gone.iter().map(|letter| Write::new(letter.entity_id(), Operation::Delete)));
        let mut results = hub.write(&circumstances(), writes, WriteOptions::default()).await?.into_iter();
        results.next().map_or(Ok(()), |result| result.map(|_| ()))?;
        let mut known = self.by_subscription.lock();
        for letter in gone.iter().chain([letter]) {
            if let Some(own) = known.get_mut(&letter.key()) {
                own.retain(|other| other.id != letter.id);
            }
        }
        known.entry(letter.key()).or_default().push_back(letter.clone());
        Ok(())
    }

    /// What has to go for one more: the oldest of its subscription, else of the subscription that has the most.
    fn in_the_way(&self, letter: &DeadLetter) -> Vec<DeadLetter> {
        let known = self.by_subscription.lock();
        let own = known.get(&letter.key());
        let others = own.into_iter().flatten().filter(|other| other.id != letter.id);
        let too_many = (others.clone().count() + 1).saturating_sub(PER_SUBSCRIPTION);
        if too_many > 0 {
            return others.take(too_many).cloned().collect();
        }
        let all = known.values().map(VecDeque::len).sum::<usize>();
        let fullest = known.values().max_by_key(|own| own.len());
        fullest.into_iter().flatten().take((all + 1).saturating_sub(IN_ALL)).cloned().collect()
    }

    /// Those of one subscription, oldest first.
    pub(super) fn of(&self, tenant: &TenantName, subscription: &EntityId) -> Vec<DeadLetter> {
        let known = self.by_subscription.lock();
        known.get(&(tenant.clone(), subscription.clone())).into_iter().flatten().cloned().collect()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.by_subscription.lock().values().map(VecDeque::len).sum()
    }

    /// The body of a letter, when it was kept.
    pub(super) async fn body(hub: &Hub, letter: &DeadLetter) -> Option<Json> {
        let entity = hub.entity(&circumstances(), &letter.entity_id()).await.ok()?;
        opaque_of(&entity, DOCUMENT).cloned()
    }

    /// Removes letters of one subscription: those with these ids, or all.
    pub(super) async fn remove(
        &self,
        hub: &Hub,
        tenant: &TenantName,
        subscription: &EntityId,
        ids: Option<&[String]>,
    ) -> Result<usize, Problem> {
        let chosen = |letter: &DeadLetter| ids.is_none_or(|ids| ids.contains(&letter.id));
        let gone: Vec<DeadLetter> = self.of(tenant, subscription).into_iter().filter(chosen).collect();
        if gone.is_empty() {
            return Ok(0);
        }
        let writes = gone.iter().map(|letter| Write::new(letter.entity_id(), Operation::Delete)).collect();
        hub.write(&circumstances(), writes, WriteOptions::default()).await?;
        let mut known = self.by_subscription.lock();
        let key = (tenant.clone(), subscription.clone());
        if let Some(own) = known.get_mut(&key) {
            own.retain(|letter| !gone.iter().any(|other| other.id == letter.id));
            if own.is_empty() {
                known.remove(&key);
            }
        }
        Ok(gone.len())
    }
}
