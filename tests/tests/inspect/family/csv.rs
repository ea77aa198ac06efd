//! Tables in text (184).

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use vitrina_tests::packing::Packing;

use super::{Family, mebibytes};
use crate::Case;

pub(super) const FAMILIES: &[Family] = &[
    Family { name: "encodings", count: 18, cases: encodings },
    Family { name: "nulls", count: 6, cases: nulls },
    Family { name: "separators", count: 10, cases: separators },
    Family { name: "line ends", count: 8, cases: line_ends },
    Family { name: "quotes", count: 12, cases: quotes },
    Family { name: "ragged rows", count: 6, cases: ragged },
    Family { name: "shapes", count: 12, cases: shapes },
    Family { name: "headers", count: 20, cases: headers },
    Family { name: "formulas", count: 40, cases: formulas },
    Family { name: "numbers", count: 16, cases: numbers },
    Family { name: "dates", count: 14, cases: dates },
    Family { name: "polyglots", count: 10, cases: polyglots },
    Family { name: "terminals and logs", count: 12, cases: terminals },
];

const TEXT: &str = "año,niñez\n2025,señal\n2026,mañana\n";

fn csv(name: &'static str, file: impl Into<Vec<u8>>, codes: &'static [&'static str]) -> Case {
    Case::found(name, file, "csv", codes).called("csv")
}

/// A table of which nothing is odd.
fn plain(name: &'static str, file: impl Into<Vec<u8>>) -> Case {
    Case::exactly(name, file, "csv", &[]).called("csv")
}

fn wide(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
}

/// The letters of western Europe in one byte each.
fn narrow(text: &str, enie: u8) -> Vec<u8> {
    text.chars().map(|c| if c == 'ñ' { enie } else { u8::try_from(u32::from(c)).unwrap_or(b'?') }).collect()
}

fn encodings() -> Vec<Case> {
    let marked = |mark: &[u8], text: &str| [mark, text.as_bytes()].concat();
    let long = |mark: &[u8], bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        mark.iter().copied().chain(TEXT.chars().flat_map(|c| bytes(u32::from(c)))).collect()
    };
    let other = &["W-FILE-ENCODING"];
    let mixed = [TEXT.repeat(20).as_bytes(), b"2027,ma\xf1ana\n"].concat();
    let broken = |bytes: &[u8]| [b"a,b\n1,".as_slice(), bytes, b"\n"].concat();
    vec![
        plain("UTF-8", TEXT),
        plain("UTF-8 with a mark", marked(b"\xef\xbb\xbf", TEXT)),
        csv("UTF-16, little end", wide(TEXT, b"\xff\xfe", u16::to_le_bytes), other),
        csv("UTF-16, big end", wide(TEXT, b"\xfe\xff", u16::to_be_bytes), other),
        csv("UTF-16 without a mark", wide(TEXT, b"", u16::to_le_bytes), other).unknown(),
        csv("UTF-16, big end, without a mark", wide(TEXT, b"", u16::to_be_bytes), other).unknown(),
        Case::unreadable("UTF-32", long(b"\xff\xfe\0\0", u32::to_le_bytes), "E-FILE-ENCODING").unknown(),
        Case::unreadable("UTF-32, big end", long(b"\0\0\xfe\xff", u32::to_be_bytes), "E-FILE-ENCODING")
            .unknown(),
        csv("windows-1252", narrow(TEXT, 0xf1), other),
        csv("Macintosh", narrow(TEXT, 0x96), other),
        csv("MS-DOS", narrow(TEXT, 0xa4), other),
        csv("mixed", mixed, &["W-FILE-ENCODING-MIXED"]),
        csv("overlong", broken(b"\xc0\x80"), other),
        csv("a lone surrogate", broken(b"\xed\xa0\x80"), other),
        csv("beyond Unicode", broken(b"\xf4\x90\x80\x80"), other),
        csv("a cut sequence", b"a,b\n1,\xc3".as_slice(), &["W-FILE-ENCODING-MIXED"]),
        csv("UTF-7", "a,b\n1,+AG8-\n", &["W-FILE-FORMULA-TEXT"]),
        csv("a mark within", "a,b\n1,\u{feff}2\n", &[]),
    ]
}

