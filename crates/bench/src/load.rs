//! Recorded files: how fast they are loaded, what they take on disk, and a month of one series.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{
    cli::Options,
    generator::{Run, Until},
    process::{Server, ask, bytes_of},
    recorded::{Source, sources},
    table::{Aim, Table},
    template::Template,
};

/// The months of a series, the fullest first.
const MONTHS: &str = "SELECT entity, to_char(date_trunc('month', observed_at), '%Y-%m-%d') AS month, count(*) AS n \
                      FROM observation WHERE attribute = 'no2' AND observed_at IS NOT NULL GROUP BY 1, 2 \
                      ORDER BY n DESC, 1, 2 LIMIT 1";

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let folder = options.folder()?;
    let data = folder.path().join("loaded");
    let binary = options.binary()?;
    let (mut all, mut seconds) = (0.0, 0.0);
    for source in sources(&options.recorded, folder.path())? {
        let (values, took) = load(&binary, &source, &data)?;
        table.add(&format!("load, {}", source.name), values / took, "values/s", Aim::None);
        all += values;
        seconds += took;
    }
    table.add("load, all files", all / seconds, "values/s", Aim::AtLeast(600_000.0));

    let server = Server::senne(&binary, &data)?;
    let stored = number(&server, "SELECT count(*) FROM observation")?;
    let history = bytes_of(&data.join("history")) as f64;
    let observations = observation_bytes(&data.join("history")) as f64;
    table.add("observations stored", stored, "", Aim::None);
    table.add("disk, files of observations", observations / stored, "bytes/observation", Aim::AtMost(8.0));
    table.add("disk, history with its roll-ups and log", history / stored, "bytes/observation", Aim::None);
    table.add("disk, the whole data folder", bytes_of(&data) as f64 / stored, "bytes/observation", Aim::None);
    month(options, &server, table)?;
    server.stop()
}

/// Loads and gives (values, seconds from start to end of the process).
fn load(binary: &Path, source: &Source, data: &Path) -> anyhow::Result<(f64, f64)> {
    let started = Instant::now();
    let mut command = Command::new(binary);
    command
        .arg("load")
        .arg(&source.feed)
        .arg("--from")
        .arg(&source.from)
        .arg("--data")
        .arg(data)
        .arg("--quiet");
    let output = command.output()?;
    let took = started.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stdout);
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!("senne load {}: {text}{}", source.feed.display(), String::from_utf8_lossy(&output.stderr));
    }
    eprint!("{text}");
    let values = text.split(" values in ").next().and_then(|head| head.rsplit(' ').next()?.parse().ok());
    Ok((values.context("the report of `senne load` does not tell the values")?, took))
}

/// Bytes of the Parquet files of observations, of all tenants.
fn observation_bytes(history: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(history) else { return 0 };
    let size = |path: std::path::PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some("observation") => bytes_of(&path) - bytes_of(&path.join("_delta_log")),
        _ if path.is_dir() => observation_bytes(&path),
        _ => 0,
    };
    entries.filter_map(Result::ok).map(|entry| size(entry.path())).sum()
}

fn sql(server: &Server, question: &str) -> anyhow::Result<serde_json::Value> {
    let (status, text) = ask(server.address, "POST", "/sql", question)?;
    anyhow::ensure!(status == 200, "{question}: {text}");
    let answer: serde_json::Value = serde_json::from_str(&text)?;
    Ok(answer["rows"][0].clone())
}

fn number(server: &Server, question: &str) -> anyhow::Result<f64> {
    sql(server, question)?[0].as_f64().with_context(|| format!("no number for {question}"))
}

/// The fullest month of NO2 of one station, asked through the temporal interface by one caller after the other.
fn month(options: &Options, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let row = sql(server, MONTHS)?;
    let (entity, from) = (row[0].as_str().context("entity")?, row[1].as_str().context("month")?);
    let points = row[2].as_u64().context("points")?;
    let (year, month): (u32, u32) = (from[..4].parse()?, from[5..7].parse()?);
    let to = if month == 12 { format!("{}-01-01", year + 1) } else { format!("{year}-{:02}-01", month + 1) };
    for (what, format) in
        [("values", "format=temporalValues"), ("instances with quality", "format=normalized")]
    {
        let path = format!(
            "/ngsi-ld/v1/temporal/entities/{entity}?attrs=no2&timerel=between&timeAt={from}T00:00:00Z&endTimeAt={to}T00:00:00Z&{format}"
        );
        let template = Template::request("GET", &path, "");
        let until = Until::Elapsed(Duration::from_secs(options.seconds));
        let run =
            Run { address: server.address, connections: 1, until, template: &template, number: &|_, _| 0 };
        let aim = if what == "values" { Aim::AtMost(20.0) } else { Aim::None };
        table.latency(&format!("a month of one series, {points} points, {what}"), &run.go()?, aim);
    }
    Ok(())
}
