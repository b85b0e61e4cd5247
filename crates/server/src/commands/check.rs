//! `senne check`

use std::{path::Path, process::ExitCode};

use senne_contract::Contracts;
use senne_indicator::Catalogue;
use senne_intake::{Feed, Preset};

use crate::{cli::Check, contracts::yaml_files};

/// What was looked at, and what was found.
#[derive(Default)]
struct Report {
    contracts: usize,
    feeds: usize,
    indicators: usize,
    findings: Vec<String>,
}

pub(super) fn run(options: &Check) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    if options.paths.is_empty() {
        check_builtin(&mut report);
    } else {
        let mut contracts = Vec::new();
        let mut feeds = Vec::new();
        let mut indicators = Vec::new();
        for path in &options.paths {
            for (name, text) in yaml_files(path)? {
                let kind = if is_indicator(&name, &text) {
                    &mut indicators
                } else if is_feed(&name, &text) {
                    &mut feeds
                } else {
                    &mut contracts
                };
                kind.push((name, text));
            }
        }
        check_files(&contracts, &feeds, &mut report);
        check_indicators(&indicators, &mut report);
    }
    for finding in &report.findings {
        println!("{finding}");
    }
    let count = report.findings.len();
    println!(
        "{} contracts, {} feeds, {} indicators: {}",
        report.contracts,
        report.feeds,
        report.indicators,
        match count {
            0 => "all well".to_owned(),
            1 => "1 finding".to_owned(),
            n => format!("{n} findings"),
        }
    );
    Ok(if count == 0 { ExitCode::SUCCESS } else { ExitCode::from(65) })
}

/// A feed says where its rows come from; a contract promises a type.
fn is_feed(name: &str, text: &str) -> bool {
    let in_feeds = Path::new(name).parent().is_some_and(|folder| folder.ends_with("feeds"));
    in_feeds || text.lines().any(|line| line.starts_with("source:"))
}

/// An indicator or a framework of indicators.
fn is_indicator(name: &str, text: &str) -> bool {
    let folders = Path::new(name).parent().map(Path::components);
    let in_folder = folders.into_iter().flatten().any(|folder| folder.as_os_str() == "indicators");
    in_folder || text.lines().any(|line| line.starts_with("pillar:"))
}

/// The line of a file that says its id.
fn id_of(text: &str) -> Option<&str> {
    text.lines().find(|line| line.starts_with("id:"))
}

/// Those given stand beside those that Senne brings: a framework, or an indicator of the weather, that they name need not be given too.
fn check_indicators(files: &[(String, String)], report: &mut Report) {
    if files.is_empty() {
        return;
    }
    let is_index = |name: &str| name.contains("composites/");
    let names_others = |(name, text): &(String, String)| {
        is_index(name) || text.lines().any(|line| line.starts_with("weather_normalisation:"))
    };
    let with_others = files.iter().any(names_others);
    let needed = |name: &str| name.contains("/frameworks/") || (with_others && !is_index(name));
    let own = |(name, text): &(String, String)| {
        files
            .iter()
            .any(|(other, given)| other.ends_with(name) || (id_of(given) == id_of(text) && !is_index(other)))
    };
    let brought = Catalogue::builtin_files().into_iter();
    let brought: Vec<_> = brought.filter(|file| needed(&file.0) && !own(file)).collect();
    let not_given = brought.iter().filter(|(name, _)| !name.contains("/frameworks/")).count();
    let all: Vec<(String, String)> = brought.into_iter().chain(files.iter().cloned()).collect();
    match Catalogue::parse(&all) {
        Ok(catalogue) => report.indicators = catalogue.indicators.len() - not_given,
        Err(findings) => report.findings.extend(findings.iter().map(ToString::to_string)),
    }
}

fn check_builtin(report: &mut Report) {
    let contracts = Contracts::builtin();
    report.contracts = contracts.iter().count();
    for id in Feed::builtin_ids() {
        report.feeds += 1;
        match Feed::builtin(id) {
            Some(feed) => report.findings.extend(feed.check(&contracts)),
            None => report.findings.push(format!("the feed `{id}` that Senne brings cannot be read")),
        }
    }
    match Catalogue::parse(&Catalogue::builtin_files()) {
        Ok(catalogue) => report.indicators = catalogue.indicators.len(),
        Err(findings) => report.findings.extend(findings.iter().map(ToString::to_string)),
    }
    for id in Preset::builtin_ids() {
        if Preset::builtin(id).is_none() {
            report.findings.push(format!("the preset `{id}` that Senne brings cannot be read"));
        }
    }
}

fn check_files(contracts: &[(String, String)], feeds: &[(String, String)], report: &mut Report) {
    report.contracts = contracts.len();
    let in_force = match Contracts::parse(contracts) {
        Ok(own) if !contracts.is_empty() => own,
        Ok(_) => Contracts::builtin(),
        Err(findings) => {
            report.findings.extend(findings.iter().map(ToString::to_string));
            Contracts::builtin()
        }
    };
    for (name, text) in feeds {
        report.feeds += 1;
        match Feed::parse(name, text) {
            Ok(feed) => report.findings.extend(feed.check(&in_force)),
            Err(findings) => report.findings.extend(findings.iter().map(ToString::to_string)),
        }
    }
}
