//! Any bytes as a table in text, whatever it is called.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitrina_app::ports::parser::FileKind;
use vitrina_fuzz::looked;

fuzz_target!(|bytes: &[u8]| {
    let Some((name, bytes)) = bytes.split_first() else { return };
    let extension = [None, Some("csv"), Some("tsv"), Some("txt")][usize::from(name % 4)];
    let Some(found) = looked(bytes, extension) else { return };
    assert_eq!(found.bytes, bytes.len() as u64);
    let is_table = matches!(found.kind, FileKind::Csv | FileKind::Tsv);
    assert_eq!(found.tables.len(), usize::from(is_table), "a table has one table, and nothing else has any");
    for table in &found.tables {
        assert!(table.rows >= table.sample.len() as u64, "{table:?}");
        assert_eq!(table.columns > 0, table.rows > 0, "{table:?}");
    }
});
