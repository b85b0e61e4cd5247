//! `senne sql`

use std::{fs::File, process::ExitCode};

use anyhow::Context as _;

use crate::{
    access::{Access, administrator},
    cli::Sql,
    output::{print, render},
    shell,
};

pub(super) async fn run(options: Sql) -> anyhow::Result<ExitCode> {
    // A wrong name is refused before a folder is opened.
    administrator(&options.tenant)?;
    let open = |path: &std::path::PathBuf| File::open(path).with_context(|| path.display().to_string());
    let script = options.file.as_ref().map(open).transpose()?;
    let access = Access::open(&options.target).await?;
    let outcome = match &options.question {
        Some(question) => answer(&access, &options, question).await,
        None => shell::run(&access, &options, script).await,
    };
    access.close().await;
    outcome
}

async fn answer(access: &Access, options: &Sql, question: &str) -> anyhow::Result<ExitCode> {
    let table = access.sql(&options.tenant, question, options.rows).await?;
    print(&render(&table, options.format))?;
    Ok(ExitCode::SUCCESS)
}
