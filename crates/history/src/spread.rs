//! Work on all cores at once: pieces that do not know each other, and two things beside each other.
//!
//! Threads live no longer than the call. A piece that panics fails like one that gives an error; nothing else breaks off with it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
    thread::{Builder, scope},
};

use parking_lot::Mutex;

use crate::{HistoryError, rollup};

/// More threads than this would fill memory sooner than they save time.
const CORES_MAX: usize = 8;

/// The cores that one piece of work may take.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(CORES_MAX)
}

/// Does the work on each item, on at most [`cores`] threads, of which this is one; results come in the order of the items. Once
/// one has failed no other is begun, and those that had begun are waited for. Of several errors the first in order is given.
pub(crate) fn spread<T: Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, HistoryError> + Sync,
) -> Result<Vec<R>, HistoryError> {
    spread_over(cores(), items, work)
}

fn spread_over<T: Send, R: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, HistoryError> + Sync,
) -> Result<Vec<R>, HistoryError> {
    let helpers = threads.min(items.len()).saturating_sub(1);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let queue = Mutex::new(items.into_iter().enumerate());
    let failed = AtomicBool::new(false);
    let take_turns = || {
        while !failed.load(Ordering::Acquire) {
            let next = queue.lock().next();
            let Some((place, item)) = next else { return };
            let result = caught(|| work(item));
            if result.is_err() {
                failed.store(true, Ordering::Release);
            }
            done.lock().push((place, result));
        }
    };
    scope(|scope| {
        for _ in 0..helpers {
            // A thread that cannot be had is no loss: those that there are do its part.
            thread().spawn_scoped(scope, take_turns).ok();
        }
        take_turns();
    });
    let mut done = done.into_inner();
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does one thing here and another on a thread beside it, and waits for both. Where both fail, the error is that of what was
/// done here.
pub(crate) fn beside<H, A: Send>(
    here: impl FnOnce() -> Result<H, HistoryError>,
    aside: impl FnOnce() -> Result<A, HistoryError> + Send,
) -> Result<(H, A), HistoryError> {
    scope(|scope| {
        let thread = thread().spawn_scoped(scope, || caught(aside)).map_err(rollup::failed)?;
        let here = caught(here);
        let aside = thread.join().unwrap_or_else(|_| Err(broke_off()));
        Ok((here?, aside?))
    })
}

fn thread() -> Builder {
    Builder::new().name("senne-spread".to_owned())
}

fn caught<R>(work: impl FnOnce() -> Result<R, HistoryError>) -> Result<R, HistoryError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(broke_off()))
}

fn broke_off() -> HistoryError {
    rollup::failed("a thread broke off")
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Barrier, atomic::AtomicUsize},
        time::Duration,
    };

    use super::*;

    fn said<R>(result: Result<R, HistoryError>) -> String {
        result.err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for threads in [0, 1, 3, 50] {
            let slow_first = |n: u64| {
                std::thread::sleep(Duration::from_millis(20_u64.saturating_sub(n)));
                Ok(n * n)
            };
            let squares = spread_over(threads, (0..20).collect(), slow_first).unwrap();
            assert_eq!(squares, (0..20).map(|n| n * n).collect::<Vec<u64>>());
        }
        assert_eq!(spread(Vec::<u8>::new(), Ok).unwrap(), Vec::<u8>::new());
    }

    #[test]
    fn several_are_under_way_at_once_and_never_more_than_allowed() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let meeting = Barrier::new(3);
        spread_over(3, (0..12).collect(), |_: usize| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Nobody gets past this alone.
            meeting.wait();
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        })
        .unwrap();
        assert_eq!(most.into_inner(), 3);
        assert!((1..=CORES_MAX).contains(&cores()));
    }

    #[test]
    fn after_a_failure_nothing_more_is_begun() {
        let begun = AtomicUsize::new(0);
        let failed = spread_over(1, (0..10).collect(), |n: usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            if n == 3 { Err(rollup::failed("the fourth")) } else { Ok(n) }
        });
        assert!(said(failed).contains("the fourth"));
        assert_eq!(begun.into_inner(), 4);
    }

    #[test]
    fn of_several_errors_the_first_in_order_is_given() {
        let meeting = Barrier::new(2);
        let failed = spread_over(2, vec!["first", "second"], |name: &str| -> Result<(), HistoryError> {
            meeting.wait();
            if name == "first" {
                std::thread::sleep(Duration::from_millis(30));
            }
            Err(rollup::failed(name))
        });
        assert!(said(failed).contains("first"));
    }

    #[test]
    fn a_panic_is_an_error_wherever_it_comes() {
        for threads in [1, 4] {
            let failed = spread_over(threads, vec![1, 0, 2], |n: u32| Ok(6_u32.checked_div(n).unwrap()));
            assert!(said(failed).contains("broke off"));
        }
        let zero = || -> Result<u32, HistoryError> { Ok(6_u32.checked_div(0).unwrap()) };
        assert!(said(beside(zero, || Ok(1))).contains("broke off"));
        assert!(said(beside(|| Ok(1), zero)).contains("broke off"));
    }

    #[test]
    fn two_things_are_done_beside_each_other() {
        let meeting = Barrier::new(2);
        let (here, aside) = (
            || {
                meeting.wait();
                Ok(1)
            },
            || {
                meeting.wait();
                Ok("two")
            },
        );
        assert_eq!(beside(here, aside).unwrap(), (1, "two"));
        let wrong = |what: &'static str| move || -> Result<(), HistoryError> { Err(rollup::failed(what)) };
        assert!(said(beside(wrong("here"), wrong("aside"))).contains("here"));
        assert!(said(beside(|| Ok(()), wrong("aside"))).contains("aside"));
    }
}
