//! The commands an operator gives on a bad day, and what they answer.

use parking_testkit::TestDb;
use sqlx::ConnectOptions as _;

use crate::harness::process::{Ended, Settings, run, settings};
use crate::harness::{TestServer, side_by_side};

fn on(url: &str) -> Settings {
    settings(&[
        ("DATABASE_URL", url),
        ("SECRET_KEY", "a test's secret key, long enough to be one"),
        ("PARKING_LISTEN", "127.0.0.1:0"),
    ])
}

/// The lines meant for the person at the terminal.
fn said(ended: &Ended) -> Vec<&String> {
    ended
        .lines
        .iter()
        .filter(|line| line.starts_with("parking: "))
        .collect()
}

#[tokio::test]
async fn a_server_does_not_serve_where_tenants_could_see_each_other() {
    let test = TestDb::new().await;
    let as_superuser = run(
        &["serve"],
        &on(test.superuser_options().to_url_lossy().as_str()),
    )
    .await;
    assert_eq!(as_superuser.code(), Some(77), "{}", as_superuser.text());
    assert!(
        said(&as_superuser)[0].contains("refusing to serve"),
        "{}",
        as_superuser.text()
    );

    let mut admin = test.superuser().await;
    sqlx::raw_sql("alter table memberships no force row level security")
        .execute(&mut admin)
        .await
        .unwrap();
    let with_a_hole = run(
        &["serve"],
        &on(test.login_options().to_url_lossy().as_str()),
    )
    .await;
    assert_eq!(with_a_hole.code(), Some(77), "{}", with_a_hole.text());
    assert!(
        with_a_hole.text().contains("memberships"),
        "{}",
        with_a_hole.text()
    );
}

#[tokio::test]
async fn doctor_finds_what_is_wrong_and_says_what_to_do() {
    let server = TestServer::start().await;
    let healthy = server.command(&["doctor"]).await;
    assert_eq!(healthy.code(), Some(0), "{}", healthy.text());
    assert!(!healthy.text().contains("FAIL"), "{}", healthy.text());

    let mut admin = server.superuser().await;
    sqlx::raw_sql("create table hole (tenant_id uuid not null, secret text)")
        .execute(&mut admin)
        .await
        .unwrap();
    let with_a_hole = server.command(&["doctor"]).await;
    assert_eq!(with_a_hole.code(), Some(1), "{}", with_a_hole.text());
    assert!(
        with_a_hole.text().contains("hole"),
        "{}",
        with_a_hole.text()
    );
    sqlx::raw_sql("drop table hole")
        .execute(&mut admin)
        .await
        .unwrap();

    let away = run(&["doctor"], &on("postgres://parking@127.0.0.1:1/parking")).await;
    assert_eq!(away.code(), Some(1), "{}", away.text());
    assert!(away.text().contains("FAIL"), "{}", away.text());
}

#[tokio::test]
async fn a_wrong_configuration_is_told_whole_and_at_once() {
    let wrong = settings(&[
        ("PARKING_LISTEN", "nowhere"),
        ("RATE_LIMIT_PER_MINUTE", "many"),
        ("ENABLE_RLS", "false"),
    ]);
    let checked = run(&["config", "check"], &wrong).await;
    let served = run(&["serve"], &wrong).await;
    assert_eq!(
        (checked.code(), served.code()),
        (Some(1), Some(78)),
        "{}",
        served.text()
    );
    for name in ["PARKING_LISTEN", "RATE_LIMIT_PER_MINUTE", "ENABLE_RLS"] {
        assert!(
            served.text().contains(name),
            "{name} is not told: {}",
            served.text()
        );
    }
}

#[tokio::test]
async fn two_migrations_at_the_same_time_are_one() {
    let blank = TestDb::blank().await;
    let mut both = on(blank.login_options().to_url_lossy().as_str());
    let owner = blank.superuser_options().to_url_lossy().to_string();
    both.push(("DATABASE_MIGRATION_URL".to_owned(), owner));
    let ended = side_by_side((0..3).map(|_| run(&["migrate"], &both))).await;
    for one in &ended {
        assert_eq!(one.code(), Some(0), "{}", one.text());
    }
    let again = run(&["migrate"], &both).await;
    assert_eq!(again.code(), Some(0), "{}", again.text());
    let applied: Vec<i64> =
        sqlx::query_scalar("select version from _sqlx_migrations order by version")
            .fetch_all(&mut blank.superuser().await)
            .await
            .unwrap();
    let expected: Vec<i64> = parking_testkit::MIGRATIONS
        .iter()
        .map(|one| one.version)
        .collect();
    assert_eq!(applied, expected);
}

#[tokio::test]
async fn a_server_that_may_not_migrate_says_which_command_does() {
    let blank = TestDb::blank().await;
    let refused = run(
        &["serve"],
        &on(blank.login_options().to_url_lossy().as_str()),
    )
    .await;
    assert_eq!(refused.code(), Some(77), "{}", refused.text());
    assert!(
        said(&refused)[0].contains("parking migrate"),
        "{}",
        refused.text()
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_before_anything_else_is_touched() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = std::env::temp_dir().join(format!(
        "parking-it-{}",
        parking_domain::ids::fresh().simple()
    ));
    let own = settings(&[
        ("PARKING_LISTEN", &address),
        ("PARKING_DATA_DIR", folder.to_str().unwrap()),
    ]);
    let refused = run(&["serve"], &own).await;
    assert_eq!(refused.code(), Some(69), "{}", refused.text());
    assert!(said(&refused)[0].contains("is taken"), "{}", refused.text());
    assert!(!folder.exists(), "a data folder was made for nothing");
}
