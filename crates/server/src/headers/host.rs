//! Which names the server answers to.

use std::{ops::ControlFlow, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    around::Passage,
    limit::Exposure,
    problem::{Code, Problem},
    site::Site,
};

/// The names and ports in `Host` that are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPolicy {
    /// Any: a server for this machine alone, reached under whatever name.
    Any,
    /// Only these.
    Only(Vec<String>),
}

impl HostPolicy {
    /// The policy of a site: its own name, and `also` for what health checks and proxies say.
    ///
    /// A public server that calls itself `localhost`, as one behind a container's port may, has every name of this
    /// machine's own.
    pub fn of(site: &Site, exposure: Exposure, also: &[String]) -> Self {
        let Some(authority) = site.authority() else { return Self::Any };
        if exposure == Exposure::Loopback {
            return Self::Any;
        }
        let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|_| site.is_loopback());
        let synonyms = ["localhost", "127.0.0.1", "[::1]"].into_iter().filter(|_| site.is_loopback());
        let synonyms =
            synonyms.map(|name| port.map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")));
        let own = std::iter::once(authority.to_owned()).chain(synonyms);
        Self::Only(own.chain(also.iter().cloned()).map(|host| host.to_ascii_lowercase()).collect())
    }

    fn admits(&self, host: Option<&str>) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Only(_), None) => false,
            (Self::Only(names), Some(host)) => {
                let host = host.to_ascii_lowercase();
                let bare = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(&host);
                names.iter().any(|name| *name == host || name == bare)
            }
        }
    }
}

/// Refuses requests for other hosts, but for health checks, which come under any name.
#[derive(Debug, Clone)]
pub(crate) struct Host(pub(crate) Arc<HostPolicy>);

impl Passage for Host {
    type Memory = ();

    fn enter(&self, request: &mut Request) -> ControlFlow<Response> {
        let in_uri = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let mut given = request.headers().get_all(header::HOST).iter();
        let in_header = given.next().map(HeaderValue::to_str).transpose().unwrap_or_default();
        let is_repeated = given.next().is_some();
        let is_health = request.uri().path().starts_with("/health/");
        if is_repeated || !(is_health || self.0.admits(in_uri.or(in_header))) {
            return ControlFlow::Break(Problem::new(Code::MisdirectedRequest).into_response());
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://datos.example.org", Some("datos.example.org"), true)]
    #[case("https://datos.example.org", Some("DATOS.example.org:443"), true)]
    #[case("https://datos.example.org", Some("datos.example.org:8443"), false)]
    #[case("https://datos.example.org", Some("evil.example"), false)]
    #[case("https://datos.example.org", Some("datos.example.org.evil.example"), false)]
    #[case("https://datos.example.org", None, false)]
    #[case("https://datos.example.org:8443", Some("datos.example.org:8443"), true)]
    #[case("https://datos.example.org", Some("balancer.internal"), true)]
    #[case("http://localhost:8080", Some("127.0.0.1:8080"), true)]
    #[case("http://[::1]:8080", Some("localhost:8080"), true)]
    #[case("http://localhost:8080", Some("localhost:9090"), false)]
    #[case("http://localhost:8080", Some("anything"), false)]
    fn admits_own_names_only(#[case] base: &str, #[case] host: Option<&str>, #[case] admitted: bool) {
        let site = Site { base_url: base.to_owned(), ..Site::sample() };
        let policy = HostPolicy::of(&site, Exposure::Public, &["Balancer.internal".to_owned()]);
        assert_eq!(policy.admits(host), admitted);
    }

    #[rstest]
    #[case(Some("anything"))]
    #[case(None)]
    fn a_server_for_this_machine_has_every_name(#[case] host: Option<&str>) {
        let site = Site { base_url: "http://127.0.0.1:8080".to_owned(), ..Site::sample() };
        assert!(HostPolicy::of(&site, Exposure::Loopback, &[]).admits(host));
    }
}
