//! The reference of the configuration is the one in the documentation.

#![cfg(test)]

use std::{fs, path::Path};

#[test]
fn the_documented_configuration_is_the_one_in_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let reference = vitrina_cli::config::reference();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    let documented = fs::read_to_string(&path).unwrap();
    assert!(documented == reference, "docs/configuration.md is out of date: run `just bless`");
}
