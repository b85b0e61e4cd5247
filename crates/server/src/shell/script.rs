//! Statements from a file or a pipe: each runs as soon as its `;` has come, and the first fault ends the run.

use std::io::BufRead;

use super::{
    fault::Fault,
    session::{Flow, Session},
    split::Splitter,
};

/// Runs all that the reader gives; `name` is what a fault calls it.
pub(crate) async fn run(
    session: &mut Session<'_>,
    name: &str,
    mut reader: impl BufRead,
) -> Result<(), Fault> {
    let mut splitter = Splitter::default();
    let mut number = 0;
    loop {
        number += 1;
        let line = read_line(&mut reader).map_err(|words| Fault(words).at(name, number))?;
        let pieces = match &line {
            Some(line) => splitter.feed(if number == 1 { line.trim_start_matches('\u{feff}') } else { line }),
            None => std::mem::take(&mut splitter).finish().into_iter().collect(),
        };
        for piece in pieces {
            match session.run(&piece).await.map_err(|fault| fault.at(name, piece.line))? {
                Flow::GoOn => {}
                Flow::Leave => return Ok(()),
            }
        }
        if line.is_none() {
            return Ok(());
        }
    }
}

fn read_line(reader: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Ok(None);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "the line is not UTF-8".to_owned())
}
