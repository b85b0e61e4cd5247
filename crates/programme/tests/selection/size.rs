//! Two hundred projects with all kinds of rules.

use senne_programme::selection::{Outcome, Proof, SearchOptions, select};

use crate::large::large;

#[test]
fn two_hundred_projects_keep_to_all_rules() {
    let question = large(200, 11);
    let options = SearchOptions { nodes_most: 60, gap: 0.0 };
    let Outcome::Chosen(selection) = select(&question, options).unwrap() else { panic!("nothing chosen") };
    assert!(question.violations(&selection.chosen).unwrap().is_empty());
    let gap = match selection.proof {
        Proof::Best => 0.0,
        Proof::Within { gap, .. } => gap,
    };
    assert!(gap < 0.01, "gap {gap}");
}
