//! Lamps: what they hear, show, and say that they show.

use parking_domain::codec::{self, Command, Shown};
use parking_domain::models::{Display, Model};

/// What a lamp shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Light {
    /// Of 255.
    pub red: u8,
    /// Of 255.
    pub green: u8,
    /// Of 255.
    pub blue: u8,
    /// How long it is on, in hundredths of a second.
    pub on: u8,
    /// How long it is off, in hundredths of a second.
    pub off: u8,
}

/// What a lamp shows that nobody has told anything.
const GREEN: Light = Light {
    red: 0,
    green: 255,
    blue: 0,
    on: 255,
    off: 0,
};

/// A lamp on the air.
#[derive(Debug)]
pub(super) struct Lamp {
    pub(super) model: &'static Model,
    pub(super) light: Light,
    /// The first byte of the last command, which is all that a display of states goes by.
    status: u8,
}

impl Lamp {
    /// One that nobody has told anything.
    pub(super) fn fresh(model: &'static Model) -> Self {
        Self {
            model,
            light: GREEN,
            status: 0,
        }
    }

    /// What it says of itself.
    pub(super) fn shown(&self) -> Shown {
        if self.model.displays == Some(Display::State) {
            return Shown::Status(self.status);
        }
        let Light {
            red,
            green,
            blue,
            on,
            off,
        } = self.light;
        Shown::Light {
            red,
            green,
            blue,
            on,
            off,
        }
    }

    /// It hears a command; what it does not understand changes nothing.
    pub(super) fn hears(&mut self, f_port: u8, bytes: &[u8]) {
        let codec = codec::find(self.model.codec);
        let meant = codec.and_then(|codec| codec.interpret(Some(f_port), bytes).ok());
        match meant {
            Some(Command::SetColor(color)) => {
                let byte = |value: i64| u8::try_from(value.clamp(0, 255)).unwrap_or_default();
                self.light = Light {
                    red: byte(color.r),
                    green: byte(color.g),
                    blue: byte(color.b),
                    on: byte(color.on),
                    off: byte(color.off),
                };
            }
            Some(Command::SetState { .. }) => {
                self.status = bytes.first().copied().unwrap_or_default();
            }
            _ => {}
        }
    }
}
