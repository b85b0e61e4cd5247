//! `senne sql` with statements from a pipe or a file, through the real binary.

use std::{
    io::Write as _,
    process::{Output, Stdio},
};

use crate::support::{City, command, senne, words};

/// What `senne sql` answers to a script on its standard input.
fn pipe(city: &City, options: &[&str], script: impl AsRef<[u8]>) -> Output {
    let mut child = command()
        .args(["sql", "--data"])
        .arg(city.data())
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that ends early closes the pipe while the rest is written.
    child.stdin.take().unwrap().write_all(script.as_ref()).ok();
    child.wait_with_output().unwrap()
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn statements_from_a_pipe_run_one_after_another() {
    let city = City::new();
    let script = "-- two answers\nSELECT 1 AS a, ';' AS b;\n\\format ndjson\nSELECT 2 AS a, NULL AS b; ;\nSELECT $$x;y$$ AS c";
    let output = pipe(&city, &["--format", "csv"], script);
    assert!(output.status.success(), "{}", words(&output));
    let (out, err) = texts(&output);
    assert_eq!(out, "a,b\n1,;\n{\"a\":2,\"b\":null}\n{\"c\":\"x;y\"}\n");
    assert_eq!(err, "", "a script that goes well says nothing beside its answers");
    assert!(pipe(&city, &[], "").status.success());
}

#[test]
fn the_first_error_ends_the_run_and_shows_its_place() {
    let city = City::new();
    let output = pipe(&city, &["--format", "csv"], "SELECT 1 AS a;\nSELECT 2,\n  3,, 4;\nSELECT 5 AS never;");
    assert_eq!(output.status.code(), Some(1));
    let (out, err) = texts(&output);
    assert_eq!(out, "a\n1\n");
    assert!(err.contains("<stdin>:2:"), "{err}");
    assert!(err.ends_with("\n    3,, 4\n      ^\n"), "{err}");
    let output = pipe(&city, &[], "\\plott");
    assert_eq!(output.status.code(), Some(1));
    assert!(texts(&output).1.contains("`\\plot`"), "{}", words(&output));
}

#[test]
fn a_file_may_run_files_and_write_files() {
    let city = City::new();
    let (inner, answers) = (city.files().join("in ner.sql"), city.files().join("answers.json"));
    city.file("in ner.sql", "SELECT 1 AS inner;\n\\q\nSELECT 'never';");
    let script = format!(
        "\\i {}\n\\format json\n\\o {}\nSELECT 2 AS outer;\n\\o\n\\format table\n\\x\nSELECT 'whole' AS text;",
        inner.display(),
        answers.display()
    );
    let script = city.file("outer.sql", &script);
    let output = senne(&["sql", "--format", "csv", "--file", script.to_str().unwrap()], &city.data(), &[]);
    assert!(output.status.success(), "{}", words(&output));
    assert!(texts(&output).0.starts_with("inner\n1\n── row 1 ──"), "{}", words(&output));
    assert!(texts(&output).0.ends_with("─\ntext  whole\n1 row\n"), "{}", words(&output));
    assert_eq!(std::fs::read_to_string(answers).unwrap(), "[\n{\"outer\":2}\n]\n");
    city.file("round.sql", &format!("\\i {}", city.files().join("round.sql").display()));
    let round = city.files().join("round.sql");
    let output = senne(&["sql", "--file", round.to_str().unwrap()], &city.data(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("16 deep"), "{}", words(&output));
    let both = senne(&["sql", "--file", round.to_str().unwrap()], &city.data(), &["SELECT 1"]);
    assert!(!both.status.success(), "a file or a question, not both");
}

#[test]
fn every_view_and_column_is_described() {
    let city = City::new();
    let views = pipe(&city, &["--format", "ndjson"], "\\d");
    let rows: Vec<serde_json::Value> =
        texts(&views).0.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() >= 5, "{}", words(&views));
    let mut silent = Vec::new();
    for row in rows {
        let view = row["view"].as_str().unwrap();
        let columns = pipe(&city, &["--format", "ndjson"], format!("\\d {view}"));
        if row["what it holds"] == "" {
            silent.push(view.to_owned());
        }
        for line in texts(&columns).0.lines() {
            let column: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_ne!(column["type"], "");
            if column["what it is"] == "" {
                silent.push(format!("{view}.{}", column["column"]));
            }
        }
    }
    assert!(silent.is_empty(), "say in the data dictionary of SQL what these are: {silent:?}");
}

#[test]
fn a_plot_goes_where_answers_go() {
    let city = City::new();
    let to = city.files().join("plot.txt");
    let series = "SELECT timestamp '2024-01-31 00:00:00' + arrow_cast(value, 'Duration(Second)') AS at, value * value AS y \
                  FROM generate_series(0, 86400, 3600)";
    let script = format!("{series};\n\\o {}\n\\plot at y", to.display());
    let output = pipe(&city, &[], script);
    assert!(output.status.success(), "{}", words(&output));
    let plot = std::fs::read_to_string(to).unwrap();
    assert!(plot.contains("2024-01-31T00:00:00Z to 2024-02-01T00:00:00Z"), "{plot}");
    assert!(plot.contains('⡠') || plot.contains('⠔'), "{plot}");
}

#[test]
fn a_script_can_be_asked_of_a_server() {
    let city = City::new();
    let server = city.serve();
    let url = format!("http://{}", server.address());
    let script = city.file("q.sql", "SELECT 1 AS a;\nSELECT 1 +");
    let mut ask = command();
    let output = ask.args(["sql", "--format", "csv", "--url", &url, "--file"]).arg(script).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let (out, err) = texts(&output);
    assert_eq!(out, "a\n1\n");
    assert!(err.contains("q.sql:2:") && err.ends_with("\n  SELECT 1 +\n            ^\n"), "{err}");
}

#[test]
fn hostile_scripts_are_refused_with_words() {
    let city = City::new();
    for script in [
        &b"\xff\xfe;"[..],
        b"SELECT '\0\x1b[2J",
        b"\\",
        b"\\\xf0\x9f\x98\x80;",
        b"$$;$a$;",
        b"/*;",
        b"\\rows -1",
    ] {
        let output = pipe(&city, &[], script);
        assert_ne!(output.status.code(), None);
        assert!(!words(&output).contains("panicked"), "{}", words(&output));
        assert!(!texts(&output).1.contains('\x1b'), "{}", words(&output));
    }
}
