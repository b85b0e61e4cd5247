//! End-to-end tests: they run the real binary on a folder of their own and speak to it as the outside does.
//!
//! One test program, so that the code is linked once. `cargo test -p senne-server --test end_to_end durability`
//! runs one chapter. `SENNE_KILLS=200` makes the crash test long, `SENNE_SEED` gives it other chances.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

mod backup;
mod charts;
mod clauses;
mod cli;
mod disk_full;
mod doctor;
mod durability;
mod erase;
mod export;
mod floors;
mod fsync;
mod hostile;
mod impact;
mod import;
mod indicator;
mod load;
mod programme;
mod sql_http;
mod sql_script;
mod sql_shell;
mod tidy;
