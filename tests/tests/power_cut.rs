//! The power is cut in the middle of the work: the disk keeps what was synced, and nothing acknowledged is missing.
//!
//! A preloaded library records what is durable (the model is described in `shim/durable.c`). After the server was
//! killed, its folder is made what the record says, and the server is started on that. Half of the cuts keep in
//! addition some of the pages and names that were on their way, as disks do.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, anyhow, ensure};
use hyper::Method;
use serde_json::json;
use vitrina_store::{
    Config, Store,
    testing::{
        OwnCluster,
        bare::{Care, counted},
    },
};
use vitrina_tests::{
    Auditor, Bucket, Engine, Found, Program, Random, Setup, Swarm, audit,
    disk::{Cut, Disk},
    ledger::Words,
    told,
};

/// From ready to the cut.
const LIFE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(1_500));

/// After so many cuts the work goes on in an empty place.
const CUTS_PER_PLACE: usize = 20;

/// How often a careless database gets the chance to lose something.
const CHANCES: usize = 40;

/// How often the power is cut: as `VITRINA_POWER_CUTS` says, else so often that a commit can wait for it.
fn cuts() -> usize {
    told("VITRINA_POWER_CUTS").and_then(|cuts| cuts.parse().ok()).unwrap_or(20)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_power_is_cut() {
    let mut random = Random::told_or_new("power cut");
    let (mut left, mut found) = (cuts(), Found::default());
    while left > 0 {
        let here = left.min(CUTS_PER_PLACE);
        found += cut_in_one_place(here, &mut random).await.unwrap();
        left -= here;
    }
    report(&format!("Vitrina: {} cuts, {found:?}", cuts()));
    assert!(found.acknowledged > cuts(), "too little was written to tell anything: {found:?}");
}

#[expect(clippy::print_stderr, reason = "the figures of a long run are its result")]
fn report(text: &str) {
    eprintln!("{text}");
}

async fn cut_in_one_place(cuts: usize, random: &mut Random) -> anyhow::Result<Found> {
    let mut setup = Setup::on(Engine::Sqlite).await?.context("SQLite is there")?;
    let root = setup.data_dir().parent().context("a place")?.to_owned();
    let disk = Disk::of(&root)?;
    // From the very first start: the folder itself must be durable by the time that something is acknowledged.
    setup.environment = disk.environment();
    let token = setup.token(&["write:datasets", "import"])?;
    let mut program = Program::serve(&setup).await?;
    let words = Arc::new(Words::new());
    let mut swarm = Swarm::new(3, random, &words, &program.http().with_token(&token)).await?;
    let (mut auditor, mut found) = (Auditor::default(), Found::default());
    for number in 0..cuts {
        let short = (number % 5 == 0).then(|| setup.token(&["write:datasets"])).transpose()?;
        let working = swarm.start(&program.http().with_token(&token));
        tokio::time::sleep(random.moment(LIFE.0, LIFE.1)).await;
        let short = short.map(|token| revoke(&setup, token)).transpose()?;
        program.kill()?;
        swarm = working.end().await?;
        disk.cut(if number % 2 == 0 { Cut::Nothing } else { Cut::Some(random) })?;

        setup.environment.clear();
        program = Program::serve(&setup).await.with_context(|| format!("after cut {number}"))?;
        let store = audit::open(&setup).await?;
        found += auditor.look(&store, &program.http(), swarm.objects_mut()).await?;
        store.close().await;
        swarm.forget_unborn();
        if let Some(token) = short {
            let refused = program.http().with_token(&token);
            let answer =
                refused.write(Method::POST, "/api/v1/datasets", &[], &json!({"title": "No"})).await?;
            ensure!(answer.status.as_u16() == 401, "a revoked token is good again: {}", answer.status);
        }
        program.kill()?;
        disk.settle()?;
        setup.environment = disk.environment();
        program = Program::serve(&setup).await?;
    }
    Auditor::walk(&program.http(), swarm.objects()).await?;
    Ok(found)
}

/// Revokes the newest token by the command line; gives its secret back.
fn revoke(setup: &Setup, secret: String) -> anyhow::Result<String> {
    let listed = setup.run(&["admin", "token", "list"])?;
    let listed = String::from_utf8(listed.stdout)?;
    let id =
        listed.lines().filter(|line| line.contains("until")).filter_map(|line| line.split(' ').next()).max();
    let revoked = setup.run(&["admin", "token", "revoke", id.context("a token")?])?;
    ensure!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
    Ok(secret)
}

/// How many cuts of a `PostgreSQL` whose settings are safe: `VITRINA_POWER_CUTS_POSTGRES`, else few.
fn postgres_cuts() -> usize {
    told("VITRINA_POWER_CUTS_POSTGRES").and_then(|cuts| cuts.parse().ok()).unwrap_or(4)
}

/// Only the cluster is under the record: the files are in a bucket, whose answers are believed, and what Vitrina keeps
/// beside them can be made anew.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_power_of_postgres_is_cut() {
    let mut random = Random::told_or_new("power cut of PostgreSQL");
    let safe = ["fsync=on", "synchronous_commit=on"];
    let Some(found) = cut_postgres(&safe, postgres_cuts(), &mut random).await.unwrap() else { return };
    report(&format!("PostgreSQL: {} cuts, {found:?}", postgres_cuts()));
    assert!(found.acknowledged > postgres_cuts(), "too little was written to tell anything: {found:?}");
    let lax = ["fsync=on", "synchronous_commit=off", "wal_writer_delay=10s"];
    for careless in [lax.as_slice(), &["fsync=off"]] {
        let lost = cut_postgres(careless, 3, &mut random).await.unwrap_err();
        let said: String = format!("{lost:#}").chars().take(200).collect();
        // A write is gone, or the token that was made before, or the whole cluster.
        let losses = ["LOST", "token-invalid", "does not start"];
        assert!(losses.iter().any(|loss| said.contains(loss)), "{careless:?}: {said}");
        report(&format!("{careless:?}: {said}"));
    }
}

