//! The addresses that a name stands for.

use std::{fmt, io, net::IpAddr, sync::Arc};

use futures_util::future::BoxFuture;

type Answer = BoxFuture<'static, io::Result<Vec<IpAddr>>>;

/// Asks for the addresses of a name, once per connection. What it answers is checked as a whole and then dialled.
#[derive(Clone)]
pub struct Resolver(Arc<dyn Fn(String) -> Answer + Send + Sync>);

impl Resolver {
    /// The resolver of the machine.
    pub fn system() -> Self {
        Self::new(|name| Box::pin(system(name)))
    }

    /// Some other source of addresses: a resolver of one's own, or the names of a test.
    pub fn new(ask: impl Fn(String) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    pub(crate) async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        (self.0)(name.to_owned()).await
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "every address of the answer is checked before it is dialled")]
async fn system(name: String) -> io::Result<Vec<IpAddr>> {
    let answer = tokio::net::lookup_host((name, 0)).await?;
    Ok(answer.map(|address| address.ip()).collect())
}
