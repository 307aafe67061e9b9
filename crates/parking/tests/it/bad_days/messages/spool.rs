//! What waits on disk: full, torn, or on a disk without room.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use parking_testkit::{Mailbox, TestDb};

use super::{Numbered, Street};
use crate::harness::actors::PlatformAdmin;
use crate::harness::chaos::{ChaosProxy, Wire};
use crate::harness::process::Running;
use crate::harness::{Stage, TestServer, eventually};

/// How long ChirpStack waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server whose wire to the database is in our hand.
async fn behind_a_wire(own: &[(&str, &str)]) -> (Stage, ChaosProxy) {
    let (db, mailbox) = (TestDb::new().await, Mailbox::open().await);
    let wire = ChaosProxy::to(&db).await;
    let url = wire.url().to_owned();
    let own = [own, &[("DATABASE_URL", url.as_str())]].concat();
    let server = TestServer::start_on(db, mailbox, &own).await;
    let platform = PlatformAdmin::signs_in(&server).await;
    (Stage { server, platform }, wire)
}

/// Posts from a number on until one is refused; what was kept, and the number that was not.
async fn post_until_full(stage: &Stage, street: &Street, from: u32) -> (BTreeSet<Numbered>, u32) {
    let (api, mut kept) = (stage.server.anonymous(), BTreeSet::new());
    for number in from.. {
        match street.posts(&api, (0, number)).await {
            Some(202) => drop(kept.insert((0, number))),
            Some(503) => return (kept, number),
            other => panic!("answered {other:?}"),
        }
    }
    unreachable!("a spool has a bound")
}

/// Waits until the database is back for messages too.
async fn expect_direct(stage: &Stage, street: &Street, message: Numbered) {
    let api = stage.server.anonymous();
    eventually("messages are stored at once again", async || {
        (street.posts(&api, message).await == Some(200)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_full_spool_turns_away_and_a_torn_one_loses_nothing_that_was_kept() {
    let (mut stage, wire) = behind_a_wire(&[("WEBHOOK_SPOOL_KB", "16")]).await;
    let owner = stage.customer("Quay").await;
    let street = Street::of(&owner, 2).await;
    // From then on the key is known without the database.
    assert_eq!(
        street.posts(&stage.server.anonymous(), (0, 1)).await,
        Some(200)
    );
    // A database that says nothing is found out before a sender loses patience.
    wire.set(Wire::Frozen);
    let begun = Instant::now();
    assert_eq!(
        street.posts(&stage.server.anonymous(), (0, 2)).await,
        Some(202)
    );
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    wire.set(Wire::Cut);
    let (mut kept, next) = post_until_full(&stage, &street, 3).await;
    assert!(kept.len() > 10, "{kept:?}");
    kept.insert((0, 2));
    let nobody = stage
        .server
        .anonymous()
        .with("x-api-key", "pk_000000000000_guessed");
    let strange = nobody
        .post("/api/v6/ingest/chirpstack", &street.up((0, next)))
        .await;
    strange.refused(503, "unavailable");

    // It dies in the middle of a write, and something ate a piece of an older one.
    stage.server.kill();
    let path = format!("{}/messages", stage.server.spool.path());
    let bytes = fs::read(&path).expect("a spool");
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("a spool");
    file.write_all(&bytes[24..400]).expect("half a record");
    drop(file);
    wire.set(Wire::Whole);
    stage.server.start_again().await;
    // What is damaged in it is told.
    stage.server.may_log_errors = true;
    expect_direct(&stage, &street, (0, next)).await;
    kept.extend([(0, 1), (0, next)]);
    let mut admin = stage.server.superuser().await;
    street.check(&mut admin, &kept).await;
    let aside = fs::read(format!("{}/set-aside", stage.server.spool.path()));
    assert_eq!(aside.expect("what was set aside"), bytes[24..400]);
}

#[tokio::test]
async fn a_disk_without_room_turns_away_and_loses_nothing_that_was_kept() {
    let (mut stage, wire) = behind_a_wire(&[]).await;
    let owner = stage.customer("Quay").await;
    let street = Street::of(&owner, 2).await;
    stage.server.kill();
    // Blocks of 512 or 1024 bytes, as the shell has it.
    let process = Running::start_with_files_of(16, &["serve"], stage.server.settings());
    stage.server.start_again_as(process).await;
    stage.server.may_log_errors = true;
    assert_eq!(
        street.posts(&stage.server.anonymous(), (0, 1)).await,
        Some(200)
    );
    wire.set(Wire::Cut);
    let (mut kept, next) = post_until_full(&stage, &street, 2).await;
    assert!(kept.len() > 5, "{kept:?}");
    let spooled = fs::metadata(format!("{}/messages", stage.server.spool.path()));
    assert!(spooled.expect("a spool").len() <= 16 * 1_024);
    wire.set(Wire::Whole);
    expect_direct(&stage, &street, (0, next)).await;
    kept.extend([(0, 1), (0, next)]);
    let mut admin = stage.server.superuser().await;
    street.check(&mut admin, &kept).await;
}
