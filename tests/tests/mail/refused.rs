//! Letters that the mail server does not take.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rstest::rstest;
use serde_json::json;
use vitrina_app::auth::Actor;
use vitrina_domain::{
    job::JobState,
    mail::{Suppression, SuppressionReason},
};
use vitrina_tests::Engine;

use crate::{
    office::{Office, news, notice},
    server::{Answers, friendly, to_recipients},
};

/// Puts off the first letter that it has all of, and takes the others.
fn busy_at_first() -> Answers {
    let letters = AtomicUsize::new(0);
    Arc::new(move |command| {
        let is_first = command == "." && letters.fetch_add(1, Ordering::SeqCst) == 0;
        Some(if is_first { "451 4.3.0 not now" } else { "250 so be it" }.to_owned())
    })
}

async fn suppressions(office: &Office) -> Vec<Suppression> {
    office.app.suppressions(&Actor::Operator, None, 10).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_that_is_put_off_arrives_later_as_the_same_letter(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    office.server.answer(busy_at_first());
    office.hire();
    let id = office.write(&news("ana@example.org").unwrap()).await.unwrap();
    let put_off = office.until(id, |job| job.failure.is_some()).await.unwrap();
    assert_eq!((put_off.state, put_off.failure.unwrap().code.as_str()), (JobState::Queued, "mail-later"));
    assert!(put_off.due > put_off.started.unwrap().plus_seconds(4), "it waits");
    assert_eq!(suppressions(&office).await, []);
    office.moves_on(60);
    let job = office.end(id).await.unwrap();
    assert_eq!((job.state, job.attempt), (JobState::Succeeded, 2));
    let handed = office.server.inbox();
    assert_eq!(handed.iter().map(|arrived| arrived.is_taken).collect::<Vec<_>>(), [false, true]);
    for name in ["Message-ID", "Date", "List-Unsubscribe"] {
        assert!(handed[0].header(name).is_some(), "{name}");
        assert_eq!(handed[0].header(name), handed[1].header(name));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_not_there_is_not_written_to_again(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    office.server.answer(to_recipients("550 5.1.1 <ana@example.org> is unknown"));
    office.hire();
    let job = office.send(&notice("ana@example.org").unwrap()).await.unwrap();
    let rejected = json!({ "outcome": "rejected", "status": "550 5.1.1" });
    assert_eq!((job.state, job.result), (JobState::Succeeded, Some(rejected)));
    let [only] = <[_; 1]>::try_from(suppressions(&office).await).unwrap();
    assert_eq!(
        (only.reason, only.list, only.domain.as_deref()),
        (SuppressionReason::Rejected, None, Some("example.org"))
    );

    office.server.answer(friendly());
    for letter in [notice("Ana@Example.org").unwrap(), news("ana@example.org").unwrap()] {
        let job = office.send(&letter).await.unwrap();
        assert_eq!(job.result, Some(json!({ "outcome": "suppressed", "reason": "rejected" })));
    }
    let asked = office.server.heard().iter().filter(|line| line.starts_with("RCPT")).count();
    assert_eq!((asked, office.server.inbox().len()), (1, 0));

    office.app.lift_suppression(&Actor::Operator, only.id).await.unwrap();
    let job = office.send(&notice("ana@example.org").unwrap()).await.unwrap();
    assert_eq!(job.result, Some(json!({ "outcome": "sent" })));
}

/// A server that does not like us says nothing about the person.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_that_is_refused_is_given_up_and_can_be_sent_when_that_is_mended(#[case] engine: Engine) {
    let Some(mut office) = Office::open(engine).await.unwrap() else { return };
    office.server.answer(to_recipients("550 5.7.1 <ana@example.org>: relaying denied"));
    office.hire();
    let job = office.send(&notice("ana@example.org").unwrap()).await.unwrap();
    let failure = job.failure.clone().unwrap();
    assert_eq!((job.state, job.attempt, failure.code.as_str()), (JobState::Failed, 1, "mail-refused"));
    assert!(
        failure.detail.en.ends_with("(550 5.7.1)") && failure.detail.es.ends_with("(550 5.7.1)"),
        "{failure:?}"
    );
    assert!(!format!("{job:?}").contains("ana"), "what is kept of the job names nobody");
    assert_eq!(suppressions(&office).await, []);
    office.server.answer(friendly());
    office.app.retry_job(&Actor::Operator, job.id).await.unwrap();
    office.until(job.id, |job| job.state == JobState::Succeeded).await.unwrap();
    assert_eq!(office.server.taken().len(), 1);
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_nobody_for_long() {
    let Some(mut office) = Office::open(Engine::Sqlite).await.unwrap() else { return };
    office.server.be_deaf(true);
    office.hire();
    let id = office.write(&notice("ana@example.org").unwrap()).await.unwrap();
    let job = office.until(id, |job| job.failure.is_some()).await.unwrap();
    assert_eq!((job.state, job.failure.unwrap().code.as_str()), (JobState::Queued, "mail-silent"));
    office.server.be_deaf(false);
    assert_eq!(office.end(id).await.unwrap().state, JobState::Succeeded);
}