/// Cuts the power of a cluster with these settings; fails as soon as something is lost.
async fn cut_postgres(settings: &[&str], cuts: usize, random: &mut Random) -> anyhow::Result<Option<Found>> {
    // Small, so that the log is folded into the tables while the writers write.
    let small = ["max_connections=60", "shared_buffers=16MB", "max_wal_size=2MB", "min_wal_size=2MB"];
    let settings = [settings, &small].concat();
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let Some(mut cluster) = OwnCluster::make(folder.path()).map_err(|error| anyhow!(error))? else {
        report("PostgreSQL not installed: its power was not cut");
        return Ok(None);
    };
    let disk = Disk::of(folder.path())?;
    fs::set_permissions(disk.folder(), fs::Permissions::from_mode(0o755))?;
    let mut environment = disk.environment();
    environment.push(("DURABLE_NAMES".to_owned(), "journal".to_owned()));

    let mut setup = Setup::on(Engine::Sqlite).await?.context("a place")?;
    let bucket = Bucket::start().await?;
    let files_url = Some(bucket.url().parse()?);
    setup.bucket = Some(bucket);
    setup.environment.push(("VITRINA_DATABASE_URL".to_owned(), cluster.url()));
    let config = Config {
        data_dir: setup.data_dir(),
        database_url: Some(cluster.url()),
        files_url,
        max_connections: 2,
    };
    cluster.give(disk.record()).map_err(|error| anyhow!(error))?;
    cluster.start(&settings, &environment).map_err(|error| anyhow!(error))?;
    let token = setup.token(&["write:datasets", "import"])?;
    let program = Program::serve(&setup).await?;
    let (mut auditor, mut found) = (Auditor::default(), Found::default());
    let mut swarm =
        Swarm::new(3, random, &Arc::new(Words::new()), &program.http().with_token(&token)).await?;
    program.kill()?;
    for number in 0..cuts {
        let program = Program::serve(&setup).await?;
        let working = swarm.start(&program.http().with_token(&token));
        tokio::time::sleep(random.moment(LIFE.0, LIFE.1)).await;
        cluster.kill().map_err(|error| anyhow!(error))?;
        program.kill()?;
        swarm = working.end().await?;
        disk.cut(Cut::Nothing)?;
        cluster.give(folder.path()).map_err(|error| anyhow!(error))?;
        disk.settle()?;
        cluster.give(disk.record()).map_err(|error| anyhow!(error))?;

        cluster.start(&settings, &environment).map_err(|error| anyhow!(error))?;
        let program = Program::serve(&setup).await.with_context(|| format!("after cut {number}"))?;
        let store = Store::open(&config).await?;
        found += auditor.look(&store, &program.http(), swarm.objects_mut()).await?;
        store.close().await;
        swarm.forget_unborn();
        program.kill()?;
    }
    Ok(Some(found))
}

