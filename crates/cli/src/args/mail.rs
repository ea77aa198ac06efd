//! Letters.

use clap::{Args, Subcommand};
use vitrina_domain::mail::{InvalidAddress, MailAddress};

use super::Data;

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

fn mail_address(text: &str) -> Result<MailAddress, InvalidAddress> {
    text.parse()
}
