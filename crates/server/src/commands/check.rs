//! `senne check`

use std::{path::Path, process::ExitCode};

use senne_contract::Contracts;
use senne_intake::{Feed, Preset};

use crate::{cli::Check, contracts::yaml_files};

/// What was looked at, and what was found.
#[derive(Default)]
struct Report {
    contracts: usize,
    feeds: usize,
    findings: Vec<String>,
}

pub(super) fn run(options: &Check) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    if options.paths.is_empty() {
        check_builtin(&mut report);
    } else {
        let mut contracts = Vec::new();
        let mut feeds = Vec::new();
        for path in &options.paths {
            for (name, text) in yaml_files(path)? {
                if is_feed(&name, &text) { feeds.push((name, text)) } else { contracts.push((name, text)) }
            }
        }
        check_files(&contracts, &feeds, &mut report);
    }
    for finding in &report.findings {
        println!("{finding}");
    }
    let count = report.findings.len();
    println!(
        "{} contracts, {} feeds: {}",
        report.contracts,
        report.feeds,
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
