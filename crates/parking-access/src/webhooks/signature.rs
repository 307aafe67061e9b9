//! Signing what is sent, as Standard Webhooks has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::secrets::random_bytes;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// A fresh secret, in the form receivers know: `whsec_` and 32 random bytes in base64.
pub(super) fn fresh_secret() -> SecretString {
    SecretString::from(format!("{PREFIX}{}", STANDARD.encode(random_bytes::<32>())))
}

/// The value of `webhook-signature`: one signature a secret, the newest first.
pub(super) fn signatures(
    secrets: &[SecretString],
    (id, timestamp): (&str, i64),
    body: &str,
) -> String {
    let signed: Vec<String> = secrets
        .iter()
        .filter_map(|secret| {
            let key = STANDARD
                .decode(secret.expose_secret().strip_prefix(PREFIX)?)
                .ok()?;
            let mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
            let mac = mac.chain_update(format!("{id}.{timestamp}.{body}"));
            Some(format!(
                "v1,{}",
                STANDARD.encode(mac.finalize().into_bytes())
            ))
        })
        .collect();
    signed.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let message = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
        let signed = signatures(&[secret], message, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs_and_a_broken_one_does_not() {
        let (new, old) = (fresh_secret(), fresh_secret());
        let broken = SecretString::from("whsec_???");
        let signed = signatures(&[new.clone(), broken, old], ("msg_1", 1), "{}");
        let alone = signatures(&[new], ("msg_1", 1), "{}");
        assert_eq!(signed.split(' ').count(), 2);
        assert!(signed.starts_with(&alone));
    }
}
