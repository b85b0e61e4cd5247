//! Rows inside a JSON document: members of arrays and objects at a path.

use std::{borrow::Cow, fmt, io::Read, ops::Range};

use senne_model::Json;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use twox_hash::XxHash3_128;

use super::{Checkpoint, Encoding, Row, RowError};

/// Where rows stand in a document.
#[derive(Clone, Debug)]
pub(crate) struct RowPath {
    /// The way to the rows.
    pub(crate) steps: Vec<Step>,
    /// The encoding, and whether it has to be repaired.
    pub(crate) encoding: Encoding,
    /// The largest document that is read, in bytes.
    pub(crate) bytes_max: u64,
    /// The most rows of it: where each stands is held in memory.
    pub(crate) rows_max: usize,
    /// Whether what stood at each `*` is asked for.
    pub(crate) keyed: bool,
}

/// The most elements of an array, and members of an object, on the way to the rows.
const ELEMENTS_MAX: usize = 8_000_000;

/// One step of the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// The member of this name.
    Member(Box<str>),
    /// Each element of an array, or each member of an object; its key is kept.
    Each,
}

impl RowPath {
    /// Reads `data.*.results.*`; the empty path is the document itself.
    pub(crate) fn steps(text: &str) -> Vec<Step> {
        let step = |s: &str| if s == "*" { Step::Each } else { Step::Member(s.into()) };
        text.split('.').filter(|s| !s.is_empty()).map(step).collect()
    }
}

/// The rows of a JSON document. The text is kept, the values are made one row at a time.
pub(crate) struct DocumentRows {
    text: String,
    spans: Vec<(Range<usize>, Vec<Box<str>>)>,
    next: usize,
    value: Json,
    /// Up to which byte lines have been counted, and how many there were.
    counted: (usize, u64),
    hash: u128,
    encoding: Encoding,
}

impl DocumentRows {
    pub(crate) fn begin(path: &RowPath, reader: Box<dyn Read + Send>) -> Result<Self, RowError> {
        let mut text = String::new();
        let mut limited = path.encoding.decoding(reader).take(path.bytes_max + 1);
        limited
            .read_to_string(&mut text)
            .map_err(|e| RowError::Source(format!("the document cannot be read: {e}")))?;
        if text.len() as u64 > path.bytes_max {
            let mib = path.bytes_max >> 20;
            return Err(RowError::Source(format!("the document is larger than {mib} MiB")));
        }
        let mut spans = Vec::new();
        let root: &RawValue = serde_json::from_str(&text)
            .map_err(|e| RowError::Source(format!("line {}: this is not JSON: {e}", e.line())))?;
        let mut keys = Vec::new();
        walk(&Search { text: &text, path }, root, &path.steps, &mut keys, &mut spans)?;
        let mut hasher = XxHash3_128::new();
        hasher.write(text.as_bytes());
        let hash = hasher.finish_128();
        Ok(Self { text, spans, next: 0, value: Json::Null, counted: (0, 1), hash, encoding: path.encoding })
    }

    pub(crate) fn advance(&mut self) -> Option<Result<(), RowError>> {
        let (span, _) = self.spans.get(self.next)?.clone();
        self.next += 1;
        let between = self.text.as_bytes().get(self.counted.0..span.start).unwrap_or_default();
        let lines = between.split(|b| *b == b'\n').count() as u64 - 1;
        self.counted = (span.start.max(self.counted.0), self.counted.1 + lines);
        let slice = self.text.get(span).unwrap_or_default();
        match serde_json::from_str(slice) {
            Ok(value) => {
                self.value = value;
                self.encoding.repair_json(&mut self.value);
                Some(Ok(()))
            }
            Err(e) => Some(Err(RowError::Row(e.to_string()))),
        }
    }

    pub(crate) fn row(&self) -> Row<'_> {
        let keys = self.next.checked_sub(1).and_then(|i| self.spans.get(i)).map(|(_, keys)| keys.as_slice());
        Row::Json { value: &self.value, keys: keys.unwrap_or_default() }
    }

    pub(crate) fn line(&self) -> u64 {
        self.counted.1
    }

    /// A document is one whole: its fingerprint is that of all of it, wherever the reader is.
    pub(crate) fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint { rows: self.next as u64, bytes: self.text.len() as u64, hash: self.hash }
    }

    /// The scalars at the top of the document, e.g. `requestDate`.
    pub(crate) fn top(&self) -> Json {
        let Ok(members) = serde_json::from_str::<Members<'_>>(&self.text) else { return Json::Null };
        let scalar = |(name, raw): (Cow<'_, str>, &RawValue)| {
            let plain = !raw.get().starts_with(['{', '[']);
            let value = plain.then(|| serde_json::from_str(raw.get()).ok()).flatten()?;
            Some((name.into_owned().into_boxed_str(), value))
        };
        Json::Object(members.0.into_iter().filter_map(scalar).collect())
    }
}

