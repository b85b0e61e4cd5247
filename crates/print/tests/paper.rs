//! Documents are printed, and the PDF is read back.

use lopdf::{Document as Pdf, Object};
use senne_print::{Align, Block, Document, PrintError, Table, pdf};

fn document(blocks: Vec<Block>) -> Document {
    Document {
        language: "fr".to_owned(),
        title: "Programme de la Ville : \"état\" #1".to_owned(),
        lead: "Au 1er décembre 2026.".to_owned(),
        foot: "Ville d’essai".to_owned(),
        contents: "Sommaire".to_owned(),
        date: (2026, 12, 1),
        sheets: None,
        blocks,
    }
}

fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.to_owned() }
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph { text: text.to_owned() }
}

fn table(rows: usize) -> Block {
    let row = |place: usize| vec![format!("projet {place}"), format!("{place},5 M€")];
    Block::Table(Table {
        caption: "Projets".to_owned(),
        head: vec![("Projet".to_owned(), Align::Start), ("Coût".to_owned(), Align::End)],
        rows: (0..rows).map(row).collect(),
    })
}

/// The text of all pages, without spaces: where lines are broken does not matter.
fn text(pdf: &Pdf) -> String {
    let pages: Vec<u32> = pdf.get_pages().keys().copied().collect();
    pdf.extract_text(&pages).expect("text").split_whitespace().collect()
}

fn print(blocks: Vec<Block>) -> Pdf {
    Pdf::load_mem(&pdf(&document(blocks)).expect("printed")).expect("a PDF")
}

#[test]
fn what_a_document_holds_is_on_its_pages() {
    let printed = print(vec![
        heading(1, "Ce qui a été fait"),
        paragraph("Rien de *ceci* n’est du balisage : #import \"x\", $a^2$, \\ et <b>."),
        Block::Labelled { label: "Argent".to_owned(), text: "12 M€ de 20 M€.".to_owned() },
        Block::List { items: vec!["un".to_owned(), "deux".to_owned()] },
        table(3),
        Block::Small { text: "Source : données ouvertes.".to_owned() },
    ]);
    let text = text(&printed);
    for part in
        ["Cequiaétéfait", "#import\"x\",$a^2$,\\et<b>.", "12M€de20M€.", "projet2", "2,5M€", "Sommaire", "1/1"]
    {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

#[test]
fn a_long_table_says_its_head_on_each_page() {
    let printed = print(vec![table(200)]);
    let pages = printed.get_pages();
    assert!(pages.len() > 3, "{} pages", pages.len());
    for page in pages.keys() {
        let text: String = printed.extract_text(&[*page]).unwrap().split_whitespace().collect();
        assert!(text.contains("ProjetCoût") || text.contains("Coût"), "page {page}: {text}");
    }
}

#[test]
fn programs_that_read_aloud_are_told_the_language_the_title_and_what_pictures_show() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 10'><rect width='20' height='10' fill='#246'/></svg>";
    let bytes = pdf(&document(vec![
        heading(1, "Image"),
        Block::Picture { svg: svg.to_owned(), alternative: "un rectangle bleu".to_owned() },
    ]))
    .unwrap();
    let printed = Pdf::load_mem(&bytes).unwrap();
    let catalog = printed.catalog().unwrap();
    assert!(matches!(catalog.get(b"Lang"), Ok(Object::String(language, _)) if language.starts_with(b"fr")));
    assert!(catalog.get(b"StructTreeRoot").is_ok() && catalog.get(b"Outlines").is_ok());
    let metadata = printed.dereference(catalog.get(b"Metadata").unwrap()).unwrap().1.as_stream().unwrap();
    let metadata = String::from_utf8_lossy(&metadata.content).into_owned();
    assert!(metadata.contains("pdfuaid"), "{metadata}");
    let told = printed
        .objects
        .values()
        .any(|object| object.as_dict().is_ok_and(|dictionary| dictionary.get(b"Alt").is_ok()));
    assert!(told, "no picture has a text");
}

#[test]
fn what_should_fit_is_set_smaller_and_never_so_small_that_nobody_reads_it() {
    let sheets = |rows: usize, sheets: Option<usize>| {
        let one = Document { sheets, ..document(vec![heading(1, "a"), table(rows)]) };
        Pdf::load_mem(&pdf(&one).expect("printed")).expect("a PDF").get_pages().len()
    };
    let over = (20..100).step_by(4).find(|rows| sheets(*rows, None) > 1).expect("a table of two sheets");
    assert_eq!(sheets(over, Some(1)), 1, "{over} rows");
    assert!(sheets(200, Some(1)) > 1, "two hundred rows are on no single sheet");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let one = document(vec![heading(1, "a"), table(40)]);
    assert_eq!(pdf(&one), pdf(&one));
}

#[test]
fn signs_that_no_font_has_are_printed_all_the_same() {
    let printed = print(vec![paragraph("vélo \u{1F6B2} 自転車")]);
    assert!(text(&printed).contains("vélo"));
}

#[test]
fn a_row_with_a_cell_too_few_is_refused() {
    let Block::Table(mut table) = table(2) else { unreachable!() };
    table.rows[1].pop();
    let refused = pdf(&document(vec![Block::Table(table)]));
    let caption = "Projets".to_owned();
    assert_eq!(refused, Err(PrintError::Cells { caption, row: 2, cells: 1, columns: 2 }));
}
