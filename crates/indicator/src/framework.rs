//! A framework: groups that indicators belong to. `indicators/frameworks/*.yaml`.

use senne_contract::{Finding, Localised, YamlFile};
use serde::Deserialize;

use crate::read::shaped;

/// A framework.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its stable identifier.
    pub id: String,
    /// Its name.
    pub title: Localised,
    /// What it is for, and who keeps it.
    pub description: Localised,
    /// Where it is published.
    pub homepage: Option<String>,
    /// Its groups, in order.
    pub groups: Vec<Group>,
}

/// A group of a framework.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its stable identifier within the framework.
    pub id: String,
    /// Its name.
    pub title: Localised,
    /// What it is about.
    pub description: Option<Localised>,
    /// What the codes of its indicators begin with.
    #[serde(default)]
    pub codes: Vec<String>,
}

impl Framework {
    /// Reads a framework.
    ///
    /// # Errors
    /// All that is wrong with the file.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let source = YamlFile::parse(file, text).map_err(|finding| vec![finding])?;
        let framework: Self = shaped(&source)?;
        let mut findings = Vec::new();
        for (place, group) in framework.groups.iter().enumerate() {
            if framework.groups[..place].iter().any(|other| other.id == group.id) {
                let message = format!("the group `{}` stands twice", group.id);
                findings.push(source.at_value(&format!("/groups/{place}/id"), message));
            }
        }
        if findings.is_empty() { Ok(framework) } else { Err(findings) }
    }

    /// A group by its id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The group of a code: the one whose beginning is the longest.
    pub fn group_of(&self, code: &str) -> Option<&Group> {
        let fits = |group: &&Group| longest(group, code).is_some();
        self.groups.iter().filter(fits).max_by_key(|group| longest(group, code))
    }
}

fn longest(group: &Group, code: &str) -> Option<usize> {
    group.codes.iter().filter(|begin| code.starts_with(begin.as_str())).map(String::len).max()
}
