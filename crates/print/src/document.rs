//! What can be printed.

use serde::Serialize;

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its language as ISO 639-1, e.g. `fr`: words are divided by its rules, and programs that read aloud speak it.
    pub language: String,
    /// What it is called; stands on its first page and in its metadata.
    pub title: String,
    /// What stands under the title; nothing when empty.
    pub lead: String,
    /// What stands at the foot of each page, before the number of the page.
    pub foot: String,
    /// The heading of the table of contents; none is printed when empty.
    pub contents: String,
    /// The day that its metadata say, as year, month (1–12) and day (1–31).
    pub date: (i32, u8, u8),
    /// On so many sheets it should fit: it is set smaller for that, down to eight points. Nothing: as many as it takes.
    pub sheets: Option<usize>,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading; level 1 is that of chapters.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// A paragraph that begins with what it is about.
    Labelled {
        /// What it is about.
        label: String,
        /// Its words.
        text: String,
    },
    /// A list of points.
    List {
        /// The points.
        items: Vec<String>,
    },
    /// A table.
    Table(Table),
    /// A picture.
    Picture {
        /// The picture as SVG.
        svg: String,
        /// What it shows, in words.
        alternative: String,
    },
    /// Small print.
    Small {
        /// Its words.
        text: String,
    },
}

/// A table: each row has as many cells as the head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What it tells.
    pub caption: String,
    /// What its columns are, and on which side their cells stand.
    pub head: Vec<(String, Align)>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Where reading begins: texts.
    Start,
    /// Where reading ends: numbers.
    End,
}

/// Why a document could not be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// A row of a table has more or fewer cells than its head.
    #[error("row {row} of the table «{caption}» has {cells} cells where its head has {columns}")]
    Cells {
        /// What the table is called.
        caption: String,
        /// The row, from 1.
        row: usize,
        /// So many cells it has.
        cells: usize,
        /// So many it should have.
        columns: usize,
    },
    /// The setting failed.
    #[error("the document could not be set: {0}")]
    Set(String),
}
