//! Parameters that an operation knows (clause 6.3.20): others are an invalid request.

use senne_model::{ErrorKind, Problem};

use super::Parameters;

/// Refuses parameters other than `names`, and words in `options` other than `options`.
pub(crate) fn only_known(parameters: &Parameters, names: &[&str], options: &[&str]) -> Result<(), Problem> {
    let refuse =
        |detail: String, field: &str| Err(Problem::new(ErrorKind::InvalidRequest, detail).field(field));
    for (name, _) in parameters.pairs() {
        if name != "options" && !names.contains(&name) {
            return refuse(format!("this operation knows {} and options", names.join(", ")), name);
        }
    }
    for word in parameters.list("options").unwrap_or_default() {
        if !options.contains(&word) {
            let known = if options.is_empty() { "none".to_owned() } else { options.join(", ") };
            return refuse(format!("the options of this operation: {known}"), "options");
        }
    }
    Ok(())
}
