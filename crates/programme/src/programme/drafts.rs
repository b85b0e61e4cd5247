//! Drafts that belong together.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Programme;
use crate::{
    rules::day,
    types::{Draft, DraftId, DraftSet, ProjectId},
};

impl Programme {
    /// The drafts that belong together, in the order of the identifiers of the first ones.
    pub fn draft_sets(&self) -> Vec<DraftSet<'_>> {
        let mut sets: BTreeMap<&DraftId, DraftSet<'_>> = BTreeMap::new();
        let mut parts = Vec::new();
        for draft in self.drafts.values() {
            match self.first_of(draft) {
                Some(first) => parts.push((&first.id, draft)),
                None => drop(sets.insert(&draft.id, DraftSet { first: draft, parts: Vec::new() })),
            }
        }
        for (first, part) in parts {
            if let Some(set) = sets.get_mut(first) {
                set.parts.push(part);
            }
        }
        sets.into_values().collect()
    }

    /// The drafts that one belongs to, itself among them.
    pub fn draft_set(&self, id: &DraftId) -> Option<DraftSet<'_>> {
        let draft = self.drafts.get(id)?;
        let first = self.first_of(draft).unwrap_or(draft);
        let parts = self.drafts.values();
        let parts = parts.filter(|part| self.first_of(part).is_some_and(|of| of.id == first.id));
        Some(DraftSet { first, parts: parts.collect() })
    }

    /// The draft that another is a part of. One that names itself, a part, or nothing that is there, stands alone.
    fn first_of(&self, draft: &Draft) -> Option<&Draft> {
        let first = self.drafts.get(draft.part_of.as_ref()?)?;
        (first.part_of.is_none() && first.id != draft.id).then_some(first)
    }

    /// The first day of a project; of one that is not there, as an open draft says it.
    pub fn begins_on(&self, project: &str) -> Option<Date> {
        if let Some(project) = self.projects.get(&ProjectId::from(project)) {
            return project.span.from;
        }
        let mut drafts = self.drafts.values().filter(|draft| draft.is_open() && draft.about == project);
        drafts.find_map(|draft| day(draft.value("startsOn")?))
    }
}

#[cfg(test)]
mod tests {
    use senne_model::Json;

    use super::*;
    use crate::types::DraftState;

    fn draft(id: &str, part_of: Option<&str>) -> Draft {
        Draft {
            id: id.into(),
            part_of: part_of.map(DraftId::from),
            about: format!("urn:ngsi-ld:Project:{id}"),
            kind: "Project".to_owned(),
            content: Json::Object(vec![("startsOn".into(), Json::text("2027-03-01"))]),
            state: DraftState::Review,
            author: None,
            reviewer: None,
            note: None,
            changed_on: None,
        }
    }

    fn programme(drafts: &[(&str, Option<&str>)]) -> Programme {
        let drafts = drafts.iter().map(|(id, of)| (DraftId::from(*id), draft(id, *of)));
        Programme { drafts: drafts.collect(), ..Programme::default() }
    }

    fn told(set: &DraftSet<'_>) -> Vec<String> {
        set.all().map(|draft| draft.id.to_string()).collect()
    }

    #[test]
    fn drafts_that_name_the_first_belong_together() {
        let programme = programme(&[("a", None), ("b", Some("c")), ("c", None), ("d", Some("c"))]);
        let sets: Vec<Vec<String>> = programme.draft_sets().iter().map(told).collect();
        assert_eq!(sets, [vec!["a"], vec!["c", "b", "d"]]);
        for id in ["b", "c", "d"] {
            assert_eq!(told(&programme.draft_set(&id.into()).unwrap()), ["c", "b", "d"]);
        }
        assert!(programme.draft_set(&"e".into()).is_none());
    }

    #[test]
    fn what_leads_nowhere_or_in_circles_stands_alone() {
        let all = [
            ("a", Some("a")),
            ("b", Some("gone")),
            ("c", Some("d")),
            ("d", Some("c")),
            ("e", None),
            ("f", Some("e")),
            ("g", Some("f")),
        ];
        let programme = programme(&all);
        let sets: Vec<Vec<String>> = programme.draft_sets().iter().map(told).collect();
        assert_eq!(sets, [vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e", "f"], vec!["g"]]);
        assert_eq!(told(&programme.draft_set(&"c".into()).unwrap()), ["c"]);
    }

    #[test]
    fn a_project_in_a_draft_begins_as_the_draft_says() {
        let mut programme = programme(&[("a", None)]);
        let id = "urn:ngsi-ld:Project:a";
        assert_eq!(programme.begins_on(id), Some(jiff::civil::date(2027, 3, 1)));
        programme.drafts.values_mut().for_each(|draft| draft.state = DraftState::Refused);
        assert_eq!(programme.begins_on(id), None);
    }
}
