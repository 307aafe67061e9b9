//! MOKOSmart LW009-SM, which Turbo sells as TBS-223. Frames as in `moko.rs`.

use super::moko;
use crate::codec::Codec;

pub(super) const CODEC: Codec = Codec {
    id: "moko_lw009_sm",
    also_called: &["LW009-SM", "TBS-223"],
    fields: moko::FIELDS,
    downlinks: None,
    decode: moko::decode,
};
