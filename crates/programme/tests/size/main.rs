//! A programme of 5,000 projects and 100,000 milestones is read and shown; `make bench-programme` says how fast.

mod city;

use city::{MILESTONES_EACH, PROJECTS, city};
use jiff::civil::date;
use senne_programme::{
    Programme,
    portfolio::{LineLimits, Query, SortBy, lines, page},
    says::{Language, report},
};

#[test]
fn large_programmes_are_read_and_shown() {
    let today = date(2026, 11, 30);
    let programme = Programme::read(&city());
    assert_eq!(
        (programme.projects.len(), programme.milestones.len()),
        (PROJECTS, PROJECTS * MILESTONES_EACH)
    );
    let lines = lines(&programme, LineLimits::default(), today);
    let found = page(&lines, &Query { sort: SortBy::Drift, descending: true, ..Query::default() });
    assert_eq!((found.found, found.lines.len()), (PROJECTS, 50));
    assert!(report(&programme, &lines, Language::Fr, today).sections.len() > 6);
}
