//! The link of a ticket: what it holds, and how it is written and read.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_access::secrets::{SIGNATURE, Vault};
use parking_domain::ids::TenantId;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// What the signature is for: the same bytes signed for anything else are no ticket.
const PLACE: &str = "ticket";

/// A tenant, a reservation and a number.
const CLAIM: usize = 36;

/// The length of a token in base64.
const TOKEN: usize = ((CLAIM + SIGNATURE) * 4).div_ceil(3);

/// Which reservation a link is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Whose it is.
    pub tenant: TenantId,
    /// Which.
    pub reservation: Uuid,
    /// Which of its links: only the one with the reservation's own number is good.
    pub number: i32,
}

impl Ticket {
    fn claim(&self) -> [u8; CLAIM] {
        let mut claim = [0; CLAIM];
        claim[..16].copy_from_slice(self.tenant.0.as_bytes());
        claim[16..32].copy_from_slice(self.reservation.as_bytes());
        claim[32..].copy_from_slice(&self.number.to_be_bytes());
        claim
    }

    fn of(claim: &[u8; CLAIM]) -> Option<Self> {
        let (tenant, rest) = claim.split_first_chunk::<16>()?;
        let (reservation, number) = rest.split_first_chunk::<16>()?;
        Some(Self {
            tenant: TenantId(Uuid::from_bytes(*tenant)),
            reservation: Uuid::from_bytes(*reservation),
            number: i32::from_be_bytes(number.try_into().ok()?),
        })
    }
}

/// Writes links, and knows those it wrote.
#[derive(Clone)]
pub struct Links {
    vault: Vault,
    public_url: Arc<str>,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links")
    }
}

impl Links {
    /// Links that begin with `public_url` and that this installation signs.
    pub fn new(vault: Vault, public_url: &str) -> Self {
        Self {
            vault,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// The whole link. What is secret stands behind `#`, which browsers keep to themselves.
    pub fn url(&self, ticket: &Ticket) -> SecretString {
        let token = self.token(ticket);
        SecretString::from(format!(
            "{}/ticket#{}",
            self.public_url,
            token.expose_secret()
        ))
    }

    /// The secret part of the link.
    pub fn token(&self, ticket: &Ticket) -> SecretString {
        let claim = ticket.claim();
        let signature = self.vault.sign(&claim, PLACE);
        let bytes = [claim.as_slice(), &signature].concat();
        SecretString::from(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What a token says, if this installation wrote it. Nothing is looked up for one that it did not.
    pub fn read(&self, token: &str) -> Option<Ticket> {
        if token.len() > TOKEN {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (claim, signature) = bytes.split_first_chunk::<CLAIM>()?;
        let is_ours = self.vault.has_signed(signature, claim, PLACE);
        is_ours.then(|| Ticket::of(claim)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use parking_domain::ids::fresh;

    use super::*;

    fn links(secret: &str) -> Links {
        let vault = Vault::new(&SecretString::from(secret.repeat(32)));
        Links::new(vault, "https://parking.example/")
    }

    fn ticket() -> Ticket {
        Ticket {
            tenant: TenantId(fresh()),
            reservation: fresh(),
            number: 7,
        }
    }

    #[test]
    fn a_link_says_what_was_written_into_it() {
        let (links, ticket) = (links("a"), ticket());
        let url = links.url(&ticket);
        let (page, token) = url.expose_secret().split_once('#').unwrap();
        assert_eq!(page, "https://parking.example/ticket");
        assert_eq!(token.len(), TOKEN);
        assert_eq!(links.read(token), Some(ticket));
    }

    #[test]
    fn no_character_of_a_token_can_be_another() {
        let (links, ticket) = (links("a"), ticket());
        let token = links.token(&ticket).expose_secret().to_owned();
        for at in 0..token.len() {
            for other in ["A", "B", "z", "_"] {
                let mut altered = token.clone();
                altered.replace_range(at..=at, other);
                assert!(
                    altered == token || links.read(&altered).is_none(),
                    "{at} {other}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_token_of_this_installation_says_nothing() {
        let (ours, ticket) = (links("a"), ticket());
        let theirs = links("b").token(&ticket);
        let own = ours.token(&ticket).expose_secret().to_owned();
        let padded = format!("{own}=");
        let cut = &own[..own.len() - 4];
        let bare = &own[..48];
        for garbage in [theirs.expose_secret(), &padded, cut, bare, "", "=", "ü"] {
            assert_eq!(ours.read(garbage), None, "{garbage}");
        }
    }
}
