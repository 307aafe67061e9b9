//! Paths that cannot take back what they were given, and where The Things Stack's addresses are kept.

use super::*;
use crate::displays::store::news::{self, HeardOf};
use crate::displays::store::turn;
use crate::displays::{Stack, StackAddress};
use parking_access::secrets::Vault;
use parking_access::webhooks::Courier;
use parking_chirpstack::mqtt::Commands;
use parking_db::Reason;
use parking_domain::ids::TenantId;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// A lamp that is reached by a broker, to which there is no connection.
async fn by_broker() -> Lit {
    let mut lit = Lit::open().await;
    let paths = Paths {
        chirpstack: Some(CommandPath::Broker(Commands::default())),
        stack: None,
    };
    lit.flow.displays = Displays::new(Settings::default(), paths);
    lit
}

async fn execute(lit: &Lit, statement: &'static str) {
    let mut admin = lit.lot.test.superuser().await;
    sqlx::query(statement)
        .bind(lit.now())
        .execute(&mut admin)
        .await
        .unwrap();
}

/// How long the lamp's command waits yet, in seconds, and how often it was tried.
async fn waits(lit: &Lit) -> (i64, i64) {
    let mut admin = lit.lot.test.superuser().await;
    sqlx::query_as(
        "select extract(epoch from due_at - $1)::bigint, attempts::bigint from downlinks where status = 'waiting'",
    )
    .bind(lit.now())
    .fetch_one(&mut admin)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_was_left_behind_runs_out_before_anything_else_is_handed_over() {
    let lit = by_broker().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    // As a server leaves it that dies while it hands the command over, ten seconds ago.
    execute(
        &lit,
        "update downlinks set is_left_behind = true, path = 'broker', expires_at = $1 + interval '20 seconds' where status = 'waiting'",
    )
    .await;
    lit.sends().await;
    assert_eq!(
        waits(&lit).await,
        (25, 0),
        "it is held back until the other is gone for certain, and that is no attempt"
    );
    lit.lot.test.clock().advance(TimeDelta::seconds(25));
    lit.sends().await;
    let tried = "select count(*) from downlinks where attempts = 1 and not is_left_behind";
    assert_eq!(lit.scalar(tried).await, 1, "then it has its turn");
}

#[tokio::test]
async fn the_deadline_of_what_cannot_be_taken_back_is_when_it_was_dropped() {
    let lit = by_broker().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    let handed_over = "update downlinks set status = 'queued', due_at = null, attempts = 1, queue_item = 'one', path = 'broker',
      expires_at = $1 + interval '30 seconds', deadline_at = $1 + interval '35 seconds' where status = 'waiting'";
    execute(&lit, handed_over).await;
    lit.observes(1, "free").await;
    lit.plans().await;
    lit.lot.test.clock().advance(TimeDelta::seconds(34));
    lit.watches().await;
    assert_eq!(lit.statuses().await, ["queued", "waiting"]);
    lit.lot.test.clock().advance(TimeDelta::seconds(2));
    lit.watches().await;
    assert_eq!(lit.statuses().await, ["superseded", "waiting"]);
    let left = "select count(*) from downlinks where is_left_behind";
    assert_eq!(lit.scalar(left).await, 0, "it has expired there");
}

#[tokio::test]
async fn chirpstacks_word_that_a_command_expired_counts_as_not_sent() {
    let lit = by_broker().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    let handed_over = "update downlinks set status = 'queued', due_at = null, attempts = 1, queue_item = 'one', path = 'broker',
      expires_at = $1 + interval '30 seconds', deadline_at = $1 + interval '35 seconds' where status = 'waiting'";
    execute(&lit, handed_over).await;
    let expired = Content::Notice {
        level: "ERROR".to_owned(),
        code: "EXPIRED".to_owned(),
        description: String::new(),
        queue_item: Some("one".to_owned()),
    };
    lit.hears(LAMP, expired).await;
    let story =
        "select count(*) from downlinks where status = 'waiting' and error = 'not_transmitted'";
    assert_eq!(lit.scalar(story).await, 1);
}

fn stack() -> Stack {
    let courier = Courier::new(false).unwrap();
    Stack::new(&courier, Vault::new(&SecretString::from("s".repeat(32))))
}

#[tokio::test]
async fn where_the_things_stack_takes_commands_is_kept_for_displays_of_the_tenant_alone() {
    let lit = Lit::open().await;
    let (stack, eui) = (stack(), LAMP.parse().unwrap());
    let there = |url, key| StackAddress::of(url, key).unwrap();
    let good = there(
        "https://eu1.cloud.thethings.example/down/replace",
        "NNSXS.A",
    );
    let learn = async |tenant, address: &StackAddress| {
        let whose = (tenant, eui);
        let learned = stack.learn(&lit.flow.db, whose, address, lit.now());
        learned.await.unwrap()
    };
    let kept = async || {
        lit.scalar("select count(*) from lamps where stack_address is not null")
            .await
    };
    for inside in [
        "https://10.0.0.1/down",
        "http://eu1.example/down",
        "https://u:p@e.example/",
    ] {
        assert!(
            !learn(lit.lot.tenant, &there(inside, "NNSXS.A")).await,
            "{inside}"
        );
    }
    assert!(learn(TenantId(fresh()), &good).await);
    assert_eq!(kept().await, 0, "another tenant's word is none");
    assert!(learn(lit.lot.tenant, &good).await);
    assert_eq!(kept().await, 1);
    let marks = "select count(*) from lamp_marks";
    lit.plans().await;
    assert!(learn(lit.lot.tenant, &good).await);
    assert_eq!(lit.scalar(marks).await, 0, "what is said again is no news");
    assert!(
        learn(
            lit.lot.tenant,
            &there("https://nam1.example/down/replace", "NNSXS.B")
        )
        .await
    );
    assert_eq!(lit.scalar(marks).await, 1);
    for (url, key) in [
        ("https://a.example/", ""),
        ("https://a.example/", "a b"),
        ("https://a.example/", "a\nb"),
    ] {
        assert!(StackAddress::of(url, key).is_none(), "{key:?}");
    }
}

#[tokio::test]
async fn by_the_broker_only_devices_in_an_application_of_the_tenant_are_commanded() {
    let lit = by_broker().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    let unheard =
        "select count(*) from downlinks where error like '%its application is not known%'";
    assert_eq!(lit.scalar(unheard).await, 1);
    // The application was given to nobody, and so is the platform's.
    execute(
        &lit,
        "update lamps set application = 'theirs' where $1 > '-infinity'::timestamptz",
    )
    .await;
    lit.lot.test.clock().advance(TimeDelta::minutes(1));
    lit.sends().await;
    let strange =
        "select count(*) from downlinks where error like '%in an application of this tenant%'";
    assert_eq!(lit.scalar(strange).await, 1);
    // Given to the tenant it is theirs, and only the line is missing.
    lit.is_done("update lamps set application = (select application from applications limit 1)")
        .await;
    lit.lot.test.clock().advance(TimeDelta::minutes(1));
    lit.sends().await;
    let unconnected = "select count(*) from downlinks where error like '%no connection%'";
    assert_eq!(lit.scalar(unconnected).await, 1);
}

#[tokio::test]
async fn what_one_network_server_is_to_take_does_not_stand_before_what_another_is() {
    let lit = Lit::open().await;
    let other = "2020200000000002";
    lit.hangs_lamp(other, lit.lot.bays[0]).await;
    lit.observes(0, "occupied").await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.is_done(
        "update lamps l set heard_by = 'tts' from devices d where d.id = l.id and d.dev_eui = '2020200000000002';
         update downlinks set due_at = due_at - interval '1 minute' where dev_eui <> '2020200000000002'",
    )
    .await;
    let whose = async |taker| {
        let worker = Reason::Worker("test");
        let mut tx = lit.flow.db.platform(worker).await.unwrap();
        let turns = turn::turns(&mut tx, 1, taker, lit.now()).await.unwrap();
        let euis = turns.into_iter().map(|one| one.dev_eui);
        euis.collect::<Vec<_>>()
    };
    assert_eq!(whose(Taker::ChirpStack).await, [LAMP]);
    assert_eq!(whose(Taker::Stacks).await, [other]);
}

/// A Things Stack that answers nobody until it is told to.
struct Slow {
    url: String,
    /// How many it has in hand, and how many it ever had at once.
    in_hand: Arc<Mutex<(usize, usize)>>,
    answers: Arc<Semaphore>,
}

impl Slow {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/down/replace", listener.local_addr().unwrap());
        let in_hand = Arc::<Mutex<(usize, usize)>>::default();
        let answers = Arc::new(Semaphore::new(0));
        let slow = (Arc::clone(&in_hand), Arc::clone(&answers));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (in_hand, answers) = slow.clone();
                tokio::spawn(async move {
                    {
                        let mut now = in_hand.lock().unwrap();
                        now.0 += 1;
                        now.1 = now.1.max(now.0);
                    }
                    let mut asked = [0; 4_096];
                    let _request = stream.read(&mut asked).await;
                    answers.acquire().await.unwrap().forget();
                    in_hand.lock().unwrap().0 -= 1;
                    let answer =
                        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                    let _told = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self {
            url,
            in_hand,
            answers,
        }
    }
}

/// Lamps of The Things Stack, each with a command that is due.
async fn hangs_stack_lamps(lit: &Lit, stack: &Stack, slow: &Slow) {
    let mut admin = lit.lot.test.superuser().await;
    for statement in [
        "insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle, lifecycle_changed_at, created_at, updated_at)
         select $1, gen_random_uuid(), '303030300000000' || n, 'plenom-busylight-omega', true, 'operational', now(), now(), now()
         from generate_series(1, 6) n",
        "insert into lamps (tenant_id, id, due_at, heard_by)
         select tenant_id, id, now() + interval '5 minutes', 'tts' from devices where tenant_id = $1 and dev_eui like '3030%'",
        "insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, due_at, created_at)
         select tenant_id, gen_random_uuid(), id, dev_eui, 'state', 15, '\\x01', 30, 'waiting', now() - interval '9 years', now()
         from devices where tenant_id = $1 and dev_eui like '3030%'",
    ] {
        let done = sqlx::query(statement).bind(lit.lot.tenant.0);
        done.execute(&mut admin).await.expect(statement);
    }
    let address = StackAddress::of(&slow.url, "NNSXS.A").unwrap();
    for n in 1..=6 {
        let eui = format!("303030300000000{n}").parse().unwrap();
        let whose = (lit.lot.tenant, eui);
        let learned = stack.learn(&lit.flow.db, whose, &address, lit.now()).await;
        assert!(learned.unwrap());
    }
}

#[tokio::test]
async fn a_slow_things_stack_has_two_hands_and_a_few_seconds_and_holds_up_no_lamp_of_chirpstack() {
    let mut lit = Lit::open().await;
    let slow = Slow::open().await;
    let courier = Courier::new(true).unwrap();
    let vault = Vault::new(&SecretString::from("s".repeat(32)));
    let stack = Arc::new(Stack::new(&courier, vault));
    lit.flow.displays.paths.stack = Some(CommandPath::Stack(Arc::clone(&stack)));
    hangs_stack_lamps(&lit, &stack, &slow).await;

    let flow = lit.flow.clone();
    let turn = tokio::spawn(async move { send(&flow, Taker::Stacks).await });
    while slow.in_hand.lock().unwrap().0 < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    assert_eq!(lit.server.waits(LAMP.parse().unwrap()).len(), 1);
    assert!(!turn.is_finished(), "the other turn is still under way");
    lit.lot.test.clock().advance(TimeDelta::seconds(6));
    slow.answers.add_permits(100);
    turn.await.unwrap().unwrap();
    assert_eq!(*slow.in_hand.lock().unwrap(), (0, 2), "never more at once");
    let untried = "select count(*) from downlinks where dev_eui like '3030%' and status = 'waiting' and attempts = 0";
    assert_eq!(lit.scalar(untried).await, 4, "what was not begun waits");
}

#[tokio::test]
async fn a_lamp_does_not_wait_for_what_a_clock_that_was_ahead_said_expires() {
    let lit = by_broker().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    execute(
        &lit,
        "update downlinks set is_left_behind = true, path = 'broker', expires_at = $1 + interval '900 days' where status = 'waiting'",
    )
    .await;
    lit.watches().await;
    lit.lot.test.clock().advance(TimeDelta::seconds(6));
    lit.sends().await;
    let tried = "select count(*) from downlinks where attempts = 1 and not is_left_behind";
    assert_eq!(lit.scalar(tried).await, 1);
}

#[tokio::test]
async fn what_comes_late_does_not_tell_by_which_road_a_lamp_is_reached() {
    let lit = Lit::open().await;
    let mut admin = lit.lot.test.superuser().await;
    let lamp = sqlx::query_scalar("select id from devices where dev_eui = $1");
    let lamp: Uuid = lamp.bind(LAMP).fetch_one(&mut admin).await.unwrap();
    let hears = async |at, road: &str| {
        let heard = HeardOf {
            tenant_id: lit.lot.tenant.0,
            id: lamp,
            at,
            gateway_eui: None,
            is_vouched: true,
            heard_by: road.to_owned(),
            application: Some(road.to_owned()),
            joined_at: None,
            shown: None,
            shown_at: None,
        };
        let mut tx = lit.flow.db.platform(Reason::Worker("test")).await.unwrap();
        news::heard(&mut tx, &[heard]).await.unwrap();
        tx.commit().await.unwrap();
    };
    let road = "select count(*) from lamps where heard_by = 'chirpstack_mqtt' and application = 'chirpstack_mqtt'";
    hears(lit.now(), "chirpstack_mqtt").await;
    hears(lit.now() - TimeDelta::hours(1), "tts").await;
    assert_eq!(lit.scalar(road).await, 1);
    hears(lit.now() + TimeDelta::seconds(1), "tts").await;
    assert_eq!(lit.scalar(road).await, 0);
}