/// The instrument is worth nothing unless it sees the losses of databases that are known to lose.
#[tokio::test(flavor = "multi_thread")]
async fn careless_databases_lose_what_they_acknowledged_and_a_careful_one_does_not() {
    let mut random = Random::told_or_new("power cut, control");
    for care in Care::ALL {
        let (mut acknowledged, mut lost, mut chances) = (0, 0, 0);
        while chances < CHANCES && (care == Care::WalFull || lost == 0) {
            let (said, kept) = cut_a_bare_database(care, &mut random).await.unwrap();
            acknowledged += said;
            lost += (said - kept).max(0);
            chances += 1;
        }
        report(&format!("{}: {chances} cuts, {acknowledged} acknowledged, {lost} lost", care.as_str()));
        assert_eq!(
            lost == 0,
            care == Care::WalFull,
            "{care:?} lost {lost} of {acknowledged} in {chances} cuts"
        );
        assert!(acknowledged > 0, "{care:?} acknowledged nothing");
    }
}

/// What a bare database said that it holds, and what it holds after the cut.
async fn cut_a_bare_database(care: Care, random: &mut Random) -> anyhow::Result<(i64, i64)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("numbers.db");
    let disk = Disk::of(folder.path())?;
    let mut writer = Command::new(env!("CARGO_BIN_EXE_bare_writer"))
        .arg(&path)
        .arg(care.as_str())
        .envs(disk.environment())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(writer.stdout.take().context("piped")?).lines();
    let last = std::thread::spawn(move || lines.map_while(Result::ok).last());
    tokio::time::sleep(random.moment(Duration::from_millis(150), Duration::from_millis(400))).await;
    writer.kill()?;
    writer.wait()?;
    let said = last.join().map_err(|_panic| anyhow!("the reader"))?;
    let said = said.map_or(Ok(0), |number| number.parse())?;
    disk.cut(Cut::Nothing)?;
    if !path.is_file() {
        return Ok((said, 0));
    }
    // A database that cannot be read has lost everything.
    Ok((said, counted(&path).await.unwrap_or(0)))
}

/// The record itself, without a database: each rule of the model.
#[test]
fn the_record_holds_what_was_synced_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("disk");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("old"), "old").unwrap();
    let disk = Disk::of(&root).unwrap();
    // `sync FILE` of coreutils is one fsync.
    run(&disk, &root, "mkdir sub; echo kept > sub/a; echo lost > sub/b; sync sub/a; sync sub; sync .")
        .unwrap();
    run(&disk, &root, "echo first > twice; sync twice; sync .; echo second > twice").unwrap();
    run(&disk, &root, "mv old new; echo other > unnamed; sync unnamed; rm sub/a").unwrap();
    disk.cut(Cut::Nothing).unwrap();
    let text = |name: &str| fs::read_to_string(root.join(name)).ok();
    assert_eq!(text("old").as_deref(), Some("old"), "a renaming was not synced");
    assert_eq!(text("new"), None);
    assert_eq!(text("twice").as_deref(), Some("first\n"), "later bytes were not synced");
    assert_eq!(text("sub/a").as_deref(), Some("kept\n"), "a removal was not synced");
    assert_eq!(text("sub/b").as_deref(), Some(""), "a name was synced and its bytes were not");
    assert_eq!(text("unnamed"), None, "bytes were synced and their name was not");
    disk.settle().unwrap();
    fs::File::create(root.join("late")).unwrap().write_all(b"late").unwrap();
    disk.cut(Cut::Nothing).unwrap();
    assert_eq!((text("old").as_deref(), text("late")), (Some("old"), None));
}

fn run(disk: &Disk, folder: &Path, script: &str) -> anyhow::Result<()> {
    let mut command = Command::new("sh");
    command.args(["-ec", script]).current_dir(folder).envs(disk.environment());
    ensure!(command.status()?.success(), "{script}");
    Ok(())
}
