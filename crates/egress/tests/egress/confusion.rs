//! Addresses that programs read differently: what is kept is what is checked, and what is checked is dialled.

use std::sync::{Arc, Mutex};

use vitrina_app::ports::Rule;
use vitrina_egress::{
    Resolver,
    guard::{Guard, Name, Target},
};

use crate::support::{client_with, config, get, whole};

/// Each with the host that is meant, or the rule that refuses it.
const ADDRESSES: &[(&str, Result<&str, Rule>)] = &[
    ("http://good.test@evil.test/", Err(Rule::Userinfo)),
    ("http://good.test:80@evil.test/", Err(Rule::Userinfo)),
    ("http://user:pass@good.test/", Err(Rule::Userinfo)),
    ("http://@evil.test/", Err(Rule::Userinfo)),
    ("http://:@evil.test/", Err(Rule::Userinfo)),
    ("http://good.test%40evil.test/", Err(Rule::Unreadable)),
    ("http://good.test\\@evil.test/", Err(Rule::Ambiguous)),
    ("http://evil.test\\good.test/", Err(Rule::Ambiguous)),
    ("http:\\\\evil.test/", Err(Rule::Ambiguous)),
    ("\\\\evil.test/x", Err(Rule::Ambiguous)),
    ("http://good.test#@evil.test/", Ok("good.test")),
    ("http://good.test?@evil.test/", Ok("good.test")),
    ("http://good.test/@evil.test/", Ok("good.test")),
    ("http://good.test#evil.test", Ok("good.test")),
    ("http://good.test%23@evil.test/", Err(Rule::Userinfo)),
    ("http://good.test%2f@evil.test/", Err(Rule::Userinfo)),
    ("http://good.test%2fevil.test/", Err(Rule::Unreadable)),
    ("http://good.test%00.evil.test/", Err(Rule::Unreadable)),
    ("http://good.test\0.evil.test/", Err(Rule::Ambiguous)),
    ("http://good.test\t.evil.test/", Err(Rule::Ambiguous)),
    ("ht\ttp://evil.test/", Err(Rule::Ambiguous)),
    ("http://evil\n.test/", Err(Rule::Ambiguous)),
    ("http://good.test/\r\nHost: evil.test", Err(Rule::Ambiguous)),
    ("http://good.test/%0d%0aHost:%20evil.test", Ok("good.test")),
    (" http://evil.test/", Err(Rule::Ambiguous)),
    ("http://evil.test/ ", Err(Rule::Ambiguous)),
    ("http://evil.test\u{a0}", Err(Rule::Ambiguous)),
    ("http:evil.test", Err(Rule::Ambiguous)),
    ("http:/evil.test", Err(Rule::Ambiguous)),
    ("http:///evil.test/", Err(Rule::Ambiguous)),
    ("http:////evil.test/", Err(Rule::Ambiguous)),
    ("//evil.test/", Err(Rule::Unreadable)),
    ("http://good.test:80:80/", Err(Rule::Unreadable)),
    ("http://good.test:80evil/", Err(Rule::Unreadable)),
    ("http://[good.test]/", Err(Rule::Unreadable)),
    ("http://[::1%25lo]/", Err(Rule::Unreadable)),
    ("http://[::1", Err(Rule::Unreadable)),
    ("http://good .test/", Err(Rule::Unreadable)),
    ("http://good.test<evil.test/", Err(Rule::Unreadable)),
    ("HTTP://GOOD.TEST/", Ok("good.test")),
    ("http://ｇｏｏｄ.test/", Ok("good.test")),
    ("http://good\u{3002}test/", Ok("good.test")),
    ("http://go\u{ad}od.test/", Ok("good.test")),
    ("http://go%6Fd.test/", Ok("good.test")),
    ("http://göod.test/", Ok("xn--god-sna.test")),
    ("http://xn--god-sna.test/", Ok("xn--god-sna.test")),
    ("http://goo\u{212a}.test/", Ok("gook.test")),
    ("http://a..good.test/", Ok("a..good.test")),
    ("http://127.0.0.1.good.test/", Ok("127.0.0.1.good.test")),
    ("http://good.test/../../x", Ok("good.test")),
    ("http://good.test:0080/", Ok("good.test")),
    ("http://1.2.3.4.5/", Err(Rule::Unreadable)),
    ("http://256.256.256.256/", Err(Rule::Unreadable)),
    ("http://0x100000000/", Err(Rule::Unreadable)),
    ("http://xn--/", Err(Rule::Unreadable)),
];

fn domain(target: &Target) -> &str {
    match target.name() {
        Name::Domain(name) => name,
        Name::Literal(address) => panic!("{address} is no name"),
    }
}

#[test]
fn every_address_is_read_as_it_should_be_or_refused() {
    let guard = Guard::default();
    let found: Vec<_> = ADDRESSES
        .iter()
        .map(|(address, expected)| {
            let read = guard.address(address, &[]);
            let host = read.as_ref().map(domain).map_err(|error| error.rule);
            (*address, host.map(str::to_owned), *expected)
        })
        .filter(|(_, found, expected)| found.as_deref().map_err(|rule| *rule) != *expected)
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// The string that is kept is read as the same address again, by the guard and by whoever parses it anew.
#[test]
fn what_is_kept_is_read_alike() {
    let guard = Guard::default();
    for target in ADDRESSES.iter().filter_map(|(address, _)| guard.address(address, &[]).ok()) {
        let again = guard.address(target.as_str(), &[]).unwrap();
        assert_eq!(again, target);
        assert!(target.as_str().is_ascii(), "{target}");
    }
}

/// The name that is looked up is the name that was checked.
#[tokio::test]
async fn what_is_checked_is_what_is_looked_up() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let resolver = Resolver::new(move |name| {
        log.lock().unwrap().push(name);
        Box::pin(async { Ok(vec![[10, 0, 0, 1].into()]) })
    });
    let client = client_with(config(&[]), resolver);
    for (address, expected) in ADDRESSES {
        let error = whole(&client, get(*address, &[])).await.unwrap_err();
        let looked_up = std::mem::take(&mut *asked.lock().unwrap());
        match expected {
            Ok(host) => {
                assert_eq!((looked_up, error.rule), (vec![(*host).to_owned()], Rule::Private), "{address:?}");
            }
            Err(rule) => assert_eq!((looked_up, error.rule), (vec![], *rule), "{address:?}"),
        }
    }
}
