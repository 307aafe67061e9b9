//! Files of test vectors: frames with what a codec must make of them.
//!
//! A file is a JSON list. Each entry names a device by vendor and model, a direction, a port and bytes,
//! and what is expected:
//!
//! * of a message *from* a device a reading or the code of a refusal. Of a reading the event and the
//!   occupancy always count, and every other field that the model has; numbers may differ by a
//!   thousandth;
//! * of a message *to* a device a command, which the bytes must mean, and which the codec must write
//!   so that it means the same; or the code of a refusal, and the command it is about.
//!
//! Where the sources of a vector contradict each other it is marked `disputed`. It passes or is set
//! aside, and does not fail.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{Codec, Command, DecodeError, Hex, named};

/// How much two numbers may differ.
const TOLERANCE: f64 = 1e-3;
/// The most entries looked at.
pub const VECTORS_MAX: usize = 100_000;

/// Why a file holds no vectors.
#[derive(Debug, Error)]
pub enum VectorsError {
    /// It is no JSON, or no list.
    #[error("the file is no JSON list of vectors: {0}")]
    NotAList(#[from] serde_json::Error),
    /// The list is empty.
    #[error("the file holds no vectors")]
    Empty,
    /// The list has no reasonable end.
    #[error("the file holds more than {VECTORS_MAX} vectors")]
    TooMany,
}

/// One entry of a file, and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its name, or its place in the list.
    pub id: String,
    /// Which device it is about, if it says so.
    pub device: String,
    /// How it went.
    pub verdict: Verdict,
}

/// How an entry went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Otherwise, and the sources themselves are not sure.
    SetAside(String),
    /// Otherwise.
    Failed(String),
}

#[derive(Debug, Deserialize)]
struct Vector {
    device: Device,
    direction: Direction,
    #[serde(default)]
    fport: Option<u8>,
    #[serde(default)]
    bytes_hex: Option<String>,
    expected: Map<String, Value>,
    #[serde(default)]
    disputed: bool,
}

#[derive(Debug, Deserialize)]
struct Device {
    vendor: String,
    model: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Up,
    Down,
}

/// Tries every entry of a file. One that cannot be read has failed.
pub fn check(file: &str) -> Result<Vec<Outcome>, VectorsError> {
    let entries: Vec<Value> = serde_json::from_str(file)?;
    match entries.len() {
        0 => Err(VectorsError::Empty),
        1..=VECTORS_MAX => Ok(entries.into_iter().enumerate().map(outcome).collect()),
        _ => Err(VectorsError::TooMany),
    }
}

fn outcome((at, entry): (usize, Value)) -> Outcome {
    let id = entry.get("id").and_then(Value::as_str).map(str::to_owned);
    let id = id.unwrap_or_else(|| format!("entry {}", at + 1));
    match serde_json::from_value::<Vector>(entry) {
        Ok(vector) => Outcome {
            id,
            device: format!("{} {}", vector.device.vendor, vector.device.model),
            verdict: match vector.check() {
                Ok(()) => Verdict::Passed,
                Err(why) if vector.disputed => Verdict::SetAside(why),
                Err(why) => Verdict::Failed(why),
            },
        },
        Err(error) => Outcome {
            id,
            device: String::new(),
            verdict: Verdict::Failed(format!("is no vector: {error}")),
        },
    }
}

impl Vector {
    fn check(&self) -> Result<(), String> {
        let Device { vendor, model } = &self.device;
        let codec = named(vendor, model).ok_or("there is no codec for this model")?;
        let bytes = match &self.bytes_hex {
            Some(hex) => {
                let hex: Hex = hex.parse().map_err(|error| format!("bytes_hex {error}"))?;
                Some(hex.0)
            }
            None => None,
        };
        match (self.direction, bytes) {
            (Direction::Up, Some(bytes)) => self.check_up(codec, &bytes),
            (Direction::Up, None) => Err("a message from a device has bytes_hex".to_owned()),
            (Direction::Down, bytes) => self.check_down(codec, bytes.as_deref()),
        }
    }

    fn check_up(&self, codec: &Codec, bytes: &[u8]) -> Result<(), String> {
        let refusal = self.expected.get("error");
        let reading = match (codec.decode(self.fport, bytes), refusal) {
            (Err(error), Some(wanted)) => return same("error", wanted, &json!(error.code())),
            (Err(error), None) => return Err(format!("is refused: {}", error.code())),
            (Ok(_), Some(wanted)) => return Err(format!("must be refused with {wanted}")),
            (Ok(reading), None) => json!(reading),
        };
        for always in ["event_type", "occupied"] {
            if !self.expected.contains_key(always) {
                return Err(format!("must say what {always} is expected"));
            }
        }
        self.expected
            .iter()
            .filter(|(name, _)| {
                let always = ["event_type", "occupied"];
                always.contains(&name.as_str()) || codec.fields.contains(&name.as_str())
            })
            // What is not there says as much as a null.
            .try_for_each(|(name, wanted)| {
                same(name, wanted, reading.get(name).unwrap_or(&Value::Null))
            })
    }

