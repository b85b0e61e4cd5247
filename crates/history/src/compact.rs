//! Joining the files of a partition into few, and at last into one sorted run.
//!
//! Files go up in tiers: those of one size become one that is larger, so that a row is written anew only as often as its
//! partition grows fourfold. When what stands beside the run has grown to half of it, or when nothing came for a while,
//! everything becomes a new run.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use crate::{
    HistoryError, background, clock,
    engine::Engine,
    faults,
    files::{FileEntry, FileSet},
    flush,
    log_table::Commit,
    merge,
    schema::Kind,
    tenant::Tenant,
};

/// Files of one size are joined when there are this many of them.
const FILES: usize = 4;
/// No more files are joined at once than can be open together.
const FILES_MAX: usize = 64;

/// Files of one partition that are to be joined.
#[derive(Debug)]
struct Job {
    files: Vec<Arc<FileEntry>>,
    /// Whether these are all files of the partition.
    whole: bool,
}

/// A partition by its type and its part of time.
type Partition = (String, String);

/// What became of a job.
enum Done {
    /// So many files went.
    Joined(usize),
    /// The files of a partition cannot be joined.
    Failed(Partition, HistoryError),
}

/// Compacts the tables of a tenant; gives how many files went. `settle_after` is how long nothing may have come to a partition
/// before it becomes one run whatever its size. A partition that cannot be joined, as when one of its files is damaged, is passed over:
/// the files of the others must not pile up for it.
pub(crate) async fn compact(
    engine: &Engine,
    tenant: &Tenant,
    settle_after: Duration,
) -> Result<usize, HistoryError> {
    let (mut gone, mut failure) = (0, None);
    for kind in Kind::ALL {
        let mut passed_over = HashSet::new();
        while let Some(done) = one_job(engine, tenant, kind, settle_after, &passed_over).await? {
            match done {
                Done::Joined(files) => gone += files,
                Done::Failed(_, error) if error.is_storage_full() => return Err(error),
                Done::Failed(partition, error) => {
                    passed_over.insert(partition);
                    failure.get_or_insert(error);
                }
            }
        }
    }
    failure.map_or(Ok(gone), Err)
}

/// Does what is most urgent for one table. Files only come while it works, and only compaction takes any away, so the
/// tables are held for the commit alone: a flush does not wait for the joining.
async fn one_job(
    engine: &Engine,
    tenant: &Tenant,
    kind: Kind,
    settle_after: Duration,
    passed_over: &HashSet<Partition>,
) -> Result<Option<Done>, HistoryError> {
    let settled =
        clock::now(&tenant.dir).micros() - i64::try_from(settle_after.as_micros()).unwrap_or(i64::MAX);
    let files = files_of_the_log(engine, tenant, kind).await?;
    let Some(job) = next_job(&files.files, settled, passed_over) else { return Ok(None) };
    let (dir, joining, whole) = (tenant.dir.join(kind.folder()), job.files.clone(), job.whole);
    let work = move || merge::merge(kind, &dir, &joining, whole);
    let added = match background::tidy(work).await {
        Ok(added) => added,
        Err(error) => {
            let partition = job.files.first().map(|file| (file.type_name.clone(), file.part.clone()));
            return Ok(Some(Done::Failed(partition.unwrap_or_default(), error)));
        }
    };
    faults::pass("compaction: before the joined file is named", &tenant.dir)?;
    let (count, mut tables) = (job.files.len(), tenant.tables.lock().await);
    tables.of(kind).commit(Commit { added, removed: job.files, change: None, news: false }).await?;
    faults::pass("compaction: before readers see the joined file", &tenant.dir)?;
    flush::catch_up(engine, tenant, &mut tables).await?;
    tenant.switch(&tables, std::collections::HashMap::new());
    Ok(Some(Done::Joined(count)))
}

/// The files as the log names them. What readers see may be older, when something failed between a commit and the moment at which they are told:
/// files that went already would be joined a second time.
async fn files_of_the_log(
    engine: &Engine,
    tenant: &Tenant,
    kind: Kind,
) -> Result<Arc<FileSet>, HistoryError> {
    let mut tables = tenant.tables.lock().await;
    flush::catch_up(engine, tenant, &mut tables).await?;
    let files = Arc::clone(&tables.of(kind).files);
    if !Arc::ptr_eq(&files, &tenant.files()(kind)) {
        tenant.switch(&tables, std::collections::HashMap::new());
    }
    Ok(files)
}

fn next_job(files: &[Arc<FileEntry>], settled: i64, passed_over: &HashSet<Partition>) -> Option<Job> {
    let mut partitions: BTreeMap<(&str, &str), Vec<Arc<FileEntry>>> = BTreeMap::new();
    for file in files {
        partitions.entry((&file.type_name, &file.part)).or_default().push(Arc::clone(file));
    }
    let is_wanted = |of: &(&str, &str)| !passed_over.iter().any(|(name, part)| (&**name, &**part) == *of);
    let wanted = partitions.into_iter().filter(|(of, _)| is_wanted(of));
    wanted.map(|(_, files)| files).find_map(|files| of_partition(files, settled))
}

