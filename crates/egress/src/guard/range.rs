//! The ranges of addresses that are not the public Internet.
//!
//! After the registries of special-purpose addresses (RFC 6890 and its updates). For IPv6 the rule is turned round:
//! whatever is outside of `2000::/3` is assigned to nobody and forbidden, so that a range that is given a meaning later is
//! not open by mistake.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use vitrina_app::ports::Rule;

const V4: &[([u8; 4], u32, Rule)] = &[
    ([0, 0, 0, 0], 8, Rule::ThisNetwork),
    ([10, 0, 0, 0], 8, Rule::Private),
    ([100, 64, 0, 0], 10, Rule::Shared),
    ([127, 0, 0, 0], 8, Rule::Loopback),
    ([169, 254, 0, 0], 16, Rule::LinkLocal),
    ([172, 16, 0, 0], 12, Rule::Private),
    ([192, 0, 0, 0], 24, Rule::Protocol),
    ([192, 0, 2, 0], 24, Rule::Documentation),
    ([192, 88, 99, 0], 24, Rule::SixToFour),
    ([192, 168, 0, 0], 16, Rule::Private),
    ([198, 18, 0, 0], 15, Rule::Benchmark),
    ([198, 51, 100, 0], 24, Rule::Documentation),
    ([203, 0, 113, 0], 24, Rule::Documentation),
    ([224, 0, 0, 0], 4, Rule::Multicast),
    ([240, 0, 0, 0], 4, Rule::Reserved),
];

// The first row that fits counts: narrow ranges stand before the wide ones around them.
const V6: &[([u16; 8], u32, Rule)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, Rule::ThisNetwork),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Rule::Loopback),
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, Rule::Mapped),
    ([0, 0, 0, 0, 0xffff, 0, 0, 0], 96, Rule::Translated),
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, Rule::Compatible),
    ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, Rule::Translated),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, Rule::Translated),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, Rule::Teredo),
    ([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, Rule::Benchmark),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Rule::Protocol),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Rule::Documentation),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, Rule::SixToFour),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Rule::Documentation),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Rule::UniqueLocal),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, Rule::LinkLocal),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, Rule::Private),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Rule::Multicast),
];

/// The rule that forbids an address, if one does.
pub fn forbidden(address: IpAddr) -> Option<Rule> {
    match address {
        IpAddr::V4(v4) => forbidden_v4(v4),
        IpAddr::V6(v6) => forbidden_v6(v6),
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<Rule> {
    let shared = |network: [u8; 4]| (u32::from(address) ^ u32::from_be_bytes(network)).leading_zeros();
    V4.iter().find(|(network, prefix, _)| shared(*network) >= *prefix).map(|(_, _, rule)| *rule)
}

fn forbidden_v6(address: Ipv6Addr) -> Option<Rule> {
    let shared =
        |network: [u16; 8]| (u128::from(address) ^ u128::from(Ipv6Addr::from(network))).leading_zeros();
    let named = V6.iter().find(|(network, prefix, _)| shared(*network) >= *prefix).map(|(_, _, rule)| *rule);
    let unassigned = || (shared([0x2000, 0, 0, 0, 0, 0, 0, 0]) < 3).then_some(Rule::Reserved);
    named.or_else(unassigned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// The first and the last address of each range, and their neighbours outside.
    #[rstest]
    #[case(Rule::ThisNetwork, "0.0.0.0", "0.255.255.255", &["1.0.0.0"])]
    #[case(Rule::Private, "10.0.0.0", "10.255.255.255", &["9.255.255.255", "11.0.0.0"])]
    #[case(Rule::Shared, "100.64.0.0", "100.127.255.255", &["100.63.255.255", "100.128.0.0"])]
    #[case(Rule::Loopback, "127.0.0.0", "127.255.255.255", &["126.255.255.255", "128.0.0.0"])]
    #[case(Rule::LinkLocal, "169.254.0.0", "169.254.255.255", &["169.253.255.255", "169.255.0.0"])]
    #[case(Rule::Private, "172.16.0.0", "172.31.255.255", &["172.15.255.255", "172.32.0.0"])]
    #[case(Rule::Protocol, "192.0.0.0", "192.0.0.255", &["191.255.255.255", "192.0.1.0"])]
    #[case(Rule::Documentation, "192.0.2.0", "192.0.2.255", &["192.0.1.255", "192.0.3.0"])]
    #[case(Rule::SixToFour, "192.88.99.0", "192.88.99.255", &["192.88.98.255", "192.88.100.0"])]
    #[case(Rule::Private, "192.168.0.0", "192.168.255.255", &["192.167.255.255", "192.169.0.0"])]
    #[case(Rule::Benchmark, "198.18.0.0", "198.19.255.255", &["198.17.255.255", "198.20.0.0"])]
    #[case(Rule::Documentation, "198.51.100.0", "198.51.100.255", &["198.51.99.255", "198.51.101.0"])]
    #[case(Rule::Documentation, "203.0.113.0", "203.0.113.255", &["203.0.112.255", "203.0.114.0"])]
    #[case(Rule::Multicast, "224.0.0.0", "239.255.255.255", &["223.255.255.255"])]
    #[case(Rule::Reserved, "240.0.0.0", "255.255.255.255", &[])]
    #[case(Rule::Loopback, "::1", "::1", &[])]
    #[case(Rule::ThisNetwork, "::", "::", &[])]
    #[case(Rule::Compatible, "::2", "::ffff:ffff", &[])]
    #[case(Rule::Mapped, "::ffff:0:0", "::ffff:255.255.255.255", &[])]
    #[case(Rule::Translated, "::ffff:0:0:0", "::ffff:0:255.255.255.255", &[])]
    #[case(Rule::Translated, "64:ff9b::", "64:ff9b::255.255.255.255", &[])]
    #[case(Rule::Translated, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::Teredo, "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::Benchmark, "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::Protocol, "2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:200::"])]
    #[case(Rule::Documentation, "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:db7:ffff::", "2001:db9::"])]
    #[case(Rule::SixToFour, "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["2001:ffff::", "2003::"])]
    #[case(Rule::Documentation, "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", &["3ffe:ffff::", "3fff:1000::"])]
    #[case(Rule::Reserved, "4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["3fff:ffff::"])]
    #[case(Rule::UniqueLocal, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::LinkLocal, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::Private, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::Multicast, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &[])]
    #[case(Rule::Reserved, "100::", "100::ffff:ffff:ffff:ffff", &["2000::"])]
    #[case(Rule::Reserved, "1fff:ffff::", "5f00::", &["2606:4700::1111"])]
    fn ranges_end_where_they_should(
        #[case] rule: Rule,
        #[case] first: &str,
        #[case] last: &str,
        #[case] outside: &[&str],
    ) {
        assert_eq!(forbidden(first.parse().unwrap()), Some(rule), "{first}");
        assert_eq!(forbidden(last.parse().unwrap()), Some(rule), "{last}");
        for address in outside {
            assert_eq!(forbidden(address.parse().unwrap()), None, "{address}");
        }
    }

    proptest! {
        /// The standard library knows some of the same ranges by other code.
        #[test]
        fn the_standard_library_agrees(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            prop_assert!(!special || forbidden(address.into()).is_some(), "{address}");
        }

        #[test]
        fn no_form_of_an_ipv4_address_within_ipv6_is_open(bits: u32) {
            let [a, b, c, d] = bits.to_be_bytes();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            for form in [
                Ipv4Addr::from(bits).to_ipv6_mapped(),
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
            ] {
                prop_assert!(forbidden(form.into()).is_some(), "{form}");
            }
        }
    }
}
