//! Files as they lie on disk: plain, gzip, or members of a zip archive.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use zip::CompressionMethod;

/// One stream of rows that a feed is to read.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The file on disk.
    pub(crate) path: PathBuf,
    /// Its name relative to the folder that is loaded, with `/`; a zip member follows after `!`.
    pub(crate) name: String,
    /// How many bytes are read from disk, for progress.
    pub(crate) bytes: u64,
    packing: Packing,
}

#[derive(Clone, Copy, Debug)]
enum Packing {
    Plain,
    Gzip,
    Zip { start: u64, length: u64, deflated: bool },
}

/// The streams in a file: one, or each member of a zip archive that fits the pattern.
pub(crate) fn inputs(path: &Path, name: &str, member: Option<&glob::Pattern>) -> io::Result<Vec<Input>> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut magic = [0; 4];
    let n = file.read(&mut magic)?;
    let one = |packing| Input { path: path.to_owned(), name: name.to_owned(), bytes, packing };
    match &magic[..n] {
        [0x1f, 0x8b, ..] => Ok(vec![one(Packing::Gzip)]),
        b"PK\x03\x04" => members(path, name, member),
        _ => Ok(vec![one(Packing::Plain)]),
    }
}

fn members(path: &Path, name: &str, member: Option<&glob::Pattern>) -> io::Result<Vec<Input>> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?))?;
    let mut found = Vec::new();
    for i in 0..archive.len() {
        let entry = archive.by_index(i)?;
        let inner = entry.name()?.into_owned();
        if entry.is_dir() || member.is_some_and(|pattern| !pattern.matches(&inner)) {
            continue;
        }
        let deflated = match entry.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            other => {
                return Err(io::Error::other(format!("{inner} is packed by {other}; only deflate is read")));
            }
        };
        let start = entry.data_start().ok_or_else(|| io::Error::other(format!("{inner} cannot be found")))?;
        let length = entry.compressed_size();
        found.push(Input {
            path: path.to_owned(),
            name: format!("{name}!{inner}"),
            bytes: length,
            packing: Packing::Zip { start, length, deflated },
        });
    }
    if found.is_empty() {
        return Err(io::Error::other("no member of the archive fits the pattern `member`"));
    }
    Ok(found)
}

impl Input {
    /// Begins to read.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        Ok(match self.packing {
            Packing::Plain => Box::new(BufReader::with_capacity(1 << 16, file)),
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file))),
            Packing::Zip { start, length, deflated } => {
                file.seek(SeekFrom::Start(start))?;
                let part = BufReader::with_capacity(1 << 16, file.take(length));
                if deflated { Box::new(DeflateDecoder::new(part)) } else { Box::new(part) }
            }
        })
    }
}
