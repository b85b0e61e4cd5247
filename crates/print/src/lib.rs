//! Documents as sheets of paper: headings, paragraphs, tables and pictures in, a PDF out.
//!
//! The PDF is tagged (PDF/UA-1, ISO 14289-1): headings, tables with their heads, texts of pictures and the language are told to
//! programs that read aloud. Pages are numbered, heads of tables are said again on each page, long words are divided by the rules of
//! the language. The same document gives the same bytes.

mod document;
mod sheet;
mod world;

pub use document::{Align, Block, Document, PrintError, Table};
pub use sheet::pdf;
