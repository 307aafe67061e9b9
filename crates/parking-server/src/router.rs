//! The one place that knows every slice: routes, jobs and schedules come together here.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::middleware::from_fn_with_state;
use parking_access::accounts::{self, Accounts};
use parking_access::api_keys::{self, ApiKeys};
use parking_access::audit::{self, AuditLog, Witness, make_months};
use parking_access::authenticate::Callers;
use parking_access::exports::Exports;
use parking_access::invitations;
use parking_access::members::{self, Members};
use parking_access::registrations;
use parking_access::secrets::Vault;
use parking_access::tenants::{self, Tenants};
use parking_access::webhook_secrets::{self, WebhookSecrets};
use parking_access::webhooks::{self, Courier, Webhooks};
use parking_db::Db;
use parking_db::listen::Notices;
use parking_db::queue::{Schedule, Worker};
use parking_domain::clock::Clock;
use parking_estate::Estate;
use parking_flow::Flow;
use parking_flow::applications::Applications;
use parking_flow::chirpstack::{self, Asking, ChirpStacks};
use parking_flow::displays::{self, CommandPath, Displays, Paths, Stack};
use parking_flow::ingest::{self, Intake, Spool, Writer};
use parking_flow::tickets::Links;
use parking_flow::{letters, people, reservations, waitlist};
use parking_http::edge::Edge;
use parking_http::metrics::EdgeMetrics;
use parking_http::routes::expect_distinct;
use parking_http::{Authenticate, Routes};
use prometheus_client::registry::Registry;
use utoipa::openapi::OpenApi;

use crate::about::{self, About};
use crate::clean_up;
use crate::dashboard::{self, Dashboard};
use crate::docs;
use crate::health::{self, Health};
use crate::live::{self, Limits, Live};
use crate::metrics::Metrics;
use crate::options::{Parts, ServerOptions};
use crate::platform;
use crate::readiness::{Readiness, gate};

/// The server: every slice, put together.
#[derive(Clone)]
pub struct Server {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) notices: Notices,
    pub(crate) health: Health,
    pub(crate) callers: Arc<Callers>,
    pub(crate) dashboard: Arc<Dashboard>,
    pub(crate) live: Arc<Live>,
    accounts: Accounts,
    tenants: Tenants,
    pub(crate) webhooks: Webhooks,
    vault: Vault,
    witness: Witness,
    pub(crate) options: ServerOptions,
    pub(crate) metrics: Metrics,
    edge: Arc<Edge>,
    readiness: Readiness,
    intake: Intake,
    applications: Applications,
    displays: Displays,
    /// Until they are started.
    pub(crate) writers: Arc<Mutex<Vec<Writer>>>,
}

impl Server {
    /// Puts the slices together.
    pub fn new(parts: Parts, options: ServerOptions) -> Self {
        let Parts {
            accounts,
            vault,
            courier,
            spool,
        } = parts;
        let (db, clock) = (accounts.db.clone(), accounts.clock.clone());
        let buckets = Arc::clone(&accounts.buckets);
        let mut registry = Registry::default();
        let edge_metrics = EdgeMetrics::new(&mut registry);
        let callers = known(&accounts, &vault, &mut registry);
        let live = Live::new(
            (db.clone(), clock.clone()),
            Arc::clone(&callers),
            Limits::default(),
            &mut registry,
        );
        let (intake, writers) = taking_in(spool);
        let displays = telling(&options, (&courier, &vault), &mut registry);
        let metrics = Metrics::new(registry, db.clone(), intake.clone());
        let authenticate = Arc::clone(&callers) as Arc<dyn Authenticate>;
        let edge = options.edge.clone();
        let edge = Edge::new(edge, clock.clone(), authenticate, buckets, edge_metrics);
        let health = Health {
            db: db.clone(),
            clock: clock.clone(),
            readiness: Readiness::default(),
            data_dir: options.data_dir.clone(),
            version: options.build.version,
            metrics: metrics.clone(),
            intake: intake.clone(),
            last: Arc::default(),
            answered: Arc::default(),
        };
        let dashboard = Dashboard::new(db.clone(), clock.clone(), health.clone());
        let tenants = Tenants::new(db.clone(), clock.clone(), accounts.mailer.clone());
        let webhooks = Webhooks::new(
            db.clone(),
            clock.clone(),
            vault.clone(),
            accounts.mailer.clone(),
            courier,
        );
        let witness = Witness::new(db.clone());
        let applications = Applications::new(db.clone());
        Self {
            db,
            clock,
            notices: Notices::default(),
            readiness: health.readiness.clone(),
            health,
            callers,
            dashboard,
            live,
            accounts,
            tenants,
            webhooks,
            vault,
            witness,
            options,
            metrics,
            edge,
            intake,
            applications,
            displays,
            writers: Arc::new(Mutex::new(writers)),
        }
    }

