//! `senne import ngsi-ld URL`: copies another broker, step by step, each of which can be taken up again.

mod broker;
mod contexts;
mod entities;
mod history;
mod others;
mod past;
mod state;

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use self::{
    broker::Broker,
    state::{State, Step},
};
use crate::{
    cli::{Import, ImportCommand, ImportNgsiLd},
    output::print,
};

pub(super) async fn run(options: Import) -> anyhow::Result<ExitCode> {
    let ImportCommand::NgsiLd(options) = options.what;
    let copy = Copy::new(options)?;
    copy.carry_out().await
}

/// A copy under way.
struct Copy {
    options: ImportNgsiLd,
    from: Broker,
    into: Broker,
    state: State,
    line: ProgressBar,
}

impl Copy {
    fn new(options: ImportNgsiLd) -> anyhow::Result<Self> {
        let key = |file: &Option<std::path::PathBuf>| file.as_deref().map(broker::key).transpose();
        let from = Broker::new(&options.from, &options.from_tenant, key(&options.from_key_file)?)?;
        let into = Broker::new(&options.into, &options.tenant, key(&options.key_file)?)?;
        let state = State::open(&options.state, &from.place(), &into.place())?;
        let line = if options.quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            line.set_style(style);
        }
        Ok(Self { options, from, into, state, line })
    }

    /// The steps stand in an order in which none meets what a later one brings: registrations would have the entities
    /// that are written forwarded, and subscriptions would tell of them.
    async fn carry_out(mut self) -> anyhow::Result<ExitCode> {
        loop {
            match self.state.step {
                Step::Contexts => self.contexts().await?,
                Step::Entities => self.entities().await?,
                Step::History if self.options.without_history => {}
                Step::History => self.history().await?,
                Step::Registrations => self.registrations().await?,
                Step::Subscriptions => self.subscriptions().await?,
                Step::Done => break,
            }
            self.state.next_step()?;
        }
        self.line.finish_and_clear();
        print(&self.state.report())?;
        Ok(if self.state.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// Shows how far it has come.
    fn show(&self) {
        self.line.set_message(self.state.line());
        self.line.tick();
    }
}
