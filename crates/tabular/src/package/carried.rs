//! What the parts of a package are, beside its sheets.

use std::io::{Read, Seek};

use vitrina_domain::finding::Finding;
use zip::ZipArchive;

use super::seen::Seen;
use crate::told::Sign;

/// Parts by the beginning of their names, and what they are a sign of.
const PARTS: &[(&[&str], Sign)] = &[
    (&["xl/externalLinks/"], Sign::EXTERNAL_LINKS),
    (&["xl/connections.", "xl/queryTables/"], Sign::CONNECTIONS),
    (&["xl/embeddings/", "xl/activeX/", "xl/ctrlProps/", "Object "], Sign::EMBEDDED),
    (&["xl/comments", "xl/threadedComments/", "xl/persons/"], Sign::COMMENTS),
    (&["xl/pivotCache/"], Sign::PIVOT_CACHE),
    (&["docProps/thumbnail", "Thumbnails/"], Sign::THUMBNAIL),
];

/// What the owner of a workbook should know of what it carries.
pub(super) fn findings<R: Read + Seek>(archive: &ZipArchive<R>, seen: &Seen) -> Vec<Finding> {
    let names: Vec<String> =
        archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let has = |starts: &[&str]| names.iter().any(|name| starts.iter().any(|start| name.starts_with(start)));
    let own = [(seen.has_macros, Sign::MACROS), (seen.has_author, Sign::AUTHOR)];
    let parts = PARTS.iter().map(|(starts, sign)| (has(starts), *sign));
    own.into_iter().chain(parts).filter(|(holds, _)| *holds).map(|(_, sign)| sign.finding()).collect()
}
