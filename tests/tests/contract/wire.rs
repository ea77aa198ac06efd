//! Bodies that a client library would not send: too late, too long by their own word, and broken off.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use hyper::{
    HeaderMap, StatusCode,
    header::{HeaderName, HeaderValue},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};
use vitrina_tests::Answer;

use crate::{elsewhere::owed, operation::Operation, place, recorder::Recorder, request::Request, staged};

/// Longer than any class takes for a body that does not come.
const PATIENCE: Duration = Duration::from_secs(45);

/// What comes of a body after its first byte.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rest {
    /// Nothing, for as long as somebody waits.
    Never,
    /// More than anybody takes, as it says.
    TooMuch,
    /// Something that is no part of a body.
    Garbage,
}

impl Rest {
    /// How the body's end is told, and how it begins.
    fn framing(self) -> (&'static str, &'static [u8]) {
        match self {
            Self::Never => ("content-length: 100", b"{"),
            Self::TooMuch => ("content-length: 1000000000000", b"{"),
            Self::Garbage => ("transfer-encoding: chunked", b"1\r\n{\r\nno number\r\n"),
        }
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_the_clients_fault() {
    let mut setup = place().await.unwrap();
    setup.environment.push(("VITRINA_BUDGETS".to_owned(), "write=64".to_owned()));
    let (server, stage) = staged(&setup).await.unwrap();
    let owed = owed("a_body_that_never_comes_is_the_clients_fault", "body-too-slow").unwrap();
    let mut recorder = Recorder::new(server.http());
    let mut waiting = JoinSet::new();
    for operation in owed.clone() {
        let request = stage.request(&operation, &stage.id_of(&operation));
        let address = server.address();
        waiting.spawn(async move {
            send(address, &operation, &request, Rest::Never).await.map(|answer| (operation, answer))
        });
    }
    while let Some(answered) = waiting.join_next().await {
        let (operation, answer) = answered.unwrap().unwrap();
        recorder.judge(&operation, &answer);
    }
    recorder.settle(&owed, "body-too-slow");
}

#[tokio::test]
async fn a_body_that_says_it_is_too_long_is_refused_before_it_comes() {
    let name = "a_body_that_says_it_is_too_long_is_refused_before_it_comes";
    all_refuse(name, "payload-too-large", Rest::TooMuch).await.unwrap();
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    all_refuse("a_body_that_breaks_off_is_refused", "bad-request", Rest::Garbage).await.unwrap();
}

async fn all_refuse(name: &str, code: &str, rest: Rest) -> anyhow::Result<()> {
    let setup = place().await?;
    let (server, stage) = staged(&setup).await?;
    let owed = owed(name, code)?;
    let mut recorder = Recorder::new(server.http());
    for operation in &owed {
        let request = stage.request(operation, &stage.id_of(operation));
        let answer = send(server.address(), operation, &request, rest).await?;
        recorder.judge(operation, &answer);
    }
    recorder.settle(&owed, code);
    Ok(())
}

/// Sends a request with the beginning of a body, and reads what is answered until the server closes.
#[expect(
    clippy::disallowed_methods,
    reason = "the test speaks to the server on this machine that it has started"
)]
pub(crate) async fn send(
    address: SocketAddr,
    operation: &Operation,
    request: &Request,
    rest: Rest,
) -> anyhow::Result<Answer> {
    let (framing, beginning) = rest.framing();
    let mut head = vec![
        format!("{} {} HTTP/1.1", operation.method, request.target()),
        format!("host: {address}"),
        "connection: close".to_owned(),
        framing.to_owned(),
    ];
    head.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    head.extend(request.token.as_ref().map(|token| format!("authorization: Bearer {token}")));
    let head = head.join("\r\n");
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(&[head.as_bytes(), b"\r\n\r\n", beginning].concat()).await?;
        let mut answer = Vec::new();
        // A reset after an answer is an end as well as any.
        while let Ok(1..) = stream.read_buf(&mut answer).await {}
        parsed(&answer)
    };
    let what = format!("{} {rest:?}", operation.id);
    tokio::time::timeout(PATIENCE, exchange).await.context(what.clone())?.context(what)
}

/// An answer whose end is that of the connection.
fn parsed(bytes: &[u8]) -> anyhow::Result<Answer> {
    let text = std::str::from_utf8(bytes)?;
    let (head, body) = text.split_once("\r\n\r\n").context("no answer")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').context("no header")?;
        headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value.trim())?);
    }
    Ok(Answer { status: StatusCode::from_bytes(status.as_bytes())?, headers, body: body.to_owned().into() })
}
