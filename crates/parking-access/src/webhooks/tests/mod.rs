//! Webhooks over a real database and real receivers on this machine.

mod api;
mod bad_days;
mod health;
mod receiver;
mod sending;

use std::time::Duration;

use parking_db::events::{self, EventDraft};
use parking_db::queue::Worker;
use parking_domain::access::Role;
use parking_testkit::Mailbox;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::audit::Witness;
use crate::mail::{SmtpOptions, SmtpSecurity};
use crate::tests::{Person, Served, Stage, bearer};
use receiver::Receiver;

/// A tenant with an owner, and webhooks that may lead to this machine.
pub(super) struct Scene {
    stage: Stage,
    state: Webhooks,
    api: Served,
    tenant: TenantId,
    owner: Person,
    mailbox: Mailbox,
}

pub(super) const ALL: &str = "/api/v6/webhooks";

fn vault() -> Vault {
    Vault::new(&SecretString::from("the data key of a test installation"))
}

/// Less patience than a server has, so that a receiver need not be waited for.
const PATIENCE: Duration = Duration::from_millis(500);

impl Scene {
    pub(super) async fn set() -> Self {
        let stage = Stage::set().await;
        let mailbox = Mailbox::open().await;
        let smtp = SmtpOptions {
            host: "127.0.0.1".into(),
            port: mailbox.address().port(),
            security: SmtpSecurity::None,
            credentials: None,
            from: "Parking <noreply@example.org>".parse().unwrap(),
        };
        let state = Webhooks::new(
            stage.db.clone(),
            stage.clock.clone(),
            vault(),
            Mailer::smtp(smtp, "Parking", "https://parking.example").unwrap(),
            Courier::new(true).unwrap().waiting(PATIENCE),
        );
        let tenant = stage.tenant("Quay").await;
        let owner = stage.member(tenant, Role::Owner).await;
        let api = stage.serve(routes(state.clone()));
        // That the tenant was made is older than its webhooks.
        stage.clock.advance(TimeDelta::seconds(1));
        Self {
            stage,
            state,
            api,
            tenant,
            owner,
            mailbox,
        }
    }

    /// Another server of the same installation.
    pub(super) fn replica(&self) -> Webhooks {
        Webhooks::new(
            self.stage.test.db(),
            self.stage.clock.clone(),
            vault(),
            self.state.mailer.clone(),
            self.state.courier.clone(),
        )
    }

    /// A webhook of the tenant's that leads to a receiver: its path and its secret.
    pub(super) async fn webhook(&self, receiver: &Receiver, wanted: &[&str]) -> Hook {
        self.webhook_of(&self.owner, receiver, wanted).await
    }

    pub(super) async fn webhook_of(
        &self,
        owner: &Person,
        receiver: &Receiver,
        wanted: &[&str],
    ) -> Hook {
        let body = json!({"name": "Hook", "url": receiver.url(), "event_types": wanted});
        let made = self.api.post(owner, ALL, body).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let made = made.json();
        let id = made["id"].as_str().unwrap().to_owned();
        Hook {
            path: format!("{ALL}/{id}"),
            id: id.parse().unwrap(),
            secret: made["secret"].as_str().unwrap().to_owned(),
        }
    }

    /// Lets sites of these names be made in a tenant.
    pub(super) async fn happen_in(&self, tenant: TenantId, names: &[&str]) {
        let mut tx = self.stage.db.tenant(tenant).await.unwrap();
        for name in names {
            let event = EventDraft {
                kind: "site.created",
                subject_type: "site",
                subject_id: name,
                payload: &json!({ "name": name }),
            };
            events::append(tx.conn(), tenant, self.stage.now(), event)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub(super) async fn happen(&self, names: &[&str]) {
        self.happen_in(self.tenant, names).await;
    }

    /// Reads the log to its end. Transactions of other tests on the same server hold it up.
    pub(super) async fn read(&self) {
        loop {
            while fan_out(&self.state).await.unwrap() {}
            let left: bool = sqlx::query_scalar(
                "select exists (select from events e, event_cursors c where (e.xid, e.id) > (c.xid::text::xid8, c.event_id))",
            )
            .fetch_one(&mut self.stage.test.superuser().await)
            .await
            .unwrap();
            if !left {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Reads the log and sends what is due, until nothing is.
    pub(super) async fn work(&self) {
        self.read().await;
        send_all(&self.state).await;
    }

    pub(super) fn later(&self, by: TimeDelta) {
        self.stage.clock.advance(by);
    }

    /// The webhook as its owner sees it.
    pub(super) async fn seen(&self, hook: &Hook) -> Value {
        self.api.get(&self.owner, &hook.path).await.json()
    }

    /// The deliveries of a webhook that stand somewhere, newest first.
    pub(super) async fn deliveries(&self, hook: &Hook, query: &str) -> Vec<Value> {
        let path = format!("{}/deliveries?{query}", hook.path);
        let page = self.api.get(&self.owner, &path).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        page.json()["deliveries"].as_array().unwrap().clone()
    }

    /// Does the recurring work.
    pub(super) async fn clean(&self) {
        let worker = Worker::new(self.stage.db.clone(), self.stage.clock.clone());
        let witness = Witness::new(self.stage.db.clone());
        let worker = jobs(worker, &self.state, &witness);
        parking_db::queue::run_due_schedules(&self.stage.db, &schedules(), self.stage.now())
            .await
            .unwrap();
        worker.drain().await.unwrap();
    }
}

/// A webhook that was made.
pub(super) struct Hook {
    pub(super) path: String,
    pub(super) id: Uuid,
    pub(super) secret: String,
}

/// Sends what is due, as one server does, until nothing is.
pub(super) async fn send_all(state: &Webhooks) {
    loop {
        let taken = super::sending::take(state, 16).await.unwrap();
        if taken.is_empty() {
            return;
        }
        let stop = CancellationToken::new();
        let turns = taken
            .iter()
            .map(|hand| super::sending::turn(state, hand, &stop));
        for done in futures_util::future::join_all(turns).await {
            done.unwrap();
        }
    }
}
