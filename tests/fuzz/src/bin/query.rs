//! Any text is a query or is refused.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vitrina_fuzz::{Served, encoded};

static SERVED: LazyLock<Served> = LazyLock::new(Served::demo);

fuzz_target!(init: LazyLock::force(&SERVED), |bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let q = encoded(text);
    SERVED.get(&format!("/api/v1/search?q={q}&facets=theme,format"));
    SERVED.get(&format!("/api/v1/datasets?q={q}"));
    SERVED.get(&format!("/search?q={q}"));
});
