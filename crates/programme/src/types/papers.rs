//! What is written down: agreements, decisions and other papers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{CallId, DecisionId, DocumentId, MemorandumId, OrganisationId, Words};

/// The agreement that a programme rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memorandum {
    /// Its identifier.
    pub id: MemorandumId,
    /// What it is called.
    pub name: Words,
    /// What was agreed.
    pub text: Words,
    /// Its version, as its authors count: `1.0`.
    pub version: Option<String>,
    /// The day on which it was signed.
    pub signed_on: Option<Date>,
    /// Who signed it.
    pub signatories: Vec<OrganisationId>,
    /// SHA-256 of the signed file, in hexadecimal.
    pub file_hash: Option<String>,
    /// Where the signed file lies.
    pub file_url: Option<String>,
}

/// What is told of a decision. What it was computed of is a [`crate::decision::Decision`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Its identifier.
    pub id: DecisionId,
    /// What it is called.
    pub name: Words,
    /// The call it was made on.
    pub call: Option<CallId>,
    /// The day on which it was made.
    pub decided_on: Option<Date>,
    /// Who made it. Names of persons: for those who may see them, never in open data.
    pub decided_by: Vec<String>,
    /// The names of those whose weights counted, by their roles. Names of persons too.
    pub evaluators: BTreeMap<String, String>,
    /// The method whose scores were summed.
    pub method: Option<String>,
    /// What was said.
    pub minutes: Words,
    /// SHA-256 of the signed minutes, in hexadecimal.
    pub file_hash: Option<String>,
    /// SHA-256 of what it was computed of, in hexadecimal.
    pub digest: Option<String>,
}

/// A paper about anything in the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its identifier.
    pub id: DocumentId,
    /// What it is called.
    pub name: Words,
    /// The identifier of what it is about.
    pub about: Option<String>,
    /// Where it lies.
    pub url: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub file_hash: Option<String>,
    /// Its languages: `fr, nl`.
    pub language: Option<String>,
    /// Its date.
    pub date: Option<Date>,
}
