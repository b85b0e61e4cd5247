//! The same rows in every form.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, NullArray, StringArray,
    TimestampMicrosecondArray, types::Int32Type,
};
use arrow_ipc::reader::StreamReader;
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder, file::reader::FileReader,
    file::serialized_reader::SerializedFileReader,
};

use super::*;
use crate::shape::Shape;

fn batch() -> RecordBatch {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1), None]), None]);
    let instants = TimestampMicrosecondArray::from(vec![Some(1_706_702_400_500_000), None]);
    RecordBatch::try_from_iter([
        ("text", Arc::new(StringArray::from(vec![Some("a \"b\",\nc"), None])) as ArrayRef),
        ("whole", Arc::new(Int64Array::from(vec![Some(i64::MAX), None]))),
        ("number", Arc::new(Float64Array::from(vec![Some(2.0), Some(f64::NAN)]))),
        ("yes", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("at", Arc::new(instants)),
        ("list", Arc::new(list)),
        ("nothing", Arc::new(NullArray::new(2))),
    ])
    .unwrap()
}

fn written(format: Format, batches: &[RecordBatch], truncated: bool) -> Vec<u8> {
    let shape = Shape::new(&batch().schema(), format.wire());
    let mut encoder = encoder(format, shape.schema()).unwrap();
    let mut out = Vec::new();
    for batch in batches {
        encoder.rows(&shape.apply(batch).unwrap(), &mut out).unwrap();
    }
    encoder.end(truncated, &mut out).unwrap();
    out
}

fn text(format: Format, batches: &[RecordBatch]) -> String {
    String::from_utf8(written(format, batches, true)).unwrap()
}

#[test]
fn json_has_columns_rows_and_whether_it_was_cut() {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let json = read(&text(Format::Json, &[batch(), batch()]));
    assert_eq!(json["columns"][4], "at");
    assert_eq!(json["kinds"].to_string(), r#"["text","integer","number","boolean","time","other","other"]"#);
    let first = r#"["a \"b\",\nc",9223372036854775807,2.0,true,"2024-01-31T12:00:00.500Z",[1,null],null]"#;
    assert_eq!(json["rows"][2].to_string(), first);
    assert_eq!(json["rows"][1].to_string(), "[null,null,null,null,null,null,null]");
    assert_eq!((json["rows"].as_array().unwrap().len(), &json["truncated"]), (4, &true.into()));
    let none = read(&text(Format::Json, &[]));
    assert_eq!((none["rows"].to_string().as_str(), none["columns"].as_array().unwrap().len()), ("[]", 7));
}

#[test]
fn ndjson_has_a_line_a_row_and_tells_a_failure() {
    let lines = text(Format::Ndjson, &[batch()]);
    let lines: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["list"]), (2, &serde_json::json!([1, null])));
    assert!(lines[1].as_object().unwrap().values().all(serde_json::Value::is_null));
    let mut out = Vec::new();
    let mut encoder = encoder(Format::Ndjson, &batch().schema()).unwrap();
    assert!(encoder.fail(&Problem::bad("too much").field("sql"), &mut out));
    let line: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!((&line["error"]["status"], &line["error"]["detail"]), (&400.into(), &"too much".into()));
}

#[test]
fn csv_has_one_header_and_quotes_what_must_be() {
    let csv = text(Format::Csv, &[batch(), batch()]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), 7);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((records.len(), &records[0][0], &records[2][5]), (4, "a \"b\",\nc", "[1,null]"));
    assert_eq!((&records[0][2], &records[0][4], &records[1][4]), ("2.0", "2024-01-31T12:00:00.500Z", ""));
    assert!(csv.ends_with("\r\n"));
    assert_eq!(text(Format::Csv, &[]), "text,whole,number,yes,at,list,nothing\r\n");
}

#[test]
fn arrow_comes_back_as_it_was() {
    let bytes = written(Format::Arrow, &[batch(), batch()], false);
    let reader = StreamReader::try_new(bytes.as_slice(), None).unwrap();
    let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 4);
    let whole = StreamReader::try_new(&bytes[..bytes.len() - 40], None).unwrap();
    assert!(whole.last().unwrap().is_err(), "a stream that was broken off shows it");
}

#[test]
fn parquet_is_a_file_that_says_whether_it_was_cut() {
    let bytes = bytes::Bytes::from(written(Format::Parquet, &[batch(), batch()], true));
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).unwrap().build().unwrap();
    let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 4);
    let file = SerializedFileReader::new(bytes).unwrap();
    let notes = file.metadata().file_metadata().key_value_metadata().unwrap();
    let note = notes.iter().find(|note| note.key == "senne.truncated").unwrap();
    assert_eq!(note.value.as_deref(), Some("true"));
}
