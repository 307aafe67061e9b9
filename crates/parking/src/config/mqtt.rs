//! The broker that messages of devices arrive by.

use parking_chirpstack::mqtt::{BrokerAddress, Settings};
use secrecy::{ExposeSecret, SecretString};

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};

pub(super) static SECTION: Section = Section {
    name: "mqtt",
    doc: "The broker of ChirpStack, from which the messages of devices are taken; without one they come over HTTP alone.",
    specs: &[&URL.spec, &CLIENT_ID.spec, &GROUP.spec, &CA.spec],
};

static URL: Setting<SecretString> = Setting::new(
    "MQTT_URL",
    "url",
    "mqtt or mqtts URL",
    broker,
    "The broker, with its user and password; ChirpStack must publish to it with qos=1, or messages \
     are lost while no server runs.",
)
.secret_in_url();

static CLIENT_ID: Setting<String> = Setting::new(
    "MQTT_CLIENT_ID",
    "client_id",
    "1 to 64 characters",
    client_id,
    "By which the broker keeps messages for this server while it is away: the same after a restart, \
     and another for each replica.",
)
.or("parking");

static GROUP: Setting<String> = Setting::new(
    "MQTT_GROUP",
    "group",
    "a word",
    group,
    "The shared subscription of several replicas: each message goes to one of them.",
);

static CA: Setting<String> = Setting::new(
    "MQTT_CA",
    "ca",
    "certificates in PEM",
    parse::text,
    "Authorities to trust besides the public ones; best by MQTT_CA_FILE.",
);

fn broker(value: &str) -> Result<SecretString, String> {
    BrokerAddress::parse(value)
        .map(|_| SecretString::from(value))
        .map_err(|_| "a URL such as mqtts://user:password@broker:8883".to_owned())
}

fn client_id(value: &str) -> Result<String, String> {
    let is_one = (1..=64).contains(&value.chars().count());
    is_one
        .then(|| value.to_owned())
        .ok_or_else(|| "1 to 64 characters long".to_owned())
}

fn group(value: &str) -> Result<String, String> {
    let is_word = !value.is_empty() && !value.contains(['/', '+', '#']);
    is_word
        .then(|| value.to_owned())
        .ok_or_else(|| "a word without /, + and #".to_owned())
}

/// Which broker, and how.
pub(super) fn read(reader: &mut Reader) -> Option<Settings> {
    let url = reader.optional(&URL);
    let client_id = reader.get(&CLIENT_ID);
    let group = reader.optional(&GROUP);
    let authority = reader.optional(&CA);
    let broker = BrokerAddress::parse(url?.expose_secret()).ok()?;
    let settings = Settings {
        group,
        authority_pem: authority.map(String::into_bytes),
        ..Settings::of(broker, client_id)
    };
    if let Err(error) = settings.check() {
        reader.problem(&CA.spec, format!("{error}"));
    }
    Some(settings)
}
