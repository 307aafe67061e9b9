//! What requests and answers about displays and commands look like.

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::secrets::hex;
use parking_domain::codec::Hex;
use parking_domain::lamps::Rgb;
use parking_estate::spaces::{DisplayStatus, LookBody, ShownBody, TruthBody};
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::{Raw, Test};
use super::super::store::list::{Command, Lamp};

/// Words of the database that are words of the API.
macro_rules! named {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:tt),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub(super) enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Its word.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    )+};
}

named! {
    /// Where a command stands.
    DownlinkStatus {
        Waiting = "waiting", Sending = "sending", Queued = "queued", AwaitingAck = "awaiting_ack", Transmitted = "transmitted",
        Confirmed = "confirmed", Superseded = "superseded", Cancelled = "cancelled", Failed = "failed",
    }
    /// What a command is for: what the bay says, a test, or somebody's own.
    DownlinkKind { State = "state", Test = "test", Raw = "raw" }
    /// How the queue fares.
    QueueStatus { Healthy = "healthy", Degraded = "degraded", Unhealthy = "unhealthy" }
}

/// A test of a lamp: it shows a colour for a while, and then again what it should.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisplayTestDraft {
    /// Six hexadecimal digits.
    #[schema(pattern = "^[0-9A-Fa-f]{6}$")]
    color: String,
    /// For how long it is on, and then off; steady, if absent.
    #[schema(minimum = 100, maximum = 2000)]
    blink_ms: Option<i64>,
    /// For how long; a minute unless asked otherwise.
    #[schema(minimum = 5, maximum = 600)]
    seconds: Option<i64>,
}

impl DisplayTestDraft {
    pub(super) fn read(self) -> Result<Test, ApiError> {
        let mut wrong = Wrong::default();
        let color = wrong.read("color", self.color.parse::<Rgb>());
        let blink_ms = self.blink_ms.and_then(|ms| {
            let ms = u16::try_from(ms)
                .ok()
                .filter(|ms| (100..=2_000).contains(ms));
            ms.or_else(|| {
                wrong.note("blink_ms", "must be from 100 to 2000");
                None
            })
        });
        let seconds = self.seconds.unwrap_or(60);
        if !(5..=600).contains(&seconds) {
            wrong.note("seconds", "must be from 5 to 600");
        }
        wrong.settle(color.map(|color| Test {
            color,
            blink_ms,
            lasts: TimeDelta::seconds(seconds.clamp(5, 600)),
        }))
    }
}

/// A command of somebody's own.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DownlinkDraft {
    /// The display.
    pub(super) device_id: Uuid,
    /// The port.
    #[schema(minimum = 1, maximum = 223)]
    f_port: i64,
    /// The bytes, in hexadecimal: 1 to 242 of them.
    #[schema(max_length = 1000, pattern = "^[0-9A-Fa-f ]*$")]
    payload: String,
    /// Whether the display has to acknowledge it.
    #[serde(default)]
    confirmed: bool,
}

impl DownlinkDraft {
    pub(super) fn read(self) -> Result<(Uuid, Raw), ApiError> {
        let mut wrong = Wrong::default();
        let f_port = u8::try_from(self.f_port)
            .ok()
            .filter(|port| (1..=223).contains(port));
        if f_port.is_none() {
            wrong.note("f_port", "must be from 1 to 223");
        }
        let payload = wrong.read("payload", self.payload.parse::<Hex>());
        if payload
            .as_ref()
            .is_some_and(|hex| !(1..=242).contains(&hex.0.len()))
        {
            wrong.note("payload", "must be 1 to 242 bytes");
        }
        wrong.settle(f_port.zip(payload).map(|(f_port, payload)| {
            let raw = Raw {
                f_port,
                payload: payload.0,
                is_confirmed: self.confirmed,
            };
            (self.device_id, raw)
        }))
    }
}

/// One step in the life of a command.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct DownlinkStep {
    at: DateTime<Utc>,
    /// What happened, as a word.
    what: String,
    /// Which attempt it was.
    attempt: Option<i64>,
    /// The network server's name of the command.
    item: Option<String>,
    /// The gateway that sent it.
    gateway: Option<String>,
    /// In the words of whoever said so.
    detail: Option<String>,
    /// What became of the command.
    then: Option<String>,
    /// Who did it.
    by: Option<String>,
}

