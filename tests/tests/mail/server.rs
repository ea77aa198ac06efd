//! A mail server on this machine that does as it is told, and keeps what it is given.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use mail_parser::{Message, MessageParser};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// How a server encrypts.
#[derive(Clone)]
pub(crate) enum Encryption {
    /// Not at all, and it offers nothing.
    None,
    /// From the first byte.
    Tls(TlsAcceptor),
    /// After `STARTTLS`.
    StartTls(TlsAcceptor),
}

/// What a server answers; an answer of none is silence.
pub(crate) type Answers = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A letter that was handed over: the server had all of it, and perhaps took it.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) to: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_taken: bool,
}

impl Arrived {
    /// The letter, read by somebody else's code.
    pub(crate) fn read(&self) -> Message<'_> {
        MessageParser::default().parse(&self.bytes).unwrap_or_default()
    }

    /// The value of a header as it stands there.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.read().header_raw(name).map(|value| value.trim().to_owned())
    }
}

/// A mail server on a loopback port. It ends with the test.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

struct State {
    encryption: Encryption,
    /// To `RCPT TO:<…>`, and to the end of a letter (`.`).
    answers: Mutex<Answers>,
    inbox: Mutex<Vec<Arrived>>,
    heard: Mutex<Vec<String>>,
    /// Rung for each letter that the server has all of.
    bell: Notify,
    is_deaf: AtomicBool,
}

/// A server that takes everything.
pub(crate) fn friendly() -> Answers {
    Arc::new(|_command| Some("250 so be it".to_owned()))
}

/// A server that answers to a recipient in this way, and takes the letter.
pub(crate) fn to_recipients(answer: &'static str) -> Answers {
    Arc::new(move |command| Some(if command == "." { "250 taken" } else { answer }.to_owned()))
}

impl MailServer {
    pub(crate) async fn start(encryption: Encryption, answers: Answers) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State {
            encryption,
            answers: Mutex::new(answers),
            inbox: Mutex::default(),
            heard: Mutex::default(),
            bell: Notify::new(),
            is_deaf: AtomicBool::new(false),
        });
        let mut serving = JoinSet::new();
        let served = Arc::clone(&state);
        serving.spawn(async move {
            let mut talking = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&served);
                talking.spawn(async move { state.receive(stream).await });
            }
        });
        Ok(Self { port, state, _serving: serving })
    }

    /// Answers in another way from now on.
    pub(crate) fn answer(&self, answers: Answers) {
        *self.state.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers;
    }

    /// Says nothing more at all, or speaks again.
    pub(crate) fn be_deaf(&self, is_deaf: bool) {
        self.state.is_deaf.store(is_deaf, Ordering::SeqCst);
    }

    /// What was handed over.
    pub(crate) fn inbox(&self) -> Vec<Arrived> {
        self.state.inbox.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was taken.
    pub(crate) fn taken(&self) -> Vec<Arrived> {
        self.inbox().into_iter().filter(|arrived| arrived.is_taken).collect()
    }

    /// What was said to it, line by line, without the letters.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.state.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it has all of a letter that it had not before.
    pub(crate) async fn next(&self) {
        self.state.bell.notified().await;
    }
}

impl State {
    async fn receive(&self, stream: TcpStream) {
        match &self.encryption {
            Encryption::None => drop(self.talk(stream, false, true).await),
            Encryption::Tls(acceptor) => {
                if let Ok(stream) = acceptor.accept(stream).await {
                    drop(self.talk(stream, false, true).await);
                }
            }
            Encryption::StartTls(acceptor) => {
                if let Some(stream) = self.talk(stream, true, true).await
                    && let Ok(stream) = acceptor.accept(stream).await
                {
                    drop(self.talk(stream, false, false).await);
                }
            }
        }
    }

    /// Speaks SMTP until the other side goes, or wants to encrypt.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        offers: bool,
        greets: bool,
    ) -> Option<S> {
        let mut stream = BufReader::new(stream);
        if self.is_deaf.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if greets {
            stream.write_all(b"220 correo.test ESMTP\r\n").await.ok()?;
        }
        let mut to = String::new();
        loop {
            let line = line(&mut stream).await?;
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let offer = if offers { "250-STARTTLS\r\n" } else { "" };
            let reply = match word.as_str() {
                "EHLO" => format!("250-correo.test\r\n{offer}250 AUTH PLAIN"),
                "AUTH" => "235 welcome".to_owned(),
                "STARTTLS" if offers => {
                    stream.write_all(b"220 go on\r\n").await.ok()?;
                    return Some(stream.into_inner());
                }
                "RCPT" => {
                    to = line.trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
                    self.decide(&line).await
                }
                "DATA" => {
                    stream.write_all(b"354 write\r\n").await.ok()?;
                    let bytes = letter(&mut stream).await?;
                    self.keep(&to, bytes).await
                }
                "QUIT" => {
                    stream.write_all(b"221 goodbye\r\n").await.ok()?;
                    return None;
                }
                _ => "250 so be it".to_owned(),
            };
            stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        }
    }

    async fn decide(&self, command: &str) -> String {
        let answers = Arc::clone(&self.answers.lock().unwrap_or_else(PoisonError::into_inner));
        match answers(command) {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    async fn keep(&self, to: &str, bytes: Vec<u8>) -> String {
        let place = {
            let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
            inbox.push(Arrived { to: to.to_owned(), bytes, is_taken: false });
            inbox.len() - 1
        };
        self.bell.notify_one();
        let answer = self.decide(".").await;
        if answer.starts_with('2')
            && let Some(arrived) = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place)
        {
            arrived.is_taken = true;
        }
        answer
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    (stream.read_line(&mut line).await.ok()? > 0).then(|| line.trim_end().to_owned())
}

/// Everything until a line with nothing but a dot (RFC 5321 section 4.5.2).
async fn letter<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(bytes);
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
