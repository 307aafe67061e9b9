//! The process dies, or is asked to: what was answered is there, once.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use parking_domain::ids::fresh;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::actors::{Member, Owner, log_in};
use crate::harness::http::try_send;
use crate::harness::process::{Running, Settings, run, settings};
use crate::harness::server::{ADMIN_EMAIL, PASSWORD, serve};
use crate::harness::{Answer, Api, Stage, eventually, side_by_side};

#[tokio::test]
async fn a_server_killed_among_creates_leaves_exactly_one_of_each() {
    const CREATES: usize = 90;
    let mut stage = Stage::set().await;
    let owner = stage.customer("Survivor").await;
    let storm = side_by_side((0..CREATES).map(|n| invite(&owner.api, n)));
    let answered = kill_amid(&stage, &owner, storm).await;
    assert!(
        answered.iter().any(Result::is_err),
        "the server died too late to show anything"
    );

    stage.server.kill();
    stage.server.start_again().await;
    let again = Owner(Member::signs_in(&stage.server, &owner.email).await);
    let repeated = side_by_side((0..CREATES).map(|n| invite_patiently(&again.api, n))).await;
    for (first, second) in answered.iter().zip(&repeated) {
        second.expect(201);
        if let Ok(first) = first
            && first.status == 201
        {
            assert_eq!(
                first.json(),
                second.json(),
                "answered twice, and differently"
            );
        }
    }
    assert_eq!(
        invitations(&stage, &owner).await,
        i64::try_from(CREATES).unwrap()
    );
    let chain = again.api.get("/api/v6/audit-log/verify").await.expect(200);
    assert_eq!(chain["is_intact"], true, "{chain}");
    // Each letter is sent: the job was written down with its invitation.
    stage
        .server
        .mailbox
        .wait_for("guest89@survivor.test", "#token=")
        .await;
}

/// Asks for the one invitation of that number, and for no second one.
async fn invite(api: &Api, n: usize) -> Result<Answer, reqwest::Error> {
    let body = json!({ "email": format!("guest{n}@survivor.test"), "role": "viewer" });
    let request = api.request(Method::POST, "/api/v6/invitations");
    let key = format!("create-{n}");
    try_send(request.header("idempotency-key", key).json(&body)).await
}

/// The same by a client that comes back when it is told to.
async fn invite_patiently(api: &Api, n: usize) -> Answer {
    eventually("the invitation is made", async || {
        let answer = invite(api, n).await.expect("the server answers");
        (answer.status != 503).then_some(answer)
    })
    .await
}

/// Kills the server once some of the work is done; answers what the work came to.
async fn kill_amid<T>(stage: &Stage, owner: &Owner, work: impl Future<Output = T>) -> T {
    let some_done = eventually("some creates are done", async || {
        (invitations(stage, owner).await > 10).then_some(())
    });
    tokio::pin!(work, some_done);
    tokio::select! {
        () = &mut some_done => {
            kill_process(stage.server.process().pid(), Signal::KILL).unwrap();
            work.await
        }
        all = &mut work => all,
    }
}

