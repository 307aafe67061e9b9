//! What a request hands in, as it came: what is stored of it can be found out again later.

use chrono::{DateTime, Utc};
use parking_chirpstack::tts;
use parking_chirpstack::wire::{self, EventKind};
use parking_db::{DbError, Reason};
use parking_domain::ids::TenantId;
use parking_estate::spaces;
use serde::{Deserialize, Serialize};

use super::spool::KeepError;
use super::{Arrival, Coded, Garbled, IntakeError, Observation, Source, Told};
use crate::Flow;

/// What a request hands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parcel {
    /// Whose the credential is it came with.
    pub(super) tenant: TenantId,
    /// When it came.
    pub(super) at: DateTime<Utc>,
    /// What the body is.
    pub(super) road: Road,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// By which road a parcel came, and so what its body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Road {
    /// An event of ChirpStack, by its word.
    ChirpStack(#[serde(with = "event")] EventKind),
    /// A webhook of The Things Stack.
    Tts,
    /// Observations, in our own words.
    Observations,
}

/// What is in a parcel.
pub(super) struct Opened {
    pub(super) told: Vec<Told>,
    /// What is wrong with it, if it is no message.
    pub(super) problem: Option<String>,
}

/// What became of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakenIn {
    /// It is in the database: so many told for the first time, of so many.
    Stored { new: usize, all: usize },
    /// The database is away; so many messages wait for it.
    Spooled(usize),
}

impl Parcel {
    /// Observations that were checked already.
    pub(super) fn of_observations(
        tenant: TenantId,
        at: DateTime<Utc>,
        seen: &[Observation],
    ) -> Self {
        Self {
            tenant,
            at,
            road: Road::Observations,
            body: serde_json::to_vec(seen).unwrap_or_default(),
        }
    }

    /// What it tells.
    pub(super) fn open(&self) -> Opened {
        let read = match self.road {
            Road::ChirpStack(kind) => wire::read(kind, &self.body, self.at).map(Some),
            Road::Tts => tts::read(&self.body, self.at),
            Road::Observations => return self.open_observations(),
        };
        match read {
            Ok(message) => {
                let told = message.map(|message| Told::Message(Box::new(message)));
                Opened {
                    told: told.into_iter().collect(),
                    problem: None,
                }
            }
            Err(error) => self.garbled(error.to_string()),
        }
    }

    fn open_observations(&self) -> Opened {
        match serde_json::from_slice::<Vec<Observation>>(&self.body) {
            Ok(seen) => Opened {
                told: seen.into_iter().map(Told::Observation).collect(),
                problem: None,
            },
            Err(_) => self.garbled("not observations as they are kept".to_owned()),
        }
    }

    fn garbled(&self, problem: String) -> Opened {
        let garbled = Garbled::new(self.road.name(), &self.body, problem.clone());
        Opened {
            told: vec![Told::Garbled(garbled)],
            problem: Some(problem),
        }
    }

    /// What it tells, each with whose it is: with a credential of the platform, the tenant's to which
    /// the application was given. Bays that are still known by their codes alone are looked up.
    pub(super) async fn arrivals(
        &self,
        flow: &Flow,
        mut told: Vec<Told>,
    ) -> Result<Vec<Arrival>, DbError> {
        self.find_bays(flow, &mut told).await?;
        let mut arrivals = Vec::with_capacity(told.len());
        for told in told {
            let tenant = match &told {
                Told::Message(message) if self.tenant.is_platform() => {
                    let application = message.application.as_deref();
                    flow.applications.owner(application).await?
                }
                _ => self.tenant,
            };
            arrivals.push(Arrival {
                tenant,
                source: self.road.source(),
                at: self.at,
                told,
            });
        }
        Ok(arrivals)
    }

    async fn find_bays(&self, flow: &Flow, told: &mut [Told]) -> Result<(), DbError> {
        let mut bays: Vec<&mut Coded> = told.iter_mut().filter_map(Told::unknown_bay).collect();
        if bays.is_empty() {
            return Ok(());
        }
        let asked = bays.iter().map(|bay| (bay.site.as_deref(), &*bay.code));
        let asked: Vec<(Option<&str>, &str)> = asked.collect();
        let mut tx = flow
            .db
            .platform(Reason::Worker("find bays by their codes"))
            .await?;
        let found = spaces::coded(tx.conn(), self.tenant, &asked).await?;
        for (place, bay) in bays.iter_mut().enumerate() {
            // Which of several is meant nobody can say any more.
            if let Some([one]) = found.get(&place).map(Vec::as_slice) {
                bay.space = Some(*one);
            }
        }
        Ok(())
    }
}

impl Road {
    /// Its word where a message is kept as it came.
    const fn name(self) -> &'static str {
        match self {
            Self::ChirpStack(kind) => kind.name(),
            Self::Tts => "tts",
            Self::Observations => "observations",
        }
    }

    pub(super) const fn source(self) -> Source {
        match self {
            Self::ChirpStack(_) => Source::ChirpStackHttp,
            Self::Tts => Source::Tts,
            Self::Observations => Source::Observation,
        }
    }
}

/// Takes a parcel in: stored when this returns, or, while the database is away, kept where nothing
/// that happens to this process can take it away. A sender that hangs up meanwhile takes nothing
/// along: it may be one that never comes again.
pub(super) async fn take_in(
    flow: &Flow,
    parcel: Parcel,
    told: Vec<Told>,
) -> Result<TakenIn, IntakeError> {
    if told.is_empty() {
        return Ok(TakenIn::Stored { new: 0, all: 0 });
    }
    let own = flow.clone();
    let kept = async move { keep(&own, &parcel, told).await };
    flow.intake.see_through(kept).await
}

async fn keep(flow: &Flow, parcel: &Parcel, told: Vec<Told>) -> Result<TakenIn, IntakeError> {
    let all = told.len();
    let spool = flow.intake.spool();
    if let Some(spool) = spool
        && spool.keep_if(flow.db.is_away(), parcel).await?
    {
        flow.intake.metrics().spooled(parcel.road.source(), all);
        return Ok(TakenIn::Spooled(all));
    }
    match (store(flow, parcel, told).await, spool) {
        (Err(IntakeError::Unavailable | IntakeError::Failed), Some(spool)) => {
            spool.keep_if(true, parcel).await?;
            flow.intake.metrics().spooled(parcel.road.source(), all);
            Ok(TakenIn::Spooled(all))
        }
        (stored, _) => stored.map(|new| TakenIn::Stored { new, all }),
    }
}

async fn store(flow: &Flow, parcel: &Parcel, told: Vec<Told>) -> Result<usize, IntakeError> {
    let arrivals = parcel.arrivals(flow, told).await?;
    flow.intake.store_all(&arrivals).await
}

impl From<KeepError> for IntakeError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Full => Self::Full,
        }
    }
}

/// Events by their words.
mod event {
    use parking_chirpstack::wire::EventKind;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands it over like this"
    )]
    pub(super) fn serialize<S: Serializer>(kind: &EventKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(kind.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<EventKind, D::Error> {
        let name = String::deserialize(from)?;
        EventKind::by_name(&name).ok_or_else(|| D::Error::custom("no event of ChirpStack"))
    }
}
