//! What is kept of an erasure: everything but the identifiers.

use senne_history::{Look, RowsOf, Swept};
use senne_model::{ChangeNo, EntityId, ErrorKind, Json, Problem, TenantName, Timestamp};
use sha2::{Digest, Sha256};

/// The record of an erasure, for those who must account for it. It names nobody: who knows an identifier can tell whether it is
/// meant, who does not cannot read it from here.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Its own identifier.
    pub id: String,
    /// The tenant.
    pub tenant: TenantName,
    /// When it was asked for.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why, in the words of who asked.
    pub reason: String,
    /// The legal ground.
    pub ground: String,
    /// Whether the present state was to stay.
    pub past_only: bool,
    /// Whether it was done again after a backup from before it had been restored.
    pub reapplied: bool,
    /// 16 random bytes in hexadecimal, hashed before each identifier.
    pub salt: String,
    /// SHA-256 of salt, tenant and identifier, in hexadecimal, one for each entity.
    pub entities: Vec<String>,
    /// Everything recorded up to this change was erased.
    pub upto: ChangeNo,
    /// How many entities were in the state.
    pub state: u64,
    /// How many changes were in the log.
    pub log: u64,
    /// How many rows were in the tables; `None` when not counted yet.
    pub rows: Option<RowsOf>,
    /// What was done on disk.
    pub swept: Swept,
    /// How many erasures this was done for in one pass, itself included; 0 while it is not done. What was done on disk, and looked at,
    /// was done and looked at once for all of them.
    pub together: u64,
    /// What was found when everything was read again; `None` before that.
    pub look: Option<Look>,
    /// Where something was found, relative to the data folder; ten places at most.
    pub places: Vec<String>,
    /// Whether it was looked by hash, because a crash came after the identifiers had been let go of.
    pub looked_by_hash: bool,
    /// When it was carried out and looked at; `None` while it is under way.
    pub finished: Option<Timestamp>,
}

impl Proof {
    /// Whether it is carried out, and nothing was found afterwards.
    pub fn is_clean(&self) -> bool {
        self.finished.is_some() && self.look.is_some_and(|look| look.left == 0)
    }

    /// The hash by which it knows an entity.
    pub fn hash(&self, id: &EntityId) -> String {
        hash(&self.salt, &self.tenant, id)
    }

    /// As one JSON object.
    pub fn to_json(&self) -> Json {
        let (rows, swept, look) = (self.rows.unwrap_or_default(), self.swept, self.look.unwrap_or_default());
        let time = |at: Option<Timestamp>| at.map_or(Json::Null, |at| Json::from(at.to_string()));
        let number = |n: u64| Json::Int(n as i64);
        let texts = |list: &[String]| Json::Array(list.iter().map(|text| Json::text(text)).collect());
        let counts = [
            ("state", self.state),
            ("log", self.log),
            ("observation", rows.observations),
            ("observation_hour", rows.hours),
            ("observation_day", rows.days),
            ("observation_series", rows.series),
        ];
        let files = [
            ("holding", rows.files),
            ("bytes_holding", rows.bytes),
            ("rewritten", swept.files_rewritten),
            ("deleted", swept.files_deleted),
            ("bytes_deleted", swept.bytes_deleted),
        ];
        let looked =
            [("files", look.files), ("bytes", look.bytes), ("left", look.left), ("mentions", look.mentions)];
        let group = |list: &[(&str, u64)]| object(list.iter().map(|(name, n)| (*name, number(*n))));
        let mut looked = group(&looked);
        if let Json::Object(members) = &mut looked {
            members.push(("by_hash".into(), Json::Bool(self.looked_by_hash)));
            members.push(("places".into(), texts(&self.places)));
        }
        object([
            ("id", Json::text(&self.id)),
            ("tenant", Json::text(&self.tenant)),
            ("at", time(Some(self.at))),
            ("by", Json::text(&self.by)),
            ("reason", Json::text(&self.reason)),
            ("ground", Json::text(&self.ground)),
            ("past_only", Json::Bool(self.past_only)),
            ("reapplied", Json::Bool(self.reapplied)),
            ("salt", Json::text(&self.salt)),
            ("entities", texts(&self.entities)),
            ("upto", number(self.upto.0)),
            ("counted", Json::Bool(self.rows.is_some())),
            ("rows", group(&counts)),
            ("files", group(&files)),
            ("readers_cut", Json::Bool(swept.readers_cut)),
            ("together", number(self.together)),
            ("look", if self.look.is_some() { looked } else { Json::Null }),
            ("finished", time(self.finished)),
        ])
    }

