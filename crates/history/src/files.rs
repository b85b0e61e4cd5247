//! The Parquet files of a table as the log names them, with what is needed to pass them by.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Bound,
    sync::{Arc, OnceLock},
};

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray, UInt64Array},
        compute::cast,
    },
    common::{Column, ScalarValue, pruning::PruningStatistics},
};
use deltalake::kernel::{Action, Add, Remove};
use senne_model::{EntityId, Json, Timestamp};

use crate::{
    parquet_file::NameParts,
    ranges::Ranges,
    schema::{Kind, dictionary},
};

/// One file.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FileEntry {
    /// Relative to the folder of the table, `/` between parts.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    /// The partition: shown type and month (or year).
    pub(crate) type_name: String,
    pub(crate) part: String,
    /// When it was written, in microseconds; whole milliseconds once it comes from the log.
    pub(crate) written: i64,
    pub(crate) bounds: Bounds,
    pub(crate) name: NameParts,
}

/// The least and the greatest value of columns; `None` when not known or when all are null.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) attribute: Option<(String, String)>,
    pub(crate) entity: Option<(String, String)>,
    /// `observed_at` of observations, `start` of roll-ups; microseconds.
    pub(crate) time: Option<(i64, i64)>,
    /// `recorded_at` of observations; microseconds.
    pub(crate) recorded: Option<(i64, i64)>,
    /// `change` of observations, `generation` of roll-ups.
    pub(crate) change: Option<(i64, i64)>,
    /// How many rows have no time.
    pub(crate) untimed: Option<u64>,
}

impl Bounds {
    /// Whether rows of this series may be there.
    pub(crate) fn may_have(&self, entity: &str, attribute: &str) -> bool {
        let within = |bounds: &Option<(String, String)>, text: &str| {
            bounds.as_ref().is_none_or(|(least, most)| least.as_str() <= text && text <= most.as_str())
        };
        within(&self.entity, entity) && within(&self.attribute, attribute)
    }

    /// Whether rows of one of these entities may be there.
    pub(crate) fn may_have_any(&self, entities: &BTreeSet<EntityId>) -> bool {
        let Some((least, most)) = &self.entity else { return true };
        let from = entities.range::<str, _>((Bound::Included(least.as_str()), Bound::Unbounded)).next();
        from.is_some_and(|entity| entity.as_str() <= most.as_str())
    }
}

fn time_name(kind: Kind) -> &'static str {
    if kind == Kind::Observation { "observed_at" } else { "start" }
}

fn change_name(kind: Kind) -> &'static str {
    if kind == Kind::Observation { "change" } else { "generation" }
}

impl FileEntry {
    fn partition(&self, kind: Kind) -> HashMap<String, Option<String>> {
        HashMap::from([
            ("type".to_owned(), Some(self.type_name.clone())),
            (kind.time_partition().to_owned(), Some(self.part.clone())),
        ])
    }

    /// The action that adds this file. `news` is false when a compaction only moved the rows.
    pub(crate) fn add(&self, kind: Kind, news: bool) -> Action {
        Action::Add(Add {
            path: self.path.clone(),
            partition_values: self.partition(kind),
            size: self.bytes as i64,
            modification_time: self.written / 1000,
            data_change: news,
            stats: Some(self.statistics(kind).to_string()),
            ..Add::default()
        })
    }