    /// Brings what must be there before the first request: the months of the logs, and what the
    /// records say about the time before anybody adds to them.
    pub async fn prepare(&self) -> parking_db::Result<()> {
        self.witness.look().await?;
        make_months(&self.db, self.clock.now()).await
    }

    /// The server's stage, for whoever moves it.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// Everything the public listener serves.
    pub fn router(&self) -> Router {
        let (api, described_api) = self.api().into_parts();
        let (streams, described_streams) = self.streams().into_parts();
        let (open, described_open) = self.open().into_parts();
        let described = [described_streams, described_open];
        let described = describe(described_api, described, self.options.build.version);
        let streams = streams.layer(from_fn_with_state(self.readiness.clone(), gate));
        let api = api.layer(from_fn_with_state(self.readiness.clone(), gate));
        let mut open = open
            .merge(docs::router(&described))
            .fallback(parking_ui::serve);
        if self.options.shows_metrics {
            open = open.merge(self.metrics.router());
        }
        self.edge.around(api, streams, open)
    }

    /// What a listener for metrics alone serves.
    pub fn metrics_router(&self) -> Router {
        self.metrics.router()
    }

    /// The description of the API, as it is served and committed.
    pub fn openapi_json(&self) -> String {
        let (_, described) = self.api().into_parts();
        let beside = [self.streams(), self.open()].map(|routes| routes.into_parts().1);
        docs::to_json(&describe(described, beside, self.options.build.version))
    }

    /// Routes that have callers, permissions and limits.
    fn api(&self) -> Routes {
        let (db, clock) = (self.db.clone(), self.clock.clone());
        audit::routes(AuditLog::new(db.clone(), clock.clone()))
            .merge(tenants::routes(self.tenants.clone()))
            .merge(accounts::routes(self.accounts.clone()))
            .merge(members::routes(Members {
                db: db.clone(),
                clock: clock.clone(),
            }))
            .merge(registrations::routes(self.accounts.clone()))
            .merge(invitations::routes(self.accounts.clone()))
            .merge(api_keys::routes(ApiKeys {
                db: db.clone(),
                clock: clock.clone(),
            }))
            .merge(webhook_secrets::routes(WebhookSecrets {
                db: db.clone(),
                clock,
                vault: self.vault.clone(),
            }))
            .merge(webhooks::routes(self.webhooks.clone()))
            .merge(parking_estate::routes(self.estate()))
            .merge(parking_flow::routes(self.flow()))
            .merge(live::routes(Arc::clone(&self.live)))
            .merge(dashboard::routes(Arc::clone(&self.dashboard)))
            .merge(chirpstack::routes(self.chirpstacks()))
            .merge(platform::routes(db))
    }

    fn estate(&self) -> Estate {
        Estate {
            db: self.db.clone(),
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            exports: Exports::default(),
        }
    }

    /// What is compared with the network server, and how it is connected to.
    pub fn chirpstacks(&self) -> ChirpStacks {
        ChirpStacks {
            db: self.db.clone(),
            clock: self.clock.clone(),
            vault: self.vault.clone(),
            remote: self.options.chirpstack.clone(),
            asking: Asking::default(),
        }
    }

    /// Routes that push back by themselves.
    fn streams(&self) -> Routes {
        parking_flow::ingest::routes(self.flow())
    }

    pub(crate) fn flow(&self) -> Flow {
        Flow {
            db: self.db.clone(),
            clock: self.clock.clone(),
            intake: self.intake.clone(),
            applications: self.applications.clone(),
            displays: self.displays.clone(),
            links: Links::new(self.vault.clone(), &self.options.public_url),
            exports: Exports::default(),
        }
    }

