//! Faults in contract files are reported at their line and column, in words that help.

use proptest::prelude::*;
use senne_contract::Contracts;

const GOOD: &str = "\
type: Probe
version: 1
title: { fr: Sonde, nl: Sonde, en: Probe }
description: { fr: a, nl: b, en: c }
class: open
primary: level
attributes:
  level:
    kind: number
    unit: GQ
    title: { fr: Niveau, nl: Peil, en: Level }
    plausible: [0, 400]
    usual: [0, 150]
";

fn findings(files: &[&str]) -> Vec<String> {
    let files: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(i, text)| (format!("{}.yaml", (b'a' + i as u8) as char), (*text).to_owned()))
        .collect();
    Contracts::parse(&files).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// What is found after one line of the good file is replaced.
fn after(line: &str, with: &str) -> Vec<String> {
    assert!(GOOD.contains(line), "{line}");
    findings(&[&GOOD.replace(line, with)])
}

#[test]
fn a_good_file_has_no_findings() {
    assert!(findings(&[GOOD]).is_empty());
}

#[test]
fn form_is_checked_with_line_and_column() {
    for (line, with, expected) in [
        ("    unit: GQ", "    unti: GQ", "a.yaml:10:5: unknown key `unti`; did you mean `unit`?"),
        (
            "class: open",
            "class: opened",
            "a.yaml:5:8: \"opened\" is not one of open, internal, personal, special",
        ),
        ("version: 1\n", "", "a.yaml:1:1: the key `version` is missing"),
        ("nl: Peil, ", "", "a.yaml:11:5: `title` has no text for `nl`; French, Dutch and English are needed"),
        (
            "    kind: number",
            "    kind: text",
            "a.yaml:10:5: `unit` is for numbers; this attribute is of another kind",
        ),
        (
            "    usual: [0, 150]",
            "    stuck: { after: 6 hours }",
            "a.yaml:13:21: \"6 hours\" is not a duration; write e.g. PT15M, PT6H or P1D",
        ),
        (
            "    usual: [0, 150]",
            "    usual: 150",
            "a.yaml:13:12: `usual` has the wrong kind of value: 150 is not of type \"array\"",
        ),
        ("type: Probe", "type: [Probe", "a.yaml:2:8: this is not YAML: "),
    ] {
        let found = after(line, with);
        assert!(found.iter().any(|f| f.starts_with(expected)), "{with}: {found:#?}");
    }
}

#[test]
fn sense_is_checked_with_line_and_column() {
    for (line, with, expected) in [
        (
            "    unit: GQ",
            "    unit: XQ9",
            "a.yaml:10:11: `XQ9` is not a unit that Senne knows; see the table in docs/contracts.md, or add it there",
        ),
        (
            "[0, 400]",
            "[400, 0]",
            "a.yaml:12:16: a range goes from the lesser to the greater number; this one is [400, 0]",
        ),
        ("[0, 150]", "[-1, 150]", "a.yaml:13:12: the usual range must lie within the plausible one"),
        (
            "primary: level",
            "primary: other",
            "a.yaml:6:10: the primary attribute is not among the attributes",
        ),
        (
            "    usual: [0, 150]",
            "    gap_after: PT1M\n    cadence: PT5M",
            "a.yaml:13:16: the gap must be longer than the cadence, or every value stands after a gap",
        ),
        (
            "    plausible: [0, 400]\n    usual: [0, 150]",
            "    sensor_failed: { failures: 3, recover_after: P1D }",
            "a.yaml:12:20: without a plausible range no value fails, so no sensor can fail",
        ),
        (
            "    usual: [0, 150]",
            "  depth:\n    former: [level]\n    kind: number\n    title: { fr: a, nl: a, en: a }",
            "a.yaml:13:3: `level` stands twice: here and at `level`",
        ),
        (
            "    usual: [0, 150]",
            "    stuck: { after: PT0S }",
            "a.yaml:13:21: `PT0S` is not an exact duration; write e.g. PT15M, PT6H or P1D",
        ),
    ] {
        let found = after(line, with);
        assert!(found.iter().any(|f| f == expected), "{with}: {found:#?}");
    }
}

#[test]
fn a_key_that_stands_twice_is_no_yaml() {
    let found = after("    usual: [0, 150]", "  level:\n    kind: text");
    assert!(found[0].starts_with("a.yaml:13:3: this is not YAML"), "{found:?}");
}

#[test]
fn all_findings_of_all_files_come_at_once() {
    let first = GOOD.replace("GQ", "XQ").replace("[0, 400]", "[400, 0]");
    let found = findings(&[&first, &GOOD.replace("class: open", "class: o")]);
    assert!(found.len() >= 3, "{found:?}");
    assert!(
        found[0].starts_with("a.yaml:10:11") && found.last().unwrap().starts_with("b.yaml:5:8"),
        "{found:?}"
    );
}

#[test]
fn a_type_has_one_contract() {
    assert_eq!(findings(&[GOOD, GOOD]), ["b.yaml:1:7: the type `Probe` has a contract already, at a.yaml:1"]);
}

proptest! {
    /// Cutting, doubling or overwriting any part of a file gives findings or a contract, never a panic.
    #[test]
    fn damaged_files_do_not_panic(from in 0_usize..300, length in 0_usize..40, with in "[ \\[\\]{}:,&*!|>'\"a-z0-9\\n-]{0,12}") {
        let mut text: Vec<char> = GOOD.chars().collect();
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        text.splice(from..to, with.chars());
        let text: String = text.into_iter().collect();
        findings(&[&text]);
    }
}
