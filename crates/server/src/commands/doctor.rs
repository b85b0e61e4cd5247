//! `senne doctor`

use std::process::ExitCode;

use anyhow::bail;
use senne_hub::{Hub, HubConfig};

use crate::{cli::Doctor, key::FolderLock};

pub(super) async fn run(options: Doctor) -> anyhow::Result<ExitCode> {
    if !options.data.exists() {
        bail!("{} is not there", options.data.display());
    }
    let Some(_lock) = FolderLock::take(&options.data)? else {
        bail!(
            "{} is in use; stop the server first, so that nothing changes while it is looked at",
            options.data.display()
        );
    };
    let hub = Hub::open(HubConfig::new(&options.data)).await?;
    let store = hub.store_statistics()?;
    let history = hub.history_statistics();
    println!("state     {} entities, {} log rows, {} bytes", store.entities, store.log_rows, store.bytes);
    println!("history   {} observations in {} files, {} bytes", history.rows, history.files, history.bytes);
    println!("          {} observations in memory, to be rebuilt from the log", history.buffer_rows);
    println!("log       head {}, history durable up to {}", hub.head(), history.durable);
    let found = hub.check().await?;
    hub.stop().await;
    println!("read      {} files of history, {} bytes, each against its checksum", found.files, found.bytes);
    for leftover in &found.leftovers {
        println!("leftover  {leftover}");
    }
    for damage in &found.damage {
        println!("damage    {damage}");
    }
    if found.damage.is_empty() {
        println!("no damage found");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} findings; restore the named parts from a backup", found.damage.len());
    Ok(ExitCode::from(1))
}
