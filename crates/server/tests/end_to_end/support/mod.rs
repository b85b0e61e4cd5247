//! What the chapters share: a city in a folder of its own, its server, a client, seeded chance.

mod chance;
mod city;
mod client;
mod server;

pub(crate) use chance::Chance;
pub(crate) use city::{City, command, senne, words};
pub(crate) use client::{Answer, Client};
pub(crate) use server::Server;

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The folder of recorded data; `None`, said aloud, when it is absent.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let folder =
        std::env::var_os("SENNE_SHARED_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: shared data absent");
    None
}

/// A number from the environment.
pub(crate) fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
