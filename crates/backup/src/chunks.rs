//! Contents of a repository, each under the checksum of its bytes: chunks, compressed and sealed, and whole files.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    BackupError, Pace, disk,
    error::{ADVICE, ADVICE_DATA},
    faults,
    sum::{Sum, Summing},
};

/// The most bytes of a chunk before it is compressed.
pub(crate) const CHUNK_BYTES: usize = 256 << 10;
/// A compressed chunk is no larger than this, in bytes.
const STORED_BYTES_MAX: u64 = CHUNK_BYTES as u64 + (16 << 10);
/// The bytes of the checksum at the end of a chunk's file.
const SEAL_BYTES: usize = 16;
/// How hard chunks are compressed: quick, since the state is large.
const LEVEL: i32 = 3;
/// Whole files are copied in pieces of so many bytes.
const PIECE_BYTES: usize = 1 << 20;

/// A chunk `CHECKSUM.chunk` is a zstd frame and the checksum of that frame, so that a flipped bit is found even where the frame would
/// still give the same bytes. A whole file `CHECKSUM.whole` has the bytes of the checksum.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    folder: PathBuf,
    unfinished: PathBuf,
}

impl Contents {
    pub(crate) fn new(folder: PathBuf, unfinished: PathBuf) -> Self {
        Self { folder, unfinished }
    }

    pub(crate) fn chunk_path(&self, sum: Sum) -> PathBuf {
        self.path(sum, "chunk")
    }

    pub(crate) fn whole_path(&self, sum: Sum) -> PathBuf {
        self.path(sum, "whole")
    }

    fn path(&self, sum: Sum, ending: &str) -> PathBuf {
        let text = sum.to_string();
        self.folder.join(&text[..2]).join(format!("{text}.{ending}"))
    }

    /// Keeps a chunk; gives its checksum and how many bytes that added to the repository.
    pub(crate) fn put_chunk(&self, plain: &[u8]) -> Result<(Sum, u64), BackupError> {
        let sum = Sum::of(plain);
        let path = self.chunk_path(sum);
        if path.exists() {
            return Ok((sum, 0));
        }
        let mut stored =
            zstd::bulk::compress(plain, LEVEL).map_err(BackupError::disk("compressing for", &path))?;
        let seal = Sum::of(&stored).0.to_be_bytes();
        stored.extend_from_slice(&seal);
        self.make_place(&path)?;
        let temporary = self.unfinished.join(format!("{sum}.chunk"));
        disk::put(&temporary, &path, &stored, "backup: before a chunk takes its name")?;
        Ok((sum, stored.len() as u64))
    }

    /// Gives a chunk, when it is what was kept.
    pub(crate) fn chunk(&self, sum: Sum) -> Result<Vec<u8>, BackupError> {
        let path = self.chunk_path(sum);
        let bytes = fs::metadata(&path).map_err(BackupError::disk("reading", &path))?.len();
        if bytes > STORED_BYTES_MAX {
            return Err(BackupError::damaged(
                &path,
                format!("it has {bytes} bytes, more than a chunk can have"),
            ));
        }
        let stored = fs::read(&path).map_err(BackupError::disk("reading", &path))?;
        let Some((frame, seal)) = stored.split_last_chunk::<SEAL_BYTES>() else {
            return Err(BackupError::damaged(&path, "it is too short"));
        };
        if Sum::of(frame).0.to_be_bytes() != *seal {
            return Err(BackupError::damaged(&path, "its bytes are not those that were written (checksum)"));
        }
        let plain = zstd::bulk::decompress(frame, CHUNK_BYTES)
            .map_err(|e| BackupError::damaged(&path, format!("it cannot be decompressed ({e})")))?;
        if Sum::of(&plain) != sum {
            return Err(BackupError::damaged(&path, "it holds something else than its name says (checksum)"));
        }
        Ok(plain)
    }

    /// Keeps a file whole whose checksum is known; gives how many bytes that added. A file that is there already is not read.
    pub(crate) fn put_whole(
        &self,
        source: &Path,
        sum: Sum,
        bytes: u64,
        pace: &Pace,
    ) -> Result<u64, BackupError> {
        let path = self.whole_path(sum);
        if fs::metadata(&path).is_ok_and(|there| there.len() == bytes) {
            return Ok(0);
        }
        self.make_place(&path)?;
        let temporary = self.unfinished.join(format!("{sum}.whole"));
        let copied = copy(source, &temporary, pace)?;
        if copied.bytes() != bytes || copied.sum() != sum {
            let what = format!("its {} bytes are not those that were written (checksum)", copied.bytes());
            return Err(BackupError::Damaged { path: source.to_owned(), what, advice: ADVICE_DATA });
        }
        faults::pass("backup: before a file takes its name", &path)?;
        fs::rename(&temporary, &path).map_err(BackupError::disk("naming", &path))?;
        Ok(bytes)
    }

    /// Copies a whole file out; `to` is synced.
    pub(crate) fn take_whole(&self, sum: Sum, bytes: u64, to: &Path, pace: &Pace) -> Result<(), BackupError> {
        let path = self.whole_path(sum);
        let copied = copy(&path, to, pace)?;
        whole_is(&path, sum, bytes, &copied)
    }

    /// Reads a whole file against its checksum.
    pub(crate) fn check_whole(&self, sum: Sum, bytes: u64, pace: &Pace) -> Result<(), BackupError> {
        let path = self.whole_path(sum);
        let read = read_through(&path, pace, &mut |_| Ok(()))?;
        whole_is(&path, sum, bytes, &read)
    }

    fn make_place(&self, path: &Path) -> Result<(), BackupError> {
        path.parent().map_or(Ok(()), disk::make_folder)
    }
}

fn whole_is(path: &Path, sum: Sum, bytes: u64, found: &Summing) -> Result<(), BackupError> {
    if found.bytes() == bytes && found.sum() == sum {
        return Ok(());
    }
    let what = format!("its {} bytes are not the {bytes} that were written (checksum)", found.bytes());
    Err(BackupError::Damaged { path: path.to_owned(), what, advice: ADVICE })
}

/// Reads a file from the first byte to the last, and sums it up.
pub(crate) fn read_through(
    path: &Path,
    pace: &Pace,
    each: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<Summing, BackupError> {
    let mut file = File::open(path).map_err(BackupError::disk("reading", path))?;
    let (mut sum, mut piece) = (Summing::new(), vec![0; PIECE_BYTES]);
    loop {
        let count = disk::fill(&mut file, &mut piece).map_err(BackupError::disk("reading", path))?;
        if count == 0 {
            return Ok(sum);
        }
        sum.add(&piece[..count]);
        each(&piece[..count]).map_err(BackupError::disk("copying", path))?;
        pace.took(count as u64);
    }
}

fn copy(from: &Path, to: &Path, pace: &Pace) -> Result<Summing, BackupError> {
    let mut target = disk::create(to)?;
    let sum = read_through(from, pace, &mut |piece| target.write_all(piece))?;
    target.sync_all().map_err(BackupError::disk("syncing", to))?;
    Ok(sum)
}
