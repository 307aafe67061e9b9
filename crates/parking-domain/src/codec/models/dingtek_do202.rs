//! Dingtek DO202: a DO201 without ultrasound. What stands in the place of the distance means nothing.

use super::dingtek::{self, COMMANDS_OF_201, Content, Layout, MARK_OF_201, SETTINGS_OF_201};
use crate::codec::{Codec, DecodeError, Downlinks, Extra, Reading};

const LAYOUT: Layout = Layout {
    kind: 0x32,
    report_length: 23,
    settings_length: 16,
};

pub(super) const CODEC: Codec = Codec {
    id: "dingtek_do202",
    also_called: &[],
    fields: &[
        "battery_v",
        "battery_low",
        "temperature_c",
        "humidity_pct",
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
        Content::Report(mut report, bytes) => {
            let is_meant = |extra: &Extra| !matches!(extra, Extra::DistanceMm(_));
            report.extras.retain(is_meant);
            dingtek::climate(report, bytes)
        }
    }
}