    /// Reads what [`Proof::to_json`] made.
    pub fn from_json(json: &Json) -> Result<Self, Problem> {
        Self::read(json).ok_or_else(|| {
            Problem::new(
                ErrorKind::BadRequest,
                "the record of an erasure cannot be read; restore it from a backup",
            )
        })
    }

    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let flag = |json: &Json, name: &str| json.get(name) == Some(&Json::Bool(true));
        let time = |name: &str| text(name).and_then(|at| Timestamp::parse(&at).ok());
        let number = |group: Option<&Json>, name: &str| match group.and_then(|group| group.get(name)) {
            Some(Json::Int(n)) => *n as u64,
            _ => 0,
        };
        let texts = |group: &Json, name: &str| -> Vec<String> {
            let list = group.get(name).and_then(Json::as_array).unwrap_or_default();
            list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let (rows, files) = (json.get("rows"), json.get("files"));
        let look = json.get("look").filter(|look| **look != Json::Null);
        let tenant = text("tenant")?;
        Some(Self {
            id: text("id")?,
            tenant: TenantName::parse_kept(&tenant).ok()?,
            at: time("at")?,
            by: text("by")?,
            reason: text("reason")?,
            ground: text("ground")?,
            past_only: flag(json, "past_only"),
            reapplied: flag(json, "reapplied"),
            salt: text("salt")?,
            entities: texts(json, "entities"),
            upto: ChangeNo(number(Some(json), "upto")),
            state: number(rows, "state"),
            log: number(rows, "log"),
            rows: flag(json, "counted").then(|| RowsOf {
                observations: number(rows, "observation"),
                hours: number(rows, "observation_hour"),
                days: number(rows, "observation_day"),
                series: number(rows, "observation_series"),
                files: number(files, "holding"),
                bytes: number(files, "bytes_holding"),
            }),
            swept: Swept {
                files_rewritten: number(files, "rewritten"),
                files_deleted: number(files, "deleted"),
                bytes_deleted: number(files, "bytes_deleted"),
                readers_cut: flag(json, "readers_cut"),
            },
            together: number(Some(json), "together"),
            look: look.map(|look| Look {
                files: number(Some(look), "files"),
                bytes: number(Some(look), "bytes"),
                left: number(Some(look), "left"),
                mentions: number(Some(look), "mentions"),
            }),
            places: look.map(|look| texts(look, "places")).unwrap_or_default(),
            looked_by_hash: look.is_some_and(|look| flag(look, "by_hash")),
            finished: time("finished"),
        })
    }
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn hash(salt: &str, tenant: &TenantName, id: &EntityId) -> String {
    let mut hasher = Sha256::new();
    for part in [salt, tenant, id.as_str()] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())
}

/// Random bytes in hexadecimal.
pub(super) fn random() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| Problem::internal(format!("no random numbers: {e}")))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_comes_back_and_names_nobody() {
        let id = EntityId::trusted("urn:ngsi-ld:Person:1");
        let mut proof = Proof {
            id: "a".to_owned(),
            tenant: TenantName::default(),
            at: Timestamp::from_micros(1_700_000_000_000_000),
            by: "clerk".to_owned(),
            reason: "asked".to_owned(),
            ground: "art. 17".to_owned(),
            past_only: false,
            reapplied: true,
            salt: random().unwrap(),
            entities: Vec::new(),
            upto: ChangeNo(7),
            state: 1,
            log: 2,
            rows: None,
            swept: Swept { files_rewritten: 3, files_deleted: 4, bytes_deleted: 5, readers_cut: true },
            together: 2,
            look: None,
            places: Vec::new(),
            looked_by_hash: false,
            finished: None,
        };
        proof.entities = vec![proof.hash(&id)];
        assert_eq!(Proof::from_json(&proof.to_json()).unwrap(), proof);
        proof.rows = Some(RowsOf { observations: 1, hours: 2, days: 3, series: 4, files: 5, bytes: 6 });
        proof.look = Some(Look { files: 1, bytes: 2, left: 0, mentions: 3 });
        (proof.places, proof.looked_by_hash) = (vec!["x".to_owned()], true);
        proof.finished = Some(proof.at);
        let text = proof.to_json().to_string();
        assert_eq!(Proof::from_json(&serde_json::from_str(&text).unwrap()).unwrap(), proof);
        assert!(!text.contains("Person") && proof.is_clean());
        assert_ne!(hash("other", &proof.tenant, &id), proof.entities[0]);
        assert!(Proof::from_json(&Json::Null).is_err());
    }
}
