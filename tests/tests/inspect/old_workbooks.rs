//! Workbooks of old Excel: their container, their records, and what they hide.

use std::io::Cursor;

use calamine::{Reader as _, Xls};
use rstest::rstest;
use vitrina_app::ports::parser::{ParseError, Parser as _, Work, WorkClass};
use vitrina_cli::parse_worker::Here;
use vitrina_tests::{
    Random,
    compound::{Compound, OldSheet, OldWorkbook, Written, long_text},
};

use crate::{Case, PATIENCE, inspect, server, try_all};

/// A sheet with a table in all the ways that a cell can be written.
fn table() -> OldSheet {
    OldSheet::new("Hoja1")
        .shared(0, 0, 0)
        .text(0, 1, "niñez")
        .text(0, 2, "nota")
        .text(1, 0, "09")
        .number(1, 1, 1.5)
        .formula(1, 2, "=1+1")
        // A number in four bytes, two of them side by side, and a truth.
        .record(0x027e, &[2, 0, 1, 0, 15, 0, 50, 0, 0, 0])
        .record(0x00bd, &[3, 0, 0, 0, 15, 0, 14, 0, 0, 0, 15, 0, 18, 0, 0, 0, 1, 0])
        .record(0x0205, &[3, 0, 2, 0, 15, 0, 1, 0])
}

fn book() -> OldWorkbook {
    OldWorkbook::of(table()).strings(&["clave"])
}

/// The rows of the first sheet as another reader sees them.
fn rows_of(file: &[u8]) -> Vec<Vec<String>> {
    let mut other: Xls<_> = Xls::new(Cursor::new(file)).unwrap();
    let range = other.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn the_table_of_a_workbook_is_the_one_that_others_read() {
    let (_setup, _program, http) = server().await;
    let long: Vec<String> =
        (0..700).map(|number| format!("{number}-{}", "ñandú ".repeat(number % 9))).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let mut shared = OldSheet::new("Textos");
    for (row, text) in [0, 699, 350, 7, 8, 9].into_iter().zip(0..) {
        shared = shared.shared(text, 0, row);
    }
    let crowded = OldWorkbook::of(shared).strings(&long);
    for (file, has_header) in [(book().finish(), true), (crowded.finish(), true)] {
        let found = inspect(&http, &file, "xls").await.expect(200).unwrap().json();
        let told = &found["tables"][0];
        let mut rows = rows_of(&file);
        assert_eq!(told["header"].is_array(), has_header, "{found}");
        assert_eq!(told["header"], serde_json::json!(rows.remove(0)), "{found}");
        let shown: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| row.into_iter().map(|text| text.replace("=1+1", "'=1+1")).collect())
            .collect();
        assert_eq!(told["sample"], serde_json::json!(shown), "{found}");
    }
}