fn nulls() -> Vec<Case> {
    let odd = &["W-FILE-NUL"];
    vec![
        csv("first", "\0a,b\n1,2\n", odd).unknown(),
        csv("in the middle", "a,b\n1,\0\n2,3\n", odd).unknown(),
        csv("last", "a,b\n1,2\n\0", odd).unknown(),
        csv("in a name", "a\0,b\n1,2\n", &["W-FILE-NUL", "W-FILE-HEADER-UNSEEN"]).unknown(),
        csv("in quotes", "a,b\n\"1\0\",2\n", odd).unknown(),
        Case::unreadable("nothing else", vec![0; 4_000], "E-FILE-ENCODING").called("csv").unknown(),
    ]
}

fn separators() -> Vec<Case> {
    vec![
        plain("commas", "a,b\n1,2\n"),
        plain("semicolons", "a;b\n1,5;2\n2,5;3\n"),
        Case::exactly("tabs", "a\tb\n1\t2\n", "tsv", &[]).called("tsv"),
        plain("bars", "a|b\n1|2\n"),
        Case::found("tabs in a file of commas", "a\tb\n1\t2\n", "tsv", &[]).called("csv"),
        Case::found("commas in a file of tabs", "a,b\n1,2\n", "csv", &[]).called("tsv"),
        plain("told", "sep=;\na;b\n1,5;2\n"),
        csv("told wrong", "sep=|\na;b\n1;2\n", &[]),
        csv("told as a quotation mark", "sep=\"\na,b\n1,2\n", &[]),
        csv("spaces", "a b\n1 2\n", &[]),
    ]
}

fn line_ends() -> Vec<Case> {
    vec![
        plain("LF", "a,b\n1,2\n3,4\n"),
        plain("CR", "a,b\r1,2\r3,4\r"),
        plain("CRLF", "a,b\r\n1,2\r\n3,4\r\n"),
        plain("mixed", "a,b\n1,2\r\n3,4\r5,6\n"),
        plain("none at the end", "a,b\n1,2"),
        plain("U+2028 within a value", "a,b\n1\u{2028}2,3\n"),
        csv("vertical tabs", "a,b\n1,2\u{b}3\n", &["W-FILE-CONTROL"]).unknown(),
        plain("U+0085 within a value", "a,b\n1\u{85}2,3\n"),
    ]
}

fn quotes() -> Vec<Case> {
    let odd = &["W-FILE-QUOTES"];
    let unclosed = format!("a,b\n1,\"{}", "x,y\n".repeat(mebibytes() << 18));
    vec![
        plain("around a separator", "a,b\n\"1,5\",2\n"),
        plain("doubled", "a,b\n\"di \"\"agua\"\"\",2\n"),
        plain("around a line end", "a,b\n\"1\n2\",3\n"),
        plain("around nothing", "a,b\n\"\",\"\"\n1,2\n"),
        plain("around everything", "\"a\",\"b\"\n\"1\",\"2\"\n"),
        csv("open to the end", unclosed, &["W-FILE-QUOTES", "W-FILE-VALUE-LONG"]),
        csv("open in the last value", "a,b\n1,\"2\n", odd),
        csv("within a value", "a,b\n1\"2,3\n", odd),
        csv("behind a backslash", "a,b\n\"1\\\"2\",3\n", odd),
        csv("one alone", "a,b\n\",2\n", odd),
        csv("a single one in a name", "a\",b\n1,2\n", odd),
        plain("other marks", "a,b\n«1»,'2'\n"),
    ]
}

fn ragged() -> Vec<Case> {
    let odd = &["W-FILE-RAGGED"];
    let rows = "1,2\n".repeat(9);
    vec![
        csv("one more", format!("a,b\n{rows}1,2,3\n"), odd),
        csv("one less", format!("a,b\n{rows}1\n"), odd),
        csv("ten thousand more", format!("a,b\n{rows}1{}\n", ",".repeat(10_000)), odd),
        csv("a longer header", format!("a,b,c\n{rows}"), odd),
        csv("blank lines", format!("a,b\n{rows}\n\n{rows}"), &[]),
        csv(
            "every width",
            (1..300).map(|width| format!("{}\n", vec!["x"; width].join(","))).collect::<Vec<_>>().concat(),
            odd,
        ),
    ]
}

