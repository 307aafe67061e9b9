//! Dingtek DO200: ultrasound and a magnet, without climate. Frames as in `dingtek.rs`: a report has 21
//! bytes, settings have 17. What follows the interval in the settings is in an order of its own that
//! nobody has published.

use super::dingtek::{self, Content, Layout, Setting, setting};
use crate::codec::{Codec, DecodeError, Downlinks, Extra, Reading};

const LAYOUT: Layout = Layout {
    kind: 0x02,
    report_length: 21,
    settings_length: 17,
};

const MARK: &str = "8888";

const SETTINGS: [Setting; 3] = [
    setting!(0x01, 2, 1..=168, SetUploadIntervalH),
    setting!(0x04, 2, 1..=255, SetMagIntervalS),
    setting!(0x02, 2, 1..=255, SetMagThreshold),
];

pub(super) const CODEC: Codec = Codec {
    id: "dingtek_do200",
    also_called: &[],
    fields: &[
        "battery_v",
        "battery_low",
        "distance_mm",
        "alarm_level",
        "alarm_magnet",
        "mag_x",
        "mag_y",
        "mag_z",
        "sequence",
        "fw_version",
        "upload_interval_h",
    ],
    downlinks: Some(Downlinks {
        commands: &[
            "set_upload_interval_h",
            "set_mag_interval_s",
            "set_mag_threshold",
        ],
        encode: |command| dingtek::encode(MARK, &SETTINGS, command),
        interpret: |port, frame| dingtek::interpret(MARK, &SETTINGS, port, frame),
    }),
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    match LAYOUT.read(port, frame)? {
        Content::Settings(settings, _) => Ok(settings),
        Content::Report(mut report, mut bytes) => {
            report.extras.push(Extra::Sequence(bytes.u16()?));
            Ok(report)
        }
    }
}
