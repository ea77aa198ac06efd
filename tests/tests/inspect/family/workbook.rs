//! Workbooks: XLSX, ODS and XLS (148).

use vitrina_tests::{
    compound::{OldSheet, OldWorkbook},
    packing::{Packing, Workbook, cells_at, open_document, text_row},
};

use super::{
    Family, mebibytes,
    package::{packages, xml},
};
use crate::Case;

pub(super) const FAMILIES: &[Family] = &[
    Family { name: "boxes", count: 42, cases: boxes },
    Family { name: "addresses", count: 12, cases: addresses },
    Family { name: "packages", count: 28, cases: packages },
    Family { name: "shared strings", count: 8, cases: shared_strings },
    Family { name: "XML", count: 14, cases: xml },
    Family { name: "what is carried", count: 14, cases: carried },
    Family { name: "what is hidden", count: 18, cases: hidden },
    Family { name: "merged cells, dates and styles", count: 12, cases: dressed },
];

/// How many cells the box of a sheet may hold.
const MOST: u64 = 20_000_000;

fn xlsx(name: &'static str, workbook: &Workbook, codes: &'static [&'static str]) -> Case {
    Case::found(name, workbook.finish(), "xlsx", codes)
}

/// A workbook of which nothing is odd.
fn plain(name: &'static str, workbook: &Workbook) -> Case {
    Case::exactly(name, workbook.finish(), "xlsx", &[])
}

fn address(row: u64, column: u64) -> String {
    let mut letters = String::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap()));
        rest /= 26;
    }
    format!("{letters}{row}")
}

/// Two cells that make a box: found up to a size, refused beyond.
fn boxes() -> Vec<Case> {
    // Rows and columns of the corner opposite to A1.
    const CORNERS: [(u64, u64); 14] = [
        (1, 1),
        (1_048_576, 1),
        (1, 16_384),
        (1_048_576, 16_384),
        (1_048_576, 19),
        (1_048_576, 20),
        (1_220, 16_384),
        (1_221, 16_384),
        (4_472, 4_472),
        (4_473, 4_473),
        (200_000, 1_000),
        (65_536, 256),
        (65_536, 306),
        (524_288, 8_192),
    ];
    let judged = |name: String, file: Vec<u8>, kind: &'static str, cells: u64| {
        if cells > MOST {
            Case::too_complex(name, file, "E-FILE-SHEET-SIZE")
        } else {
            Case::exactly(name, file, kind, &[])
        }
    };
    let mut cases = Vec::new();
    for (rows, columns) in CORNERS {
        let (first, last) = ("A1".to_owned(), address(rows, columns));
        let (left, right) = (address(rows, 1), address(1, columns));
        let book = |addresses: [&String; 2]| Workbook::of(&cells_at(&addresses.map(String::as_str))).finish();
        cases.push(judged(format!("A1 to {last}"), book([&first, &last]), "xlsx", rows * columns));
        cases.push(judged(format!("{right} and {left}"), book([&right, &left]), "xlsx", rows * columns));
    }
    for (rows, columns) in CORNERS.into_iter().take(7) {
        let sheet = format!(
            "<table:table table:name=\"T\"><table:table-row table:number-rows-repeated=\"{rows}\">\
             <table:table-cell table:number-columns-repeated=\"{columns}\" office:value-type=\"float\" office:value=\"1\"/>\
             </table:table-row></table:table>"
        );
        cases.push(judged(
            format!("repeated to {}", address(rows, columns)),
            open_document(&sheet),
            "ods",
            rows * columns,
        ));
    }
    for (row, column) in [(0, 0), (65_535, 0), (0, 255), (65_535, 255), (32_767, 127), (9, 200), (60_000, 3)]
    {
        let sheet = OldSheet::new("H").number(0, 0, 1.0).number(row, column, 1.0);
        let name = format!("an old one to {}", address(u64::from(row) + 1, u64::from(column) + 1));
        cases.push(judged(name, OldWorkbook::of(sheet).finish(), "xls", 1));
    }
    cases
}

