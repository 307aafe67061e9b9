//! Messages as ChirpStack tells them, each of another device than the one before, none told twice.

/// The application of a customer's devices.
pub(super) fn application(customer: u32) -> String {
    format!("deb86e58-f3b2-43fc-b5cb-3e10{customer:08x}")
}

/// Messages of the devices of one customer.
#[derive(Clone, Debug)]
pub(crate) struct Uplinks {
    customer: u32,
    devices: u32,
    /// Which series of messages: no two have one in common.
    session: u32,
    told: u32,
    /// Every so many are this one's, beginning at its own.
    step: u32,
}

impl Uplinks {
    pub(crate) fn of(customer: u32, devices: u32) -> Self {
        Self {
            customer,
            devices,
            session: 0,
            told: 0,
            step: 1,
        }
    }

    /// The same devices in other sessions.
    pub(super) fn again(self, session: u32) -> Self {
        Self {
            session: session << 16,
            ..self
        }
    }

    /// Whose.
    pub(crate) fn customer(&self) -> u32 {
        self.customer
    }

    /// For so many senders: each has devices of its own and a session of its own.
    pub(crate) fn dealt(&mut self, senders: usize) -> Vec<Self> {
        let step = u32::try_from(senders).unwrap_or(u32::MAX);
        self.session += 1;
        (0..step)
            .map(|place| Self {
                told: place,
                step,
                ..self.clone()
            })
            .collect()
    }

    /// The device that the next is of, and whether it says that its bay is taken.
    pub(crate) fn about(&self) -> (u32, bool) {
        let round = self.told / self.devices;
        let device = watching(self.told % self.devices, self.devices);
        (device, round.is_multiple_of(2))
    }

    /// The topic and the body of the next.
    pub(crate) fn next(&mut self) -> (String, String) {
        let (at, (device, is_taken)) = (self.told, self.about());
        self.told = self.told.wrapping_add(self.step);
        let dev_eui = format!("70b3d5{:04x}{device:06x}", self.customer);
        // A vehicle comes in one round and leaves in the next.
        let payload = if is_taken { "AQ==" } else { "AA==" };
        let application = application(self.customer);
        let body = format!(
            "{{\"deviceInfo\":{{\"applicationId\":\"{application}\",\"devEui\":\"{dev_eui}\"}},\"devAddr\":\"{:08x}\",\"fCnt\":{at},\
             \"fPort\":1,\"data\":\"{payload}\",\"rxInfo\":[{{\"gatewayId\":\"0016c001f1500001\",\"rssi\":-57,\"snr\":9.5}}]}}",
            self.session
        );
        (
            format!("application/{application}/device/{dev_eui}/event/up"),
            body,
        )
    }
}

/// A device near this one that watches a bay and is of a model that says so in one byte: of the seed's
/// devices each third is, of ten eight watch a bay, and each twentieth is of a model of the customer's own.
fn watching(device: u32, devices: u32) -> u32 {
    let near = device - device % 3 + 2;
    let is_good = |device: &u32| device % 10 < 8 && !device.is_multiple_of(20) && *device < devices;
    [near, near + 3, near.saturating_sub(3)]
        .into_iter()
        .find(is_good)
        .unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_is_told_twice_and_senders_have_devices_of_their_own() {
        let mut uplinks = Uplinks::of(1, 1_000);
        let bodies: std::collections::BTreeSet<_> = uplinks
            .dealt(8)
            .into_iter()
            .flat_map(|mut one| (0..50).map(move |_| one.next().1))
            .chain((0..50).map(|_| uplinks.clone().again(3).next().1).take(1))
            .collect();
        assert_eq!(bodies.len(), 401);
        for device in (0..1_000).map(|device| watching(device, 1_000)) {
            assert!(device % 3 == 2 && device % 10 < 8 && device % 20 > 0 && device < 1_000);
        }
    }
}
