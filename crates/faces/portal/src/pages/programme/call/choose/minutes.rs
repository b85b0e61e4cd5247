//! What makes a choice a decision: what it is called, who decides, on which day, and what was said.

use jiff::civil::Date;
use senne_programme::{
    CallForProjects, Words as Told, asking::ChoiceOrder, decision::Voice, scoring::Elicitation,
};

use super::{asked::Asked, offer::Offer};
use crate::{
    language::Language,
    pages::programme::call::form::{Fault, Field, LINE_MOST, Sent, TEXT_MOST, day},
    words::{Words, key},
};

/// So many people decide at most.
const DECIDERS_MOST: usize = 50;

/// What was written, as far as it could be read.
pub(super) struct Minutes {
    name: Told,
    said: Told,
    deciders: Vec<String>,
    day: Option<Date>,
    /// As what and by whom weights are said, by the number of each.
    people: Vec<Who>,
    pub(super) faults: Vec<Fault>,
}

/// Somebody whose weights count.
struct Who {
    number: usize,
    role: Option<String>,
    /// For those inside.
    name: Option<String>,
}

/// The names of the fields for the role and the name of a person.
fn person_names(person: usize) -> [String; 2] {
    [format!("person{person}"), format!("name{person}")]
}

/// Reads what was written; what is missing or wrong is named.
pub(super) fn read(words: Words, asked: &Asked, sent: &Sent, today: Date) -> Minutes {
    let mut faults = Vec::new();
    let name = spoken(words, sent, "name", LINE_MOST, &mut faults);
    let said = spoken(words, sent, "minutes", TEXT_MOST, &mut faults);
    let lines = sent.get("deciders").lines().map(str::trim).filter(|line| !line.is_empty());
    let deciders: Vec<String> = lines.take(DECIDERS_MOST).map(str::to_owned).collect();
    if deciders.is_empty() {
        faults.push(Fault::new("deciders", words.t("choice.fault_deciders")));
    }
    let day = match sent.get("day") {
        "" => Some(today),
        text => day(text).filter(|day| *day <= today),
    };
    if day.is_none() {
        faults.push(Fault::new("day", words.t("choice.fault_day_past")));
    }
    let people = people(words, asked, sent, &mut faults);
    Minutes { name, said, deciders, day, people, faults }
}

/// Those whose weights count; neither a role nor a name stands twice.
fn people(words: Words, asked: &Asked, sent: &Sent, faults: &mut Vec<Fault>) -> Vec<Who> {
    let mut people: Vec<Who> = Vec::new();
    for (number, _) in &asked.said {
        let fields = person_names(*number);
        let [role, name] = [&fields[0], &fields[1]]
            .map(|field| Some(sent.get(field).to_owned()).filter(|text| !text.is_empty()));
        for (field, text) in fields.iter().zip([&role, &name]) {
            let long = text.as_ref().is_some_and(|text| text.chars().count() > LINE_MOST);
            if long {
                faults.push(Fault::new(field, words.fill("choice.fault_long", [LINE_MOST])));
            }
        }
        let [same_role, same_name] = [
            role.is_some() && people.iter().any(|other| other.role == role),
            name.is_some() && people.iter().any(|other| other.name == name),
        ];
        for (field, same) in fields.into_iter().zip([same_role, same_name]) {
            if same {
                faults.push(Fault::new(field, words.t("choice.fault_same_person")));
            }
        }
        people.push(Who { number: *number, role, name });
    }
    people
}