#[tokio::test]
async fn what_an_old_workbook_hides_and_carries_is_told() {
    let hidden = table()
        // A row and a column that are not seen.
        .record(0x0208, &[1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0])
        .record(0x007d, &[1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    let noted = table().record(0x001c, &[0; 8]);
    let asking = table().record(0x01ad, &[0; 10]);
    let elsewhere = [&[1, 0, 9, 0, 0][..], b"\x01otro.xls"].concat();
    let carrying = book()
        .compound()
        .storage("_VBA_PROJECT_CUR")
        .storage("MBD0001")
        .storage("_SX_DB_CUR")
        .stream("\u{5}SummaryInformation", &properties("Ana"));
    let nameless = book().compound().stream("\u{5}SummaryInformation", &properties(" "));
    let older = Compound::new().stream("Book", &[9, 8, 4, 0, 0, 5, 5, 0, 10, 0, 0, 0]);
    let other = Compound::new().stream("WordDocument", &[0; 5_000]);
    let strings = |sheet: OldSheet| OldWorkbook::of(sheet).strings(&["clave"]);
    try_all([
        Case::found("a table", book().finish(), "xls", &["W-FILE-FORMULAS", "W-FILE-FORMULA-TEXT"]),
        Case::found("hidden", strings(table().hidden(1)).finish(), "xls", &["W-FILE-HIDDEN-SHEET"]),
        Case::found("very hidden", strings(table().hidden(2)).finish(), "xls", &["W-FILE-HIDDEN-SHEET"]),
        Case::found("hidden lines", strings(hidden).finish(), "xls", &["W-FILE-HIDDEN-LINES"]),
        Case::found("notes", strings(noted).finish(), "xls", &["W-FILE-COMMENTS"]),
        Case::found("a query", strings(asking).finish(), "xls", &["W-FILE-CONNECTIONS"]),
        Case::found("a connection", book().record(0x0876, &[0; 8]).finish(), "xls", &["W-FILE-CONNECTIONS"]),
        Case::found(
            "another file",
            book().record(0x01ae, &elsewhere).finish(),
            "xls",
            &["W-FILE-EXTERNAL-LINKS"],
        ),
        Case::exactly("itself", book().record(0x01ae, &[1, 0, 1, 4]).finish(), "xls", PLAIN),
        Case::found(
            "macros",
            book().sheet(OldSheet::new("M").of_kind(1)).finish(),
            "xls",
            &["W-FILE-MACROS"],
        ),
        Case::found(
            "what else it carries",
            carrying.finish(),
            "xls",
            &["W-FILE-MACROS", "W-FILE-EMBEDDED", "W-FILE-PIVOT-CACHE", "W-FILE-AUTHOR"],
        ),
        Case::exactly("nobody", nameless.finish(), "xls", PLAIN),
        Case::exactly("a chart", book().sheet(OldSheet::new("G").of_kind(2)).finish(), "xls", PLAIN),
        Case::exactly("a chart in a sheet", strings(charted()).finish(), "xls", PLAIN),
        Case::found("many sheets", many().finish(), "xls", &["W-FILE-SHEETS"]),
        Case::found("an older one", older.finish(), "xls", &["W-FILE-NOT-READ"]),
        Case::found("a document", other.finish(), "unknown", &["W-FILE-NAME"]).called("xls"),
        Case::found("another name", book().finish(), "xls", &["W-FILE-NAME"]).called("csv"),
    ])
    .await;
}

/// What is told of a workbook with nothing but its table.
const PLAIN: &[&str] = &["W-FILE-FORMULAS", "W-FILE-FORMULA-TEXT"];

/// A sheet with a chart in it, whose cells are none of the sheet's.
fn charted() -> OldSheet {
    let begin = [0, 6, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    table().record(0x0809, &begin).number(9, 300, 1.0).record(0x000a, &[])
}

fn many() -> OldWorkbook {
    (0..70).fold(OldWorkbook::default(), |book, number| book.sheet(OldSheet::new(&format!("H{number}"))))
}

/// Properties of a document that name its author.
fn properties(author: &str) -> Vec<u8> {
    let mut bytes = vec![0; 48];
    bytes[..2].copy_from_slice(&[0xfe, 0xff]);
    bytes[24] = 1;
    bytes[44] = 48;
    let value =
        [&[0x1e, 0, 0, 0, u8::try_from(author.len() + 1).unwrap(), 0, 0, 0], author.as_bytes(), b"\0"]
            .concat();
    let set = [&[0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0][..], &value].concat();
    bytes.extend(set);
    bytes
}

#[tokio::test]
async fn containers_that_lead_in_circles_or_nowhere_are_refused() {
    // A stream in sectors of its own, and one in small sectors.
    let long = OldWorkbook::of((0..300).fold(OldSheet::new("H"), |sheet, row| sheet.text(row, 0, "agua")));
    let written = long.compound().stream("x", &[7; 100]).written();
    let (start, small) = (written.start(1), written.start(0));
    let with = || written.clone();
    let sector = |number: usize| u32::try_from(number).unwrap();
    let list: [u8; 4] = written.bytes[76..80].try_into().unwrap();
    let crossed = |name, written: Written| Case::unreadable(name, written.bytes, "E-FILE-SECTORS");
    let damaged = |name, written: Written| Case::unreadable(name, written.bytes, "E-FILE-DAMAGED");
    let cut = |length: usize| Case::unreadable("cut", written.bytes[..length].to_vec(), "E-FILE-DAMAGED");
    let twice = long.compound().stream("WORKBOOK", &[0; 5_000]);
    let crowded = (0..1_001).fold(long.compound(), |file, number| file.storage(&format!("{number}")));
    try_all([
        Case::found("whole", with().bytes, "xls", &[]),
        crossed("a circle", with().linked(start + 3, sector(start))),
        crossed("itself", with().linked(start, sector(start))),
        crossed("another's", with().linked(start, sector(small))),
        damaged("out of the file", with().linked(start, 0x00ff_ffff)),
        damaged("too short", with().linked(start, 0xffff_fffe)),
        damaged("a longer stream", with().entry(1, 120, &[0xff; 4])),
        damaged("no beginning", with().entry(1, 116, &[0xff; 4])),
        damaged("small ones out of the file", with().entry(2, 116, &[9; 4])),
        crossed("lists twice", with().header(80, &list)),
        crossed("more lists", with().header(68, &list)),
        damaged("lists out of the file", with().header(76, &[0xf0; 4])),
        crossed("a tree in a circle", with().entry(2, 72, &[1, 0, 0, 0])),
        crossed("a tree with its root", with().entry(2, 72, &[0; 4])),
        damaged("a tree out of the list", with().entry(2, 72, &[77, 0, 0, 0])),
        damaged("sectors of two gibibytes", with().header(30, &[31, 0])),
        Case::unreadable("one name twice", twice.finish(), "E-FILE-ENTRY-REPEATED"),
        cut(600),
        cut(80),
        Case::too_complex("a thousand entries", crowded.finish(), "E-FILE-ENTRIES"),
    ])
    .await;
}

#[tokio::test]
async fn records_that_lie_are_refused_or_not_believed() {
    let corner = |sheet: OldSheet| OldWorkbook::of(sheet).finish();
    // The box that a sheet says it has: all of the grid, and more.
    let boxed = |rows: u32, columns: u16| {
        let data = [&[0; 4][..], &rows.to_le_bytes(), &[0; 2], &columns.to_le_bytes(), &[0; 2]].concat();
        corner(OldSheet::new("H").record(0x0200, &data).number(0, 0, 1.0))
    };
    let locked = book().record(0x002f, &[1, 0, 1, 0]);
    let mut cut = book().stream();
    cut.truncate(cut.len() - 30);
    let mut elsewhere = OldWorkbook::of(OldSheet::new("H")).sheet(OldSheet::new("I")).stream();
    // The places of the sheets stand behind the record that begins the stream.
    let (first, second) = (20 + 4, 20 + 4 + 13);
    elsewhere[first] += 4;
    let mut same = OldWorkbook::of(OldSheet::new("H")).sheet(OldSheet::new("I")).stream();
    same.copy_within(second..second + 4, first);
    let many_texts = OldWorkbook::of(table()).record(0x00fc, &[&[0xff; 8][..], &long_text("clave")].concat());
    let stream = |bytes: &[u8]| Compound::new().stream("Workbook", bytes).finish();
    try_all([
        Case::found("a box of the whole grid", boxed(65_536, 256), "xls", &[]),
        Case::found("a box of everything", boxed(u32::MAX, u16::MAX), "xls", &[]),
        Case::found(
            "both corners",
            corner(OldSheet::new("H").number(0, 0, 1.0).number(65_535, 255, 1.0)),
            "xls",
            &[],
        ),
        Case::unreadable(
            "a column too far",
            corner(OldSheet::new("H").number(0, 256, 1.0)),
            "E-FILE-SHEET-GRID",
        ),
        Case::unreadable(
            "the last of all",
            corner(OldSheet::new("H").number(65_535, 65_535, 1.0)),
            "E-FILE-SHEET-GRID",
        ),
        Case::unreadable(
            "a text that is not there",
            corner(OldSheet::new("H").shared(0, 0, 9)),
            "E-FILE-DAMAGED",
        ),
        Case::found("texts that say that they are many", many_texts.finish(), "xls", &[]),
        Case::unreadable("no texts", book().record(0x00fc, &[0xff; 8]).finish(), "E-FILE-DAMAGED"),
        Case::unreadable(
            "a number cut",
            corner(OldSheet::new("H").record(0x0203, &[0; 9])),
            "E-FILE-DAMAGED",
        ),
        Case::unreadable("a cut stream", stream(&cut), "E-FILE-DAMAGED"),
        Case::unreadable("no stream", stream(b""), "E-FILE-DAMAGED"),
        Case::unreadable("something else", stream(&[7; 5_000]), "E-FILE-DAMAGED"),
        Case::unreadable("a sheet at no place", stream(&elsewhere), "E-FILE-DAMAGED"),
        Case::unreadable("two sheets at one place", stream(&same), "E-FILE-DAMAGED"),
        Case::unreadable("locked", locked.finish(), "E-FILE-LOCKED"),
        Case::unreadable(
            "a locked new one",
            Compound::new().stream("EncryptedPackage", &[7; 5_000]).finish(),
            "E-FILE-LOCKED",
        ),
    ])
    .await;
}

/// Whatever a byte says, the reader ends: with what it found, or with a refusal that is not its own death.
#[rstest]
#[case::table(book().finish())]
#[case::carrying(many().compound().storage("MBD1").stream("\u{5}SummaryInformation", &properties("Ana")).finish())]
#[tokio::test]
async fn whatever_a_byte_says_the_reader_ends(#[case] file: Vec<u8>) {
    let mut random = Random::told_or_new("damaged workbooks");
    for _ in 0..3_000 {
        let mut damaged = file.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(damaged.len());
            damaged[at] = [0, 1, 0x7f, 0xff, 0xfe, u8::try_from(random.below(256)).unwrap()][random.below(6)];
        }
        let mut open = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut open, &damaged).unwrap();
        let work = Work { file: open, extension: None, class: WorkClass::Bulk, patience: PATIENCE };
        if let Err(ParseError::Refused(refusal)) = Here.inspect(work).await {
            assert_ne!(refusal.finding.code, "E-FILE-EXHAUSTED");
        }
    }
}
