//! The benchmark measures everything it promises, on a catalog too small to say how fast.

use vitrina_tests::bench::{Options, Source, run};

/// How every line begins, in order.
const LINES: [&str; 28] = [
    "import by the command line, end to end, SQLite",
    "index rebuild",
    "restart to ready",
    "resident memory, idle",
    "axum, 3 KB",
    "axum and one SQLite select",
    "static answer",
    "get one dataset, from the store",
    "get one dataset, the same again",
    "get one dataset, 304",
    "list, page 1",
    "list, page 25 by cursor",
    "changes, a page of 1,000 at the start",
    "changes, a page of 1,000 at the end",
    "the same queries, index in process",
    "the same queries, index in process and records",
    "search, 3 facets and filters",
    "suggest",
    "facets only",
    "the same datasets as JSON",
    "dataset as a page",
    "results as a page",
    "export of everything, ndjson",
    "export of everything, ttl",
    "bytes on disk",
    "update one dataset, durably",
    "from an update to a search that finds it",
    "get a dataset with 2 distributions",
];

#[tokio::test]
async fn every_line_is_measured_and_every_hit_count_is_right() {
    let report = run(&Source::Made(500), &Options::smoke()).await.unwrap();
    assert_eq!(report.datasets, 500);
    assert!(report.verified.starts_with("Hit counts verified"), "{}", report.verified);
    let lines: Vec<&str> = report.rows.iter().map(|row| row.what.as_str()).collect();
    for (line, wanted) in lines.iter().zip(LINES) {
        assert!(line.starts_with(wanted), "{line:?} where {wanted:?} was expected");
    }
    let last = ["get a dataset with 20,000 distributions", "resident memory, after all this"];
    assert_eq!(lines[LINES.len()..], last);
    for row in &report.rows {
        assert!(!row.figure.is_empty(), "{}", row.what);
        assert!(row.latency.is_none_or(|times| times.is_sorted() && !times[0].is_zero()), "{row:?}");
    }
    let text = report.markdown();
    assert!(text.contains("A debug build") == cfg!(debug_assertions), "{text}");
}
