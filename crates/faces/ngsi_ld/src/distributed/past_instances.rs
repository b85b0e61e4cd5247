//! The instances of an attribute that several brokers tell of, of which two may be one.

use std::collections::HashMap;

use senne_model::{Json, Timestamp};

use super::past_merge::Form;

/// The instances of one attribute, found by what makes two of them one.
pub(super) struct Instances {
    form: Form,
    list: Vec<Json>,
    /// Simplified series by their data sets.
    series: HashMap<Option<String>, usize>,
    by_mark: HashMap<Mark, usize>,
}

/// By what two instances of a data set are one: brokers number their instances each by itself.
#[derive(PartialEq, Eq, Hash)]
enum Mark {
    Id(Option<String>, String),
    Moment(Option<String>, Timestamp),
}

fn marks(instance: &Json) -> Vec<Mark> {
    let set = dataset(instance).map(str::to_owned);
    let id = instance.get("instanceId").and_then(Json::as_str);
    let id = id.map(|id| Mark::Id(set.clone(), id.to_owned()));
    let observed = at(instance, "observedAt").map(|at| Mark::Moment(set, at));
    id.into_iter().chain(observed).collect()
}

impl Instances {
    pub(super) fn of(form: Form, list: Vec<Json>) -> Self {
        let mut known = Self { form, list: Vec::new(), series: HashMap::new(), by_mark: HashMap::new() };
        list.into_iter().for_each(|instance| known.push(instance));
        known
    }

    pub(super) fn into_list(self) -> Vec<Json> {
        self.list
    }

    fn push(&mut self, instance: Json) {
        let place = self.list.len();
        if self.form.is_series(&instance) {
            self.series.entry(dataset(&instance).map(str::to_owned)).or_insert(place);
        }
        self.note(marks(&instance), place);
        self.list.push(instance);
    }

    fn note(&mut self, marks: Vec<Mark>, place: usize) {
        for mark in marks {
            self.by_mark.entry(mark).or_insert(place);
        }
    }

    /// Takes in what another broker has.
    pub(super) fn take_in(&mut self, other: Json, auxiliary: bool) {
        let series = self.series.get(&dataset(&other).map(str::to_owned)).copied();
        if let Some(place) = series.filter(|_| self.form.is_series(&other)) {
            return self.form.join_series(&mut self.list[place], other, auxiliary);
        }
        let marks = marks(&other);
        let Some(place) = marks.iter().filter_map(|mark| self.by_mark.get(mark)).min().copied() else {
            return self.push(other);
        };
        if !auxiliary && changed(&other) > changed(&self.list[place]) {
            let before = std::mem::replace(&mut self.list[place], other);
            self::marks(&before).iter().for_each(|mark| self.forget(mark, place));
            self.note(marks, place);
        }
    }

    fn forget(&mut self, mark: &Mark, place: usize) {
        if self.by_mark.get(mark) == Some(&place) {
            self.by_mark.remove(mark);
        }
    }
}

pub(super) fn as_list(value: Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        one => vec![one],
    }
}

pub(super) fn dataset(instance: &Json) -> Option<&str> {
    instance.get("datasetId").and_then(Json::as_str)
}

/// The instant that a member names: brokers write the same one in different ways.
pub(super) fn at(instance: &Json, member: &str) -> Option<Timestamp> {
    instant(instance.get(member)?)
}

pub(super) fn instant(value: &Json) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?).ok()
}

pub(super) fn moment(instance: &Json) -> Option<Timestamp> {
    at(instance, "observedAt").or_else(|| at(instance, "modifiedAt"))
}

pub(super) fn changed(instance: &Json) -> Option<Timestamp> {
    at(instance, "modifiedAt")
}