/// A command to a display, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DownlinkBody {
    tenant_id: Uuid,
    id: Uuid,
    device_id: Uuid,
    dev_eui: String,
    device_name: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    #[schema(value_type = DownlinkKind)]
    kind: String,
    f_port: i16,
    /// The bytes, in hexadecimal.
    payload: String,
    confirmed: bool,
    look: Option<LookBody>,
    /// Which rule decided, as a word.
    why: Option<String>,
    #[schema(value_type = DownlinkStatus)]
    status: String,
    /// How often it was tried.
    attempts: i32,
    /// When its turn comes at the earliest, while it waits.
    due_at: Option<DateTime<Utc>>,
    /// Until when a gateway must have sent it, while the network server has it.
    deadline_at: Option<DateTime<Utc>>,
    /// The network server's name of it.
    queue_item: Option<String>,
    gateway_eui: Option<String>,
    /// Why the last attempt came to nothing.
    error: Option<String>,
    /// Who made it; nobody, if it follows from the state of the bay.
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    queued_at: Option<DateTime<Utc>>,
    transmitted_at: Option<DateTime<Utc>>,
    confirmed_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    /// What happened to it, step by step.
    story: Vec<DownlinkStep>,
}

impl DownlinkBody {
    pub(super) fn of(command: Command) -> Self {
        Self {
            tenant_id: command.tenant_id,
            id: command.id,
            device_id: command.device_id,
            dev_eui: command.dev_eui,
            device_name: command.device_name,
            space_id: command.space_id,
            space_code: command.space_code,
            site_id: command.site_id,
            site_name: command.site_name,
            kind: command.kind,
            f_port: command.f_port,
            payload: hex(&command.payload),
            confirmed: command.is_confirmed,
            look: command.look.map(LookBody::of),
            why: command.why,
            status: command.status,
            attempts: command.attempts,
            due_at: command.due_at,
            deadline_at: command.deadline_at,
            queue_item: command.queue_item,
            gateway_eui: command.gateway_eui,
            error: command.error,
            created_by: command.created_by,
            created_at: command.created_at,
            queued_at: command.queued_at,
            transmitted_at: command.transmitted_at,
            confirmed_at: command.confirmed_at,
            finished_at: command.finished_at,
            story: serde_json::from_value(command.story).unwrap_or_default(),
        }
    }
}

/// A page of commands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DownlinkPage {
    pub(super) downlinks: Vec<DownlinkBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// The command that is on its way to a display, or waits.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PendingBody {
    id: Uuid,
    #[schema(value_type = DownlinkStatus)]
    status: String,
    due_at: Option<DateTime<Utc>>,
}

/// A display and its three truths: what it should show, what it was told, what it says it shows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisplayBody {
    tenant_id: Uuid,
    /// The device.
    id: Uuid,
    dev_eui: String,
    device_name: Option<String>,
    model: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    /// The gateway that hears it best.
    gateway_eui: Option<String>,
    status: DisplayStatus,
    wanted: Option<TruthBody>,
    transmitted: Option<TruthBody>,
    shown: Option<ShownBody>,
    pending: Option<PendingBody>,
    /// Until when it is tried out.
    test_until: Option<DateTime<Utc>>,
    heard_at: Option<DateTime<Utc>>,
    joined_at: Option<DateTime<Utc>>,
    /// Since when it is not certain to show what it should.
    behind_since: Option<DateTime<Utc>>,
    /// Since when it says that it shows something else.
    mismatched_since: Option<DateTime<Utc>>,
}

/// A page of displays.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisplayPage {
    pub(super) displays: Vec<DisplayBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl DisplayBody {
    pub(super) fn of(lamp: Lamp) -> Self {
        Self {
            status: DisplayStatus::of(
                lamp.display_fault.as_deref(),
                lamp.wanted_payload.is_some(),
                (lamp.mismatched_since, lamp.behind_since),
            ),
            wanted: TruthBody::of(
                (lamp.wanted_f_port, lamp.wanted_payload),
                lamp.wanted_look,
                lamp.wanted_at,
                lamp.wanted_why,
            ),
            transmitted: TruthBody::of(
                (lamp.transmitted_f_port, lamp.transmitted_payload),
                lamp.transmitted_look,
                lamp.transmitted_at,
                None,
            ),
            shown: ShownBody::of(lamp.shown, lamp.shown_at, lamp.shown_agrees),
            pending: lamp
                .command_id
                .zip(lamp.command_status)
                .map(|(id, status)| PendingBody {
                    id,
                    status,
                    due_at: lamp.command_due_at,
                }),
            tenant_id: lamp.tenant_id,
            id: lamp.id,
            dev_eui: lamp.dev_eui,
            device_name: lamp.device_name,
            model: lamp.model,
            space_id: lamp.space_id,
            space_code: lamp.space_code,
            site_id: lamp.site_id,
            site_name: lamp.site_name,
            gateway_eui: lamp.gateway_eui,
            test_until: lamp.test_until,
            heard_at: lamp.heard_at,
            joined_at: lamp.joined_at,
            behind_since: lamp.behind_since,
            mismatched_since: lamp.mismatched_since,
        }
    }
}