    fn check_down(&self, codec: &Codec, bytes: Option<&[u8]>) -> Result<(), String> {
        match (self.expected.get("command"), self.expected.get("error")) {
            (Some(command), None) => {
                let bytes = bytes.ok_or("a command has bytes_hex")?;
                self.check_command(codec, command, bytes)
            }
            (None, Some(error)) => self.check_refusal(codec, error, bytes),
            _ => Err("expected names a command or an error".to_owned()),
        }
    }

    fn check_command(&self, codec: &Codec, wanted: &Value, bytes: &[u8]) -> Result<(), String> {
        let meant = codec
            .interpret(self.fport, bytes)
            .map_err(|error| format!("the bytes mean nothing: {}", error.code()))?;
        let command = Command::deserialize(wanted).map_err(|error| error.to_string())?;
        agree(&command, wanted, &meant)?;
        let written = codec.encode(&command).map_err(|error| error.to_string())?;
        if written.bytes == bytes {
            return Ok(());
        }
        // Other bytes may mean the same: a sign that knows three states shows all others as unknown.
        let read_back = codec
            .interpret(Some(written.port), &written.bytes)
            .map_err(|error| format!("what is written means nothing: {}", error.code()))?;
        agree(&command, wanted, &read_back)
    }

    fn check_refusal(
        &self,
        codec: &Codec,
        wanted: &Value,
        bytes: Option<&[u8]>,
    ) -> Result<(), String> {
        let is_part = |name: &&String| !["error", "correct_hex"].contains(&name.as_str());
        let parts = self.expected.iter().filter(|(name, _)| is_part(name));
        let command: Map<_, _> = parts
            .map(|(name, part)| (name.clone(), part.clone()))
            .collect();
        let command = Command::deserialize(Value::Object(command));
        let command = command.map_err(|error| error.to_string())?;
        let meant = bytes.map(|bytes| codec.interpret(self.fport, bytes));
        match (codec.encode(&command), meant) {
            (Err(error), None) => same("error", wanted, &json!(error.code())),
            (Err(error), Some(Err(other))) => {
                same("error", wanted, &json!(error.code()))?;
                same("error", wanted, &json!(other.code()))
            }
            (Err(_), Some(Ok(meant))) => Err(format!("the bytes must not mean {}", json!(meant))),
            (Ok(frame), meant) => self.check_mistake(wanted, meant.as_ref(), frame.bytes, bytes),
        }
    }

    /// A command that is fine, beside bytes that are a mistake in writing it. As what the device reads
    /// them cannot always be told: the number 55 is the digit 7.
    fn check_mistake(
        &self,
        wanted: &Value,
        meant: Option<&Result<Command, DecodeError>>,
        written: Vec<u8>,
        mistake: Option<&[u8]>,
    ) -> Result<(), String> {
        if mistake.is_none_or(|mistake| mistake == written) || wanted != "wrong_encoding" {
            return Err(format!("must be refused with {wanted}"));
        }
        if let Some(Err(error)) = meant {
            same("error", wanted, &json!(error.code()))?;
        }
        let hex = json!(Hex(written));
        same(
            "correct_hex",
            self.expected.get("correct_hex").unwrap_or(&hex),
            &hex,
        )
    }
}

/// The command itself, or one with every part that is wanted.
fn agree(command: &Command, wanted: &Value, meant: &Command) -> Result<(), String> {
    if command == meant {
        return Ok(());
    }
    contains(wanted, &json!(meant))
}

/// Every part of what is wanted is there.
fn contains(wanted: &Value, found: &Value) -> Result<(), String> {
    let Value::Object(parts) = wanted else {
        return Err("a command is an object".to_owned());
    };
    parts
        .iter()
        .try_for_each(|(name, part)| same(name, part, found.get(name).unwrap_or(&Value::Null)))
}

fn same(name: &str, wanted: &Value, found: &Value) -> Result<(), String> {
    if are_same(wanted, found) {
        Ok(())
    } else {
        Err(format!("{name} must be {wanted} and is {found}"))
    }
}

fn are_same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Number(wanted), Value::Number(found)) => {
            let numbers = wanted.as_f64().zip(found.as_f64());
            numbers.is_some_and(|(wanted, found)| (wanted - found).abs() <= TOLERANCE)
        }
        (Value::Array(wanted), Value::Array(found)) => {
            let mut pairs = wanted.iter().zip(found);
            wanted.len() == found.len() && pairs.all(|(wanted, found)| are_same(wanted, found))
        }
        (Value::Object(wanted), Value::Object(found)) => {
            let has = |name: &String, part: &Value| {
                found.get(name).is_some_and(|found| are_same(part, found))
            };
            wanted.len() == found.len() && wanted.iter().all(|(name, part)| has(name, part))
        }
        _ => wanted == found,
    }
}
