//! `parking codec`: what a device's message means, how to write one to it, and whether the codecs agree
//! with a file of test vectors. Without a database or a configuration.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use parking_domain::codec::vectors::{self, Verdict};
use parking_domain::codec::{self, CODECS, Codec, Hex};
use serde_json::{Value, json};

use crate::exit::{Exit, Stop};

/// A file of vectors is read whole, so it has an end.
const FILE_LENGTH_MAX: u64 = 64 << 20;

/// What to do with the codecs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the models there are codecs for, with what they report and can be told, as JSON.
    List,
    /// Print what a message means, as JSON; exit code 1 if it is refused.
    Decode(Decode),
    /// Print the message that is a command, as JSON; exit code 1 if it is refused.
    Encode(Encode),
    /// Try the codecs on a file of test vectors; exit code 1 if one is not met.
    Check(Check),
}

/// Which device.
#[derive(Debug, Args)]
struct Which {
    /// Who makes it: `Bosch`.
    #[arg(long)]
    vendor: String,
    /// What it is called, here or by its maker: `TPS110`.
    #[arg(long)]
    model: String,
}

/// Which message.
#[derive(Debug, Args)]
pub(super) struct Decode {
    #[command(flatten)]
    which: Which,
    /// The port it came on; not needed where the format does not depend on it.
    #[arg(long)]
    fport: Option<u8>,
    /// Its bytes, in hexadecimal digits.
    #[arg(long)]
    hex: Hex,
    /// It is a message to the device: print the command it is.
    #[arg(long)]
    down: bool,
}

/// Which command.
#[derive(Debug, Args)]
pub(super) struct Encode {
    #[command(flatten)]
    which: Which,
    /// The command, as JSON: `{"name":"set_count","value":24}`.
    #[arg(long, value_name = "JSON")]
    command: String,
}

/// Which vectors.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// A JSON list of vectors, as `docs/devices.md` describes it.
    file: PathBuf,
}

/// Runs the command.
pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::List => list(),
        Command::Decode(message) => decode(message),
        Command::Encode(wanted) => encode(wanted),
        Command::Check(wanted) => check(&wanted.file),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands beside commands that fail"
)]
fn list() -> anyhow::Result<()> {
    let rows: Vec<Value> = CODECS.iter().filter_map(row).collect();
    say!("{:#}", json!(rows));
    Ok(())
}

fn row(codec: &Codec) -> Option<Value> {
    let model = codec.model()?;
    let commands = codec
        .downlinks
        .as_ref()
        .map_or(&[][..], |downlinks| downlinks.commands);
    Some(json!({
        "codec": codec.id, "model": model.slug, "vendor": model.vendor, "name": model.name,
        "also_called": codec.also_called, "class": model.class,
        "ports_up": model.ports_up, "ports_down": model.ports_down,
        "fields": codec.fields, "commands": commands,
    }))
}

impl Which {
    fn codec(&self) -> anyhow::Result<&'static Codec> {
        let found = codec::named(&self.vendor, &self.model);
        found.ok_or_else(|| {
            let Self { vendor, model } = self;
            let text = format!("there is no codec for {vendor} {model}; see parking codec list");
            Stop::new(Exit::Failed, text).into()
        })
    }
}

fn decode(message: &Decode) -> anyhow::Result<()> {
    let codec = message.which.codec()?;
    let (port, bytes) = (message.fport, &message.hex.0);
    let decoded = if message.down {
        codec.interpret(port, bytes).map(|command| json!(command))
    } else {
        codec.decode(port, bytes).map(|reading| json!(reading))
    };
    let refused = |error: codec::DecodeError| {
        say!(
            "{}",
            json!({ "error": error.code(), "message": error.to_string() })
        );
        Stop::new(Exit::Failed, error)
    };
    say!("{}", decoded.map_err(refused)?);
    Ok(())
}

fn encode(wanted: &Encode) -> anyhow::Result<()> {
    let codec = wanted.which.codec()?;
    let typed: Value =
        serde_json::from_str(&wanted.command).context("--command is not readable JSON")?;
    let command: codec::Command =
        serde_json::from_value(typed.clone()).context("--command is no command")?;
    let refused = |error: codec::EncodeError| {
        let (name, value) = (&typed["name"], &typed["value"]);
        say!(
            "{}",
            json!({ "error": error.code(), "message": error.to_string(), "name": name, "value": value })
        );
        Stop::new(Exit::Failed, error)
    };
    let frame = codec.encode(&command).map_err(refused)?;
    say!(
        "{}",
        json!({
            "fport": frame.port, "bytes_hex": Hex(frame.bytes), "is_drastic": command.is_drastic(),
        })
    );
    Ok(())
}

fn check(path: &Path) -> anyhow::Result<()> {
    let outcomes = vectors::check(&read(path)?)?;
    let (mut passed, mut failed) = (0, 0);
    for outcome in &outcomes {
        let (id, device) = (&outcome.id, &outcome.device);
        match &outcome.verdict {
            Verdict::Passed => passed += 1,
            Verdict::SetAside(why) => say!("disputed, set aside: {id} {device}: {why}"),
            Verdict::Failed(why) => {
                failed += 1;
                say!("failed: {id} {device}: {why}");
            }
        }
    }
    say!("{passed} passed, {failed} failed");
    if failed == 0 {
        return Ok(());
    }
    // The last line has said it already.
    Err(Stop::new(Exit::Failed, "").into())
}

fn read(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("{shown} cannot be read"))?;
    let mut bytes = Vec::new();
    file.take(FILE_LENGTH_MAX + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{shown} cannot be read"))?;
    if bytes.len() as u64 > FILE_LENGTH_MAX {
        anyhow::bail!("{shown} has more than {} MiB", FILE_LENGTH_MAX >> 20);
    }
    String::from_utf8(bytes).with_context(|| format!("{shown} is no text"))
}
