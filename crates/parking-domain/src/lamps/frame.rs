//! From a look to the bytes a display is sent.
//!
//! The first of these that there is: the policy's raw code for the model and state; the code that the
//! tenant's own model has for it; the policy's colour, where the display has colours; the code of the
//! catalogue. A code is only sent if the display takes it for something to show: what restarts a
//! device, or turns its settings, is no look. In an emergency no policy has a say, and a lamp is sent
//! red or nothing whatever its model has codes for.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{LampState, Look, Policy, Rgb};
use crate::bay_state::BayState;
use crate::codec::{self, Codec, Color, Command, EncodeError, Frame, Hex};
use crate::models::{Display, LampCodes, Model};

/// The longest raw code, in bytes.
pub const CODE_BYTES_MAX: usize = 64;

/// How long a steady light is on, in hundredths of a second: any number but nought.
const STEADY_ON: i64 = 100;

/// The model of a display, of the catalogue or of a tenant's own.
#[derive(Clone, Debug)]
pub struct LampModel<'a> {
    /// What policies call it: the slug of one of the catalogue, the id of one of the tenant's own.
    pub id: &'a str,
    /// The model of the catalogue whose abilities it has.
    pub base: &'static Model,
    /// What a tenant's own model is sent where it differs from what it is based on.
    pub own_codes: BTreeMap<BayState, Hex>,
}

/// Why a display cannot be told to show something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unshowable {
    /// It shows nothing at all.
    #[error("this model shows nothing")]
    NoDisplay,
    /// It has no colours.
    #[error("the display has no colours")]
    NoColors,
    /// The model has no code for it.
    #[error("this model has no code for this state")]
    NoCode,
    /// The code is too long, or empty.
    #[error("a code has 1 to {CODE_BYTES_MAX} bytes")]
    Length,
    /// The display does not listen there.
    #[error("this model does not listen on this port")]
    WrongPort,
    /// The display would not take it for something to show.
    #[error("this model does not show anything when it is sent this")]
    NotALook,
    /// The codec refused.
    #[error(transparent)]
    Refused(#[from] EncodeError),
}

/// What a display is sent so that it shows a look. `answers` asks it to say what it shows, if it can.
pub fn frame(
    look: &Look,
    model: &LampModel<'_>,
    policy: &Policy,
    answers: bool,
) -> Result<Frame, Unshowable> {
    let base = model.base;
    let display = base.displays.ok_or(Unshowable::NoDisplay)?;
    if look.state.is_of_emergency() {
        if display == Display::Lamp {
            return light(base, (look.color, look.blink_ms), answers);
        }
    } else if let Some(code) = policy.code(model.id, look.state) {
        return check_code(base, code.port, &code.payload);
    }
    let state = nearest(display, look.state);
    if let Some(code) = model.own_codes.get(&state) {
        return check_code(base, None, code);
    }
    let codec = codec_of(base)?;
    match (display, base.lamp_codes) {
        (Display::Lamp, _) => light(base, (look.color, look.blink_ms), answers),
        (Display::Count, _) => Ok(codec.encode(&count(look.state))?),
        (Display::State | Display::Text, Some(codes)) => {
            let code: Hex = catalogued(&codes, state)
                .parse()
                .map_err(|_| Unshowable::NoCode)?;
            check_code(base, None, &code)
        }
        (Display::State | Display::Text, None) => Err(Unshowable::NoCode),
    }
}

/// What a lamp is sent so that it shines in a colour, steadily or for so many milliseconds on and off.
pub fn light(
    base: &Model,
    (color, blink_ms): (Rgb, Option<u16>),
    answers: bool,
) -> Result<Frame, Unshowable> {
    if base.displays != Some(Display::Lamp) {
        return Err(Unshowable::NoColors);
    }
    let pulse = blink_ms.map(|ms| i64::from(ms / 10));
    let color = Color {
        r: color.red.into(),
        g: color.green.into(),
        b: color.blue.into(),
        on: pulse.unwrap_or(STEADY_ON),
        off: pulse.unwrap_or(0),
        request_uplink: answers,
    };
    Ok(codec_of(base)?.encode(&Command::SetColor(color))?)
}

/// A raw code as it is sent, if the model takes it for something to show.
pub fn check_code(base: &Model, port: Option<u8>, payload: &Hex) -> Result<Frame, Unshowable> {
    if base.displays.is_none() {
        return Err(Unshowable::NoDisplay);
    }
    if !(1..=CODE_BYTES_MAX).contains(&payload.0.len()) {
        return Err(Unshowable::Length);
    }
    let port = port.or(base.ports_down.first().copied());
    let port = port.filter(|port| base.ports_down.contains(port));
    let port = port.ok_or(Unshowable::WrongPort)?;
    let meaning = codec_of(base)?.interpret(Some(port), &payload.0);
    if !meaning.is_ok_and(|command| is_to_show(&command)) {
        return Err(Unshowable::NotALook);
    }
    Ok(Frame {
        port,
        bytes: payload.0.clone(),
    })
}

fn codec_of(base: &Model) -> Result<&'static Codec, Unshowable> {
    codec::find(base.codec).ok_or(Unshowable::NoDisplay)
}

fn is_to_show(command: &Command) -> bool {
    matches!(
        command,
        Command::SetColor(_)
            | Command::SetState { .. }
            | Command::SetCount { .. }
            | Command::SetText { .. }
            | Command::ShowTemplate { .. }
            | Command::Multi { .. }
    )
}

/// The state that a display without colours shows instead. A sign that knows only free, taken and
/// held says taken in an emergency: it must not invite.
fn nearest(display: Display, state: LampState) -> BayState {
    match (display, state) {
        (Display::State, LampState::AllRed) => BayState::Occupied,
        _ => state.nearest(),
    }
}

/// A counter at one bay counts that bay; dark, it shows a blank.
fn count(state: LampState) -> Command {
    match state {
        LampState::AllOff => Command::SetText {
            template: None,
            block: None,
            text: " ".to_owned(),
        },
        LampState::Unknown => Command::SetText {
            template: None,
            block: None,
            text: "--".to_owned(),
        },
        LampState::Free => Command::SetCount { value: 1 },
        _ => Command::SetCount { value: 0 },
    }
}

fn catalogued(codes: &LampCodes, state: BayState) -> &'static str {
    match state {
        BayState::Free => codes.free,
        BayState::Occupied => codes.occupied,
        BayState::Reserved => codes.reserved,
        BayState::Maintenance => codes.maintenance,
        BayState::Unknown => codes.unknown,
    }
}
