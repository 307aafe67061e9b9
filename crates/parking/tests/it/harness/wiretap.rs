//! A wire to the database on which somebody listens: what PostgreSQL tells the server beside its
//! answers, and in which role the server was when it was told.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use parking_testkit::TestDb;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinSet;

/// What was overheard, oldest first.
type Overheard = Arc<Mutex<Vec<String>>>;

/// A wire to one database.
pub(crate) struct Wiretap {
    overheard: Overheard,
    url: String,
    _tasks: JoinSet<()>,
}

impl Wiretap {
    /// A wire on which the notices to transactions are kept whose first statement holds `mark`.
    pub(crate) async fn on(db: &TestDb, mark: &'static str) -> Self {
        let login = db.login_options();
        let folder = login.get_socket().expect("test databases have a socket");
        let socket = folder.join(format!(".s.PGSQL.{}", login.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let through = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(listener.local_addr().unwrap().port())
            // What is sealed cannot be overheard.
            .ssl_mode(PgSslMode::Disable)
            .username(login.get_username())
            .password(parking_testkit::PASSWORD)
            .database(login.get_database().unwrap());
        let overheard = Overheard::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, socket, mark, Arc::clone(&overheard)));
        Self {
            overheard,
            url: sqlx::ConnectOptions::to_url_lossy(&through).to_string(),
            _tasks: tasks,
        }
    }

    /// The database's address by way of this wire.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What was overheard since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.overheard.lock().unwrap())
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, mark: &'static str, overheard: Overheard) {
    let mut wires = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let Ok(far) = UnixStream::connect(&socket).await else {
            continue;
        };
        let overheard = Arc::clone(&overheard);
        wires.spawn(async move {
            let is_marked = Arc::new(Mutex::new(false));
            let (near_read, near_write) = split(near);
            let (far_read, far_write) = split(far);
            let there = pump(
                near_read,
                far_write,
                Hearing::questions(mark, Arc::clone(&is_marked)),
            );
            let back = pump(far_read, near_write, Hearing::answers(is_marked, overheard));
            tokio::select! {
                () = there => {}
                () = back => {}
            }
        });
    }
}

/// Carries bytes one way and listens.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut hearing: Hearing,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        hearing.hear(&bytes[..length]);
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

/// What is listened for in one direction.
struct Hearing {
    rest: Vec<u8>,
    /// The first message of a client has no letter.
    is_first: bool,
    /// Whether the transaction that goes on is one of those that are listened to.
    is_marked: Arc<Mutex<bool>>,
    mark: Option<&'static str>,
    overheard: Overheard,
}

impl Hearing {
    fn questions(mark: &'static str, is_marked: Arc<Mutex<bool>>) -> Self {
        Self {
            rest: Vec::new(),
            is_first: true,
            is_marked,
            mark: Some(mark),
            overheard: Overheard::default(),
        }
    }

    fn answers(is_marked: Arc<Mutex<bool>>, overheard: Overheard) -> Self {
        Self {
            rest: Vec::new(),
            is_first: false,
            is_marked,
            mark: None,
            overheard,
        }
    }

    /// Messages are a letter, the length of the rest with itself, and the rest.
    fn hear(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        loop {
            let head = usize::from(!self.is_first);
            let Some(length) = self.rest.get(head..head + 4) else {
                return;
            };
            let length = u32::from_be_bytes(length.try_into().unwrap()) as usize + head;
            if self.rest.len() < length {
                return;
            }
            let message: Vec<u8> = self.rest.drain(..length).collect();
            if !self.is_first {
                self.understand(message[0], &message[5..]);
            }
            self.is_first = false;
        }
    }

    fn understand(&mut self, letter: u8, body: &[u8]) {
        match (letter, self.mark) {
            (b'Q', Some(mark)) => {
                let text = String::from_utf8_lossy(body);
                if text.starts_with("BEGIN") {
                    *self.is_marked.lock().unwrap() = text.contains(mark);
                }
            }
            (b'N', None) if *self.is_marked.lock().unwrap() => {
                // Fields are a letter and a text each; `M` is the message.
                let mut fields = body.split(|byte| *byte == 0);
                let message = fields.find(|field| field.first() == Some(&b'M'));
                let message =
                    message.map(|field| String::from_utf8_lossy(&field[1..]).into_owned());
                self.overheard.lock().unwrap().extend(message);
            }
            _ => {}
        }
    }
}
