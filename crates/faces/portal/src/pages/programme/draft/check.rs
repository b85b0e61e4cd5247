//! What stands in the way of what somebody wants to become of a draft.

use senne_programme::asking::Settlement;

use super::{
    super::edit::{
        names,
        rules::{title, told},
        subject::may_write,
    },
    Sent, Wrong, anchor, choices,
    read::{Member, Read},
};
use crate::{
    visit::Visit,
    words::{Words, key},
};

/// What is wrong with what was sent; nothing is done then.
pub(super) fn check(visit: &Visit, read: &Read<'_>, sent: &Sent) -> Vec<Wrong> {
    let words = visit.w;
    let general = |text: &'static str| vec![Wrong::general(words.t(text))];
    if !may_write(visit) {
        return general(key!("editing.locked"));
    }
    let word = match sent.settlement {
        Some(Settlement::Publish) => "publish",
        Some(Settlement::Refuse) => "refuse",
        Some(Settlement::Review) => "review",
        None => "",
    };
    if !choices(read.state()).iter().any(|(choice, _)| *choice == word) {
        return general(key!("editing.settled"));
    }
    // Nobody publishes what they have not seen.
    if !sent.seen.is_empty() && sent.seen != read.fingerprint() {
        return general(key!("editing.draft_meanwhile"));
    }
    let mut problems = Vec::new();
    if sent.by.is_empty() {
        problems.push(Wrong::at("by", words.t("editing.no_name")));
    }
    if sent.settlement == Some(Settlement::Refuse) && sent.note.is_empty() {
        problems.push(Wrong::at("note", words.t("editing.no_reason")));
    }
    if sent.settlement == Some(Settlement::Publish) {
        problems.extend(read.open().flat_map(|member| faults(words, read, member)));
    }
    problems
}

/// What contradicts itself, and what a programme would leave the thing out for. What it reads already may lack what it lacked before.
fn faults(words: Words, read: &Read<'_>, member: &Member<'_>) -> Vec<Wrong> {
    let looked = read.look(member);
    let there = names::told(&read.view.programme, &member.draft.about).is_some();
    let lacking = looked.lacking.into_iter().filter(|fault| !there || member.draft.removes(fault.term));
    let wrong = looked.wrong.into_iter().chain(lacking).map(|fault| {
        let title = title(words, member.contract, fault.term);
        let text = words.fill("choice.fault_in", [title, &told(words, member.contract, fault)]);
        if read.members.len() == 1 {
            return Wrong::general(text);
        }
        let part = words.fill("editing.part_title", [member.kind(words), &member.name(words, &read.view)]);
        Wrong::at(anchor(&member.draft), words.fill("editing.fault_of", [part, text]))
    });
    wrong.collect()
}
