//! The server's end against workers that do not do what they should.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rstest::rstest;
use vitrina_app::ports::parser::{FileKind, ParseError, Parser as _, Refusal, Work, WorkClass};
use vitrina_cli::parse_worker::Pool;

const MEMORY: u64 = 512 << 20;

/// The program under test.
fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_vitrina").into()
}

/// A program that does something else instead of the work.
fn impostor(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("impostor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn pool(program: PathBuf) -> Pool {
    Pool::start(program, 2.try_into().unwrap(), MEMORY).unwrap()
}

fn work(bytes: &[u8], class: WorkClass, patience: Duration) -> Work {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Work { file, extension: Some("csv".to_owned()), class, patience }
}

#[rstest]
#[case(WorkClass::Parse)]
#[case(WorkClass::Bulk)]
#[tokio::test]
async fn a_worker_tells_what_is_in_a_file_from_its_beginning(#[case] class: WorkClass) {
    // The handle stands at the end of what was written.
    let work = work("clave,nombre\n09,Ciudad\n".as_bytes(), class, Duration::from_secs(30));
    let found = pool(program()).inspect(work).await.unwrap();
    assert_eq!(found.kind, FileKind::Csv);
    assert_eq!(found.tables[0].sample, [["09", "Ciudad"]]);
}

#[rstest]
#[case::says_nothing("exit 0")]
#[case::says_something_else("echo hello; echo '{\"frame\":\"done\"}'")]
#[case::dies("kill -9 $$")]
#[case::says_too_much("exec yes")]
#[case::says_zeros("exec cat /dev/zero")]
#[case::says_it_is_done_and_stays("exec 1>&-; exec sleep 60")]
#[tokio::test]
async fn a_worker_that_does_not_do_its_work_is_a_file_too_complex(#[case] script: &str) {
    // Long before its time is over.
    assert!(refused_after(script, Duration::from_mins(1)).await < Duration::from_secs(10));
}

#[rstest]
#[case::takes_too_long("exec sleep 60")]
#[case::says_something_now_and_then("while echo; do sleep 0.01; done")]
#[case::reads_and_says_nothing("cat > /dev/null; exec sleep 60")]
#[tokio::test]
async fn a_worker_that_takes_too_long_is_a_file_too_complex(#[case] script: &str) {
    let patience = Duration::from_millis(500);
    let took = refused_after(script, patience).await;
    assert!(took >= patience && took < Duration::from_secs(10), "{took:?}");
}

/// How long it takes until work at which a worker does something else is refused.
async fn refused_after(script: &str, patience: Duration) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(impostor(folder.path(), script));
    let begun = Instant::now();
    let error = pool.inspect(work(b"a,b\n", WorkClass::Bulk, patience)).await.unwrap_err();
    assert!(matches!(&error, ParseError::Refused(refusal) if *refusal == Refusal::exhausted()), "{error:?}");
    begun.elapsed()
}

/// What `confinement` tries is what a worker does to itself before it reads.
#[tokio::test]
async fn a_worker_at_work_is_confined() {
    let table = "clave,nombre\n09,Ciudad\n".repeat(1 << 21);
    let pool = pool(program());
    let work = work(table.as_bytes(), WorkClass::Bulk, Duration::from_mins(1));
    let asked = tokio::spawn(async move { pool.inspect(work).await });
    let confined = until(|| {
        let worker = workers().into_iter().find(|worker| says(*worker, "status", "Seccomp:\t2"))?;
        let has = |limit: &str, most: &str| {
            let limits = fs::read_to_string(format!("/proc/{worker}/limits")).unwrap_or_default();
            limits.lines().any(|line| line.starts_with(limit) && line.contains(most))
        };
        Some([
            has("Max address space", &MEMORY.to_string()),
            has("Max cpu time", "57"),
            has("Max core file size", "0"),
            has("Max file size", "0"),
            says(worker, "status", "NoNewPrivs:\t1"),
            says(worker, "status", "Threads:\t1"),
        ])
    })
    .await;
    assert_eq!(confined, [true; 6]);
    assert_eq!(asked.await.unwrap().unwrap().tables[0].rows, 1 << 22);
}

/// The processes that this one has started to work.
fn workers() -> Vec<u32> {
    let own = format!("PPid:\t{}\n", std::process::id());
    let all =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    all.filter(|process| says(*process, "status", &own) && says(*process, "cmdline", "parse-worker"))
        .collect()
}

/// Whether the system says this of a process.
fn says(process: u32, file: &str, text: &str) -> bool {
    fs::read_to_string(format!("/proc/{process}/{file}")).is_ok_and(|found| found.contains(text))
}

#[tokio::test]
async fn a_program_that_is_not_there_is_no_fault_of_the_file() {
    let work = work(b"a,b\n", WorkClass::Bulk, Duration::from_secs(2));
    let error = pool("/no/such/program".into()).inspect(work).await.unwrap_err();
    assert!(matches!(error, ParseError::Unavailable(_)), "{error:?}");
}

/// Rather than a file without a fence, nobody reads any.
#[tokio::test]
async fn a_worker_that_cannot_be_confined_does_not_read() {
    let pool = Pool::start(program(), 1.try_into().unwrap(), 8 << 20).unwrap();
    let error = pool.inspect(work(b"a,b\n", WorkClass::Bulk, Duration::from_secs(10))).await.unwrap_err();
    assert!(
        matches!(&error, ParseError::Unavailable(cause) if cause.to_string().contains("confined")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_worker_ends_when_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let pool = pool(impostor(folder.path(), &format!("echo $$ > {}; exec sleep 60", told.display())));
    let asked = pool.inspect(work(b"", WorkClass::Bulk, Duration::from_mins(1)));
    tokio::time::timeout(Duration::from_millis(500), asked).await.unwrap_err();
    let process = until(|| fs::read_to_string(&told).ok()?.trim().parse::<u32>().ok()).await;
    until(|| (!Path::new(&format!("/proc/{process}")).exists()).then_some(())).await;
}

/// A worker has the file and its output; what else its employer has open or knows by its environment is not for it.
#[tokio::test]
async fn a_worker_inherits_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let secret = folder.path().join("secret");
    let _open = File::create(&secret).unwrap();
    let script = format!("(ls -l /proc/$$/fd; echo; env; pwd) > {}", told.display());
    let pool = pool(impostor(folder.path(), &script));
    pool.inspect(work(b"", WorkClass::Bulk, Duration::from_secs(10))).await.unwrap_err();
    let told = fs::read_to_string(&told).unwrap();
    let (open, known) = told.split_once("\n\n").unwrap();
    assert!(open.contains("0 -> ") && !open.contains(&secret.display().to_string()), "{told}");
    assert!(known.lines().all(|line| ["/", "PWD=/", "MIMALLOC_ARENA_RESERVE=0"].contains(&line)), "{told}");
}

async fn until<T>(found: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "never");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
