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
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
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
