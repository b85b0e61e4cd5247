//! Who said what counts, told by role: what a decision is computed of is open to all, and names of persons are not.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    ProgrammeError,
    error::first_twice,
    scoring::{Elicitation, Opinion},
};

/// What somebody without a role is called, before a number.
const NO_ROLE: &str = "evaluator";

/// What somebody holds to be important.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// As what it is said: a role, which all may see; numbered when there is none.
    #[serde(default)]
    pub role: Option<String>,
    /// By whom, for those who may see names of persons.
    #[serde(default, alias = "person")]
    pub name: Option<String>,
    /// What is said.
    pub said: Elicitation,
}

/// Voices apart: opinions by role, and the names behind roles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voices {
    /// What the decision is computed of.
    pub opinions: Vec<Opinion>,
    /// The name of each role, where it is known.
    pub names: BTreeMap<String, String>,
}

impl Voices {
    /// Sets roles and names apart. A role that is only a name is not taken for a role.
    ///
    /// # Errors
    /// When a name stands twice: nobody speaks twice.
    pub fn of(voices: &[Voice]) -> Result<Self, ProgrammeError> {
        let given = voices.iter().filter_map(|voice| plain(voice.name.as_deref()));
        if let Some(name) = first_twice(given) {
            return Err(ProgrammeError::Twice { what: "the person", id: name.to_owned() });
        }
        let names: BTreeSet<String> =
            voices.iter().filter_map(|voice| plain(voice.name.as_deref())).map(str::to_lowercase).collect();
        let mut apart = Self::default();
        let mut taken = BTreeSet::new();
        for (at, voice) in voices.iter().enumerate() {
            let role = plain(voice.role.as_deref()).filter(|role| !names.contains(&role.to_lowercase()));
            let wanted = role.map_or_else(|| numbered(at), str::to_owned);
            let person = free(&wanted, &taken);
            taken.insert(person.clone());
            if let Some(name) = plain(voice.name.as_deref()) {
                apart.names.insert(person.clone(), name.to_owned());
            }
            apart.opinions.push(Opinion { person, said: voice.said.clone() });
        }
        Ok(apart)
    }
}

/// What the one at a place, from 0, is called without a role: `evaluator 1`.
pub fn numbered(at: usize) -> String {
    format!("{NO_ROLE} {}", at + 1)
}

fn plain(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A role that nobody has yet: the second of two is `role 2`.
fn free(wanted: &str, taken: &BTreeSet<String>) -> String {
    let more = (2..=taken.len() + 2).map(|number| format!("{wanted} {number}"));
    let mut all = std::iter::once(wanted.to_owned()).chain(more);
    all.find(|one| !taken.contains(one)).unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(role: &str, name: &str) -> Voice {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Voice { role: text(role), name: text(name), said: Elicitation::Points([].into()) }
    }

    fn people(voices: &Voices) -> Vec<&str> {
        voices.opinions.iter().map(|opinion| opinion.person.as_str()).collect()
    }

    #[test]
    fn names_stand_apart_from_what_is_computed() {
        let all = [voice("", "Ada"), voice("residents", "Ben"), voice("residents", ""), voice("cem", "Cem")];
        let found = Voices::of(&all).unwrap();
        assert_eq!(people(&found), ["evaluator 1", "residents", "residents 2", "evaluator 4"]);
        let names: Vec<(&str, &str)> = found.names.iter().map(|(role, name)| (&**role, &**name)).collect();
        assert_eq!(names, [("evaluator 1", "Ada"), ("evaluator 4", "Cem"), ("residents", "Ben")]);
    }

    #[test]
    fn roles_are_never_the_same() {
        let all = [voice("evaluator 2", ""), voice("", ""), voice("a", ""), voice("a 2", ""), voice("a", "")];
        let found = Voices::of(&all).unwrap();
        assert_eq!(people(&found), ["evaluator 2", "evaluator 2 2", "a", "a 2", "a 3"]);
    }

    #[test]
    fn nobody_speaks_twice() {
        let wrong = Voices::of(&[voice("a", "Ada"), voice("b", " Ada ")]).unwrap_err();
        assert!(wrong.to_string().contains("Ada"), "{wrong}");
    }

    #[test]
    fn an_order_of_before_gives_names() {
        let text = r#"{"person": "Ada", "said": {"points": {"air": 1.0}}}"#;
        let voice: Voice = serde_json::from_str(text).unwrap();
        assert_eq!((voice.role, voice.name.as_deref()), (None, Some("Ada")));
    }
}
