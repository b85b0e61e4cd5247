//! From the declaration to something that runs. Whatever is wrong is reported at its line and column.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use regex::Regex;
use senne_contract::{Finding, Localised, Period};
use senne_model::Json;
use serde_json::Value;
use twox_hash::XxHash3_128;

use crate::{
    map::{
        Expression, Fold, Form, Gap, MapPlan, Place, Scope, Stamp, StampSource, TablePlan, Template, Zone,
    },
    rows::{Delimited, Encoding, Format, Missing, RowPath},
    yaml::Document,
};

use super::{
    Feed, Http, TableSource,
    declaration::{
        Declaration, FormatDeclaration, FormatKind, HttpDeclaration, TableDeclaration, TextDeclaration,
        TimeDeclaration,
    },
};

const MIB: u64 = 1 << 20;
const ROW_KIB_DEFAULT: u64 = 1024;
const BODY_MIB_DEFAULT: u64 = 64;
const DOCUMENT_MIB_MAX: u64 = 256;
const DOCUMENT_ROWS_MAX: usize = 8_000_000;
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);
const EVERY_LEAST: Duration = Duration::from_secs(1);

pub(super) fn compile(document: &Document, declaration: Declaration) -> Result<Feed, Vec<Finding>> {
    let scope = Scope {
        slots: Vec::new(),
        keys: declaration.format.keys.clone(),
        tables: declaration.tables.keys().cloned().collect(),
    };
    let mut compiler = Compiler { document, scope, findings: Vec::new() };
    let missing = compiler.missing(&declaration.missing);
    let format = compiler.format("/format", &declaration.format);
    let stamp = declaration.time.as_ref().and_then(|time| compiler.stamp(time));
    let (tables, table_sources) = compiler.tables(&declaration);
    let timed = declaration.time.is_some();
    let entities = declaration.entities.iter().enumerate();
    let entities =
        entities.filter_map(|(i, e)| compiler.entity(&format!("/entities/{i}"), e, timed)).collect();
    let source = &declaration.source;
    let capture = source
        .capture
        .as_deref()
        .and_then(|text| compiler.keep("/source/capture", Regex::new(text).map_err(|e| e.to_string())));
    let member = source.member.as_deref().and_then(|text| {
        compiler.keep("/source/member", glob::Pattern::new(text).map_err(|e| e.to_string()))
    });
    for (i, pattern) in source.files.iter().enumerate() {
        compiler.file_pattern(&format!("/source/files/{i}"), pattern);
    }
    let http = source.http.as_ref().and_then(|http| compiler.http(http));
    if !compiler.findings.is_empty() {
        return Err(compiler.findings);
    }
    Ok(Feed {
        fingerprint: fingerprint(&document.value),
        title: localised(&declaration.title),
        description: declaration.description.as_ref().map(localised),
        licence: declaration.licence,
        attribution: declaration.attribution,
        homepage: declaration.homepage,
        files: declaration.source.files,
        id: declaration.id,
        http,
        file: document.file().to_owned(),
        capture,
        member,
        format,
        slots: compiler.scope.slots,
        missing,
        decimal_comma: declaration.format.decimal.as_deref() == Some("comma"),
        tables,
        table_sources,
        plan: Arc::new(MapPlan { entities, stamp }),
    })
}

/// The fingerprint of what decides over values: titles, addresses and file patterns do not.
fn fingerprint(value: &Value) -> u128 {
    let mut hasher = XxHash3_128::new();
    for part in ["/source/capture", "/format", "/missing", "/time", "/tables", "/entities"] {
        hasher.write(part.as_bytes());
        hasher.write(value.pointer(part).map(Value::to_string).unwrap_or_default().as_bytes());
    }
    hasher.finish_128()
}

fn localised(text: &TextDeclaration) -> Localised {
    Localised { fr: text.fr.clone(), nl: text.nl.clone(), en: text.en.clone(), de: text.de.clone() }
}

pub(super) struct Compiler<'a> {
    document: &'a Document,
    pub(super) scope: Scope,
    findings: Vec<Finding>,
}