type Spans = Vec<(Range<usize>, Vec<Box<str>>)>;

/// What rows are looked for in, and how.
struct Search<'a> {
    text: &'a str,
    path: &'a RowPath,
}

/// Finds the rows. A member that is absent or `null` beyond the first `*` is no row and no error: live
/// answers leave out what they do not know.
fn walk(
    search: &Search<'_>,
    raw: &RawValue,
    steps: &[Step],
    keys: &mut Vec<Box<str>>,
    spans: &mut Spans,
) -> Result<(), RowError> {
    if raw.get() == "null" {
        return Ok(());
    }
    let Some((step, rest)) = steps.split_first() else {
        if spans.len() >= search.path.rows_max {
            let most = search.path.rows_max;
            return Err(RowError::Source(format!("the document has more than {most} rows")));
        }
        let start = raw.get().as_ptr() as usize - search.text.as_ptr() as usize;
        let keys = if search.path.keyed { keys.clone() } else { Vec::new() };
        spans.push((start..start + raw.get().len(), keys));
        return Ok(());
    };
    let broken = |e: serde_json::Error| RowError::Source(format!("the document cannot be read: {e}"));
    match (step, raw.get().as_bytes().first()) {
        (Step::Each, Some(b'[')) => {
            let Elements(items) = serde_json::from_str(raw.get()).map_err(broken)?;
            for (i, item) in items.into_iter().enumerate() {
                each(search, item, &i.to_string(), rest, keys, spans)?;
            }
        }
        (Step::Each, Some(b'{')) => {
            let Members(members) = serde_json::from_str(raw.get()).map_err(broken)?;
            for (name, item) in members {
                each(search, item, &name, rest, keys, spans)?;
            }
        }
        (Step::Member(wanted), Some(b'{')) => {
            let Members(members) = serde_json::from_str(raw.get()).map_err(broken)?;
            match members.iter().find(|(name, _)| **name == **wanted) {
                Some((_, item)) => walk(search, item, rest, keys, spans)?,
                None if keys.is_empty() => {
                    let names: Vec<&str> = members.iter().map(|(name, _)| &**name).take(20).collect();
                    let names = names.join(", ");
                    return Err(RowError::Source(format!(
                        "there is no member `{wanted}` here; there are: {names}"
                    )));
                }
                None => {}
            }
        }
        _ if keys.is_empty() => {
            return Err(RowError::Source(
                "an array or an object is needed on the path to the rows".to_owned(),
            ));
        }
        _ => {}
    }
    Ok(())
}

fn each(
    search: &Search<'_>,
    item: &RawValue,
    key: &str,
    rest: &[Step],
    keys: &mut Vec<Box<str>>,
    spans: &mut Spans,
) -> Result<(), RowError> {
    keys.push(key.into());
    let result = walk(search, item, rest, keys, spans);
    keys.pop();
    result
}

fn bounded<E: serde::de::Error>(count: usize) -> Result<(), E> {
    if count < ELEMENTS_MAX { Ok(()) } else { Err(E::custom(format!("more than {ELEMENTS_MAX} elements"))) }
}

/// The members of an object, unparsed, in their order.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);
/// The elements of an array, unparsed.
struct Elements<'a>(Vec<&'a RawValue>);

/// A key that borrows where it can.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(name), value)) = map.next_entry()? {
                    bounded::<A::Error>(members.len())?;
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Elements<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Elements<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    bounded::<A::Error>(items.len())?;
                    items.push(item);
                }
                Ok(Elements(items))
            }
        }
        deserializer.deserialize_seq(Visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_rows_stand_is_held_for_so_many_alone() {
        let begin = |path: &str, keyed, text: &'static str| {
            let path = RowPath {
                steps: RowPath::steps(path),
                encoding: Encoding::UTF_8,
                bytes_max: 99,
                rows_max: 3,
                keyed,
            };
            DocumentRows::begin(&path, Box::new(text.as_bytes()))
        };
        let mut rows = begin("*", true, "[10,20,30]").unwrap_or_else(|e| panic!("{e:?}"));
        for key in ["0", "1", "2"] {
            assert!(matches!(rows.advance(), Some(Ok(()))));
            assert!(matches!(rows.row(), Row::Json { keys, .. } if keys.len() == 1 && *keys[0] == *key));
        }
        assert!(rows.advance().is_none());
        let mut rows = begin("*", false, "[10]").unwrap_or_else(|e| panic!("{e:?}"));
        assert!(rows.advance().is_some() && matches!(rows.row(), Row::Json { keys: [], .. }));
        for (path, text) in
            [("*", "[1,2,3,4]"), ("*.*", "[[1,2],[3,4]]"), ("a.*", r#"{"a":{"x":1,"y":2,"z":3,"v":4}}"#)]
        {
            let Err(RowError::Source(reason)) = begin(path, true, text) else { panic!("{text} was taken") };
            assert_eq!(reason, "the document has more than 3 rows");
        }
    }
}
