//! Those who watch, without a network between: who is slow, who finds no place, who hears what.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use chrono::DateTime;
use parking_db::events::Event;
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_http::caller::{Acting, Request};
use parking_http::{Actor, Identity};
use serde_json::json;
use tokio::time::timeout;

use super::guest::Heard;
use super::hub::BACKLOG;
use super::*;

fn hub(tenant_max: usize, server_max: usize) -> Arc<Hub> {
    let limits = Limits {
        tenant_max,
        server_max,
    };
    Hub::new(limits, LiveMetrics::new(&mut Registry::default()))
}

fn at(second: i64) -> chrono::DateTime<chrono::Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn somebody(tenant: TenantId) -> Caller {
    let identity = Identity {
        tenant,
        actor: Actor::User {
            id: fresh(),
            session: fresh(),
            name: "Ada".to_owned(),
        },
        role: Role::Viewer,
        scopes: None,
        acting: None,
        requests_per_minute: None,
        tenant_requests_per_minute: 100,
    };
    Caller {
        identity: Arc::new(identity),
        request: Request {
            id: Arc::from("r"),
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            nonce: None,
        },
    }
}

/// A change of a bay, which is the event of this number.
fn change(tenant: TenantId, site: Uuid, id: i64) -> Event {
    Event {
        tenant,
        cursor: Cursor { xid: id, id },
        at: at(id),
        kind: "space.state_changed".to_owned(),
        subject_type: "space".to_owned(),
        subject_id: fresh().to_string(),
        payload: json!({ "site_id": site, "from": "free", "to": "occupied", "sequence": id }),
    }
}

fn tell(hub: &Hub, events: &[Event]) {
    let last = events.last().unwrap().cursor;
    hub.begin(last, at(0));
    hub.tell((events, &HashMap::new()), last, Some(at(0)));
}

/// The numbers of the events somebody hears until there is nothing more.
async fn hears(guest: &mut Guest) -> (Vec<i64>, Option<Bye>) {
    let mut ids = Vec::new();
    loop {
        match timeout(Duration::from_millis(20), guest.next()).await {
            Ok(Heard::Message(message)) => ids.push(message.cursor.id),
            Ok(Heard::Bye(why)) => return (ids, Some(why)),
            Err(_) => return (ids, None),
        }
    }
}

#[tokio::test]
async fn everybody_hears_what_is_theirs_and_what_is_new_to_them() {
    let hub = hub(9, 9);
    let (ours, theirs) = (TenantId(fresh()), TenantId(fresh()));
    let (east, west) = (fresh(), fresh());
    let mut all = hub.sit_down(&somebody(ours), None, at(0)).unwrap();
    let mut of_east = hub.sit_down(&somebody(ours), Some(east), at(0)).unwrap();
    let mut late = hub.sit_down(&somebody(ours), None, at(0)).unwrap();
    late.has_heard([Cursor {
        xid: 2,
        id: i64::MAX,
    }]);
    let mut stranger = hub.sit_down(&somebody(theirs), None, at(0)).unwrap();
    tell(
        &hub,
        &[
            change(ours, east, 1),
            change(ours, west, 2),
            change(theirs, east, 3),
            change(ours, west, 4),
        ],
    );
    assert_eq!(hears(&mut all).await, (vec![1, 2, 4], None));
    assert_eq!(hears(&mut of_east).await, (vec![1], None));
    assert_eq!(hears(&mut late).await, (vec![4], None));
    assert_eq!(hears(&mut stranger).await, (vec![3], None));
    assert!(hub.watches(&ours.to_string()));
    drop((all, of_east, late, stranger));
    assert!(hub.is_empty() && !hub.watches(&ours.to_string()));
    // Nobody listens, so nothing is read until somebody comes.
    assert_eq!(hub.begin(Cursor::default(), at(0)), None);
}

