//! The client where nobody is there; the rest is tried against the simulator's ChirpStack.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tonic::Status;

use super::inventory::{instant, whole};
use super::*;
use crate::downlinks::{DoorError, Downlink, Queues as _};

fn settings(port: u16) -> Settings {
    Settings {
        call_time_max: Duration::from_millis(400),
        ..Settings::of("127.0.0.1", port, SecretString::from("a-token"))
    }
}

fn downlink() -> Downlink {
    Downlink {
        dev_eui: "70B3D57ED0000021".parse().unwrap(),
        f_port: 15,
        payload: vec![0, 255, 0, 255, 0],
        is_confirmed: false,
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_changed_and_soon_nobody_asks() {
    let free = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let client = Client::open(&settings(port)).unwrap();
    assert_eq!(client.health().is_answering, None);
    for _ in 0..8 {
        let error = client.enqueue(&downlink()).await.unwrap_err();
        assert!(matches!(error, DoorError::Away(_)), "{error:?}");
    }
    let health = client.health();
    assert_eq!((health.is_answering, health.is_open), (Some(false), true));
    assert_eq!((health.calls, health.silences, health.spared), (5, 5, 3));
    assert_eq!(health.in_flight, 0);
}

#[tokio::test]
async fn who_takes_the_call_and_says_nothing_may_have_done_it() {
    let silent = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let client = Client::open(&settings(silent.local_addr().unwrap().port())).unwrap();
    let error = client.enqueue(&downlink()).await.unwrap_err();
    assert!(
        matches!(error, DoorError::Unanswered(_) | DoorError::Away(_)),
        "{error:?}"
    );
    assert_eq!(client.health().silences, 1);
}

#[test]
fn a_token_that_is_none_and_a_place_that_is_nowhere_are_refused_at_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let with = |host: &str, token: &str| {
        Client::open(&Settings::of(host, 8080, SecretString::from(token))).map(drop)
    };
    assert_eq!(with("chirpstack", "a-token"), Ok(()));
    assert_eq!(with("::1", "a-token"), Ok(()));
    assert_eq!(with("chirp stack", "a-token"), Err(SettingsError::Host));
    assert_eq!(with("chirpstack", "a\ntoken"), Err(SettingsError::Token));
}

#[tokio::test]
async fn whoever_compares_keeps_no_command_waiting_and_a_crowd_is_no_silence() {
    let silent = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let crowded = Settings {
        in_flight_max: 6,
        ..settings(silent.local_addr().unwrap().port())
    };
    let client = Client::open(&crowded).unwrap();
    let leisure = u32::try_from(client.leisure.available_permits()).unwrap();
    let _all = client.leisure.acquire_many(leisure).await.unwrap();
    assert_eq!(client.tenants().await, Err(CallError::Crowded));
    assert_eq!((client.health().calls, client.health().silences), (0, 0));
    // It is sent, and then nobody answers.
    let error = client.enqueue(&downlink()).await.unwrap_err();
    assert!(
        matches!(error, DoorError::Unanswered(_) | DoorError::Away(_)),
        "{error:?}"
    );
    let _rest = client.turns.acquire_many(6).await.unwrap();
    let error = client.enqueue(&downlink()).await;
    assert_eq!(error, Err(DoorError::Busy));
    assert_eq!(client.health().silences, 1);
}

#[test]
fn its_own_faults_are_told_apart_from_what_it_will_never_do() {
    let door = |said: &str| DoorError::from(CallError::of(&Status::internal(said)));
    for said in [
        "insert or update on table \"device_queue_item\" violates foreign key constraint \"x\"",
        "Object does not exist (id: 70b3d57ed0000021)",
        "Record not found",
        "Invalid string length",
        "Odd number of digits",
    ] {
        assert!(matches!(door(said), DoorError::Refused(_)), "{said}");
    }
    let away = door("timed out: connection pool timed out");
    assert!(matches!(away, DoorError::Away(_)), "{away:?}");
    for said in ["", "deadlock detected", "redis: broken pipe"] {
        assert!(matches!(door(said), DoorError::Unanswered(_)), "{said}");
    }
}

#[test]
fn a_key_that_is_none_is_for_nobody_and_a_thing_that_is_not_ours_is_one_thing() {
    let door = |said: &str| DoorError::from(CallError::of(&Status::unauthenticated(said)));
    assert!(matches!(door("InvalidToken"), DoorError::Away(_)));
    assert_eq!(door(""), DoorError::Forbidden);
}

#[tokio::test]
async fn what_makes_no_sense_in_a_list_is_left_out_and_the_rest_is_read() {
    let strange = |said: &str| Err(CallError::Strange(said.to_owned()));
    let page = async |offset: u32| {
        let read = match offset {
            0 => vec![Ok(1), strange("x"), Ok(2)],
            _ => vec![strange("x"), strange("y"), Ok(3)],
        };
        Ok((505, read))
    };
    let short = whole(page, |item: &i32| *item).await;
    assert!(matches!(short, Err(CallError::Strange(_))), "{short:?}");
    let page = async |_| Ok((3, vec![Ok(1), strange("x"), Ok(2)]));
    assert_eq!(whole(page, |item: &i32| *item).await, Ok(vec![1, 2]));
}

#[test]
fn an_instant_that_nobody_can_keep_is_none() {
    let at = |seconds| {
        instant(Some(parking_chirpstack_api::Timestamp {
            seconds,
            nanos: 0,
        }))
        .map(|at| at.timestamp())
    };
    assert_eq!(at(1_800_000_000), Some(1_800_000_000));
    for seconds in [-1, -300_000_000_000, 300_000_000_000, i64::MIN, i64::MAX] {
        assert_eq!(at(seconds), None);
    }
}