    /// The action that removes this file. `news` is false when a compaction only moved the rows.
    pub(crate) fn remove(&self, kind: Kind, news: bool, at: Timestamp) -> Action {
        Action::Remove(Remove {
            path: self.path.clone(),
            data_change: news,
            deletion_timestamp: Some(at.micros() / 1000),
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition(kind)),
            size: Some(self.bytes as i64),
            ..Remove::default()
        })
    }

    /// Statistics as the Delta protocol writes them ("Per-file Statistics").
    fn statistics(&self, kind: Kind) -> Json {
        let time = |micros: i64| Json::from(Timestamp::from_micros(micros).to_string());
        let side = |of: fn((String, String)) -> String, at: fn((i64, i64)) -> i64| {
            let bounds = self.bounds.clone();
            let mut members: Vec<(Box<str>, Json)> = Vec::new();
            let mut put =
                |name: &str, value: Option<Json>| members.extend(value.map(|value| (name.into(), value)));
            put("attribute", bounds.attribute.map(|b| Json::from(of(b))));
            put("entity", bounds.entity.map(|b| Json::from(of(b))));
            put(time_name(kind), bounds.time.map(|b| time(at(b))));
            put("recorded_at", bounds.recorded.map(|b| time(at(b))));
            put(change_name(kind), bounds.change.map(|b| Json::Int(at(b))));
            Json::Object(members)
        };
        let nulls = self.bounds.untimed.map(|n| (time_name(kind).into(), Json::Int(n as i64)));
        Json::Object(vec![
            ("numRecords".into(), Json::Int(self.rows as i64)),
            ("minValues".into(), side(|b| b.0, |b| b.0)),
            ("maxValues".into(), side(|b| b.1, |b| b.1)),
            ("nullCount".into(), Json::Object(nulls.into_iter().collect())),
        ])
    }

    /// Reads a file from the log.
    pub(crate) fn of(
        kind: Kind,
        path: &str,
        bytes: u64,
        written: i64,
        statistics: Option<&str>,
        partition: &HashMap<String, Option<String>>,
    ) -> Self {
        let statistics: Json = statistics.and_then(|s| serde_json::from_str(s).ok()).unwrap_or_default();
        let both = |name: &str| {
            Some((statistics.get("minValues")?.get(name)?, statistics.get("maxValues")?.get(name)?))
        };
        let texts = |name: &str| {
            let (least, most) = both(name)?;
            Some((least.as_str()?.to_owned(), most.as_str()?.to_owned()))
        };
        let integers = |name: &str| match both(name)? {
            (Json::Int(least), Json::Int(most)) => Some((*least, *most)),
            _ => None,
        };
        let times = |name: &str| {
            let (least, most) = both(name)?;
            let read = |json: &Json| Timestamp::parse(json.as_str()?).ok().map(Timestamp::micros);
            let most = read(most)?;
            // Other writers cut times to milliseconds, downwards.
            Some((read(least)?, if most % 1000 == 0 { most + 999 } else { most }))
        };
        let count = |json: Option<&Json>| match json {
            Some(Json::Int(n)) => u64::try_from(*n).ok(),
            _ => None,
        };
        let partition = |name: &str| partition.get(name).cloned().flatten().unwrap_or_default();
        Self {
            path: path.to_owned(),
            bytes,
            rows: count(statistics.get("numRecords")).unwrap_or_default(),
            type_name: partition("type"),
            part: partition(kind.time_partition()),
            written,
            name: NameParts::of(path),
            bounds: Bounds {
                attribute: texts("attribute"),
                entity: texts("entity"),
                time: times(time_name(kind)),
                recorded: times("recorded_at"),
                change: integers(change_name(kind)),
                untimed: count(statistics.get("nullCount").and_then(|n| n.get(time_name(kind)))),
            },
        }
    }
}

/// The files of one version of a table.
#[derive(Debug)]
pub(crate) struct FileSet {
    kind: Kind,
    pub(crate) files: Vec<Arc<FileEntry>>,
    columns: HashMap<&'static str, (ArrayRef, ArrayRef)>,
    /// Looked up when it is first asked for.
    ranges: OnceLock<Ranges>,
}

