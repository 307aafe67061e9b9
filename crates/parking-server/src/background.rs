//! What runs beside requests.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use parking_access::authenticate::Callers;
use parking_access::webhooks::{self, Webhooks};
use parking_chirpstack::mqtt::{self, Source};
use parking_db::listen::Notice;
use parking_db::queue::{Schedule, Worker, run_due_schedules};
use parking_db::reconcile::{self, Nudge};
use parking_db::{Db, DbError};
use parking_domain::clock::Clock;
use parking_flow::Flow;
use parking_flow::displays;
use parking_flow::ingest::{act, drain, receive};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::Server;
use crate::health::Health;
use crate::live;
use crate::metrics::Metrics;

/// Jobs done at the same time.
const JOBS_AT_ONCE: usize = 2;

/// How often the queue is looked at when nobody says that there is something.
const QUEUE_PERIOD: Duration = Duration::from_secs(2);

/// How often the schedules are looked at.
const SCHEDULE_PERIOD: Duration = Duration::from_secs(5);

/// How often the last use of keys is written down.
const USAGE_PERIOD: Duration = Duration::from_secs(30);

/// How often the log of events is looked at when nobody says that something happened.
const EVENTS_PERIOD: Duration = Duration::from_secs(2);

/// How often health is looked at.
const HEALTH_PERIOD: Duration = Duration::from_secs(5);

/// How often messages are looked for that another server stored, or this one before it died.
const ACT_PERIOD: Duration = Duration::from_secs(1);

/// How often displays are looked for that something happened to, and commands whose turn it is.
const DISPLAYS_PERIOD: Duration = Duration::from_secs(1);

/// How often is looked at how the network server publishes.
const ADVICE_PERIOD: Duration = Duration::from_secs(10);

/// A part of the server that runs beside requests until it is told to stop.
pub struct Background {
    /// Its name in the log.
    pub name: &'static str,
    /// The part itself.
    pub run: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Background {
    fn new(name: &'static str, run: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            name,
            run: Box::pin(run),
        }
    }
}

impl Server {
    /// Everything that runs beside requests; to be started once the schema is there.
    pub fn background(&self, stop: &CancellationToken) -> Vec<Background> {
        let news = Nudge::default();
        let (queue, workers) = self.work_the_queue(stop);
        let mut parts = vec![
            Background::new("notices", {
                let (notices, db, stop) = (self.notices.clone(), self.db.clone(), stop.clone());
                async move { notices.listen(db, stop).await }
            }),
            Background::new(
                "nudges",
                wake(
                    self.notices.subscribe(),
                    queue,
                    [news.clone(), self.flow().displays.to_plan],
                    stop.clone(),
                ),
            ),
            Background::new(
                "events for webhooks",
                fan_out(self.webhooks.clone(), news, stop.clone()),
            ),
            Background::new(
                "webhooks",
                webhooks::run(self.webhooks.clone(), stop.clone()),
            ),
            Background::new(
                "schedules",
                run_schedules(
                    self.db.clone(),
                    self.clock.clone(),
                    Self::schedules(),
                    stop.clone(),
                ),
            ),
            Background::new(
                "callers",
                Arc::clone(&self.callers).watch(self.notices.subscribe(), stop.clone()),
            ),
            Background::new(
                "dashboard",
                Arc::clone(&self.dashboard).watch(self.notices.subscribe(), stop.clone()),
            ),
            Background::new(
                "refusals",
                Arc::clone(&self.callers).record_misses(stop.clone()),
            ),
            Background::new(
                "last use of keys",
                flush_usage(Arc::clone(&self.callers), stop.clone()),
            ),
            Background::new(
                "live",
                live::run(Arc::clone(&self.live), self.notices.clone(), stop.clone()),
            ),
            Background::new("health", look_after(self.health.clone(), stop.clone())),
        ];
        self.take_messages(&mut parts, stop);
        self.keep_displays(&mut parts, stop);
        parts.extend(workers);
        parts
    }

    /// What works the queue, and the nudges by which each is woken.
    fn work_the_queue(&self, stop: &CancellationToken) -> (Vec<Nudge>, Vec<Background>) {
        let general = Nudge::default();
        let (mut nudges, mut parts) = (vec![general.clone()], Vec::new());
        for _ in 0..JOBS_AT_ONCE {
            let run = run_jobs("jobs", self.worker(), general.clone(), stop.clone());
            parts.push(Background::new("jobs", run));
        }
        for (name, worker) in self.lanes() {
            let own = Nudge::default();
            nudges.push(own.clone());
            let run = run_jobs(name, worker, own, stop.clone());
            parts.push(Background::new(name, run));
        }
        (nudges, parts)
    }

