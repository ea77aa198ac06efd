//! The packages of workbooks, and the XML in them.

use vitrina_tests::packing::{Member, Packing, Workbook, cells_at, open_document};

use super::mebibytes;
use crate::Case;

/// Bytes that pack in this ratio, about.
fn packs_by(ratio: usize, bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(11);
    let mut content = Vec::with_capacity(bytes + ratio * 64);
    while content.len() < bytes {
        content.extend((0..64).map(|_| random.u8(..)));
        content.extend(std::iter::repeat_n(0, 64 * ratio));
    }
    content
}

pub(super) fn packages() -> Vec<Case> {
    let book = Workbook::of(&cells_at(&["A1"]));
    let part = |name: &str, bytes: &[u8]| book.clone().part(name, bytes).finish();
    let sheet = |name: &str| Member::new(name, b"<worksheet><sheetData/></worksheet>");
    let with = |member: &Member| book.packing().member(member).finish();
    let behind = |junk: &[u8]| [&book.finish(), junk].concat();
    let cut = |bytes: usize| {
        let whole = book.finish();
        whole[..whole.len() - bytes].to_vec()
    };
    let long = |count, bytes, start| book.packing().finish_long(count, bytes, start);
    let large = mebibytes() << 21;
    let ratio = |ratio| part("xl/media/a.bin", &packs_by(ratio, large));
    let lied = |told: u32| {
        book.packing().member_listed_as(&sheet("xl/a.xml").saying(told), &sheet("xl/a.xml")).finish()
    };
    let zeros = Member::new("xl/media/a.bin", &vec![0; 4_000]);
    let overlapping = (0..200).fold(book.packing().member(&zeros), |packing, number| {
        packing.listed(&Member::new(format!("xl/media/{number}.bin"), &vec![0; 4_000]))
    });
    let many = |count: usize| {
        (0..count).fold(book.packing(), |packing, number| packing.file(format!("x/{number}"), b"")).finish()
    };
    let nested = Packing::new().file("b.bin", &packs_by(900, large)).finish();
    let renamed = book.packing().member_listed_as(&sheet("xl/b.xml"), &sheet("xl/c.xml"));
    let damaged = |name, file| Case::unreadable(name, file, "E-FILE-DAMAGED");
    let twofold = |name, file| Case::unreadable(name, file, "E-FILE-ENTRY-HEADER");
    let fine = |name, file| Case::exactly(name, file, "xlsx", &[]);
    vec![
        fine("one to a hundred", ratio(90)),
        Case::too_complex("one to three hundred", ratio(300), "E-FILE-RATIO"),
        Case::too_complex("one to five hundred", ratio(500), "E-FILE-RATIO"),
        Case::too_complex("one to a thousand", ratio(1_000), "E-FILE-RATIO"),
        fine("a bomb in an archive that is a part", part("xl/embedded.zip", &nested)),
        Case::unreadable("overlapping", overlapping.finish(), "E-FILE-ENTRY-OVERLAP"),
        fine("a thousand parts", many(995)),
        Case::too_complex("more than a thousand parts", many(996), "E-FILE-ENTRIES"),
        Case::too_complex("as many parts as can be told", many(65_000), "E-FILE-ENTRIES"),
        Case::unreadable("a part twice", with(&sheet("xl/worksheets/sheet1.xml")), "E-FILE-ENTRY-REPEATED"),
        twofold("shorter than listed", lied(7)),
        twofold("longer than listed", lied(1 << 20)),
        damaged("listed as shorter", with(&sheet("xl/a.xml").saying(7))),
        damaged("listed as longer", with(&sheet("xl/a.xml").saying(1 << 20))),
        twofold("listed by another name", renamed.finish()),
        Case::unreadable("locked", with(&sheet("xl/a.xml").locked()), "E-FILE-LOCKED"),
        damaged("by a method that nobody knows", with(&sheet("xl/a.xml").by_method(99))),
        fine("a name that leads up", with(&sheet("../../a.xml"))),
        fine("a name from the root", with(&sheet("/etc/a.xml"))),
        fine("a link", with(&sheet("xl/a.xml").with_mode(0o120_777))),
        fine("junk behind", behind(&[b'x'; 1_000])),
        fine("another end behind", behind(b"PK\x05\x06")),
        damaged("no end", cut(30)),
        damaged("half of it", cut(book.finish().len() / 2)),
        damaged("more entries than there are", long(1 << 40, 0, 0)),
        damaged("a directory of exabytes", long(7, 1 << 62, 0)),
        damaged("a directory out of the file", long(7, 100, 1 << 62)),
        damaged("a directory before the file", long(7, 100, u64::MAX)),
    ]
}

pub(super) fn xml() -> Vec<Case> {
    let sheet = |xml: &str| Workbook::of("").raw_sheet(xml).finish();
    let data = |inner: &str| sheet(&format!("<worksheet><sheetData>{inner}</sheetData></worksheet>"));
    let doctype = |name, xml: &str| Case::unreadable(name, sheet(xml), "E-FILE-XML-DOCTYPE");
    let laughs = (1..10)
        .map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10)))
        .collect::<Vec<_>>()
        .concat();
    let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>".encode_utf16().flat_map(bytes);
        let bytes: Vec<u8> = mark.iter().copied().chain(text).collect();
        Workbook::of("").part("xl/worksheets/sheet9.xml", &bytes).finish()
    };
    let encoding = |name, file| Case::unreadable(name, file, "E-FILE-XML-ENCODING");
    let attributes = |count: usize| data(&format!("<c {}/>", "a='' ".repeat(count)));
    let names = (0..300).map(|number| format!("xmlns:n{number}='u' ")).collect::<Vec<_>>().concat();
    let outside = open_document("<!DOCTYPE a SYSTEM \"http://127.0.0.1/x\">");
    vec![
        doctype("a DOCTYPE", "<!DOCTYPE worksheet><worksheet/>"),
        doctype("laughs", &format!("<!DOCTYPE a [<!ENTITY e0 \"x\">{laughs}]><worksheet>&e9;</worksheet>")),
        doctype(
            "a file",
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><worksheet>&b;</worksheet>",
        ),
        doctype("an address", "<!DOCTYPE a SYSTEM \"http://127.0.0.1/x\"><worksheet/>"),
        doctype("a parameter", "<!DOCTYPE a [<!ENTITY % b SYSTEM \"http://127.0.0.1/x\">%b;]><worksheet/>"),
        Case::unreadable("an address in an ODS", outside, "E-FILE-XML-DOCTYPE"),
        Case::too_complex("sixty thousand attributes", attributes(60_000), "E-FILE-XML-ATTRIBUTES"),
        Case::too_complex("more attributes than are taken", attributes(257), "E-FILE-XML-ATTRIBUTES"),
        Case::too_complex("names of spaces", data(&format!("<c {names}/>")), "E-FILE-XML-ATTRIBUTES"),
        Case::too_complex("a million levels", data(&"<c>".repeat(1_000_000)), "E-FILE-XML-DEPTH"),
        Case::too_complex(
            "a tag of a mebibyte",
            data(&format!("<c a='{}'/>", "x".repeat(1 << 20))),
            "E-FILE-XML-TAG",
        ),
        encoding("UTF-16 that says UTF-8", wide(b"", u16::to_le_bytes)),
        encoding("UTF-16 with a mark", wide(b"\xff\xfe", u16::to_le_bytes)),
        encoding("UTF-16, big end first", wide(b"\xfe\xff", u16::to_be_bytes)),
    ]
}
