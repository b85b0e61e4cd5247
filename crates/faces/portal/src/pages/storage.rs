//! What the past takes on disk and in memory, for who administers this Senne.

use askama::Template;
use axum::response::Response;
use senne_hub::{StorageReport, TableStorage, TenantStorage};
use senne_model::{ErrorKind, Problem, Timestamp};

use super::rows::Fact;
use crate::{format, frame::Frame, visit::Visit, words::Words};

/// So many partitions of a table are drawn.
const PARTITIONS_MAX: usize = 36;

#[derive(Template)]
#[template(path = "storage.html")]
struct StoragePage {
    frame: Frame,
    facts: Vec<Fact>,
    followers: Vec<[String; 3]>,
    tenants: Vec<TenantView>,
}

struct TenantView {
    title: String,
    caption: String,
    tables: Vec<TableRow>,
    partitions: String,
    partitions_more: String,
    bars: Vec<Bar>,
}

struct TableRow {
    name: &'static str,
    cells: Vec<String>,
    removed: String,
}

/// The files of one partition as a bar: those of the run, then those beside it, in per cent of the longest.
struct Bar {
    label: String,
    run: String,
    beside: String,
    run_width: String,
    beside_width: String,
}

/// `GET /{language}/storage`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<StoragePage, Problem> {
    let report = visit.hub().storage(&visit.own_context()).await.map_err(|problem| match problem.kind {
        // A browser has no key to send, so asking for one would lead nowhere.
        ErrorKind::Unauthenticated => Problem { kind: ErrorKind::Forbidden, ..problem },
        _ => problem,
    })?;
    let words = visit.w;
    let amount = |n| format::amount(words.language, n);
    let title = words.t("storage.title");
    Ok(StoragePage {
        frame: visit.frame().titled(title, words.t("storage.lead")).ending(title),
        facts: facts(visit, &report),
        followers: report
            .followers
            .iter()
            .map(|f| [f.name.clone(), amount(f.lag), amount(f.durable.0)])
            .collect(),
        tenants: report.history.tenants.iter().map(|tenant| tenant_view(visit, tenant)).collect(),
    })
}

fn facts(visit: &Visit, report: &StorageReport) -> Vec<Fact> {
    let words = visit.w;
    let history = &report.history;
    let fact = |title: &str, text: String| Fact { title: title.to_owned(), text };
    let held: usize = history.tenants.iter().map(|tenant| tenant.buffer_bytes).sum();
    let size = |n: usize| format::bytes(words.language, n as u64);
    let share = format::percent(words.language, held as f64 / history.buffer_bytes_max.max(1) as f64);
    let last = |at: Option<Timestamp>| {
        at.map_or_else(
            || words.t("storage.never").to_owned(),
            |at| format::ago(words.language, at, visit.now),
        )
    };
    let backup = report.backup.as_ref().map(|backup| {
        let ago = format::ago(words.language, backup.taken, visit.now);
        words.fill(
            "storage.backup_text",
            [ago, format::amount(words.language, backup.head.0), backup.to.clone()],
        )
    });
    let free = history.free_bytes.map(|n| format::bytes(words.language, n));
    vec![
        fact(
            words.t("storage.buffer"),
            words.fill("storage.buffer_text", [size(held), size(history.buffer_bytes_max), share]),
        ),
        fact(words.t("storage.free"), free.unwrap_or_else(|| words.t("storage.unknown").to_owned())),
        fact(words.t("storage.flushed"), last(history.flushed_at)),
        fact(words.t("storage.compacted"), last(history.compacted_at)),
        fact(words.t("storage.backup"), backup.unwrap_or_else(|| words.t("storage.no_backup").to_owned())),
    ]
}

fn tenant_view(visit: &Visit, tenant: &TenantStorage) -> TenantView {
    let words = visit.w;
    let observations = tenant.tables.first();
    let partitions = observations.map_or(&[][..], |table| &table.partitions);
    let longest = partitions.iter().map(|part| part.run_files + part.beside).max().unwrap_or(1).max(1);
    let width = |files: usize| format!("{:.1}", files as f64 * 100.0 / longest as f64);
    let amount = |n: usize| format::amount(words.language, n as u64);
    let bars = partitions.iter().take(PARTITIONS_MAX).map(|part| Bar {
        label: format!("{} {}", part.type_name, part.part),
        run: amount(part.run_files),
        beside: amount(part.beside),
        run_width: width(part.run_files),
        beside_width: width(part.beside),
    });
    TenantView {
        title: words.fill("storage.tenant", [tenant.tenant.as_str()]),
        caption: words.fill("storage.tables_caption", [tenant.tenant.as_str()]),
        tables: tenant.tables.iter().map(|table| row(visit, words, table)).collect(),
        partitions: words.fill("storage.partitions", [observations.map_or("", |table| table.name)]),
        partitions_more: if partitions.len() > PARTITIONS_MAX {
            words.fill("storage.partitions_more", [amount(PARTITIONS_MAX), amount(partitions.len())])
        } else {
            String::new()
        },
        bars: bars.collect(),
    }
}

fn row(visit: &Visit, words: Words, table: &TableStorage) -> TableRow {
    let amount = |n: usize| format::amount(words.language, n as u64);
    let size = |n| format::bytes(words.language, n);
    let per_row = if table.rows == 0 {
        "–".to_owned()
    } else {
        format::number(words.language, table.bytes as f64 / table.rows as f64, 1)
    };
    let (run, beside) = table
        .partitions
        .iter()
        .fold((0, 0), |(run, beside), part| (run + part.run_files, beside + part.beside));
    let written =
        table.written_at.map_or_else(|| "–".to_owned(), |at| format::ago(words.language, at, visit.now));
    let removed = table.removed_since.map_or_else(
        || "–".to_owned(),
        |at| {
            let since = format::moment_short(words.language, at);
            words
                .fill("storage.removed_text", [amount(table.removed_files), size(table.removed_bytes), since])
        },
    );
    TableRow {
        name: table.name,
        cells: vec![
            format::amount(words.language, table.rows),
            amount(table.files()),
            size(table.bytes),
            per_row,
            amount(run),
            amount(beside),
            written,
        ],
        removed,
    }
}
