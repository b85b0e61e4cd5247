//! What real sources do wrong, each in a small fixture of its own.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test fails by panicking, and is small")]

use std::{
    io::{Cursor, Write as _},
    path::Path,
    sync::Arc,
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use senne_intake::{Feed, PreparedFeed, Refusal};
use senne_model::{AttributeValue, Json, Write};

const HEAD: &str = "id: quirk
title: { fr: f, nl: n, en: e }
licence: CC0-1.0
attribution: nobody
source: { files: ['*.csv'] }
";

const CSV: &str = "format: { kind: csv }
missing: ['', NA, '<= -99.9']
time: { column: at, format: '%Y-%m-%d %H:%M', zone: UTC }
entities:
  - id: 'urn:x:{{ id }}'
    type: AirQualityObserved
    attributes:
      no2: { column: no2, unit: GQ }
      note: { column: note, kind: text, optional: true }
";

fn feed(rest: &str) -> Feed {
    Feed::parse("quirk.yaml", &format!("{HEAD}{rest}")).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn read(rest: &str, bytes: impl Into<Vec<u8>>) -> Vec<Result<Vec<Write>, Refusal>> {
    let prepared = PreparedFeed::new(Arc::new(feed(rest)), Path::new(".")).unwrap();
    prepared.parse_all("folder/quirk.csv", Box::new(Cursor::new(bytes.into()))).collect()
}

/// `id attribute value @time` for each value.
fn shown(rows: &[Result<Vec<Write>, Refusal>]) -> Vec<String> {
    let mut lines = Vec::new();
    for row in rows {
        match row {
            Err(refusal) => lines.push(refusal.to_string()),
            Ok(writes) => {
                for write in writes {
                    for attribute in &write.attributes {
                        let instance = &attribute.instances[0];
                        let value = match &instance.value {
                            AttributeValue::Property(json) => json.to_string(),
                            other => format!("{other:?}"),
                        };
                        let at = instance.observed_at.map(|at| format!(" @{at}")).unwrap_or_default();
                        lines.push(format!("{} {} {value}{at}", &write.entity[6..], attribute.name.local()));
                    }
                }
            }
        }
    }
    lines
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    let rows = read(CSV, "\u{feff}id,at,no2\r\n1,2024-01-01 00:00,20\r\n");
    assert_eq!(shown(&rows), ["1 no2 20 @2024-01-01T00:00:00Z"]);
}

#[test]
fn sentinels_are_no_values() {
    let rows = read(
        CSV,
        "id,at,no2\n1,2024-01-01 00:00,NA\n1,2024-01-01 01:00,-999\n1,2024-01-01 02:00,\n1,2024-01-01 03:00,0\n",
    );
    assert_eq!(shown(&rows), ["1 no2 0 @2024-01-01T03:00:00Z"]);
}

#[test]
fn a_decimal_comma_and_a_scale() {
    let yaml = CSV
        .replace("kind: csv", "kind: csv, delimiter: ';', decimal: comma")
        .replace("unit: GQ", "scale: 0.01");
    let rows = read(
        &yaml,
        "id;at;no2\n1;2024-01-01 00:00;94,1\n1;2024-01-01 01:00;7.5\n1;2024-01-01 02:00;1.234,5\n",
    );
    let want = [
        "1 no2 0.941 @2024-01-01T00:00:00Z",
        "1 no2 0.075 @2024-01-01T01:00:00Z",
        "folder/quirk.csv:4: no2: `1.234,5` is not a number",
    ];
    assert_eq!(shown(&rows), want);
}

#[test]
fn text_that_was_decoded_wrongly_is_repaired() {
    let yaml = CSV.replace("kind: csv", "kind: csv, repair: mojibake");
    let rows = read(
        &yaml,
        "id,at,no2,note\n1,2024-01-01 00:00,1,ChaussÃ©e d’Ixelles\n2,2024-01-01 00:00,1,ChaussÃ©e\n3,2024-01-01 00:00,1,Chaussée\n",
    );
    let notes: Vec<_> = shown(&rows).into_iter().filter(|l| l.contains("note")).collect();
    assert!(
        notes[0].contains("ChaussÃ©e d’Ixelles"),
        "right and wrong text in one cell cannot be told apart"
    );
    assert!(notes[1].contains("\"Chaussée\"") && notes[2].contains("\"Chaussée\""));
}

#[test]
fn other_encodings_are_declared_and_broken_ones_named() {
    let bytes = b"id,at,no2,note\n1,2024-01-01 00:00,1,caf\xE9\n".to_vec();
    let latin = CSV.replace("kind: csv", "kind: csv, encoding: windows-1252");
    assert!(shown(&read(&latin, bytes.clone())).iter().any(|l| l.contains("café")));
    let refused = shown(&read(CSV, bytes));
    assert_eq!(refused[0], "1 no2 1 @2024-01-01T00:00:00Z", "the rest of the row is taken");
    assert!(refused[1].starts_with("folder/quirk.csv:2: note: the text is not in the declared encoding"));
}

#[test]
fn clocks_that_are_set_forward_and_back() {
    let yaml = CSV.replace("zone: UTC", "zone: Europe/Brussels");
    let rows = read(
        &yaml,
        "id,at,no2\n1,2022-03-27 01:55,1\n1,2022-03-27 02:00,2\n1,2022-03-27 03:00,3\n\
         1,2022-10-30 02:30,4\n2,2022-10-30 02:30,5\n1,2022-10-30 02:30,6\n1,2022-10-30 03:00,7\n",
    );
    let want = [
        "1 no2 1 @2022-03-27T00:55:00Z",
        "folder/quirk.csv:3: 2022-03-27T02:00:00 does not exist: clocks were set forward over it",
        "1 no2 3 @2022-03-27T01:00:00Z",
        "1 no2 4 @2022-10-30T00:30:00Z",
        "2 no2 5 @2022-10-30T00:30:00Z",
        "1 no2 6 @2022-10-30T01:30:00Z",
        "1 no2 7 @2022-10-30T02:00:00Z",
    ];
    assert_eq!(shown(&rows), want);
}

#[test]
fn a_stamp_at_the_end_becomes_the_start() {
    let yaml = CSV.replace("zone: UTC", "zone: UTC, stamp: end, interval: PT1H");
    assert_eq!(shown(&read(&yaml, "id,at,no2\n1,2024-01-02 00:00,1\n")), ["1 no2 1 @2024-01-01T23:00:00Z"]);
}

#[test]
fn rows_of_the_wrong_width_are_refused_with_their_line() {
    let rows = read(
        CSV,
        "id,at,no2\r\n\r\n1,2024-01-01 00:00\r\n1,2024-01-01 01:00,5\r\n1,2024-01-01 02:00,5,6\r\n",
    );
    let want = [
        "folder/quirk.csv:3: the row has 2 cells, the header 3",
        "1 no2 5 @2024-01-01T01:00:00Z",
        "folder/quirk.csv:5: the row has 4 cells, the header 3",
    ];
    assert_eq!(shown(&rows), want);
}

#[test]
fn a_row_without_end_stops_the_file_and_not_the_program() {
    let yaml = CSV.replace("kind: csv", "kind: csv, row_kib_max: 1");
    let mut text = String::from("id,at,no2\n1,2024-01-01 00:00,5\n\"1,2024-01-01 00:00,5\n");
    text.push_str(&"1,2024-01-01 00:00,5\n".repeat(20_000));
    let lines = shown(&read(&yaml, text));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].contains("longer than 1 KiB"), "{}", lines[1]);
}

