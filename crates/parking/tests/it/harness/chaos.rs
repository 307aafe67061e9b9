//! A wire to the database that can be frozen or cut while a server uses it.

use std::path::PathBuf;

use parking_testkit::TestDb;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Everything passes.
    Whole,
    /// Nothing passes and nobody is told: a host that lost its network.
    Frozen,
    /// Connections break, and new ones break at once: a server that died.
    Cut,
}

/// A wire to one database.
pub(crate) struct ChaosProxy {
    mode: watch::Sender<Wire>,
    vanished: watch::Sender<()>,
    url: String,
    _tasks: JoinSet<()>,
}

/// Where the database really is.
#[derive(Clone)]
enum Upstream {
    Socket(PathBuf),
    Tcp(String),
}

impl ChaosProxy {
    /// A whole wire to the database of a test.
    pub(crate) async fn to(db: &TestDb) -> Self {
        let login = db.login_options();
        let upstream = match login.get_socket() {
            Some(folder) => Upstream::Socket(folder.join(format!(".s.PGSQL.{}", login.get_port()))),
            None => Upstream::Tcp(format!("{}:{}", login.get_host(), login.get_port())),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let through = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .ssl_mode(PgSslMode::Disable)
            .username(login.get_username())
            .password(parking_testkit::PASSWORD)
            .database(login.get_database().unwrap());
        let (mode, watched) = watch::channel(Wire::Whole);
        let (vanished, vanishes) = watch::channel(());
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, upstream, watched, vanishes));
        Self {
            mode,
            vanished,
            url: through.to_url_lossy().to_string(),
            _tasks: tasks,
        }
    }

    /// The database's address by way of this wire.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Changes how the wire is.
    pub(crate) fn set(&self, wire: Wire) {
        self.mode.send_replace(wire);
    }

    /// Lets every connection there is fall silent for good; new ones are whole: another host took
    /// over the address, and nobody was told.
    pub(crate) fn vanish(&self) {
        self.vanished.send_replace(());
    }
}

async fn accept(
    listener: TcpListener,
    upstream: Upstream,
    mode: watch::Receiver<Wire>,
    vanishes: watch::Receiver<()>,
) {
    let mut wires = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        if *mode.borrow() != Wire::Cut {
            let mut vanishes = vanishes.clone();
            vanishes.mark_unchanged();
            wires.spawn(connect(near, upstream.clone(), mode.clone(), vanishes));
        }
        while wires.try_join_next().is_some() {}
    }
}

async fn connect(
    near: TcpStream,
    upstream: Upstream,
    mode: watch::Receiver<Wire>,
    vanishes: watch::Receiver<()>,
) {
    match upstream {
        Upstream::Socket(path) => match UnixStream::connect(path).await {
            Ok(far) => join(near, far, mode, vanishes).await,
            Err(_) => drop(near),
        },
        Upstream::Tcp(address) => match TcpStream::connect(address).await {
            Ok(far) => join(near, far, mode, vanishes).await,
            Err(_) => drop(near),
        },
    }
}

async fn join(
    near: TcpStream,
    far: impl AsyncRead + AsyncWrite,
    mut mode: watch::Receiver<Wire>,
    mut vanishes: watch::Receiver<()>,
) {
    let (near_read, near_write) = split(near);
    let (far_read, far_write) = split(far);
    let (there, back) = (mode.clone(), mode.clone());
    let carrying = async {
        tokio::select! {
            () = pump(near_read, far_write, there) => {}
            () = pump(far_read, near_write, back) => {}
            _ = mode.wait_for(|wire| *wire == Wire::Cut) => {}
        }
    };
    tokio::pin!(carrying);
    tokio::select! {
        () = &mut carrying => {}
        // Both ends stay open in `carrying`, which nobody asks any more.
        _ = vanishes.changed() => std::future::pending().await,
    }
}

/// Carries bytes one way, for as long as there are any.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut mode: watch::Receiver<Wire>,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if mode.wait_for(|wire| *wire != Wire::Frozen).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