fn shapes() -> Vec<Case> {
    let long = mebibytes() << 20;
    vec![
        Case::exactly("nothing", "", "text", &["W-FILE-EMPTY"]).called("csv").unknown(),
        Case::exactly("blanks", " \n\n ", "text", &["W-FILE-EMPTY"]).called("csv").unknown(),
        Case::exactly("a mark alone", "\u{feff}", "text", &["W-FILE-EMPTY"]).called("csv").unknown(),
        plain("a header", "a,b,c\n"),
        plain("one column", "clave\n09\n10\n"),
        plain("one cell", "a"),
        csv("ten million rows", "1\n".repeat(long / 2), &[]),
        csv("a hundred thousand columns", format!("{0}\n{0}\n", vec!["x"; 100_000].join(",")), &[]),
        csv("a long value", format!("a,b\n1,{}\n", "x".repeat(long)), &["W-FILE-VALUE-LONG"]),
        csv("a long header", format!("{},b\n1,2\n", "x".repeat(1 << 20)), &["W-FILE-VALUE-LONG"]),
        csv("commas", ",".repeat(long / 4), &[]),
        csv("quotation marks", "\"".repeat(long / 4), &[]),
    ]
}

fn headers() -> Vec<Case> {
    let repeated = &["W-FILE-HEADER-REPEATED"];
    let reserved = &["W-FILE-HEADER-RESERVED"];
    let unseen = &["W-FILE-HEADER-UNSEEN"];
    let alike: Vec<String> =
        (0..300_u32).map(|number| format!("dat{}s{number}", ['o', 'о', 'ο'][number as usize % 3])).collect();
    let same = format!("{}\n{}\n", vec!["a"; 5_000].join(","), vec!["1"; 5_000].join(","));
    vec![
        csv("twice", "a,a\n1,2\n", repeated),
        csv("twice but for case", "clave,CLAVE\n1,2\n", repeated),
        csv("twice but for blanks", "a, a \n1,2\n", repeated),
        csv("five thousand times", same, repeated),
        csv("none", "a,\n1,2\n", &["W-FILE-HEADER-EMPTY"]),
        csv("blanks", "a,  \n1,2\n", &["W-FILE-HEADER-EMPTY"]),
        csv("__proto__", "__proto__,b\n1,2\n", reserved),
        csv("constructor", "constructor,b\n1,2\n", reserved),
        csv("prototype", "prototype,b\n1,2\n", reserved),
        csv("rowid", "RowID,b\n1,2\n", reserved),
        csv("_id", "_id,b\n1,2\n", reserved),
        csv("oid", "oid,b\n1,2\n", reserved),
        csv("turned around", "a\u{202e}b,c\n1,2\n", unseen),
        csv("isolated", "a\u{2067}b,c\n1,2\n", unseen),
        csv("without width", "a\u{200b}b,c\n1,2\n", unseen),
        csv("a soft hyphen", "a\u{ad}b,c\n1,2\n", unseen),
        csv("a line end", "\"a\nb\",c\n1,2\n", unseen),
        csv("a formula", "=1+1,b\n1,2\n", &["W-FILE-FORMULA-TEXT"]),
        plain(
            "three hundred that look alike",
            format!("{0}\n{1}\n", alike.join(","), vec!["x"; 300].join(",")),
        ),
        plain("numbers", "2025,2026\n1,2\n"),
    ]
}

/// What a spreadsheet would run, bare and in quotes.
fn formulas() -> Vec<Case> {
    const STARTS: [&str; 20] = [
        "=1+1",
        "+1+SUM(A1)",
        "-1+SUM(A1)",
        "@SUM(A1)",
        "\t=1+1",
        "|calc",
        "＝1+1",
        "＋SUM(A1)",
        "－SUM(A1)",
        "＠SUM(A1)",
        "=HYPERLINK(\"\"https://example.org\"\")",
        "=IMPORTXML(A1)",
        "=WEBSERVICE(A1)",
        "=cmd|'/C calc'!A0",
        "=DDE(\"\"cmd\"\")",
        " =1+1",
        "\u{a0}=1+1",
        "\u{feff}=1+1",
        "'=1+1",
        "=1+1\u{0301}",
    ];
    let bare = STARTS.iter().map(|start| (format!("bare {start:?}"), start.replace("\"\"", "'")));
    let quoted = STARTS.iter().map(|start| (format!("quoted {start:?}"), format!("\"{start}\"")));
    bare.chain(quoted)
        .map(|(name, value)| {
            let file = format!("clave,valor\n09,{value}\n19,-5\n");
            Case::exactly(name, file, "csv", &["W-FILE-FORMULA-TEXT"]).called("csv").showing([
                ["09", &format!("'{}", value.trim_matches('"').replace("\"\"", "\""))],
                ["19", "-5"],
            ])
        })
        .collect()
}

