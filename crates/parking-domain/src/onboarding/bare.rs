//! Texts of the makers' own making.

use super::{Checksum, CodeError, CodeForm, DeviceCode};
use crate::eui::Eui64;

/// A text of the maker's own making: an identifier alone, behind a label, or beside a key.
pub(super) fn read_bare(text: &str) -> Result<DeviceCode, CodeError> {
    if let Ok(dev_eui) = text.parse() {
        return Ok(bare(dev_eui));
    }
    if let Some(dev_eui) = labelled(text, &["DEVEUI", "DEV EUI", "DEV_EUI", "DEV-EUI"]) {
        let join_eui = labelled(
            text,
            &[
                "JOINEUI", "JOIN EUI", "JOIN_EUI", "APPEUI", "APP EUI", "APP_EUI",
            ],
        );
        return Ok(DeviceCode {
            join_eui: join_eui.filter(|join_eui| *join_eui != dev_eui),
            ..bare(dev_eui)
        });
    }
    let words = text.split(|c: char| c.is_whitespace() || ",;|/=?&\"'".contains(c));
    let mut euis = words.filter_map(|word| word.parse::<Eui64>().ok());
    let first = euis.next().ok_or(CodeError::NotACode)?;
    match euis.find(|other| *other != first) {
        Some(second) => Err(CodeError::Ambiguous { first, second }),
        None => Ok(bare(first)),
    }
}

/// The identifier behind the first of the labels that has one.
fn labelled(text: &str, labels: &[&str]) -> Option<Eui64> {
    let upper = text.to_ascii_uppercase();
    labels.iter().find_map(|label| {
        let (_, behind) = upper.split_once(label)?;
        let behind =
            behind.trim_start_matches(|c: char| c.is_whitespace() || ":=\"'#>".contains(c));
        // What follows the sixteenth digit may begin with a letter that could be one more.
        let mut digits = behind.match_indices(|c: char| c.is_ascii_hexdigit());
        let (last, _) = digits.nth(15)?;
        let (eui, behind) = behind.split_at(last + 1);
        let is_longer = behind.starts_with(|c: char| c.is_ascii_hexdigit());
        eui.parse().ok().filter(|_| !is_longer)
    })
}

/// The code that says nothing but which device.
pub(super) fn bare(dev_eui: Eui64) -> DeviceCode {
    DeviceCode {
        form: CodeForm::Bare,
        join_eui: None,
        dev_eui,
        vendor_id: None,
        profile_id: None,
        owner_token: None,
        serial: None,
        proprietary: None,
        unread: Vec::new(),
        checksum: Checksum::Absent,
    }
}
