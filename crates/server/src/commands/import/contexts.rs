//! Contexts that the other broker keeps for its users.

use serde_json::Value;

use super::{Copy, broker::encoded};

impl Copy {
    pub(super) async fn contexts(&mut self) -> anyhow::Result<()> {
        let list = self.from.get("/jsonldContexts?kind=Hosted").await?;
        if !list.status.is_success() {
            self.state.note("the other broker keeps no contexts, or does not show them");
            return Ok(());
        }
        let urls: Vec<Value> = list.json()?;
        for url in urls.iter().filter_map(Value::as_str) {
            if self.state.contexts.contains_key(url) {
                continue;
            }
            let id = url.rsplit('/').next().unwrap_or(url);
            let kept = self.from.get(&format!("/jsonldContexts/{}", encoded(id))).await?;
            if !kept.status.is_success() {
                self.state.refuse(format!("the context {url}: it cannot be read ({})", kept.status));
                continue;
            }
            let made = self.into.post("/jsonldContexts", kept.body.clone()).await?;
            let place = made.headers.get("location").and_then(|place| place.to_str().ok()).map(str::to_owned);
            match (made.status.is_success(), place) {
                (true, Some(place)) => {
                    self.state.contexts.insert(url.to_owned(), self.into.address(&place));
                    self.state.count("contexts", 1);
                    self.state.save()?;
                    self.show();
                }
                _ => self.state.refuse(format!("the context {url}: {}", made.words())),
            }
        }
        Ok(())
    }
}
