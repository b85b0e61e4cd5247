//! The administrator's key and the lock of a data folder.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use anyhow::{Context, bail};

/// The file with the key; its mode is 0600.
const KEY_FILE: &str = "admin-key";

/// What a key with a checksum begins with.
const NEW_KEY: &str = "senne_";

/// The file in which a server says where it listens.
const ADDRESS_FILE: &str = "address";

/// The administrator's key of a data folder; made on first use from 32 random bytes.
pub(crate) fn admin_key(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(KEY_FILE);
    match std::fs::read_to_string(&path) {
        Ok(key) if key.starts_with(NEW_KEY) && !key_is_whole(&key) => {
            bail!("{} is not what was written; remove it, and a new key is made", path.display());
        }
        Ok(key) if !key.trim().is_empty() => return Ok(key.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    }
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("no random numbers")?;
    let random = bytes.iter().fold(String::new(), |key, byte| key + &format!("{byte:02x}"));
    let key = format!("{NEW_KEY}{random}{:08x}", checksum(&random));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| path.display().to_string())?;
    // An empty file that was there before may be for all to read.
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "{key}")?;
    file.sync_all()?;
    Ok(key)
}

/// Whether the text of a key file is what was written. Keys of older programs are 64 hexadecimal digits without a checksum; a key that a
/// person has chosen has neither form and cannot be told from a damaged one.
pub(crate) fn key_is_whole(text: &str) -> bool {
    let Some(line) = text.strip_suffix('\n') else { return false };
    let hexadecimal = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match line.strip_prefix(NEW_KEY) {
        None => line.len() == 64 && hexadecimal(line),
        Some(rest) => {
            let (random, sum) = rest.split_at_checked(64).unwrap_or_default();
            hexadecimal(random) && sum == format!("{:08x}", checksum(random))
        }
    }
}

/// FNV-1a: each of its steps can be undone, so that one changed bit is always seen.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
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

/// Says where the server of this folder listens. Where it cannot, on a full disk, the server serves nonetheless: only commands beside it
/// that look for it here do not find it.
pub(crate) fn write_address(folder: &Path, url: &str) {
    if let Err(error) = std::fs::write(folder.join(ADDRESS_FILE), url) {
        remove_address(folder);
        tracing::warn!(
            "where Senne listens could not be written, so that commands beside it do not find it: {error}"
        );
    }
}

/// The server of this folder listens no more.
pub(crate) fn remove_address(folder: &Path) {
    std::fs::remove_file(folder.join(ADDRESS_FILE)).ok();
}

/// Where the server of this folder listens.
pub(crate) fn read_address(folder: &Path) -> anyhow::Result<String> {
    let path = folder.join(ADDRESS_FILE);
    let url = std::fs::read_to_string(&path).with_context(|| {
        format!("{} is in use by another process, which does not say where it listens", folder.display())
    })?;
    Ok(url.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_its_owner_alone_even_in_a_file_that_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let key = admin_key(folder.path()).unwrap();
        assert!(key_is_whole(&std::fs::read_to_string(&path).unwrap()));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(admin_key(folder.path()).unwrap(), key);
    }
}
