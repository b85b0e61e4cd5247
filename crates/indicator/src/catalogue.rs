//! All indicators and frameworks of a city.

use rust_embed::RustEmbed;
use senne_contract::Finding;

use crate::{Declaration, Framework, Group, read::read};

/// The files that Senne brings.
#[derive(RustEmbed)]
#[folder = "../../indicators"]
struct Files;

/// The framework whose groups are the pillars.
pub const PILLARS: &str = "pillars";

/// All indicators, by pillar and id, and all frameworks.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The frameworks; the first is that of the pillars.
    pub frameworks: Vec<Framework>,
    /// The indicators, in the order of the pillars and then of their ids.
    pub indicators: Vec<Declaration>,
}

impl Catalogue {
    /// What Senne brings.
    pub fn builtin() -> Self {
        // Read in the tests, so that a fault in a file cannot reach a release.
        Self::parse(&Self::builtin_files()).unwrap_or_default()
    }

    /// The files of [`Catalogue::builtin`] as (name, text).
    pub fn builtin_files() -> Vec<(String, String)> {
        let text = |name: &str| {
            let file = Files::get(name)?;
            Some((format!("indicators/{name}"), String::from_utf8(file.data.into_owned()).ok()?))
        };
        Files::iter().filter(|name| name.ends_with(".yaml")).filter_map(|name| text(&name)).collect()
    }

    /// Reads files given as (name, text): those in a folder `frameworks` are frameworks.
    ///
    /// # Errors
    /// All findings of all files.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<Finding>> {
        let mut catalogue = Self::default();
        let mut findings = Vec::new();
        let mut origins: Vec<(String, String)> = Vec::new();
        for (name, text) in files {
            if name.contains("frameworks/") {
                match Framework::read(name, text) {
                    Ok(framework) => catalogue.frameworks.push(framework),
                    Err(found) => findings.extend(found),
                }
                continue;
            }
            match read(name, text) {
                Ok(declaration) => {
                    if let Some((_, other)) = origins.iter().find(|(id, _)| *id == declaration.id) {
                        let message =
                            format!("the indicator `{}` is declared in {other} already", declaration.id);
                        findings.push(Finding { file: name.clone(), line: 1, column: 1, message });
                    }
                    origins.push((declaration.id.clone(), name.clone()));
                    catalogue.indicators.push(declaration);
                }
                Err(found) => findings.extend(found),
            }
        }
        catalogue.order();
        catalogue.check_codes(&origins, &mut findings);
        if findings.is_empty() { Ok(catalogue) } else { Err(findings) }
    }

    /// An indicator by its id.
    pub fn indicator(&self, id: &str) -> Option<&Declaration> {
        self.indicators.iter().find(|declaration| declaration.id == id)
    }

    /// A framework by its id.
    pub fn framework(&self, id: &str) -> Option<&Framework> {
        self.frameworks.iter().find(|framework| framework.id == id)
    }

    /// The groups of a framework that an indicator belongs to.
    pub fn groups_of<'a>(
        &'a self,
        declaration: &'a Declaration,
        framework: &'a Framework,
    ) -> impl Iterator<Item = &'a Group> {
        let pillar = (framework.id == PILLARS).then(|| framework.group(&declaration.pillar)).flatten();
        let codes = declaration.codes.iter().filter(|code| code.framework == framework.id);
        let mut groups: Vec<&Group> = codes
            .filter_map(|code| match &code.group {
                Some(group) => framework.group(group),
                None => framework.group_of(&code.code),
            })
            .chain(pillar)
            .collect();
        groups.dedup_by(|a, b| a.id == b.id);
        groups.into_iter()
    }

    fn order(&mut self) {
        self.frameworks.sort_by(|a, b| (a.id != PILLARS, &a.id).cmp(&(b.id != PILLARS, &b.id)));
        let pillars: Vec<String> = self
            .framework(PILLARS)
            .map(|framework| framework.groups.iter().map(|group| group.id.clone()).collect())
            .unwrap_or_default();
        let place = |pillar: &str| pillars.iter().position(|id| id == pillar);
        self.indicators.sort_by(|a, b| (place(&a.pillar), &a.id).cmp(&(place(&b.pillar), &b.id)));
    }

    fn check_codes(&self, origins: &[(String, String)], findings: &mut Vec<Finding>) {
        for declaration in &self.indicators {
            let file = origins.iter().find(|(id, _)| *id == declaration.id).map(|(_, file)| file.clone());
            let mut find = |message: String| {
                let file = file.clone().unwrap_or_default();
                findings.push(Finding { file, line: 1, column: 1, message });
            };
            if self.framework(PILLARS).is_some_and(|pillars| pillars.group(&declaration.pillar).is_none()) {
                find(format!("`{}` is not a pillar", declaration.pillar));
            }
            for code in &declaration.codes {
                let Some(framework) = self.framework(&code.framework) else {
                    find(format!("`{}` is not a framework", code.framework));
                    continue;
                };
                let group = match &code.group {
                    Some(group) => framework.group(group),
                    None => framework.group_of(&code.code),
                };
                if group.is_none() {
                    find(format!("the code `{}` belongs to no group of `{}`", code.code, framework.id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_senne_brings_is_well() {
        let read = Catalogue::parse(&Catalogue::builtin_files());
        let catalogue = read.unwrap_or_else(|findings| {
            panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        assert!(catalogue.indicators.len() >= 40, "{}", catalogue.indicators.len());
        assert_eq!(catalogue.framework(PILLARS).map(|pillars| pillars.groups.len()), Some(6));
        for pillar in &catalogue.framework(PILLARS).unwrap().groups {
            assert!(catalogue.indicators.iter().any(|each| each.pillar == pillar.id), "{}", pillar.id);
        }
        assert!(catalogue.indicators.iter().filter(|each| each.computed.is_some()).count() >= 12);
    }
}
