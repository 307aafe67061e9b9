//! What requests about display policies look like.

use std::fmt::Display;
use std::ops::RangeInclusive;

use parking_domain::bay_state::BayState;
use parking_domain::codec::Hex;
use parking_domain::lamps::{
    BLINK_MS, CODE_BYTES_MAX, CODES_MAX, DefaultState, LampState, Offline, Policy, RESERVED_SOON_S,
    RawCode, Rgb, SENSOR_UNKNOWN_S, TRANSITION_S, Transition,
};
use parking_domain::text::{Name, TextError};
use parking_http::wire::{self, Change, line, one_of};
use parking_http::{ApiError, Wrong, words};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::PolicyFields;

/// The longest name.
const NAME_MAX: usize = 100;

/// The longest description.
const DESCRIPTION_MAX: usize = 2_000;

/// For how long a change may be held back before it is believed.
const DEBOUNCE_S: RangeInclusive<i32> = 0..=30;

/// The most changes that lamps follow late: each pair of states once.
const TRANSITIONS_MAX: usize = 12;

words! {
    /// [`Rgb`].
    LampColor = line("A colour: six hexadecimal digits, red, green, blue.", 6, "^[0-9A-Fa-f]{6}$").build().into();
    /// [`Offline`].
    OfflineRuleName = one_of("What is shown of a bay whose sensor has been silent for too long: what it said last, or that nobody knows.",
        Offline::ALL.iter().map(|rule| rule.name()));
    /// [`DefaultState`].
    DefaultStateName = one_of("What is shown of a bay of which nothing was ever said.", DefaultState::ALL.iter().map(|state| state.name()));
    /// [`LampState`].
    LampStateName = one_of("What a lamp says.", LampState::ALL.iter().map(|state| state.name()));
    /// A state of which a policy may say how it is sent.
    CodedStateName = one_of("A state that a policy may have a payload for: none of an emergency, which is nobody's to choose.",
        LampState::ALL.iter().filter(|state| !state.is_of_emergency()).map(|state| state.name()));
    /// The states between which a lamp may follow late.
    FollowedStateName = one_of("A state of a bay that its lamp may follow late.", ["free", "occupied", "reserved", "unknown"]);
    /// A payload.
    LampPayload = line("A payload in hexadecimal.", CODE_BYTES_MAX * 2, "^([0-9A-Fa-f]{2})+$").build().into();
}

/// A display policy that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisplayPolicyDraft {
    #[schema(value_type = wire::Name, max_length = 100)]
    name: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// The site it is for; all sites without one of their own, if absent.
    site_id: Option<Uuid>,
    /// How lamps look; the standard where it says nothing.
    #[serde(default)]
    #[schema(required = false)]
    settings: PolicySettingsDraft,
}

/// What is to change about a display policy. What is absent stays as it is; `null` clears. Which
/// site it is for cannot change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisplayPolicyChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Change<String>,
    #[serde(default)]
    #[schema(required = false)]
    settings: PolicySettingsDraft,
}

/// How lamps are to look. What is absent stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicySettingsDraft {
    /// From how many seconds before a reservation a free bay is shown as reserved soon.
    #[schema(minimum = 0, maximum = 3600)]
    reserved_soon_threshold_sec: Option<u32>,
    /// For how many seconds what a sensor said last is shown after it is no longer believed.
    #[schema(minimum = 0, maximum = 300)]
    sensor_unknown_timeout_sec: Option<u32>,
    /// For how many seconds a change that a sensor reports must stand before it is believed; `null`
    /// for what each site says itself.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 30)]
    debounce_window_sec: Change<i32>,
    #[schema(value_type = Option<LampColor>)]
    free_color: Option<String>,
    #[schema(value_type = Option<LampColor>)]
    occupied_color: Option<String>,
    #[schema(value_type = Option<LampColor>)]
    reserved_color: Option<String>,
    #[schema(value_type = Option<LampColor>)]
    reserved_soon_color: Option<String>,
    #[schema(value_type = Option<LampColor>)]
    blocked_color: Option<String>,
    #[schema(value_type = Option<LampColor>)]
    out_of_service_color: Option<String>,
    #[schema(value_type = Option<LampColor>)]
    unknown_color: Option<String>,
    blink_reserved_soon: Option<bool>,
    /// For how many milliseconds a blinking lamp is on, and then off.
    #[schema(value_type = Option<i32>, minimum = 100, maximum = 2000)]
    blink_pattern_ms: Option<u16>,
    /// Whether a bay that is taken though reserved, by somebody who has not checked in, is shown as
    /// occupied.
    allow_sensor_override: Option<bool>,
    #[schema(value_type = Option<OfflineRuleName>)]
    offline_rule: Option<Offline>,
    #[schema(value_type = Option<DefaultStateName>)]
    default_state: Option<DefaultState>,
    /// Payloads for single states of single models, instead of what the colours come to.
    #[schema(max_items = 64)]
    codes: Option<Vec<LampCodeDraft>>,
    /// Changes that lamps follow late, each pair of states once.
    #[schema(max_items = 12)]
    transitions: Option<Vec<LampTransitionDraft>>,
}

