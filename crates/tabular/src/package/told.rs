//! What a workbook carries beside what it shows.

use std::io::{Read, Seek};

use vitrina_app::ports::parser::Visibility;
use vitrina_domain::finding::Finding;
use zip::ZipArchive;

use super::seen::Seen;
use crate::{cell, limit, warning};

/// Parts by the beginning of their names, and what they mean: code, Spanish, English.
const PARTS: &[(&[&str], &str, &str, &str)] = &[
    (
        &["xl/externalLinks/"],
        "W-FILE-EXTERNAL-LINKS",
        "el libro se refiere a otros archivos, de los que guarda copias de valores",
        "the workbook refers to other files, of which it keeps copies of values",
    ),
    (
        &["xl/connections.xml", "xl/queryTables/"],
        "W-FILE-CONNECTIONS",
        "el libro se conecta a fuentes de datos cuando se abre",
        "the workbook connects to sources of data when it is opened",
    ),
    (
        &["xl/embeddings/", "xl/activeX/", "xl/ctrlProps/", "Object "],
        "W-FILE-EMBEDDED",
        "el libro lleva otros archivos o programas dentro",
        "the workbook carries other files or programs",
    ),
    (
        &["xl/comments", "xl/threadedComments/", "xl/persons/"],
        "W-FILE-COMMENTS",
        "el libro lleva comentarios, con los nombres de quienes los escribieron",
        "the workbook has comments, with the names of those who wrote them",
    ),
    (
        &["xl/pivotCache/"],
        "W-FILE-PIVOT-CACHE",
        "una tabla dinámica guarda los datos de que se hizo, aunque la hoja muestre sólo sumas",
        "a pivot table keeps the data that it was made from, even where the sheet shows sums only",
    ),
    (
        &["docProps/thumbnail"],
        "W-FILE-THUMBNAIL",
        "el libro lleva una imagen de cómo se veía al guardarse",
        "the workbook has a picture of what it looked like when it was saved",
    ),
];

/// What the owner of a workbook should know of what it carries.
pub(super) fn findings<R: Read + Seek>(archive: &ZipArchive<R>, seen: &Seen) -> Vec<Finding> {
    let names: Vec<String> =
        archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let has = |starts: &[&str]| names.iter().any(|name| starts.iter().any(|start| name.starts_with(start)));
    let mut findings: Vec<Finding> = seen.has_macros.then(macros).into_iter().collect();
    findings.extend(seen.has_author.then(|| {
        warning("W-FILE-AUTHOR", "", "el libro dice quién lo escribió", "the workbook says who wrote it")
    }));
    for (starts, code, es, en) in PARTS {
        if has(starts) {
            findings.push(warning(code, "", *es, *en));
        }
    }
    findings
}

/// The finding of programs in a workbook.
pub(super) fn macros() -> Finding {
    warning(
        "W-FILE-MACROS",
        "",
        "el libro lleva programas (macros)",
        "the workbook carries programs (macros)",
    )
}

/// The finding of a sheet that a reader of the workbook does not see; nothing for one that is seen.
pub(super) fn hidden(index: usize, name: &str, visibility: Visibility) -> Option<Finding> {
    let name = cell::shown(name);
    (visibility != Visibility::Visible).then(|| {
        warning(
            "W-FILE-HIDDEN-SHEET",
            format!("/tables/{index}"),
            format!("la hoja «{name}» está oculta, y se publicaría con las demás"),
            format!("the sheet \"{name}\" is hidden, and would be published with the others"),
        )
    })
}

/// The finding of rows and columns that are not seen.
pub(super) fn hidden_lines(index: usize, rows: u64, columns: u64) -> Finding {
    warning(
        "W-FILE-HIDDEN-LINES",
        format!("/tables/{index}"),
        format!(
            "la hoja tiene filas o columnas ocultas ({rows} y {columns} marcas), que se publicarían con las demás"
        ),
        format!(
            "the sheet has hidden rows or columns ({rows} and {columns} marks), which would be published with the others"
        ),
    )
}

/// The finding of values that formulas make.
pub(super) fn formulas(pointer: &str, count: u64) -> Finding {
    warning(
        "W-FILE-FORMULAS",
        pointer,
        format!("{count} celdas son fórmulas: otro programa puede calcular otro valor"),
        format!("{count} cells are formulas: another program may compute another value"),
    )
}

/// The finding of sheets that are not told; nothing when all are.
pub(super) fn left_out(sheets: usize) -> Option<Finding> {
    let most = limit::SHEETS;
    (sheets > most).then(|| {
        warning(
            "W-FILE-SHEETS",
            "/tables",
            format!("el libro tiene {sheets} hojas; se revisan las primeras {most}"),
            format!("the workbook has {sheets} sheets; the first {most} are looked into"),
        )
    })
}
