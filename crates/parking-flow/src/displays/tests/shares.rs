//! What many want at once is dealt out fairly: to tenants, and within the budgets.

use chrono::DateTime;
use uuid::Uuid;

use super::{LAMP, Lit, Settings};
use crate::displays::plan;
use crate::displays::purse::{Purse, keys_of};
use crate::displays::{Taker, send};
use crate::tests::tenant;

#[test]
fn who_waits_for_the_budget_of_a_tenant_takes_no_place_among_those_who_wait_for_a_gateway() {
    let settings = Settings {
        gateway_per_minute: 30,
        tenant_per_minute: 3,
        ..Settings::default()
    };
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let gateway = Some(("0909090909090909", true));
    let mut purse = Purse::default();
    for _ in 0..3 {
        assert_eq!(purse.pay(keys_of(one, gateway), &settings, now), None);
    }
    for _ in 0..100 {
        assert!(purse.pay(keys_of(one, gateway), &settings, now).is_some());
    }
    assert_eq!(purse.pay(keys_of(other, gateway), &settings, now), None);

    // And the other way round: a gateway that is busy keeps nothing from the tenant's others.
    let settings = Settings {
        gateway_per_minute: 3,
        tenant_per_minute: 30,
        ..Settings::default()
    };
    let mut purse = Purse::default();
    for nth in 0..100 {
        let paid = purse.pay(keys_of(one, gateway), &settings, now);
        assert_eq!(paid.is_none(), nth < 3);
    }
    let idle = Some(("0A0A0A0A0A0A0A0A", true));
    assert_eq!(purse.pay(keys_of(one, idle), &settings, now), None);
    // Those who wait for the same are told different times.
    let later = |purse: &mut Purse| purse.pay(keys_of(one, gateway), &settings, now);
    let first = later(&mut purse);
    let fourth = (0..3).map(|_| later(&mut purse)).last().unwrap();
    assert!(first < fourth, "{first:?} {fourth:?}");
}

#[tokio::test]
async fn marks_of_one_tenant_keep_no_other_waiting_and_many_of_a_display_are_one_look() {
    let lit = Lit::open().await;
    lit.runs(1).await;
    lit.is_done(
        "insert into lamp_marks (tenant_id, device_id)
           select '00000000-0000-7000-8000-000000000001', gen_random_uuid() from generate_series(1, 6000);
         insert into lamp_marks (tenant_id, device_id) select tenant_id, id from lamps, generate_series(1, 50)",
    )
    .await;
    let (planned, has_more) = plan(&lit.flow).await.unwrap();
    assert_eq!((planned.looked, has_more), (1, true));
    let left = "select count(*) from lamp_marks where tenant_id in (select tenant_id from lamps)";
    assert_eq!(lit.scalar(left).await, 0);
    lit.plans().await;
    assert_eq!(lit.scalar("select count(*) from lamp_marks").await, 0);
}

#[tokio::test]
async fn a_flood_of_commands_of_one_tenant_holds_up_no_other() {
    let lit = Lit::open().await;
    let flood = tenant(&lit.flow.db, &lit.flow.clock, "Flood").await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    let mut admin = lit.lot.test.superuser().await;
    for statement in [
        "insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle, lifecycle_changed_at, created_at, updated_at)
         select $1, gen_random_uuid(), '2020202' || lpad(n::text, 9, '0'), 'plenom-busylight-omega', true, 'operational', now(), now(), now()
         from generate_series(1, 1000) n",
        "insert into lamps (tenant_id, id, due_at) select tenant_id, id, now() + interval '5 minutes' from devices where tenant_id = $1",
        "insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, due_at, created_at)
         select tenant_id, gen_random_uuid(), id, dev_eui, 'state', 15, '\\x01', 30, 'waiting', now() - interval '9 years', now()
         from devices where tenant_id = $1",
    ] {
        sqlx::query(statement).bind(flood.0).execute(&mut admin).await.expect(statement);
    }
    assert!(
        send(&lit.flow, Taker::ChirpStack).await.unwrap(),
        "there are more"
    );
    assert_eq!(lit.server.waits(LAMP.parse().unwrap()).len(), 1);
}

#[tokio::test]
async fn the_forecast_of_the_air_waits_for_the_budget_of_the_tenant_too() {
    let lit = Lit::open().await;
    lit.is_done(
        "insert into downlink_budgets (key, taken_at, taken, updated_at)
         select 'tenant:' || tenant_id, array[heard_at], array[100], heard_at from lamps",
    )
    .await;
    let airtime = lit.get("/api/v6/downlinks/airtime?add=100").await.json();
    assert_eq!(airtime["tenant_used"], 100);
    let gateway = &airtime["gateways"][0];
    assert_eq!(gateway["used"], 0);
    assert_eq!(gateway["next_wait_seconds"], 60, "{airtime}");
    assert_eq!(gateway["all_wait_seconds"], 60, "{airtime}");
    // A hundred more than one: the gateway's three minutes are longer than the tenant's two.
    assert_eq!(gateway["all_wait_seconds_with_more"], 180, "{airtime}");
}
