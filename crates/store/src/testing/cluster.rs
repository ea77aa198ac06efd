//! A `PostgreSQL` cluster for tests that nobody has to end.
//!
//! Every process that uses the cluster holds a shared lock on a file for as long as it lives; the system lets go
//! of it however the process ends. Whoever starts the cluster also starts a watchdog in a process group of its
//! own, which waits for the lock to itself, stops the cluster and removes it. So `cargo test` (one process),
//! `cargo nextest` (one per test) and an interrupted run all leave nothing behind.

use std::{
    ffi::OsString,
    fs::{self, File},
    os::unix::{
        fs::{DirBuilderExt as _, MetadataExt as _, chown},
        net::UnixStream,
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DbBackend, Statement};
use vitrina_domain::canonical::Digest;

use super::Error;
use crate::{Config, Store};

/// A running cluster, kept alive by this value.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    template: String,
    watchdog: Option<Child>,
    _user: File,
}

/// The account of the server when the tests run as root, which the server refuses to.
const ACCOUNT: &str = "postgres";

/// Waits to be alone, and to be alone still some seconds later (between two tests that are processes of their own
/// there may be a moment without any), then stops the cluster (the remaining arguments) and removes it.
const WATCHDOG: &str = r#"exec 9<>"$1" || exit 1
folder=$2
patience=$3
shift 3
until
  flock -x 9 && flock -u 9 || exit 1
  sleep "$patience"
  flock -xn 9
do :; done
"$@"
rm -rf "$folder""#;

impl Cluster {
    /// Joins the cluster of this user's test runs, or starts it; nothing when `PostgreSQL` is not installed.
    pub(super) async fn shared() -> Result<Option<Self>, Error> {
        let user = tempfile::tempfile()?.metadata()?.uid();
        let home = std::env::temp_dir().join(format!("vitrina-test-postgres-{user}"));
        match fs::DirBuilder::new().mode(0o755).create(&home) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        if fs::symlink_metadata(&home)?.uid() != user {
            return Err(format!("{} belongs to somebody else", home.display()).into());
        }
        Self::join(&home, Duration::from_secs(5)).await
    }

    /// Joins the cluster below a folder, or starts it; it lives on for a while when the last one has left.
    pub async fn join(home: &Path, patience: Duration) -> Result<Option<Self>, Error> {
        let Some(programs) = Programs::find()? else { return Ok(None) };
        let home = home.to_owned();
        let (cluster, starting) = tokio::task::spawn_blocking(move || {
            // One process at a time looks whether the cluster runs; the watchdog never waits for this lock.
            let starting = lock_file(&home.join("start.lock"))?;
            starting.lock()?;
            Self::enter(&home, &programs, patience).map(|cluster| (cluster, starting))
        })
        .await??;
        cluster.make_template().await?;
        drop(starting);
        Ok(Some(cluster))
    }

    fn enter(home: &Path, programs: &Programs, patience: Duration) -> Result<Self, Error> {
        let users = home.join("users.lock");
        let user = lock_file(&users)?;
        user.lock_shared()?;
        let folder = home.join("cluster");
        let watchdog = if UnixStream::connect(folder.join(".s.PGSQL.5432")).is_ok() {
            None
        } else {
            programs.start(&folder)?;
            Some(programs.watch(&users, &folder, patience)?)
        };
        Ok(Self { folder, template: template_name()?, watchdog, _user: user })
    }

    /// Lets go of the cluster; what ends it, when this process started it.
    pub fn leave(self) -> Option<Child> {
        self.watchdog
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{ACCOUNT}@localhost/{database}?host={}", self.folder.display())
    }

    /// The migrated database that others are copied from.
    pub(super) fn template(&self) -> &str {
        &self.template
    }

