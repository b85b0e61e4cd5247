//! One sorted file, read batch by batch, series by series.

use std::{fs::File, path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, AsArray, DictionaryArray, RecordBatch, TimestampMicrosecondArray, new_null_array},
        compute::cast,
        datatypes::{Field, Int32Type, TimestampMicrosecondType},
        error::ArrowError,
    },
    parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
};

use crate::{
    HistoryError, disk,
    files::FileEntry,
    schema::{Kind, SERIES_COLUMNS, observation},
};

/// Rows of a batch.
const BATCH_ROWS: usize = 8192;

/// The texts of a series, in the order of the tables: attribute, its IRI, entity, data set.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct SeriesText([Option<Box<str>>; 4]);

/// Some rows of a batch that follow each other.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) batch: Arc<RecordBatch>,
    pub(super) start: usize,
    pub(super) rows: usize,
}

/// A place in a file.
pub(super) struct Cursor {
    kind: Kind,
    path: std::path::PathBuf,
    reader: ParquetRecordBatchReader,
    batch: Option<Columns>,
    at: usize,
    /// Where the rows of the present series end in this batch.
    end: usize,
    series: SeriesText,
}

struct Columns {
    batch: Arc<RecordBatch>,
    series: [DictionaryArray<Int32Type>; 4],
    time: TimestampMicrosecondArray,
    /// Of observations: the moment of rows without a time.
    recorded: Option<TimestampMicrosecondArray>,
}

impl Cursor {
    /// Opens a file at its first row; `None` when it has none.
    pub(super) fn open(kind: Kind, table_dir: &Path, file: &FileEntry) -> Result<Option<Self>, HistoryError> {
        let path = table_dir.join(&file.path);
        let open = File::open(&path).map_err(disk::error("opening", &path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(open)
            .and_then(|builder| builder.with_batch_size(BATCH_ROWS).build())
            .map_err(|e| failed(&path, e))?;
        let mut cursor =
            Self { kind, path, reader, batch: None, at: 0, end: 0, series: SeriesText::default() };
        cursor.load()?;
        Ok((!cursor.is_at_end()).then_some(cursor))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.batch.is_none()
    }

    pub(super) fn series(&self) -> &SeriesText {
        &self.series
    }

    /// The moment of the present row, in microseconds; after the end, the last there is.
    pub(super) fn moment(&self) -> i64 {
        self.batch.as_ref().map_or(i64::MAX, |columns| columns.moment(self.at))
    }

    /// The rows of the present series in this batch, up to and with those of the moment `until`; at least one.
    /// They count as read after [`Cursor::advance`].
    pub(super) fn slice_until(&mut self, until: Option<i64>) -> Slice {
        let Some(columns) = &self.batch else {
            return Slice {
                batch: Arc::new(RecordBatch::new_empty(self.kind.file_schema())),
                start: 0,
                rows: 0,
            };
        };
        let start = self.at;
        self.at = match until {
            Some(until) if columns.moment(self.end - 1) > until => {
                (start..self.end).find(|row| columns.moment(*row) > until).unwrap_or(self.end)
            }
            _ => self.end,
        };
        Slice { batch: Arc::clone(&columns.batch), start, rows: self.at - start }
    }

    /// Goes on to the next rows, in the next series or batch where these end.
    pub(super) fn advance(&mut self) -> Result<(), HistoryError> {
        let Some(columns) = &self.batch else { return Ok(()) };
        if self.at < self.end {
            return Ok(());
        }
        if self.end < columns.batch.num_rows() {
            self.begin_series();
            return Ok(());
        }
        self.load()
    }

    fn load(&mut self) -> Result<(), HistoryError> {
        self.at = 0;
        self.batch = loop {
            match self.reader.next() {
                None => break None,
                Some(Ok(batch)) if batch.num_rows() == 0 => {}
                Some(Ok(batch)) => {
                    let batch = evolved(self.kind, batch).map_err(|e| failed(&self.path, e))?;
                    break Some(columns(self.kind, batch).ok_or_else(|| self.strange())?);
                }
                Some(Err(e)) => return Err(failed(&self.path, e)),
            }
        };
        self.begin_series();
        Ok(())
    }

    fn strange(&self) -> HistoryError {
        failed(&self.path, "the columns are not those of the table")
    }

    fn begin_series(&mut self) {
        let Some(columns) = &self.batch else { return };
        let keys = |row: usize| {
            columns.series.each_ref().map(|c| c.keys().is_valid(row).then(|| c.keys().value(row)))
        };
        let first = keys(self.at);
        let rest = self.at + 1..columns.batch.num_rows();
        self.end = rest.clone().find(|row| keys(*row) != first).unwrap_or(rest.end);
        self.series = SeriesText(columns.series.each_ref().map(|column| {
            let values = column.values().as_string::<i32>();
            column.key(self.at).map(|key| values.value(key).into())
        }));
    }
}

impl Columns {
    fn moment(&self, row: usize) -> i64 {
        match &self.recorded {
            Some(recorded) if self.time.is_null(row) => recorded.value(row),
            _ => self.time.value(row),
        }
    }
}

/// The batch with the columns of today: those that the file is too old for are empty.
pub(crate) fn evolved(kind: Kind, batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = kind.file_schema();
    if batch.schema_ref().fields() == schema.fields() {
        return Ok(batch);
    }
    let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
        Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
        Some(column) => cast(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema, columns)
}

/// `None` when a column is missing or of another kind.
fn columns(kind: Kind, batch: RecordBatch) -> Option<Columns> {
    let texts = |name: &str| {
        let column = batch.column_by_name(name)?.as_dictionary_opt::<Int32Type>()?;
        column.values().as_string_opt::<i32>().map(|_| column.clone())
    };
    let [attribute, iri, entity, dataset] = SERIES_COLUMNS;
    let series = [texts(attribute)?, texts(iri)?, texts(entity)?, texts(dataset)?];
    let times = |index: usize| batch.column(index).as_primitive_opt::<TimestampMicrosecondType>().cloned();
    let recorded = match kind {
        Kind::Observation => Some(times(observation::RECORDED)?),
        Kind::Hour | Kind::Day | Kind::Series => None,
    };
    let time = times(kind.time_column())?;
    Some(Columns { series, time, recorded, batch: Arc::new(batch) })
}

fn failed(path: &Path, cause: impl std::fmt::Display) -> HistoryError {
    HistoryError::Query { step: "joining files", detail: format!("{}: {cause}", path.display()) }
}
