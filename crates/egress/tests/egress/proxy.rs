//! Proxies that the environment names: they would see, and reach, everything that the guard refuses.

use std::process::{Command, Stdio};

use crate::support::{Canary, Peer, answer, get, guest, whole};

/// The port that a child process of this test shall ask.
const ERRAND: &str = "VITRINA_TEST_ERRAND";

/// The variables that programs read for a proxy.
const VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

#[expect(clippy::disallowed_methods, reason = "a test tells its child what to do")]
fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Does nothing unless it is told to: it is what a child process runs.
#[tokio::test]
async fn the_errand_of_a_child() {
    let Some(port) = told(ERRAND) else { return };
    let port = port.parse().unwrap();
    assert!(VARIABLES.into_iter().all(|variable| told(variable).is_some()), "proxies are named");
    let (status, _body) = whole(&guest(), get(format!("http://peer.test:{port}/"), &[port])).await.unwrap();
    assert_eq!(status, 200);
    assert!(whole(&guest(), get(format!("http://127.0.0.1:{port}/"), &[port])).await.is_err());
    assert!(whole(&guest(), get(format!("https://nobody.test:{port}/"), &[port])).await.is_err());
}

#[tokio::test]
async fn proxies_of_the_environment_are_not_asked() {
    let canary = Canary::new();
    let peer = Peer::answering(|_| answer("200 OK", &[], b"")).await;
    let proxy = format!("http://127.0.0.1:{}", canary.port());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "proxy::the_errand_of_a_child", "--test-threads", "1"]);
    command.env(ERRAND, peer.port().to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs(VARIABLES.map(|variable| (variable, &proxy)));
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
    assert!(status.success());
    assert_eq!((canary.visits(), peer.seen().heads().len()), (0, 1));
    canary.prove();
}
