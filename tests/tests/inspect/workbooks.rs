//! Workbooks: where their cells are, what their packages hold, and what they hide.

use vitrina_tests::packing::{Member, Packing, Workbook, cells_at, open_document, text_row};

use crate::{Case, inspect, server, try_all};

fn at(addresses: &[&str]) -> Vec<u8> {
    Workbook::of(&cells_at(addresses)).finish()
}

#[tokio::test]
async fn boxes_of_too_many_cells_and_cells_outside_of_the_grid_are_refused() {
    try_all([
        Case::found("one cell", at(&["A1"]), "xlsx", &[]),
        Case::found("the last cell alone", at(&["XFD1048576"]), "xlsx", &[]),
        Case::found("a column", at(&["A1", "A1048576"]), "xlsx", &[]),
        Case::found("a row", at(&["A1", "XFD1"]), "xlsx", &[]),
        Case::too_complex("both corners", at(&["A1", "XFD1048576"]), "E-FILE-SHEET-SIZE"),
        Case::too_complex("corners in the other order", at(&["XFD1048576", "A1"]), "E-FILE-SHEET-SIZE"),
        Case::too_complex("the other diagonal", at(&["XFD1", "A1048576"]), "E-FILE-SHEET-SIZE"),
        Case::too_complex("a box that fills memory", at(&["A1", "ALL200000"]), "E-FILE-SHEET-SIZE"),
        Case::unreadable("a column too far", at(&["XFE1"]), "E-FILE-SHEET-GRID"),
        Case::unreadable("a row too far", at(&["A16777217"]), "E-FILE-SHEET-GRID"),
    ])
    .await;
}

/// What the library makes of such addresses is its affair, as long as it ends in an answer.
#[tokio::test]
async fn addresses_that_are_none_end_in_an_answer() {
    let (_setup, mut program, http) = server().await;
    for address in [
        "",
        "A0",
        "0",
        "ZZZZZZZ9999999999999999",
        "A-1",
        "1A",
        "$A$1",
        "A1:B2",
        "Ñ1",
        "A99999999999999999999",
    ] {
        let answer = inspect(&http, &at(&[address]), "xlsx").await;
        assert!([200, 422].contains(&answer.status.as_u16()), "{address:?}: {}", answer.text());
    }
    assert!(program.is_alive());
}

/// So many bytes that hardly pack, between so many that pack well: a ratio below the limit.
fn dense(bytes: usize) -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let mut text = String::with_capacity(bytes);
    while text.len() < bytes {
        text.extend((0..1_000).map(|_| random.alphanumeric()));
        text.extend(std::iter::repeat_n('a', 20_000));
    }
    text
}

#[tokio::test]
async fn what_unpacks_to_too_much_is_refused_while_it_is_counted() {
    let blanks = " ".repeat(40 << 20);
    let shared = format!("<si><t>{}</t></si>", "A".repeat(40 << 20));
    let long = format!("<si><t>{}</t></si>", dense(257 << 20));
    try_all([
        Case::too_complex("blanks", Workbook::of(&blanks).finish(), "E-FILE-RATIO"),
        Case::too_complex("a shared string", Workbook::of("").strings(&shared).finish(), "E-FILE-RATIO"),
        Case::too_complex("a long one", Workbook::of("").strings(&long).finish(), "E-FILE-UNPACKED"),
        Case::too_complex(
            "a part that nobody reads",
            Workbook::of("").part("xl/media/image1.bin", blanks.as_bytes()).finish(),
            "E-FILE-RATIO",
        ),
        Case::too_complex(
            "parts",
            {
                let parts =
                    (0..1_001).fold(Workbook::of(""), |book, number| book.part(&format!("x/{number}"), b"x"));
                parts.finish()
            },
            "E-FILE-ENTRIES",
        ),
    ])
    .await;
}

