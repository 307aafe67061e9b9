//! Dingtek DO201: ultrasound, a magnet and climate. Frames as in `dingtek.rs`: a report has 23 bytes and
//! ends with temperature, humidity and the number of the frame; settings have 16.

use super::dingtek::{self, COMMANDS_OF_201, Content, Layout, MARK_OF_201, SETTINGS_OF_201};
use crate::codec::{Codec, DecodeError, Downlinks, Reading};

const LAYOUT: Layout = Layout {
    kind: 0x31,
    report_length: 23,
    settings_length: 16,
};

pub(super) const CODEC: Codec = Codec {
    id: "dingtek_do201",
    also_called: &[],
    fields: &[
        "battery_v",
        "battery_low",
        "temperature_c",
        "humidity_pct",
        "distance_mm",
        "alarm_level",
        "alarm_magnet",
        "mag_x",
        "mag_y",
        "mag_z",
        "sequence",
        "fw_version",
        "upload_interval_h",
        "detect_interval_min",
        "level_threshold_cm",
        "mag_threshold",
        "battery_threshold_pct",
    ],
    downlinks: Some(Downlinks {
        commands: COMMANDS_OF_201,
        encode: |command| dingtek::encode(MARK_OF_201, &SETTINGS_OF_201, command),
        interpret: |port, frame| dingtek::interpret(MARK_OF_201, &SETTINGS_OF_201, port, frame),
    }),
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    match LAYOUT.read(port, frame)? {
        Content::Settings(settings, bytes) => dingtek::thresholds(settings, bytes),
        Content::Report(report, bytes) => dingtek::climate(report, bytes),
    }
}