async fn invitations(stage: &Stage, owner: &Owner) -> i64 {
    sqlx::query_scalar("select count(*) from invitations where tenant_id::text = $1")
        .bind(owner.tenant_id())
        .fetch_one(&mut stage.server.superuser().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_finishes_what_it_began() {
    let mut stage = Stage::set().await;
    let body = json!({ "name": "Begun before the end", "tier": "basic" }).to_string();
    let (first, rest) = body.split_at(10);
    let head = format!(
        "POST /api/v6/tenants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{first}",
        stage.platform.access_token(),
        body.len()
    );
    let mut begun = TcpStream::connect(stage.server.address()).await.unwrap();
    begun.write_all(head.as_bytes()).await.unwrap();
    // Once another request was answered, ours has been read: connections are accepted in order.
    stage.platform.looks_at_me().await.expect(200);

    stage.server.process().signal(Signal::TERM);
    let address = stage.server.address().to_owned();
    eventually("nothing new is taken", async || {
        TcpStream::connect(&address).await.is_err().then_some(())
    })
    .await;
    begun.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let ended = stage.server.until_ended().await;
    assert_eq!(ended.code(), Some(0), "{}", ended.text());
}

/// An installation in a folder of its own, with its own PostgreSQL.
pub(crate) struct Installation {
    folder: PathBuf,
    pub(crate) settings: Settings,
}

impl Installation {
    pub(crate) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("parking-it-{}", fresh().simple()));
        let settings = settings(&[
            (
                "PARKING_DATA_DIR",
                folder.to_str().expect("a path of letters"),
            ),
            ("PARKING_LISTEN", "127.0.0.1:0"),
            ("LOG_FORMAT", "json"),
            ("PARKING_ADMIN_EMAIL", ADMIN_EMAIL),
            ("PARKING_ADMIN_PASSWORD", PASSWORD),
            ("RATE_LIMIT_ENABLED", "false"),
            ("RATE_LIMIT_ATTEMPTS", "false"),
        ]);
        Self { folder, settings }
    }

    /// The postmaster of the private cluster.
    pub(crate) fn postmaster(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.folder.join("postgres/postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.parse().ok()?)
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

#[tokio::test]
async fn one_folder_serves_one_server_and_outlives_every_kill() {
    let installation = Installation::new();
    let (mut first, base) = serve(&installation.settings).await;
    let api = Api::at(&base);
    log_in(&api, ADMIN_EMAIL, PASSWORD).await.expect(200);

    let second = run(&["serve"], &installation.settings).await;
    assert_eq!(second.code(), Some(73), "{}", second.text());
    let said: Vec<_> = second
        .lines
        .iter()
        .filter(|line| line.starts_with("parking: "))
        .collect();
    assert_eq!(said.len(), 1, "one clear line: {}", second.text());
    assert!(
        said[0].contains(&first.pid().as_raw_nonzero().to_string()),
        "who has it: {}",
        said[0]
    );

    let doctor = run(&["doctor"], &installation.settings).await;
    assert_eq!(doctor.code(), Some(0), "{}", doctor.text());

    // Its PostgreSQL dies: the server brings it back by itself.
    let postmaster = installation.postmaster().expect("a postmaster");
    kill_process(postmaster, Signal::KILL).unwrap();
    eventually("PostgreSQL is back", async || {
        let is_new = installation
            .postmaster()
            .is_some_and(|pid| pid != postmaster);
        (is_new && api.get("/health/ready").await.status == 200).then_some(())
    })
    .await;
    log_in(&api, ADMIN_EMAIL, PASSWORD).await.expect(200);

    // The server dies: its PostgreSQL goes with it, and the next start finds everything.
    let postmaster = installation.postmaster().expect("a postmaster");
    first.kill();
    eventually("no orphan is left", async || {
        is_gone(postmaster).then_some(())
    })
    .await;
    let (again, base) = serve(&installation.settings).await;
    log_in(&Api::at(&base), ADMIN_EMAIL, PASSWORD)
        .await
        .expect(200);
    again.signal(Signal::INT);
    let ended = again.until_ended().await;
    assert_eq!(ended.code(), Some(0), "{}", ended.text());
    assert!(
        installation.postmaster().is_none_or(is_gone),
        "PostgreSQL is left behind"
    );
}

/// Whether a process has ended.
pub(crate) fn is_gone(pid: Pid) -> bool {
    let stat =
        fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    // A zombie waits for its parent and does nothing any more.
    stat.is_empty() || stat.contains(") Z ")
}

#[tokio::test]
async fn a_frozen_postgres_is_told_in_time_and_forgiven() {
    let installation = Installation::new();
    let (server, base) = serve(&installation.settings).await;
    let api = Api::at(&base);
    let session = log_in(&api, ADMIN_EMAIL, PASSWORD).await.expect(200);
    let admin = Member::with_session(&api, &session);
    let postmaster = installation.postmaster().expect("a postmaster");
    let family = family_of(postmaster);
    for pid in &family {
        kill_process(*pid, Signal::STOP).unwrap();
    }
    let begun = std::time::Instant::now();
    let refused = admin.api.get("/api/v6/users").await;
    let took = begun.elapsed();
    for pid in &family {
        kill_process(*pid, Signal::CONT).unwrap();
    }
    refused.refused(503, "unavailable");
    assert!(
        took < Duration::from_millis(2_500),
        "told only after {took:?}"
    );
    eventually("the server serves again", async || {
        (admin.api.get("/api/v6/users").await.status == 200).then_some(())
    })
    .await;
    stop(server).await;
}

/// A postmaster and its children.
fn family_of(postmaster: Pid) -> Vec<Pid> {
    let pid = postmaster.as_raw_nonzero();
    let path = format!("/proc/{pid}/task/{pid}/children");
    let children = fs::read_to_string(path).unwrap();
    let of = |word: &str| Pid::from_raw(word.parse().ok()?);
    children
        .split_whitespace()
        .filter_map(of)
        .chain([postmaster])
        .collect()
}

async fn stop(server: Running) {
    server.signal(Signal::TERM);
    let ended = server.until_ended().await;
    assert_eq!(ended.code(), Some(0), "{}", ended.text());
}
