//! Archives: bombs, names that lead elsewhere, and entries that lie.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use vitrina_tests::packing::{Member, Packing, Workbook, cells_at};

use crate::{Case, inspect, server, try_all};

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

fn zipped(content: &[u8]) -> Vec<u8> {
    Packing::new().file("datos.bin", content).finish()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// An archive in an archive, so many times.
fn nested(times: usize) -> Vec<u8> {
    (0..times).fold(b"a,b\n1,2\n".to_vec(), |inner, _| Packing::new().file("a.zip", &inner).finish())
}

#[tokio::test]
async fn bombs_are_refused_while_they_are_counted() {
    let many = (0..1_001).fold(Packing::new(), |packing, number| packing.file(format!("{number}.csv"), b"x"));
    let most = (0..65_535).fold(Packing::new(), |packing, number| packing.file(format!("{number}"), b""));
    let bomb = packs_by(900, 40 << 20);
    let within = Packing::new().file("a.zip", &zipped(&bomb)).finish();
    let parts = (0..3).fold(Packing::new(), |packing, number| {
        packing.file(format!("{number}.bin"), &packs_by(60, 90 << 20))
    });
    try_all([
        Case::found("one to fifty", zipped(&packs_by(50, 8 << 20)), "zip", &[]),
        Case::too_complex("one to five hundred", zipped(&packs_by(500, 40 << 20)), "E-FILE-RATIO"),
        Case::too_complex("one to a thousand", zipped(&bomb), "E-FILE-RATIO"),
        Case::too_complex("one to a thousand in gzip", gzipped(&bomb), "E-FILE-RATIO"),
        Case::too_complex("a bomb in an archive", within, "E-FILE-RATIO"),
        Case::too_complex("three times ninety", parts.finish(), "E-FILE-UNPACKED"),
        Case::too_complex("a thousand and one entries", many.finish(), "E-FILE-ENTRIES"),
        Case::too_complex("as many entries as can be told", most.finish(), "E-FILE-ENTRIES"),
        Case::found("two archives in each other", nested(3), "zip", &[]),
        Case::too_complex("ten archives in each other", nested(10), "E-FILE-NESTING"),
    ])
    .await;
}

#[tokio::test]
async fn entries_that_would_harm_who_unpacks_them_are_told() {
    let named = |name: &str| Packing::new().file(name, b"x").finish();
    let of = |member: Member| Packing::new().member(&member).finish();
    let member = || Member::new("a.csv", b"a,b\n1,2\n");
    let twice = Packing::new().file("a", b"1").file("a", b"2").finish();
    let overlapping = (0..100).fold(Packing::new().file("a0", &[0; 10_000]), |packing, number| {
        packing.listed(&Member::new(format!("b{number}"), &[0; 10_000]))
    });
    let mut damaged = Packing::new().file("a.csv", &packs_by(1, 100_000)).finish();
    damaged[50_000..50_100].fill(0xff);
    try_all([
        Case::found("up", named("../../etc/passwd"), "zip", &["E-FILE-ENTRY-PATH"]),
        Case::found("down and up", named("datos/../../x"), "zip", &["E-FILE-ENTRY-PATH"]),
        Case::found("absolute", named("/etc/passwd"), "zip", &["E-FILE-ENTRY-PATH"]),
        Case::found("a drive", named("C:\\x"), "zip", &["E-FILE-ENTRY-PATH"]),
        Case::found("another bar", named("..\\x"), "zip", &["E-FILE-ENTRY-PATH"]),
        Case::found(
            "a link",
            of(Member::new("a", b"/etc/passwd").with_mode(0o120_777)),
            "zip",
            &["E-FILE-ENTRY-LINK"],
        ),
        Case::found("locked", of(member().locked()), "zip", &["E-FILE-ENTRY-LOCKED"]),
        Case::found("an unknown method", of(member().by_method(99)), "zip", &["E-FILE-ENTRY-METHOD"]),
        Case::found("a length that is a lie", of(member().saying(7)), "zip", &["E-FILE-ENTRY-DAMAGED"]),
        Case::found(
            "a length that is a great lie",
            of(member().saying(u32::MAX - 1)),
            "zip",
            &["W-FILE-ENTRY-SIZE"],
        ),
        Case::found("two of one name", twice, "zip", &["E-FILE-ENTRY-REPEATED"]),
        Case::found("over each other", overlapping.finish(), "zip", &["E-FILE-ENTRY-OVERLAP"]),
        Case::found("damaged", damaged, "zip", &["E-FILE-ENTRY-DAMAGED"]),
        Case::found("a cut gzip", gzipped(b"a,b\n1,2\n")[..20].to_vec(), "gzip", &["E-FILE-ENTRY-DAMAGED"]),
        Case::unreadable("a cut archive", named("a")[..30].to_vec(), "E-FILE-DAMAGED"),
    ])
    .await;
}

#[tokio::test]
async fn the_entries_of_an_archive_are_told_by_their_own_bytes() {
    let (_setup, _program, http) = server().await;
    let inner = Packing::new().file("b.csv", b"a,b\n1,2\n").finish();
    let archive = Packing::new()
        .file("datos/", b"")
        .file("datos/a.csv", b"%PDF-1.7")
        .file("datos/b.zip", &inner)
        .file("datos/c.bin", &Workbook::of(&cells_at(&["A1"])).finish())
        .finish();
    let answer = inspect(&http, &archive, "zip").await.expect(200).unwrap().json();
    let entries: Vec<(&str, &str, u64)> = answer["archive"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["name"].as_str().unwrap(),
                entry["kind"].as_str().unwrap(),
                entry["depth"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("datos/", "folder", 0),
            ("datos/a.csv", "pdf", 0),
            ("datos/b.zip", "zip", 0),
            ("datos/b.zip!b.csv", "text", 1),
            ("datos/c.bin", "xlsx", 0),
        ]
    );
}
