//! Where answers lead us, and where they do not.

use tokio::io::AsyncWriteExt as _;
use vitrina_app::ports::{Credential, Fetch as _, FetchRequest, Rule};

use crate::support::{Canary, Peer, answer, client_with, config, get, guest, names, redirect, whole};

/// Redirects from `/n` to `/n-1`; `/0` is the goal.
async fn stairs() -> Peer {
    Peer::answering(|head| {
        let path = head.split_whitespace().nth(1).unwrap();
        match path.trim_start_matches('/').parse::<u32>().unwrap().checked_sub(1) {
            Some(next) => redirect(302, &format!("/{next}")),
            None => answer("200 OK", &[], b"goal"),
        }
    })
    .await
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    let peer = stairs().await;
    let (client, ports) = (guest(), [peer.port()]);
    let found = client.fetch(get(peer.at("/5"), &ports)).await.unwrap();
    assert_eq!((found.status, found.address), (200, peer.at("/0")));
    let before = peer.seen().heads().len();
    for steps in [6, 50] {
        let error = whole(&client, get(peer.at(&format!("/{steps}")), &ports)).await.unwrap_err();
        assert_eq!(error.rule, Rule::Redirects, "{steps}");
    }
    assert_eq!(peer.seen().heads().len(), before + 12, "six requests for each, whatever the length");
}

#[tokio::test]
async fn a_loop_ends() {
    let peer = Peer::answering(|_| redirect(301, "/again")).await;
    let error = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap_err();
    assert_eq!(error.rule, Rule::Redirects);
    assert_eq!(peer.seen().heads().len(), 6);
}

#[tokio::test]
async fn only_the_head_of_an_answer_leads_elsewhere() {
    let canary = Canary::new();
    let goal = format!("http://127.0.0.1:{}/", canary.port());
    let page = format!(r#"<meta http-equiv="refresh" content="0;url={goal}">"#);
    let peer = Peer::answering(move |head| match head {
        head if head.contains("/refresh") => answer("200 OK", &[("refresh", &format!("0;url={goal}"))], b"x"),
        head if head.contains("/link") => answer("200 OK", &[("location", &goal)], b"x"),
        head if head.contains("/choices") => answer("300 Choices", &[("location", &goal)], b"x"),
        _ => answer("200 OK", &[("content-type", "text/html")], page.as_bytes()),
    })
    .await;
    let (client, ports) = (guest(), [peer.port(), canary.port()]);
    for path in ["/refresh", "/link", "/choices", "/meta"] {
        let (status, _body) = whole(&client, get(peer.at(path), &ports)).await.unwrap();
        assert!([200, 300].contains(&status), "{path}");
    }
    assert_eq!(canary.visits(), 0);
    canary.prove();
}

#[tokio::test]
async fn a_redirect_without_a_goal_is_an_answer() {
    let peer = Peer::answering(|_| answer("302 Found", &[], b"nowhere")).await;
    let (status, body) = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap();
    assert_eq!((status, &*body), (302, &b"nowhere"[..]));
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_read() {
    let peer = Peer::scripted(|head, mut stream| async move {
        if head.starts_with("GET /goal") {
            let _ = stream.write_all(&answer("200 OK", &[], b"goal")).await;
            return;
        }
        let head = "HTTP/1.1 302 Found\r\nlocation: /goal\r\ncontent-length: 1000000000\r\n\r\n";
        let _ = stream.write_all(head.as_bytes()).await;
        let piece = vec![b'x'; 1 << 16];
        let mut sent = 0_usize;
        while stream.write_all(&piece).await.is_ok() {
            sent += piece.len();
        }
        // What is in the buffers of the system was sent; the rest found nobody.
        assert!(sent < 64 << 20, "{sent} bytes were taken");
    })
    .await;
    let (status, body) = whole(&guest(), get(peer.at("/"), &[peer.port()])).await.unwrap();
    assert_eq!((status, &*body), (200, &b"goal"[..]));
}

#[tokio::test]
async fn a_secret_stays_with_the_host_it_is_for() {
    let peer = Peer::answering(|head| match head.split_whitespace().nth(1).unwrap() {
        "/own" => redirect(307, "/goal"),
        "/other" => redirect(307, &goal(head, "other.test")),
        "/there-and-back" => redirect(307, &goal(head, "other.test").replace("/goal", "/back")),
        "/back" => redirect(307, &goal(head, "peer.test")),
        _ => answer("200 OK", &[], b""),
    })
    .await;
    let resolver = names(&[("peer.test", &["127.0.0.1"]), ("other.test", &["127.0.0.1"])]);
    let client = client_with(config(&["peer.test", "other.test"]), resolver);
    for (path, kept) in [
        ("/own", vec![true, true]),
        ("/other", vec![true, false]),
        ("/there-and-back", vec![true, false, false]),
    ] {
        let before = peer.seen().heads().len();
        let credential = Credential { header: "Authorization".into(), value: "Bearer secreto".into() };
        let request = FetchRequest { credential: Some(credential), ..get(peer.at(path), &[peer.port()]) };
        whole(&client, request).await.unwrap();
        let sent: Vec<bool> =
            peer.seen().heads().iter().skip(before).map(|head| head.contains("secreto")).collect();
        assert_eq!(sent, kept, "{path}");
    }
}

/// The goal at another name of the same peer.
fn goal(head: &str, name: &str) -> String {
    let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let port = host.rsplit(':').next().unwrap();
    format!("http://{name}:{port}/goal")
}
