//! The shell of `senne sql`, driven through a terminal as a person would.

use std::{os::unix::fs::PermissionsExt as _, process::Stdio, time::Duration};

use rexpect::{reader::Options, session::PtySession, spawn_with_options};

use crate::support::{City, command};

/// How long an answer may take before the test gives up.
const PATIENCE_MILLIS: u64 = 60_000;

/// The prompt, and that the editor has put the cursor behind it.
const PROMPT: &str = "senne> ";

/// A shell on the city's folder, with the prompt shown.
fn shell(city: &City) -> PtySession {
    let mut command = command();
    // The terminal is what it reads from, not nothing.
    command.stdin(Stdio::inherit());
    command.args(["sql", "--data"]).arg(city.data());
    command.env("XDG_STATE_HOME", city.files()).env("TERM", "xterm").env_remove("NO_COLOR");
    let options = Options::new().timeout_ms(Some(PATIENCE_MILLIS)).strip_ansi_escape_codes(true);
    let mut shell = spawn_with_options(command, options).unwrap();
    see(&mut shell, PROMPT);
    shell
}

/// Waits until the terminal shows the text. The library reads bytes as if they were letters.
fn see(shell: &mut PtySession, text: &str) {
    let bytes: String = text.bytes().map(char::from).collect();
    shell.exp_string(&bytes).unwrap_or_else(|error| panic!("`{text}` does not come: {error}"));
}

/// Types a line.
fn enter(shell: &mut PtySession, line: &str) {
    shell.send(line).unwrap();
    shell.send("\r").unwrap();
    shell.flush().unwrap();
}

/// Ctrl-D, and the end that it must bring.
fn leave(mut shell: PtySession) {
    shell.send_control('d').unwrap();
    shell.exp_eof().unwrap();
}

#[test]
fn a_statement_of_many_lines_is_answered_and_remembered() {
    let city = City::new();
    let mut first = shell(&city);
    enter(&mut first, "SELECT 40 + 2");
    enter(&mut first, "AS answer, NULL AS none;");
    see(&mut first, "answer  none");
    see(&mut first, "42     ∅");
    see(&mut first, "1 row, ");
    see(&mut first, PROMPT);
    leave(first);
    let history = city.files().join("senne/sql-history");
    assert_eq!(std::fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&history).unwrap().contains(r"SELECT 40 + 2\nAS answer"));
    let mut second = shell(&city);
    second.send("\x1b[A").unwrap();
    enter(&mut second, "");
    see(&mut second, "42     ∅");
    see(&mut second, PROMPT);
    leave(second);
}

#[test]
fn tab_completes_views_and_columns() {
    let city = City::new();
    let mut shell = shell(&city);
    shell.send("SELECT sum(not_e\t) AS n FROM hou\t").unwrap();
    enter(&mut shell, ";");
    // Columns are known once the view is named; before that there is nothing to offer.
    see(&mut shell, "not_e");
    see(&mut shell, PROMPT);
    shell.send("SELECT FROM hou\t").unwrap();
    shell.send(&"\x1b[D".repeat(" FROM hourly".len())).unwrap();
    shell.send(" count(not_e\t) AS found").unwrap();
    shell.send("\x1b[F").unwrap();
    enter(&mut shell, ";");
    see(&mut shell, "─────");
    see(&mut shell, "1 row");
    see(&mut shell, PROMPT);
    leave(shell);
}

#[test]
fn control_c_clears_the_line_and_stops_a_statement() {
    let city = City::new();
    let mut shell = shell(&city);
    shell.send("SELECT 'never sent").unwrap();
    shell.send_control('c').unwrap();
    see(&mut shell, PROMPT);
    enter(&mut shell, "SELECT count(*) FROM generate_series(1, 1000000000000) WHERE value % 7 = 3;");
    // Long enough to be under way, far shorter than it would take.
    std::thread::sleep(Duration::from_secs(1));
    shell.send_control('c').unwrap();
    see(&mut shell, "stopped");
    see(&mut shell, PROMPT);
    enter(&mut shell, "SELECT 'still ' || 'here' AS x;");
    see(&mut shell, "still here");
    see(&mut shell, PROMPT);
    leave(shell);
}

#[test]
fn commands_describe_plot_and_correct() {
    let city = City::new();
    let mut shell = shell(&city);
    for (line, answer) in [
        ("\\timming", "`\\timing`"),
        ("\\d", "observation_corrected"),
        ("\\d dayly", "`daily`"),
        ("\\d daily", "standard deviation"),
        ("\\plot", "no answer to draw yet"),
        ("SELECT value AS x, value AS y FROM generate_series(0, 20);", "21 rows, "),
        ("\\plot x y", "┤"),
        ("\\?", "\\format"),
        ("SELECT 1,, 2;", "^"),
        ("help", "\\plot"),
    ] {
        enter(&mut shell, line);
        see(&mut shell, answer);
        see(&mut shell, PROMPT);
    }
    enter(&mut shell, "exit");
    shell.exp_eof().unwrap();
}
