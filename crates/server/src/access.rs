//! How a command reaches the city: by opening the data folder, or by asking the server that has it open.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use senne_contract::Contracts;
use senne_hub::{Context, Hub, HubConfig, Principal, Table};
use senne_model::{Problem, TenantName};

use crate::{
    cli::Target,
    key::{FolderLock, admin_key, read_address},
    remote::Remote,
};

/// A way to the city.
pub(crate) enum Access {
    /// The folder is open in this process.
    Embedded {
        /// The hub.
        hub: Hub,
        /// Keeps others out.
        _lock: FolderLock,
    },
    /// Another process has it.
    Remote(Remote),
}

impl Access {
    pub(crate) async fn open(target: &Target) -> anyhow::Result<Self> {
        match (&target.data, &target.url) {
            (Some(folder), _) => Self::folder(folder).await,
            (None, Some(url)) => {
                let key = match &target.key_file {
                    Some(file) => Some(
                        std::fs::read_to_string(file)
                            .with_context(|| file.display().to_string())?
                            .trim()
                            .to_owned(),
                    ),
                    None => None,
                };
                Ok(Self::Remote(Remote::new(url, key)?))
            }
            (None, None) => bail!("say which city is meant: --data DIR or --url URL"),
        }
    }

    async fn folder(folder: &Path) -> anyhow::Result<Self> {
        match FolderLock::take(folder)? {
            Some(lock) => {
                let config =
                    HubConfig { contracts: Arc::new(Contracts::builtin()), ..HubConfig::new(folder) };
                Ok(Self::Embedded { hub: Hub::open(config).await?, _lock: lock })
            }
            None => Ok(Self::Remote(Remote::new(&read_address(folder)?, Some(admin_key(folder)?))?)),
        }
    }

    /// The answer to a question in SQL, with at most `rows_max` rows.
    pub(crate) async fn sql(&self, tenant: &str, question: &str, rows_max: usize) -> Result<Table, Problem> {
        match self {
            Self::Embedded { hub, .. } => hub.sql(&administrator(tenant)?, question, rows_max).await,
            Self::Remote(remote) => remote.clone().in_tenant(tenant).sql(question, rows_max).await,
        }
    }

    /// Flushes and closes what this process opened.
    pub(crate) async fn close(self) {
        if let Self::Embedded { hub, .. } = self {
            hub.stop().await;
        }
    }
}

/// The context of a person at the command line: whoever may read the folder is its administrator.
pub(crate) fn administrator(tenant: &str) -> Result<Context, Problem> {
    let principal = Principal::Administrator { name: "command-line".to_owned() };
    let mut context = Context::new(principal, TenantName::parse(tenant)?);
    context.deadline = std::time::Instant::now() + std::time::Duration::from_secs(3600);
    Ok(context)
}