impl FileSet {
    pub(crate) fn new(kind: Kind, files: Vec<Arc<FileEntry>>) -> Self {
        let texts = |of: &dyn Fn(&FileEntry) -> Option<&str>| -> Option<ArrayRef> {
            let array: StringArray = files.iter().map(|f| of(f)).collect();
            cast(&array, &dictionary()).ok()
        };
        let times = |of: &dyn Fn(&FileEntry) -> Option<i64>| -> ArrayRef {
            let array: TimestampMicrosecondArray = files.iter().map(|f| of(f)).collect();
            Arc::new(array.with_timezone("UTC"))
        };
        let integers = |of: &dyn Fn(&FileEntry) -> Option<i64>| -> ArrayRef {
            Arc::new(files.iter().map(|f| of(f)).collect::<Int64Array>())
        };
        let mut columns = HashMap::new();
        let mut put = |name, least: Option<ArrayRef>, most: Option<ArrayRef>| {
            if let (Some(least), Some(most)) = (least, most) {
                columns.insert(name, (least, most));
            }
        };
        put("type", texts(&|f| Some(&f.type_name)), texts(&|f| Some(&f.type_name)));
        put(
            "attribute",
            texts(&|f| f.bounds.attribute.as_ref().map(|b| b.0.as_str())),
            texts(&|f| f.bounds.attribute.as_ref().map(|b| b.1.as_str())),
        );
        put(
            "entity",
            texts(&|f| f.bounds.entity.as_ref().map(|b| b.0.as_str())),
            texts(&|f| f.bounds.entity.as_ref().map(|b| b.1.as_str())),
        );
        put(
            time_name(kind),
            Some(times(&|f| f.bounds.time.map(|b| b.0))),
            Some(times(&|f| f.bounds.time.map(|b| b.1))),
        );
        put(
            "recorded_at",
            Some(times(&|f| f.bounds.recorded.map(|b| b.0))),
            Some(times(&|f| f.bounds.recorded.map(|b| b.1))),
        );
        put(
            change_name(kind),
            Some(integers(&|f| f.bounds.change.map(|b| b.0))),
            Some(integers(&|f| f.bounds.change.map(|b| b.1))),
        );
        Self { kind, files, columns, ranges: OnceLock::new() }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// From which entity to which each type has values here.
    pub(crate) fn ranges(&self) -> &Ranges {
        self.ranges.get_or_init(|| {
            let mut ranges = Ranges::default();
            for file in &self.files {
                let bounds = file.bounds.entity.as_ref();
                ranges.add(&file.type_name, bounds.map(|(least, most)| (least.as_str(), most.as_str())));
            }
            ranges
        })
    }

    pub(crate) fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.bytes).sum()
    }

    /// The set after a commit.
    pub(crate) fn with(&self, removed: &HashSet<String>, added: Vec<FileEntry>) -> Self {
        let kept = self.files.iter().filter(|f| !removed.contains(&f.path)).cloned();
        Self::new(self.kind, kept.chain(added.into_iter().map(Arc::new)).collect())
    }
}

impl PruningStatistics for FileSet {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.columns.get(column.name.as_str()).map(|(least, _)| Arc::clone(least))
    }
    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.columns.get(column.name.as_str()).map(|(_, most)| Arc::clone(most))
    }
    fn num_containers(&self) -> usize {
        self.files.len()
    }
    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let known = column.name == time_name(self.kind);
        known.then(|| {
            Arc::new(self.files.iter().map(|f| f.bounds.untimed).collect::<UInt64Array>()) as ArrayRef
        })
    }
    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.files.iter().map(|f| Some(f.rows)).collect::<UInt64Array>()))
    }
    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_from_the_log() {
        let entry = FileEntry {
            path: "type=A/month=2024-01/x.parquet".to_owned(),
            bytes: 10,
            rows: 3,
            type_name: "A".to_owned(),
            part: "2024-01".to_owned(),
            written: 7_000,
            name: NameParts::default(),
            bounds: Bounds {
                attribute: Some(("NO2".to_owned(), "PM10".to_owned())),
                entity: Some(("urn:a".to_owned(), "urn:b".to_owned())),
                time: Some((1_000_001, 2_000_002)),
                recorded: Some((5, 1_000_999)),
                change: Some((1, 9)),
                untimed: Some(0),
            },
        };
        let Action::Add(add) = entry.add(Kind::Observation, true) else { panic!("no add") };
        let stats = add.stats.as_deref();
        let read = FileEntry::of(
            Kind::Observation,
            &add.path,
            add.size as u64,
            add.modification_time * 1000,
            stats,
            &add.partition_values,
        );
        assert_eq!(read, entry);
        assert!(entry.bounds.may_have("urn:a", "O3"));
        assert!(!entry.bounds.may_have("urn:c", "O3"));
        let any = |id: &str| entry.bounds.may_have_any(&BTreeSet::from([EntityId::trusted(id)]));
        assert!(any("urn:a") && any("urn:aa") && !any("urn:c") && !any("urn:A"));
    }
}
