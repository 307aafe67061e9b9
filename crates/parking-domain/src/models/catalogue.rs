//! The catalogue: one row a model.
//!
//! Ports, periods and abilities are facts from the makers' public documents and from the decoders
//! published for network servers under MIT and Apache licences. Where no source gives a fact the
//! catalogue gives none: a heartbeat that is not known is `None`, and a sensor without one is never
//! called silent before somebody has set it for the device.

use super::{Class, Display, LampCodes, Model, Sense};

const DAY_S: u32 = 86_400;

/// A battery-powered bay sensor that listens after it has spoken: what most rows are.
const SENSOR: Model = Model {
    slug: "",
    vendor: "",
    name: "",
    class: Class::A,
    codec: "",
    senses: Some(Sense::Occupancy),
    displays: None,
    is_light_reported: false,
    heartbeat_s: None,
    ports_up: &[],
    ports_down: &[],
    lamp_codes: None,
    has_battery: true,
    notes: "",
};

/// A powered display that listens all the time.
const DISPLAY: Model = Model {
    class: Class::C,
    senses: None,
    displays: Some(Display::Lamp),
    has_battery: false,
    ..SENSOR
};

/// Every model, sensors first.
pub const CATALOGUE: &[Model] = &[
    Model {
        slug: "bosch-tps110",
        vendor: "Bosch",
        name: "TPS110 Parking Lot Sensor",
        codec: "bosch_tps110",
        heartbeat_s: Some(DAY_S),
        ports_up: &[1, 2, 3, 4, 5, 6],
        ports_down: &[51, 52],
        notes: "Never reports its battery. Reboots after eight confirmed messages without an answer.",
        ..SENSOR
    },
    Model {
        slug: "nwave-nps405",
        vendor: "Nwave",
        name: "NPS405SM / NPS405FM (G4)",
        codec: "nwave_nps405",
        heartbeat_s: Some(DAY_S),
        ports_up: &[1, 2, 3, 6, 10],
        notes: "Shares its ports, not its layouts, with NPS310SM and NCC405.",
        ..SENSOR
    },
    Model {
        slug: "nwave-nps310sm",
        vendor: "Nwave",
        name: "NPS310SM",
        codec: "nwave_nps310sm",
        ports_up: &[1, 2, 3, 6],
        notes: "Reports neither battery nor temperature.",
        ..SENSOR
    },
    Model {
        slug: "nwave-ncc405",
        vendor: "Nwave",
        name: "NCC405SM / NCC405FM car counter",
        codec: "nwave_ncc405",
        senses: Some(Sense::Count),
        ports_up: &[1, 2, 3, 6],
        notes: "Counts vehicles; the count wraps at 65535. Never says whether a bay is taken.",
        ..SENSOR
    },
    Model {
        slug: "pni-placepod",
        vendor: "PNI",
        name: "PlacePod",
        codec: "pni_placepod",
        notes: "An empty message is a start. In counting mode it reports a number of vehicles instead.",
        ..SENSOR
    },
    Model {
        slug: "netvox-r719a",
        vendor: "Netvox",
        name: "R719A / R719B",
        codec: "netvox_r719a",
        ports_up: &[6, 7],
        ports_down: &[7],
        notes: "A change and a periodic report look the same. Its period is configured.",
        ..SENSOR
    },
    Model {
        slug: "tekzitel-tekzipark",
        vendor: "TEKZITEL",
        name: "TEKZIPARK",
        codec: "tekzitel_tekzipark",
        ports_up: &[1, 2],
        ports_down: &[3],
        notes: "Says only whether its battery is good. Its period is configured.",
        ..SENSOR
    },
    Model {
        slug: "dingtek-do200",
        vendor: "Dingtek",
        name: "DO200",
        codec: "dingtek_do200",
        ports_up: &[3],
        ports_down: &[3],
        notes: "Takes commands as hexadecimal digits in ASCII. Its period is configured in hours.",
        ..SENSOR
    },
    Model {
        slug: "dingtek-do201",
        vendor: "Dingtek",
        name: "DO201",
        codec: "dingtek_do201",
        ports_up: &[3],
        ports_down: &[3],
        notes: "Takes commands as hexadecimal digits in ASCII. Its period is configured in hours.",
        ..SENSOR
    },
    Model {
        slug: "dingtek-do202",
        vendor: "Dingtek",
        name: "DO202",
        codec: "dingtek_do202",
        ports_up: &[3],
        ports_down: &[3],
        notes: "As DO201 without ultrasound: what stands in the place of the distance means nothing.",
        ..SENSOR
    },
    Model {
        slug: "libelium-parking-2018",
        vendor: "Libelium",
        name: "Smart Parking (layout of 2018)",
        codec: "libelium_parking_2018",
        notes: "The bytes do not tell the layouts apart: the firmware on the box decides.",
        ..SENSOR
    },
    Model {
        slug: "libelium-parking-2019",
        vendor: "Libelium",
        name: "Smart Parking v2 / SP2 (layout of 2019)",
        codec: "libelium_parking_2019",
        notes: "The bytes do not tell the layouts apart: the firmware on the box decides.",
        ..SENSOR
    },
    Model {
        slug: "moko-lw009-sm",
        vendor: "MOKOSmart",
        name: "LW009-SM (Turbo TBS-223)",
        codec: "moko_lw009_sm",
        ports_up: &[1],
        notes: "The order of its fields varies with the firmware. Its period is configured.",
        ..SENSOR
    },
    Model {
        slug: "moko-lw009-ig",
        vendor: "MOKOSmart",
        name: "LW009-IG (Turbo TBS-201)",
        codec: "moko_lw009_ig",
        ports_up: &[1],
        notes: "The order of its fields varies with the firmware. Its period is configured.",
        ..SENSOR
    },
    Model {
        slug: "kosmos-parking",
        vendor: "KOSMOS",
        name: "Parking sensor",
        codec: "kosmos_parking",
        notes: "Known from one source only: try it before you trust it.",
        ..SENSOR
    },
    Model {
        slug: "macnman-parkomate",
        vendor: "Macnman",
        name: "ParkOMate",
        codec: "macnman_parkomate",
        notes: "Known from one source only: try it before you trust it.",
        ..SENSOR
    },
    Model {
        slug: "browan-tbms100",
        vendor: "Browan",
        name: "TBMS100 motion sensor",
        codec: "browan_tbms100",
        senses: Some(Sense::Motion),
        heartbeat_s: Some(3_600),
        ports_up: &[102],
        notes: "Made for rooms. A change and a periodic report look the same.",
        ..SENSOR
    },
    Model {
        slug: "dragino-lds02",
        vendor: "Dragino",
        name: "LDS02 door sensor",
        codec: "dragino_lds02",
        senses: Some(Sense::Contact),
        ports_up: &[10],
        notes: "A door is not a bay: it never says whether one is taken.",
        ..SENSOR
    },
    Model {
        slug: "plenom-busylight-omega",
        vendor: "Plenom",
        name: "kuando Busylight IoT Omega",
        codec: "plenom_busylight_omega",
        is_light_reported: true,
        heartbeat_s: Some(1_800),
        ports_up: &[15],
        ports_down: &[15],
        // Red, blue, green, time on, time off.
        lamp_codes: Some(LampCodes {
            free: "0000FF6400",
            occupied: "FF00006400",
            reserved: "FF00FF6400",
            maintenance: "FF00A56400",
            unknown: "FFFFFF6400",
        }),
        notes: "The bytes of a colour are red, blue, green. Takes commands only after its first message.",
        ..DISPLAY
    },
    Model {
        slug: "heltec-v3-bay",
        vendor: "Heltec",
        name: "WiFi LoRa 32 V3, bay display",
        codec: "heltec_v3_bay",
        displays: Some(Display::State),
        is_light_reported: true,
        heartbeat_s: Some(3_600),
        ports_up: &[1],
        ports_down: &[1],
        lamp_codes: Some(LampCodes {
            free: "01",
            occupied: "02",
            reserved: "03",
            maintenance: "00",
            unknown: "00",
        }),
        notes: "Knows three states; shows every other code as unknown.",
        ..DISPLAY
    },
    Model {
        slug: "heltec-v3-zone",
        vendor: "Heltec",
        name: "WiFi LoRa 32 V3, zone display",
        codec: "heltec_v3_zone",
        displays: Some(Display::Count),
        heartbeat_s: Some(3_600),
        ports_up: &[1],
        ports_down: &[1],
        notes: "Shows up to four digits. Of the number it shows it reports the first digit only.",
        ..DISPLAY
    },
    Model {
        slug: "milesight-ds3604",
        vendor: "Milesight",
        name: "DS3604 e-ink display",
        class: Class::A,
        codec: "milesight_ds3604",
        displays: Some(Display::Text),
        ports_up: &[85],
        ports_down: &[85],
        // The first block of the first template, and a refresh, without which nothing is repainted.
        lamp_codes: Some(LampCodes {
            free: "FB01000446524545FF3D02",
            occupied: "FB0100084F43435550494544FF3D02",
            reserved: "FB0100085245534552564544FF3D02",
            maintenance: "FB010006434C4F534544FF3D02",
            unknown: "FB0100012DFF3D02",
        }),
        has_battery: true,
        notes: "Its class is configured. Its period is configured.",
        ..DISPLAY
    },
];
