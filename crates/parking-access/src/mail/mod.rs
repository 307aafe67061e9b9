//! Letters to people: what they say, and how they leave the house.
//!
//! A letter is written and sent by a job, never by a request. Letters carry secrets (links), so
//! the job makes the secret when it sends; nothing secret waits in the queue.

mod alarms;
mod letters;
mod reservations;
mod series;

use std::fmt;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use parking_db::queue::JobError;
use parking_domain::text::Language;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;
use tracing::{info, warn};

pub use alarms::{AlarmLine, AlarmNews};
pub use letters::{Letter, write};
pub use reservations::ReservationNews;
pub use series::{SeriesDate, SeriesNews};

/// How mail leaves the house.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Who logs in, if the server wants to know.
    pub credentials: Option<(String, SecretString)>,
    /// Whom letters are from: `Parking <noreply@example.org>`.
    pub from: Mailbox,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, or nothing is sent.
    StartTls,
    /// In clear, for a mail server on the same machine.
    None,
}

/// How often a letter is tried: for a day, so that a mail server may be away over night, or its
/// password wrong until somebody reads the log.
pub const ATTEMPTS_MAX: i32 = 36;

/// Replies that no later attempt changes: no such mailbox, not here, no such name. Everything else
/// is about the server or our account with it: 53x is a wrong password, 552 a full mailbox, and 554
/// stands for whatever a server has against us today.
const ABOUT_THE_RECIPIENT: [u16; 3] = [550, 551, 553];

fn is_about_the_recipient(error: &lettre::transport::smtp::Error) -> bool {
    error
        .status()
        .is_some_and(|code| ABOUT_THE_RECIPIENT.contains(&code.into()))
}

/// Sends letters, or says why it cannot.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
    app_name: String,
    public_url: String,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>, Mailbox),
    /// Development without a mail server: the log is the mailbox.
    Log,
    /// No mail server: letters are dropped, and the log says so without their secrets.
    Nowhere,
}

/// Why a letter did not leave.
#[derive(Debug, Error)]
pub enum MailError {
    /// The address or the text cannot be put into a letter.
    #[error("the letter cannot be written")]
    Unwritable(#[from] lettre::error::Error),
    /// The mail server knows no such recipient.
    #[error("the mail server refused the letter")]
    Refused(#[source] lettre::transport::smtp::Error),
    /// The mail server could not be reached, did not let us in, or asked to come back later.
    #[error("the mail server is not available")]
    Unavailable(#[source] lettre::transport::smtp::Error),
}

impl From<MailError> for JobError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Unavailable(_) => Self::retry(error),
            MailError::Unwritable(_) | MailError::Refused(_) => Self::fail(error),
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match &self.way {
            Way::Smtp(_, from) => format!("smtp from {from}"),
            Way::Log => "log".to_owned(),
            Way::Nowhere => "nowhere".to_owned(),
        };
        f.debug_struct("Mailer")
            .field("way", &way)
            .finish_non_exhaustive()
    }
}

impl Mailer {
    /// Sends by a mail server; links in letters begin with `public_url`.
    pub fn smtp(options: SmtpOptions, app_name: &str, public_url: &str) -> Result<Self, MailError> {
        let builder = match options.security {
            SmtpSecurity::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&options.host),
            SmtpSecurity::StartTls => {
                AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&options.host)
            }
            SmtpSecurity::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(
                &options.host,
            )),
        }
        .map_err(MailError::Unavailable)?;
        let mut builder = builder
            .port(options.port)
            .timeout(Some(Duration::from_secs(15)));
        if let Some((user, password)) = options.credentials {
            builder =
                builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(Self::by(
            Way::Smtp(builder.build(), options.from),
            app_name,
            public_url,
        ))
    }

    /// Writes letters to the log, links included: for development only.
    pub fn log(app_name: &str, public_url: &str) -> Self {
        Self::by(Way::Log, app_name, public_url)
    }

    /// Sends nothing.
    pub fn nowhere(app_name: &str, public_url: &str) -> Self {
        Self::by(Way::Nowhere, app_name, public_url)
    }

    fn by(way: Way, app_name: &str, public_url: &str) -> Self {
        Self {
            way,
            app_name: app_name.to_owned(),
            public_url: public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Whether letters reach anybody.
    pub fn is_configured(&self) -> bool {
        matches!(self.way, Way::Smtp(..))
    }

    /// Asks the mail server whether it is there; `None` when there is none.
    pub async fn test(&self) -> Option<Result<bool, MailError>> {
        match &self.way {
            Way::Smtp(transport, _) => Some(
                transport
                    .test_connection()
                    .await
                    .map_err(MailError::Unavailable),
            ),
            Way::Log | Way::Nowhere => None,
        }
    }

    /// Writes a letter in the reader's language and sends it.
    pub async fn send(
        &self,
        to: &str,
        language: Language,
        letter: &Letter<'_>,
    ) -> Result<(), MailError> {
        let written = write(letter, language, &self.app_name, &self.public_url);
        match &self.way {
            Way::Smtp(transport, from) => {
                let to: Mailbox = to.parse().map_err(|_| lettre::error::Error::MissingTo)?;
                let message = Message::builder()
                    .from(from.clone())
                    .to(to)
                    .subject(written.subject)
                    .multipart(body(written.text, written.html, written.calendar))?;
                transport.send(message).await.map_err(|error| {
                    if is_about_the_recipient(&error) {
                        MailError::Refused(error)
                    } else {
                        MailError::Unavailable(error)
                    }
                })?;
                info!(mail.letter = letter.name(), "letter sent");
            }
            Way::Log => info!(
                mail.to = to,
                mail.subject = written.subject,
                mail.text = written.text,
                "letter"
            ),
            Way::Nowhere => warn!(
                mail.letter = letter.name(),
                "no mail server is configured; the letter was dropped"
            ),
        }
        Ok(())
    }
}

/// A letter in both its forms, with what goes with it for a calendar.
fn body(text: String, html: String, calendar: Option<String>) -> MultiPart {
    let letter = MultiPart::alternative_plain_html(text, html);
    match (calendar, ContentType::parse(CALENDAR)) {
        (Some(calendar), Ok(of_calendar)) => {
            let file = Attachment::new("reservation.ics".to_owned());
            let mixed = MultiPart::mixed().multipart(letter);
            mixed.singlepart(file.body(calendar, of_calendar))
        }
        _ => letter,
    }
}

/// What a calendar's file is sent as: events that are told, and not to be answered.
const CALENDAR: &str = "text/calendar; charset=utf-8; method=PUBLISH";
