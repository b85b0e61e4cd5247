//! All indicators and frameworks of a city.

use rust_embed::RustEmbed;
use senne_contract::{Finding, YamlFile};

use crate::{
    CompositeIndex, Declaration, Direction, Framework, Frequency, Group, WeatherNormalisation, read::read,
};

/// The files that Senne brings.
#[derive(RustEmbed)]
#[folder = "../../indicators"]
struct Files;

/// The framework whose groups are the pillars.
pub const PILLARS: &str = "pillars";

/// All indicators, by pillar and id, and all frameworks.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The frameworks; the first is that of the pillars.
    pub frameworks: Vec<Framework>,
    /// The indicators, in the order of the pillars and then of their ids.
    pub indicators: Vec<Declaration>,
    /// The composite indices, by id.
    pub composites: Vec<CompositeIndex>,
}

impl Catalogue {
    /// What Senne brings.
    pub fn builtin() -> Self {
        // Read in the tests, so that a fault in a file cannot reach a release.
        Self::parse(&Self::builtin_files()).unwrap_or_default()
    }

    /// The files of [`Catalogue::builtin`] as (name, text).
    pub fn builtin_files() -> Vec<(String, String)> {
        let text = |name: &str| {
            let file = Files::get(name)?;
            Some((format!("indicators/{name}"), String::from_utf8(file.data.into_owned()).ok()?))
        };
        Files::iter().filter(|name| name.ends_with(".yaml")).filter_map(|name| text(&name)).collect()
    }

