//! `senne sql` without a question: statements from a person at a terminal, from a file, or from a pipe
//! (docs/decisions/0008-sql-shell.md).

mod command;
mod complete;
mod describe;
mod fault;
mod names;
mod plot;
mod prompt;
mod screen;
mod script;
mod session;
mod split;

use std::{
    fs::File,
    io::{BufReader, IsTerminal as _, stdin},
    process::ExitCode,
};

use crate::{access::Access, cli::Sql};
use command::{Command, plain_word};
use prompt::{Input, Prompt};
use session::{Flow, Session, note};

/// Runs the script when there is one; else the shell, or what is on the standard input.
pub(crate) async fn run(access: &Access, options: &Sql, script: Option<File>) -> anyhow::Result<ExitCode> {
    let interactive = script.is_none() && stdin().is_terminal();
    let mut session = Session::new(access, options, interactive);
    let done = match (script, &options.file) {
        (Some(file), Some(path)) => {
            script::run(&mut session, &path.display().to_string(), BufReader::new(file)).await
        }
        _ if interactive => return talk(&mut session).await,
        _ => script::run(&mut session, "<stdin>", stdin().lock()).await,
    };
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(fault) => {
            note(&format!("senne: {}", fault.0));
            Ok(ExitCode::from(1))
        }
    }
}

/// With a person. Waiting for keys blocks this thread alone: the hub has threads of its own.
async fn talk(session: &mut Session<'_>) -> anyhow::Result<ExitCode> {
    let mut prompt = Prompt::new(session.names().await?)?;
    note(&format!("Senne {}. `\\?` helps, `\\d` lists the views, Ctrl-D leaves.", env!("CARGO_PKG_VERSION")));
    loop {
        let text = match prompt.read(session.answered())? {
            Input::Text(text) => text,
            Input::Cleared => continue,
            Input::End => return Ok(ExitCode::SUCCESS),
        };
        if let Flow::Leave = converse(session, &text).await {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Runs what was typed, up to the first fault.
async fn converse(session: &mut Session<'_>, text: &str) -> Flow {
    match plain_word(text) {
        Some(Command::Quit) => return Flow::Leave,
        Some(_) => {
            note(&command::help());
            return Flow::GoOn;
        }
        None => {}
    }
    for piece in split::pieces(text) {
        match session.run(&piece).await {
            Ok(Flow::GoOn) => {}
            Ok(Flow::Leave) => return Flow::Leave,
            Err(fault) => {
                note(&fault.0);
                break;
            }
        }
    }
    Flow::GoOn
}
