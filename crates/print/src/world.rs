//! What the setting may read: the form of our sheets, one document as data, and fonts. No files, no clock, no network.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::{Block, Document, PrintError};

/// How our sheets look.
const FORM: &str = include_str!("form.typ");

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data))).collect());
static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(FONTS.iter())));

/// The size of letters, in points, where nothing must fit.
pub(crate) const SIZE: f32 = 10.5;

/// One document to be set.
pub(crate) struct Sheets {
    form: Source,
    data: (FileId, Bytes),
    size: (FileId, Bytes),
    pictures: Vec<(FileId, Bytes)>,
}

impl Sheets {
    pub(crate) fn of(document: &Document) -> Result<Self, PrintError> {
        let data = serde_json::to_vec(document).map_err(|error| PrintError::Set(error.to_string()))?;
        let svgs = document.blocks.iter().enumerate().filter_map(|(place, block)| match block {
            Block::Picture { svg, .. } => Some((place, svg)),
            _ => None,
        });
        let picture = |(place, svg): (usize, &String)| {
            Ok((file(&format!("picture-{place}.svg"))?, Bytes::from_string(svg.clone())))
        };
        Ok(Self {
            form: Source::new(file("form.typ")?, FORM.to_owned()),
            data: (file("document.json")?, Bytes::new(data)),
            size: (file("size.json")?, Bytes::from_string(SIZE.to_string())),
            pictures: svgs.map(picture).collect::<Result<_, PrintError>>()?,
        })
    }

    /// Sets it in another size of letters, in points.
    pub(crate) fn set_size(&mut self, points: f32) -> Result<(), PrintError> {
        self.size = (file("size.json")?, Bytes::from_string(points.to_string()));
        Ok(())
    }
}

fn file(name: &str) -> Result<FileId, PrintError> {
    let path =
        VirtualPath::new(name).map_err(|_| PrintError::Set(format!("`{name}` is no name of a file")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Sheets {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.form.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.form.id() { Ok(self.form.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let mut known = [&self.data, &self.size].into_iter().chain(&self.pictures);
        known.find(|(known, _)| *known == id).map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
