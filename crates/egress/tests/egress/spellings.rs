//! Ways to write an address so that a careless reader does not see where it leads.

use std::net::{Ipv4Addr, Ipv6Addr};

/// One spelling of a host.
#[derive(Debug, Clone)]
pub(crate) struct Spelling {
    pub(crate) host: String,
    /// Whether it leads to this machine, where a canary can count who comes.
    pub(crate) is_loopback: bool,
}

/// One address of each range of IPv4 that is not public.
const V4: [[u8; 4]; 15] = [
    [0, 0, 0, 0],
    [10, 1, 2, 3],
    [100, 64, 0, 1],
    [127, 0, 0, 1],
    [127, 200, 0, 9],
    [169, 254, 169, 254],
    [172, 16, 5, 4],
    [192, 0, 0, 8],
    [192, 0, 2, 1],
    [192, 168, 1, 1],
    [198, 18, 0, 1],
    [198, 51, 100, 7],
    [203, 0, 113, 9],
    [224, 0, 0, 1],
    [255, 255, 255, 255],
];

/// Addresses of the ranges of IPv6 that are not public.
const V6: [&str; 12] = [
    "::",
    "::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "3fff::1",
    "64:ff9b:1::1",
];

/// All spellings.
pub(crate) fn all() -> Vec<Spelling> {
    let v4 = V4.into_iter().flat_map(|parts| {
        // Linux takes 0.0.0.0 for this machine.
        let is_loopback = matches!(parts[0], 0 | 127);
        let plain = of_v4(parts).into_iter().map(move |host| Spelling { host, is_loopback });
        // The mapped form is dialled as the IPv4 address; the others go into the net and would meet no canary.
        let mapped = Spelling { host: format!("[{}]", Ipv4Addr::from(parts).to_ipv6_mapped()), is_loopback };
        let tunnels = tunnelled(parts).into_iter().map(|host| Spelling { host, is_loopback: false });
        plain.chain([mapped]).chain(tunnels).collect::<Vec<_>>()
    });
    let v6 = V6.into_iter().flat_map(|text| {
        let address: Ipv6Addr = text.parse().unwrap();
        let is_loopback = address.is_loopback() || address.is_unspecified();
        of_v6(address).into_iter().map(move |host| Spelling { host, is_loopback })
    });
    v4.chain(v6).collect()
}

fn of_v4(parts: [u8; 4]) -> Vec<String> {
    let [a, b, c, d] = parts;
    let whole = u32::from_be_bytes(parts);
    let (low24, low16) = (whole & 0x00ff_ffff, whole & 0xffff);
    let dotted = format!("{a}.{b}.{c}.{d}");
    vec![
        dotted.clone(),
        format!("{dotted}."),
        format!("{whole}"),
        format!("0x{whole:x}"),
        format!("0X{whole:X}"),
        format!("0{whole:o}"),
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.{b:#x}.{c}.{d}"),
        format!("{a}.{low24}"),
        format!("{a:#x}.{b}.{low16}"),
        format!("{a}.{b}.{low16:#x}"),
        dotted.chars().map(full_width).collect(),
        dotted.replace('.', "\u{3002}"),
        dotted.replace('.', "%2e"),
        dotted.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat(),
        dotted.bytes().next().map(|byte| format!("%{byte:02x}{}", dotted.get(1..).unwrap())).unwrap(),
    ]
}

fn full_width(c: char) -> char {
    match c {
        '0'..='9' => char::from_u32(u32::from(c) - u32::from('0') + 0xff10).unwrap(),
        _ => '\u{ff0e}',
    }
}

fn tunnelled(parts: [u8; 4]) -> Vec<String> {
    let [a, b, c, d] = parts;
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    vec![
        format!("[::{a}.{b}.{c}.{d}]"),
        format!("[::ffff:0:{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
        format!("[64:FF9B:0:0:0:0:{high:x}:{low:x}]"),
        format!("[2002:{high:x}:{low:x}::1]"),
        format!("[2001:0:4136:e378:8000:63bf:{:x}:{:x}]", !high, !low),
    ]
}

fn of_v6(address: Ipv6Addr) -> Vec<String> {
    let segments = address.segments();
    let long: Vec<String> = segments.iter().map(|segment| format!("{segment:04x}")).collect();
    let short: Vec<String> = segments.iter().map(|segment| format!("{segment:X}")).collect();
    let [.., high, low] = segments;
    let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
    let front: Vec<String> = segments.iter().take(6).map(|segment| format!("{segment:x}")).collect();
    vec![
        format!("[{address}]"),
        format!("[{}]", long.join(":")),
        format!("[{}]", short.join(":")),
        format!("[{}:{a}.{b}.{c}.{d}]", front.join(":")),
    ]
}