    /// What keeps displays showing what they should.
    fn keep_displays(&self, parts: &mut Vec<Background>, stop: &CancellationToken) {
        let flow = self.flow();
        let to_plan = flow.displays.to_plan.clone();
        let to_send = flow.displays.to_send.clone();
        let to_send_by_stacks = flow.displays.to_send_by_stacks.clone();
        parts.push(Background::new("plan what displays show", {
            let (flow, stop) = (flow.clone(), stop.clone());
            async move {
                reconcile::run(
                    "plan what displays show",
                    DISPLAYS_PERIOD,
                    to_plan,
                    stop,
                    || {
                        let flow = flow.clone();
                        async move { displays::plan(&flow).await.map(|(_, has_more)| has_more) }
                    },
                )
                .await;
            }
        }));
        let senders = [
            (
                "send commands to displays",
                displays::Taker::ChirpStack,
                to_send,
            ),
            (
                "send commands by Things Stacks",
                displays::Taker::Stacks,
                to_send_by_stacks,
            ),
        ];
        for (name, taker, nudge) in senders {
            let (flow, stop) = (flow.clone(), stop.clone());
            parts.push(Background::new(name, async move {
                reconcile::run(name, DISPLAYS_PERIOD, nudge, stop, || {
                    let flow = flow.clone();
                    async move { displays::send(&flow, taker).await }
                })
                .await;
            }));
        }
        let stop = stop.clone();
        parts.push(Background::new("look after sent commands", async move {
            let nudge = Nudge::default();
            reconcile::run(
                "look after sent commands",
                DISPLAYS_PERIOD,
                nudge,
                stop,
                || {
                    let flow = flow.clone();
                    async move { displays::watch(&flow).await }
                },
            )
            .await;
        }));
    }

    /// What stores messages and acts on them.
    fn take_messages(&self, parts: &mut Vec<Background>, stop: &CancellationToken) {
        let acting = Nudge::default();
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        for writer in writers.drain(..) {
            let run = writer.run(self.db.clone(), acting.clone(), stop.clone());
            parts.push(Background::new("store messages", run));
        }
        if let Some(broker) = self.options.broker.clone() {
            let run = take_from_broker(self.flow(), broker, self.metrics.clone(), stop.clone());
            parts.push(Background::new("messages from the broker", run));
        }
        if let Some(spool) = self.flow().intake.spool() {
            let run = drain(self.flow(), spool.clone(), stop.clone());
            parts.push(Background::new("messages that waited on disk", run));
        }
        parts.push(Background::new(
            "act on messages",
            act_on_messages(self.flow(), acting, stop.clone()),
        ));
    }
}

async fn look_after(health: Health, stop: CancellationToken) {
    reconcile::run("health", HEALTH_PERIOD, Nudge::default(), stop, || {
        let health = health.clone();
        async move {
            health.look().await;
            Ok::<_, DbError>(false)
        }
    })
    .await;
}

async fn flush_usage(callers: Arc<Callers>, stop: CancellationToken) {
    reconcile::run(
        "last use of keys",
        USAGE_PERIOD,
        Nudge::default(),
        stop.clone(),
        || {
            let callers = Arc::clone(&callers);
            async move { callers.flush_usage().await.map(|()| false) }
        },
    )
    .await;
    // What was gathered since the last time would be lost otherwise.
    if let Err(error) = callers.flush_usage().await {
        warn!(error = %error, "the last use of some keys was not written down");
    }
}

async fn run_jobs(name: &'static str, worker: Worker, nudge: Nudge, stop: CancellationToken) {
    let waker = nudge.clone();
    reconcile::run(name, QUEUE_PERIOD, nudge, stop, || {
        let (worker, waker) = (worker.clone(), waker.clone());
        async move {
            let has_more = worker.work_one().await?;
            if has_more {
                // One nudge wakes one worker; where there was one job there may be more.
                waker.now();
            }
            Ok::<_, DbError>(has_more)
        }
    })
    .await;
}

async fn act_on_messages(flow: Flow, nudge: Nudge, stop: CancellationToken) {
    reconcile::run("act on messages", ACT_PERIOD, nudge, stop, || {
        let flow = flow.clone();
        async move { act(&flow).await }
    })
    .await;
}

/// Takes messages from the network server's broker and says once what should be mended there.
async fn take_from_broker(
    flow: Flow,
    settings: mqtt::Settings,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let (source, events) = match Source::connect(settings, flow.clock.clone()) {
        Ok(connected) => connected,
        Err(error) => {
            error!(%error, "no messages are taken from the broker");
            return stop.cancelled().await;
        }
    };
    metrics.show_broker(source.gauge());
    let advise = async {
        loop {
            tokio::time::sleep(ADVICE_PERIOD).await;
            if source.counts().is_published_unsafely {
                warn!(
                    "ChirpStack publishes its events at most once, and the broker keeps none for a server that is away: set qos=1 under [integration.mqtt] in its configuration"
                );
                return std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = receive(flow, events, stop.clone()) => {}
        () = advise => {}
    }
    source.stop().await;
}

async fn run_schedules(db: Db, clock: Clock, schedules: Vec<Schedule>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = run_due_schedules(&db, &schedules, clock.now()).await {
            warn!(error = %error, "the schedules could not be looked at");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SCHEDULE_PERIOD) => {}
        }
    }
}

async fn fan_out(state: Webhooks, news: Nudge, stop: CancellationToken) {
    reconcile::run("events for webhooks", EVENTS_PERIOD, news, stop, || {
        let state = state.clone();
        async move { webhooks::fan_out(&state).await }
    })
    .await;
}

/// Wakes whoever works the queue, each by a nudge of its own, and whoever reads the log of events.
async fn wake(
    mut notices: parking_db::listen::Subscription,
    queue: Vec<Nudge>,
    [events, displays]: [Nudge; 2],
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            notice = notices.next() => match notice {
                Notice::Jobs => queue.iter().for_each(Nudge::now),
                Notice::Events(_) => {
                    events.now();
                    displays.now();
                }
                Notice::Missed => {
                    queue.iter().for_each(Nudge::now);
                    events.now();
                    displays.now();
                }
                Notice::Access(_) => {}
            },
        }
    }
}
