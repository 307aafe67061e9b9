//! Jobs are done once, tried again, given up, and survive the worker that held them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use parking_db::queue::{self, Job, JobError, QueueState, Schedule, Worker};
use parking_db::{Db, Reason};
use parking_domain::ids::TenantId;
use parking_testkit::TestDb;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
struct Greet {
    name: String,
    once: bool,
}

impl Job for Greet {
    const KIND: &'static str = "greet";
    const ATTEMPTS_MAX: i32 = 3;

    fn unique_key(&self) -> Option<String> {
        self.once.then(|| self.name.clone())
    }
}

async fn platform_tenant(test: &TestDb) {
    sqlx::query(
        "insert into tenants (id, name, slug, kind, tier, requests_per_minute, created_at, updated_at)
         values ($1, 'Platform', 'platform', 'platform', 'enterprise', 100, now(), now())",
    )
    .bind(TenantId::PLATFORM.0)
    .execute(&mut test.superuser().await)
    .await
    .unwrap();
}

async fn enqueue(test: &TestDb, name: &str, once: bool) {
    let mut tx = test.db().tenant(TenantId::PLATFORM).await.unwrap();
    let job = Greet {
        name: name.into(),
        once,
    };
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &job, test.clock().now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn state(db: &Db, test: &TestDb) -> QueueState {
    let mut tx = db.platform(Reason::Worker("test")).await.unwrap();
    queue::state(&mut tx, test.clock().now()).await.unwrap()
}

#[tokio::test]
async fn a_job_exists_exactly_when_its_change_does() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    let mut tx = test.db().tenant(TenantId::PLATFORM).await.unwrap();
    queue::enqueue(
        tx.conn(),
        TenantId::PLATFORM,
        &Greet::default(),
        test.clock().now(),
    )
    .await
    .unwrap();
    drop(tx);
    assert_eq!(state(&test.db(), &test).await.queued, 0);
    enqueue(&test, "Ada", false).await;
    assert_eq!(state(&test.db(), &test).await.queued, 1);
}

#[tokio::test]
async fn several_workers_do_each_job_once() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    for number in 0..40 {
        enqueue(&test, &number.to_string(), false).await;
    }
    let done = Arc::new(Mutex::new(Vec::new()));
    let worker = || {
        let done = Arc::clone(&done);
        Worker::new(test.db(), test.clock()).on(move |_, job: Greet| {
            done.lock().unwrap().push(job.name);
            async { Ok(()) }
        })
    };
    let (a, b, c) = (worker(), worker(), worker());
    let (a, b, c) = tokio::join!(a.drain(), b.drain(), c.drain());
    assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 40);
    let mut names = done.lock().unwrap().clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40);
    assert_eq!(state(&test.db(), &test).await.queued, 0);
}

#[tokio::test]
async fn a_failing_job_is_tried_again_later_and_then_set_aside() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    enqueue(&test, "Ada", false).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let worker = Worker::new(test.db(), test.clock()).on(move |_, _: Greet| {
        assert!(
            counted.fetch_add(1, Ordering::SeqCst) != 1,
            "the second attempt panics"
        );
        async { Err(JobError::retry("not today")) }
    });
    for expected in 1..=3 {
        assert_eq!(worker.drain().await.unwrap(), 1);
        assert_eq!(
            worker.drain().await.unwrap(),
            0,
            "it waits before it is tried again"
        );
        assert_eq!(tries.load(Ordering::SeqCst), expected);
        test.clock().advance(TimeDelta::minutes(1));
    }
    let after = state(&test.db(), &test).await;
    assert_eq!((after.queued, after.failed), (0, 1));
    let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
    assert_eq!(
        queue::failed(&mut tx, 10).await.unwrap()[0]
            .last_error
            .as_deref(),
        Some("not today")
    );
}

/// Looks around every two seconds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct LookAround {}

impl Job for LookAround {
    const KIND: &'static str = "look_around";
    const IS_SWEEP: bool = true;

    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }
}

