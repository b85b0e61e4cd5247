//! Measures the senne binary: one command, one table, the numbers that Senne publishes.
//!
//! The server is a process of its own and the generator runs beside it on the same machine, so that the cores
//! are shared as they are when somebody tries it at home. Every number can be had again with `make bench`.

mod beside;
mod city;
mod cli;
mod creates;
mod generator;
mod limit;
mod load;
mod process;
mod reads;
mod recorded;
mod subscriptions;
mod table;
mod template;

use std::process::ExitCode;

use clap::Parser;

use cli::{Options, Part};
use table::Table;

/// As in the server, so that the bare server is measured alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match &options.serve_limit {
        Some(folder) => limit::serve(folder),
        None => measure(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("senne-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> anyhow::Result<()> {
    let mut table = Table::default();
    let senne = options.binary()?;
    eprintln!("measuring {}, {} s a part, {} cores", senne.display(), options.seconds, cores());
    if !options.beside.is_empty() {
        beside::measure(options, &mut table)?;
        println!("{}", table.render());
        return Ok(());
    }
    if options.subscriptions {
        subscriptions::measure(options, &mut table)?;
        println!("{}", table.render());
        return Ok(());
    }
    if options.wants(Part::Creates) {
        creates::measure(options, &mut table)?;
    }
    if options.wants(Part::City) {
        city::measure(options, &mut table)?;
    }
    if options.wants(Part::Load) {
        load::measure(options, &mut table)?;
    }
    println!("{}", table.render());
    Ok(())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
