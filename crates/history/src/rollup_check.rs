//! Holding roll-ups against the observations: some series of each partition are computed anew, or all of them.

use std::{collections::HashMap, sync::Arc};

use datafusion::logical_expr::Expr;
use senne_model::{Finding, Grade};

use crate::{
    HistoryError, disk,
    engine::{Engine, View},
    files::FileSet,
    filter,
    flush::{Committed, touched},
    partial::Partial,
    rebuild::{days_of, rebuild},
    retention::Retired,
    rollup::{Dirty, RollupRow},
    schema::Kind,
    tenant::Tables,
};

/// So many partitions are sampled, unless all are wanted.
const PARTITIONS: usize = 24;

/// Computes buckets anew and names each roll-up table that says something else. Gives how many buckets were held against it.
pub(crate) async fn check(
    engine: &Engine,
    tables: &mut Tables,
    retired: &Retired,
    thorough: bool,
    findings: &mut Vec<Finding>,
) -> Result<usize, HistoryError> {
    let (mut buckets, until) = (0, tables.observation.change);
    let source = Committed::of(engine, tables);
    for kind in Kind::ROLLUPS {
        if tables.of(kind).change != until {
            // What is behind is named elsewhere.
            continue;
        }
        let table = View {
            dir: disk::whole_path(tables.of(kind).dir()).into(),
            files: Arc::clone(&tables.of(kind).files),
            memory: Vec::new(),
            hidden: Arc::default(),
        };
        for (view, filter) in samples(&source.observation, thorough) {
            let dirty = touched(kind, engine, &view, filter, retired).await?;
            buckets += dirty.values().map(std::collections::BTreeSet::len).sum::<usize>();
            let wrong = differences(kind, engine, &source, &table, &dirty).await?;
            if let Some((first, many)) = wrong {
                let what = format!("{many} buckets are not what the observations say, the first is {first}");
                let file = tables.of(kind).dir().display().to_string();
                findings.push(Finding::new(Grade::Damage, "C13", file, what).so(
                    "means and counts over time are wrong (H4)",
                    "`--repair` makes the roll-up anew from the observations",
                ));
                break;
            }
        }
    }
    Ok(buckets)
}

/// Parts of the observations: each partition as a whole, or of some partitions the first and the last entity of a file.
fn samples(whole: &View, thorough: bool) -> Vec<(View, Option<Expr>)> {
    let mut partitions: HashMap<(&str, &str), Vec<_>> = HashMap::new();
    for file in &whole.files.files {
        partitions.entry((&file.type_name, &file.part)).or_default().push(Arc::clone(file));
    }
    let mut partitions: Vec<_> = partitions.into_iter().collect();
    partitions.sort_unstable_by_key(|(key, _)| *key);
    let every = if thorough { 1 } else { partitions.len().div_ceil(PARTITIONS).max(1) };
    let sample = |(_, files): ((&str, &str), Vec<Arc<crate::files::FileEntry>>)| {
        let ends = files.first().and_then(|file| file.bounds.entity.clone());
        let filter = ends.filter(|_| !thorough).map(|(first, last)| {
            let mut entities = vec![first.as_str(), last.as_str()];
            entities.dedup();
            filter::one_of("entity", entities.into_iter())
        });
        let files = Arc::new(FileSet::new(Kind::Observation, files));
        (View { files, ..whole.clone() }, filter)
    };
    partitions.into_iter().step_by(every).map(sample).collect()
}

/// What is said of a series and bucket, whatever its type.
type Said<'a> = HashMap<(&'a str, Option<&'a str>, &'a str, Option<&'a str>, i64), Partial>;

fn said<'a>(rows: &'a [RollupRow], wanted: &Dirty) -> Said<'a> {
    let mut said = Said::new();
    let starts: HashMap<_, _> = wanted.iter().map(|(series, starts)| (series.name(), starts)).collect();
    for row in rows {
        let name = row.series.name();
        if starts.get(&name).is_some_and(|starts| starts.contains(&row.start)) {
            let key = (name.attribute, name.attribute_iri, name.entity, name.dataset, row.start);
            said.entry(key).or_default().join(&row.partial);
        }
    }
    said.retain(|_, partial| !partial.is_empty());
    said
}

/// The first bucket that differs, and how many do.
async fn differences(
    kind: Kind,
    engine: &Engine,
    source: &Committed<'_>,
    table: &View,
    dirty: &Dirty,
) -> Result<Option<(String, usize)>, HistoryError> {
    let computed = rebuild(kind, engine, source, 0, dirty).await?;
    let mut by_attribute: HashMap<&str, Vec<&str>> = HashMap::new();
    for series in dirty.keys() {
        by_attribute.entry(&series.attribute).or_default().push(&series.entity);
    }
    let mut there = Vec::new();
    for (attribute, mut entities) in by_attribute {
        entities.sort_unstable();
        entities.dedup();
        there.extend(days_of(engine, table, attribute, &entities, Vec::new()).await?);
    }
    let (computed, there) = (said(&computed, dirty), said(&there, dirty));
    let differ = |key| match (computed.get(key), there.get(key)) {
        (Some(a), Some(b)) => !alike(a, b),
        _ => true,
    };
    let keys: std::collections::HashSet<_> = computed.keys().chain(there.keys()).collect();
    let wrong: Vec<_> = keys.into_iter().filter(|key| differ(key)).collect();
    let first = wrong.iter().min().map(|(attribute, _, entity, _, start)| {
        format!("{attribute} of {entity} from {}", senne_model::Timestamp::from_micros(*start))
    });
    Ok(first.map(|first| (first, wrong.len())))
}

/// Sums may have been added up in another order.
fn alike(a: &Partial, b: &Partial) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() <= 1e-6 * (1.0 + x.abs().max(y.abs()));
    let (x, y) = (&a.usable, &b.usable);
    (a.count, a.flags, x.count) == (b.count, b.flags, y.count)
        && (x.count == 0
            || ((x.min, x.max) == (y.min, y.max) && near(x.sum, y.sum) && near(x.sum_squares, y.sum_squares)))
}
