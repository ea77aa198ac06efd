//! What must hold of every look into a file.

use std::{io::Cursor, panic};

use vitrina_app::ports::parser::{Inspection, Refusal};
use vitrina_domain::finding::Finding;
use vitrina_tabular::InspectError;

/// The longest answer that the reader of a worker's answers hears.
const ANSWER_BYTES: usize = 8 << 20;

/// Lets a library that reads workbooks panic: that ends a worker, which is borne. Any other panic ends the run.
pub fn bear_the_library() {
    let others = panic::take_hook();
    panic::set_hook(Box::new(move |panicked| {
        let is_borne = panicked.location().is_some_and(|place| place.file().contains("/calamine-"));
        if !is_borne {
            others(panicked);
            std::process::abort();
        }
    }));
}

/// Looks into a file as a worker does: whatever the bytes are, what is found is bounded and can be told.
pub fn looked(bytes: &[u8], extension: Option<&str>) -> Option<Inspection> {
    let look = || vitrina_tabular::inspect(Cursor::new(bytes), extension);
    let Ok(found) = panic::catch_unwind(look) else { return None };
    match found {
        Ok(inspection) => {
            is_bounded(&inspection);
            Some(inspection)
        }
        Err(InspectError::Refused(Refusal { finding, .. })) => {
            assert!(finding.code.starts_with("E-FILE-"), "{}", finding.code);
            is_told(&finding);
            None
        }
        Err(InspectError::Io(error)) => panic!("the bytes are in memory: {error}"),
    }
}

fn is_bounded(inspection: &Inspection) {
    let told = serde_json::to_vec(inspection).expect("what was found can be told");
    assert!(told.len() < ANSWER_BYTES, "{} bytes", told.len());
    let heard: Inspection = serde_json::from_slice(&told).expect("what was told is understood");
    assert_eq!(&heard, inspection, "something else is understood");
    assert!(inspection.tables.len() <= 64 && inspection.findings.len() <= 501);
    for table in &inspection.tables {
        assert!(table.sample.len() <= 5 && table.sample.iter().all(|row| row.len() <= 50));
        let values = table.header.iter().flatten().chain(table.sample.iter().flatten());
        for value in values {
            assert!(value.chars().count() <= 102, "{value}");
            // What a spreadsheet would run is shown as text.
            assert!(!value.starts_with(['=', '@', '\t', '\r', '＝']) || value.chars().count() == 1, "{value:?}");
        }
    }
    inspection.findings.iter().for_each(is_told);
}

fn is_told(finding: &Finding) {
    assert!(finding.pointer.is_empty() || finding.pointer.starts_with('/'), "{}", finding.pointer);
    assert!(!finding.message.es.is_empty() && !finding.message.en.is_empty(), "{}", finding.code);
}
