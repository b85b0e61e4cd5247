//! The feeds and presets that ship with the program.

use crate::{Feed, Preset};

macro_rules! files {
    ($folder:literal, $($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../", $folder, "/", $name, ".yaml")))),*]
    };
}

const FEEDS: [(&str, &str); 18] = files!(
    "feeds",
    "beijing-air",
    "bike-counter-devices",
    "brussels-airport-weather",
    "brussels-bike-devices",
    "brussels-bike-live",
    "brussels-communes",
    "brussels-traffic-devices",
    "brussels-traffic-live",
    "ixelles-air",
    "mobility-2019-bike-devices",
    "mobility-2019-bike-live",
    "mobility-2019-traffic-devices",
    "mobility-2019-traffic-live",
    "parking-garages",
    "uccle-wind",
    "villo",
    "villo-live-stations",
    "villo-live-status",
);

const PRESETS: [(&str, &str); 1] = files!("presets", "brussels");

impl Feed {
    /// A feed that ships with the program, by its id.
    pub fn builtin(id: &str) -> Option<Self> {
        let (name, text) = FEEDS.iter().find(|(name, _)| *name == id)?;
        // A test parses every one of them.
        Self::parse(&format!("feeds/{name}.yaml"), text).ok()
    }

    /// The ids of the feeds that ship with the program, in alphabetical order.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        FEEDS.iter().map(|(name, _)| *name)
    }
}

impl Preset {
    /// A preset that ships with the program, by its id.
    pub fn builtin(id: &str) -> Option<Self> {
        let (name, text) = PRESETS.iter().find(|(name, _)| *name == id)?;
        Self::parse(&format!("presets/{name}.yaml"), text).ok()
    }

    /// The ids of the presets that ship with the program.
    pub fn builtin_ids() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use senne_contract::Contracts;

    use super::*;

    fn names(folder: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
        let yaml = files.filter(|path| path.extension().is_some_and(|e| e == "yaml"));
        let mut names: Vec<_> =
            yaml.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn every_feed_is_shipped_and_right() {
        assert_eq!(Feed::builtin_ids().collect::<Vec<_>>(), names("feeds"));
        for (name, text) in FEEDS {
            let feed = Feed::parse(name, text).unwrap_or_else(|findings| {
                panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
            });
            assert_eq!(feed.id, name);
        }
    }

    #[test]
    fn every_feed_keeps_the_contracts() {
        let contracts = Contracts::builtin();
        let findings: Vec<_> = FEEDS
            .iter()
            .flat_map(|(name, text)| Feed::parse(name, text).unwrap().check(&contracts))
            .collect();
        assert_eq!(findings, Vec::<String>::new());
    }

    #[test]
    fn every_preset_is_shipped_and_right() {
        assert_eq!(Preset::builtin_ids().collect::<Vec<_>>(), names("presets"));
        for (name, text) in PRESETS {
            let preset = Preset::parse(name, text).unwrap_or_else(|findings| panic!("{findings:?}"));
            assert_eq!(preset.id, name);
        }
    }
}