#[tokio::test]
async fn xml_that_exhausts_parsers_is_refused_before_they_see_it() {
    let sheet = |inner: &str| {
        Workbook::of("").raw_sheet(format!("<worksheet><sheetData>{inner}</sheetData></worksheet>"))
    };
    let raw = |xml: &str| Workbook::of("").raw_sheet(xml).finish();
    let entities = "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><worksheet><sheetData>&d;</sheetData></worksheet>";
    let wide: Vec<u8> = "<worksheet/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = Workbook::of("").part("xl/worksheets/sheet9.xml", &[b"\xff\xfe".as_slice(), &wide].concat());
    try_all([
        Case::unreadable("a DOCTYPE", raw("<!DOCTYPE worksheet><worksheet/>"), "E-FILE-XML-DOCTYPE"),
        Case::unreadable("entities", raw(entities), "E-FILE-XML-DOCTYPE"),
        Case::unreadable(
            "an external entity",
            raw("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><worksheet/>"),
            "E-FILE-XML-DOCTYPE",
        ),
        Case::unreadable("UTF-16", wide.finish(), "E-FILE-XML-ENCODING"),
        Case::too_complex(
            "attributes",
            sheet(&format!("<c {}/>", "a='' ".repeat(60_000))).finish(),
            "E-FILE-XML-ATTRIBUTES",
        ),
        Case::too_complex(
            "more attributes",
            sheet(&format!("<c {}/>", "a='' ".repeat(300))).finish(),
            "E-FILE-XML-ATTRIBUTES",
        ),
        Case::too_complex("depth", sheet(&"<c>".repeat(10_000)).finish(), "E-FILE-XML-DEPTH"),
        Case::unreadable("a cut sheet", raw("<worksheet><sheetData><row><c r=\"A1\"><v>1"), "E-FILE-DAMAGED"),
        Case::unreadable(
            "a shared string that is not there",
            sheet("<row><c r=\"A1\" t=\"s\"><v>x</v></c></row>").finish(),
            "E-FILE-DAMAGED",
        ),
    ])
    .await;
}

#[tokio::test]
async fn packages_that_two_programs_would_read_differently_are_refused() {
    let workbook = Workbook::of(&cells_at(&["A1"]));
    let sheet = |name: &str| Member::new(name, b"<worksheet><sheetData/></worksheet>");
    let twice = workbook.packing().member(&sheet("xl/worksheets/sheet1.xml")).finish();
    let overlapping = workbook.packing().listed(&sheet("xl/worksheets/sheet2.xml")).finish();
    let locked = workbook.packing().member(&sheet("xl/worksheets/sheet2.xml").locked()).finish();
    let mut junk = workbook.finish();
    junk.extend(std::iter::repeat_n(b'x', 1_000));
    let cut = workbook.finish();
    try_all([
        Case::unreadable("a part twice", twice, "E-FILE-ENTRY-REPEATED"),
        Case::unreadable("parts over each other", overlapping, "E-FILE-ENTRY-OVERLAP"),
        Case::unreadable("a locked part", locked, "E-FILE-LOCKED"),
        Case::found("junk behind", junk, "xlsx", &[]),
        Case::unreadable("no end", cut[..cut.len() - 30].to_vec(), "E-FILE-DAMAGED"),
    ])
    .await;
}

