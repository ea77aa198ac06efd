//! Any bytes as an archive.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vitrina_app::ports::parser::FileKind;
use vitrina_fuzz::{bear_the_library, looked};

fuzz_target!(init: bear_the_library(), |bytes: &[u8]| {
    let Some(found) = looked(bytes, None) else { return };
    let Some(archive) = found.archive else { return };
    assert!(matches!(found.kind, FileKind::Zip | FileKind::Gzip));
    assert!(archive.entries.len() <= 1_000 && archive.unpacked_bytes <= 256 << 20);
    let told: u64 = archive.entries.iter().filter(|entry| entry.depth == 0).filter_map(|entry| entry.bytes).sum();
    assert!(told <= archive.unpacked_bytes, "entries have more than was unpacked");
});