/// Values that are shown as they stand there.
fn kept(values: &'static [&'static str]) -> Vec<Case> {
    values
        .iter()
        .map(|value| {
            let file = format!("clave;valor\n{value};x\n{value};y\n");
            Case::exactly(*value, file, "csv", &[]).called("csv").showing([[*value, "x"], [*value, "y"]])
        })
        .collect()
}

fn numbers() -> Vec<Case> {
    kept(&[
        "09",
        "007",
        "1e400",
        "-0",
        "NaN",
        "Infinity",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "1.234,56",
        "1,234.56",
        "12%",
        "1E5",
        "0x1F",
        "١٢٣",
        "9007199254740993",
        "1_000",
    ])
}

fn dates() -> Vec<Case> {
    kept(&[
        "31/02/2026",
        "29-02-1900",
        "2026-02-30",
        "45000",
        "0",
        "01/02/2026",
        "13/01/2026",
        "01/13/2026",
        "2026-11-28T25:61:61Z",
        "2026-W53-7",
        "0000-00-00",
        "9999-12-31",
        "28-nov-2026",
        "1/1/70",
    ])
}

fn polyglots() -> Vec<Case> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"a,b\n1,2\n").unwrap();
    let archive = Packing::new().file("a.csv", b"a,b\n1,2\n").finish();
    let other = &["W-FILE-NAME"];
    let named = |name, file: Vec<u8>, kind| Case::found(name, file, kind, other).called("csv");
    let table = b"\na,b\n1,2\n";
    vec![
        named("a page", [b"<html><script>alert(1)</script>".as_slice(), table].concat(), "html"),
        named(
            "a page in XML",
            [b"<?xml version='1.0'?><a><script>x</script></a>".as_slice(), table].concat(),
            "html",
        ),
        named("a picture", [b"<svg onload='x'/>".as_slice(), table].concat(), "image"),
        named("a document", [b"%PDF-1.7".as_slice(), table].concat(), "pdf"),
        named("an archive", archive, "zip"),
        named("gzip", gzip.finish().unwrap(), "gzip"),
        named("a program", [b"MZ\x90\0\x03\0".as_slice(), table].concat(), "unknown").unknown(),
        named("JSON", b"{\"a\": [1, 2]}".to_vec(), "json"),
        named("a GIF", [b"GIF89a\x01\0\x01\0".as_slice(), table].concat(), "image").unknown(),
        csv("a page further on", "a,b\n<html>,<script>alert(1)</script>\n", &[]),
    ]
}

fn terminals() -> Vec<Case> {
    let odd = &["W-FILE-CONTROL"];
    let rows = "1,2\n".repeat(20);
    let escape = |name, value: &str| csv(name, format!("a,b\n1,{value}\n{rows}"), odd);
    vec![
        escape("clears the screen", "\u{1b}[2J").unknown(),
        escape("a title", "\u{1b}]0;x\u{7}").unknown(),
        escape("a link", "\u{1b}]8;;https://example.org\u{1b}\\x").unknown(),
        escape("colours", "\u{1b}[31mrojo\u{1b}[0m").unknown(),
        escape("a bell", "\u{7}").unknown(),
        escape("steps back", "secreto\u{8}\u{8}").unknown(),
        escape("deletes", "\u{7f}\u{7f}").unknown(),
        csv("a lookup", "a,b\n1,${jndi:ldap://127.0.0.1/x}\n", &[]),
        csv("a line of a log", "a,b\n1,\"x\r\n2026-11-28 ERROR root logged in\"\n", &[]),
        csv("a template", "a,b\n1,{{7*7}}\n", &[]),
        csv("a format", "a,b\n1,%n%s%x\n", &[]),
        csv("a command", "a,b\n1,$(reboot)`reboot`\n", &[]),
    ]
}
