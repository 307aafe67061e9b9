//! MOKOSmart LW009-IG, which Turbo sells as TBS-201. Frames as in `moko.rs`.

use super::moko;
use crate::codec::Codec;

pub(super) const CODEC: Codec = Codec {
    id: "moko_lw009_ig",
    also_called: &["LW009-IG", "TBS-201"],
    fields: moko::FIELDS,
    downlinks: None,
    decode: moko::decode,
};