    /// Reads files given as (name, text): those in a folder `frameworks` are frameworks, those in a folder `composites` composite indices.
    ///
    /// # Errors
    /// All findings of all files.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<Finding>> {
        let mut catalogue = Self::default();
        let mut findings = Vec::new();
        let mut origins: Vec<(String, String)> = Vec::new();
        let mut composites = Vec::new();
        for (name, text) in files {
            if name.contains("frameworks/") {
                match Framework::read(name, text) {
                    Ok(framework) => catalogue.frameworks.push(framework),
                    Err(found) => findings.extend(found),
                }
                continue;
            }
            if name.contains("composites/") {
                match CompositeIndex::read(name, text) {
                    Ok(index) => composites.push((name, index)),
                    Err(found) => findings.extend(found),
                }
                continue;
            }
            match read(name, text) {
                Ok(declaration) => {
                    if let Some((_, other)) = origins.iter().find(|(id, _)| *id == declaration.id) {
                        let message =
                            format!("the indicator `{}` is declared in {other} already", declaration.id);
                        findings.push(Finding { file: name.clone(), line: 1, column: 1, message });
                    }
                    origins.push((declaration.id.clone(), name.clone()));
                    catalogue.indicators.push(declaration);
                }
                Err(found) => findings.extend(found),
            }
        }
        catalogue.order();
        catalogue.check_codes(&origins, &mut findings);
        for (name, text) in files {
            let id = origins.iter().find(|(_, file)| file == name).map(|(id, _)| id);
            let declaration = id.and_then(|id| catalogue.indicator(id));
            findings
                .extend(declaration.map(|one| catalogue.check_weather(one, name, text)).unwrap_or_default());
        }
        composites.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        for (file, index) in composites {
            let messages = catalogue.faults_of(&index).into_iter();
            findings.extend(messages.map(|message| Finding {
                file: file.clone(),
                line: 1,
                column: 1,
                message,
            }));
            catalogue.composites.push(index);
        }
        if findings.is_empty() { Ok(catalogue) } else { Err(findings) }
    }

    /// These indicators with others, given as (name, text), which take the place of those of the same id. What does not fit is left out
    /// and found; so is a composite index whose indicators no longer fit it.
    pub fn with_own(&self, own: &[(String, String)]) -> (Self, Vec<Finding>) {
        let mut catalogue = self.clone();
        let mut findings = Vec::new();
        let mut taken: Vec<(&(String, String), String)> = Vec::new();
        for file in own {
            let (name, text) = file;
            let declaration = match read(name, text) {
                Ok(declaration) => declaration,
                Err(found) => {
                    findings.extend(found);
                    continue;
                }
            };
            let mut faults = Vec::new();
            let mut alone = Self { frameworks: self.frameworks.clone(), ..Self::default() };
            alone.indicators.push(declaration.clone());
            alone.check_codes(&[(declaration.id.clone(), name.clone())], &mut faults);
            if faults.is_empty() {
                taken.push((file, declaration.id.clone()));
                catalogue.indicators.retain(|known| known.id != declaration.id);
                catalogue.indicators.push(declaration);
            }
            findings.extend(faults);
        }
        let without_weather = |((name, text), id): &(&(String, String), String)| {
            let declaration = catalogue.indicator(id);
            declaration.map(|one| catalogue.check_weather(one, name, text)).unwrap_or_default()
        };
        let faults: Vec<Vec<Finding>> = taken.iter().map(without_weather).collect();
        if faults.iter().any(|found| !found.is_empty()) {
            // Another may have had one of these for its weather: the rest is looked at again.
            let well = taken.iter().zip(&faults).filter(|(_, found)| found.is_empty());
            let rest: Vec<(String, String)> = well.map(|((file, _), _)| (*file).clone()).collect();
            let (catalogue, more) = self.with_own(&rest);
            findings.extend(faults.into_iter().flatten().chain(more));
            return (catalogue, findings);
        }
        catalogue.order();
        let composites = std::mem::take(&mut catalogue.composites);
        for index in composites {
            let faults = catalogue.faults_of(&index);
            let file = format!("indicators/composites/{}.yaml", index.id);
            let found =
                faults.into_iter().map(|message| Finding { file: file.clone(), line: 1, column: 1, message });
            let before = findings.len();
            findings.extend(found);
            if findings.len() == before {
                catalogue.composites.push(index);
            }
        }
        (catalogue, findings)
    }

    /// An indicator by its id.
    pub fn indicator(&self, id: &str) -> Option<&Declaration> {
        self.indicators.iter().find(|declaration| declaration.id == id)
    }

    /// A composite index by its id.
    pub fn composite(&self, id: &str) -> Option<&CompositeIndex> {
        self.composites.iter().find(|index| index.id == id)
    }

    /// A framework by its id.
    pub fn framework(&self, id: &str) -> Option<&Framework> {
        self.frameworks.iter().find(|framework| framework.id == id)
    }

    /// The groups of a framework that an indicator belongs to.
    pub fn groups_of<'a>(
        &'a self,
        declaration: &'a Declaration,
        framework: &'a Framework,
    ) -> impl Iterator<Item = &'a Group> {
        let pillar = (framework.id == PILLARS).then(|| framework.group(&declaration.pillar)).flatten();
        let codes = declaration.codes.iter().filter(|code| code.framework == framework.id);
        let mut groups: Vec<&Group> = codes
            .filter_map(|code| match &code.group {
                Some(group) => framework.group(group),
                None => framework.group_of(&code.code),
            })
            .chain(pillar)
            .collect();
        groups.dedup_by(|a, b| a.id == b.id);
        groups.into_iter()
    }

    fn order(&mut self) {
        self.frameworks.sort_by(|a, b| (a.id != PILLARS, &a.id).cmp(&(b.id != PILLARS, &b.id)));
        let pillars: Vec<String> = self
            .framework(PILLARS)
            .map(|framework| framework.groups.iter().map(|group| group.id.clone()).collect())
            .unwrap_or_default();
        let place = |pillar: &str| pillars.iter().position(|id| id == pillar);
        self.indicators.sort_by(|a, b| (place(&a.pillar), &a.id).cmp(&(place(&b.pillar), &b.id)));
    }

    /// What keeps an index from being made of the indicators that are declared.
    fn faults_of(&self, index: &CompositeIndex) -> Vec<String> {
        let mut faults = Vec::new();
        if self.composite(&index.id).is_some() {
            faults.push(format!("the index `{}` is declared already", index.id));
        }
        // Their values would stand in the same entities.
        if self.indicator(&index.id).is_some() {
            faults.push(format!("`{}` is an indicator already; the index needs an id of its own", index.id));
        }
        for member in index.members() {
            let Some(declaration) = self.indicator(&member.id) else {
                faults.push(format!("`{}` is not an indicator", member.id));
                continue;
            };
            if !declaration.levels.contains(&index.level) {
                faults.push(format!("`{}` has no values at the level `{}`", member.id, index.level));
            }
            if !declaration.frequencies.contains(&index.frequency) {
                faults.push(format!("`{}` has no values by {}", member.id, index.frequency.word()));
            }
            if declaration.direction == Direction::Band {
                faults
                    .push(format!("`{}` is best within a band; neither more nor less is better", member.id));
            }
        }
        faults
    }

    /// What keeps the indicators of the weather from being taken out of one.
    fn check_weather(&self, declaration: &Declaration, file: &str, text: &str) -> Vec<Finding> {
        let Some(declared) = &declaration.weather_normalisation else { return Vec::new() };
        let Ok(source) = YamlFile::parse(file, text) else { return Vec::new() };
        let mut findings = Vec::new();
        let lists = [("covariates", &declared.covariates), ("degree_days", &declared.degree_days)];
        for (list, (place, id)) in
            lists.iter().flat_map(|(list, ids)| ids.iter().enumerate().map(move |each| (*list, each)))
        {
            if let Some(message) = self.fault_of_weather(declaration, id, list == "degree_days") {
                findings.push(source.at_value(&format!("/weather_normalisation/{list}/{place}"), message));
            }
        }
        findings
    }

    fn fault_of_weather(&self, declaration: &Declaration, id: &str, by_day: bool) -> Option<String> {
        let Some(other) = self.indicator(id) else { return Some(format!("`{id}` is not an indicator")) };
        if id == declaration.id {
            return Some("an indicator is not its own weather".to_owned());
        }
        if by_day {
            let fits = other.frequencies.contains(&Frequency::Day) && other.unit == "CEL";
            return (!fits).then(|| format!("degree-days need a temperature (`CEL`) by day; `{id}` is none"));
        }
        let normalised = |frequency: &&Frequency| WeatherNormalisation::wanted(**frequency).is_some();
        let lacks =
            declaration.frequencies.iter().filter(normalised).find(|f| !other.frequencies.contains(f));
        lacks.map(|frequency| format!("`{id}` has no values by {}", frequency.word()))
    }

    fn check_codes(&self, origins: &[(String, String)], findings: &mut Vec<Finding>) {
        for declaration in &self.indicators {
            let file = origins.iter().find(|(id, _)| *id == declaration.id).map(|(_, file)| file.clone());
            let mut find = |message: String| {
                let file = file.clone().unwrap_or_default();
                findings.push(Finding { file, line: 1, column: 1, message });
            };
            if self.framework(PILLARS).is_some_and(|pillars| pillars.group(&declaration.pillar).is_none()) {
                find(format!("`{}` is not a pillar", declaration.pillar));
            }
            for code in &declaration.codes {
                let Some(framework) = self.framework(&code.framework) else {
                    find(format!("`{}` is not a framework", code.framework));
                    continue;
                };
                let group = match &code.group {
                    Some(group) => framework.group(group),
                    None => framework.group_of(&code.code),
                };
                if group.is_none() {
                    find(format!("the code `{}` belongs to no group of `{}`", code.code, framework.id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_senne_brings_is_well() {
        let read = Catalogue::parse(&Catalogue::builtin_files());
        let catalogue = read.unwrap_or_else(|findings| {
            panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        assert!(catalogue.indicators.len() >= 40, "{}", catalogue.indicators.len());
        assert_eq!(catalogue.framework(PILLARS).map(|pillars| pillars.groups.len()), Some(6));
        for pillar in &catalogue.framework(PILLARS).unwrap().groups {
            assert!(catalogue.indicators.iter().any(|each| each.pillar == pillar.id), "{}", pillar.id);
        }
        assert!(!catalogue.composites.is_empty());
        assert!(catalogue.indicators.iter().filter(|each| each.computed.is_some()).count() >= 12);
    }

    #[test]
    fn what_the_city_declares_takes_the_place_of_what_is_brought() {
        let brought = Catalogue::builtin();
        let (_, text) = Catalogue::builtin_files()
            .into_iter()
            .find(|(name, _)| name.ends_with("/heat-days.yaml"))
            .unwrap();
        let given = |name: &str, text: String| (name.to_owned(), text);
        let own = [
            given("heat-days.yaml", text.replace("version: 1", "version: 2")),
            given("hot-days.yaml", text.replace("id: heat-days", "id: hot-days")),
            given("a.yaml", text.replace("pillar: environment", "pillar: weather")),
            given("b.yaml", "id: b".to_owned()),
        ];
        let (catalogue, findings) = brought.with_own(&own);
        assert_eq!(catalogue.indicators.len(), brought.indicators.len() + 1);
        assert_eq!(catalogue.indicator("heat-days").unwrap().version, 2);
        assert!(catalogue.indicator("hot-days").is_some());
        let files: Vec<&str> = findings.iter().map(|finding| finding.file.as_str()).collect();
        assert!(files.contains(&"a.yaml") && files.contains(&"b.yaml"), "{files:?}");
        // An index that can no longer be made of what is declared is left out.
        let index = &brought.composites[0];
        let member = index.members().next().unwrap().id.clone();
        let files = Catalogue::builtin_files();
        let (name, text) = files.iter().find(|(name, _)| name.ends_with(&format!("/{member}.yaml"))).unwrap();
        let coarse = text.replace("levels: [region, commune]", "levels: [region]");
        assert_ne!(coarse, *text);
        let (catalogue, findings) = brought.with_own(&[given(name, coarse)]);
        assert!(catalogue.composite(&index.id).is_none() && !findings.is_empty());
    }

    #[test]
    fn what_the_city_declares_has_weather_that_is_declared() {
        let brought = Catalogue::builtin();
        let files = Catalogue::builtin_files();
        let (_, text) = files.iter().find(|(name, _)| name.ends_with("/no2-mean.yaml")).unwrap();
        let under = |weather: &str| {
            let of = format!("weather_normalisation: {{ covariates: [{weather}], harmonics: 2 }}");
            let is_weather = |line: &str| line.starts_with("weather_normalisation:");
            let lines = text.lines().map(|line| if is_weather(line) { of.as_str() } else { line });
            lines.collect::<Vec<_>>().join("\n")
        };
        let own = |weather: &str| ("no2-mean.yaml".to_owned(), under(weather));
        let (catalogue, findings) = brought.with_own(&[own("wind-speed-mean")]);
        assert!(findings.is_empty() && catalogue.indicator("no2-mean").is_some(), "{findings:?}");
        for (weather, wanted) in [("sun", "`sun` is not an indicator"), ("no2-mean", "its own weather")] {
            let (catalogue, findings) = brought.with_own(&[own(weather)]);
            assert!(findings.iter().any(|finding| finding.message.contains(wanted)), "{findings:?}");
            // That of the same id that Senne brings counts on.
            let weather = |of: &Catalogue| of.indicator("no2-mean").unwrap().weather_normalisation.clone();
            assert_eq!(weather(&catalogue), weather(&brought));
        }
    }

    #[test]
    fn weather_is_of_indicators_that_are_declared() {
        let mut files = Catalogue::builtin_files();
        let file = files.iter_mut().find(|(name, _)| name.ends_with("/recycling-rate.yaml")).unwrap();
        let line = file.1.lines().count() + 1;
        file.1.push_str(
            "weather_normalisation: { covariates: [wind, wind-speed-mean], degree_days: [wind-speed-mean] }\n",
        );
        file.1 = file.1.replace("frequencies: [year]", "frequencies: [quarter]");
        let findings = Catalogue::parse(&files).unwrap_err();
        let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
        let name = "indicators/environment/recycling-rate.yaml";
        for wanted in [
            format!("{name}:{line}:39: `wind` is not an indicator"),
            format!("{name}:{line}:45: `wind-speed-mean` has no values by quarter"),
            format!("{name}:{line}:77: degree-days need a temperature"),
        ] {
            assert!(all.iter().any(|found| found.contains(&wanted)), "{wanted}\n{all:?}");
        }
    }

    #[test]
    fn an_index_is_of_indicators_that_are_declared() {
        let mut files = Catalogue::builtin_files();
        let index = files.iter_mut().find(|(name, _)| name.contains("composites/")).unwrap();
        index.1 =
            index.1.replace("id: no2-mean", "id: no2-men").replace("frequency: month", "frequency: week");
        let findings = Catalogue::parse(&files).unwrap_err();
        let all: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(all.contains(&"`no2-men` is not an indicator"), "{all:?}");
        assert!(all.contains(&"`pm25-mean` has no values by week"), "{all:?}");
    }
}
