//! The server as a process: it says where it is, answers, and ends when it is told to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
};

use super::{DATASETS, Desk};

/// A server that is killed when a test fails.
struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    /// What it logged before it listened.
    said: String,
    address: String,
}

impl Server {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = desk.command(&all).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended before it listened: {said}");
            let event: serde_json::Value =
                serde_json::from_str(&line).expect("without a terminal the log is JSON");
            said.push_str(&line);
            if event["message"] == "listening" {
                break event["address"].as_str().unwrap().to_owned();
            }
        };
        Self { child, log, said, address }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = get(&self.address, path, &[("Host", &self.address)]);
        (status, body)
    }

    /// The address that it logged with these words.
    fn address_of(&self, message: &str) -> String {
        let events = self.said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let event = events.into_iter().find(|event| event["message"] == message);
        event.and_then(|event| event["address"].as_str().map(str::to_owned)).expect(message)
    }

    /// Ends it as the system does; gives the exit code and what it logged until then.
    fn terminate(mut self) -> (Option<i32>, String) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), std::mem::take(&mut self.said) + &rest)
    }
}

/// Status, head and body of an answer.
#[expect(
    clippy::disallowed_methods,
    reason = "the test speaks to the server on this machine that it has started"
)]
fn get(address: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n").unwrap();
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    write!(stream, "\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, head.to_ascii_lowercase(), body.to_owned())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; a failing test must not leave it behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_demonstration_is_served_and_fills_an_empty_folder_only() {
    let desk = Desk::new();
    let server = Server::start(&desk, &["--demo"]);
    assert_eq!(server.get("/health/ready").0, 200);
    let (status, body) = server.get("/api/v1/datasets?limit=1");
    assert_eq!(status, 200, "{body}");
    assert!(body.contains(&format!("\"total\":{DATASETS}")), "{body}");
    let (status, body) = server.get("/api/v1/datasets?q=agua");
    assert_eq!(status, 200);
    assert!(body.contains("presas"), "{body}");
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("made up for demonstration"), "{log}");

    let again = Server::start(&desk, &["--demo"]);
    let (status, body) = again.get("/api/v1/datasets?limit=1");
    assert_eq!(status, 200);
    assert!(body.contains(&format!("\"total\":{DATASETS}")), "{body}");
    let (code, log) = again.terminate();
    assert_eq!(code, Some(0));
    assert!(log.contains("fills only an empty one"), "{log}");
}

#[test]
fn an_import_beside_a_running_server_is_found_there() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    desk.write("demo.json", super::DEMO);
    desk.run(&["import", "demo.json"]).expect(0);
    let (status, body) = server.get("/api/v1/datasets?limit=1");
    assert_eq!(status, 200);
    assert!(body.contains(&format!("\"total\":{DATASETS}")), "{body}");
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn permanent_addresses_do_not_move_by_accident() {
    let desk = Desk::new();
    Server::start(&desk, &["--base-url", "https://a.example"]).terminate();
    desk.run(&["serve", "--listen", "127.0.0.1:0", "--base-url", "https://b.example"])
        .expect(2)
        .says(&["https://a.example", "--rebase-iris"]);
    let (code, _) = Server::start(&desk, &["--base-url", "https://b.example", "--rebase-iris"]).terminate();
    assert_eq!(code, Some(0));
}

const PUBLIC: [&str; 4] = ["--base-url", "https://datos.example.org", "--tls", "off-explicitly"];

#[test]
fn a_public_server_answers_to_its_own_names_only() {
    let desk = Desk::new();
    let arguments = [&PUBLIC[..], &["--hosts", "datos.internal:8080, balancer"]].concat();
    let server = Server::start(&desk, &arguments);
    for (host, status) in [
        ("datos.example.org", 200),
        ("DATOS.internal:8080", 200),
        ("balancer", 200),
        ("datos.internal", 421),
        ("evil.example", 421),
    ] {
        let (got, _, body) = get(&server.address, "/api/v1/limits", &[("Host", host)]);
        assert_eq!(got, status, "{host}: {body}");
        assert_eq!(body.contains("misdirected-request"), status == 421, "{host}: {body}");
    }
    assert_eq!(get(&server.address, "/health/live", &[("Host", "10.0.0.7")]).0, 200);
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn clients_are_told_apart_by_the_word_of_believed_proxies_only() {
    let ask = |server: &Server, forwarded: &str| {
        let headers = [("Host", "datos.example.org"), ("X-Forwarded-For", forwarded)];
        get(&server.address, "/api/v1/facets?facets=theme", &headers)
    };
    let desk = Desk::new();
    let server = Server::start(&desk, &[&PUBLIC[..], &["--proxies", "127.0.0.0/8"]].concat());
    // What stands left of the client's own address was written by the client: it buys no fresh bucket.
    let spoofed = |number: usize| ask(&server, &format!("198.51.100.{number}, 203.0.113.9")).0;
    let statuses: Vec<u16> = (0..70).map(spoofed).collect();
    assert_eq!(statuses.first(), Some(&200));
    assert!(statuses.contains(&429), "{statuses:?}");
    let (status, head, _) = ask(&server, "203.0.113.10");
    assert_eq!(status, 200, "another client is another client");
    assert!(head.contains("ratelimit-policy: \"search\""), "{head}");
    server.terminate();

    let desk = Desk::new();
    let server = Server::start(&desk, &PUBLIC);
    let (status, head, _) = ask(&server, "203.0.113.9");
    assert_eq!(status, 200);
    assert!(!head.contains("\nratelimit:"), "nobody's word is believed: {head}");
    server.terminate();
}

#[test]
fn figures_of_a_public_server_are_elsewhere() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[&PUBLIC[..], &["--metrics-listen", "127.0.0.1:0"]].concat());
    let figures = server.address_of("figures");
    let own = [("Host", "datos.example.org")];
    assert_eq!(get(&server.address, "/metrics", &own).0, 404);
    assert_eq!(get(&server.address, "/api/v1/datasets?q=agua", &own).0, 200);
    let (status, _, text) = get(&figures, "/metrics", &[("Host", "monitor.internal")]);
    assert_eq!(status, 200, "{text}");
    for figure in [
        "vitrina_admitted_total{class=\"search\"} 1",
        "vitrina_in_flight{class=\"search\"} 0",
        "vitrina_requests_total",
    ] {
        assert!(text.contains(figure), "{figure}: {text}");
    }
    assert_eq!(get(&figures, "/api/v1/datasets", &own).0, 404, "only the figures are there");
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn figures_of_a_server_for_this_machine_are_beside_the_rest() {
    let desk = Desk::new();
    let server = Server::start(&desk, &[]);
    assert_eq!(server.get("/metrics").0, 200);
    assert_eq!(server.terminate().0, Some(0));
}

#[test]
fn an_operators_budget_is_in_force() {
    let desk = Desk::new();
    desk.write("vitrina-data/vitrina.toml", "budgets = ['search=3']\n");
    let server = Server::start(&desk, &[]);
    let (_, body) = server.get("/api/v1/limits");
    let limits: serde_json::Value = serde_json::from_str(&body).unwrap();
    let budget = |class: &str| {
        let classes = limits["classes"].as_array().unwrap();
        classes.iter().find(|of| of["class"] == class).unwrap()["budget"].clone()
    };
    assert_eq!(budget("search")["concurrent"], 3);
    assert!(budget("read")["concurrent"].as_u64().unwrap() > 3);
    assert!(budget("health").is_null(), "{body}");
    assert_eq!(server.terminate().0, Some(0));
}
