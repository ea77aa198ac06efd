//! Names that lead inside, now or a moment later.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rstest::rstest;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use vitrina_app::ports::Rule;
use vitrina_egress::{
    Resolver,
    guard::{Allow, Guard},
};

use crate::support::{Canary, Peer, answer, client_with, config, get, guest, names, whole};

#[rstest]
#[case::loopback(&["127.0.0.1"], Rule::Loopback)]
#[case::loopback_6(&["::1"], Rule::Loopback)]
#[case::private(&["10.0.0.1"], Rule::Private)]
#[case::clouds(&["169.254.169.254"], Rule::LinkLocal)]
#[case::mapped(&["::ffff:127.0.0.1"], Rule::Mapped)]
#[case::translated(&["64:ff9b::7f00:1"], Rule::Translated)]
#[case::mixed(&["93.184.215.14", "127.0.0.1"], Rule::Loopback)]
#[case::mixed_first(&["127.0.0.1", "93.184.215.14"], Rule::Loopback)]
#[case::mixed_families(&["93.184.215.14", "fd00::1"], Rule::UniqueLocal)]
#[case::nothing(&[], Rule::NoName)]
#[tokio::test]
async fn a_name_that_leads_inside_is_not_asked(#[case] addresses: &[&str], #[case] rule: Rule) {
    let canary = Canary::new();
    let client = client_with(config(&[]), names(&[("inside.test", addresses)]));
    for scheme in ["http", "https"] {
        let address = format!("{scheme}://inside.test:{}/", canary.port());
        let error = whole(&client, get(address, &[canary.port()])).await.unwrap_err();
        assert_eq!(error.rule, rule, "{error}");
    }
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn one_bad_answer_among_five_hundred_is_seen() {
    let canary = Canary::new();
    let many: Vec<String> = (0..511).map(|n| format!("93.184.{}.{}", n / 256, n % 256)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).chain(["127.0.0.1"]).collect();
    let client = client_with(config(&[]), names(&[("many.test", &many)]));
    let address = format!("http://many.test:{}/", canary.port());
    let error = whole(&client, get(address, &[canary.port()])).await.unwrap_err();
    assert_eq!(error.rule, Rule::Loopback);
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn names_of_the_machine_itself_are_not_asked() {
    let canary = Canary::new();
    let client = client_with(config(&[]), Resolver::system());
    for name in ["localhost", "LOCALHOST.", "localhost.localdomain", "ip6-localhost", "nobody.invalid"] {
        let address = format!("http://{name}:{}/", canary.port());
        let error = whole(&client, get(address, &[canary.port()])).await.unwrap_err();
        assert!([Rule::Loopback, Rule::NoName, Rule::Silent].contains(&error.rule), "{name}: {error}");
    }
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

#[tokio::test]
async fn the_control_the_same_name_with_an_exception_is_asked() {
    let canary = Canary::new();
    let client = client_with(config(&["inside.test"]), names(&[("inside.test", &["127.0.0.1"])]));
    let address = format!("http://inside.test:{}/", canary.port());
    let (status, _body) = whole(&client, get(address, &[canary.port()])).await.unwrap();
    assert_eq!((status, canary.visits()), (200, 1));
}

#[tokio::test]
async fn a_redirect_to_a_name_that_leads_inside_is_not_followed() {
    let canary = Canary::new();
    let goal = format!("http://inside.test:{}/", canary.port());
    let peer = Peer::answering(move |_| crate::support::redirect(302, &goal)).await;
    let resolver = names(&[("peer.test", &["127.0.0.1"]), ("inside.test", &["127.0.0.1"])]);
    let client = client_with(config(&["peer.test"]), resolver);
    let error = whole(&client, get(peer.at("/"), &[peer.port(), canary.port()])).await.unwrap_err();
    assert_eq!(error.rule, Rule::Loopback);
    assert_eq!(canary.visits(), 0);
}

/// A name that is somewhere else whenever it is asked: first where one may go, then inside.
fn turncoat(asked: &Arc<AtomicUsize>) -> Resolver {
    let asked = Arc::clone(asked);
    Resolver::new(move |_name| {
        let address: IpAddr = match asked.fetch_add(1, Ordering::SeqCst) % 2 {
            0 => [127, 0, 0, 2].into(),
            _ => [127, 0, 0, 1].into(),
        };
        Box::pin(async move { Ok(vec![address]) })
    })
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_dialled_where_it_was_then() {
    let canary = Canary::new();
    let listener = TcpListener::bind(("127.0.0.2", canary.port())).await.unwrap();
    let peer = Peer::at_address(listener, |_head, mut stream| async move {
        let _ = stream.write_all(&answer("200 OK", &[], b"peer")).await;
    });
    let asked = Arc::new(AtomicUsize::new(0));
    // For this test, 127.0.0.2 is the Internet.
    let client = client_with(config(&["127.0.0.2"]), turncoat(&asked));
    for round in 0..10 {
        let address = format!("http://turncoat.test:{}/", canary.port());
        let result = whole(&client, get(address, &[canary.port()])).await;
        assert_eq!(asked.load(Ordering::SeqCst), round + 1, "one connection, one look-up");
        match round % 2 {
            0 => assert_eq!(&*result.unwrap().1, b"peer"),
            _ => assert_eq!(result.unwrap_err().rule, Rule::Loopback),
        }
    }
    assert_eq!((peer.seen().heads().len(), canary.visits()), (5, 0));
}

/// The control: who checks one look-up and dials the next is led inside.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "this is the mistake that the client does not make")]
async fn checking_one_answer_and_dialling_another_reaches_the_canary() {
    let canary = Canary::new();
    let guard = Guard::new(Allow::new(vec!["127.0.0.2".parse().unwrap()]));
    let address = format!("http://turncoat.test:{}/", canary.port());
    let target = guard.address(&address, &[canary.port()]).unwrap();
    let answers: [IpAddr; 2] = [[127, 0, 0, 2].into(), [127, 0, 0, 1].into()];
    assert!(guard.answer(&target, &answers[..1]).is_ok());
    let mut stream = tokio::net::TcpStream::connect((answers[1], canary.port())).await.unwrap();
    stream.write_all(b"?").await.unwrap();
    let _ = stream.read_to_end(&mut Vec::new()).await;
    assert_eq!(canary.visits(), 1);
}

#[tokio::test]
async fn an_exception_for_one_name_is_none_for_others() {
    let canary = Canary::new();
    let client = guest();
    for host in ["127.0.0.1", "peer.test.example.org", "xpeer.test", "peer.test@127.0.0.1"] {
        let address = format!("http://{host}:{}/", canary.port());
        assert!(whole(&client, get(address, &[canary.port()])).await.is_err(), "{host}");
    }
    assert_eq!(canary.visits(), 0);
}
