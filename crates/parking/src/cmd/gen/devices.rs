//! The page of the models of devices, from the catalogue and its codecs.

use parking_domain::codec::CODECS;
use parking_domain::models::{Display, LampCodes, Model, Sense};

const INTRODUCTION: &str = "# Devices

The models the product knows, what they report, what they show and what they can be told. A sensor of
class A hears a command only after it has spoken; a display of class C hears it at once. Where no port is
given, the port does not belong to the format.

Every reading has an `event_type`, and `occupied`: `true`, `false`, or `null` where the message does not
say. A model reports what is listed and nothing else: a model without `battery_v` or `battery_low` never
raises an alarm about its battery.

`parking codec decode --vendor Bosch --model TPS110 --fport 2 --hex 0112` prints what a message means,
`parking codec encode --vendor Heltec --model heltec-v3-zone --command '{\"name\":\"set_count\",\"value\":24}'`
the message that is a command, `parking codec list` all of this page as JSON.
`parking codec check FILE` tries the codecs on a file of test vectors: a JSON list of objects with `id`,
`device` (`vendor`, `model`), `direction` (`up`, `down`), `fport`, `bytes_hex` and `expected`, which is a
reading, a `command`, or an `error`. The file the product is tested with is
`crates/parking-domain/testdata/codecs/vectors.json`; its README names the sources.
";

/// The page.
pub(super) fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for codec in &CODECS {
        let Some(model) = codec.model() else { continue };
        chapter(&mut page, model);
        list(&mut page, "reports", codec.fields);
        if let Some(downlinks) = &codec.downlinks {
            list(&mut page, "commands", downlinks.commands);
        }
        if let Some(codes) = &model.lamp_codes {
            page.push_str(&shown(codes));
        }
        page.extend(["\n", model.notes, "\n"]);
    }
    page
}

fn chapter(page: &mut String, model: &Model) {
    let (vendor, name, slug) = (model.vendor, model.name, model.slug);
    let class = model.class.name();
    let mut facts = vec![format!("class {class}")];
    facts.extend(model.senses.map(sense).map(str::to_owned));
    facts.extend(model.displays.map(display).map(str::to_owned));
    if model.is_light_reported {
        facts.push("says what it shows".to_owned());
    }
    facts.extend(ports("speaks on port", model.ports_up));
    facts.extend(ports("listens on port", model.ports_down));
    let every = |seconds| format!("speaks at least every {}", span(seconds));
    facts.extend(model.heartbeat_s.map(every));
    let facts = facts.join("; ");
    page.extend([
        "\n## ", vendor, " ", name, "\n\n`", slug, "`: ", &facts, ".\n\n",
    ]);
}

fn sense(sense: Sense) -> &'static str {
    match sense {
        Sense::Occupancy => "senses whether its bay is taken",
        Sense::Motion => "senses motion, which stands in for a taken bay",
        Sense::Count => "counts vehicles",
        Sense::Contact => "senses whether a door is open",
    }
}

fn display(display: Display) -> &'static str {
    match display {
        Display::Lamp => "shows a colour",
        Display::State => "shows the state of one bay",
        Display::Count => "shows a number",
        Display::Text => "shows texts",
    }
}

fn ports(what: &str, ports: &[u8]) -> Option<String> {
    let ports: Vec<_> = ports.iter().map(ToString::to_string).collect();
    (!ports.is_empty()).then(|| format!("{what} {}", ports.join(", ")))
}

fn span(seconds: u32) -> String {
    match (seconds / 3_600, seconds / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, _) => format!("{hours} h"),
    }
}

fn list(page: &mut String, what: &str, names: &[&str]) {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    page.extend(["* ", what, ": ", &names.join(", "), "\n"]);
}

fn shown(codes: &LampCodes) -> String {
    let LampCodes {
        free,
        occupied,
        reserved,
        maintenance,
        unknown,
    } = codes;
    format!(
        "* is sent, unless a policy says otherwise: free `{free}`, occupied `{occupied}`, reserved `{reserved}`, \
         maintenance `{maintenance}`, unknown `{unknown}`\n"
    )
}
