//! Loading: exactly once, whatever happens to the process and to the files.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test fails by panicking, and is small")]

mod support;

use std::{fs, path::Path, sync::Arc};

use senne_intake::{Feed, LoadOptions, LoadReport, Loader, PreparedFeed, Sink};
use support::Memory;

const FEED: &str = "id: small
title: { fr: f, nl: n, en: e }
licence: CC0-1.0
attribution: nobody
source: { files: ['in/*.csv', 'in/*.csv.gz', 'in/*.zip'], member: '*.csv' }
format: { kind: csv }
time: { column: at, format: '%Y-%m-%d %H:%M', zone: Europe/Brussels }
entities:
  - id: 'urn:x:{{ id }}'
    type: AirQualityObserved
    static:
      name: { template: 'Station {{ id }}' }
    attributes:
      no2: { column: no2, unit: GQ }
      o3: { column: o3, unit: GQ }
";

fn rows(from: usize, to: usize) -> String {
    (from..to)
        .map(|i| {
            format!("{},2024-01-{:02} {:02}:{:02},{i},{}\n", i % 3, 1 + i / 1440, i / 60 % 24, i % 60, i * 2)
        })
        .collect()
}

async fn load(folder: &Path, sink: &Arc<Memory>) -> LoadReport {
    load_with(FEED, folder, sink).await
}

async fn load_with(feed: &str, folder: &Path, sink: &Arc<Memory>) -> LoadReport {
    let feed = Arc::new(Feed::parse("small.yaml", feed).unwrap());
    let prepared = PreparedFeed::new(feed, folder).unwrap();
    let options = LoadOptions { batch_rows: 100, ..LoadOptions::default() };
    let sink: Arc<dyn Sink> = Arc::<Memory>::clone(sink);
    Loader::new(prepared, folder, sink, options).run(|_| {}).await.unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_load_changes_nothing_and_a_grown_file_goes_on() {
    let folder = folder();
    let file = folder.path().join("in/a.csv");
    fs::write(&file, format!("id,at,no2,o3\n{}", rows(0, 1000))).unwrap();
    let sink = Arc::new(Memory::default());
    let first = load(folder.path(), &sink).await;
    assert_eq!((first.rows, first.values, first.refused), (1000, 2000, 0));
    assert_eq!((sink.observations(), sink.fixed()), (2000, 3));
    let second = load(folder.path(), &sink).await;
    assert_eq!((second.rows, second.files_unchanged), (0, 1));
    assert_eq!(sink.observations(), 2000);
    fs::write(&file, format!("id,at,no2,o3\n{}", rows(0, 1250))).unwrap();
    let third = load(folder.path(), &sink).await;
    assert_eq!((third.rows, third.values, third.values_known), (250, 500, 0));
    assert_eq!(sink.observations(), 2500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_file_adds_only_what_is_different() {
    let folder = folder();
    let file = folder.path().join("in/a.csv");
    let text = format!("id,at,no2,o3\n{}", rows(0, 1000));
    fs::write(&file, &text).unwrap();
    let sink = Arc::new(Memory::default());
    load(folder.path(), &sink).await;
    let changed = text.replacen(",7,14\n", ",7,99\n", 1);
    assert_ne!(text, changed);
    fs::write(&file, &changed).unwrap();
    let report = load(folder.path(), &sink).await;
    assert_eq!((report.values, report.values_known), (2000, 1999));
    assert_eq!(sink.observations(), 2001);
    // Back to what it was: the newest known value is the corrected one, so this is news again.
    fs::write(&file, &text).unwrap();
    let report = load(folder.path(), &sink).await;
    assert_eq!(report.values_known, 1999);
    assert_eq!(sink.observations(), 2002);
    let report = load_with(
        &FEED.replace("column: o3, unit: GQ", "column: o3, scale: 2, unit: GQ"),
        folder.path(),
        &sink,
    )
    .await;
    assert_eq!(report.values_known, 1001, "another scale makes other values, but for nought");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_load_goes_on_after_the_last_batch() {
    let folder = folder();
    fs::write(folder.path().join("in/a.csv"), format!("id,at,no2,o3\n{}", rows(0, 1000))).unwrap();
    for batches in 0..10 {
        let sink = Arc::new(Memory::failing_after(batches));
        let feed = Arc::new(Feed::parse("small.yaml", FEED).unwrap());
        let prepared = PreparedFeed::new(feed, folder.path()).unwrap();
        let options = LoadOptions { batch_rows: 100, ..LoadOptions::default() };
        let door: Arc<dyn Sink> = Arc::<Memory>::clone(&sink);
        let error = Loader::new(prepared, folder.path(), door, options).run(|_| {}).await.unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert_eq!(sink.observations(), batches * 200);
        sink.heal();
        let report = load(folder.path(), &sink).await;
        assert_eq!(report.rows as usize, 1000 - batches * 100);
        assert_eq!(sink.observations(), 2000);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn archives_are_read_and_a_broken_one_is_completed_later() {
    use std::io::Write as _;
    let folder = folder();
    let text = format!("id,at,no2,o3\n{}", rows(0, 3000));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let bytes = packed.finish().unwrap();
    let gz = folder.path().join("in/a.csv.gz");
    fs::write(&gz, &bytes[..bytes.len() / 2]).unwrap();
    let sink = Arc::new(Memory::default());
    let report = load(folder.path(), &sink).await;
    assert_eq!(report.refused, 1);
    assert!(report.rows > 500 && report.rows < 3000, "{}", report.rows);
    fs::write(&gz, &bytes).unwrap();
    let rest = load(folder.path(), &sink).await;
    assert_eq!(report.rows + rest.rows, 3000);
    assert_eq!(sink.observations(), 6000);

    fs::remove_file(&gz).unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(folder.path().join("in/b.zip")).unwrap());
    for (name, text) in
        [("one.csv", format!("id,at,no2,o3\n{}", rows(5000, 5010))), ("readme.txt", "x".to_owned())]
    {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(load(folder.path(), &sink).await.rows, 10);
    assert_eq!(load(folder.path(), &sink).await.files_unchanged, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_listed_up_to_a_bound_and_counted_beyond() {
    let folder = folder();
    let bad: String = (0..500).map(|i| format!("1,2024-01-01 00:{:02},x{i},1\n", i % 60)).collect();
    fs::write(folder.path().join("in/a.csv"), format!("id,at,no2,o3\n{bad}")).unwrap();
    fs::write(folder.path().join("in/b.csv"), "id;at;no2;o3\n").unwrap();
    let sink = Arc::new(Memory::default());
    let report = load(folder.path(), &sink).await;
    assert_eq!((report.refused, report.refusals.len()), (501, 100));
    assert_eq!(report.refusals[0].to_string(), "in/a.csv:2: no2: `x0` is not a number");
    let none = tempfile::tempdir().unwrap();
    let feed = Arc::new(Feed::parse("small.yaml", FEED).unwrap());
    let prepared = PreparedFeed::new(feed, none.path()).unwrap();
    let door: Arc<dyn Sink> = sink;
    let error =
        Loader::new(prepared, none.path(), door, LoadOptions::default()).run(|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("no file in"), "{error}");
}