#[tokio::test]
async fn whoever_does_not_keep_up_is_told_so_and_nobody_waits_for_them() {
    let hub = hub(9, 9);
    let (tenant, site) = (TenantId(fresh()), fresh());
    let mut slow = hub.sit_down(&somebody(tenant), None, at(0)).unwrap();
    let mut quick = hub.sit_down(&somebody(tenant), None, at(0)).unwrap();
    let portions = i64::try_from(BACKLOG).unwrap() + 1;
    for id in 1..=portions {
        tell(&hub, &[change(tenant, site, id)]);
        assert_eq!(hears(&mut quick).await, (vec![id], None));
    }
    assert_eq!(hears(&mut slow).await, (vec![], Some(Bye::TooSlow)));
}

#[tokio::test]
async fn a_thousand_bays_at_once_are_too_much_for_nobody() {
    let hub = hub(9, 9);
    let (tenant, site) = (TenantId(fresh()), fresh());
    let mut guest = hub.sit_down(&somebody(tenant), None, at(0)).unwrap();
    let all: Vec<_> = (1..=1_000).map(|id| change(tenant, site, id)).collect();
    for portion in all.chunks(usize::try_from(READ_MAX).unwrap()) {
        tell(&hub, portion);
    }
    assert_eq!(hears(&mut guest).await, ((1..=1_000).collect(), None));
}

#[tokio::test]
async fn there_are_so_many_places_and_whoever_leaves_makes_one_free() {
    let hub = hub(2, 3);
    let (ours, theirs) = (TenantId(fresh()), TenantId(fresh()));
    let sit = |tenant| hub.sit_down(&somebody(tenant), None, at(0));
    let code = |tenant| sit(tenant).map(drop).map_err(|error| error.code);
    let (one, two) = (sit(ours).unwrap(), sit(ours).unwrap());
    assert_eq!(code(ours), Err(Code::RateLimited));
    let three = sit(theirs).unwrap();
    assert_eq!(code(theirs), Err(Code::Unavailable));
    drop(one);
    assert_eq!(code(theirs), Ok(()));
    assert_eq!(code(ours), Ok(()));
    hub.close();
    assert_eq!(code(ours), Err(Code::Unavailable));
    drop((two, three));
    assert!(hub.is_empty());
}

#[tokio::test]
async fn those_whose_rights_are_in_doubt_are_found_and_the_others_left_alone() {
    let hub = hub(9, 9);
    let tenant = TenantId(fresh());
    let (one, other) = (somebody(tenant), somebody(tenant));
    let mut acting = somebody(tenant);
    let mut identity = Identity::clone(&acting.identity);
    identity.acting = Some(Acting {
        reason: "help".to_owned(),
        until: at(10),
    });
    acting.identity = Arc::new(identity);
    let mut guest = hub.sit_down(&one, None, at(0)).unwrap();
    let mut same = hub.sit_down(&one, None, at(0)).unwrap();
    let mut stays = hub.sit_down(&other, None, at(0)).unwrap();
    let _visits = hub.sit_down(&acting, None, at(0)).unwrap();
    let standing = Standing::of(&one);
    let Actor::User { session, .. } = one.identity.actor else {
        unreachable!()
    };
    let subject = format!("session:{session}");
    hub.doubt(|standing| standing.rests_on(&subject));
    assert_eq!(hub.next_doubted(), Some(standing.clone()));
    assert_eq!(hub.next_doubted(), None);
    hub.show_out(&standing, Bye::Refused(Code::SessionEnded));
    for guest in [&mut guest, &mut same] {
        assert_eq!(hears(guest).await.1, Some(Bye::Refused(Code::SessionEnded)));
    }
    assert_eq!(hears(&mut stays).await.1, None);
    // Who acts in another's tenant does so until a certain time.
    hub.doubt_old(at(0), at(9));
    assert_eq!(hub.next_doubted(), None);
    hub.doubt_old(at(0), at(10));
    assert_eq!(hub.next_doubted(), Some(Standing::of(&acting)));
    hub.doubt_old(at(1), at(1));
    let mut old = vec![hub.next_doubted().unwrap(), hub.next_doubted().unwrap()];
    old.retain(|standing| *standing != Standing::of(&acting));
    assert_eq!(old, [Standing::of(&other)]);
    assert_eq!(hub.next_doubted(), None);
}