    /// Makes a database.
    pub(super) async fn create(&self, name: &str, template: &str) -> Result<(), Error> {
        self.command(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await
    }

    /// Drops a database, in use or not.
    pub(super) async fn drop(&self, name: &str) -> Result<(), Error> {
        self.command(&format!("DROP DATABASE {name} WITH (FORCE)")).await
    }

    async fn command(&self, sql: &str) -> Result<(), Error> {
        let database = Database::connect(self.maintenance()).await?;
        database.execute_unprepared(sql).await?;
        Ok(database.close().await?)
    }

    fn maintenance(&self) -> ConnectOptions {
        let mut options = ConnectOptions::new(self.url("postgres"));
        options.max_connections(1).sqlx_logging(false);
        options
    }

    /// Migrates the template of this very program, once per build.
    async fn make_template(&self) -> Result<(), Error> {
        let database = Database::connect(self.maintenance()).await?;
        let query = "SELECT 1 FROM pg_database WHERE datname = $1";
        let query =
            Statement::from_sql_and_values(DbBackend::Postgres, query, [self.template.as_str().into()]);
        let there = database.query_one_raw(query).await?.is_some();
        database.close().await?;
        if there {
            return Ok(());
        }
        // Under another name until it is complete: a process may die half-way.
        let unfinished = format!("{}_unfinished", self.template);
        self.command(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await?;
        self.create(&unfinished, "template0").await?;
        let folder = tempfile::tempdir()?;
        let config = Config {
            data_dir: folder.path().to_owned(),
            database_url: Some(self.url(&unfinished)),
            files_url: None,
            max_connections: 1,
        };
        let store = Store::open(&config).await?;
        store.migrate().await?;
        store.close().await;
        self.command(&format!("ALTER DATABASE {unfinished} RENAME TO {}", self.template)).await
    }
}

/// Named after the program that made it: another build may have another schema.
fn template_name() -> Result<String, Error> {
    let program = std::env::current_exe()?;
    let metadata = program.metadata()?;
    let build = format!("{} {:?} {}", program.display(), metadata.modified()?, metadata.len());
    Ok(format!("template_{}", Digest::of(build.as_bytes()).to_string().get(..16).unwrap_or_default()))
}

fn lock_file(path: &Path) -> std::io::Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// The programs of `PostgreSQL`, and how they are run.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    folder: PathBuf,
    /// What stands before each command, to leave root's rights behind.
    prefix: Vec<OsString>,
    /// The account that is left to, where there is need.
    pub(super) account: Option<(u32, u32)>,
}

impl Programs {
    pub(super) fn find() -> Result<Option<Self>, Error> {
        let path: Vec<_> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
        let holds = |folder: &Path, program: &str| folder.join(program).is_file();
        let in_path = |program: &str| path.iter().any(|folder| holds(folder, program));
        let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|p| holds(folder, p));
        let Some(folder) = path.iter().cloned().chain(installed()).find(complete) else { return Ok(None) };
        if !in_path("flock") {
            return Err(
                "PostgreSQL is installed, but flock (util-linux) is not: the tests could not end it".into()
            );
        }
        if tempfile::tempfile()?.metadata()?.uid() != 0 {
            return Ok(Some(Self { folder, prefix: Vec::new(), account: None }));
        }
        let prefix: &[&str] = if in_path("setpriv") {
            &["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        } else {
            &["runuser", "-u", ACCOUNT, "--"]
        };
        let account = Some((id_of("-u")?, id_of("-g")?));
        Ok(Some(Self { folder, prefix: prefix.iter().map(OsString::from).collect(), account }))
    }

    /// A program of `PostgreSQL` with what must stand before it.
    pub(super) fn words(&self, program: &str) -> Vec<OsString> {
        self.prefix.iter().cloned().chain([self.folder.join(program).into_os_string()]).collect()
    }

    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Error> {
        let words = self.words(program);
        let (first, rest) = words.split_first().ok_or("no program")?;
        // The server inherits the output of pg_ctl, so that waiting for its end would be waiting for the server's.
        let errors = tempfile::tempfile()?;
        let status = Command::new(first)
            .args(rest)
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors.try_clone()?)
            .status()?;
        if status.success() {
            return Ok(());
        }
        let mut said = String::new();
        std::io::Seek::rewind(&mut &errors)?;
        std::io::Read::read_to_string(&mut &errors, &mut said)?;
        Err(format!("{program} failed: {said}").into())
    }

    fn start(&self, folder: &Path) -> Result<(), Error> {
        if folder.exists() {
            // Left by a watchdog that was killed, or by a start that failed.
            fs::remove_dir_all(folder)?;
        }
        fs::DirBuilder::new().mode(0o700).create(folder)?;
        if let Some((user, group)) = self.account {
            chown(folder, Some(user), Some(group))?;
        }
        let (folder, data) = (folder.display().to_string(), folder.join("data").display().to_string());
        let init = ["-D", &data, "-U", ACCOUNT, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
        self.run("initdb", &init)?;
        let log = format!("{folder}/log");
        let options = format!(
            "-k '{folder}' -c listen_addresses='' -c max_connections=400 -c fsync=off -c full_page_writes=off \
             -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0"
        );
        self.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-t", "60", "-o", &options, "start"])
    }

    fn watch(&self, users: &Path, folder: &Path, patience: Duration) -> Result<Child, Error> {
        let child = Command::new("sh")
            .arg("-c")
            .arg(WATCHDOG)
            .arg("vitrina-test-watchdog")
            .arg(users)
            .arg(folder)
            .arg(patience.as_secs().to_string())
            .args(self.words("pg_ctl"))
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-m", "immediate", "-w", "stop"])
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(child)
    }
}

/// Where packages put the programs, newest release first.
fn installed() -> Vec<PathBuf> {
    let mut folders: Vec<_> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    folders.sort();
    folders.reverse();
    folders.extend(["/usr/local/pgsql/bin", "/usr/pgsql/bin"].map(PathBuf::from));
    folders
}

/// A number of the server's account.
fn id_of(which: &str) -> Result<u32, Error> {
    let output = Command::new("id").args([which, ACCOUNT]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ends_with_the_last_process_that_uses_it() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let Some(first) = Cluster::join(home.path(), Duration::ZERO).await.unwrap() else { return };
        let second = Cluster::join(home.path(), Duration::ZERO).await.unwrap().unwrap();
        assert!(second.watchdog.is_none(), "it runs already");
        let socket = home.path().join("cluster/.s.PGSQL.5432");

        let mut watchdog = first.leave().unwrap();
        assert!(watchdog.try_wait().unwrap().is_none() && UnixStream::connect(&socket).is_ok());
        drop(second);
        watchdog.wait().unwrap();
        assert!(UnixStream::connect(&socket).is_err());
        assert!(!home.path().join("cluster").exists());
    }
}
