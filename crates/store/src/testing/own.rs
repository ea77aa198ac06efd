//! A `PostgreSQL` cluster of one test's own, whose power can be cut.

use std::{
    fs,
    os::unix::{fs::DirBuilderExt as _, fs::chown, net::UnixStream, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Error, cluster::Programs};

/// How long the server may take to start, replaying its log.
const START: Duration = Duration::from_mins(1);

/// A cluster below a folder; its processes are killed when it is dropped.
#[derive(Debug)]
pub struct OwnCluster {
    programs: Programs,
    data: PathBuf,
    sockets: tempfile::TempDir,
    server: Option<Child>,
}

impl OwnCluster {
    /// Makes a cluster in `folder/data`; nothing when `PostgreSQL` is not installed.
    pub fn make(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(programs) = Programs::find()? else { return Ok(None) };
        let sockets = tempfile::tempdir()?;
        let data = folder.join("data");
        fs::DirBuilder::new().mode(0o700).create(&data)?;
        let cluster = Self { programs, data, sockets, server: None };
        cluster.give(&cluster.data)?;
        cluster.give(cluster.sockets.path())?;
        let data = cluster.data.display().to_string();
        let small =
            ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"];
        cluster.programs.run("initdb", &[&["-D", &data], small.as_slice()].concat())?;
        Ok(Some(cluster))
    }

    /// Starts the server with these settings and this environment, and waits until it takes connections.
    pub fn start(&mut self, settings: &[&str], environment: &[(String, String)]) -> Result<(), Error> {
        let begun = Instant::now();
        match fs::remove_file(self.data.join("postmaster.pid")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let words = self.programs.words("postgres");
        let (first, rest) = words.split_first().ok_or("no program")?;
        let log = fs::File::create(self.sockets.path().join("log"))?;
        let server = Command::new(first)
            .args(rest)
            .arg("-D")
            .arg(&self.data)
            .arg("-k")
            .arg(self.sockets.path())
            .args(["-c", "listen_addresses="])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let server = self.server.insert(server);
        // The last line of the file says how the server is.
        while !fs::read_to_string(self.data.join("postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
            || UnixStream::connect(self.sockets.path().join(".s.PGSQL.5432")).is_err()
        {
            if server.try_wait()?.is_some() || begun.elapsed() > START {
                return Err(format!("the cluster does not start: {}", self.log()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The address of its first database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.sockets.path().display())
    }

    /// What the server said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.sockets.path().join("log")).unwrap_or_default()
    }

    /// Stops all its processes where they are: connections stay open, new ones are made, and nobody answers.
    pub fn freeze(&self) -> Result<(), Error> {
        let Some(server) = &self.server else { return Ok(()) };
        signal("-STOP", server.id(), &children(server.id()))
    }

    /// Kills all its processes at once.
    pub fn kill(&mut self) -> Result<(), Error> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        let children = children(server.id());
        signal("-9", server.id(), &children)?;
        server.wait()?;
        let begun = Instant::now();
        while children.iter().any(|child| lives(child)) {
            if begun.elapsed() > START {
                return Err("a process of the cluster does not end".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Gives a folder with all that is in it to the account of the server.
    pub fn give(&self, path: &Path) -> Result<(), Error> {
        let Some((user, group)) = self.programs.account else { return Ok(()) };
        chown(path, Some(user), Some(group))?;
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                self.give(&entry?.path())?;
            }
        }
        Ok(())
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        // Whatever goes wrong here goes wrong for a test that has ended.
        let _ = self.kill();
    }
}

fn children(parent: u32) -> Vec<String> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    children.split_whitespace().map(str::to_owned).collect()
}

/// Sends a signal to the server and its children, of which some may have ended by now.
fn signal(signal: &str, server: u32, children: &[String]) -> Result<(), Error> {
    let mut kill = Command::new("kill");
    kill.arg(signal).arg(server.to_string()).args(children).stderr(Stdio::null()).status()?;
    Ok(())
}

fn lives(process: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.rsplit_once(')').is_some_and(|(_, fields)| !fields.trim_start().starts_with('Z'))
}
