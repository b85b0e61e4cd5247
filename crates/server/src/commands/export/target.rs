//! Where an export writes: the standard output, or a file that has its name only when it is whole.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

/// A place to write to, and the line that shows how much was written.
pub(super) struct Target {
    out: Box<dyn Write + Send>,
    file: Option<(PathBuf, PathBuf)>,
    bytes: u64,
    bar: ProgressBar,
}

impl Target {
    /// `-` is the standard output.
    pub(super) fn open(name: &str, quiet: bool) -> anyhow::Result<Self> {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {bytes} written, {bytes_per_sec}, {elapsed}  {msg}")
        {
            bar.set_style(style);
        }
        if name == "-" {
            return Ok(Self { out: Box::new(std::io::stdout()), file: None, bytes: 0, bar });
        }
        let (part, path) = (PathBuf::from(format!("{name}.unfinished")), PathBuf::from(name));
        let file = File::create(&part).with_context(|| part.display().to_string())?;
        Ok(Self { out: Box::new(std::io::BufWriter::new(file)), file: Some((part, path)), bytes: 0, bar })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.out.write_all(bytes).context("the export could not be written")?;
        self.bytes += bytes.len() as u64;
        self.bar.set_position(self.bytes);
        Ok(())
    }

    /// Says how many are written.
    pub(super) fn count(&self, count: u64) {
        self.bar.set_message(format!("{count}"));
    }

    /// Gives the file its name; tells how many bytes were written.
    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        self.bar.finish_and_clear();
        self.out.flush().context("the export could not be written")?;
        drop(self.out);
        if let Some((part, path)) = self.file {
            File::open(&part).and_then(|file| file.sync_all()).with_context(|| part.display().to_string())?;
            fs::rename(&part, &path).with_context(|| path.display().to_string())?;
        }
        Ok(self.bytes)
    }

    /// Leaves no file.
    pub(super) fn give_up(self) {
        self.bar.finish_and_clear();
        if let Some((part, _)) = self.file {
            fs::remove_file(part).ok();
        }
    }
}
