//! `vitrina doctor`: what could keep Vitrina from working, and what to do about it.

use std::{fmt::Write as _, net::TcpListener, path::Path};

use vitrina_domain::finding::Locale;
use vitrina_store::{Backend, Store};

use super::{Context, print};
use crate::{
    config::Settings,
    failure::{Exit, Failure},
    postman::postman,
    terminal,
    wiring::{self, Catalog},
};

/// Less room than this is a reason to act, in bytes.
const LITTLE_ROOM: u64 = 1 << 30;

/// What came of one look.
#[derive(Debug, PartialEq, Eq)]
struct Check {
    what: &'static str,
    state: State,
    text: String,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Good,
    /// It works, but something should be done: this.
    Advice(String),
    /// It does not work until this is done.
    Broken(String),
}

impl Check {
    fn good(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, state: State::Good, text: text.into() }
    }

    fn advice(what: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what, state: State::Advice(help.into()), text: text.into() }
    }

    fn broken(what: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what, state: State::Broken(help.into()), text: text.into() }
    }
}

pub(super) async fn run(context: Context) -> Result<Exit, Failure> {
    let settings = &context.settings;
    let mut checks =
        vec![folder(&settings.data_dir), room(&settings.data_dir), port(settings), exposure(settings)];
    checks.push(mail(settings).await);
    // A look must not make what it looks for: without a folder there is nothing more to see.
    if settings.data_dir.is_dir() || settings.database_url.is_some() {
        catalog(settings, &mut checks).await;
    }
    print(&text(&checks, context.locale))?;
    let is_well = checks.iter().all(|check| check.state == State::Good);
    Ok(if is_well { Exit::Done } else { Exit::Findings })
}

fn text(checks: &[Check], locale: Locale) -> String {
    let (good, advice, broken) = match locale {
        Locale::Es => ("bien", "aviso", "MAL"),
        Locale::En => ("ok", "advice", "BROKEN"),
    };
    let mut text = String::new();
    for check in checks {
        let (word, help) = match &check.state {
            State::Good => (good, None),
            State::Advice(help) => (advice, Some(help)),
            State::Broken(help) => (broken, Some(help)),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{word:<7} {:<12} {}", check.what, terminal::clean(&check.text));
        if let Some(help) = help {
            let _ = writeln!(text, "{:21}→ {}", "", terminal::clean(help));
        }
    }
    text
}

fn folder(path: &Path) -> Check {
    const WHAT: &str = "folder";
    let shown = path.display();
    if !path.exists() {
        return Check::advice(
            WHAT,
            format!("{shown} is not there yet"),
            "`vitrina serve` and `vitrina import` make it",
        );
    }
    if !path.is_dir() {
        return Check::broken(WHAT, format!("{shown} is no folder"), "give another one with --data-dir");
    }
    if let Err(error) = tempfile::Builder::new().prefix(".doctor-").tempfile_in(path) {
        return Check::broken(
            WHAT,
            format!("nothing can be written in {shown}: {error}"),
            "make this user its owner",
        );
    }
    open_to_others(path).unwrap_or_else(|| Check::good(WHAT, format!("{shown} can be written")))
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<Check> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        Check::advice(
            "folder",
            format!("{} is open to other users (mode {mode:03o})", path.display()),
            format!("chmod 700 {}", path.display()),
        )
    })
}

#[cfg(not(unix))]
fn open_to_others(_path: &Path) -> Option<Check> {
    None
}

fn room(path: &Path) -> Check {
    const WHAT: &str = "disk";
    let Some(there) = path.ancestors().find(|ancestor| ancestor.is_dir()).or(Some(Path::new("."))) else {
        return Check::good(WHAT, "nothing to measure");
    };
    match fs4::available_space(there) {
        Ok(free) if free >= LITTLE_ROOM => Check::good(WHAT, format!("{} MiB free", free >> 20)),
        Ok(free) => Check::advice(
            WHAT,
            format!("only {} MiB free", free >> 20),
            "free some space, or move the folder",
        ),
        Err(error) => Check::advice(WHAT, format!("the free space is unknown: {error}"), "look with `df`"),
    }
}

fn port(settings: &Settings) -> Check {
    match TcpListener::bind(settings.listen) {
        Ok(_) => Check::good("port", format!("{} is free", settings.listen)),
        Err(error) => Check::advice(
            "port",
            format!("{} cannot be taken: {error}", settings.listen),
            "fine while Vitrina is running; else choose another with --listen",
        ),
    }
}

fn exposure(settings: &Settings) -> Check {
    match settings.check_addresses() {
        Ok(()) => Check::good("address", format!("permanent addresses begin with {}", settings.base_url())),
        Err(error) => Check::broken("address", error.to_string(), "set base_url and tls"),
    }
}