fn addresses() -> Vec<Case> {
    let at = |address: &str| Workbook::of(&cells_at(&[address])).finish();
    let outside = |address: &'static str| Case::unreadable(address, at(address), "E-FILE-SHEET-GRID");
    vec![
        outside("XFE1"),
        outside("A16777217"),
        outside("ZZZ1"),
        outside("ZZZZZZZ9999999999999999"),
        outside("A0"),
        outside(""),
        outside("1"),
        outside("1A"),
        outside("A1:B2"),
        outside("Ñ1"),
        outside("A99999999999999999999"),
        outside("A-1"),
    ]
}

fn shared_strings() -> Vec<Case> {
    let cell = |number: &str| format!("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>{number}</v></c></row>");
    let book = |number: &str, items: &str| Workbook::of(&cell(number)).strings(items).finish();
    let texts = |count: usize| {
        (0..count).map(|number| format!("<si><t>{number}</t></si>")).collect::<Vec<_>>().concat()
    };
    let rich = "<r><rPr><b/></rPr><t>a</t></r>".repeat(1 << 16);
    let damaged = |name, file| Case::unreadable(name, file, "E-FILE-DAMAGED");
    vec![
        Case::exactly("one", book("0", "<si><t>agua</t></si>"), "xlsx", &[]),
        Case::exactly("many", book("7", &texts((mebibytes() << 15).min(2_000_000))), "xlsx", &[]),
        Case::too_complex("ten million", book("7", &"<si/>".repeat(10_000_000)), "E-FILE-RATIO"),
        Case::too_complex(
            "a long one",
            book("0", &format!("<si><t>{}</t></si>", "a".repeat(mebibytes() << 21))),
            "E-FILE-RATIO",
        ),
        damaged("one that is not there", book("9", "<si><t>agua</t></si>")),
        // The library reads what is no number as the first.
        Case::exactly("one before the first", book("-1", "<si><t>agua</t></si>"), "xlsx", &[]),
        Case::exactly("no number", book("x", "<si><t>agua</t></si>"), "xlsx", &[]),
        Case::exactly("in many letters", book("0", &format!("<si>{rich}</si>")), "xlsx", &[]),
    ]
}

fn carried() -> Vec<Case> {
    let book = Workbook::of(&cells_at(&["A1"]));
    let old = || OldWorkbook::of(OldSheet::new("H").number(0, 0, 1.0));
    let part = |name, path: &str, codes: &'static [&'static str]| {
        Case::exactly(name, book.clone().part(path, b"<a/>").finish(), "xlsx", codes)
    };
    let ods = |path: &str| {
        Packing::new()
            .file("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
            .file("content.xml", b"<a/>")
            .file(path, b"x")
            .finish()
    };
    let link = |text: &[u8]| {
        old().record(
            0x01ae,
            &[&[0, 0][..], &u16::try_from(text.len()).unwrap().to_le_bytes(), &[0], text].concat(),
        )
    };
    vec![
        part("macros in what is called XLSX", "xl/vbaProject.bin", &["W-FILE-MACROS"]).called("xlsx"),
        part("macros", "xl/vbaProject.bin", &["W-FILE-MACROS"]).called("xlsm"),
        part("another file", "xl/externalLinks/externalLink1.xml", &["W-FILE-EXTERNAL-LINKS"]),
        part("a connection", "xl/connections.xml", &["W-FILE-CONNECTIONS"]),
        part("a query", "xl/queryTables/queryTable1.xml", &["W-FILE-CONNECTIONS"]),
        part("an object", "xl/embeddings/oleObject1.bin", &["W-FILE-EMBEDDED"]),
        part("a control", "xl/activeX/activeX1.xml", &["W-FILE-EMBEDDED"]),
        Case::found("macros in an ODS", ods("Basic/Standard/Module1.xml"), "ods", &["W-FILE-MACROS"]),
        Case::found("an object in an ODS", ods("Object 1/content.xml"), "ods", &["W-FILE-EMBEDDED"]),
        Case::exactly(
            "macros in an XLS",
            old().compound().storage("_VBA_PROJECT_CUR").finish(),
            "xls",
            &["W-FILE-MACROS"],
        ),
        Case::exactly(
            "macros of Excel 4",
            old().sheet(OldSheet::new("M").of_kind(1)).finish(),
            "xls",
            &["W-FILE-MACROS"],
        ),
        Case::exactly(
            "an object in an XLS",
            old().compound().storage("MBD00A1B2C3").finish(),
            "xls",
            &["W-FILE-EMBEDDED"],
        ),
        Case::exactly(
            "another file in an XLS",
            link(b"\x01otro.xls").finish(),
            "xls",
            &["W-FILE-EXTERNAL-LINKS"],
        ),
        Case::exactly("DDE in an XLS", link(b"cmd\x03/C calc").finish(), "xls", &["W-FILE-EXTERNAL-LINKS"]),
    ]
}

