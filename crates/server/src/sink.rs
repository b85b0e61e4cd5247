//! Where intake writes to: the hub in this process, or one elsewhere.

use futures::future::BoxFuture;
use senne_hub::{Context, Hub, PastQuery, WriteOptions, Written, language::TimeFilter};
use senne_intake::{KnownPart, KnownValue, Sink, SinkReceipt};
use senne_model::{Json, Outcome, Problem, Write};

use crate::remote::Remote;

/// The most values that are fetched to compare a changed file with.
const KNOWN_VALUES_MAX: usize = 20_000_000;

/// Writes into the hub of this process.
pub(crate) struct HubSink {
    pub(crate) hub: Hub,
    pub(crate) context: Context,
}

impl HubSink {
    /// The context with fresh patience: a load lasts longer than one request.
    fn context(&self) -> Context {
        let mut context = self.context.clone();
        context.deadline = std::time::Instant::now() + std::time::Duration::from_secs(120);
        context
    }
}

impl Sink for HubSink {
    fn write(
        &self,
        writes: Vec<Write>,
        position: Option<(String, String)>,
    ) -> BoxFuture<'_, Result<SinkReceipt, Problem>> {
        Box::pin(async move {
            let options = WriteOptions { position, all_or_nothing: false };
            Ok(receipt(self.hub.write(&self.context(), writes, options).await?))
        })
    }

    fn position(&self, source: &str) -> BoxFuture<'_, Result<Option<String>, Problem>> {
        let source = source.to_owned();
        Box::pin(async move { self.hub.position(&self.context(), &source).await })
    }

    fn known(&self, part: KnownPart) -> BoxFuture<'_, Result<Vec<KnownValue>, Problem>> {
        Box::pin(async move {
            let query = PastQuery {
                attributes: part.attributes,
                every_version: true,
                limit: KNOWN_VALUES_MAX,
                ..PastQuery::of(part.entities, TimeFilter::default())
            };
            let mut known = Vec::new();
            for past in self.hub.past(&self.context(), &query).await? {
                for series in past.series {
                    let within =
                        series.points.into_iter().filter_map(|point| Some((point.observed_at?, point.value)));
                    let within = within.filter(|(at, _)| (part.from..=part.to).contains(at));
                    known.extend(within.map(|(observed_at, value)| KnownValue {
                        entity: past.entity.clone(),
                        attribute: series.attribute.clone(),
                        observed_at,
                        value,
                    }));
                }
            }
            Ok(known)
        })
    }
}

impl Sink for Remote {
    fn write(
        &self,
        writes: Vec<Write>,
        position: Option<(String, String)>,
    ) -> BoxFuture<'_, Result<SinkReceipt, Problem>> {
        Box::pin(async move { self.send_writes(&writes, position).await })
    }

    fn position(&self, source: &str) -> BoxFuture<'_, Result<Option<String>, Problem>> {
        let source = source.to_owned();
        Box::pin(async move { self.fetch_position(&source).await })
    }
}

/// Counts what became of a batch.
pub(crate) fn receipt(results: Vec<Result<Written, Problem>>) -> SinkReceipt {
    let mut receipt = SinkReceipt::default();
    for (index, result) in results.into_iter().enumerate() {
        match result.map(|written| written.outcome) {
            Ok(Outcome::Created) => receipt.created += 1,
            Ok(Outcome::Updated | Outcome::Deleted) => receipt.updated += 1,
            Ok(Outcome::Unchanged) => receipt.unchanged += 1,
            Err(problem) => receipt.refused.push((index, problem)),
        }
    }
    receipt
}

/// The receipt as `senne load --url` reads it.
pub(crate) fn to_json(receipt: &SinkReceipt) -> Json {
    let refused = receipt.refused.iter().map(|(index, problem)| {
        Json::Object(vec![
            ("index".into(), Json::Int(*index as i64)),
            ("status".into(), Json::Int(i64::from(problem.kind.http_status()))),
            ("detail".into(), Json::text(&problem.detail)),
            ("field".into(), problem.field.as_deref().map_or(Json::Null, Json::text)),
        ])
    });
    Json::Object(vec![
        ("created".into(), Json::Int(receipt.created as i64)),
        ("updated".into(), Json::Int(receipt.updated as i64)),
        ("unchanged".into(), Json::Int(receipt.unchanged as i64)),
        ("refused".into(), Json::Array(refused.collect())),
    ])
}

/// Reads what [`to_json`] wrote.
pub(crate) fn from_json(json: &Json) -> Option<SinkReceipt> {
    let count = |name: &str| json.get(name).and_then(Json::as_f64).map(|x| x as u64);
    let refused = json.get("refused")?.as_array()?.iter().map(|one| {
        let index = one.get("index")?.as_f64()? as usize;
        let mut problem = Problem::bad(one.get("detail")?.as_str()?);
        problem.field = one.get("field").and_then(Json::as_str).map(str::to_owned);
        Some((index, problem))
    });
    Some(SinkReceipt {
        created: count("created")?,
        updated: count("updated")?,
        unchanged: count("unchanged")?,
        refused: refused.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_comes_back() {
        let refused = vec![(3, Problem::bad("no such unit").field("no2.unitCode"))];
        let receipt = SinkReceipt { created: 1, updated: 2, unchanged: 3, refused };
        assert_eq!(from_json(&to_json(&receipt)), Some(receipt));
    }
}