async fn mail(settings: &Settings) -> Check {
    const WHAT: &str = "mail";
    let postman = match postman(settings, &settings.base_url()) {
        Ok(Some(postman)) => postman,
        Ok(None) => return Check::good(WHAT, "no mail server is configured, and no letters are written"),
        Err(failure) => return Check::broken(WHAT, failure.to_string(), "see mail_url and mail_from"),
    };
    match postman.greet().await {
        Ok(()) => Check::good(WHAT, "the mail server lets us in"),
        Err(error) => Check::broken(WHAT, error.to_string(), "`vitrina mail test ADDRESS` tells what to do"),
    }
}

async fn catalog(settings: &Settings, checks: &mut Vec<Check>) {
    if settings.database_url.is_none() && !settings.data_dir.join("vitrina.db").exists() {
        checks.push(Check::advice(
            "database",
            "there is none yet",
            "`vitrina serve` and `vitrina import` make it",
        ));
        return;
    }
    match wiring::open_store(settings).await {
        Ok(store) => {
            checks.push(database(&store).await);
            checks.push(base_url(settings, &store).await);
            checks.push(index(settings, store).await);
        }
        Err(failure) => checks.push(Check::broken("database", failure.to_string(), "see above")),
    }
}

async fn database(store: &Store) -> Check {
    const WHAT: &str = "database";
    let kind = match store.backend() {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    };
    if let Err(error) = store.probe().await {
        return Check::broken(
            WHAT,
            format!("{kind} does not answer: {error}"),
            "is it running, and is there room?",
        );
    }
    match store.schema_state().await {
        Ok(state) if state.pending.is_empty() => {
            Check::good(WHAT, format!("{kind}, schema up to date ({} migrations)", state.applied.len()))
        }
        Ok(state) => Check::advice(
            WHAT,
            format!("{kind}, {} migrations are pending", state.pending.len()),
            "`vitrina migrate`; make a copy first",
        ),
        Err(error) => {
            Check::broken(WHAT, format!("{kind}, the schema cannot be read: {error}"), "`vitrina migrate`")
        }
    }
}

async fn base_url(settings: &Settings, store: &Store) -> Check {
    const WHAT: &str = "published as";
    match (store.setting(wiring::BASE_URL_KEY).await, &settings.base_url) {
        (Ok(Some(kept)), Some(configured)) if kept != configured.to_string() => Check::advice(
            WHAT,
            format!("{kept}, but {configured} is configured"),
            format!("go on with --base-url {kept}; --rebase-iris changes every permanent address"),
        ),
        (Ok(Some(kept)), _) => Check::good(WHAT, kept),
        (Ok(None), _) => Check::good(WHAT, "nothing yet"),
        (Err(error), _) => Check::broken(WHAT, error.to_string(), "`vitrina migrate`"),
    }
}

async fn index(settings: &Settings, store: Store) -> Check {
    const WHAT: &str = "index";
    let catalog = match Catalog::assemble(settings, store, settings.base_url()) {
        Ok(catalog) => catalog,
        Err(failure) => return Check::broken(WHAT, failure.to_string(), "`vitrina index rebuild`"),
    };
    let check = match catalog.app.status().await {
        Ok(status) if status.index >= status.log => {
            Check::good(WHAT, format!("at change {}, the last", status.index))
        }
        Ok(status) => Check::advice(
            WHAT,
            format!("at change {} of {}", status.index, status.log),
            "a running server catches up by itself; else `vitrina index rebuild`",
        ),
        Err(error) => Check::broken(WHAT, error.to_string(), "`vitrina index rebuild`"),
    };
    catalog.close().await;
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_is_no_fault_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("not-yet");
        assert!(matches!(folder(&path).state, State::Advice(_)));
        assert_eq!(room(&path).what, "disk");
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_read_is_pointed_out_with_the_remedy() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let State::Advice(help) = folder(dir.path()).state else { panic!("advice") };
        assert!(help.starts_with("chmod 700"), "{help}");
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(folder(dir.path()).state, State::Good);
    }

    #[test]
    fn a_taken_port_is_seen() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let settings = Settings { listen: taken.local_addr().unwrap(), ..Settings::default() };
        assert!(matches!(port(&settings).state, State::Advice(_)));
    }

    #[test]
    fn what_to_do_stands_below_what_is_wrong() {
        let checks = [Check::good("disk", "9 MiB free"), Check::broken("folder", "no folder", "make one")];
        let text = text(&checks, Locale::En);
        assert_eq!(text.lines().count(), 3);
        assert!(text.starts_with("ok      disk") && text.trim_end().ends_with("→ make one"), "{text}");
    }
}
