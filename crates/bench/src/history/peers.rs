//! The same questions to PostgreSQL and DuckDB, by a script that brings both.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::{
    ask::{COMMUNES, HOURS, LATEST, MONTH, SCAN},
    city::City,
    report::Report,
};

const SCRIPT: &str = "scripts/bench-history-peers";

/// Each line of the script is `system question p50 p99`, in milliseconds; other lines are told as they are.
pub(crate) fn measure(history: &Path, city: &City, times: usize, report: &mut Report) -> anyhow::Result<()> {
    let areas = history.with_file_name("communes.csv");
    let stations: Vec<String> = city.stations(usize::MAX).iter().map(ToString::to_string).collect();
    std::fs::write(&areas, city.communes_csv())?;
    let list = history.with_file_name("stations.txt");
    std::fs::write(&list, stations.join("\n"))?;
    let mut script = Command::new(SCRIPT)
        .arg(history)
        .args([&areas, &list])
        .arg(times.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .context(SCRIPT)?;
    let lines = script.stdout.take().map(BufReader::new).context("no output")?;
    for line in lines.lines() {
        let line = line?;
        let words: Vec<&str> = line.split('\t').collect();
        let asked = match words.get(1) {
            Some(&"month") => MONTH,
            Some(&"hours") => HOURS,
            Some(&"communes") => COMMUNES,
            Some(&"latest") => LATEST,
            Some(&"scan") => SCAN,
            _ => {
                report.note(&line);
                continue;
            }
        };
        let number = |i: usize| words.get(i).and_then(|word| word.parse::<f64>().ok()).unwrap_or(f64::NAN);
        report.put(asked, words[0], (number(2), number(3)));
    }
    let status = script.wait()?;
    if !status.success() {
        bail!("{SCRIPT} ended with {status}");
    }
    Ok(())
}
