//! Where a figure comes from, the same for every figure: what it is, from which data, by which steps, and how to get it again.

mod evaluation;
mod index;
mod indicator;

use crate::{pages::data::licence, visit::Visit};

/// The drawer of one figure; `provenance.html` shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Provenance {
    /// What the figure is of, so that several drawers of a page are told apart.
    pub(crate) of: String,
    pub(crate) definition: String,
    pub(crate) inputs: Vec<Input>,
    /// Where values come from that are not computed here; else empty.
    pub(crate) entered: String,
    /// From the inputs to the figure, in order, with values between.
    pub(crate) steps: Vec<String>,
    /// The question to the data; empty where there is none.
    pub(crate) sql: String,
    /// Coverage, licence, digests, versions.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// The figure as it is now for good, its versions, the same computed again.
    pub(crate) links: Vec<(&'static str, String)>,
    pub(crate) citation: String,
    /// What computes the figure again from the same data; empty where nothing does.
    pub(crate) command: String,
}

/// What a figure is made of.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) link: String,
    /// What is taken of it.
    pub(crate) taken: String,
    pub(crate) licence: String,
    pub(crate) coverage: String,
}

/// The version of the program that shows the figure; a change of how values are computed changes the digest of formulas too.
const PROGRAM: &str = concat!("Senne ", env!("CARGO_PKG_VERSION"));

impl Provenance {
    /// The address as it is cited.
    fn cited(visit: &Visit, path: &str) -> String {
        format!("{}{path}", visit.origin)
    }
}

/// Attributes of a type as an input, with the promises of its contract.
fn of_type(visit: &Visit, kind: &str, attributes: &[String]) -> Input {
    let words = visit.w;
    let contract = visit.hub().contracts().iter().find(|contract| contract.type_term == kind);
    let title = |name: &String| {
        let promised = contract?.attributes.iter().find(|attribute| {
            let mut names = std::iter::once(&attribute.name).chain(&attribute.former_names);
            names.any(|known| known.local() == name)
        });
        Some(format!("{} ({name})", promised?.title.get(words.language.code())))
    };
    let taken: Vec<String> =
        attributes.iter().map(|name| title(name).unwrap_or_else(|| name.clone())).collect();
    Input {
        name: contract.map_or(kind, |contract| contract.title.get(words.language.code())).to_owned(),
        link: contract.map_or_else(String::new, |_| visit.link(&format!("/contract/{kind}"))),
        taken: taken.join(", "),
        licence: contract.map_or_else(String::new, licence),
        coverage: String::new(),
    }
}