const LINES: &[&str] = &["W-FILE-HIDDEN-LINES"];
const SHEETS: &[&str] = &["W-FILE-HIDDEN-SHEET"];

fn hidden() -> Vec<Case> {
    let row = text_row(1, &["clave"]);
    let book = Workbook::of(&row);
    let raw = |xml: &str| Workbook::of("").raw_sheet(format!("<worksheet>{xml}</worksheet>"));
    let cell = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>";
    let part = |name, path: &str, codes: &'static [&'static str]| {
        Case::exactly(name, book.clone().part(path, b"<a/>").finish(), "xlsx", codes)
    };
    let core = |inner: &str| book.clone().part("docProps/core.xml", format!("<c>{inner}</c>").as_bytes());
    vec![
        xlsx("a sheet", &book.clone().sheet("S", "hidden", &row), SHEETS),
        xlsx("a sheet that only programs show", &book.clone().sheet("S", "veryHidden", &row), SHEETS),
        xlsx(
            "a row",
            &raw(&format!("<sheetData>{}</sheetData>", cell.replace("r=\"1\">", "r=\"1\" hidden=\"1\">"))),
            LINES,
        ),
        xlsx(
            "a row that says true",
            &raw("<sheetData><row r=\"1\" hidden=\"true\"><c r=\"A1\"><v>1</v></c></row></sheetData>"),
            LINES,
        ),
        xlsx(
            "columns",
            &raw(&format!(
                "<cols><col min=\"2\" max=\"9\" hidden=\"1\"/></cols><sheetData>{cell}</sheetData>"
            )),
            LINES,
        ),
        part("comments", "xl/comments1.xml", &["W-FILE-COMMENTS"]),
        part("threads", "xl/threadedComments/threadedComment1.xml", &["W-FILE-COMMENTS"]),
        part("persons", "xl/persons/person.xml", &["W-FILE-COMMENTS"]),
        part(
            "what a pivot table was made from",
            "xl/pivotCache/pivotCacheRecords1.xml",
            &["W-FILE-PIVOT-CACHE"],
        ),
        part("a picture of it", "docProps/thumbnail.emf", &["W-FILE-THUMBNAIL"]),
        xlsx("who made it", &core("<dc:creator>Ana</dc:creator>"), &["W-FILE-AUTHOR"]),
        xlsx("who saved it", &core("<cp:lastModifiedBy>Ana</cp:lastModifiedBy>"), &["W-FILE-AUTHOR"]),
    ]
    .into_iter()
    .chain(hidden_in_others())
    .collect()
}

