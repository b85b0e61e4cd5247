//! From a document to a PDF.

use typst::{comemo, diag::SourceDiagnostic, foundations::Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{Block, Document, PrintError, world::Sheets};

/// Sizes of letters in points that are tried for what should fit; what is not made to fit has [`crate::world::SIZE`].
const SMALLER: [f32; 5] = [9.75, 9.25, 8.75, 8.25, 8.0];

/// Sets a document and gives it as PDF.
///
/// # Errors
/// When a row of a table has another number of cells than its head, or the document cannot be set.
pub fn pdf(document: &Document) -> Result<Vec<u8>, PrintError> {
    check(document)?;
    let made = set(document);
    // What was remembered for this document is of no use for another.
    comemo::evict(0);
    made
}

fn check(document: &Document) -> Result<(), PrintError> {
    for block in &document.blocks {
        let Block::Table(table) = block else { continue };
        let columns = table.head.len();
        if let Some(place) = table.rows.iter().position(|row| row.len() != columns) {
            let cells = table.rows[place].len();
            return Err(PrintError::Cells { caption: table.caption.clone(), row: place + 1, cells, columns });
        }
    }
    Ok(())
}

fn set(document: &Document) -> Result<Vec<u8>, PrintError> {
    let mut world = Sheets::of(document)?;
    let mut pages = compile(&world)?;
    if let Some(sheets) = document.sheets {
        for size in SMALLER {
            if pages.pages().len() <= sheets {
                break;
            }
            world.set_size(size)?;
            pages = compile(&world)?;
        }
    }
    let standards = PdfStandards::new(&[PdfStandard::Ua_1])
        .map_err(|found| PrintError::Set(found.message().to_string()))?;
    typst_pdf::pdf(&pages, &options(document, standards))
        // A sign that no font has cannot be promised to be read aloud; the document is worth more than the promise.
        .or_else(|_| typst_pdf::pdf(&pages, &options(document, PdfStandards::default())))
        .map_err(|found| failed(&found))
}

fn compile(world: &Sheets) -> Result<PagedDocument, PrintError> {
    typst::compile(world).output.map_err(|found| failed(&found))
}

fn options(document: &Document, standards: PdfStandards) -> PdfOptions {
    PdfOptions {
        ident: Smart::Custom(format!("{} {:?}", document.title, document.date)),
        creator: Smart::Custom(Some("Senne".to_owned())),
        standards,
        ..PdfOptions::default()
    }
}

fn failed(found: &[SourceDiagnostic]) -> PrintError {
    let texts: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
    PrintError::Set(texts.join("; "))
}
