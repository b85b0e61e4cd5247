//! Work packages of OpenProject, as its API v3 gives them: a collection with `_embedded.elements`.
//!
//! Relations stand in a collection of their own there; both may be given together in one list, or relations embedded in work packages.

use serde_json::Value;

use super::{
    amount::{day, euros},
    fault::{Faults, ImportFault, ImportLimits, Imported, Note, Place},
    tasks::{Purpose, Task, imported},
};
use crate::types::ProjectId;

/// Which task waits for which, and where that is said.
struct Link {
    waiting: String,
    awaited: String,
}

/// Reads a collection of work packages, or a list of collections. Identifiers are `work-package-` and the number; costs count as spent in the
/// year in which the work package ends, and come from `source`. The API does not tell when one was done: for those at 100 % that is the
/// day of the last change, and noted.
///
/// # Errors
/// All faults up to the limit, each with the place in the document.
pub fn open_project(
    text: &[u8],
    project: &ProjectId,
    language: &str,
    source: &str,
    limits: ImportLimits,
) -> Result<Imported, Vec<ImportFault>> {
    if text.len() > limits.bytes_most {
        return Err(vec![ImportFault::too_large(text.len(), limits.bytes_most)]);
    }
    let document: Value = serde_json::from_slice(text).map_err(|error| {
        let place = Place::Line(error.line() as u64);
        vec![ImportFault::new(place, error.to_string(), "save the answer of the API as it is")]
    })?;
    let collections: Vec<(String, &Value)> = match &document {
        Value::Array(list) => list.iter().enumerate().map(|(at, one)| (format!("/{at}"), one)).collect(),
        one => vec![(String::new(), one)],
    };
    let mut faults = Faults::new(limits);
    let (mut notes, mut tasks, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for (path, collection) in collections {
        let Some(elements) = collection.pointer("/_embedded/elements").and_then(Value::as_array) else {
            let place = Place::Path(format!("{path}/_embedded/elements"));
            faults.add(ImportFault::new(place, "it is missing", "save the answer of /api/v3/work_packages"));
            continue;
        };
        note_missing_pages(collection, elements.len(), &path, &mut notes);
        for (at, element) in elements.iter().enumerate() {
            if tasks.len() + links.len() >= limits.rows_most {
                let place = Place::Path(format!("{path}/_embedded/elements/{at}"));
                faults.add(ImportFault::too_many(place, limits.rows_most));
                return faults.end(Imported::default());
            }
            let path = format!("{path}/_embedded/elements/{at}");
            if element.get("_type").and_then(Value::as_str) == Some("Relation") {
                links.extend(faults.keep(link(element, &path, &mut notes)).flatten());
                continue;
            }
            tasks.extend(faults.keep(task(element, &path, &mut notes)));
            let embedded =
                element.pointer("/_embedded/relations/_embedded/elements").and_then(Value::as_array);
            for (at, relation) in embedded.into_iter().flatten().enumerate() {
                let path = format!("{path}/_embedded/relations/_embedded/elements/{at}");
                links.extend(faults.keep(link(relation, &path, &mut notes)).flatten());
            }
        }
    }
    for link in links {
        if let Some(task) = tasks.iter_mut().find(|task: &&mut Task| task.id == link.waiting)
            && !task.after.contains(&link.awaited)
        {
            task.after.push(link.awaited);
        }
    }
    imported(&tasks, Purpose { project, language, source }, notes, faults)
}

fn note_missing_pages(collection: &Value, found: usize, path: &str, notes: &mut Vec<Note>) {
    let total = collection.get("total").and_then(Value::as_u64).unwrap_or(found as u64);
    if total > found as u64 {
        let what =
            format!("it holds {found} of {total}; ask for all with pageSize, or import the other pages too");
        notes.push(Note { place: Place::Path(format!("{path}/total")), what });
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The number at the end of a link: `/api/v3/work_packages/12`.
fn linked(value: &Value, name: &str) -> Option<String> {
    let href = value.pointer(&format!("/_links/{name}/href"))?.as_str()?;
    let (way, number) = href.rsplit_once('/')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (way.ends_with("work_packages") && digits).then(|| format!("work-package-{number}"))
}

fn task(element: &Value, path: &str, notes: &mut Vec<Note>) -> Result<Task, ImportFault> {
    let place = |field: &str| Place::Path(format!("{path}/{field}"));
    let id = element.get("id").and_then(Value::as_u64).ok_or_else(|| {
        ImportFault::new(place("id"), "it is no number", "save the answer of /api/v3/work_packages")
    })?;
    let read_day = |field: &str| match text(element, field) {
        None => Ok(None),
        Some(text) => day(text).map(Some).ok_or_else(|| {
            ImportFault::new(place(field), format!("`{text}` is no day"), "write the day as 2026-03-31")
        }),
    };
    let mut task = Task::new(format!("work-package-{id}"), Place::Path(path.to_owned()));
    task.name.push_str(text(element, "subject").unwrap_or_default());
    task.parent = linked(element, "parent");
    // Milestones have one date, other work packages two.
    let date = read_day("date")?;
    task.start = read_day("startDate")?.or(date);
    task.finish = read_day("dueDate")?.or(date);
    task.duration_days = match text(element, "duration") {
        _ if date.is_some() => Some(0),
        None => None,
        Some(text) => Some(days(text).ok_or_else(|| {
            ImportFault::new(place("duration"), format!("`{text}` is no number of days"), "write it as P5D")
        })?),
    };
    let done = element.get("percentageDone").and_then(Value::as_f64).is_some_and(|part| part >= 100.0);
    if done || element.pointer("/_embedded/status/isClosed").and_then(Value::as_bool) == Some(true) {
        task.done = text(element, "updatedAt").and_then(|text| text.get(..10)).and_then(day).or(task.finish);
        let what = "it is done; the day is that of its last change".to_owned();
        notes.push(Note { place: place("percentageDone"), what });
    }
    task.spent = match text(element, "overallCosts") {
        None => None,
        Some(text) => Some(euros(text).ok_or_else(|| {
            let remedy = "set the currency of OpenProject to EUR";
            ImportFault::new(place("overallCosts"), format!("`{text}` is no amount in euros"), remedy)
        })?),
    };
    Ok(task)
}

/// `P5D` or `P2W`: days and weeks.
fn days(text: &str) -> Option<u32> {
    let rest = text.strip_prefix('P')?;
    let (count, size) = match (rest.strip_suffix('D'), rest.strip_suffix('W')) {
        (Some(count), _) => (count, 1),
        (None, Some(count)) => (count, 7),
        (None, None) => return None,
    };
    count.parse::<u32>().ok()?.checked_mul(size).filter(|days| *days <= 36_500)
}

fn link(relation: &Value, path: &str, notes: &mut Vec<Note>) -> Result<Option<Link>, ImportFault> {
    let end = |name: &str| {
        linked(relation, name).ok_or_else(|| {
            let place = Place::Path(format!("{path}/_links/{name}/href"));
            ImportFault::new(place, "it is no link to a work package", "save the answer of /api/v3/relations")
        })
    };
    let (from, to) = (end("from")?, end("to")?);
    let kind = text(relation, "type").unwrap_or_default();
    let link = match kind {
        "follows" => Link { waiting: from, awaited: to },
        "precedes" => Link { waiting: to, awaited: from },
        other => {
            let what = format!("a relation of the kind `{other}` says nothing of time, and was left out");
            notes.push(Note { place: Place::Path(path.to_owned()), what });
            return Ok(None);
        }
    };
    if relation.get("lag").and_then(Value::as_f64).is_some_and(|lag| lag != 0.0) {
        let what = "the lag of this relation was left out".to_owned();
        notes.push(Note { place: Place::Path(format!("{path}/lag")), what });
    }
    Ok(Some(link))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::types::Euros;

    fn package(id: u64, parent: Option<u64>) -> Value {
        json!({
            "_type": "WorkPackage", "id": id, "subject": format!("Work {id}"), "startDate": "2026-03-02",
            "dueDate": "2026-03-13", "duration": "P10D", "percentageDone": 0, "overallCosts": "1,200.00 EUR",
            "updatedAt": "2026-03-20T10:00:00.000Z",
            "_links": { "parent": { "href": parent.map(|id| format!("/api/v3/work_packages/{id}")) } },
        })
    }

    fn relation(kind: &str, from: u64, to: u64) -> Value {
        let href = |id: u64| json!({ "href": format!("/api/v3/work_packages/{id}") });
        json!({ "_type": "Relation", "type": kind, "lag": 0, "_links": { "from": href(from), "to": href(to) } })
    }

    fn read(document: &Value) -> Result<Imported, Vec<ImportFault>> {
        open_project(document.to_string().as_bytes(), &"p".into(), "en", "plan", ImportLimits::default())
    }

    fn collection(elements: Vec<Value>) -> Value {
        json!({ "_type": "Collection", "total": elements.len(), "_embedded": { "elements": elements } })
    }

    #[test]
    fn work_packages_with_relations_and_parents() {
        let mut milestone = package(4, None);
        milestone["date"] = json!("2026-09-01");
        for field in ["startDate", "dueDate", "duration", "overallCosts"] {
            milestone[field] = Value::Null;
        }
        let mut done = package(2, Some(1));
        done["percentageDone"] = json!(100);
        let packages = collection(vec![package(1, None), done, package(3, Some(1)), milestone]);
        let relations = collection(vec![
            relation("precedes", 2, 3),
            relation("follows", 4, 1),
            relation("relates", 4, 2),
        ]);
        let found = read(&json!([packages, relations])).unwrap();
        let [done, third, fourth] = &found.milestones[..] else { panic!("three") };
        assert_eq!((done.done_on, done.duration_days), (Some(date(2026, 3, 20)), 10));
        assert_eq!(third.depends_on, ["work-package-2".into()]);
        assert_eq!((fourth.planned_on, fourth.duration_days), (Some(date(2026, 9, 1)), 0));
        assert_eq!(fourth.depends_on, ["work-package-2".into(), "work-package-3".into()]);
        assert_eq!((found.money[0].year, found.money[0].spent), (2026, Euros(2400)));
        assert_eq!(found.notes.len(), 2);
    }

    #[test]
    fn faults_have_their_place() {
        let mut wrong = package(1, None);
        wrong["dueDate"] = json!("soon");
        let faults = read(&collection(vec![package(2, None), wrong])).unwrap_err();
        assert_eq!(faults[0].place, Place::Path("/_embedded/elements/1/dueDate".into()));
        assert!(read(&json!({ "elements": [] })).is_err());
        assert!(open_project(b"{", &"p".into(), "en", "plan", ImportLimits::default()).is_err());
    }

    #[test]
    fn pages_that_are_missing_are_noted() {
        let mut page = collection(vec![package(1, None)]);
        page["total"] = json!(40);
        assert!(read(&page).unwrap().notes[0].what.contains("1 of 40"));
    }
}
