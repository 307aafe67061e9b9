//! ChirpStack's API as ChirpStack describes it: messages, and methods with their paths.
//!
//! Generated from `proto/` and committed; `README.md` says how and why. Both sides are made from it:
//! the client in `parking-chirpstack` and the network server that `parking-sim` plays. It knows
//! neither HTTP nor gRPC.

use std::fmt;
use std::marker::PhantomData;

#[expect(
    missing_docs,
    clippy::pedantic,
    reason = "generated; ChirpStack's own description says what is what"
)]
mod generated;

pub use generated::{api, common};
pub use prost_types::Timestamp;

/// A method of a service: where it is called, with what, and what it answers.
pub struct Method<Request, Response> {
    path: &'static str,
    types: PhantomData<fn(Request) -> Response>,
}

impl<Request, Response> Method<Request, Response> {
    pub(crate) const fn at(path: &'static str) -> Self {
        Self {
            path,
            types: PhantomData,
        }
    }

    /// Its path, such as `/api.DeviceService/Get`.
    pub const fn path(&self) -> &'static str {
        self.path
    }
}

impl<Request, Response> fmt::Debug for Method<Request, Response> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)
    }
}

impl<Request, Response> Clone for Method<Request, Response> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Request, Response> Copy for Method<Request, Response> {}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use prost::Message as _;

    use super::*;

    /// Each message, field and number of `proto/`, and each method, is where it was generated to.
    #[test]
    fn what_is_generated_is_from_the_descriptions_beside_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let generated = fs::read_to_string(root.join("src/generated/api.rs")).unwrap();
        let stamp = generated.lines().nth(1).unwrap();
        let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
        for name in [
            "application",
            "device",
            "device_profile",
            "gateway",
            "tenant",
        ] {
            let described = fs::read(root.join(format!("proto/api/{name}.proto"))).unwrap();
            for byte in described {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        assert_eq!(
            stamp,
            format!("//! Of descriptions whose sum is {sum:016x}.")
        );
    }

    #[test]
    fn a_message_has_the_numbers_that_chirpstack_gives_its_fields() {
        let gateway = api::Gateway {
            gateway_id: "0016c001f1500001".to_owned(),
            downlink_priority: 10,
            ..api::Gateway::default()
        };
        let mut expected = vec![0x0a, 16];
        expected.extend(b"0016c001f1500001");
        expected.extend([9 << 3, 10]);
        assert_eq!(gateway.encode_to_vec(), expected);
        assert_eq!(
            api::device_service::ENQUEUE.path(),
            "/api.DeviceService/Enqueue"
        );
    }
}
