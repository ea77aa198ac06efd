//! Who a request comes from: the peer, or what trusted proxies say of it.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderName};
use vitrina_domain::network::Network;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The most hops that are looked at.
const MAX_HOPS: usize = 32;

/// What limits are counted by: an IPv4 address, or the /64 that one IPv6 customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(u64, Family);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Family {
    V4,
    V6,
}

impl AddressKey {
    /// The key of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(u64::from(u32::from(v4)), Family::V4),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self([a, b, c, d].into_iter().fold(0, |key, part| key << 16 | u64::from(part)), Family::V6)
            }
        }
    }
}

/// The proxies whose word about the client is believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proxies(pub Vec<Network>);

impl Proxies {
    /// The client: the rightmost hop that is no proxy of ours.
    ///
    /// Everything to its left was written by the client itself and is worth nothing.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer.to_canonical();
        }
        let values: Vec<&str> =
            headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        let mut client = peer;
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')).take(MAX_HOPS) {
            let Some(address) = hop_address(hop.trim()) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client.to_canonical()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn hop_address(text: &str) -> Option<IpAddr> {
    let bare = text.parse().ok();
    bare.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .filter(|address: &IpAddr| *address != IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::spoofed_without_proxy("203.0.113.9", &["198.51.100.1"], "203.0.113.9")]
    #[case::through_proxy("10.0.0.1", &["203.0.113.9"], "203.0.113.9")]
    #[case::spoofed_through_proxy("10.0.0.1", &["1.2.3.4, 203.0.113.9"], "203.0.113.9")]
    #[case::two_proxies("10.0.0.1", &["1.2.3.4, 203.0.113.9, 10.0.0.2"], "203.0.113.9")]
    #[case::two_headers("10.0.0.1", &["1.2.3.4", "203.0.113.9"], "203.0.113.9")]
    #[case::nothing_said("10.0.0.1", &[], "10.0.0.1")]
    #[case::garbage("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1")]
    #[case::port("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9")]
    #[case::ipv6("10.0.0.1", &["[2001:db8::1]:80"], "2001:db8::1")]
    #[case::mapped("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9")]
    fn finds_the_client(#[case] peer: &str, #[case] forwarded: &[&str], #[case] client: &str) {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(proxies.client(peer.parse().unwrap(), &headers), client.parse::<IpAddr>().unwrap());
    }
}
