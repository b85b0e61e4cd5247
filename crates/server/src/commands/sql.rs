//! `senne sql`

use std::process::ExitCode;

use crate::{
    access::{Access, administrator},
    cli::Sql,
    output::render,
};

pub(super) async fn run(options: Sql) -> anyhow::Result<ExitCode> {
    let context = administrator(&options.tenant)?;
    let access = Access::open(&options.target).await?;
    let answer = match &access {
        Access::Embedded { hub, .. } => hub.sql(&context, &options.question, options.rows).await,
        Access::Remote(remote) => {
            remote.clone().in_tenant(&options.tenant).sql(&options.question, options.rows).await
        }
    };
    access.close().await;
    print!("{}", render(&answer?, options.format));
    Ok(ExitCode::SUCCESS)
}
