//! A crash, or a failure, at any numbered step of any lifecycle: nothing is lost, nothing stands twice, roll-ups agree.
//!
//! Each run is a small city from a seed: values, late values, corrections, flushes, compactions, vacuums, erasures and restarts, and
//! faults at steps that the seed chooses, under a clock that may jump. After each fault everything is compared with a model.
//! `SENNE_FAULT_RUNS` says how many runs, `SENNE_SEED` the first seed; with `SENNE_FAULT_KEEP` the folders stay, to look at what broke.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use senne_history::{
    History, HistoryConfig,
    clock::Jump,
    faults::{Fault, Strike},
};
use senne_model::{Change, ChangeKind, ChangeNo, Timestamp};

use crate::{
    common::*,
    rollups::{by_hand, by_view},
};

/// A small generator: one seed, one city.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % sides
    }
}

/// What there must be: the newest value by station and moment, and how many rows.
#[derive(Default)]
struct Model {
    log: Vec<Arc<Change>>,
    newest: BTreeMap<(u64, i64), f64>,
    /// The station that is being erased, and up to which change.
    erasing: Option<(u64, ChangeNo)>,
}

struct Run {
    settings: HistoryConfig,
    history: Arc<History>,
    model: Model,
    dice: Dice,
    /// Steps until the next fault strikes; negative when none is due.
    fuse: Arc<AtomicI64>,
    struck: Arc<Mutex<BTreeSet<&'static str>>>,
}

/// In every second city the clock is set by an hour, to and fro, in the middle of whatever is being done.
struct JumpingClock {
    folder: std::path::PathBuf,
    _jump: Jump,
    every: u64,
    ticks: AtomicU64,
}

impl JumpingClock {
    fn of(folder: &Path, seed: u64) -> Self {
        let every = if seed.is_multiple_of(2) { 3 + seed / 2 % 11 } else { u64::MAX };
        Self { folder: folder.to_owned(), _jump: Jump::at(folder), every, ticks: AtomicU64::new(0) }
    }

    /// A step begins.
    fn tick(&self) {
        const OFF: [i64; 3] = [60 * MINUTE, -60 * MINUTE, 0];
        let ticks = self.ticks.fetch_add(1, Ordering::SeqCst) + 1;
        if ticks.is_multiple_of(self.every) {
            Jump::set(&self.folder, OFF[(ticks / self.every % 3) as usize]);
        }
    }
}

impl Run {
    async fn begin(folder: &Path, seed: u64, struck: Arc<Mutex<BTreeSet<&'static str>>>) -> (Self, Fault) {
        let mut dice = Dice(seed);
        let mut settings = config(folder);
        settings.keep_removed = Duration::ZERO;
        if dice.roll(2) == 0 {
            settings.settle_after = Duration::ZERO;
        }
        let fuse = Arc::new(AtomicI64::new(-1));
        let (burning, seen) = (Arc::clone(&fuse), Arc::clone(&struck));
        // In every third city the disk is full, in the others the process ends.
        let strike = if seed.is_multiple_of(3) { Strike::DiskFull } else { Strike::Crash };
        let clock = JumpingClock::of(folder, seed);
        let fault = Fault::strike(folder, strike, move |step| {
            // These two strike together, in a test of their own.
            if step.starts_with("log: ") {
                return false;
            }
            clock.tick();
            let strikes = burning.load(Ordering::SeqCst) >= 0 && burning.fetch_sub(1, Ordering::SeqCst) == 0;
            if strikes {
                seen.lock().unwrap().insert(step);
                // Seen when the test fails: the way to what broke.
                println!("strikes {step}");
            }
            strikes
        });
        let history = History::open(settings.clone()).await.unwrap();
        (Self { settings, history, model: Model::default(), dice, fuse, struck }, fault)
    }

