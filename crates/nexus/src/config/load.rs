//! Reads and merges the layers, collecting every mistake on the way.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Config, keys::nearest};

/// The prefix of environment variables; sections and keys follow, joined by two underscores.
const PREFIX: &str = "NEXUS__";

/// Every mistake of a configuration, one per line.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} mistake(s):\n{}", .0.len(), .0.iter().map(|line| format!("  - {line}")).collect::<Vec<_>>().join("\n"))]
pub(crate) struct ConfigError(pub Vec<String>);

/// The configuration from defaults, the file and the environment. `file` must exist when it is given; otherwise
/// `./nexus.toml` is read if it is there.
///
/// # Errors
/// [`ConfigError`] with all mistakes of all layers.
pub(crate) fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut mistakes = Vec::new();
    let mut table = Table::try_from(Config::default()).expect("the defaults are plain data");
    let known = table.clone();
    let path = file.map_or_else(|| PathBuf::from("nexus.toml"), Path::to_path_buf);
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.parse::<Table>() {
            Ok(layer) => merge("", &mut table, &known, layer, &path.display().to_string(), &mut mistakes),
            Err(error) => mistakes.push(format!("{}: {}", path.display(), error.message())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.is_none() => {}
        Err(error) => mistakes.push(format!("{}: {error}; check the path given with --config", path.display())),
    }
    for (name, value) in environment.filter(|(name, _)| name.starts_with(PREFIX)) {
        let path: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_lowercase).collect();
        let layer = nest(&path, parse_value(&value));
        merge("", &mut table, &known, layer, &name, &mut mistakes);
    }
    let config = if mistakes.is_empty() {
        Config::deserialize_from(table).map_err(|error| mistakes.push(error)).ok()
    } else {
        None
    };
    config.ok_or(ConfigError(mistakes))
}

impl Config {
    fn deserialize_from(table: Table) -> Result<Self, String> {
        Value::Table(table).try_into().map_err(|error: toml::de::Error| error.message().to_owned())
    }
}

/// A number, truth value or list where the text is one, a text otherwise.
fn parse_value(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok().and_then(|mut table| table.remove("value"));
    match parsed {
        Some(value @ (Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Array(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

fn nest(path: &[String], value: Value) -> Table {
    let (last, above) = path.split_last().expect("split never gives nothing");
    let leaf = Table::from_iter([(last.clone(), value)]);
    above.iter().rev().fold(leaf, |inner, name| Table::from_iter([(name.clone(), Value::Table(inner))]))
}

fn merge(prefix: &str, into: &mut Table, known: &Table, layer: Table, source: &str, mistakes: &mut Vec<String>) {
    for (name, value) in layer {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match (known.get(&name), value) {
            (None, _) => {
                let hint = nearest(&key)
                    .map_or_else(|| "see `nexus config explain`".into(), |near| format!("did you mean '{near}'?"));
                mistakes.push(format!("{source}: unknown key '{key}'; {hint}"));
            }
            (Some(Value::Table(known)), Value::Table(inner)) => {
                if let Some(Value::Table(target)) = into.get_mut(&name) {
                    merge(&key, target, known, inner, source, mistakes);
                }
            }
            (Some(Value::Table(_)), _) => mistakes.push(format!("{source}: '{key}' is a section, not a value")),
            (Some(want), value) => match fit(want, value) {
                Ok(value) => {
                    into.insert(name, value);
                }
                Err(given) => mistakes.push(format!("{source}: '{key}' is {given}; expected {}", want.type_str())),
            },
        }
    }
}

/// `value` in the type of `want`, where nothing is lost by it.
fn fit(want: &Value, value: Value) -> Result<Value, String> {
    match (want, value) {
        (Value::Float(_), Value::Integer(number)) => Ok(Value::Float(number as f64)),
        (Value::String(_), Value::Integer(number)) => Ok(Value::String(number.to_string())),
        (want, value) if want.same_type(&value) => Ok(value),
        (_, value) => Err(format!("{} ({value})", value.type_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn nothing_set_is_a_working_configuration() {
        assert_eq!(load(None, environment(&[])).expect("defaults"), Config::default());
    }

    #[test]
    fn the_environment_reaches_every_key() {
        let config = load(
            None,
            environment(&[
                ("NEXUS__APPROVAL__UNDO_S", "5"),
                ("NEXUS__FILM__RESOLUTION", "4k"),
                ("NEXUS__FETCH__ALLOWED_PRIVATE_ORIGINS", "[\"http://127.0.0.1:8000\"]"),
                ("HOME", "/"),
            ]),
        );
        let config = config.expect("good values");
        assert_eq!(config.fetch.allowed_private_origins, ["http://127.0.0.1:8000"]);
        assert_eq!(config.approval.undo_s, 5);
        assert_eq!(config.film.resolution, nexus_core::film::Resolution::Uhd);
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_the_nearest_key() {
        let given = [("NEXUS__APROVAL__UNDO_S", "5"), ("NEXUS__APPROVAL__UNDO_S", "soon"), ("NEXUS__FILM", "4")];
        let error = load(None, environment(&given)).expect_err("three mistakes").to_string();
        for want in ["3 mistake(s)", "unknown key 'aproval'", "'approval.undo_s' is string", "'film' is a section"] {
            assert!(error.contains(want), "{want} in {error}");
        }
    }
}
