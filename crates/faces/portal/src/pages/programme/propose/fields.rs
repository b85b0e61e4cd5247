//! The form of a proposal in groups of fields: nothing that was typed is lost.

use senne_programme::{AreaId, CallForProjects, Pillar, Programme, Words as Told};

use super::{
    costs::{LINES, SOURCES},
    place::Drawn,
};
use crate::{
    language::Language,
    pages::programme::{
        call::{
            form::{Choice, Fault, Field, Sent},
            told::{pillars_of, source},
        },
        place,
        shared::called,
    },
    words::{Words, key},
};

/// A group of fields with its name.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) hint: &'static str,
    pub(super) fields: Vec<Field>,
    /// Fields side by side, a row each.
    pub(super) rows: Vec<Row>,
    /// The map on which a place is drawn, above the fields.
    pub(super) map: Option<Drawn>,
    /// What may be ticked, several at once.
    pub(super) ticks: Vec<Choice>,
}

/// Fields side by side.
pub(super) struct Row {
    pub(super) fields: Vec<Field>,
}

impl Group {
    /// All its fields.
    pub(super) fn all(&self) -> impl Iterator<Item = &Field> + Clone {
        self.fields.iter().chain(self.rows.iter().flat_map(|row| &row.fields))
    }
}

/// What the fields are made of.
pub(super) struct Form<'a> {
    pub(super) words: Words,
    pub(super) programme: &'a Programme,
    pub(super) call: &'a CallForProjects,
    pub(super) sent: &'a Sent,
    pub(super) faults: &'a [Fault],
    /// The areas that are ticked.
    pub(super) ticked: &'a [AreaId],
}

