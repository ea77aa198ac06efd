//! The command line: what can be asked, and how it is explained.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use vitrina_domain::finding::Locale;

use crate::config::{Flags, LogFormat};

mod admin;
mod catalog;
mod file;
mod mail;
mod serve;
mod upkeep;

pub use admin::{Admin, CreateToken, RevokeToken, Token};
pub use catalog::{Export, Import, Validate};
pub use file::{CheckFiles, Files, Inspect, ParseWorker};
pub use mail::{Correspondent, Mail};
pub use serve::Serve;
pub use upkeep::{Backup, Config, Index, Openapi, Specification};

/// A catalog server for public-interest information.
///
/// Vitrina imports catalogs, checks them against the guidelines, keeps every revision, and serves them to people,
/// programs and other portals. Everything lives in one folder.
#[derive(Debug, Parser)]
#[command(
    name = "vitrina",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Examples:\n  \
        vitrina serve --demo              look around: http://127.0.0.1:8080\n  \
        vitrina validate data.json        what would be found, without a database\n  \
        vitrina import data.json          bring a catalog in\n  \
        vitrina export --format csv       take it out again\n\n\
        Exit codes: 0 done, 1 something was found or refused, 2 wrong use, 3 failure."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Language of reports: what is said about data. Default: that of LANG.
    #[arg(long, global = true, value_name = "es|en", value_parser = language)]
    pub lang: Option<Locale>,
    /// How much is logged: error, warn, info, debug, trace.
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// The form of the log.
    #[arg(long, global = true, value_name = "FORM")]
    pub log_format: Option<LogFormat>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the catalog over HTTP.
    Serve(Serve),
    /// Do the jobs of a catalog, beside its servers; `serve` does them by itself.
    Worker(Data),
    /// Bring catalogs in: files, folders, or `-` for standard input.
    Import(Import),
    /// Write the published catalog in an open format.
    Export(Export),
    /// Check catalogs against the guidelines, without a database.
    Validate(Validate),
    /// Tell what data files are, what is in them, and what their owner should know.
    Inspect(Inspect),
    /// Look into one file for the program that asks: what `serve` and `inspect` start, and nobody else.
    #[command(hide = true)]
    ParseWorker(ParseWorker),
    /// Look after the search index.
    #[command(subcommand)]
    Index(Index),
    /// Look after the files.
    #[command(subcommand)]
    Files(Files),
    /// Look after letters.
    #[command(subcommand)]
    Mail(Mail),
    /// Copy everything, as of one moment, into an empty folder; a server may run meanwhile.
    Backup(Backup),
    /// Make a catalog from a backup, in an empty place.
    Restore(Backup),
    /// Bring the database up to date; `serve` and `import` do it by themselves.
    Migrate(Data),
    /// Look after those who may write.
    #[command(subcommand)]
    Admin(Admin),
    /// Print the OpenAPI document of the HTTP API.
    Openapi(Openapi),
    /// Look for what could keep Vitrina from working, and say what to do.
    Doctor(Data),
    /// Print the configuration in force, as a file that could be read back.
    Config(Config),
}

/// Where the catalog is.
#[derive(Debug, Args)]
pub struct Data {
    /// The folder of the catalog [default: ./vitrina-data].
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL instead of the SQLite file in the folder.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Configuration file [default: vitrina.toml in the folder of the catalog].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Cli {
    /// The flags that are settings, and the configuration file that was named.
    pub fn flags(&self) -> (Flags, Option<PathBuf>) {
        let mut flags =
            Flags { log_level: self.log_level.clone(), log_format: self.log_format, ..Flags::default() };
        let data = match &self.command {
            Command::Serve(serve) => {
                flags.listen = serve.listen;
                flags.base_url = serve.base_url.as_ref().map(ToString::to_string);
                flags.tls = serve.tls;
                flags.proxies.clone_from(&serve.proxies);
                flags.hosts.clone_from(&serve.hosts);
                flags.metrics_listen = serve.metrics_listen;
                Some(&serve.data)
            }
            Command::Import(import) => Some(&import.data),
            Command::Export(export) => Some(&export.data),
            Command::Config(config) => Some(&config.data),
            Command::Files(Files::Check(check)) => Some(&check.data),
            Command::Mail(Mail::Test(one) | Mail::Check(one)) => Some(&one.data),
            Command::Backup(backup) | Command::Restore(backup) => Some(&backup.data),
            Command::Index(Index::Rebuild(data))
            | Command::Migrate(data)
            | Command::Doctor(data)
            | Command::Worker(data)
            | Command::Admin(Admin::Token(Token::List(data))) => Some(data),
            Command::Admin(Admin::Token(Token::Create(create))) => Some(&create.data),
            Command::Admin(Admin::Token(Token::Revoke(revoke))) => Some(&revoke.data),
            Command::Validate(_) | Command::Inspect(_) | Command::ParseWorker(_) | Command::Openapi(_) => {
                None
            }
        };
        flags.data_dir = data.and_then(|data| data.data_dir.clone());
        flags.database_url = data.and_then(|data| data.database_url.clone());
        (flags, data.and_then(|data| data.config.clone()))
    }
}

fn language(text: &str) -> Result<Locale, &'static str> {
    match text {
        "es" => Ok(Locale::Es),
        "en" => Ok(Locale::En),
        _ => Err("write es or en"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::config::Tls;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_of_the_settings_table_exists() {
        let command = Cli::command();
        let mut flags: Vec<String> = Vec::new();
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            flags.extend(
                command.get_arguments().filter_map(|arg| arg.get_long()).map(|long| format!("--{long}")),
            );
        }
        for flag in crate::config::SETTINGS.iter().filter_map(|setting| setting.flag) {
            assert!(flags.iter().any(|known| known == flag), "{flag}");
        }
    }

    #[test]
    fn flags_of_a_command_become_settings() {
        let cli = Cli::parse_from([
            "vitrina",
            "serve",
            "--listen",
            "127.0.0.1:1",
            "--data-dir",
            "x",
            "--tls",
            "proxy",
        ]);
        let (flags, file) = cli.flags();
        assert_eq!((flags.listen, flags.tls), ("127.0.0.1:1".parse().ok(), Some(Tls::Proxy)));
        assert_eq!((flags.data_dir, file), (Some(PathBuf::from("x")), None));
    }
}