    fn values(&mut self) {
        for _ in 0..=self.dice.roll(20) {
            let (station, slot) = (self.dice.roll(3), self.dice.roll(60) as i64);
            let base =
                at(if self.dice.roll(3) == 0 { "2024-01-31T20:00:00Z" } else { "2024-03-01T00:00:00Z" });
            let moment = base.micros() + slot * 15 * MINUTE;
            let value = self.dice.roll(1000) as f64 / 4.0;
            let no = self.model.log.len() as u64 + 1;
            let change =
                change(no, &id(station as u32), vec![number("NO2", value, Timestamp::from_micros(moment))]);
            self.model.log.push(Arc::clone(&change));
            self.model.newest.insert((station, moment), value);
            self.history.append_all(&[change]);
        }
    }

    /// As after a crash: memory is gone, the log gives again what is not durable. The restart may fail in its turn.
    async fn restart(&mut self) {
        loop {
            let opened = History::open(self.settings.clone()).await;
            println!("restart: {:?}", opened.as_ref().err());
            self.fuse.store(if opened.is_err() && self.dice.roll(2) == 0 { 1 } else { -1 }, Ordering::SeqCst);
            let Ok(history) = opened else { continue };
            self.history = history;
            if let Some((station, upto)) = self.model.erasing {
                self.history.hide(&tenant(), &[id(station as u32)], upto);
            }
            let durable = self.history.durable().0 as usize;
            println!("durable {durable}");
            self.history.append_all(&self.model.log[durable..]);
            return;
        }
    }

    /// What the store does first: the log holds nothing of the station any more, and one change says so. Then the history goes
    /// on with it, until it is done.
    async fn erase(&mut self) -> bool {
        if self.model.erasing.is_none() {
            let (station, upto) = (self.dice.roll(3), ChangeNo(self.model.log.len() as u64));
            let entity = id(station as u32);
            for change in self.model.log.iter_mut().filter(|change| change.entity == entity) {
                *change = Arc::new(change.erased());
            }
            self.model.newest.retain(|(of, _), _| *of != station);
            let marker = Arc::new(change(upto.0 + 1, &entity, Vec::new()).erased());
            self.model.log.push(Arc::clone(&marker));
            self.history.append_all(&[marker]);
            self.history.hide(&tenant(), &[entity], upto);
            self.model.erasing = Some((station, upto));
        }
        self.go_on_erasing().await
    }

    async fn go_on_erasing(&mut self) -> bool {
        let Some((station, upto)) = self.model.erasing else { return true };
        let done =
            self.history.erase(&tenant(), &[part(&[id(station as u32)], upto.0)], Duration::ZERO).await;
        if done.is_ok() {
            self.model.erasing = None;
        }
        done.is_ok()
    }

    async fn step(&mut self) {
        let dice = self.dice.roll(12);
        println!("step {dice}, {} changes", self.model.log.len());
        let failed = match dice {
            0..=3 => {
                self.values();
                false
            }
            4..=6 => self.history.flush().await.is_err(),
            7 | 8 => self.history.compact().await.is_err(),
            9 => self.history.vacuum().await.is_err(),
            _ => !self.erase().await,
        };
        if failed {
            self.fuse.store(-1, Ordering::SeqCst);
            // Half of the failures end the process; after the others it goes on.
            if self.dice.roll(2) == 0 {
                self.restart().await;
            }
            self.check().await;
        } else if self.fuse.load(Ordering::SeqCst) < 0 {
            self.fuse.store(self.dice.roll(12) as i64, Ordering::SeqCst);
        }
    }

    async fn check(&mut self) {
        let newest: Vec<f64> = self.model.newest.values().copied().collect();
        assert_eq!(numbers(&self.history, &all()).await, newest);
        let rows = lines(&self.history, "SELECT count(*) FROM observation").await;
        let values = self.model.log.iter().filter(|change| !change.attributes.is_empty()).count();
        assert_eq!(rows, format!("[{values}]"));
        // Until it is done, roll-ups do not show the station at all, even if it was made again.
        assert!(self.go_on_erasing().await);
        self.nothing_is_left().await;
        for (view, start, bucket) in
            [("hourly", "start", "date_trunc('hour', observed_at)"), ("series", "1", "1")]
        {
            let rolled = lines(&self.history, &by_view(view, start)).await;
            assert_eq!(rolled, lines(&self.history, &by_hand(bucket)).await, "{view}");
        }
    }
}

