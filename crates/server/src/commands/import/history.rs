//! The past of entities: their timed values, page by page; where a page comes in parts, entity by entity.

use std::cmp::Ordering;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use reqwest::header;
use serde_json::value::RawValue;

use super::{
    Copy,
    broker::{Answer, encoded, is_other},
    past::Past,
};

/// Entities whose past is asked for at once: a page of values may be large.
const ENTITIES_AT_ONCE: u32 = 20;

/// No value is older.
const BEGINNING: &str = "0001-01-01T00:00:00Z";

/// None is later: what is foreseen has its moment in the future.
const END: &str = "2999-12-31T00:00:00Z";

/// The values of a type.
struct Range<'a> {
    kind: &'a str,
}

impl Range<'_> {
    /// The address of the values of some entities from a moment on.
    fn path(&self, which: &str, from: Option<Timestamp>) -> String {
        let from = from.map_or_else(|| BEGINNING.to_owned(), |from| from.to_string());
        format!(
            "/temporal/entities?type={}&{which}&timerel=between&timeAt={}&endTimeAt={}",
            encoded(self.kind),
            encoded(&from),
            encoded(END)
        )
    }
}

impl Copy {
    pub(super) async fn history(&mut self) -> anyhow::Result<()> {
        self.state
            .note("values that were never observed (no observedAt) have no place in a past, and stay behind");
        let limit = ENTITIES_AT_ONCE.min(self.options.page) as usize;
        for kind in self.types_left().await? {
            let range = Range { kind: &kind };
            let mut offset =
                self.state.place_in(&kind).and_then(|place| place.parse::<usize>().ok()).unwrap_or(0);
            let mut before = None;
            loop {
                let page = self.past_page(&range, offset, limit, &mut before).await;
                let Some(more) = page.with_context(|| format!("the past of {kind}"))? else {
                    self.state.note("the other broker shows no past");
                    return Ok(());
                };
                offset += limit;
                self.state.go_on(&kind, Some(offset.to_string()))?;
                self.show();
                if !more {
                    break;
                }
            }
            self.state.finish_type(kind)?;
        }
        Ok(())
    }

    /// The past of one page of entities. Gives whether there are more entities, which the list over the whole range alone can
    /// tell; `None` when the broker knows no past.
    async fn past_page(
        &mut self,
        range: &Range<'_>,
        offset: usize,
        limit: usize,
        before: &mut Option<u64>,
    ) -> anyhow::Result<Option<bool>> {
        let path = range.path(&format!("limit={limit}&offset={offset}"), None);
        let answer = self.from.get(&path).await?;
        // A broker that has shown some of its past knows one.
        if answer.is_unknown() && offset == 0 && self.state.types_done.is_empty() {
            return Ok(None);
        }
        is_other(&answer, before)?;
        let entities: Vec<Box<RawValue>> = answer.json()?;
        // Not every broker names the next page.
        let mut more = answer.next().is_some() || entities.len() >= limit;
        if is_part(&answer) {
            // A part may leave out whole entities, and ends for each of the others at a moment of its own.
            for place in offset..offset + limit {
                let is_there = self.past_at(range, place).await?;
                more |= is_there && place + 1 == offset + limit;
            }
            return Ok(Some(more));
        }
        for entity in &entities {
            if let Some(past) = self.read_past(entity) {
                self.write_past(past).await?;
            }
        }
        Ok(Some(more && !entities.is_empty()))
    }

