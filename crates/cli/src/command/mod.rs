//! The commands, one a file: read the arguments, call a use case, say what came of it.

use std::{future::Future, io::Write, num::NonZeroUsize};

use vitrina_domain::finding::Locale;

use crate::{
    args::{Admin, Cli, Command, Files, Index, Mail, ParseWorker, Token},
    config::{DatabaseUrl, Environment, Settings},
    failure::{Exit, Failure},
    logging, terminal,
};

mod backup;
mod config;
mod doctor;
mod export;
mod files;
mod import;
mod index;
mod inspect;
mod mail;
mod migrate;
mod openapi;
mod serve;
mod token;
mod validate;
mod worker;

/// What every command works under.
pub(crate) struct Context {
    /// The configuration in force.
    pub settings: Settings,
    /// The language of reports.
    pub locale: Locale,
}

/// Runs a command.
pub(crate) fn run(cli: &Cli, environment: &Environment) -> Result<Exit, Failure> {
    if let Command::ParseWorker(worker) = &cli.command {
        return parse_worker(worker);
    }
    let (flags, file) = cli.flags();
    if let Command::Config(config) = &cli.command
        && config.reference
    {
        return config::reference();
    }
    let settings = Settings::load(file.as_deref(), environment, &flags)?;
    let level = settings.log_level.as_deref().unwrap_or(match cli.command {
        Command::Serve(_) | Command::Worker(_) => "info",
        _ => "warn",
    });
    logging::start(level, settings.log_format)?;
    if flags.database_url.is_some() && settings.database_url.as_ref().is_some_and(DatabaseUrl::has_password) {
        tracing::warn!(
            "everybody on this machine can see a password on the command line: keep it in the configuration file"
        );
    }
    let context = Context { settings, locale: locale(cli, environment) };
    match &cli.command {
        Command::Serve(serve) => {
            let threads = serve::threads(&context.settings);
            block_on_threads(Some(threads), serve::run(context, serve))
        }
        Command::Worker(_) => block_on(worker::run(context)),
        Command::Import(import) => block_on(import::run(context, import)),
        Command::Export(export) => block_on(export::run(context, export)),
        Command::Validate(validate) => block_on(validate::run(context, validate)),
        Command::Inspect(inspect) => block_on(inspect::run(context, inspect)),
        // It began before there were settings, a log and threads.
        Command::ParseWorker(worker) => parse_worker(worker),
        Command::Index(Index::Rebuild(_)) => block_on(index::rebuild(context)),
        Command::Files(Files::Check(check)) => block_on(files::check(context, check)),
        Command::Mail(Mail::Test(to)) => block_on(mail::test(context, to)),
        Command::Mail(Mail::Check(of)) => block_on(mail::check(context, of)),
        Command::Backup(backup) => block_on(backup::take(context, backup)),
        Command::Restore(backup) => block_on(backup::restore(context, backup)),
        Command::Migrate(_) => block_on(migrate::run(context)),
        Command::Admin(Admin::Token(Token::Create(create))) => block_on(token::create(context, create)),
        Command::Admin(Admin::Token(Token::List(_))) => block_on(token::list(context)),
        Command::Admin(Admin::Token(Token::Revoke(revoke))) => block_on(token::revoke(context, revoke)),
        Command::Openapi(openapi) => openapi::run(openapi),
        Command::Doctor(_) => block_on(doctor::run(context)),
        Command::Config(_) => config::run(&context),
    }
}

#[cfg(unix)]
fn parse_worker(worker: &ParseWorker) -> Result<Exit, Failure> {
    crate::parse_worker::run(&worker.task)
}

#[cfg(not(unix))]
fn parse_worker(_worker: &ParseWorker) -> Result<Exit, Failure> {
    Err(Failure::usage("there are no parse workers on this system"))
}

fn locale(cli: &Cli, environment: &Environment) -> Locale {
    let variable =
        |wanted: &str| environment.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let said: Vec<&str> = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).collect();
    terminal::locale(cli.lang, &said)
}

fn block_on(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    block_on_threads(None, command)
}

/// Runs a command on so many threads, or on as many as there are cores.
fn block_on_threads(
    threads: Option<NonZeroUsize>,
    command: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads.get());
    }
    let runtime =
        builder.enable_all().build().map_err(|error| Failure::because("cannot start the threads", error))?;
    runtime.block_on(command)
}

/// Prints text on standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Says something to the person at the terminal, beside the output.
fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stderr().lock(), "{text}")?)
}