fn hidden_in_others() -> Vec<Case> {
    let ods = |table: &str, row: &str| {
        open_document(&format!(
            "<table:table table:name=\"O\" {table}><table:table-row {row}><table:table-cell office:value=\"1\"/></table:table-row></table:table>"
        ))
    };
    let old = |name: &'static str, sheet: OldSheet, codes| {
        Case::exactly(name, OldWorkbook::of(sheet.number(0, 0, 1.0)).finish(), "xls", codes)
    };
    let sheet = || OldSheet::new("H");
    let row = sheet().record(0x0208, &[0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0]);
    vec![
        Case::exactly("a sheet of an ODS", ods("table:style-name=\"ta2\"", ""), "ods", SHEETS),
        Case::exactly("a row of an ODS", ods("", "table:visibility=\"collapse\""), "ods", LINES),
        old("a sheet of an XLS", sheet().hidden(1), SHEETS),
        old("a sheet of an XLS that only programs show", sheet().hidden(2), SHEETS),
        old("a row of an XLS", row, LINES),
        old("a note of an XLS", sheet().record(0x001c, &[0; 8]), &["W-FILE-COMMENTS"]),
    ]
}

fn dressed() -> Vec<Case> {
    let row = text_row(1, &["clave"]);
    let sheet = |behind: &str| {
        Workbook::of("").raw_sheet(format!("<worksheet><sheetData>{row}</sheetData>{behind}</worksheet>"))
    };
    let merged = |count: usize| {
        let mut random = fastrand::Rng::with_seed(5);
        let cells = (0..count).map(|_| format!("<mergeCell ref=\"A{0}:B{0}\"/>", random.u32(1..1_048_576)));
        sheet(&format!("<mergeCells count=\"{count}\">{}</mergeCells>", cells.collect::<String>()))
    };
    let dated = |properties: &str, cell: &str| {
        let book = Workbook::of(&format!("<row r=\"1\"><c r=\"A1\" s=\"1\">{cell}</c></row>"));
        book.properties(properties).part("xl/styles.xml", styles(2, 14).as_bytes())
    };
    let old = |dates: u8| OldWorkbook::of(OldSheet::new("H").number(0, 0, 60.0)).record(0x0022, &[dates, 0]);
    let many = mebibytes() << 13;
    vec![
        plain("one merged range", &merged(1)),
        plain("many merged ranges", &merged(mebibytes() << 16)),
        plain(
            "a million merged ranges that are the same",
            &sheet(&"<mergeCell ref=\"A1:B2\"/>".repeat(1_000_000)),
        ),
        plain(
            "a range over everything",
            &sheet("<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>"),
        ),
        plain("a range that is none", &sheet("<mergeCells><mergeCell ref=\"ZZZZ0:9\"/></mergeCells>")),
        plain("days since 1900", &dated("", "<v>60</v>")),
        plain("days since 1904", &dated("<workbookPr date1904=\"1\"/>", "<v>60</v>")),
        plain("days before them", &dated("", "<v>-1e300</v>")),
        plain("many styles", &Workbook::of(&row).part("xl/styles.xml", styles(many, 14).as_bytes())),
        plain(
            "a million styles",
            &Workbook::of(&row).part("xl/styles.xml", styles(1_000_000, 14).as_bytes()),
        ),
        Case::exactly("days since 1900 in an XLS", old(0).finish(), "xls", &[]),
        Case::exactly("days since 1904 in an XLS", old(1).finish(), "xls", &[]),
    ]
}

/// So many styles of cells, each of which shows numbers in this format.
fn styles(count: usize, format: u32) -> String {
    let mut random = fastrand::Rng::with_seed(2);
    let many = count < 1_000_000;
    let formats = (0..count).map(|_| {
        // What is all the same packs into nothing.
        let font = if many { random.u32(..) } else { 0 };
        format!("<xf numFmtId=\"{format}\" fontId=\"{font}\"/>")
    });
    format!("<styleSheet><cellXfs count=\"{count}\">{}</cellXfs></styleSheet>", formats.collect::<String>())
}