    /// Routes that are open to everybody and never limited.
    fn open(&self) -> Routes {
        health::routes(self.health.clone()).merge(about::routes(About {
            app_name: self.options.app_name.clone(),
            build: self.options.build,
            is_registration_enabled: self.options.is_registration_enabled,
            is_mail_configured: self.options.is_mail_configured,
            public_url: self.options.public_url.clone(),
            map_tiles: self.options.map_tiles.clone(),
        }))
    }

    /// Knows how every kind of job is done.
    pub fn worker(&self) -> Worker {
        let worker = Worker::new(self.db.clone(), self.clock.clone());
        let worker = audit::jobs(worker, &self.db, &self.clock, &self.witness);
        let worker = tenants::jobs(worker, &self.tenants, &self.witness);
        let worker = accounts::jobs(worker, &self.accounts, &self.witness);
        let worker = registrations::jobs(worker, &self.accounts);
        let worker = invitations::jobs(worker, &self.accounts);
        let worker = webhooks::jobs(worker, &self.webhooks, &self.witness);
        let outside = (&self.accounts.mailer, &self.witness);
        let worker = parking_estate::jobs(worker, &self.estate(), outside);
        let worker = chirpstack::jobs(worker, &self.chirpstacks(), &self.witness);
        let worker = displays::jobs(worker, &self.flow(), &self.witness);
        let worker = reservations::jobs(worker, &self.flow(), &self.witness);
        let worker = waitlist::jobs(worker, &self.flow(), &self.witness);
        let worker = letters::jobs(worker, &self.flow(), outside);
        let worker = people::jobs(worker, &self.flow(), &self.witness);
        clean_up::jobs(worker, &self.db, &self.clock, &self.witness)
    }

    /// Workers that know one kind of long job alone, so that nobody else waits for it.
    pub(crate) fn lanes(&self) -> [(&'static str, Worker); 2] {
        let worker = || Worker::new(self.db.clone(), self.clock.clone());
        let state = self.chirpstacks();
        [
            (
                "compare with ChirpStack",
                chirpstack::comparing(worker(), &state),
            ),
            (
                "mend what differs from ChirpStack",
                chirpstack::mending(worker(), &state),
            ),
        ]
    }

    /// Every recurring job.
    pub fn schedules() -> Vec<Schedule> {
        [
            audit::schedules(),
            tenants::schedules(),
            accounts::schedules(),
            registrations::schedules(),
            invitations::schedules(),
            webhooks::schedules(),
            parking_estate::schedules(),
            chirpstack::schedules(),
            displays::schedules(),
            reservations::schedules(),
            waitlist::schedules(),
            letters::schedules(),
            people::schedules(),
            clean_up::schedules(),
        ]
        .concat()
    }
}

/// Who knows the callers.
fn known(accounts: &Accounts, vault: &Vault, registry: &mut Registry) -> Arc<Callers> {
    let (db, clock) = (accounts.db.clone(), accounts.clock.clone());
    let callers = Callers::new(db, clock, accounts.tokens.clone(), vault.clone());
    callers.register(registry);
    callers
}

/// What sends commands to displays.
fn telling(
    options: &ServerOptions,
    (courier, vault): (&Courier, &Vault),
    registry: &mut Registry,
) -> Displays {
    let stack = Stack::new(courier, vault.clone());
    let paths = Paths {
        chirpstack: options.commands.clone(),
        stack: Some(CommandPath::Stack(Arc::new(stack))),
    };
    let displays = Displays::new(options.displays, paths);
    displays.metrics.register(registry);
    displays
}

/// Where messages are handed in, and what stores them.
fn taking_in(spool: Option<Spool>) -> (Intake, Vec<Writer>) {
    let (intake, writers) = ingest::writers();
    (spool.into_iter().fold(intake, Intake::with_spool), writers)
}

fn describe(mut api: OpenApi, beside: [OpenApi; 2], version: &str) -> OpenApi {
    for other in beside {
        expect_distinct(&api, &other);
        api.merge(other);
    }
    docs::complete(api, version)
}
