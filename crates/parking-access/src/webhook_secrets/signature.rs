//! Checking signatures.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Whether `signature` is the lower-case or upper-case hex HMAC-SHA256, with or without `sha256=`
/// before it, of these parts one after the other under the secret. The comparison takes the same
/// time whatever it finds.
pub(super) fn is_signed_by(secret: &SecretString, parts: &[&[u8]], signature: &str) -> bool {
    let hex = signature.trim();
    let hex = hex.strip_prefix("sha256=").unwrap_or(hex);
    let Some(shown) = bytes(hex) else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(&shown).is_ok()
}

/// The bytes of a 64-digit hex text.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |c: u8| {
            char::from(c)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of the predecessor with its signature, made up and computed outside of this code.
    const BODY: &[u8] =
        br#"{"deviceInfo":{"devEui":"58a0cb0000100001"},"fCnt":7,"data":"AQs5AAAFAAA="}"#;
    const SIGNATURE: &str = "e385c7f6f97087a64103e7b776667b3776eb879abad590d239d036ea5a413ca4";

    fn secret() -> SecretString {
        SecretString::from("00112233445566778899aabbccddeeff".repeat(2))
    }

    #[test]
    fn the_predecessors_signatures_are_understood() {
        let whole: &[&[u8]] = &[BODY];
        let parts: &[&[u8]] = &[&BODY[..7], b"", &BODY[7..]];
        assert!(is_signed_by(&secret(), whole, SIGNATURE));
        assert!(is_signed_by(&secret(), parts, SIGNATURE));
        let prefixed = format!("sha256={SIGNATURE}");
        assert!(is_signed_by(&secret(), whole, &prefixed));
        assert!(is_signed_by(&secret(), whole, &SIGNATURE.to_uppercase()));
    }

    #[test]
    fn anything_else_is_refused() {
        let whole: &[&[u8]] = &[BODY];
        assert!(!is_signed_by(
            &SecretString::from("other"),
            whole,
            SIGNATURE
        ));
        assert!(!is_signed_by(&secret(), &[b"{}"], SIGNATURE));
        for bad in [
            "",
            "sha256=",
            "zz",
            &SIGNATURE[..62],
            &format!("{SIGNATURE}00"),
            "é",
        ] {
            assert!(!is_signed_by(&secret(), whole, bad), "{bad}");
        }
    }
}
