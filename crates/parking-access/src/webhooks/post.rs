//! Posting to a program that wants a key of its own and knows nothing of signatures.

use hyper::header::{self, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::courier::{Answer, Courier, Trouble, head, text};
use super::target::Target;

/// Why something was not taken that is not signed but comes with a key of its receiver.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PostError {
    /// The address is none that may be written to.
    #[error("its address is none that may be written to")]
    Forbidden,
    /// Nobody was reached: nothing was said.
    #[error("nobody is reached there: {0}")]
    Unreached(&'static str),
    /// Somebody was reached, and what came of it nobody knows.
    #[error("it does not answer: {0}")]
    Unanswered(&'static str),
    /// It was answered with another status than 2xx.
    #[error("answered with {status}: {excerpt}")]
    Status {
        /// Which.
        status: u16,
        /// The beginning of what was said.
        excerpt: String,
    },
}

impl From<Answer> for Result<(), PostError> {
    fn from(answer: Answer) -> Self {
        let excerpt = answer.excerpt;
        match (answer.trouble, answer.status) {
            (None, _) => Ok(()),
            (Some(_), Some(status)) => Err(PostError::Status { status, excerpt }),
            (Some(Trouble::AddressRefused), None) => Err(PostError::Forbidden),
            (Some(trouble), None) if trouble.is_before_anything() => {
                Err(PostError::Unreached(trouble.name()))
            }
            (Some(trouble), None) => Err(PostError::Unanswered(trouble.name())),
        }
    }
}

impl Courier {
    /// Posts JSON to a program that wants a key of its own, under the rules of all that leaves the house.
    pub async fn post(
        &self,
        address: &str,
        key: &SecretString,
        body: &str,
    ) -> Result<(), PostError> {
        let request = |target: &Target| {
            let mut key = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))?;
            key.set_sensitive(true);
            head(target)
                .header(header::AUTHORIZATION, key)
                .body(text(body))
        };
        self.ask(address, request).await.into()
    }
}
