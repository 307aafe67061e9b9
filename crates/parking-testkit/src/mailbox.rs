//! A mail server that keeps what it is given, for tests that read their mail.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A letter that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Whom it was for.
    pub to: String,
    /// The whole message, headers and encoded parts.
    pub raw: String,
}

impl Received {
    /// The message with the encoding of long lines and special characters undone.
    pub fn text(&self) -> String {
        let joined = self.raw.replace("=\r\n", "").replace("=\n", "");
        let mut bytes = Vec::with_capacity(joined.len());
        let mut rest = joined.as_bytes();
        while let Some((first, tail)) = rest.split_first() {
            let decoded = (*first == b'=')
                .then(|| tail.get(..2))
                .flatten()
                .and_then(|hex| std::str::from_utf8(hex).ok())
                .and_then(|hex| u8::from_str_radix(hex, 16).ok());
            bytes.push(decoded.unwrap_or(*first));
            rest = if decoded.is_some() { &tail[2..] } else { tail };
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The secret part of the link in the letter.
    pub fn token(&self) -> Option<String> {
        let text = self.text();
        let (_, after) = text.split_once("#token=")?;
        Some(
            after
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
                .collect(),
        )
    }
}

/// A mail server on a port of its own.
#[derive(Debug)]
pub struct Mailbox {
    address: SocketAddr,
    letters: Arc<Mutex<Vec<Received>>>,
    refusal: Arc<Mutex<Option<String>>>,
    server: JoinHandle<()>,
}

impl Mailbox {
    /// Opens the mailbox on a free port of the loopback interface.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own task, ended with the mailbox"
    )]
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let letters = Arc::<Mutex<Vec<Received>>>::default();
        let kept = Arc::clone(&letters);
        let refusal = Arc::<Mutex<Option<String>>>::default();
        let refused = Arc::clone(&refusal);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept), Arc::clone(&refused)));
            }
        });
        Self {
            address,
            letters,
            refusal,
            server,
        }
    }

    /// Answers every recipient with this line from now on, or takes letters again.
    pub fn refuse(&self, answer: Option<&str>) {
        let mut refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        *refusal = answer.map(|line| format!("{line}\r\n"));
    }

    /// Where letters are taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that arrived so far.
    pub fn letters(&self) -> Vec<Received> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for a letter to somebody that holds a text, newest first.
    pub async fn wait_for(&self, to: &str, holding: &str) -> Received {
        for _ in 0..200 {
            let found = self.letters().into_iter().rev().find(|letter| {
                letter.to.eq_ignore_ascii_case(to) && letter.text().contains(holding)
            });
            if let Some(letter) = found {
                return letter;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no letter to {to} holding {holding:?} came within ten seconds");
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    stream: TcpStream,
    letters: Arc<Mutex<Vec<Received>>>,
    refusal: Arc<Mutex<Option<String>>>,
) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    drop(write.write_all(b"220 mailbox\r\n").await);
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.to_ascii_uppercase();
        let refused = refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let answer: &[u8] = if let (true, Some(refused)) = (verb.starts_with("RCPT TO:"), &refused)
        {
            refused.as_bytes()
        } else if verb.starts_with("EHLO") {
            b"250-mailbox\r\n250 8BITMIME\r\n"
        } else if verb.starts_with("RCPT TO:") {
            to = line[8..].trim().trim_matches(['<', '>']).to_owned();
            b"250 ok\r\n"
        } else if verb == "DATA" {
            drop(write.write_all(b"354 go on\r\n").await);
            let mut raw = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                raw.push('\n');
            }
            letters
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Received {
                    to: to.clone(),
                    raw,
                });
            b"250 kept\r\n"
        } else if verb == "QUIT" {
            drop(write.write_all(b"221 bye\r\n").await);
            return;
        } else {
            b"250 ok\r\n"
        };
        if write.write_all(answer).await.is_err() {
            return;
        }
    }
}
