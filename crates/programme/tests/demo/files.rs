//! YAML files of the repository, as JSON.

use std::{fs, path::PathBuf};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use senne_model::Json;

/// The documents in a folder, in the order of their names.
pub(crate) fn yaml_in(folder: &str) -> Vec<Json> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}", folder.display());
    paths.iter().map(|path| read(&fs::read_to_string(path).unwrap())).collect()
}

fn read(text: &str) -> Json {
    let documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    json(&documents[0])
}

fn json(yaml: &Yaml<'_>) -> Json {
    match yaml {
        Yaml::Value(Scalar::Null) => Json::Null,
        Yaml::Value(Scalar::Boolean(flag)) => Json::Bool(*flag),
        Yaml::Value(Scalar::Integer(number)) => Json::Int(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Json::Float(number.0),
        Yaml::Value(Scalar::String(text)) => Json::text(text),
        Yaml::Sequence(items) => Json::Array(items.iter().map(json).collect()),
        Yaml::Mapping(members) => {
            let member = |(key, value): (&Yaml<'_>, &Yaml<'_>)| match key {
                Yaml::Value(Scalar::String(name)) => (name.as_ref().into(), json(value)),
                Yaml::Value(Scalar::Boolean(flag)) => (flag.to_string().into(), json(value)),
                key => panic!("{key:?} is no key"),
            };
            Json::Object(members.iter().map(member).collect())
        }
        other => panic!("{other:?} is not taken here"),
    }
}
