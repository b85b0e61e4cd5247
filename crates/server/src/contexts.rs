//! JSON-LD contexts that are known without asking anybody: a folder with the documents and a file that says which URL
//! each of them is.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, bail};

/// The file that maps URLs to files of the folder.
const MAP: &str = "contexts.json";

/// The documents of a folder, by URL. `contexts.json` in it says which: `{"https://…/context.jsonld": "context.jsonld"}`.
pub(crate) fn of_folder(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let map = folder.join(MAP);
    let text = std::fs::read_to_string(&map)
        .with_context(|| format!("{}: a file that maps URLs to files is needed here", map.display()))?;
    let files: BTreeMap<String, String> = serde_json::from_str(&text)
        .with_context(|| format!("{}: an object of URL and file name is needed", map.display()))?;
    let one = |(url, file): (String, String)| {
        if url::Url::parse(&url).is_err() {
            bail!("{}: `{url}` is no URL", map.display());
        }
        let path = folder.join(&file);
        let document =
            std::fs::read_to_string(&path).with_context(|| format!("{}: for {url}", path.display()))?;
        Ok((url, document))
    };
    files.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_says_which_document_is_at_which_url() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        assert!(of_folder(folder.path()).unwrap_err().to_string().contains("contexts.json"));
        write("contexts.json", r#"{"https://x.org/c.jsonld": "c.jsonld"}"#);
        assert!(format!("{:#}", of_folder(folder.path()).unwrap_err()).contains("c.jsonld"));
        write("c.jsonld", r#"{"@context": {}}"#);
        let documents = of_folder(folder.path()).unwrap();
        assert_eq!(documents, [("https://x.org/c.jsonld".to_owned(), r#"{"@context": {}}"#.to_owned())]);
        write("contexts.json", r#"{"nonsense": "c.jsonld"}"#);
        assert!(of_folder(folder.path()).unwrap_err().to_string().contains("nonsense"));
    }
}
