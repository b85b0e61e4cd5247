//! `application/vnd.apache.arrow.stream`: the streaming form of Arrow IPC.

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::SchemaRef;
use senne_model::Problem;

use super::{Encoder, unwritable};

/// The schema, then one message a batch. A stream without its end mark was broken off.
pub(super) struct Arrow {
    writer: StreamWriter<Vec<u8>>,
}

impl Arrow {
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, Problem> {
        let writer = StreamWriter::try_new(Vec::new(), schema).map_err(unwritable("Arrow"))?;
        Ok(Self { writer })
    }
}

impl Encoder for Arrow {
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.writer.write(batch).map_err(unwritable("Arrow"))?;
        out.append(self.writer.get_mut());
        Ok(())
    }

    fn end(&mut self, _truncated: bool, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.writer.finish().map_err(unwritable("Arrow"))?;
        out.append(self.writer.get_mut());
        Ok(())
    }
}