#[tokio::test]
async fn what_a_workbook_hides_and_carries_is_told() {
    let rows = [text_row(1, &["clave", "nombre"]), text_row(2, &["09", "=1+1"])].concat();
    let hiding = Workbook::of(&rows).sheet("Sueldos", "hidden", &text_row(1, &["x"])).sheet(
        "Claves",
        "veryHidden",
        &text_row(1, &["y"]),
    );
    let lines = Workbook::of("").raw_sheet(
        "<worksheet><cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols><sheetData><row r=\"1\" hidden=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"2\"><c r=\"B2\"><f>SUM(A1)</f><v>1</v></c></row></sheetData></worksheet>",
    );
    let carrying = Workbook::of(&rows)
        .part("xl/vbaProject.bin", b"x")
        .part("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        .part("xl/connections.xml", b"<connections/>")
        .part("xl/embeddings/oleObject1.bin", b"x")
        .part("xl/comments1.xml", b"<comments/>")
        .part("xl/pivotCache/pivotCacheRecords1.xml", b"<pivotCacheRecords/>")
        .part("docProps/core.xml", b"<cp:coreProperties><dc:creator>Ana</dc:creator></cp:coreProperties>")
        .part("docProps/thumbnail.jpeg", b"x");
    try_all([
        Case::found(
            "hidden sheets",
            hiding.finish(),
            "xlsx",
            &["W-FILE-HIDDEN-SHEET", "W-FILE-FORMULA-TEXT"],
        ),
        Case::found("hidden lines", lines.finish(), "xlsx", &["W-FILE-HIDDEN-LINES", "W-FILE-FORMULAS"]),
        Case::found(
            "what else it carries",
            carrying.finish(),
            "xlsx",
            &[
                "W-FILE-MACROS",
                "W-FILE-AUTHOR",
                "W-FILE-EXTERNAL-LINKS",
                "W-FILE-CONNECTIONS",
                "W-FILE-EMBEDDED",
                "W-FILE-COMMENTS",
                "W-FILE-PIVOT-CACHE",
                "W-FILE-THUMBNAIL",
            ],
        ),
        Case::found("another name", hiding.finish(), "xlsx", &["W-FILE-NAME"]).called("csv"),
    ])
    .await;
}

#[tokio::test]
async fn the_sheets_of_a_workbook_are_told_with_their_cells() {
    let (_setup, _program, http) = server().await;
    let rows = [text_row(1, &["clave", "nombre"]), text_row(2, &["09", "=1+1"])].concat();
    let workbook = Workbook::of(&rows).sheet("Sueldos", "hidden", &cells_at(&["C3", "E9"])).finish();
    let answer = inspect(&http, &workbook, "xlsx").await.expect(200).unwrap().json();
    let first = &answer["tables"][0];
    assert_eq!(first["name"], "Hoja1");
    assert_eq!(first["header"], serde_json::json!(["clave", "nombre"]));
    assert_eq!(first["sample"], serde_json::json!([["09", "'=1+1"]]));
    let second = &answer["tables"][1];
    assert_eq!(second["visibility"], "hidden");
    let bounds = serde_json::json!({"first_row": 3, "first_column": 3, "last_row": 9, "last_column": 5});
    assert_eq!(second["bounds"], bounds);
    let hidden =
        &answer["findings"].as_array().unwrap().iter().find(|found| found["code"] == "W-FILE-HIDDEN-SHEET");
    assert_eq!(hidden.unwrap()["pointer"], "/tables/1");
}

#[tokio::test]
async fn cells_that_are_repeated_are_counted_and_not_written_out() {
    let cell = |repeats: u64, text: &str| {
        format!(
            "<table:table-cell table:number-columns-repeated=\"{repeats}\" office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let table = |rows: &str| format!("<table:table table:name=\"T\">{rows}</table:table>");
    let row = |repeats: u64, cells: &str| {
        format!("<table:table-row table:number-rows-repeated=\"{repeats}\">{cells}</table:table-row>")
    };
    let empty = "<table:table-cell table:number-columns-repeated=\"16384\"/>";
    let hidden = "<table:table table:name=\"O\" table:style-name=\"ta2\"><table:table-row table:visibility=\"collapse\">\
        <table:table-cell table:formula=\"of:=1\" office:value-type=\"float\" office:value=\"1\"/></table:table-row></table:table>";
    try_all([
        Case::found("a table", open_document(&table(&row(1, &cell(1, "x &amp; y")))), "ods", &[]),
        Case::found(
            "empty rows to the end",
            open_document(&table(&format!("{}{}", row(1, &cell(3, "x")), row(1_048_575, empty)))),
            "ods",
            &[],
        ),
        Case::too_complex(
            "a cell over all",
            open_document(&table(&row(1_048_576, &cell(16_384, "x")))),
            "E-FILE-SHEET-SIZE",
        ),
        Case::unreadable(
            "a cell over more",
            open_document(&table(&row(4_000_000_000, &cell(4_000_000_000, "x")))),
            "E-FILE-SHEET-GRID",
        ),
        Case::found(
            "hidden",
            open_document(hidden),
            "ods",
            &["W-FILE-HIDDEN-SHEET", "W-FILE-HIDDEN-LINES", "W-FILE-FORMULAS"],
        ),
        Case::unreadable("entities", open_document("<!DOCTYPE a>"), "E-FILE-XML-DOCTYPE"),
    ])
    .await;
    let without = Packing::new().file("mimetype", b"application/vnd.oasis.opendocument.spreadsheet").finish();
    try_all([Case::unreadable("no sheets", without, "E-FILE-DAMAGED")]).await;
}