impl Compiler<'_> {
    pub(super) fn complain(&mut self, pointer: &str, message: impl Into<String>) {
        self.findings.push(self.document.finding(pointer, message));
    }

    pub(super) fn keep<T>(&mut self, pointer: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.complain(pointer, message)).ok()
    }

    fn duration(&mut self, pointer: &str, text: &str) -> Option<Duration> {
        let length = Period::parse(text).and_then(Period::exact);
        self.keep(pointer, length.ok_or_else(|| format!("`{text}` is not a duration such as PT15M or P1D")))
    }

    fn missing(&mut self, rules: &[String]) -> Missing {
        Missing::parse(rules).unwrap_or_else(|(i, message)| {
            self.complain(&format!("/missing/{i}"), message);
            Missing::default()
        })
    }

    fn file_pattern(&mut self, pointer: &str, pattern: &str) {
        if pattern.starts_with('/') || pattern.split('/').any(|part| part == "..") {
            self.complain(pointer, "a pattern is relative to the folder that is loaded and stays inside it");
        }
        if let Err(e) = glob::Pattern::new(pattern) {
            self.complain(pointer, e.to_string());
        }
    }

    fn http(&mut self, http: &HttpDeclaration) -> Option<Http> {
        let every = self.duration("/source/http/every", &http.every)?;
        if every < EVERY_LEAST {
            self.complain("/source/http/every", "a source is asked once a second at most");
        }
        let timeout = match &http.timeout {
            Some(text) => self.duration("/source/http/timeout", text)?,
            None => TIMEOUT_DEFAULT,
        };
        Some(Http {
            url: http.url.clone(),
            every,
            timeout,
            body_bytes_max: http.body_mib_max.unwrap_or(BODY_MIB_DEFAULT) * MIB,
            headers: http.headers.clone().into_iter().collect(),
        })
    }

    fn format(&mut self, pointer: &str, format: &FormatDeclaration) -> Format {
        let charset = format.encoding.as_deref().map_or(Some(Encoding::UTF_8.charset), Encoding::find);
        if charset.is_none() {
            self.complain(
                &format!("{pointer}/encoding"),
                "no such encoding; write e.g. utf-8 or windows-1252",
            );
        }
        let encoding = Encoding {
            charset: charset.unwrap_or(Encoding::UTF_8.charset),
            mojibake: format.repair.is_some(),
        };
        let delimited = matches!(format.kind, FormatKind::Csv | FormatKind::Tsv);
        let misplaced = if delimited {
            vec![("rows", format.rows.is_some()), ("keys", !format.keys.is_empty())]
        } else {
            vec![
                ("delimiter", format.delimiter.is_some()),
                ("comment", format.comment.is_some()),
                ("header", format.header.is_some()),
            ]
        };
        for (word, _) in misplaced.into_iter().filter(|(_, there)| *there) {
            let kind = if delimited { "JSON" } else { "CSV" };
            self.complain(&format!("{pointer}/{word}"), format!("`{word}` is for {kind} only"));
        }
        if delimited {
            let tab = format.kind == FormatKind::Tsv;
            let delimiter =
                format.delimiter.as_ref().map_or(if tab { b'\t' } else { b',' }, |d| d.as_bytes()[0]);
            return Format::Delimited(Delimited {
                delimiter,
                comment: format.comment.as_ref().map(|c| c.as_bytes()[0]),
                header: format.header.clone(),
                encoding,
                row_bytes_max: format.row_kib_max.unwrap_or(ROW_KIB_DEFAULT) * 1024,
            });
        }
        let default = if format.kind == FormatKind::Geojson { "features.*" } else { "*" };
        Format::Document(RowPath {
            steps: RowPath::steps(format.rows.as_deref().unwrap_or(default)),
            encoding,
            bytes_max: DOCUMENT_MIB_MAX * MIB,
            rows_max: DOCUMENT_ROWS_MAX,
            keyed: !format.keys.is_empty(),
        })
    }

    fn stamp(&mut self, time: &TimeDeclaration) -> Option<Stamp> {
        let ways = [time.column.is_some(), time.value.is_some(), time.parts.is_some(), time.received];
        if ways.iter().filter(|w| **w).count() != 1 {
            self.complain("/time", "`time` needs one of `column`, `value`, `parts`, `received`");
            return None;
        }
        let source = if let Some(column) = &time.column {
            StampSource::Place(Place::resolve(column, false, &mut self.scope))
        } else if let Some(value) = &time.value {
            let expression = Expression::compile(value, &mut self.scope);
            StampSource::Expression(self.keep("/time/value", expression)?)
        } else if let Some(parts) = &time.parts {
            let names = ["year", "month", "day", "hour", "minute", "second"];
            StampSource::Parts(names.map(|n| parts.get(n).map(|c| Place::resolve(c, false, &mut self.scope))))
        } else {
            StampSource::Received
        };
        let needs_zone = !time.received && !time.format.as_deref().is_some_and(|f| f.starts_with("epoch"));
        let zone = match time.zone.as_deref() {
            None if needs_zone => {
                self.complain(
                    "/time",
                    "say which clock the times follow: `zone: UTC` or e.g. `zone: Europe/Brussels`",
                );
                return None;
            }
            None | Some("UTC" | "Z") => Zone::Utc,
            Some(name) => {
                let zone = TimeZone::get(name).map_err(|_| format!("there is no time zone `{name}`"));
                Zone::Local(self.keep("/time/zone", zone)?)
            }
        };
        let back = match (time.stamp.as_deref(), &time.interval) {
            (Some("end"), None) => {
                self.complain("/time/stamp", "a stamp at the end needs the length of its `interval`");
                return None;
            }
            (Some("end"), Some(interval)) => self.duration("/time/interval", interval)?,
            (_, interval) => {
                interval.as_ref().map(|text| self.duration("/time/interval", text));
                Duration::ZERO
            }
        };
        Some(Stamp {
            source,
            form: Form::parse(time.format.as_deref().unwrap_or("iso")),
            zone,
            back_micros: i64::try_from(back.as_micros()).unwrap_or(i64::MAX),
            fold: match time.fold.as_deref() {
                Some("earlier") => Fold::Earlier,
                Some("later") => Fold::Later,
                _ => Fold::InOrder,
            },
            gap: match time.gap.as_deref() {
                Some("earlier") => Gap::Earlier,
                Some("later") => Gap::Later,
                _ => Gap::Refuse,
            },
        })
    }

    fn tables(&mut self, declaration: &Declaration) -> (Vec<TablePlan>, Vec<TableSource>) {
        let mut plans = Vec::new();
        let mut sources = Vec::new();
        for (name, table) in &declaration.tables {
            let pointer = format!("/tables/{name}");
            let matches = Template::compile(&table.matches, &mut self.scope);
            let matches = self.keep(&format!("{pointer}/match"), matches);
            let source = self.table_source(&pointer, table);
            if let (Some(matches), Some(source)) = (matches, source) {
                plans.push(TablePlan { matches, optional: table.optional });
                sources.push(source);
            }
        }
        (plans, sources)
    }

    fn table_source(&mut self, pointer: &str, table: &TableDeclaration) -> Option<TableSource> {
        let key = table.key.clone();
        match (&table.file, table.rows.is_empty()) {
            (Some(file), true) => {
                self.file_pattern(&format!("{pointer}/file"), file);
                let csv = FormatDeclaration::csv();
                let format = self.format(&format!("{pointer}/format"), table.format.as_ref().unwrap_or(&csv));
                Some(TableSource::File { path: PathBuf::from(file), format, key })
            }
            (None, false) => {
                let rows: Result<Vec<Json>, _> = table
                    .rows
                    .iter()
                    .map(|row| json(&Value::Object(row.clone().into_iter().collect())))
                    .collect();
                let rows = self.keep(&format!("{pointer}/rows"), rows)?;
                Some(TableSource::Rows { rows, key })
            }
            _ => {
                self.complain(pointer, "a table needs either a `file` or `rows`");
                None
            }
        }
    }
}

pub(super) fn json(value: &Value) -> Result<Json, String> {
    serde_json::from_str(&value.to_string()).map_err(|e| e.to_string())
}
