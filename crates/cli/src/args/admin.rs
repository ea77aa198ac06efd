//! Those who may write.

use clap::{Args, Subcommand};
use vitrina_app::auth::Grant;
use vitrina_domain::id::TokenId;

use super::Data;

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

fn scope(text: &str) -> Result<Grant, &'static str> {
    text.parse().map_err(|_error| {
        "write read:private, write:datasets, import, harvest or admin, and @ORGANIZATION-ID to bind it to one"
    })
}

fn token_id(text: &str) -> Result<TokenId, &'static str> {
    text.parse().map_err(|_error| "write the id that `vitrina admin token list` shows")
}