/// A payload for one state of one model.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LampCodeDraft {
    /// The slug of a model of the catalogue, or the id of one of the tenant's own.
    #[schema(min_length = 1, max_length = 100)]
    model: String,
    #[schema(value_type = CodedStateName)]
    state: LampState,
    /// On which port; the first the model listens on, if absent.
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 223)]
    port: Option<u8>,
    #[schema(value_type = LampPayload)]
    payload: String,
}

/// A change of a bay's state that its lamp follows late, and not at all if it is taken back before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LampTransitionDraft {
    #[schema(value_type = FollowedStateName)]
    from: BayState,
    #[schema(value_type = FollowedStateName)]
    to: BayState,
    #[schema(minimum = 1, maximum = 300)]
    after_seconds: u32,
}

impl DisplayPolicyDraft {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self) -> Result<(Option<Uuid>, PolicyFields), ApiError> {
        let mut wrong = Wrong::default();
        let mut fields = PolicyFields {
            name: a_name(&mut wrong, &self.name),
            description: a_description(&mut wrong, self.description),
            debounce_window_s: None,
            policy: Policy::default(),
        };
        self.settings.onto(&mut fields, &mut wrong);
        wrong.settle(Some((self.site_id, fields)))
    }
}

impl DisplayPolicyChange {
    /// Makes the changes, if the outcome can be.
    pub(super) fn onto(self, fields: &mut PolicyFields) -> Result<(), ApiError> {
        let mut wrong = Wrong::default();
        if let Some(name) = self.name {
            fields.name = a_name(&mut wrong, &name);
        }
        let described = self.description.onto(fields.description.take());
        fields.description = a_description(&mut wrong, described);
        self.settings.onto(fields, &mut wrong);
        wrong.settle(Some(()))
    }
}

/// The policy that settings come to by themselves.
pub(super) fn read_settings(settings: PolicySettingsDraft) -> Result<Policy, ApiError> {
    let mut wrong = Wrong::default();
    let mut fields = PolicyFields {
        name: String::new(),
        description: None,
        debounce_window_s: None,
        policy: Policy::default(),
    };
    settings.onto(&mut fields, &mut wrong);
    wrong.settle(Some(fields.policy))
}

fn a_name(wrong: &mut Wrong, typed: &str) -> String {
    let name = wrong.read("name", Name::parse(typed));
    let name = name
        .map(|name| name.as_str().to_owned())
        .unwrap_or_default();
    if name.chars().count() > NAME_MAX {
        wrong.note("name", TextError::TooLong(NAME_MAX));
    }
    name
}

fn a_description(wrong: &mut Wrong, typed: Option<String>) -> Option<String> {
    let description = typed.filter(|typed| !typed.trim().is_empty())?;
    if description.chars().count() > DESCRIPTION_MAX {
        wrong.note("description", TextError::TooLong(DESCRIPTION_MAX));
    }
    Some(description)
}

/// What was typed, if it lies within a range.
fn within<T: PartialOrd + Copy + Display>(
    wrong: &mut Wrong,
    field: &str,
    typed: Option<T>,
    range: &RangeInclusive<T>,
) -> Option<T> {
    let typed = typed?;
    if range.contains(&typed) {
        return Some(typed);
    }
    let (low, high) = (range.start(), range.end());
    wrong.note(
        &format!("settings.{field}"),
        format!("must be from {low} to {high}"),
    );
    None
}

