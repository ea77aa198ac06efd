//! Any bytes are recognised or refused; what was recognised has the records that were counted.
#![no_main]

use std::io::{Cursor, Read as _};

use libfuzzer_sys::fuzz_target;
use vitrina_formats::read::{Limits, decoded, items, outline};

fuzz_target!(|bytes: &[u8]| {
    // Small limits are reached by small inputs.
    let limits =
        Limits { document_bytes: 1 << 16, items: 16, item_bytes: 1 << 10, item_values: 64, depth: 16 };
    let outline = match outline(&mut Cursor::new(bytes), limits) {
        Ok(outline) => outline,
        Err(error) => {
            assert!(!error.explain().es.is_empty());
            return;
        }
    };
    let mut text = String::new();
    decoded(bytes, outline.encoding).read_to_string(&mut text).expect("what is decoded is UTF-8");
    let records = items(Cursor::new(bytes), &outline, limits).expect("the bytes are in memory");
    let mut counted = 0;
    for record in records {
        let record = record.expect("what was passed over once can be passed over again");
        assert_eq!(record.position, counted, "positions count up");
        assert!(record.offset <= text.len() as u64, "a record begins inside of the document");
        counted += 1;
    }
    assert_eq!(counted, outline.items, "both passes count the same records");
});
