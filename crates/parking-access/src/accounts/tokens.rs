//! Access tokens: who, in which session, for which tenant, for a quarter of an hour.
//!
//! A token only names; what its bearer may do is read at each request. The format is JWT with
//! HS256 and nothing else: the algorithm is ours to say, never the token's.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use parking_domain::ids::TenantId;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use signature::{Signer, Verifier};
use thiserror::Error;
use uuid::Uuid;

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The account.
    pub user: Uuid,
    /// The sign-in.
    pub session: Uuid,
    /// The tenant that was chosen.
    pub tenant: TenantId,
    /// When it was made, to the second.
    pub issued_at: DateTime<Utc>,
    /// When it stops being good, to the second.
    pub expires_at: DateTime<Utc>,
}

/// Why a token is not good.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It never was.
    #[error("the token is not one of ours")]
    Invalid,
}

/// The claims as the token carries them.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    iss: String,
    sub: Uuid,
    sid: Uuid,
    tid: Uuid,
    #[serde(with = "chrono::serde::ts_seconds")]
    iat: DateTime<Utc>,
    #[serde(with = "chrono::serde::ts_seconds")]
    exp: DateTime<Utc>,
}

/// Makes and reads access tokens.
#[derive(Clone)]
pub struct Tokens(Arc<Keys>);

struct Keys {
    issuer: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// Tokens signed with a key derived from the installation's secret.
    pub fn new(secret: &SecretString, issuer: &str) -> Self {
        // The crate keeps one provider a process; ours is the only one that is ever installed.
        if HMAC_SHA256.install_default().is_err() {
            tracing::trace!("the token cryptography is in place already");
        }
        let key = Sha256::new()
            .chain_update(b"parking access tokens\0")
            .chain_update(secret.expose_secret().as_bytes())
            .finalize();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // Compared below with the time we were given: the crate would ask the system.
        validation.validate_exp = false;
        Self(Arc::new(Keys {
            issuer: issuer.to_owned(),
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
            validation,
        }))
    }

    /// Signs a token.
    pub fn sign(&self, claims: &Claims) -> Result<SecretString, TokenError> {
        let body = Body {
            iss: self.0.issuer.clone(),
            sub: claims.user,
            sid: claims.session,
            tid: claims.tenant.0,
            iat: claims.issued_at,
            exp: claims.expires_at,
        };
        encode(&Header::new(Algorithm::HS256), &body, &self.0.encoding)
            .map(SecretString::from)
            .map_err(|_| TokenError::Invalid)
    }

    /// Reads a token that somebody shows.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let body = decode::<Body>(token, &self.0.decoding, &self.0.validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        if now >= body.exp {
            return Err(TokenError::Expired);
        }
        Ok(Claims {
            user: body.sub,
            session: body.sid,
            tenant: TenantId(body.tid),
            issued_at: body.iat,
            expires_at: body.exp,
        })
    }
}

/// The one algorithm, by the hash that everything else here uses. The crate's own providers bring
/// RSA and elliptic curves along, which nobody here may ever be talked into.
static HMAC_SHA256: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        only_hs256(*algorithm)?;
        keyed(key.as_bytes()).map(|hmac| Box::new(hmac) as Box<dyn JwtSigner>)
    },
    verifier_factory: |algorithm, key| {
        only_hs256(*algorithm)?;
        keyed(key.try_get_as_bytes()?).map(|hmac| Box::new(hmac) as Box<dyn JwtVerifier>)
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct HmacSha256(Hmac<Sha256>);

fn only_hs256(algorithm: Algorithm) -> JwtResult<()> {
    match algorithm {
        Algorithm::HS256 => Ok(()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn keyed(key: &[u8]) -> JwtResult<HmacSha256> {
    Hmac::new_from_slice(key)
        .map(HmacSha256)
        .map_err(|_| ErrorKind::InvalidKeyFormat.into())
}

impl Signer<Vec<u8>> for HmacSha256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut hmac = self.0.clone();
        hmac.update(message);
        Ok(hmac.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for HmacSha256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let mut hmac = self.0.clone();
        hmac.update(message);
        hmac.verify_slice(signature)
            .map_err(signature::Error::from_source)
    }
}

impl JwtSigner for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            user: Uuid::from_u128(1),
            session: Uuid::from_u128(2),
            tenant: TenantId(Uuid::from_u128(3)),
            issued_at: now(),
            expires_at: now() + TimeDelta::minutes(15),
        }
    }

    fn tokens(secret: &str, issuer: &str) -> Tokens {
        Tokens::new(&SecretString::from(secret), issuer)
    }

    #[test]
    fn a_token_says_what_was_signed_until_it_expires() {
        let ours = tokens("secret", "parking");
        let token = ours.sign(&claims()).unwrap();
        let read = |at| ours.read(token.expose_secret(), at);
        assert_eq!(read(now()), Ok(claims()));
        assert_eq!(
            read(now() + TimeDelta::minutes(15)),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn tokens_of_another_key_or_issuer_are_not_ours() {
        let token = tokens("secret", "parking").sign(&claims()).unwrap();
        for other in [tokens("other", "parking"), tokens("secret", "elsewhere")] {
            assert_eq!(
                other.read(token.expose_secret(), now()),
                Err(TokenError::Invalid)
            );
        }
    }

    #[test]
    fn a_token_cannot_choose_its_algorithm_nor_change_a_letter() {
        let ours = tokens("secret", "parking");
        let token = ours.sign(&claims()).unwrap();
        let [_, body, signature] = token
            .expose_secret()
            .split('.')
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let header =
            |alg: &str| URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{alg}"}}"#));
        for forged in [
            format!("{}.{body}.", header("none")),
            format!("{}.{body}.{signature}", header("none")),
            format!("{}.{body}.{signature}", header("HS384")),
            format!("{}.{body}.{signature}", header("RS256")),
            format!("{}.{body}x.{signature}", header("HS256")),
            String::new(),
            "..".to_owned(),
            "a.b.c.d".to_owned(),
        ] {
            assert_eq!(
                ours.read(&forged, now()),
                Err(TokenError::Invalid),
                "{forged}"
            );
        }
    }

    #[test]
    fn it_is_a_jwt_that_others_can_read() {
        // The key of RFC 7515, appendix A.1, and its signature, through our provider.
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let message = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = keyed(&key).unwrap().try_sign(message).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(signature),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }
}
