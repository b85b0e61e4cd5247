//! `senne export`: streamed, in bounded memory, from a folder or from the server that has it open.

mod ngsi_ld;
mod rows;
mod source;
mod target;

use std::process::ExitCode;

use anyhow::bail;
use senne_backup::parse_time;
use senne_model::{Problem, Timestamp};

use self::{source::Source, target::Target};
use crate::{
    access::{Access, administrator},
    cli::{Export, ExportFormat, What},
};

/// What part of the city is asked for.
struct Part {
    what: What,
    type_name: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

pub(super) async fn run(options: Export) -> anyhow::Result<ExitCode> {
    let moment = |text: &Option<String>| text.as_deref().map(parse_time).transpose().map_err(Problem::from);
    let part = Part {
        what: options.what,
        type_name: options.type_name.clone(),
        from: moment(&options.from)?,
        to: moment(&options.to)?,
    };
    if part.what == What::Entities && (part.from.is_some() || part.to.is_some()) {
        bail!("--from and --to go with observations; entities stand as they are now");
    }
    // A wrong name is refused before a folder is opened.
    administrator(&options.tenant)?;
    let access = Access::open(&options.target).await?;
    let done = export(&access, &options, &part).await;
    access.close().await;
    let (count, bytes) = done?;
    let what = match part.what {
        What::Entities => "entities",
        What::Observations if options.format == ExportFormat::NgsiLd => "temporal evolutions",
        What::Observations => "observations",
    };
    eprintln!("{count} {what}, {}, whole", super::progress::bytes(bytes));
    Ok(ExitCode::SUCCESS)
}

/// Gives how many were written, and how many bytes. What breaks off leaves no file of that name.
async fn export(access: &Access, options: &Export, part: &Part) -> anyhow::Result<(u64, u64)> {
    let source = Source::new(access, &options.tenant)?;
    let mut target = Target::open(&options.out, options.quiet)?;
    let written = match options.format {
        ExportFormat::NgsiLd => ngsi_ld::write(&source, part, &mut target).await,
        format => rows::write(&source, part, format, &mut target).await,
    };
    match written {
        Ok(count) => Ok((count, target.finish()?)),
        Err(error) => {
            target.give_up();
            Err(error)
        }
    }
}
