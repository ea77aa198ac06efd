//! Archives (30).

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use vitrina_tests::packing::{Member, Packing};

use super::{Family, mebibytes};
use crate::Case;

pub(super) const FAMILIES: &[Family] = &[
    Family { name: "names", count: 12, cases: names },
    Family { name: "lies", count: 12, cases: lies },
    Family { name: "gzip", count: 6, cases: gzip },
];

fn zip(name: &'static str, packing: Packing, codes: &'static [&'static str]) -> Case {
    Case::exactly(name, packing.finish(), "zip", codes)
}

fn names() -> Vec<Case> {
    let of = |name: &str| Packing::new().file(name, b"a,b\n1,2\n");
    let path = &["E-FILE-ENTRY-PATH"];
    vec![
        zip("plain", of("datos/a.csv"), &[]),
        zip("up", of("../a.csv"), path),
        zip("down and up", of("a/../../b.csv"), path),
        zip("from the root", of("/etc/cron.d/a"), path),
        zip("another bar", of("..\\..\\a.csv"), path),
        zip("a drive", of("C:\\Windows\\a.csv"), path),
        zip("a share", of("\\\\servidor\\a.csv"), path),
        zip("a null", of("a.csv\0.exe"), path),
        zip("a long name", of(&"n".repeat(60_000)), &[]),
        zip("turned around", of("a\u{202e}vsc.exe"), &[]),
        zip("an escape", of("\u{1b}[2Ja.csv"), &[]),
        zip("no name", of(""), &[]),
    ]
}

fn lies() -> Vec<Case> {
    let member = || Member::new("a.csv", b"a,b\n1,2\n");
    let of = |member: &Member| Packing::new().member(member);
    let long = |count, bytes, start| of(&member()).finish_long(count, bytes, start);
    let damaged = |name, file| Case::unreadable(name, file, "E-FILE-DAMAGED");
    let other = Packing::new().member_listed_as(&Member::new("b.csv", b"a,b\n1,2\n"), &member());
    let quine = Packing::new().file("a.zip", &of(&member()).finish()).file("a.zip", b"x");
    vec![
        zip("a longer length", of(&member().saying(1 << 30)), &["W-FILE-ENTRY-SIZE"]),
        zip("a shorter length", of(&member().saying(3)), &["E-FILE-ENTRY-DAMAGED"]),
        zip("a method that nobody knows", of(&member().by_method(99)), &["E-FILE-ENTRY-METHOD"]),
        zip("stored and yet packed", of(&member().by_method(0)), &["E-FILE-ENTRY-DAMAGED"]),
        zip("locked", of(&member().locked()), &["E-FILE-ENTRY-LOCKED"]),
        zip("a link", of(&member().with_mode(0o120_777)), &["E-FILE-ENTRY-LINK"]),
        zip("a device", of(&member().with_mode(0o060_777)), &[]),
        zip("one name twice", quine, &["E-FILE-ENTRY-REPEATED"]),
        zip("another name", other, &["E-FILE-ENTRY-HEADER"]),
        damaged("more entries than there are", long(1 << 40, 0, 0)),
        damaged("a directory of exabytes", long(1, 1 << 62, 0)),
        damaged("a directory out of the file", long(1, 100, 1 << 62)),
    ]
}

fn gzip() -> Vec<Case> {
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let table = packed(b"a,b\n1,2\n");
    let mut wrong = table.clone();
    let sum = wrong.len() - 6;
    wrong[sum] ^= 1;
    let found = |name, file: Vec<u8>, codes| Case::exactly(name, file, "gzip", codes);
    let damaged = &["E-FILE-ENTRY-DAMAGED"];
    vec![
        found("a table", table.clone(), &[]),
        found("two of them", table.repeat(2), &[]),
        found("a wrong sum", wrong, damaged),
        found("cut", table[..table.len() - 4].to_vec(), damaged),
        found("junk behind", [table.as_slice(), b"junk"].concat(), damaged),
        Case::too_complex("a bomb", packed(&vec![0; mebibytes() << 22]), "E-FILE-RATIO"),
    ]
}
