//! One flipped bit in any file of a backup is found, and the file is named. `SENNE_BIT_RUNS` says how often each file is hit.

use std::{
    fs,
    path::{Path, PathBuf},
};

use senne_backup::{Pace, Repository, Use, verify};

use crate::city::*;

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    for at in 1..=20 {
        count(&hub, 0, at).await;
    }
    hub.stop().await;
    fs::write(data.join("admin-key"), "secret\n").unwrap();
    backup(&data, &to).await.unwrap();
    let mut files = Vec::new();
    files_below(&to, &mut files);
    files.retain(|path| !path.ends_with("lock"));
    let kinds =
        |ending: &str| files.iter().filter(|path| path.extension().is_some_and(|e| e == ending)).count();
    assert!(kinds("chunk") > 3 && kinds("whole") >= 3 && kinds("json") == 1, "{files:?}");
    let runs: u64 = std::env::var("SENNE_BIT_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut dice = Dice(7);
    for path in &files {
        let whole = fs::read(path).unwrap();
        for _ in 0..runs {
            let mut bytes = whole.clone();
            let place = dice.roll(bytes.len() as u64) as usize;
            bytes[place] ^= 1 << dice.roll(8);
            fs::write(path, &bytes).unwrap();
            let found = look(&to).await;
            assert!(
                found.len() == 1 && found[0].contains(path.to_str().unwrap()),
                "byte {place} of {}: {found:?}",
                path.display()
            );
            let restored = folder.path().join("restored");
            let error = bring_back(&to, &restored, None).await.unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
            assert!(!restored.exists());
            // Files that this try brought would be kept by the next.
            fs::remove_dir_all(folder.path().join("restored.unfinished")).ok();
        }
        fs::write(path, &whole).unwrap();
    }
    assert_eq!(look(&to).await, Vec::<String>::new());
    let restored = folder.path().join("restored");
    bring_back(&to, &restored, None).await.unwrap();
    agreed(&open(&restored).await).await;
}

async fn look(to: &Path) -> Vec<String> {
    let (to, handle) = (to.to_owned(), tokio::runtime::Handle::current());
    let looked = senne_backup::on_thread(move || {
        let repository = Repository::open(&to, Use::Alone)?;
        verify(&repository, None, &Pace::new(None), &handle, &|_| ())
    });
    match looked.await {
        Ok(verified) => verified.damage,
        Err(error) => vec![error.to_string()],
    }
}