impl Run {
    /// Nothing of an erased station is in any file.
    async fn nothing_is_left(&self) {
        for station in 0..3 {
            let upto = self.model.log.iter().rposition(|change| change.kind == ChangeKind::Erased);
            let there = self.model.newest.keys().any(|(of, _)| *of == station);
            if !there && let Some(upto) = upto {
                let upto = ChangeNo(upto as u64 + 1);
                let found =
                    self.history.look_for(&tenant(), &[part(&[id(station as u32)], upto.0)]).await.unwrap();
                assert_eq!((found.left, found.mentions), (0, 0));
            }
        }
    }
}

async fn run(seed: u64, struck: Arc<Mutex<BTreeSet<&'static str>>>) {
    let mut folder = tempfile::tempdir().unwrap();
    // To look at what is on disk when a city breaks.
    folder.disable_cleanup(std::env::var_os("SENNE_FAULT_KEEP").is_some());
    println!("the city of seed {seed} is in {}", folder.path().display());
    let (mut run, fault) = Run::begin(folder.path(), seed, struck).await;
    for _ in 0..12 {
        run.step().await;
    }
    run.fuse.store(-1, Ordering::SeqCst);
    run.restart().await;
    run.fuse.store(-1, Ordering::SeqCst);
    run.check().await;
    run.history.flush().await.unwrap();
    run.history.compact().await.unwrap();
    run.history.vacuum().await.unwrap();
    run.check().await;
    drop(fault);
    drop(run.struck);
}

/// A compaction failed after its commit, and the next one joined the files again that had gone already.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_went_are_not_joined_again() {
    run(1253, Arc::default()).await;
}

/// The log names the files, an error says that it does not, and then the log cannot be read: what stands is not done again.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_although_nobody_could_say_so_is_not_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let settings = HistoryConfig { settle_after: Duration::ZERO, ..config(dir.path()) };
    let history = History::open(settings.clone()).await.unwrap();
    let strike = || {
        let steps = ["log: before it is known that a commit stands", "log: before it is read"];
        Fault::put_in(dir.path(), move |step| steps.contains(&step))
    };
    let noon = at("2024-01-31T12:00:00Z").micros();
    for no in 1..=3_u64 {
        let moment = Timestamp::from_micros(noon + no as i64 * MINUTE);
        history.append_all(&[change(no, &id(1), vec![number("NO2", no as f64, moment)])]);
        if no > 1 {
            let fault = strike();
            assert!(history.flush().await.is_err());
            drop(fault);
        }
        assert_eq!(history.flush().await.unwrap(), ChangeNo(no));
    }
    let as_it_is = async |history: &History| {
        assert_eq!(numbers(history, &all()).await, [1.0, 2.0, 3.0]);
        assert_eq!(lines(history, "SELECT count(*) FROM observation").await, "[3]");
        assert_eq!(lines(history, "SELECT count, sum FROM series").await, "[3,6.0]");
    };
    as_it_is(&history).await;
    let fault = strike();
    assert!(history.compact().await.is_err());
    drop(fault);
    history.compact().await.unwrap();
    as_it_is(&history).await;
    drop(history);
    as_it_is(&*History::open(settings).await.unwrap()).await;
}

#[test]
fn a_fault_at_any_step_loses_and_doubles_nothing() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (runs, first) = (number("SENNE_FAULT_RUNS", 12), number("SENNE_SEED", 1));
    let struck = Arc::new(Mutex::new(BTreeSet::new()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for seed in first..first + runs {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(run(seed, Arc::clone(&struck)));
        }));
        assert!(
            done.is_ok(),
            "the city of seed {seed} broke; SENNE_SEED={seed} SENNE_FAULT_RUNS=1 runs it alone"
        );
    }
    let struck = struck.lock().unwrap();
    println!("{runs} runs from seed {first}, faults at {} steps: {struck:#?}", struck.len());
    assert!(struck.len() >= 6, "faults struck at few steps only: {struck:?}");
}
