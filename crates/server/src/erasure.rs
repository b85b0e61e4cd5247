//! What `senne erase` asks for, in this process or of a server, and what it is answered.

use std::time::{Duration, Instant};

use senne_hub::{Context, ErasureRequest, Extent, Hub, Preview, Proof, Target};
use senne_model::{EntityId, Json, Problem};

/// How long a server lets wait for the whole; what is left goes on without anybody waiting.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// One order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    /// `entity`, `subject` or `reapply`.
    pub(crate) what: String,
    /// The identifier; empty for `reapply`.
    pub(crate) id: String,
    pub(crate) reason: String,
    pub(crate) ground: String,
    pub(crate) past_only: bool,
    pub(crate) dry_run: bool,
}

impl Order {
    pub(crate) fn to_json(&self) -> Json {
        Json::Object(vec![
            ("what".into(), Json::text(&self.what)),
            ("id".into(), Json::text(&self.id)),
            ("reason".into(), Json::text(&self.reason)),
            ("ground".into(), Json::text(&self.ground)),
            ("past_only".into(), Json::Bool(self.past_only)),
            ("dry_run".into(), Json::Bool(self.dry_run)),
        ])
    }

    pub(crate) fn from_json(json: &Json) -> Result<Self, Problem> {
        let text = |name: &str| {
            let text = json.get(name).and_then(Json::as_str).map(str::to_owned);
            text.ok_or_else(|| Problem::bad("this text is missing").field(name))
        };
        let flag = |name: &str| json.get(name) == Some(&Json::Bool(true));
        Ok(Self {
            what: text("what")?,
            id: text("id")?,
            reason: text("reason")?,
            ground: text("ground")?,
            past_only: flag("past_only"),
            dry_run: flag("dry_run"),
        })
    }

    /// Erase again what the proofs in the data folder say.
    pub(crate) fn reapply() -> Self {
        let (id, reason, ground) = (String::new(), String::new(), String::new());
        Self { what: "reapply".to_owned(), id, reason, ground, past_only: false, dry_run: false }
    }

    fn request(&self) -> Result<ErasureRequest, Problem> {
        let id = || EntityId::parse(&self.id);
        let target = match self.what.as_str() {
            "entity" => Target::Entity(id()?),
            "subject" => Target::Subject(id()?),
            _ => return Err(Problem::bad("it is `entity`, `subject` or `reapply`").field("what")),
        };
        Ok(ErasureRequest {
            target,
            extent: if self.past_only { Extent::Past } else { Extent::Everything },
            reason: self.reason.clone(),
            ground: self.ground.clone(),
        })
    }
}

/// Does it: a preview, a proof, or the list of proofs that were applied again.
pub(crate) async fn carry_out(hub: &Hub, context: &Context, order: &Order) -> Result<Json, Problem> {
    let late = |context: &Context| Context { deadline: Instant::now() + PATIENCE, ..context.clone() };
    if order.what == "reapply" {
        let mut all = Vec::new();
        for proof in hub.reapply_erasures(context).await? {
            let context = Context { tenant: proof.tenant.clone(), ..late(context) };
            all.push(hub.proof(&context, &proof.id).await?.to_json());
        }
        return Ok(Json::Array(all));
    }
    let request = order.request()?;
    if order.dry_run {
        return Ok(preview(&hub.preview_erasure(context, &request).await?));
    }
    let proof = hub.erase(context, &request).await?;
    Ok(hub.proof(&late(context), &proof.id).await?.to_json())
}

/// Whether a proof says that nothing is left.
pub(crate) fn is_clean(proof: &Json) -> bool {
    Proof::from_json(proof).is_ok_and(|proof| proof.is_clean())
}

fn preview(found: &Preview) -> Json {
    let number = |name: &str, n: u64| (name.into(), Json::Int(n as i64));
    Json::Object(vec![
        number("entities", found.meant),
        number("state", found.trace.entities),
        number("log", found.trace.changes),
        number("observation", found.rows.observations),
        number("observation_hour", found.rows.hours),
        number("observation_day", found.rows.days),
        number("observation_series", found.rows.series),
        number("files", found.rows.files),
        number("bytes", found.rows.bytes),
    ])
}

/// The preview for people.
pub(crate) fn preview_text(json: &Json) -> String {
    let Json::Object(members) = json else { return String::new() };
    let lines = members.iter().map(|(name, n)| format!("{name:<19} {n}\n"));
    format!("would go:\n{}nothing was done\n", lines.collect::<String>())
}

/// The proof for people.
pub(crate) fn proof_text(json: &Json) -> Result<String, Problem> {
    let proof = Proof::from_json(json)?;
    let (rows, swept) = (proof.rows.unwrap_or_default(), proof.swept);
    let mut text = format!(
        "erasure    {}{}\nasked      {} by {}: {} ({})\nentities   {}, {} of them in the state; {} changes in the log\n\
         rows       {} observations, {} hours, {} days, {} series\nfiles      {} written anew, {} deleted, {} bytes\n",
        proof.id,
        if proof.reapplied { ", applied again" } else { "" },
        proof.at,
        proof.by,
        proof.reason,
        proof.ground,
        proof.entities.len(),
        proof.state,
        proof.log,
        rows.observations,
        rows.hours,
        rows.days,
        rows.series,
        swept.files_rewritten,
        swept.files_deleted,
        swept.bytes_deleted,
    );
    match (proof.finished, proof.look) {
        (Some(at), Some(look)) => {
            text += &format!(
                "looked     {at} at {} files, {} bytes: {} places left, {} where others name them\n",
                look.files, look.bytes, look.left, look.mentions
            );
            for place in &proof.places {
                text += &format!("           found in {place}\n");
            }
        }
        _ => {
            text +=
                "under way  nobody sees it any more; it goes on by itself, see erasures.ndjson for its end\n";
        }
    }
    Ok(text)
}
