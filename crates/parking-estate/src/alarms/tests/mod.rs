//! Alarms over a real database, with the clock in hand.

mod handling;
mod letters;
mod looking;
mod outages;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_access::mail::{Mailer, SmtpOptions, SmtpSecurity};
use parking_db::Reason;
use parking_db::queue::Worker;
use parking_domain::eui::Eui64;
use parking_domain::event_types;
use parking_testkit::Mailbox;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::look;
use crate::devices::{self, Heard};
use crate::gateways::{self, Sign};
use crate::tests::{Person, Stage, id_of};

/// A site with a bay and a sensor that speaks every hour.
struct Lot {
    site: Uuid,
    bay: Uuid,
    sensor: Uuid,
}

impl Stage {
    fn now(&self) -> DateTime<Utc> {
        self.clock().now()
    }

    /// Statements as the worker.
    async fn sql(&self, statements: &str) {
        let mut tx = self.worker().await;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
            .execute(tx.conn())
            .await
            .expect("statements");
        tx.commit().await.expect("a commit");
    }

    async fn worker(&self) -> parking_db::PlatformTx {
        let worker = Reason::Worker("test");
        self.estate.db.platform(worker).await.expect("a door")
    }

    /// Lets time pass, during which somebody looked every few seconds, and looks.
    async fn passes(&self, time: TimeDelta) -> usize {
        self.clock().advance(time);
        let at = self.now() - TimeDelta::seconds(5);
        self.sql(&format!(
            "update alarm_clock set at = '{at}', newest_heard_at = '{at}'"
        ))
        .await;
        self.looks().await
    }

    async fn looks(&self) -> usize {
        look(&self.estate.db, self.now()).await.expect("a look")
    }

    /// A device speaks now, alone through a gateway or through nobody knows which.
    async fn hears_device(&self, person: &Person<'_>, device: Uuid, gateway: Option<Eui64>) {
        let message = Heard {
            tenant_id: person.tenant.0,
            device_id: device,
            at: self.now(),
            only_gateway: gateway,
            ..Heard::default()
        };
        self.hears_all(&[message]).await;
    }

    async fn hears_all(&self, messages: &[Heard]) {
        let mut tx = self.worker().await;
        devices::heard(&mut tx, messages).await.expect("heard");
        tx.commit().await.expect("a commit");
    }

    async fn hears_gateway(&self, eui: Eui64) {
        let mut tx = self.worker().await;
        let at = self.now();
        let sign = [Sign {
            eui,
            told_by: None,
            at,
        }];
        gateways::heard(&mut tx, &sign).await.expect("heard");
        tx.commit().await.expect("a commit");
    }

    /// A worker whose letters go to a mailbox.
    fn postman(&self, mailbox: &Mailbox) -> Worker {
        let options = SmtpOptions {
            host: "127.0.0.1".into(),
            port: mailbox.address().port(),
            security: SmtpSecurity::None,
            credentials: None,
            from: "Parking <noreply@example.org>".parse().expect("an address"),
        };
        let mailer = Mailer::smtp(options, "Parking", "http://parking.test").expect("a mailer");
        let witness = Witness::new(self.estate.db.clone());
        let worker = Worker::new(self.estate.db.clone(), self.clock().clone());
        crate::jobs(worker, &self.estate, (&mailer, &witness))
    }

    /// The kinds of the events about alarms, in their order; each of them is described with its facts.
    async fn told_events(&self) -> Vec<String> {
        let mut tx = self.worker().await;
        let events: Vec<(String, Value)> = sqlx::query_as(
            "select kind, payload from events where subject_type = 'alarm' order by xid, id",
        )
        .fetch_all(tx.conn())
        .await
        .expect("events");
        for (kind, payload) in &events {
            let facts = payload.as_object().expect("facts");
            assert!(
                event_types::describes(kind, facts.keys()),
                "{kind} {payload}"
            );
        }
        events.into_iter().map(|(kind, _)| kind).collect()
    }
}

impl Person<'_> {
    async fn has_lot(&self, number: u64) -> Lot {
        let site = self.makes_site(&format!("Site {number}")).await;
        let bay = self.makes_space(site, &format!("A-{number}")).await;
        let body = json!({
            "dev_eui": eui(number), "name": format!("Sensor {number}"), "model": "bosch-tps110", "heartbeat_seconds": 3600,
        });
        let sensor = id_of(&self.makes("/api/v6/devices", body).await);
        self.assigns(sensor, bay).await;
        Lot { site, bay, sensor }
    }

    async fn assigns(&self, sensor: Uuid, bay: Uuid) {
        let path = format!("/api/v6/devices/{sensor}/assign");
        let done = self.post(&path, json!({ "space_id": bay })).await;
        assert_eq!(done.status.as_u16(), 200, "{}", done.text);
    }

    async fn has_gateway(&self, number: u64, site: Uuid) -> (Uuid, Eui64) {
        let eui = eui(0xAA_0000 + number);
        let body = json!({ "eui": eui, "name": format!("Roof {number}"), "site_id": site });
        let gateway = id_of(&self.makes("/api/v6/gateways", body).await);
        (gateway, eui.parse().expect("an EUI"))
    }

    /// The alarms that a query finds.
    async fn alarms(&self, query: &str) -> Vec<Value> {
        let list = self.get(&format!("/api/v6/alarms?{query}")).await;
        assert_eq!(list.status.as_u16(), 200, "{}", list.text);
        list.json()["alarms"].as_array().expect("alarms").clone()
    }

    /// What is wrong, and with what, in the order of the subjects.
    async fn open(&self) -> Vec<String> {
        let alarms = self.alarms("status=open&sort=subject").await;
        let word = |alarm: &Value, key: &str| alarm[key].as_str().unwrap_or_default().to_owned();
        let one = |alarm| format!("{} {}", word(alarm, "kind"), word(alarm, "subject_name"));
        alarms.iter().map(one).collect()
    }
}

/// The DevEUI of this number.
fn eui(number: u64) -> String {
    format!("70B3D5{number:010X}")
}

fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}