impl PolicySettingsDraft {
    fn onto(self, fields: &mut PolicyFields, wrong: &mut Wrong) {
        let seconds = self.debounce_window_sec.onto(fields.debounce_window_s);
        fields.debounce_window_s = within(wrong, "debounce_window_sec", seconds, &DEBOUNCE_S);
        let policy = &mut fields.policy;
        let soon = self.reserved_soon_threshold_sec;
        set(
            &mut policy.reserved_soon_threshold_s,
            within(wrong, "reserved_soon_threshold_sec", soon, &RESERVED_SOON_S),
        );
        let timeout = self.sensor_unknown_timeout_sec;
        set(
            &mut policy.sensor_unknown_timeout_s,
            within(
                wrong,
                "sensor_unknown_timeout_sec",
                timeout,
                &SENSOR_UNKNOWN_S,
            ),
        );
        let blink = within(wrong, "blink_pattern_ms", self.blink_pattern_ms, &BLINK_MS);
        set(&mut policy.blink_pattern_ms, blink);
        let colors = &mut policy.colors;
        for (field, typed, color) in [
            ("free_color", self.free_color, &mut colors.free),
            ("occupied_color", self.occupied_color, &mut colors.occupied),
            ("reserved_color", self.reserved_color, &mut colors.reserved),
            (
                "reserved_soon_color",
                self.reserved_soon_color,
                &mut colors.reserved_soon,
            ),
            ("blocked_color", self.blocked_color, &mut colors.blocked),
            (
                "out_of_service_color",
                self.out_of_service_color,
                &mut colors.out_of_service,
            ),
            ("unknown_color", self.unknown_color, &mut colors.unknown),
        ] {
            let field = format!("settings.{field}");
            set(
                color,
                typed.and_then(|typed| wrong.read(&field, typed.parse::<Rgb>())),
            );
        }
        set(&mut policy.blink_reserved_soon, self.blink_reserved_soon);
        set(
            &mut policy.allow_sensor_override,
            self.allow_sensor_override,
        );
        set(&mut policy.offline, self.offline_rule);
        set(&mut policy.default_state, self.default_state);
        set(
            &mut policy.codes,
            self.codes.map(|codes| read_codes(codes, wrong)),
        );
        let transitions = self.transitions;
        set(
            &mut policy.transitions,
            transitions.map(|drafts| read_transitions(&drafts, wrong)),
        );
    }
}

fn set<T>(present: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *present = wanted;
    }
}

fn read_codes(drafts: Vec<LampCodeDraft>, wrong: &mut Wrong) -> Vec<RawCode> {
    if drafts.len() > CODES_MAX {
        wrong.note("settings.codes", format!("must be at most {CODES_MAX}"));
        return Vec::new();
    }
    let mut codes: Vec<RawCode> = Vec::with_capacity(drafts.len());
    for (n, draft) in drafts.into_iter().enumerate() {
        let at = format!("settings.codes[{n}]");
        let is_twice = |code: &RawCode| code.model == draft.model && code.state == draft.state;
        if codes.iter().any(is_twice) {
            wrong.note(&at, "must name each state of a model once");
        }
        if draft.state.is_of_emergency() {
            wrong.note(
                &format!("{at}.state"),
                "must not be one of an emergency: those are the same under every policy",
            );
        }
        if draft.model.contains('\0') {
            wrong.note(&format!("{at}.model"), "must be the name of a model");
        }
        let payload = wrong.read(&format!("{at}.payload"), draft.payload.parse::<Hex>());
        codes.push(RawCode {
            model: draft.model,
            state: draft.state,
            port: draft.port,
            payload: payload.unwrap_or_default(),
        });
    }
    codes
}

fn read_transitions(drafts: &[LampTransitionDraft], wrong: &mut Wrong) -> Vec<Transition> {
    if drafts.len() > TRANSITIONS_MAX {
        wrong.note(
            "settings.transitions",
            format!("must be at most {TRANSITIONS_MAX}"),
        );
        return Vec::new();
    }
    let mut transitions: Vec<Transition> = Vec::with_capacity(drafts.len());
    for (n, draft) in drafts.iter().enumerate() {
        let field = format!("transitions[{n}].after_seconds");
        let seconds = Some(draft.after_seconds);
        let after_s = within(wrong, &field, seconds, &TRANSITION_S).unwrap_or_default();
        let (from, to) = (draft.from, draft.to);
        let at = format!("settings.transitions[{n}]");
        if from == to {
            wrong.note(&at, "must lead from one state to another");
        }
        if [from, to].contains(&BayState::Maintenance) {
            wrong.note(
                &at,
                "must not delay what people do: maintenance is shown at once",
            );
        }
        let mut earlier = transitions.iter();
        if earlier.any(|one| one.from == from && one.to == to) {
            wrong.note(&at, "must name each pair of states once");
        }
        transitions.push(Transition { from, to, after_s });
    }
    transitions
}
