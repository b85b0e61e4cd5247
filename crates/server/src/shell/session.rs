//! What a shell remembers between statements, and how it runs them.

use std::{
    fs::File,
    io::{BufReader, Write as _},
    time::{Duration, Instant},
};

use senne_hub::Table;
use senne_model::Problem;

use super::{
    command::{self, Command, PlotOf},
    describe,
    fault::Fault,
    names::{COLUMNS_QUESTION, FUNCTIONS_QUESTION, MEANINGS_QUESTION, Names},
    plot::{Paper, plot},
    screen::Screen,
    script,
    split::{Kind, Piece},
};
use crate::{
    access::Access,
    cli::{Format, Sql},
    output::{Look, count, grid, print, records, render},
};

/// Views have few columns, and functions are hundreds.
const NAMES_MAX: usize = 10_000;

/// Files that run files end somewhere; a file that runs itself would not.
const DEPTH_MAX: usize = 16;

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    GoOn,
    Leave,
}

/// A way to the city, and how its answers are wanted.
pub(crate) struct Session<'a> {
    access: &'a Access,
    tenant: &'a str,
    /// A person is there: says more, and stops a statement when asked to.
    interactive: bool,
    format: Format,
    rows: usize,
    expanded: bool,
    timing: bool,
    output: Option<(String, File)>,
    last: Option<Table>,
    depth: usize,
}

/// Says something that is no part of an answer, so that answers in a pipe stay whole.
pub(crate) fn note(text: &str) {
    writeln!(std::io::stderr(), "{}", text.trim_end()).ok();
}

impl<'a> Session<'a> {
    pub(crate) fn new(access: &'a Access, options: &'a Sql, interactive: bool) -> Self {
        Self {
            access,
            tenant: &options.tenant,
            interactive,
            format: options.format,
            rows: options.rows,
            expanded: false,
            timing: interactive,
            output: None,
            last: None,
            depth: 0,
        }
    }

    /// The names that can stand in a statement. Without functions and meanings there are still views.
    pub(crate) async fn names(&self) -> Result<Names, Problem> {
        let columns = self.access.sql(self.tenant, COLUMNS_QUESTION, NAMES_MAX).await?;
        let functions = self.access.sql(self.tenant, FUNCTIONS_QUESTION, NAMES_MAX).await.unwrap_or_default();
        let meanings = self.access.sql(self.tenant, MEANINGS_QUESTION, NAMES_MAX).await.unwrap_or_default();
        Ok(Names::read(&columns, &functions, &meanings))
    }

    /// The columns of the last answer.
    pub(crate) fn answered(&self) -> Vec<String> {
        let columns = self.last.iter().flat_map(|table| &table.columns);
        columns.map(|column| column.name.clone()).collect()
    }

    /// Runs one statement or command.
    pub(crate) async fn run(&mut self, piece: &Piece) -> Result<Flow, Fault> {
        match piece.kind {
            Kind::Statement => self.statement(&piece.text).await.map(|()| Flow::GoOn),
            Kind::Command => self.command(command::parse(&piece.text)?).await,
        }
    }

    async fn statement(&mut self, question: &str) -> Result<(), Fault> {
        let from = Instant::now();
        let table = self.ask(question).await?;
        self.show(&table, self.timing.then(|| from.elapsed()))?;
        self.last = Some(table);
        Ok(())
    }

    /// A person may stop waiting with Ctrl-C; without one the signal ends the process, as it ends others.
    async fn ask(&self, question: &str) -> Result<Table, Fault> {
        let answer = self.access.sql(self.tenant, question, self.rows);
        let answer = if self.interactive {
            tokio::select! {
                answer = answer => answer,
                Ok(()) = tokio::signal::ctrl_c() => return Err(Fault("stopped".to_owned())),
            }
        } else {
            answer.await
        };
        answer.map_err(|problem| Fault::of(&problem, question))
    }

    async fn command(&mut self, command: Command) -> Result<Flow, Fault> {
        match command {
            Command::Help => note(&command::help()),
            Command::Views | Command::Columns(_) => self.describe(command).await?,
            Command::Expanded(on) => {
                self.expanded = on.unwrap_or(!self.expanded);
                self.say(if self.expanded { "one line a value" } else { "one line a row" });
            }
            Command::Timing(on) => {
                self.timing = on.unwrap_or(!self.timing);
                self.say(if self.timing { "answers say how long they took" } else { "no times" });
            }
            Command::Output(file) => self.redirect(file)?,
            Command::Format(format) => self.format = format,
            Command::Rows(rows) => self.rows = rows,
            Command::Plot(of) => self.plot(&of)?,
            Command::Include(file) => self.include(&file).await?,
            Command::Quit => return Ok(Flow::Leave),
        }
        Ok(Flow::GoOn)
    }

    /// Only to a person: a script knows what it does.
    fn say(&self, text: &str) {
        if self.interactive {
            note(text);
        }
    }

    async fn describe(&self, command: Command) -> Result<(), Fault> {
        let names = self.names().await.map_err(|problem| Fault::of(&problem, ""))?;
        let table = match command {
            Command::Columns(view) => describe::columns(&names, &view)?,
            _ => describe::views(&names),
        };
        self.show(&table, None)
    }

    fn redirect(&mut self, file: Option<String>) -> Result<(), Fault> {
        self.output = match file {
            Some(name) => {
                let file = File::create(&name).map_err(|error| format!("{name}: {error}"))?;
                self.say(&format!("answers go to {name}"));
                Some((name, file))
            }
            None => None,
        };
        Ok(())
    }

    async fn include(&mut self, name: &str) -> Result<(), Fault> {
        if self.depth >= DEPTH_MAX {
            return Err(Fault(format!("{name}: files run files more than {DEPTH_MAX} deep")));
        }
        let file = File::open(name).map_err(|error| format!("{name}: {error}"))?;
        self.depth += 1;
        let done = Box::pin(script::run(self, name, BufReader::new(file))).await;
        self.depth -= 1;
        done
    }

    fn plot(&self, of: &PlotOf) -> Result<(), Fault> {
        let table = self.last.as_ref().ok_or_else(|| "there is no answer to draw yet".to_owned())?;
        let screen = Screen::now();
        let colours = screen.colours && self.output.is_none();
        self.write(&plot(table, of, Paper { width: screen.width, height: screen.height, colours })?)
    }

    fn show(&self, table: &Table, took: Option<Duration>) -> Result<(), Fault> {
        let more = "\\rows";
        if self.format != Format::Table {
            self.write(&render(table, self.format))?;
            if table.truncated || took.is_some() {
                note(&format!("{}{}", count(table, more), time(took)));
            }
            return Ok(());
        }
        let screen = Screen::now();
        let terminal = screen.terminal && self.output.is_none();
        let look = Look { terminal, width: terminal.then_some(screen.width) };
        let body = if self.expanded { records(table, look) } else { grid(table, look) };
        self.write(&format!("{body}{}{}\n", count(table, more), time(took)))
    }

    fn write(&self, text: &str) -> Result<(), Fault> {
        let written = match &self.output {
            Some((name, file)) => (&*file).write_all(text.as_bytes()).map_err(|error| (name.as_str(), error)),
            None => print(text).map_err(|error| ("the answer could not be written", error)),
        };
        written.map_err(|(place, error)| Fault(format!("{place}: {error}")))
    }
}

fn time(took: Option<Duration>) -> String {
    match took {
        None => String::new(),
        Some(took) if took < Duration::from_secs(1) => format!(", {:.1} ms", took.as_secs_f64() * 1000.0),
        Some(took) => format!(", {:.2} s", took.as_secs_f64()),
    }
}