#[tokio::test]
async fn a_sweep_that_failed_often_comes_round_as_soon_as_one_that_failed_once() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    let (db, clock) = (test.db(), test.clock());
    let schedules = [Schedule::every::<LookAround>(TimeDelta::seconds(2))];
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let worker = Worker::new(db.clone(), clock.clone()).on(move |_, _: LookAround| {
        let n = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if n < 6 {
                return Err(JobError::retry("the database is busy"));
            }
            Ok(())
        }
    });
    for second in 1..=30 {
        queue::run_due_schedules(&db, &schedules, clock.now())
            .await
            .unwrap();
        worker.drain().await.unwrap();
        clock.advance(TimeDelta::seconds(1));
        if tries.load(Ordering::SeqCst) > 6 {
            assert!(second <= 14, "it was late by {second} seconds");
            return;
        }
    }
    panic!("it never came round");
}

#[tokio::test]
async fn a_job_whose_worker_died_is_taken_again() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    enqueue(&test, "Ada", false).await;
    let dies = Worker::new(test.db(), test.clock()).on(|_, _: Greet| std::future::pending());
    let attempt = tokio::time::timeout(std::time::Duration::from_millis(300), dies.work_one());
    assert!(
        attempt.await.is_err(),
        "the worker is cut off in the middle"
    );
    let lives = Worker::new(test.db(), test.clock()).on(|_, _: Greet| async { Ok(()) });
    assert_eq!(lives.drain().await.unwrap(), 0, "the lease still runs");
    test.clock().advance(TimeDelta::minutes(2));
    assert_eq!(lives.drain().await.unwrap(), 1);
}

#[tokio::test]
async fn two_waiting_jobs_with_one_key_are_one() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    for name in ["Ada", "Ada", "Bea"] {
        enqueue(&test, name, true).await;
    }
    assert_eq!(state(&test.db(), &test).await.queued, 2);
}

#[tokio::test]
async fn a_schedule_runs_once_a_period_however_many_servers_ask() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    let schedules = [Schedule::every::<Greet>(TimeDelta::minutes(5))];
    for expected in 1..=3 {
        let now = test.clock().now();
        let db = test.db();
        let asked = (0..5).map(|_| queue::run_due_schedules(&db, &schedules, now));
        for outcome in futures_util::future::join_all(asked).await {
            outcome.unwrap();
        }
        assert_eq!(state(&db, &test).await.queued, expected);
        test.clock().advance(TimeDelta::minutes(5));
    }
}

#[tokio::test]
async fn a_clock_that_was_a_year_ahead_for_a_moment_stops_no_schedule() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    let schedules = [Schedule::every::<Greet>(TimeDelta::minutes(5))];
    let (db, now) = (test.db(), test.clock().now());
    let minute = TimeDelta::minutes(1);
    for (at, expected) in [
        (now + TimeDelta::days(365), 1),
        (now, 2),
        (now + minute, 2),
        (now + minute * 5, 3),
    ] {
        queue::run_due_schedules(&db, &schedules, at).await.unwrap();
        assert_eq!(state(&db, &test).await.queued, expected, "{at}");
    }
}

#[tokio::test]
async fn what_a_clock_that_was_a_year_ahead_put_off_is_done_all_the_same() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    test.clock().advance(TimeDelta::days(365));
    enqueue(&test, "Ada", true).await;
    let dies = Worker::new(test.db(), test.clock()).on(|_, _: Greet| std::future::pending());
    let attempt = tokio::time::timeout(std::time::Duration::from_millis(300), dies.work_one());
    drop(attempt.await);
    enqueue(&test, "Bea", true).await;
    test.clock().advance(-TimeDelta::days(365));
    enqueue(&test, "Bea", true).await;
    let worker = Worker::new(test.db(), test.clock()).on(async |_, _: Greet| Ok(()));
    assert_eq!(worker.drain().await.unwrap(), 2, "Ada, and Bea once");
}

