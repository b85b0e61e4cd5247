//! A decision made again at this moment, and where that differs from what is recorded.

use std::sync::Arc;

use senne_model::Problem;
use senne_programme::decision::{Again, Decision, Difference, Replay};

use crate::{format, visit::Visit, words::Words};

/// So many differences are shown, and so many characters of each value.
const SHOWN: usize = 20;
const CHARACTERS_MOST: usize = 120;

/// What came of making the decision again.
pub(super) struct Replayed {
    pub(super) same: bool,
    pub(super) finding: &'static str,
    /// Whether the digest of the record is still that of what is recorded.
    pub(super) digest: &'static str,
    pub(super) differences: Vec<Differs>,
    pub(super) more: String,
    /// Why it could not be made again, in English.
    pub(super) fault: String,
}

/// One place at which both differ.
pub(super) struct Differs {
    pub(super) path: String,
    pub(super) recorded: String,
    pub(super) now: String,
}

/// Makes the decision again, or says that this is being done. Names of people are shown to administrators alone.
pub(super) async fn again(visit: &Visit, decision: &Arc<Decision>) -> Result<Replayed, Problem> {
    let words = visit.w;
    let without = |finding: &'static str, same: bool, fault: String| Replayed {
        same,
        finding,
        digest: "",
        differences: Vec::new(),
        more: String::new(),
        fault,
    };
    Ok(match visit.portal.options.programmes.replay(decision).await? {
        Again::Made(replay) => of(words, &replay, visit.administers()),
        Again::Failed(error) => without(words.t("choice.replay_failed"), false, error.to_string()),
        Again::Waiting => without(words.t("choice.replay_waiting"), true, String::new()),
    })
}

fn of(words: Words, replay: &Replay, names: bool) -> Replayed {
    let more = replay.differences.len().saturating_sub(SHOWN);
    Replayed {
        same: replay.is_equal(),
        finding: if replay.same_outcome {
            words.t("choice.replay_same")
        } else {
            words.t("choice.replay_other")
        },
        digest: if replay.digest_fits {
            words.t("choice.replay_digest_fits")
        } else {
            words.t("choice.replay_digest_broken")
        },
        differences: replay.differences.iter().take(SHOWN).map(|one| differs(words, one, names)).collect(),
        more: if more == 0 {
            String::new()
        } else {
            words.fill("choice.replay_more", [format::amount(words.language, more as u64)])
        },
        fault: String::new(),
    }
}

/// A name of a person is not told to everybody.
fn differs(words: Words, one: &Difference, names: bool) -> Differs {
    let hidden = !names && (one.path.ends_with("/person") || one.path.contains("/people"));
    let text = |value: Option<&String>| match value {
        _ if hidden => words.t("choice.replay_hidden").to_owned(),
        Some(value) => short(value),
        None => words.t("choice.replay_absent").to_owned(),
    };
    Differs {
        path: one.path.clone(),
        recorded: text(one.recorded.as_ref()),
        now: text(one.recomputed.as_ref()),
    }
}

fn short(value: &str) -> String {
    match value.char_indices().nth(CHARACTERS_MOST) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn names_are_told_to_those_who_may_see_them() {
        let one = Difference {
            path: "/weights/people/0/person".to_owned(),
            recorded: Some("\"Ada\"".to_owned()),
            recomputed: None,
        };
        let replay = Replay { same_outcome: false, digest_fits: false, differences: vec![one; 30] };
        let words = Words::new(Language::En);
        let open = of(words, &replay, false);
        assert!(open.differences.iter().all(|one| !one.recorded.contains("Ada")));
        assert_eq!((open.differences.len(), open.same), (SHOWN, false));
        assert!(open.more.contains("10"), "{}", open.more);
        assert!(of(words, &replay, true).differences[0].recorded.contains("Ada"));
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(short(&"é".repeat(200)).chars().count(), CHARACTERS_MOST + 1);
        assert_eq!(short("a"), "a");
    }
}
