//! The senne binary: configuration, wiring, commands.

mod access;
mod cli;
mod commands;
mod contexts;
mod contracts;
mod erasure;
mod figures;
mod http;
mod key;
mod living;
mod output;
mod programme;
mod remote;
mod shell;
mod sink;
mod size;

use std::process::ExitCode;

use clap::Parser;

/// Entities are many small pieces, made on one thread and let go on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("senne: the runtime could not start: {error}");
            return ExitCode::from(70);
        }
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("senne: {error:#}");
            let kind = error.downcast_ref::<senne_model::Problem>().map(|problem| problem.kind);
            ExitCode::from(kind.map_or(1, senne_model::ErrorKind::exit_code))
        }
    }
}