#[tokio::test]
async fn a_job_that_kills_whoever_takes_it_is_set_aside_in_the_end() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    enqueue(&test, "Ada", false).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let dies = Worker::new(test.db(), test.clock()).on(move |_, _: Greet| {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::pending()
    });
    for _ in 0..=Greet::ATTEMPTS_MAX {
        let attempt = tokio::time::timeout(std::time::Duration::from_millis(300), dies.work_one());
        drop(attempt.await);
        test.clock().advance(TimeDelta::minutes(2));
    }
    assert_eq!(tries.load(Ordering::SeqCst), 3);
    let after = state(&test.db(), &test).await;
    assert_eq!((after.queued, after.failed), (0, 1));
}

#[tokio::test]
async fn a_job_that_failed_while_its_twin_waits_leaves_the_work_to_it() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    enqueue(&test, "Ada", true).await;
    let (db, clock) = (test.db(), test.clock());
    let worker = Worker::new(test.db(), test.clock()).on(move |_, job: Greet| {
        let (db, now) = (db.clone(), clock.now());
        async move {
            // The twin comes while this one is being worked on.
            let mut tx = db.tenant(TenantId::PLATFORM).await?;
            queue::enqueue(
                tx.conn(),
                TenantId::PLATFORM,
                &job,
                now + TimeDelta::hours(1),
            )
            .await?;
            tx.commit().await?;
            Err(JobError::retry("not today"))
        }
    });
    assert_eq!(worker.drain().await.unwrap(), 1);
    assert_eq!(state(&test.db(), &test).await.queued, 1);
    test.clock().advance(TimeDelta::minutes(5));
    assert_eq!(worker.drain().await.unwrap(), 0, "only the twin is left");
}

/// Jobs that were given up, with these names; the second of a kind with one key is a twin.
async fn given_up(test: &TestDb, names: &[&str]) {
    for name in names {
        enqueue(test, name, true).await;
        let fails = Worker::new(test.db(), test.clock())
            .on(|_, _: Greet| async { Err(JobError::fail("never")) });
        fails.drain().await.unwrap();
        test.clock().advance(TimeDelta::minutes(1));
    }
}

async fn retried(test: &TestDb, which: &queue::Which) -> u64 {
    let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
    let count = queue::retry(&mut tx, which, test.clock().now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    count
}

#[tokio::test]
async fn jobs_that_were_given_up_begin_anew_when_somebody_says_so() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    given_up(&test, &["Ada", "Ada", "Bea"]).await;
    assert_eq!(state(&test.db(), &test).await.failed, 3);
    let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
    let newest = queue::failed(&mut tx, 1).await.unwrap().remove(0);
    drop(tx);
    assert_eq!((newest.kind.as_str(), newest.attempts), ("greet", 1));
    assert_eq!(retried(&test, &queue::Which::Id(newest.id)).await, 1);
    assert_eq!(retried(&test, &queue::Which::Id(newest.id)).await, 0);
    assert_eq!(retried(&test, &queue::Which::Kind("other".into())).await, 0);
    // Both jobs for Ada are one job.
    assert_eq!(retried(&test, &queue::Which::Kind("greet".into())).await, 1);
    let works = Worker::new(test.db(), test.clock()).on(|_, _: Greet| async { Ok(()) });
    assert_eq!(works.drain().await.unwrap(), 2);
    let after = state(&test.db(), &test).await;
    assert_eq!((after.queued, after.failed), (0, 1));
}

#[tokio::test]
async fn jobs_that_were_given_up_long_ago_are_forgotten() {
    let test = TestDb::new().await;
    platform_tenant(&test).await;
    given_up(&test, &["Ada"]).await;
    test.clock().advance(TimeDelta::days(29));
    given_up(&test, &["Bea"]).await;
    queue::forget_failed(&test.db(), test.clock().now())
        .await
        .unwrap();
    assert_eq!(state(&test.db(), &test).await.failed, 2);
    test.clock().advance(TimeDelta::days(1));
    queue::forget_failed(&test.db(), test.clock().now())
        .await
        .unwrap();
    assert_eq!(state(&test.db(), &test).await.failed, 1);
}
