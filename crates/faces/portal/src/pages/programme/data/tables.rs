//! The tables of open data: how the page lists them, and how one becomes a file.

use senne_programme::feeds::Table;

use crate::{format, pages::data::licence, visit::Visit};

/// A table as the page lists it.
pub(super) struct TableRow {
    pub(super) title: String,
    pub(super) name: &'static str,
    /// The page of its contract; nothing where no contract is in force.
    pub(super) contract: Option<String>,
    pub(super) rows: String,
    pub(super) counted: String,
    pub(super) columns: Vec<String>,
    pub(super) licence: String,
    pub(super) csv: String,
    pub(super) json: String,
    pub(super) api: String,
}

impl TableRow {
    pub(super) fn of(visit: &Visit, table: &Table) -> Self {
        let (words, name) = (visit.w, table.name);
        let contract = visit.hub().contracts().iter().find(|contract| contract.type_term == name);
        let published = contract.filter(|contract| contract.publication.is_some());
        Self {
            title: contract
                .map_or_else(|| name.to_owned(), |one| one.title.get(words.language.code()).to_owned()),
            name,
            contract: contract.map(|_| visit.link(&format!("/contract/{name}"))),
            rows: format::amount(words.language, table.rows.len() as u64),
            counted: words.count("paper.columns", table.columns.len() as u64),
            columns: table.columns.clone(),
            licence: published.map_or_else(|| words.t("paper.no_licence").to_owned(), licence),
            csv: visit.link(&format!("/programme/data/{name}.csv")),
            json: visit.link(&format!("/programme/data/{name}.json")),
            api: format!("/ngsi-ld/v1/entities?type={name}&limit=100"),
        }
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// RFC 4180.
    Csv,
    /// An array of objects.
    Json,
}

/// The table and the form that a file name asks for: `Project.csv`.
pub(super) fn asked(file: &str) -> Option<(&str, Form)> {
    match file.rsplit_once('.')? {
        (name, "csv") => Some((name, Form::Csv)),
        (name, "json") => Some((name, Form::Json)),
        _ => None,
    }
}

impl Form {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }

    pub(super) fn write(self, table: &Table) -> String {
        match self {
            Self::Csv => table.csv(),
            Self::Json => serde_json::to_string(&table.json()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_table_and_a_form() {
        assert_eq!(asked("Project.csv"), Some(("Project", Form::Csv)));
        assert_eq!(asked("a.b.json"), Some(("a.b", Form::Json)));
        assert_eq!((asked("Project"), asked("Project.xlsx")), (None, None));
    }
}
