//! Whatever a dataset is replaced or patched with, it can be read afterwards, in every form.
#![no_main]

use std::cell::RefCell;

use axum::http::Method;
use libfuzzer_sys::fuzz_target;
use vitrina_fuzz::Served;

/// What every input finds: a document with a value for nearly every member.
const BEFORE: &[u8] = include_bytes!("../../../../crates/formats/tests/fixtures/full.json");

/// How many inputs a catalog takes: its history grows, and would make the later ones slow.
const INPUTS: u32 = 500;

/// A catalog with one dataset, and how many inputs it took.
struct Catalog {
    served: Served,
    dataset: String,
    slug: String,
    inputs: u32,
}

thread_local! {
    static CATALOG: RefCell<Catalog> = RefCell::new(Catalog::new());
}

fuzz_target!(init: CATALOG.with_borrow(|_made| ()), |body: &[u8]| {
    CATALOG.with_borrow_mut(|catalog| {
        if catalog.inputs == INPUTS {
            *catalog = Catalog::new();
        }
        catalog.inputs += 1;
        for method in [Method::PUT, Method::PATCH] {
            if catalog.write(&method, body) {
                let before = catalog.served.write(&Method::PUT, &catalog.dataset, BEFORE);
                assert!(before.status.is_success(), "the dataset cannot be mended: {}", before.text());
            }
        }
    });
});

impl Catalog {
    fn new() -> Self {
        let served = Served::empty();
        let created = served.write(&Method::POST, "/api/v1/datasets", BEFORE).json();
        let [id, slug] = ["id", "slug"].map(|name| created[name].as_str().expect("records have names"));
        Self { served, dataset: format!("/api/v1/datasets/{id}"), slug: slug.to_owned(), inputs: 0 }
    }

    /// Writes, and reads what was written; whether something was.
    fn write(&self, method: &Method, body: &[u8]) -> bool {
        let Self { served, dataset, slug, .. } = self;
        let written = served.write(method, dataset, body);
        if !written.status.is_success() {
            return false;
        }
        served.follow();
        let json = served.get(dataset);
        assert!(json.status.is_success(), "{}", json.text());
        for form in ["ttl", "csv", "data-json", "ndjson"] {
            served.get(&format!("{dataset}?f={form}"));
        }
        let others = ["/catalog.ttl", "/data.json", "/api/v1/datasets", "/search?q=agua", "/api/v1/changes"];
        let page = format!("/dataset/{slug}");
        for address in others.into_iter().chain([page.as_str()]) {
            served.get(address);
        }
        let revision = json.json()["revision"].as_u64().unwrap_or_default();
        served.get(&format!("{dataset}/diff?from={}&to={revision}", revision.saturating_sub(1)));
        true
    }
}
