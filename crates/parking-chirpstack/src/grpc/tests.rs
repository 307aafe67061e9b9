//! The client where nobody is there; the rest is tried against the simulator's ChirpStack.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

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