/// What a partition needs. Files are taken in the order of the changes they hold, without leaving one out: a roll-up row that
/// replaces others may be joined only together with everything between.
fn of_partition(mut files: Vec<Arc<FileEntry>>, settled: i64) -> Option<Job> {
    files.sort_by_key(|file| (file.name.run.is_none(), file.bounds.change));
    let run = files.first().and_then(|file| file.name.run.clone());
    let in_run = files.iter().take_while(|file| run.is_some() && file.name.run == run).count();
    let fresh = &files[in_run..];
    if fresh.is_empty() || (in_run == 0 && fresh.len() == 1) {
        return None;
    }
    let rows = |files: &[Arc<FileEntry>]| files.iter().map(|file| file.rows).sum::<u64>();
    let quiet = fresh.iter().all(|file| file.written <= settled);
    let joined = if quiet { fresh.len() } else { newest_of_one_size(fresh) };
    let most = FILES_MAX.saturating_sub(in_run).max(2);
    if joined == 0 {
        return None;
    }
    if joined == fresh.len() && joined <= most && (quiet || rows(fresh) * 2 >= rows(&files[..in_run])) {
        return Some(Job { files, whole: true });
    }
    // One that is alone beside the run waits for others.
    let joined = joined.min(most);
    (joined > 1).then(|| Job { files: files.split_off(files.len() - joined), whole: false })
}

/// How many of the newest files to join: up to the first size of which there are enough.
fn newest_of_one_size(fresh: &[Arc<FileEntry>]) -> usize {
    let size = |file: &FileEntry| file.rows.max(1).ilog(FILES as u64);
    let sizes: std::collections::BTreeSet<u32> = fresh.iter().map(|file| size(file)).collect();
    let newest = sizes.into_iter().filter_map(|most| {
        let newest: Vec<_> = fresh.iter().rev().take_while(|file| size(file) <= most).collect();
        let same = newest.iter().filter(|file| size(file) == most).count();
        (same >= FILES).then_some(newest.len())
    });
    newest.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{files::Bounds, parquet_file::NameParts};

    fn file(run: Option<&str>, rows: u64, change: i64) -> Arc<FileEntry> {
        Arc::new(FileEntry {
            path: format!("type=A/month=2024-01/{rows}-{change}.parquet"),
            bytes: rows * 4,
            rows,
            type_name: "A".to_owned(),
            part: "2024-01".to_owned(),
            written: change,
            bounds: Bounds { change: Some((change, change)), ..Bounds::default() },
            name: NameParts { run: run.map(str::to_owned), checksum: None },
        })
    }

    fn parts(rows: &[u64]) -> Vec<Arc<FileEntry>> {
        rows.iter().zip(1..).map(|(rows, change)| file(None, *rows, change)).collect()
    }

    fn chosen(files: &[Arc<FileEntry>], settled: i64) -> Option<(Vec<u64>, bool)> {
        let job = next_job(files, settled, &HashSet::new())?;
        Some((job.files.iter().map(|file| file.rows).collect(), job.whole))
    }

    #[test]
    fn newest_files_of_one_size_are_joined_with_the_smaller_ones() {
        let files = parts(&[2_000_000, 70_000, 5_000, 5_100, 5_200, 40, 5_300]);
        assert_eq!(chosen(&files, 0), Some((vec![5_000, 5_100, 5_200, 40, 5_300], false)));
        assert_eq!(chosen(&files[..5], 0), None, "three are too few");
        // What is older than a large file waits for the large one.
        let files = parts(&[5_000, 5_000, 5_000, 5_000, 70_000]);
        assert_eq!(chosen(&files, 0), None);
    }

    #[test]
    fn a_partition_that_is_over_becomes_one_run() {
        let files = parts(&[70_000, 5_000]);
        assert_eq!(chosen(&files, 1), None);
        assert_eq!(chosen(&files, 2), Some((vec![70_000, 5_000], true)));
        assert_eq!(chosen(&files[..1], 2), None, "one file is a run");
        let run = [file(Some("r"), 9_000_000, 0), file(Some("r"), 100, 0)];
        assert_eq!(chosen(&run, 9), None);
        let late = [run.to_vec(), parts(&[3])].concat();
        assert_eq!(chosen(&late, 0), None);
        assert_eq!(chosen(&late, 9), Some((vec![9_000_000, 100, 3], true)));
    }

    #[test]
    fn what_has_grown_to_half_of_the_run_joins_it() {
        let beside = |rows: u64| [vec![file(Some("r"), 1_000, 0)], parts(&[rows; 4])].concat();
        assert_eq!(chosen(&beside(100), 0), Some((vec![100; 4], false)));
        assert_eq!(chosen(&beside(125), 0), Some((vec![1_000, 125, 125, 125, 125], true)));
    }

    /// A month of flushes every ten minutes: the files stay few, and a row is written a few times only.
    #[test]
    fn rows_are_written_anew_seldom() {
        let (mut files, mut written, mut most) = (Vec::new(), 0, 0);
        for flush in 0..4_320_u64 {
            files.push(file(None, 6_000 + flush % 7, flush as i64));
            while let Some(job) = next_job(&files, -1, &HashSet::new()) {
                let rows: u64 = job.files.iter().map(|file| file.rows).sum();
                files.retain(|file| !job.files.iter().any(|gone| Arc::ptr_eq(gone, file)));
                files.push(file(job.whole.then_some("r"), rows, flush as i64));
                written += rows;
            }
            most = most.max(files.len());
        }
        let all: u64 = files.iter().map(|file| file.rows).sum();
        assert!(written < 8 * all, "each row was written {} times", written / all);
        assert!(most <= 20, "{most} files at once");
    }
}