/// A text in as many languages as there are; one is enough.
fn spoken(words: Words, sent: &Sent, name: &str, most: usize, faults: &mut Vec<Fault>) -> Told {
    let mut read = |language: Language| {
        let field = format!("{name}-{language}");
        let text = sent.get(&field);
        if text.chars().count() > most {
            faults.push(Fault::new(field, words.fill("choice.fault_long", [most])));
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    let told = Told { fr: read(Language::Fr), nl: read(Language::Nl), en: read(Language::En) };
    if told == Told::default() {
        faults.push(Fault::new(format!("{name}-{}", words.language), words.t("choice.fault_one_language")));
    }
    told
}

impl Minutes {
    /// The decision to be made.
    pub(super) fn order(self, call: &CallForProjects, asked: &Asked, offer: &Offer<'_>) -> ChoiceOrder {
        let voice = |(number, said): &(usize, Elicitation)| {
            let who = self.people.iter().find(|who| who.number == *number);
            Voice {
                role: who.and_then(|who| who.role.clone()),
                name: who.and_then(|who| who.name.clone()),
                said: said.clone(),
            }
        };
        ChoiceOrder {
            call: call.id.clone(),
            id: None,
            opinions: asked.said.iter().map(voice).collect(),
            name: self.name,
            decided_by: self.deciders,
            decided_on: self.day,
            minutes: self.said,
            projects: offer.scored.iter().map(|project| project.id.clone()).collect(),
            settings: asked.settings.clone(),
        }
    }
}

/// The fields, with what was written in them.
pub(super) fn fields(words: Words, asked: &Asked, sent: &Sent, faults: &[Fault], today: Date) -> Vec<Field> {
    let mut fields = Vec::new();
    for (name, label, long) in
        [("name", key!("choice.decision_name"), false), ("minutes", key!("choice.minutes_field"), true)]
    {
        for language in Language::ALL {
            let label = words.fill("choice.in_language", [words.t(label), language.own_name()]);
            let field =
                Field::of(sent, faults, &format!("{name}-{language}"), label).spoken(language.code()).must();
            fields.push(if long { field.long() } else { field });
        }
    }
    let deciders = Field::of(sent, faults, "deciders", words.t("choice.deciders"));
    fields.push(deciders.hinted(words.t("choice.deciders_hint")).long().must());
    let mut on = Field::of(sent, faults, "day", words.t("choice.decision_day")).date();
    if !sent.has("day") {
        on.value = today.to_string();
    }
    fields.push(on);
    for (person, _) in &asked.said {
        let [role, name] = person_names(*person);
        let label = words.fill("choice.person_role", [person]);
        fields.push(Field::of(sent, faults, &role, label).hinted(words.t("choice.person_hint")));
        let label = words.fill("choice.person_name", [person]);
        fields.push(Field::of(sent, faults, &name, label).hinted(words.t("choice.person_name_hint")));
    }
    fields
}

#[cfg(test)]
mod tests {
    use senne_programme::{Euros, decision::DecisionSettings, selection::Budget};

    use super::*;

    fn asked(people: &[usize]) -> Asked {
        let points = || Elicitation::Points([].into());
        Asked {
            said: people.iter().map(|person| (*person, points())).collect(),
            announced: points(),
            settings: DecisionSettings::default(),
            budget: Budget { source: None, year: None, ceiling: Euros(1) },
            faults: Vec::new(),
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let (words, today) = (Words::new(Language::Nl), jiff::civil::date(2026, 11, 30));
        let read = |people: &[usize], text: &str| read(words, &asked(people), &Sent::read(text), today);
        let fields =
            |read: &Minutes| -> Vec<String> { read.faults.iter().map(|one| one.field.clone()).collect() };
        let nothing = read(&[], "day=2026-12-01");
        assert_eq!(fields(&nothing), ["name-nl", "minutes-nl", "deciders", "day"]);
        let fine = read(
            &[1, 3],
            "name-fr=Choix&minutes-en=Said&deciders=Ada%0D%0ABen%0A&person3=residents&name3=Cem",
        );
        assert!(fine.faults.is_empty(), "{:?}", fine.faults);
        assert_eq!((fine.deciders.len(), fine.day), (2, Some(today)));
        let third = &fine.people[1];
        assert_eq!(
            (third.number, third.role.as_deref(), third.name.as_deref()),
            (3, Some("residents"), Some("Cem"))
        );
        assert_eq!((fine.people[0].number, &fine.people[0].role, &fine.people[0].name), (1, &None, &None));
        let same = "name-fr=Choix&minutes-en=Said&deciders=Ada&person1=a&person2=a&name1=Ada&name2=Ada";
        assert_eq!(fields(&read(&[1, 2], same)), ["person2", "name2"]);
    }
}
