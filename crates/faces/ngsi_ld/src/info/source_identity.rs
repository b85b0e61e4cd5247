//! `GET /info/sourceIdentity` (clauses 5.2.40, 5.15 and 6.33).

use senne_model::Timestamp;

use crate::{
    http::{Answer, Call, Offer, context_text, json_answer},
    write::Pen,
};

pub(crate) async fn source_identity(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let alias = call.face.alias(&call.hub.tenant).await?;
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 512);
    pen.open();
    pen.key("id");
    pen.text(&format!("urn:ngsi-ld:ContextSourceIdentity:{alias}"));
    pen.key("type");
    pen.text("ContextSourceIdentity");
    pen.key("contextSourceAlias");
    pen.text(&alias);
    pen.key("contextSourceUptime");
    pen.text(&duration(call.face.since.elapsed().as_secs()));
    pen.key("contextSourceTimeAt");
    pen.time(Timestamp::now());
    pen.context(in_body.as_deref());
    pen.close();
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}

/// Seconds as a duration of ISO 8601.
fn duration(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let date = if days > 0 { format!("{days}D") } else { String::new() };
    format!("P{date}T{}H{}M{}S", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_iso_8601() {
        assert_eq!(duration(0), "PT0H0M0S");
        assert_eq!(duration(90_061), "P1DT1H1M1S");
    }
}
