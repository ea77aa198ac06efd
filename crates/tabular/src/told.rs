//! What a workbook carries beside what it shows.

use vitrina_app::ports::parser::Visibility;
use vitrina_domain::finding::Finding;

use crate::{cell, limit, warning};

/// What a workbook may carry: the code of its finding, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    code: &'static str,
    es: &'static str,
    en: &'static str,
}

impl Sign {
    pub(crate) const MACROS: Self = Self {
        code: "W-FILE-MACROS",
        es: "el libro lleva programas (macros)",
        en: "the workbook carries programs (macros)",
    };
    pub(crate) const AUTHOR: Self = Self {
        code: "W-FILE-AUTHOR",
        es: "el libro dice quién lo escribió",
        en: "the workbook says who wrote it",
    };
    pub(crate) const EXTERNAL_LINKS: Self = Self {
        code: "W-FILE-EXTERNAL-LINKS",
        es: "el libro se refiere a otros archivos, de los que guarda copias de valores",
        en: "the workbook refers to other files, of which it keeps copies of values",
    };
    pub(crate) const CONNECTIONS: Self = Self {
        code: "W-FILE-CONNECTIONS",
        es: "el libro se conecta a fuentes de datos cuando se abre",
        en: "the workbook connects to sources of data when it is opened",
    };
    pub(crate) const EMBEDDED: Self = Self {
        code: "W-FILE-EMBEDDED",
        es: "el libro lleva otros archivos o programas dentro",
        en: "the workbook carries other files or programs",
    };
    pub(crate) const COMMENTS: Self = Self {
        code: "W-FILE-COMMENTS",
        es: "el libro lleva comentarios, con los nombres de quienes los escribieron",
        en: "the workbook has comments, with the names of those who wrote them",
    };
    pub(crate) const PIVOT_CACHE: Self = Self {
        code: "W-FILE-PIVOT-CACHE",
        es: "una tabla dinámica guarda los datos de que se hizo, aunque la hoja muestre sólo sumas",
        en: "a pivot table keeps the data that it was made from, even where the sheet shows sums only",
    };
    pub(crate) const THUMBNAIL: Self = Self {
        code: "W-FILE-THUMBNAIL",
        es: "el libro lleva una imagen de cómo se veía al guardarse",
        en: "the workbook has a picture of what it looked like when it was saved",
    };

    /// The finding of it.
    pub(crate) fn finding(self) -> Finding {
        warning(self.code, "", self.es, self.en)
    }
}

/// The finding of a sheet that a reader of the workbook does not see; nothing for one that is seen.
pub(crate) fn hidden(index: usize, name: &str, visibility: Visibility) -> Option<Finding> {
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
pub(crate) fn hidden_lines(index: usize, rows: u64, columns: u64) -> Finding {
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
pub(crate) fn formulas(pointer: &str, count: u64) -> Finding {
    warning(
        "W-FILE-FORMULAS",
        pointer,
        format!("{count} celdas son fórmulas: otro programa puede calcular otro valor"),
        format!("{count} cells are formulas: another program may compute another value"),
    )
}

/// The finding of sheets that are not told; nothing when all are.
pub(crate) fn left_out(sheets: usize) -> Option<Finding> {
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
