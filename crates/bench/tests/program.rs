//! The bench as a program: what it says, and what it does when there is nothing to measure.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::Command;

fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_senne-bench")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn help_names_the_parts() {
    let (well, text) = run(&["--help"]);
    assert!(well, "{text}");
    assert!(
        ["creates", "city", "load", "--seconds", "--recorded"].iter().all(|word| text.contains(word)),
        "{text}"
    );
    assert!(!text.contains("serve-limit"), "{text}");
}

#[test]
fn a_binary_that_is_not_there_is_named() {
    let (well, text) = run(&["creates", "--senne", "/nowhere/senne"]);
    assert!(!well);
    assert!(text.contains("/nowhere/senne is not there; build it with"), "{text}");
}
