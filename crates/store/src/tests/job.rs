use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;
use vitrina_domain::{
    finding::Bilingual,
    id::JobId,
    job::{Failure, Job, JobState, Priority, Progress},
    schedule::{Missed, Schedule, Timetable},
};

use super::{at, open};
use crate::{Cancelled, Claim, End, Lease, Renewal, Store, Terms, testing::Engine};

const LONG: Duration = Duration::from_mins(1);
const KINDS: &[Terms<'static>] =
    &[Terms { kind: "wide", at_once: 100, per_key: 100 }, Terms { kind: "narrow", at_once: 3, per_key: 1 }];

fn id(number: u128) -> JobId {
    JobId::new(Uuid::from_u128(number))
}

fn job(number: u128, kind: &str) -> Job {
    Job {
        id: id(number),
        kind: kind.to_owned(),
        key: None,
        priority: Priority::Normal,
        payload: json!({"n": 7}),
        actor: "tests".to_owned(),
        schedule: None,
        created: at(1),
        due: at(1),
        attempt: 0,
        attempts: 2,
        time_limit: Duration::from_secs(5),
        state: JobState::Queued,
        cancelling: false,
        worker: None,
        started: None,
        ended: None,
        progress: Progress::default(),
        result: None,
        failure: None,
    }
}

async fn file(store: &Store, jobs: impl IntoIterator<Item = Job>) {
    let mut tx = store.begin("tests", at(1)).await.unwrap();
    for job in jobs {
        tx.add_job(&job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn claim(store: &Store, lease: u128, silence: Duration) -> Option<(Job, Lease)> {
    let claim = Claim { worker: "w", kinds: KINDS, lease: Uuid::from_u128(lease), silence };
    store.claim_job(&claim).await.unwrap()
}

async fn end(store: &Store, lease: Lease, end: &End) -> bool {
    let mut tx = store.begin("tests", at(2)).await.unwrap();
    let ended = tx.end_job(lease, end, &Progress { done: 3, total: Some(4) }).await.unwrap();
    tx.commit().await.unwrap();
    ended
}

fn failure(code: &str) -> Failure {
    Failure { code: code.to_owned(), detail: Bilingual::new("falló", "it failed") }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_due_longest_goes_first_within_its_priority(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    let jobs = [
        job(1, "wide"),
        Job { due: at(0), ..job(2, "wide") },
        Job { priority: Priority::High, ..job(3, "wide") },
        Job { priority: Priority::Low, due: at(0), ..job(4, "wide") },
        Job { due: at(4_000_000_000), ..job(5, "wide") },
        job(6, "of another program"),
    ];
    file(store, jobs).await;
    let mut order = Vec::new();
    while let Some((job, _)) = claim(store, 100 + order.len() as u128, LONG).await {
        assert_eq!((job.state, job.attempt, job.worker.as_deref()), (JobState::Running, 1, Some("w")));
        assert_eq!(job.payload, json!({"n": 7}));
        order.push(job.id);
    }
    assert_eq!(order, [id(3), id(2), id(1), id(4)]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_who_claim_at_once_get_each_job_once(#[case] engine: Engine) {
    let test = open!(engine);
    file(&test.store, (1..=40).map(|number| job(number, "wide"))).await;
    let claimer = |worker: u128| {
        let store = test.store.clone();
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            while let Some((job, _)) = claim(&store, worker * 1_000 + claimed.len() as u128, LONG).await {
                claimed.push(job.id);
            }
            claimed
        })
    };
    let claimed = join_all((1..=8).map(claimer)).await;
    let claimed: Vec<JobId> = claimed.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), 40);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_more_run_than_their_kind_and_key_allow(#[case] engine: Engine) {
    let test = open!(engine);
    let keyed = |number: u128, key: &str| Job { key: Some(key.to_owned()), ..job(number, "narrow") };
    // Four of one host, and one each of others.
    file(
        &test.store,
        [keyed(1, "a"), keyed(2, "a"), keyed(3, "a"), keyed(4, "b"), keyed(5, "c"), job(6, "narrow")],
    )
    .await;
    let claimed = join_all((1..=6).map(|lease| claim(&test.store, lease, LONG))).await;
    let claimed: Vec<(Job, Lease)> = claimed.into_iter().flatten().collect();
    let ids: HashSet<JobId> = claimed.iter().map(|(job, _)| job.id).collect();
    assert_eq!(ids, HashSet::from([id(1), id(4), id(5)]));
    let (_, lease) = claimed.iter().find(|(job, _)| job.id == id(1)).unwrap();
    assert!(end(&test.store, *lease, &End::Succeeded(json!(null))).await);
    let (next, _) = claim(&test.store, 7, LONG).await.unwrap();
    assert_eq!(next.id, id(2), "the key is free again");
    assert!(claim(&test.store, 8, LONG).await.is_none(), "the kind is not");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_worker_that_was_silent_can_no_longer_speak_for_its_job(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    file(store, [job(1, "wide")]).await;
    let (_, lost) = claim(store, 1, Duration::ZERO).await.unwrap();
    sleep(Duration::from_millis(5)).await;
    let (again, held) = claim(store, 2, LONG).await.unwrap();
    assert_eq!((again.id, again.attempt), (id(1), 2));
    assert_eq!(again.failure.unwrap().code, "worker-died");
    assert_eq!(store.renew_lease(lost, LONG, &Progress::default()).await.unwrap(), Renewal::Lost);
    for attempt in [End::Succeeded(json!(1)), End::Failed(failure("x")), End::Cancelled, End::Released] {
        assert!(!end(store, lost, &attempt).await, "{attempt:?}");
    }
    let progress = Progress { done: 1, total: None };
    assert_eq!(store.renew_lease(held, LONG, &progress).await.unwrap(), Renewal::Held);
    assert_eq!(store.job(id(1)).await.unwrap().unwrap().progress, progress);
    assert!(end(store, held, &End::Succeeded(json!("done"))).await);
    let ended = store.job(id(1)).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.result, ended.failure), (JobState::Succeeded, Some(json!("done")), None));
    assert_eq!(ended.progress, Progress { done: 3, total: Some(4) });
    assert!(ended.ended.unwrap() >= ended.started.unwrap());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_whose_worker_dies_each_time_is_given_up(#[case] engine: Engine) {
    let test = open!(engine);
    file(&test.store, [job(1, "wide")]).await;
    for attempt in 1..=2 {
        let (job, _) = claim(&test.store, attempt, Duration::ZERO).await.unwrap();
        assert_eq!(u128::from(job.attempt), attempt);
        sleep(Duration::from_millis(5)).await;
    }
    assert!(claim(&test.store, 3, LONG).await.is_none());
    let job = test.store.job(id(1)).await.unwrap().unwrap();
    assert_eq!((job.state, job.failure.unwrap().code.as_str()), (JobState::Failed, "worker-died"));
    assert!(job.ended.is_some());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_try_waits_and_one_given_back_does_not_count(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    file(store, [job(1, "wide")]).await;
    let (_, lease) = claim(store, 1, LONG).await.unwrap();
    assert!(end(store, lease, &End::Released).await);
    let (again, lease) = claim(store, 2, LONG).await.unwrap();
    assert_eq!(again.attempt, 1);
    assert!(end(store, lease, &End::Again(failure("busy"), Duration::from_millis(300))).await);
    assert!(claim(store, 3, LONG).await.is_none(), "it is not due yet");
    sleep(Duration::from_millis(350)).await;
    let (again, _) = claim(store, 4, LONG).await.unwrap();
    assert_eq!((again.attempt, again.failure.unwrap().code.as_str()), (2, "busy"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_is_stopped_wherever_it_is_and_can_be_filed_again(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    file(store, [job(1, "wide"), Job { due: at(4_000_000_000), ..job(2, "wide") }]).await;
    let (_, lease) = claim(store, 1, LONG).await.unwrap();
    let stop = async |number: u128| {
        let mut tx = store.begin("tests", at(2)).await.unwrap();
        let stopped = tx.cancel_job(id(number)).await.unwrap();
        tx.commit().await.unwrap();
        stopped
    };
    let retry = async |number: u128| {
        let mut tx = store.begin("tests", at(2)).await.unwrap();
        let again = tx.retry_job(id(number)).await.unwrap();
        tx.commit().await.unwrap();
        again
    };
    assert!(!retry(1).await, "it runs");
    assert_eq!(stop(1).await, Cancelled::Asked);
    assert_eq!(store.renew_lease(lease, LONG, &Progress::default()).await.unwrap(), Renewal::Cancelling);
    assert!(end(store, lease, &End::Cancelled).await);
    assert_eq!(stop(1).await, Cancelled::TooLate);
    assert_eq!(stop(2).await, Cancelled::AtOnce);
    assert_eq!(stop(9).await, Cancelled::NoSuch);
    for number in [1, 2] {
        assert_eq!(store.job(id(number)).await.unwrap().unwrap().state, JobState::Cancelled);
        assert!(retry(number).await);
        let (job, lease) = claim(store, 10 + number, LONG).await.unwrap();
        assert_eq!((job.id, job.attempt, job.cancelling), (id(number), 1, false));
        assert!(end(store, lease, &End::Succeeded(json!(null))).await);
        assert!(!retry(number).await, "it succeeded");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_silent_worker_that_was_to_stop_is_not_followed_by_another(#[case] engine: Engine) {
    let test = open!(engine);
    file(&test.store, [job(1, "wide")]).await;
    claim(&test.store, 1, Duration::ZERO).await.unwrap();
    let mut tx = test.store.begin("tests", at(2)).await.unwrap();
    tx.cancel_job(id(1)).await.unwrap();
    tx.commit().await.unwrap();
    sleep(Duration::from_millis(5)).await;
    assert!(claim(&test.store, 2, LONG).await.is_none());
    assert_eq!(test.store.job(id(1)).await.unwrap().unwrap().state, JobState::Cancelled);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn jobs_are_listed_said_of_and_forgotten(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    file(store, (1..=3).map(|number| job(number, "wide"))).await;
    let (first, lease) = claim(store, 1, LONG).await.unwrap();
    for text in ["uno", "dos"] {
        let mut tx = store.begin("tests", at(5)).await.unwrap();
        tx.log_job(first.id, 1, &Bilingual::new(text, "x")).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(end(store, lease, &End::Succeeded(json!(null))).await);
    let said = store.job_log(first.id, 0, 10).await.unwrap();
    assert_eq!(
        said.iter().map(|line| (line.position, line.text.es.as_str())).collect::<Vec<_>>(),
        [(1, "uno"), (2, "dos")]
    );
    assert_eq!(store.job_log(first.id, 1, 10).await.unwrap(), said[1..]);

    let listed = async |state: Option<JobState>, before: Option<JobId>| -> Vec<JobId> {
        store.jobs(state, before, 2).await.unwrap().into_iter().map(|job| job.id).collect()
    };
    assert_eq!(listed(None, None).await, [id(3), id(2)]);
    assert_eq!(listed(None, Some(id(2))).await, [id(1)]);
    assert_eq!(listed(Some(JobState::Succeeded), None).await, [id(1)]);

    let forget = async |before: i64| {
        let mut tx = store.begin("tests", at(9)).await.unwrap();
        let forgotten = tx.forget_jobs(at(before), 10).await.unwrap();
        tx.commit().await.unwrap();
        forgotten
    };
    assert_eq!(forget(1_000).await, 0, "it has only just ended");
    assert_eq!(forget(4_000_000_000).await, 1, "the others have not ended");
    assert_eq!(store.job(first.id).await.unwrap(), None);
    assert_eq!(store.job_log(first.id, 0, 10).await.unwrap(), []);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_the_operator_says_of_a_schedule_stands(#[case] engine: Engine) {
    let test = open!(engine);
    let store = &test.store;
    let schedule = Schedule {
        name: "nightly".to_owned(),
        kind: "wide".to_owned(),
        payload: json!({"x": [1]}),
        timetable: Timetable::new("0 3 * * *", "America/Monterrey").unwrap(),
        missed: Missed::Skip,
        enabled: true,
        next: Some(at(100)),
    };
    let other = Schedule { enabled: false, next: None, ..schedule.clone() };
    let mut tx = store.begin("tests", at(1)).await.unwrap();
    tx.ensure_schedule(&schedule).await.unwrap();
    tx.ensure_schedule(&other).await.unwrap();
    assert_eq!(tx.schedule("nightly").await.unwrap(), Some(schedule.clone()));
    assert_eq!(tx.schedule("daily").await.unwrap(), None);
    assert_eq!(tx.due_schedules(at(99)).await.unwrap(), []);
    assert_eq!(tx.due_schedules(at(100)).await.unwrap(), [schedule]);
    tx.replace_schedule(&other).await.unwrap();
    assert_eq!(tx.due_schedules(at(100)).await.unwrap(), []);
    tx.commit().await.unwrap();
    assert!(!store.schedule_is_due(at(100)).await.unwrap());
    assert_eq!(store.schedules().await.unwrap(), [other]);

    file(store, [Job { schedule: Some("nightly".to_owned()), ..job(1, "wide") }]).await;
    let mut tx = store.begin("tests", at(1)).await.unwrap();
    assert!(tx.schedule_is_busy("nightly").await.unwrap());
    assert!(!tx.schedule_is_busy("daily").await.unwrap());
}
