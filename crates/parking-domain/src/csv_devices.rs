//! Devices from a spreadsheet: what a row says, or every cell of it that is at fault.

use crate::app_key::AppKey;
use crate::bays::BayCode;
use crate::csv_columns::{DeviceColumn, Mapping, folded};
use crate::csv_import::{Cells, Message, bay_code, name, quoted};
use crate::csv_table::Row;
use crate::eui::Eui64;
use crate::text::{Name, TextError};

/// The longest serial number, in characters.
const SERIAL_LENGTH_MAX: usize = 100;

/// A device as a row describes it; what the row leaves empty is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// The line the row begins on.
    pub line: u64,
    /// Which device.
    pub dev_eui: Eui64,
    /// What it is called.
    pub name: Option<Name>,
    /// Which model, as it stands: a tenant may have its own.
    pub model: Option<Name>,
    /// Its key.
    pub app_key: Option<AppKey>,
    /// Its join server.
    pub join_eui: Option<Eui64>,
    /// Its maker's serial number.
    pub serial: Option<Name>,
    /// The site of its bay, by name or slug.
    pub site: Option<Name>,
    /// The code of its bay.
    pub space_code: Option<BayCode>,
    /// What it is to its bay, if it could be both.
    pub role: Option<Role>,
}

/// What a device is to a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It watches.
    Sensor,
    /// It shows.
    Display,
}

/// Reads a row as a device.
pub fn read_device(row: &Row, mapping: &Mapping<DeviceColumn>) -> Result<DeviceRow, Vec<Message>> {
    use DeviceColumn as C;
    let eui = |cell: &str| cell.parse::<Eui64>().map_err(|error| error.to_string());
    let mut cells = Cells::of(row, mapping);
    let dev_eui = cells.read(C::DevEui, eui);
    let called = cells.read(C::Name, name);
    let model = cells.read(C::Model, name);
    let app_key = cells.read(C::AppKey, AppKey::parse);
    let join_eui = cells.read(C::JoinEui, eui);
    let serial = cells.read(C::Serial, serial);
    let site = cells.read(C::Site, name);
    let space_code = cells.read(C::SpaceCode, bay_code);
    let role = cells.read(C::Role, role);
    cells.unless_refused(dev_eui.map(|dev_eui| DeviceRow {
        line: row.line,
        dev_eui,
        name: called,
        model,
        app_key,
        join_eui,
        serial,
        site,
        space_code,
        role,
    }))
}

fn serial(cell: &str) -> Result<Name, String> {
    let serial = name(cell)?;
    if serial.as_str().chars().count() > SERIAL_LENGTH_MAX {
        return Err(TextError::TooLong(SERIAL_LENGTH_MAX).to_string());
    }
    Ok(serial)
}

fn role(cell: &str) -> Result<Role, String> {
    match folded(cell).as_str() {
        "sensor" | "capteur" | "detecteur" => Ok(Role::Sensor), // French, not typos: ignore
        "display" | "lamp" | "afficheur" | "lampe" | "sign" => Ok(Role::Display),
        _ => Err(format!("{} must be sensor or display", quoted(cell))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::csv_import::tests::{rows, told};

    #[test]
    fn devices_come_with_their_keys_and_nobody_sees_them() {
        let file = "Device EUI\tModel\tAppKey\tAppEUI\tS/N\tBay\n\
             00-04-a3-0b-00-1f-ed-4f\tbosch-tps110\t000102030405060708090a0b0c0d0e0f\t\t'=17\tA-017\n\
             0004A30B\t\tsecret\t\t\t\n\
             0004A30B001FED50\t\t0011\t\t\t\n";
        let rows = rows(file, read_device);
        let device = rows[0].as_ref().unwrap();
        assert_eq!(device.dev_eui.to_string(), "0004A30B001FED4F");
        assert_eq!(
            device.app_key.unwrap().digits(),
            "000102030405060708090A0B0C0D0E0F"
        );
        assert_eq!(device.serial.as_ref().unwrap().as_str(), "=17");
        assert_eq!(device.space_code.as_ref().unwrap().as_str(), "A-017");
        assert!(!format!("{device:?}").contains("15"));
        assert_eq!(
            told(rows[1].as_ref().unwrap_err()),
            [
                "dev_eui: must have 16 hexadecimal digits; this has 8",
                "app_key: must be 32 hexadecimal digits"
            ]
        );
        assert_eq!(
            told(rows[2].as_ref().unwrap_err()),
            ["app_key: must have 32 hexadecimal digits; this has 4"]
        );
    }

    proptest! {
        #[test]
        fn no_row_makes_it_panic(cells in proptest::collection::vec("\\PC{0,20}", 0..12), line: u64) {
            let row = Row { line, cells };
            let header = ["deveui", "key", "join_eui", "bay", "model"].map(str::to_owned);
            let messages = read_device(&row, &Mapping::guess(&header)).err();
            prop_assert!(messages.is_none_or(|messages| !messages.is_empty()));
        }
    }
}
