//! The administrator's key and the lock of a data folder.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};

/// The file with the key; its mode is 0600.
const KEY_FILE: &str = "admin-key";

/// The file in which a server says where it listens.
const ADDRESS_FILE: &str = "address";

/// The administrator's key of a data folder; made on first use from 32 random bytes.
pub(crate) fn admin_key(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(KEY_FILE);
    match std::fs::read_to_string(&path) {
        Ok(key) if !key.trim().is_empty() => return Ok(key.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    }
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("no random numbers")?;
    let key = bytes.iter().fold(String::new(), |key, byte| key + &format!("{byte:02x}"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| path.display().to_string())?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    Ok(key)
}

/// Compares in a time that does not depend on where the texts differ.
pub(crate) fn same_key(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Held while a process uses a data folder; the system lets go of it when the process ends, however it ends.
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// `None` when another process uses the folder.
    pub(crate) fn take(folder: &Path) -> anyhow::Result<Option<Self>> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let path = folder.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.with_context(|| path.display().to_string())?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => bail!("{}: {error}", path.display()),
        }
    }
}

/// Says where the server of this folder listens.
pub(crate) fn write_address(folder: &Path, url: &str) -> anyhow::Result<()> {
    std::fs::write(folder.join(ADDRESS_FILE), url).context("the address could not be written")
}

/// Where the server of this folder listens.
pub(crate) fn read_address(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(ADDRESS_FILE);
    let url = std::fs::read_to_string(&path).with_context(|| {
        format!("{} is in use by another process, which does not say where it listens", folder.display())
    })?;
    Ok(url.trim().to_owned())
}