    /// The past of the entity at a place of the list over the whole range, as often as it comes in parts. Gives whether there is one.
    async fn past_at(&mut self, range: &Range<'_>, place: usize) -> anyhow::Result<bool> {
        let (mut which, mut from) = (format!("limit=1&offset={place}"), None);
        loop {
            let answer = self.from.get(&range.path(&which, from)).await?;
            let entities: Vec<Box<RawValue>> = answer.json()?;
            let Some(entity) = entities.first() else { return Ok(from.is_some()) };
            let Some(past) = self.read_past(entity) else { return Ok(true) };
            let (id, ends) = (past.id.clone(), [past.newest, reached(&answer)]);
            self.write_past(past).await?;
            if !is_part(&answer) {
                return Ok(true);
            }
            let later = ends.into_iter().flatten().find(|end| Some(*end) > from);
            let Some(last) = later.or_else(|| ends.into_iter().flatten().max()) else {
                self.state.refuse(format!("the past of {id}: a part of it does not say where it ends"));
                return Ok(true);
            };
            from = match Some(last).cmp(&from) {
                // The moment where a part ends may hold more than was given: it is asked for again.
                Ordering::Greater => Some(last),
                Ordering::Equal => {
                    let what = format!(
                        "the past of {id}: the other broker may have more values of {last} than it gives"
                    );
                    self.state.refuse(what);
                    let Ok(after) = last.checked_add(SignedDuration::from_micros(1)) else { return Ok(true) };
                    Some(after)
                }
                Ordering::Less => {
                    self.state.refuse(format!("the past of {id}: its parts do not follow one another"));
                    return Ok(true);
                }
            };
            which = format!("id={}&limit=1&offset=0", encoded(&id));
        }
    }

    /// Reads an entity; one that cannot be read is told and left.
    fn read_past(&mut self, entity: &RawValue) -> Option<Past> {
        let refuse = |error: &anyhow::Error| {
            let beginning: String = entity.get().chars().take(80).collect();
            self.state.refuse(format!("a past that cannot be read ({error}): {beginning}"));
        };
        Past::read(entity.get()).inspect_err(refuse).ok()
    }

    async fn write_past(&mut self, past: Past) -> anyhow::Result<()> {
        let Past { id, values, document, .. } = past;
        if values == 0 {
            return Ok(());
        }
        let answer = self.into.post("/temporal/entities", document.to_string().into_bytes()).await?;
        if answer.status.is_success() {
            self.state.count("values of the past", values);
        } else {
            self.state.refuse(format!("the past of {id}: {}", answer.words()));
        }
        Ok(())
    }
}

/// Whether an answer was cut short (GS CIM 009 clause 6.3.10).
fn is_part(answer: &Answer) -> bool {
    answer.status.as_u16() == 206
}

/// Up to which moment an answer that was cut short goes.
fn reached(answer: &Answer) -> Option<Timestamp> {
    if !is_part(answer) {
        return None;
    }
    let range = answer.headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let range = range.split_once(' ')?.1;
    let (both, _) = range.rsplit_once('/')?;
    // Both are date-times, which have hyphens of their own.
    let (_, end) = both.split_once("Z-")?;
    end.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_part_is_found() {
        let mut headers = header::HeaderMap::new();
        let range = "DateTime 2024-01-01T00:00:00Z-2024-02-01T12:00:00.5Z/*";
        headers.insert(header::CONTENT_RANGE, range.parse().unwrap());
        let answer = |status| Answer { status, headers: headers.clone(), body: Vec::new() };
        let partial = answer(reqwest::StatusCode::PARTIAL_CONTENT);
        assert_eq!(reached(&partial), "2024-02-01T12:00:00.5Z".parse().ok());
        assert_eq!(reached(&answer(reqwest::StatusCode::OK)), None);
    }

    #[test]
    fn a_range_begins_before_all_values_or_where_the_last_part_ended() {
        let range = Range { kind: "A b" };
        let whole = range.path("limit=20&offset=40", None);
        assert!(whole.contains("type=A+b&limit=20&offset=40&timerel=between"), "{whole}");
        assert!(whole.contains("timeAt=0001-01-01T00%3A00%3A00Z&endTimeAt=2999"), "{whole}");
        let later = range.path("id=urn%3Aa&limit=1&offset=0", "2024-02-01T12:00:00.5Z".parse().ok());
        assert!(later.contains("timeAt=2024-02-01T12%3A00%3A00.5Z"), "{later}");
    }
}
