//! Each thing that a worker gives up is tried twice in a process of its own: with its confinement, where it must fail,
//! and without, where it must succeed; else the failure would prove nothing.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rstest::rstest;
use rustix::process::{Resource, getrlimit};
use vitrina_cli::parse_worker::confine::{self, Limits};

/// What a child process of this test shall try, and whether it is confined.
const ACT: &str = "VITRINA_TEST_ACT";
const CONFINED: &str = "VITRINA_TEST_CONFINED";
/// Where something listens, or who the parent is.
const PEER: &str = "VITRINA_TEST_PEER";

const MIB: u64 = 1 << 20;

/// How long a process may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// This test binary again, with the one test that acts.
fn actor(act: &str, confined: bool, peer: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "confinement::the_act_of_a_child", "--test-threads", "1", "--nocapture"]);
    command.env(ACT, act).env(CONFINED, confined.to_string()).env(PEER, peer).stderr(Stdio::null());
    command
}

fn act(act: &str, confined: bool, peer: &str) -> ExitStatus {
    actor(act, confined, peer).stdout(Stdio::null()).status().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test tells its children what to do by the environment")]
fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Does nothing unless it is told to: it is what a child process runs.
#[test]
fn the_act_of_a_child() {
    let Some(act) = told(ACT) else { return };
    let peer = told(PEER).unwrap();
    if act == "employ" {
        // Dies only by being killed, and tells who works for it.
        let own = std::process::id().to_string();
        let mut worker = actor("wait", true, &own).stdout(Stdio::null()).spawn().unwrap();
        println!("\nworker {}", worker.id());
        worker.wait().unwrap();
        return;
    }
    if told(CONFINED).unwrap() == "true" {
        let parent = if act == "wait" { peer.parse().unwrap() } else { std::os::unix::process::parent_id() };
        confine::die_with(parent).unwrap();
        confine::limit(Limits { memory_bytes: 1024 * MIB, cpu_seconds: 1 }).unwrap();
        if act != "wait" {
            confine::fence().unwrap();
        }
    }
    perform(&act, &peer);
}

#[expect(clippy::disallowed_methods, reason = "whether a connection can be made is what is tried")]
fn perform(act: &str, peer: &str) {
    match act {
        "nothing" => {}
        "wait" => std::thread::sleep(PATIENCE),
        "connect" => drop(std::net::TcpStream::connect(peer).unwrap()),
        "listen" => drop(TcpListener::bind("127.0.0.1:0").unwrap()),
        "look up" => drop(std::net::ToSocketAddrs::to_socket_addrs("localhost:80").unwrap()),
        "open" => drop(File::open("/etc/passwd").unwrap()),
        "write" => std::fs::write(peer, b"x").unwrap(),
        "list" => drop(std::fs::read_dir("/").unwrap()),
        "start a program" => assert!(Command::new("/bin/true").status().unwrap().success()),
        "start a thread" => std::thread::Builder::new().spawn(|| {}).unwrap().join().unwrap(),
        "signal" => rustix::process::test_kill_process(rustix::process::getppid().unwrap()).unwrap(),
        "take memory" => Vec::<u8>::new().try_reserve_exact(2 << 30).unwrap(),
        "take time" => {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(2_500) {
                std::hint::spin_loop();
            }
        }
        "leave an image" => assert_ne!(getrlimit(Resource::Core).maximum, Some(0)),
        "take more again" => {
            let most = rustix::process::Rlimit { current: None, maximum: None };
            rustix::process::setrlimit(Resource::As, most).unwrap();
        }
        other => panic!("no such act: {other}"),
    }
}

#[test]
fn a_confined_child_that_does_nothing_ends_well() {
    assert!(act("nothing", true, "").success());
}

#[rstest]
#[case("connect")]
#[case("listen")]
#[case("look up")]
#[case("open")]
#[case("write")]
#[case("list")]
#[case("start a program")]
#[case("start a thread")]
#[case("signal")]
#[case("take memory")]
#[case("take time")]
#[case("leave an image")]
#[case("take more again")]
fn a_worker_can_do_none_of_what_it_could_do_before(#[case] deed: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let peer = match deed {
        "write" => folder.path().join("x").display().to_string(),
        _ => listener.local_addr().unwrap().to_string(),
    };
    assert!(act(deed, false, &peer).success(), "{deed}: without confinement it works");
    let ended = act(deed, true, &peer);
    assert!(!ended.success(), "{deed}: it worked");
    if deed == "take time" {
        // SIGXCPU, or SIGKILL at the hard limit.
        assert!(matches!(ended.signal(), Some(24 | 9)), "{ended:?}");
    }
}

#[test]
fn a_worker_dies_with_the_one_that_asks() {
    let mut employer = actor("employ", false, "").stdout(Stdio::piped()).spawn().unwrap();
    let worker = worker_of(&mut employer);
    // It is confined by and by; from then on its death follows.
    until("the worker waits", || state(worker).is_some_and(|state| state == 'S') && is_confined(worker));
    employer.kill().unwrap();
    employer.wait().unwrap();
    until("the worker is gone", || state(worker).is_none_or(|state| state == 'Z'));
}

#[test]
fn work_for_nobody_is_not_begun() {
    let mut command = actor("wait", true, "1");
    let ended = command.stdout(Stdio::null()).status().unwrap();
    assert!(!ended.success());
}

fn worker_of(employer: &mut Child) -> u32 {
    let out = BufReader::new(employer.stdout.take().unwrap());
    let told = out.lines().map_while(Result::ok).find_map(|line| line.strip_prefix("worker ")?.parse().ok());
    told.unwrap()
}

/// The state of a process; nothing when it is gone.
fn state(process: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Whether a process has the limit on its time that comes after the promise to die.
fn is_confined(process: u32) -> bool {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap_or_default();
    limits.lines().any(|line| line.starts_with("Max cpu time") && line.split_whitespace().nth(3) == Some("1"))
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