impl Form<'_> {
    /// All groups in their order.
    pub(super) fn groups(&self, map: Drawn) -> Vec<Group> {
        let group = |title, hint, fields| Group {
            title: self.words.t(title),
            hint: self.words.t(hint),
            fields,
            rows: Vec::new(),
            map: None,
            ticks: Vec::new(),
        };
        vec![
            group(key!("choice.group_what"), key!("choice.group_what_hint"), self.what()),
            group(key!("choice.group_who"), key!("choice.group_who_hint"), self.who()),
            group(key!("choice.group_effect"), key!("choice.group_effect_hint"), self.effect()),
            Group {
                ticks: self.areas(),
                map: Some(map),
                ..group(key!("choice.group_where"), key!("choice.group_where_hint"), vec![self.place()])
            },
            group(key!("choice.group_when"), key!("choice.group_when_hint"), self.when()),
            group(key!("choice.group_evidence"), key!("choice.group_evidence_hint"), self.evidence()),
            Group {
                rows: self.costs(),
                ..group(key!("choice.group_money"), key!("choice.group_money_hint"), Vec::new())
            },
        ]
    }

    fn field(&self, name: &str, label: &'static str) -> Field {
        Field::of(self.sent, self.faults, name, self.words.t(label))
    }

    /// A field in each of the three languages.
    fn spoken(&self, name: &'static str, label: &'static str) -> impl Iterator<Item = Field> {
        Language::ALL.into_iter().map(move |language| {
            let label = self.words.fill("choice.in_language", [self.words.t(label), language.own_name()]);
            Field::of(self.sent, self.faults, &format!("{name}-{language}"), label)
                .spoken(language.code())
                .must()
        })
    }

    /// A list to choose from; its first choice is none.
    fn list(
        &self,
        name: &str,
        label: &'static str,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> Field {
        let none = (String::new(), self.words.t("choice.choose_one").to_owned());
        self.field(name, label).among(std::iter::once(none).chain(choices))
    }

    fn what(&self) -> Vec<Field> {
        let words = self.words;
        let named =
            |pillar: &Pillar| (pillar.id.to_string(), called(words, Some(&pillar.name), pillar.id.as_str()));
        let pillars = pillars_of(self.programme, self.call).into_iter().map(named);
        let kinds = self.programme.interventions.values();
        let kinds = kinds.map(|kind| (kind.code.clone(), called(words, Some(&kind.name), &kind.code)));
        let mut fields: Vec<Field> = self.spoken("name", key!("choice.name")).collect();
        fields.extend(self.spoken("description", key!("choice.description")).map(Field::long));
        fields.push(self.list("pillar", key!("choice.pillar"), pillars).must());
        fields
            .push(self.list("kind", key!("choice.kind"), by_name(kinds)).hinted(words.t("choice.kind_hint")));
        fields
    }

    fn who(&self) -> Vec<Field> {
        let words = self.words;
        let organisations = self.programme.organisations.values();
        let organisations =
            organisations.map(|one| (one.id.to_string(), called(words, Some(&one.name), one.id.as_str())));
        let other = self.field("other", key!("choice.other")).hinted(words.t("choice.other_hint"));
        let contact = self.field("contact", key!("choice.contact")).hinted(words.t("choice.contact_hint"));
        vec![
            self.list("owner", key!("choice.owner"), by_name(organisations)),
            Field { fill: "organization", ..other },
            Field { fill: "name", ..contact },
        ]
    }

    fn effect(&self) -> Vec<Field> {
        let words = self.words;
        let indicators = self.programme.indicators.values().map(|one| {
            let name = called(words, Some(&one.name), one.id.as_str());
            let unit = one.unit.get(words.language.code()).filter(|unit| !unit.is_empty());
            (one.id.to_string(), unit.map_or_else(|| name.clone(), |unit| format!("{name} ({unit})")))
        });
        let signs = [("increase", words.t("choice.increase")), ("decrease", words.t("choice.decrease"))];
        let signs = signs.map(|(value, label)| (value.to_owned(), label.to_owned()));
        vec![
            self.list("indicator", key!("choice.indicator"), by_name(indicators)).must(),
            self.list("sign", key!("choice.sign"), signs).must(),
            self.field("low", key!("choice.low")).hinted(words.t("choice.low_hint")).decimal().must(),
            self.field("high", key!("choice.high")).decimal().must(),
        ]
    }

    /// The place as text, which the map writes where scripts run.
    fn place(&self) -> Field {
        let field =
            self.field("place", key!("choice.place")).hinted(self.words.t("choice.place_hint")).long();
        Field { most: place::TEXT_MOST, ..field }
    }

    fn areas(&self) -> Vec<Choice> {
        let area = |(id, name): (&AreaId, &Told)| Choice {
            value: id.to_string(),
            label: called(self.words, Some(name), id.as_str()),
            chosen: self.ticked.contains(id),
        };
        let mut areas: Vec<Choice> = self.programme.areas.iter().map(area).collect();
        areas.sort_by_cached_key(|area| area.label.to_lowercase());
        areas
    }

    fn when(&self) -> Vec<Field> {
        vec![
            self.field("starts", key!("choice.starts")).date().must(),
            self.field("ends", key!("choice.ends")).date().must(),
            self.field("seen", key!("choice.seen_from"))
                .hinted(self.words.t("choice.seen_from_hint"))
                .date()
                .must(),
            self.field("ramp", key!("choice.ramp")).hinted(self.words.t("choice.ramp_hint")).numeric(),
        ]
    }

    fn evidence(&self) -> Vec<Field> {
        let words = self.words;
        let grades = [
            key!("choice.grade_1"),
            key!("choice.grade_2"),
            key!("choice.grade_3"),
            key!("choice.grade_4"),
            key!("choice.grade_5"),
        ];
        let grades = grades.into_iter().enumerate();
        let grades = grades.map(|(at, label)| ((at + 1).to_string(), words.t(label).to_owned()));
        vec![
            self.field("population", key!("choice.population")).numeric(),
            self.field("assumptions", key!("choice.assumptions"))
                .hinted(words.t("choice.assumptions_hint"))
                .long(),
            self.field("evidence", key!("choice.evidence")).hinted(words.t("choice.evidence_hint")).long(),
            self.list("grade", key!("choice.grade"), grades).must(),
        ]
    }

    fn costs(&self) -> Vec<Row> {
        let words = self.words;
        let sources = SOURCES.map(|one| (one.to_owned(), source(words, one)));
        let row = |line: usize| {
            let field = |name: &str, label: &'static str| {
                let label = words.fill("choice.line", [words.t(label), &line.to_string()]);
                Field::of(self.sent, self.faults, &format!("{name}{line}"), label)
            };
            let none = (String::new(), words.t("choice.choose_one").to_owned());
            Row {
                fields: vec![
                    field("year", key!("choice.cost_year")).numeric(),
                    field("source", key!("choice.cost_source"))
                        .among(std::iter::once(none).chain(sources.iter().cloned())),
                    field("amount", key!("choice.cost_amount")).numeric(),
                ],
            }
        };
        (1..=LINES).map(row).collect()
    }
}

/// Choices by what they are called.
fn by_name(choices: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut choices: Vec<(String, String)> = choices.collect();
    choices.sort_by_cached_key(|(_, name)| name.to_lowercase());
    choices
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use senne_programme::Euros;

    use super::*;

    #[test]
    fn every_fault_has_its_field_and_no_field_stands_twice() {
        let programme = Programme::default();
        let call = CallForProjects {
            id: "urn:c:1".into(),
            name: Told::default(),
            opens_on: jiff::civil::date(2026, 1, 1),
            closes_on: jiff::civil::date(2026, 2, 1),
            budget: Euros(500),
            pillars: Vec::new(),
            criteria: Vec::new(),
        };
        let sent = Sent::default();
        for language in Language::ALL {
            let words = Words::new(language);
            let read = super::super::proposal::read(words, &programme, &call, &sent);
            let faults = &read.missing;
            let form = Form { words, programme: &programme, call: &call, sent: &sent, faults, ticked: &[] };
            let groups = form.groups(Drawn::default());
            let all = || groups.iter().flat_map(Group::all);
            let names: BTreeSet<&str> = all().map(|field| field.name.as_str()).collect();
            assert_eq!(names.len(), all().count());
            assert!(read.missing.iter().all(|fault| names.contains(fault.field.as_str())));
            assert_eq!(all().filter(|field| !field.error.is_empty()).count(), read.missing.len());
            assert!(all().all(|field| !field.label.is_empty() && !field.label.contains("choice.")));
        }
    }
}
