//! Serving.

use std::net::SocketAddr;

use clap::Args;

use super::Data;
use crate::config::{BaseUrl, Tls};

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

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_error| "write ADDRESS:PORT, for example 127.0.0.1:8080 or [::1]:8080")
}
