//! The command line: what can be asked, and how it is explained.

use std::{net::SocketAddr, path::PathBuf};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use vitrina_app::auth::Grant;
use vitrina_domain::{
    finding::Locale,
    id::TokenId,
    mail::{InvalidAddress, MailAddress},
};
use vitrina_formats::Format;

use crate::config::{BaseUrl, Flags, LogFormat, Tls};

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

/// What `openapi` takes.
#[derive(Debug, Args)]
pub struct Openapi {
    /// The version of the specification, for generators that read nothing newer than 3.0.
    #[arg(long, value_name = "VERSION", value_enum, default_value_t = Specification::Newest)]
    pub spec: Specification,
}

/// A version of the OpenAPI specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Specification {
    /// The contract as it is.
    #[value(name = "3.1")]
    Newest,
    /// The same in the words of 3.0.
    #[value(name = "3.0")]
    Older,
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

/// `vitrina serve`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina serve --demo\n  \
    vitrina serve --data-dir /var/lib/vitrina --listen 0.0.0.0:8080 \\\n      \
    --base-url https://datos.example.org --tls proxy\n\n\
    Reading needs no account. Ctrl-C ends the server after it has answered what it had accepted.")]
pub struct Serve {
    /// Address and port [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR:PORT", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// What permanent addresses begin with [default: http://ADDR:PORT].
    #[arg(long, value_name = "URL")]
    pub base_url: Option<BaseUrl>,
    /// Who encrypts the traffic of a public address.
    #[arg(long, value_name = "WHO")]
    pub tls: Option<Tls>,
    /// Proxies whose word about the client is believed: addresses and networks, with commas.
    #[arg(long, value_name = "LIST")]
    pub proxies: Option<String>,
    /// Names to answer to beside that of the base URL, with commas.
    #[arg(long, value_name = "LIST")]
    pub hosts: Option<String>,
    /// Address and port of their own for the figures at /metrics.
    #[arg(long, value_name = "ADDR:PORT", value_parser = address)]
    pub metrics_listen: Option<SocketAddr>,
    /// Fill an empty folder with a catalog made up for demonstration.
    #[arg(long)]
    pub demo: bool,
    /// Let every permanent address begin with another base URL than before. They were cited: think twice.
    #[arg(long)]
    pub rebase_iris: bool,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina import data.json\n  \
    vitrina import catalogs/ --dry-run\n  \
    curl -s https://datos.example.org/data.json | vitrina import - --source datos.example.org\n  \
    vitrina import data.json --replace      records that are gone from the file end as tombstones\n\n\
    A record is refused only when it cannot be read at all; everything else is imported with its findings. \
    Importing the same file twice changes nothing.")]
pub struct Import {
    /// Files, folders with *.json, *.jsonld and *.ndjson files, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where the records come from; identities hang on it [default: what the catalog calls itself, else the file's name].
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The catalog that the records belong to: its id or slug.
    #[arg(long, value_name = "ID")]
    pub catalog: Option<String>,
    /// The organization of records that name no publisher: its id or slug.
    #[arg(long, value_name = "ID")]
    pub organization: Option<String>,
    /// Only say what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// End the records of the source that are no longer in the document.
    #[arg(long)]
    pub replace: bool,
    /// Do not ask before --replace ends records.
    #[arg(long, requires = "replace")]
    pub yes: bool,
    /// The form of the report.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina export --format data-json -o data.json\n  \
    vitrina export --format ttl | gzip > catalog.ttl.gz\n\n\
    Only what is published is exported.")]
pub struct Export {
    /// The format of the file.
    #[arg(long, value_name = "FORMAT", value_parser = export_format())]
    pub format: Format,
    /// The file to write; it appears when it is complete [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina validate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina validate data.json\n  \
    vitrina validate catalogs/ --profile lgtaip2025 --format json\n\n\
    The exit code is 1 when there is an error, 0 when there are only warnings.")]
pub struct Validate {
    /// Files, folders with *.json, *.jsonld and *.ndjson files, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The profiles to check [default: lgtaip2025, the national law].
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// The form of the report.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
}

/// `vitrina inspect`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina inspect nomina.xlsx\n  \
    vitrina inspect datos/*.csv --format json\n\n\
    Each file is read by a process of its own that can open nothing else. The exit code is 1 when a file is refused or \
    has an error, 0 when there are only warnings.")]
pub struct Inspect {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The form of the report.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: ReportFormat,
}

/// `vitrina parse-worker`.
#[derive(Debug, Args)]
pub struct ParseWorker {
    /// The task, in JSON.
    #[arg(value_name = "TASK")]
    pub task: String,
}

/// `vitrina index`.
#[derive(Debug, Subcommand)]
pub enum Index {
    /// Make the index anew from the store.
    Rebuild(Data),
}

/// `vitrina backup` and `vitrina restore`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina backup /backup/2026-11-28\n  \
    vitrina restore /backup/2026-11-28 --data-dir /var/lib/vitrina-new\n\n\
    A backup is verified before it counts, before it is restored, and after. It is the same for SQLite and PostgreSQL, \
    for a folder and an object store, and holds secrets: digests of tokens, drafts, who did what.")]
pub struct Backup {
    /// The folder of the backup.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina files`.
#[derive(Debug, Subcommand)]
pub enum Files {
    /// Read every file again and compare it with its digest; remove those that nothing needs.
    Check(CheckFiles),
}

/// `vitrina files check`.
#[derive(Debug, Args)]
#[command(
    after_help = "A file that is damaged or missing is named, and the exit code is 1. Bring it back from a \
    backup, or upload it again.\n\n\
    Example:\n  vitrina files check --rate 20"
)]
pub struct CheckFiles {
    /// How many MiB are read in a second at most; without it as many as the disk gives.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina mail`.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Write a letter to somebody, in both languages, and tell what the mail server said.
    Test(Correspondent),
    /// Tell whether an address is not written to any more, and why.
    Check(Correspondent),
}

/// `vitrina mail test` and `vitrina mail check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    vitrina mail test ana@example.org\n  \
    vitrina mail check ana@example.org\n\n\
    `check` prints the suppressions of the address, and its exit code is 1 when there are any.")]
pub struct Correspondent {
    /// The address of the person.
    #[arg(value_name = "ADDRESS", value_parser = mail_address)]
    pub address: MailAddress,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina admin`.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// API tokens: reading needs none, writing does.
    #[command(subcommand)]
    Token(Token),
}

/// `vitrina admin token`.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; it is printed once, alone, on standard output.
    Create(CreateToken),
    /// List the tokens, without their secrets.
    List(Data),
    /// End a token at once.
    Revoke(RevokeToken),
}

/// `vitrina admin token create`.
#[derive(Debug, Args)]
#[command(
    after_help = "Scopes: read:private, write:datasets, import, harvest, admin; each for the whole site, or for \
    one organization as SCOPE@ORGANIZATION-ID.\n\n\
    Example:\n  TOKEN=$(vitrina admin token create --name robot --scope import --expires 30)"
)]
pub struct CreateToken {
    /// What the token is for.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What it allows; repeat for more.
    #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = scope)]
    pub scopes: Vec<Grant>,
    /// Days until it ends, at most 365.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub expires: u16,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina admin token revoke`.
#[derive(Debug, Args)]
pub struct RevokeToken {
    /// The id that `vitrina admin token list` shows.
    #[arg(value_name = "ID", value_parser = token_id)]
    pub id: TokenId,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
}

/// `vitrina config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Print the reference of every setting instead, in Markdown.
    #[arg(long)]
    pub reference: bool,
    /// Where the catalog is.
    #[command(flatten)]
    pub data: Data,
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

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_error| "write ADDRESS:PORT, for example 127.0.0.1:8080 or [::1]:8080")
}

/// The formats by name, which the help lists and a wrong one is answered with.
fn export_format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()))
        .try_map(|name| Format::from_name(&name).ok_or("unknown format"))
}

fn scope(text: &str) -> Result<Grant, &'static str> {
    text.parse().map_err(|_error| {
        "write read:private, write:datasets, import, harvest or admin, and @ORGANIZATION-ID to bind it to one"
    })
}

fn mail_address(text: &str) -> Result<MailAddress, InvalidAddress> {
    text.parse()
}

fn token_id(text: &str) -> Result<TokenId, &'static str> {
    text.parse().map_err(|_error| "write the id that `vitrina admin token list` shows")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

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
