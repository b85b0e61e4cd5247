//! `senne export`

use std::{io::Write as _, process::ExitCode};

use anyhow::Context as _;

use crate::{
    access::{Access, administrator},
    cli::{Export, What},
    output::render,
};

/// The most rows that an export writes; it says so when there are more.
const ROWS_MAX: usize = 1_000_000;

pub(super) async fn run(options: Export) -> anyhow::Result<ExitCode> {
    let question = match options.what {
        What::Entities => "SELECT * FROM entity ORDER BY id",
        What::Observations => "SELECT * FROM observation_corrected ORDER BY entity, attribute, observed_at",
    };
    // A wrong name is refused before a folder is opened.
    administrator(&options.tenant)?;
    let access = Access::open(&options.target).await?;
    let answer = access.sql(&options.tenant, question, ROWS_MAX).await;
    access.close().await;
    let answer = answer?;
    let text = render(&answer, options.format);
    if options.to == "-" {
        std::io::stdout().write_all(text.as_bytes())?;
    } else {
        std::fs::write(&options.to, text).with_context(|| options.to.clone())?;
    }
    eprintln!("{} rows", answer.rows.len());
    if answer.truncated {
        eprintln!("there are more than {ROWS_MAX} rows; export by parts with `senne sql`");
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}
