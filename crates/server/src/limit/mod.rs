//! Fair shares: rates and concurrency by address or token, and one budget for each class of routes.
//!
//! The limits by address are for a server that the public reaches; on loopback only the budgets hold. A budget is
//! a `lane`: so many requests at once, a short queue, and a quick 503 for the rest. What computes runs on threads
//! of its own, so that the connections' threads can refuse in time however busy the others are.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse as _, Response},
};
use tokio::runtime::Handle;

mod address;
mod allowance;
mod bucket;
mod census;
mod class;
mod gate;
mod lane;

pub use address::{AddressKey, Proxies};
pub use allowance::{Allowance, Allowances, Budget, InvalidBudget, OwnBudget};
pub use bucket::Rate;
use bucket::Verdict;
pub(crate) use census::{Census, Place};
pub use class::RouteClass;
use gate::Gate;

use crate::around::{Around, Next};
use crate::listen::Peer;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whom the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// This machine alone: no limits by address.
    Loopback,
    /// Everyone.
    Public,
}

/// The client's address, after trusted proxies had their say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// The gates of all classes.
#[derive(Debug)]
pub struct Gates {
    exposure: Exposure,
    proxies: Proxies,
    by_class: BTreeMap<RouteClass, Gate>,
}

impl Gates {
    /// Gates with these limits. What computes runs on the threads of `workers`, or where it is when there are none.
    pub fn new(
        exposure: Exposure,
        proxies: Proxies,
        allowances: impl IntoIterator<Item = Allowance>,
        workers: Option<&Handle>,
    ) -> Self {
        let gates =
            allowances.into_iter().map(|allowance| (allowance.class, Gate::new(allowance, workers.cloned())));
        Self { exposure, proxies, by_class: gates.collect() }
    }

    /// The limits in force, for `/limits`.
    pub fn allowances(&self) -> Vec<Allowance> {
        self.by_class.values().map(|gate| gate.allowance.clone()).collect()
    }

    /// Whether limits by address hold.
    pub fn exposure(&self) -> Exposure {
        self.exposure
    }

    /// The longest body that a class takes.
    pub fn body_bytes(&self, class: RouteClass) -> u64 {
        self.by_class.get(&class).map_or(0, |gate| gate.allowance.body_bytes)
    }

    fn client(&self, request: &Request) -> Option<IpAddr> {
        // Without a peer (requests made inside the program) there is nobody to count.
        let Peer(peer) = request.extensions().get::<Peer>()?;
        Some(self.proxies.client(peer.ip(), request.headers()))
    }
}

/// Lets a request through its class's gate, or answers 429 or 503.
#[derive(Debug, Clone)]
pub(crate) struct Admit(pub(crate) Arc<Gates>);

impl Around for Admit {
    async fn answer<N: Next>(&self, mut request: Request, next: &N) -> Response {
        let Self(gates) = self;
        let class = RouteClass::of(request.method(), request.uri(), request.headers());
        let Some(gate) = gates.by_class.get(&class) else { return next.run(request).await };
        let client = gates.client(&request);
        if let Some(client) = client {
            request.extensions_mut().insert(Client(client));
        }
        request.extensions_mut().insert(BodyLimit(gate.allowance.body_bytes));
        // A proxy on this machine that is not configured hides everybody: its own address is nobody's.
        let counted = client.filter(|client| gates.exposure == Exposure::Public && !client.is_loopback());
        let verdict = counted.and_then(|client| gate.rate(client, request.headers()));
        let mut response = match gate.enter(counted, verdict).await {
            Ok(pass) => gate.run(request, next, pass).await,
            Err(problem) => problem.into_response(),
        };
        if let (Some(verdict), Some(rate)) = (verdict, gate.allowance.rate) {
            describe(response.headers_mut(), class, rate, verdict);
        }
        let extensions = response.extensions_mut();
        extensions.insert(class);
        response
    }
}

/// The longest body that the route of a request takes.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub u64);

/// The headers of the IETF draft on rate limits: policy, and what is left of it.
fn describe(headers: &mut HeaderMap, class: RouteClass, rate: Rate, verdict: Verdict) {
    let Rate { per_second, burst } = rate;
    let name = class.as_str();
    let window = burst.div_ceil(per_second.max(1));
    let policy = format!("\"{name}\";q={burst};w={window}");
    let state = format!("\"{name}\";r={};t={}", verdict.remaining, verdict.wait.as_secs() + 1);
    for (header, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(header, value);
        }
    }
}

#[cfg(test)]
mod tests;
