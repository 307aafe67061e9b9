//! The database goes away and comes back; nobody restarts the server.

use std::time::{Duration, Instant};

use parking_db::listen::{Notice, Notices};
use parking_testkit::{Mailbox, TestDb};
use tokio_util::sync::CancellationToken;

use crate::harness::actors::PlatformAdmin;
use crate::harness::chaos::{ChaosProxy, Wire};
use crate::harness::{Answer, Api, TestServer, eventually, side_by_side};

/// How long anybody may wait to hear that there is no database.
const PATIENCE: Duration = Duration::from_secs(2);

/// A server whose wire to the database is in our hand.
async fn behind_a_wire() -> (TestServer, ChaosProxy) {
    let (db, mailbox) = (TestDb::new().await, Mailbox::open().await);
    let wire = ChaosProxy::to(&db).await;
    let url = wire.url().to_owned();
    (
        TestServer::start_on(db, mailbox, &[("DATABASE_URL", &url)]).await,
        wire,
    )
}

async fn timed(asked: impl Future<Output = Answer>) -> (Answer, Duration) {
    let begun = Instant::now();
    let answer = asked.await;
    (answer, begun.elapsed())
}

/// While the database is away: everything says so in time, and the process is alive.
async fn expect_a_clear_answer_in_time(api: &Api) {
    let requests = [
        "/api/v6/tenants",
        "/api/v6/users",
        "/api/v6/audit-log",
        "/api/v6/me/limits",
    ];
    let answers = side_by_side(
        requests
            .iter()
            .cycle()
            .take(24)
            .map(|path| timed(api.get(path))),
    )
    .await;
    for (answer, took) in answers {
        answer.refused(503, "unavailable");
        assert!(
            !answer.header("retry-after").is_empty(),
            "{:?}",
            answer.headers
        );
        assert!(
            took < PATIENCE + Duration::from_millis(500),
            "an answer after {took:?}"
        );
    }
    let (live, took) = timed(api.get("/health/live")).await;
    live.expect(200);
    assert!(
        took < Duration::from_millis(500),
        "alive only after {took:?}"
    );
    // A probe may be told what the one before it was, for a second.
    let unready = eventually("the server says that it is not ready", async || {
        let ready = api.get("/health/ready").await;
        (ready.status == 503).then_some(ready)
    });
    let (_, took) = timed(unready).await;
    assert!(
        took < PATIENCE + Duration::from_millis(500),
        "not ready only after {took:?}"
    );
    api.get("/metrics").await.expect(200);
}

async fn expect_recovery(api: &Api) {
    eventually("the server serves again by itself", async || {
        let is_ready = api.get("/health/ready").await.status == 200;
        let serves = side_by_side((0..8).map(|_| api.get("/api/v6/users"))).await;
        (is_ready && serves.iter().all(|answer| answer.status == 200)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_database_that_falls_silent_is_survived() {
    let (server, wire) = behind_a_wire().await;
    let admin = PlatformAdmin::signs_in(&server).await;
    admin.api.get("/api/v6/users").await.expect(200);
    for _ in 0..2 {
        wire.set(Wire::Frozen);
        expect_a_clear_answer_in_time(&admin.api).await;
        wire.set(Wire::Whole);
        expect_recovery(&admin.api).await;
    }
}

#[tokio::test]
async fn a_database_that_breaks_off_is_survived() {
    let (server, wire) = behind_a_wire().await;
    let admin = PlatformAdmin::signs_in(&server).await;
    admin.api.get("/api/v6/users").await.expect(200);
    for _ in 0..2 {
        wire.set(Wire::Cut);
        expect_a_clear_answer_in_time(&admin.api).await;
        wire.set(Wire::Whole);
        expect_recovery(&admin.api).await;
    }
}

#[tokio::test]
async fn connections_whose_peer_vanished_are_given_up_and_new_ones_serve() {
    let (server, wire) = behind_a_wire().await;
    let admin = PlatformAdmin::signs_in(&server).await;
    for _ in 0..3 {
        // Every place in the pool holds a connection that will never answer again.
        side_by_side((0..12).map(|_| admin.api.get("/api/v6/users"))).await;
        wire.vanish();
        expect_recovery(&admin.api).await;
    }
}

#[tokio::test]
async fn notices_find_their_way_after_the_peer_vanished() {
    let db = TestDb::new().await;
    let wire = ChaosProxy::to(&db).await;
    let through = parking_db::Db::lazy(&parking_db::DbOptions::new(wire.url().parse().unwrap()));
    let notices = Notices::believing_silence(Duration::from_millis(200));
    let (mut news, stop) = (notices.subscribe(), CancellationToken::new());
    let asked = async {
        assert_eq!(news.next().await, Notice::Missed);
        wire.vanish();
        // Whoever reconnects says that something may have been missed.
        assert_eq!(news.next().await, Notice::Missed);
        stop.cancel();
    };
    let heard = async { tokio::join!(notices.listen(through.clone(), stop.clone()), asked) };
    tokio::time::timeout(Duration::from_secs(20), heard)
        .await
        .expect("the silence is noticed");
    let begun = Instant::now();
    through.close().await;
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "the end waits for nobody"
    );
}

#[tokio::test]
async fn work_that_was_to_follow_is_done_when_the_database_is_back() {
    let (server, wire) = behind_a_wire().await;
    let admin = PlatformAdmin::signs_in(&server).await;
    admin
        .invites("late@platform.test", "viewer")
        .await
        .expect(201);
    wire.set(Wire::Cut);
    admin
        .api
        .get("/api/v6/users")
        .await
        .refused(503, "unavailable");
    wire.set(Wire::Whole);
    // Who worked on it when the wire broke could not say how it went: the lease must run out first.
    let mut superuser = server.superuser().await;
    eventually("the letter is sent", async || {
        sqlx::raw_sql(
            "update jobs set locked_until = locked_until - interval '1 hour', run_at = now()",
        )
        .execute(&mut superuser)
        .await
        .unwrap();
        let letters = server.mailbox.letters();
        letters
            .iter()
            .any(|letter| letter.to == "late@platform.test")
            .then_some(())
    })
    .await;
}
