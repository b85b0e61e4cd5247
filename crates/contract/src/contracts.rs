//! All contracts of a city.

use senne_model::Name;

use crate::{
    Class, Contract, Finding,
    read::{ReadContract, read},
    rule::RuleTable,
};

/// The contract files that are part of Senne, as (file, text).
macro_rules! builtin_files {
    ($($term:literal),* $(,)?) => {
        [$((concat!("contracts/", $term, ".yaml"), include_str!(concat!("../../../contracts/", $term, ".yaml")))),*]
    };
}

const BUILTIN: [(&str, &str); 27] = builtin_files![
    "AdministrativeArea",
    "AirQualityObserved",
    "Benefit",
    "BikeHireDockingStation",
    "BudgetLine",
    "CallForProjects",
    "Catalyst",
    "Decision",
    "Device",
    "Document",
    "Draft",
    "Evaluation",
    "ExpectedEffect",
    "Indicator",
    "Intervention",
    "ItemFlowObserved",
    "KeyPerformanceIndicator",
    "Memorandum",
    "Milestone",
    "Objective",
    "OffStreetParking",
    "Organisation",
    "Pillar",
    "Project",
    "Risk",
    "TrafficFlowObserved",
    "WeatherObserved",
];

/// All contracts of a city: found by type, checked against writes, and the judge of every value.
#[derive(Clone, Debug, Default)]
pub struct Contracts {
    all: Vec<Contract>,
    rules: RuleTable,
}

impl Contracts {
    /// The contracts that are part of Senne (`contracts/*.yaml`).
    pub fn builtin() -> Self {
        // They are read once in the tests, so a fault in one of them cannot reach a release.
        Self::parse(&Self::builtin_files()).unwrap_or_default()
    }

    /// The files of [`Contracts::builtin`] as (name, text), to be parsed together with a city's own.
    pub fn builtin_files() -> Vec<(String, String)> {
        BUILTIN.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    /// Reads contracts from files, given as (name, text). All findings of all files are reported at once, in
    /// the order of the files and lines.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut all: Vec<ReadContract> = Vec::with_capacity(files.len());
        for (file, text) in files {
            match read(file, text) {
                Ok(next) => match all.iter().find(|c| c.contract.type_name == next.contract.type_name) {
                    Some(first) => {
                        let (kind, place) = (&next.contract.type_term, &first.type_at);
                        let message = format!(
                            "the type `{kind}` has a contract already, at {}:{}",
                            place.file, place.line
                        );
                        findings.push(Finding { message, ..next.type_at });
                    }
                    None => all.push(next),
                },
                Err(found) => findings.extend(found),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut all: Vec<Contract> = all.into_iter().map(|c| c.contract).collect();
        all.sort_by(|a, b| a.type_term.cmp(&b.type_term));
        let rules = RuleTable::new(&all);
        Ok(Self { all, rules })
    }

    /// The contract of a type, by its expanded name.
    pub fn get(&self, name: &Name) -> Option<&Contract> {
        self.all.iter().find(|c| c.type_name == *name)
    }

    /// The contract of the first of an entity's types that has one.
    pub fn of(&self, types: &[Name]) -> Option<&Contract> {
        types.iter().find_map(|kind| self.get(kind))
    }

    /// All contracts, by the term of their type.
    pub fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.all.iter()
    }

    /// The class of an entity: the strictest of its types; a type without a contract is internal.
    pub fn class_of(&self, types: &[Name]) -> Class {
        let each = types.iter().map(|kind| self.get(kind).map_or(Class::Internal, |c| c.class));
        each.max().unwrap_or(Class::Internal)
    }

    pub(crate) fn rules(&self) -> &RuleTable {
        &self.rules
    }
}