#[test]
fn comments_and_missing_columns() {
    let yaml = CSV.replace("kind: csv", "kind: csv, comment: '#'");
    let rows = read(&yaml, "# made by hand\nid,at,no2\n# a note\n1,2024-01-01 00:00,x\n");
    assert_eq!(shown(&rows), ["folder/quirk.csv:4: no2: `x` is not a number"]);
    let lines = shown(&read(CSV, "id,at,nox\n1,2024-01-01 00:00,1\n"));
    assert!(lines[0].contains("there is no column `no2`; the columns are: id, at, nox"), "{lines:?}");
    assert!(shown(&read(CSV, ""))[0].contains("the file is empty"));
}

#[test]
fn a_truncated_archive_gives_what_it_has_and_says_so() {
    let mut text = String::from("id,at,no2\n");
    for i in 0..5000 {
        text.push_str(&format!("1,2024-01-01 00:00,{}\n", i * 7919 % 1000));
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let mut bytes = packed.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let prepared = PreparedFeed::new(Arc::new(feed(CSV)), Path::new(".")).unwrap();
    let reader = Box::new(MultiGzDecoder::new(Cursor::new(bytes)));
    let rows: Vec<_> = prepared.parse_all("quirk.csv", reader).collect();
    let taken = rows.iter().filter(|r| r.is_ok()).count();
    assert!(taken > 1000 && taken < 5000, "{taken}");
    let last = rows.last().unwrap().as_ref().unwrap_err();
    assert!(last.reason.contains("cannot be read further"), "{last}");
}

const JSON: &str = "format: { kind: json, rows: data.*.results.*, keys: [traverse, interval] }
missing: ['', '-']
time: { column: start, format: '%Y/%m/%d %H:%M', zone: Europe/Brussels }
entities:
  - id: 'urn:x:{{ traverse }}:{{ interval }}'
    type: TrafficFlowObserved
    when: start is defined
    attributes:
      intensity: { column: count }
      doubled: { value: count * 2 + 1 }
      asked: { column: document.requestDate, kind: text, observed: false }
";

#[test]
fn members_of_objects_are_rows_and_nulls_are_none() {
    let text = r#"{
 "requestDate": "2019/10/23 12:37:17",
 "data": {
  "A": { "results": { "1m": { "count": 41, "start": "2019/10/23 12:35" }, "5m": { "count": null, "start": "2019/10/23 12:30" } } },
  "B": { "results": null },
  "C": null,
  "D": { "results": { "1m": { "count": null, "start": "-" } } },
  "E": {},
  "F": { "results": { "1m": { "count": "many", "start": "2019/10/23 12:35" } } }
 }
}"#;
    let want = [
        "A:1m intensity 41 @2019-10-23T10:35:00Z",
        "A:1m doubled 83 @2019-10-23T10:35:00Z",
        "A:1m asked \"2019/10/23 12:37:17\"",
        "A:5m asked \"2019/10/23 12:37:17\"",
        "F:1m asked \"2019/10/23 12:37:17\"",
        "folder/quirk.csv:9: intensity: `many` is not a number",
    ];
    let lines = shown(&read(JSON, text));
    assert_eq!(lines[..6], want);
    assert!(lines[6].starts_with("folder/quirk.csv:9: doubled: `count * 2 + 1` failed"), "{}", lines[6]);
    assert!(
        shown(&read(JSON, r#"{"date":{}}"#))[0].contains("there is no member `data` here; there are: date")
    );
    assert!(shown(&read(JSON, r#"{"data":"#))[0].contains("this is not JSON"));
    assert_eq!(shown(&read(JSON, r#"{"data":{}}"#)), Vec::<String>::new());
}

#[test]
fn what_is_fixed_is_written_once_and_tables_join() {
    let yaml = "format: { kind: csv }
time: { column: at, format: '%Y-%m-%d %H:%M', zone: UTC }
tables:
  places:
    key: number
    match: '{{ id }}'
    rows: [{ number: 1, x: 4.35, y: 50.85, words: Rue_de_la_Loi }]
entities:
  - id: 'urn:x:{{ id }}'
    type: AirQualityObserved
    scopes: ['/Brussels/{{ file.folder }}']
    static:
      location: { point: { longitude: places.x, latitude: places.y } }
      name: { value: \"places.words | replace('_', ' ') | upper\", kind: text }
    attributes:
      no2: { column: no2 }
";
    let rows = read(yaml, "id,at,no2\n1,2024-01-01 00:00,1\n1,2024-01-01 01:00,2\n9,2024-01-01 01:00,3\n");
    let first = rows[0].as_ref().unwrap();
    assert_eq!(first.len(), 2, "the place, then the value");
    assert_eq!(
        first[0].attributes[0].instances[0].value.as_geometry().unwrap().as_point(),
        Some((4.35, 50.85))
    );
    assert_eq!(
        first[0].attributes[1].instances[0].value,
        AttributeValue::Property(Json::text("RUE DE LA LOI"))
    );
    assert_eq!(first[0].scopes.as_ref().unwrap()[0].as_ref(), "/Brussels/folder");
    assert_eq!(rows[1].as_ref().unwrap().len(), 1);
    let lines = shown(&rows);
    assert!(lines.contains(&"9 no2 3 @2024-01-01T01:00:00Z".to_owned()), "{lines:?}");
    assert!(
        lines.contains(&"folder/quirk.csv:4: static: no row of the table has the key `9`".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn mistakes_in_a_feed_have_a_line_and_a_column() {
    let find = |yaml: &str| -> Vec<String> {
        Feed::parse("f.yaml", yaml).unwrap_err().iter().map(ToString::to_string).collect()
    };
    let whole = format!("{HEAD}{CSV}");
    let swap = |from: &str, to: &str| find(&whole.replace(from, to));
    assert!(swap("missing:", "mising:")[0].starts_with("f.yaml:7:1: "), "{:?}", swap("missing:", "mising:"));
    assert!(swap("zone: UTC", "zone: Mars/Olympus")[0].contains("f.yaml:8:"));
    assert!(swap("zone: UTC", "zone: Mars/Olympus")[0].contains("there is no time zone `Mars/Olympus`"));
    assert!(swap(", zone: UTC", "")[0].contains("say which clock"));
    assert!(swap("zone: UTC", "zone: UTC, stamp: end")[0].contains("interval"));
    assert!(
        swap("column: no2, unit: GQ", "value: 'no2 *'")[0]
            .starts_with("f.yaml:13:14: `no2 *` is not an expression"),
        "{:?}",
        swap("column: no2, unit: GQ", "value: 'no2 *'")
    );
    assert!(swap("urn:x:{{ id }}", "urn:x:{{ id")[0].starts_with("f.yaml:10:5: "));
    let misspelt = swap("column: no2", "colum: no2");
    assert!(
        misspelt[0].starts_with("f.yaml:13:14: unknown key `colum`; here may stand: column,"),
        "{misspelt:?}"
    );
    assert!(swap("<= -99.9", "<= much")[0].starts_with("f.yaml:7:"));
    assert!(swap("['*.csv']", "['../*.csv']")[0].contains("stays inside"));
    assert!(find("a: [")[0].starts_with("f.yaml:"));
    assert!(find("")[0].starts_with("f.yaml:1:1"));
}
