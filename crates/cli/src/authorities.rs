//! Authorities of the operator's own, beside those that everybody trusts.

use std::{fmt, path::Path};

use vitrina_egress::Root;

use crate::failure::Failure;

/// The certificates in the file that a setting names; none where it names none.
pub(crate) fn authorities(setting: &str, file: Option<&Path>) -> Result<Vec<Root>, Failure> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let unusable = |error: &dyn fmt::Display| {
        Failure::usage(format!("cannot use the authorities in {}: {error}", file.display()))
            .help(format!("{setting} names a file with certificates in the form of PEM"))
    };
    let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
    vitrina_egress::roots(&pem).map_err(|error| unusable(&error))
}
