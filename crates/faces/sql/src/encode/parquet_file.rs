//! `application/vnd.apache.parquet`: a file, written while the rows come.

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties},
};
use senne_model::Problem;

use super::{Encoder, unwritable};

/// A row group stands in memory until it is this large, in bytes.
const GROUP_BYTES_MAX: usize = 16 << 20;

/// One file. Its footer comes last, so that a file that was broken off cannot be read.
pub(super) struct Parquet {
    writer: Option<ArrowWriter<Vec<u8>>>,
}

impl Parquet {
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, Problem> {
        let level = ZstdLevel::try_new(1).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("Senne".to_owned())
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), SchemaRef::clone(schema), Some(properties));
        Ok(Self { writer: Some(writer.map_err(failed)?) })
    }
}

impl Encoder for Parquet {
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), Problem> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write(batch).map_err(failed)?;
        if writer.memory_size() > GROUP_BYTES_MAX {
            writer.flush().map_err(failed)?;
        }
        out.append(writer.inner_mut());
        Ok(())
    }

    fn end(&mut self, truncated: bool, out: &mut Vec<u8>) -> Result<(), Problem> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let note = KeyValue::new("senne.truncated".to_owned(), truncated.to_string());
        writer.append_key_value_metadata(note);
        out.append(&mut writer.into_inner().map_err(failed)?);
        Ok(())
    }
}

fn failed(error: ParquetError) -> Problem {
    unwritable("Parquet")(ArrowError::from(error))
}
