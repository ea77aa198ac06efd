//! The configuration as text: the reference of every setting, and the one in force.

use std::fmt::Write as _;

use serde_json::Value;
use vitrina_domain::finding::Locale;

use super::{FILE, PREFIX, SETTINGS, Settings};

/// The reference of every setting, in Markdown.
pub fn reference() -> String {
    let defaults = members(&Settings::default());
    let mut out = format!(
        "# Configuration · Configuración\n\n\
         <!-- Written from crates/cli/src/config/setting.rs: run `just bless` after a change there. -->\n\n\
         A setting is taken from the first of these places that has it: the flag, the environment variable, the \
         file (`--config FILE`, `VITRINA_CONFIG`, or `{FILE}` in the data folder), the default. An unknown name is \
         refused. `vitrina config` prints what is in force.\n\n\
         Un ajuste se toma del primero de estos lugares que lo tenga: la opción, la variable de entorno, el archivo \
         (`--config ARCHIVO`, `VITRINA_CONFIG`, o `{FILE}` en la carpeta de datos), el valor por omisión. Un nombre \
         desconocido se rechaza. `vitrina config` muestra lo que rige.\n"
    );
    for setting in SETTINGS {
        let default = match defaults.get(setting.name) {
            None | Some(Value::Null) => "—".to_owned(),
            Some(value) => format!("`{}`", literal(value)),
        };
        let flag = setting.flag.map_or_else(|| "—".to_owned(), |flag| format!("`{flag}`"));
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "\n## `{name}`\n\n{en}\n\n{es}\n\n\
             | file | environment | flag | default |\n|---|---|---|---|\n\
             | `{name} = {example}` | `{PREFIX}{variable}` | {flag} | {default} |\n",
            name = setting.name,
            en = setting.meaning(Locale::En),
            es = setting.meaning(Locale::Es),
            example = literal(&example(setting.example)),
            variable = setting.name.to_ascii_uppercase(),
        );
    }
    out
}

/// The configuration in force as a file that could be read back, passwords masked.
pub fn as_toml(settings: &Settings, locale: Locale) -> String {
    let values = members(settings);
    let mut out = String::new();
    for setting in SETTINGS {
        let line = match values.get(setting.name) {
            None | Some(Value::Null) => {
                format!("# {} = {}", setting.name, literal(&example(setting.example)))
            }
            Some(value) => format!("{} = {}", setting.name, literal(value)),
        };
        let _ = write!(out, "# {}\n{line}\n\n", setting.meaning(locale));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn members(settings: &Settings) -> serde_json::Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    }
}

fn example(text: &str) -> Value {
    text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from)
}

/// A value as TOML writes it: for text and numbers JSON writes the same.
fn literal(value: &Value) -> String {
    value.to_string()
}
