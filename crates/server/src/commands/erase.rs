//! `senne erase`

use std::process::ExitCode;

use senne_model::{Json, Problem};

use crate::{
    access::{Access, administrator},
    cli::{Erase, Format, Whom},
    erasure::{Order, carry_out, is_clean, preview_text, proof_text},
    output::print,
};

pub(super) async fn run(options: Erase) -> anyhow::Result<ExitCode> {
    // A wrong name is refused before a folder is opened.
    let context = administrator(&options.tenant)?;
    let order = order(&options);
    let access = Access::open(&options.target).await?;
    let answer = match &access {
        Access::Embedded { hub, .. } => carry_out(hub, &context, &order).await,
        Access::Remote(remote) => remote.clone().in_tenant(&options.tenant).erase(&order.to_json()).await,
    };
    access.close().await;
    let answer = answer?;
    let text = if options.format == Format::Table { text(&order, &answer)? } else { format!("{answer}\n") };
    print(&text)?;
    let clean = order.dry_run || proofs(&answer).iter().all(is_clean);
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn order(options: &Erase) -> Order {
    let Whom { entity, subject, .. } = &options.whom;
    let (what, id) = match (entity, subject) {
        (Some(id), _) => ("entity", id.as_str()),
        (None, Some(id)) => ("subject", id.as_str()),
        (None, None) => ("reapply", ""),
    };
    Order {
        what: what.to_owned(),
        id: id.to_owned(),
        reason: options.reason.clone(),
        ground: options.ground.clone(),
        past_only: options.past_only,
        dry_run: options.dry_run && what != "reapply",
    }
}

fn proofs(answer: &Json) -> &[Json] {
    answer.as_array().unwrap_or_else(|| std::slice::from_ref(answer))
}

fn text(order: &Order, answer: &Json) -> Result<String, Problem> {
    if order.dry_run {
        return Ok(preview_text(answer));
    }
    if proofs(answer).is_empty() {
        return Ok("nothing is to be erased again\n".to_owned());
    }
    let texts = proofs(answer).iter().map(proof_text).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join("\n"))
}
