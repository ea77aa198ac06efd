//! Codes that no single request to a healthy server provokes, and the test that provokes each of them.

use std::{fs, path::Path};

use crate::operation::Operation;

/// The test of a code; of all operations, or of some that differ from the rest.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    code: &'static str,
    /// None means all that have no entry of their own.
    operations: &'static [&'static str],
    /// From the root of the workspace.
    file: &'static str,
    function: &'static str,
}

/// What takes a body of any length has half a minute for each part of it, which is too long to wait here.
const STREAMING: &[&str] = &["create_import", "inspect_file", "upload_file", "validate_document"];

/// What takes a body and neither a key nor an entity tag: only the body itself can be wrong.
const PLAIN: &[&str] = &[
    "change_webhook",
    "create_import",
    "inspect_file",
    "retime_schedule",
    "upload_file",
    "validate_document",
];

/// Nothing outside of the program can break what is answered without a database.
const UNBREAKABLE: &[&str] = &[
    "get_guideline",
    "get_limits",
    "get_schema",
    "get_vocabulary",
    "inspect_file",
    "list_guidelines",
    "list_schemas",
    "list_vocabularies",
    "validate_document",
];

const ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        code: "not-inspected",
        operations: &[],
        file: "tests/tests/files/inspection.rs",
        function: "the_same_bytes_are_looked_at_once",
    },
    Elsewhere {
        code: "quota-exceeded",
        operations: &[],
        file: "tests/tests/files/limits.rs",
        function: "a_quota_is_never_exceeded_however_many_come_at_once",
    },
    Elsewhere {
        code: "misdirected-request",
        operations: &[],
        file: "tests/tests/contract/main.rs",
        function: "a_server_with_a_name_answers_to_that_name_only",
    },
    Elsewhere {
        code: "too-many-requests",
        operations: &[],
        file: "tests/tests/contract/limits.rs",
        function: "whoever_asks_too_often_is_told_when_to_come_again",
    },
    Elsewhere {
        code: "overloaded",
        operations: &[],
        file: "tests/tests/contract/limits.rs",
        function: "a_class_without_room_says_so_at_once",
    },
    Elsewhere {
        code: "idempotency-in-progress",
        operations: &[],
        file: "tests/tests/contract/locks.rs",
        function: "a_key_whose_first_request_still_runs_is_told_so",
    },
    Elsewhere {
        code: "unavailable",
        operations: &[],
        file: "tests/tests/contract/outage.rs",
        function: "a_database_that_is_gone_is_told_from_one_that_hangs",
    },
    Elsewhere {
        code: "timed-out",
        operations: &[],
        file: "tests/tests/contract/outage.rs",
        function: "a_database_that_is_gone_is_told_from_one_that_hangs",
    },
    Elsewhere {
        code: "body-too-slow",
        operations: &[],
        file: "tests/tests/contract/wire.rs",
        function: "a_body_that_never_comes_is_the_clients_fault",
    },
    Elsewhere {
        code: "body-too-slow",
        operations: STREAMING,
        file: "crates/server/src/listen/tests.rs",
        function: "a_body_that_trickles_is_given_up",
    },
    Elsewhere {
        code: "payload-too-large",
        operations: STREAMING,
        file: "tests/tests/contract/wire.rs",
        function: "a_body_that_says_it_is_too_long_is_refused_before_it_comes",
    },
    Elsewhere {
        code: "bad-request",
        operations: PLAIN,
        file: "tests/tests/contract/wire.rs",
        function: "a_body_that_breaks_off_is_refused",
    },
    Elsewhere {
        code: "internal",
        operations: &[],
        file: "tests/tests/contract/damage.rs",
        function: "what_nobody_wrote_is_an_error_of_the_server",
    },
    Elsewhere {
        code: "internal",
        operations: UNBREAKABLE,
        file: "crates/server/src/edge.rs",
        function: "a_panic_is_a_bare_problem_with_a_request_id",
    },
];

/// The test that provokes a code of an operation, where it is not asked for by a single request.
pub(crate) fn elsewhere(operation: &str, code: &str) -> Option<&'static Elsewhere> {
    let of_code = || ELSEWHERE.iter().filter(|test| test.code == code);
    let own = of_code().find(|test| test.operations.contains(&operation));
    own.or_else(|| of_code().find(|test| test.operations.is_empty()))
}

/// The operations of which a test has to provoke a code.
pub(crate) fn owed(function: &str, code: &str) -> anyhow::Result<Vec<Operation>> {
    let mut all = Operation::all()?;
    all.retain(|operation| {
        operation.codes.contains(code)
            && elsewhere(&operation.id, code).is_some_and(|test| test.function == function)
    });
    Ok(all)
}

/// `too-deep` as the variant `TooDeep`.
fn variant(code: &str) -> String {
    let words = code.split('-').filter_map(|word| Some((word.get(..1)?, word.get(1..)?)));
    words.map(|(first, rest)| first.to_uppercase() + rest).collect()
}

#[test]
fn every_test_that_is_named_is_there_and_about_its_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for test in ELSEWHERE {
        let Elsewhere { code, operations, file, function } = test;
        let text = fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(&format!("fn {function}(")), "{file} has no {function}");
        let names = [format!("\"{code}\""), format!("Code::{}", variant(code))];
        assert!(names.iter().any(|name| text.contains(name)), "{file} does not name {code}");
        let owed = owed(function, code).unwrap();
        assert!(!owed.is_empty(), "no operation needs {function} for {code}");
        assert!(operations.is_empty() || owed.len() == operations.len(), "{operations:?}: {code}");
    }
}
