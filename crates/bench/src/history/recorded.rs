//! The recorded stations: Beijing (UCI 501) and Ixelles; made-up ones where these are absent.

use std::{fs::File, io::Read, path::Path};

use anyhow::Context;
use senne_model::Timestamp;

/// What one station saw at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// Microseconds.
    pub(crate) at: i64,
    pub(crate) station: usize,
    /// Attribute by its place in [`Stations::attributes`], and the number.
    pub(crate) values: Vec<(u8, f64)>,
}

/// Stations and all that they saw, in the order of time.
#[derive(Debug)]
pub(crate) struct Stations {
    pub(crate) from: &'static str,
    pub(crate) names: Vec<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) readings: Vec<Reading>,
}

impl Stations {
    pub(crate) fn load(recorded: &Path) -> anyhow::Result<Self> {
        let folder = recorded.join("world/beijing_prsa");
        if !folder.is_dir() {
            return Ok(made_up());
        }
        let mut stations = Self {
            from: "Beijing and Ixelles, recorded",
            names: Vec::new(),
            attributes: Vec::new(),
            readings: Vec::new(),
        };
        for path in files(&folder)? {
            let mut bytes = Vec::new();
            let file = File::open(&path).with_context(|| path.display().to_string())?;
            flate2::read::GzDecoder::new(file).read_to_end(&mut bytes)?;
            stations.beijing(&bytes).with_context(|| path.display().to_string())?;
        }
        for station in ["S1", "S3", "S5", "S8", "S11"] {
            let number = stations.names.len();
            stations.names.push(format!("ixelles-{station}"));
            for path in files(&recorded.join("brussels/ixelles_air").join(station))? {
                let bytes = std::fs::read(&path)?;
                stations.ixelles(number, &bytes).with_context(|| path.display().to_string())?;
            }
        }
        stations.readings.sort_by_key(|reading| (reading.at, reading.station));
        Ok(stations)
    }

    fn attribute(&mut self, name: &str) -> u8 {
        let name = name.trim().to_lowercase().replace([' ', '.', '(', ')'], "");
        let known = self.attributes.iter().position(|known| *known == name);
        known.unwrap_or_else(|| {
            self.attributes.push(name);
            self.attributes.len() - 1
        }) as u8
    }

    /// `No,year,month,day,hour,PM2.5,…,wd,WSPM,station`, local time UTC+8.
    fn beijing(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut reader = csv::Reader::from_reader(bytes);
        let headers = reader.headers()?.clone();
        let columns: Vec<(usize, u8)> = headers
            .iter()
            .enumerate()
            .filter(|(i, name)| *i >= 5 && !matches!(*name, "wd" | "station"))
            .map(|(i, name)| (i, self.attribute(name)))
            .collect();
        let station = self.names.len();
        self.names.push(format!("beijing-{station}"));
        for row in reader.records() {
            let row = row?;
            let part = |i: usize| row.get(i).and_then(|text| text.parse::<u32>().ok()).unwrap_or(1);
            let local = format!("{:04}-{:02}-{:02}T{:02}:00:00+08:00", part(1), part(2), part(3), part(4));
            let at = Timestamp::parse(&local).map_err(|e| anyhow::anyhow!("{e}"))?;
            let number = |i: usize| row.get(i).and_then(|text| text.parse::<f64>().ok());
            let values: Vec<(u8, f64)> =
                columns.iter().filter_map(|(i, attribute)| Some((*attribute, number(*i)?))).collect();
            if !values.is_empty() {
                self.readings.push(Reading { at: at.micros(), station, values });
            }
        }
        Ok(())
    }

    /// A first column with the time in UTC, then numbers.
    fn ixelles(&mut self, station: usize, bytes: &[u8]) -> anyhow::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        let delimiter = if text.lines().next().is_some_and(|line| line.contains(';')) { b';' } else { b',' };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        let headers = reader.headers()?.clone();
        let columns: Vec<(usize, u8)> =
            headers.iter().enumerate().skip(1).map(|(i, name)| (i, self.attribute(name))).collect();
        for row in reader.records() {
            let row = row?;
            let time = row.get(0).unwrap_or_default().trim().replace(' ', "T");
            let time = if time.ends_with('Z') { time } else { format!("{time}Z") };
            let Ok(at) = Timestamp::parse(&time) else { continue };
            let number = |i: usize| row.get(i).and_then(|text| text.trim().parse::<f64>().ok());
            let values: Vec<(u8, f64)> =
                columns.iter().filter_map(|(i, attribute)| Some((*attribute, number(*i)?))).collect();
            if !values.is_empty() {
                self.readings.push(Reading { at: at.micros(), station, values });
            }
        }
        Ok(())
    }
}

fn files(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let listed = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<_> = listed.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == "csv" || e == "gz"));
    files.sort();
    Ok(files)
}

/// Four years of hours at twelve stations that nobody built.
fn made_up() -> Stations {
    const START: i64 = 1_362_096_000_000_000;
    let attributes: Vec<String> =
        ["PM25", "PM10", "SO2", "NO2", "CO", "O3", "TEMP", "PRES", "DEWP", "RAIN", "WSPM"]
            .map(str::to_owned)
            .to_vec();
    let mut readings = Vec::new();
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    for hour in 0..35_064_i64 {
        for station in 0..12 {
            let values = (0..attributes.len()).map(|attribute| {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                let wave = (hour as f64 / 24.0 * std::f64::consts::TAU).sin();
                (attribute as u8, (40.0 + 15.0 * wave + (noise % 2000) as f64 / 100.0).round())
            });
            let values = values.collect();
            readings.push(Reading { at: START + hour * 3_600_000_000, station, values });
        }
    }
    let names = (0..12).map(|station| format!("made-up-{station}")).collect();
    Stations { from: "made-up stations (no recorded data found)", names, attributes, readings }
}
