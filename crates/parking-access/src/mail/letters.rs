//! What letters say, in English and French.

use chrono::{DateTime, Utc};
use parking_domain::text::Language;
use secrecy::{ExposeSecret as _, SecretString};

use super::alarms::{self, AlarmNews};
use super::reservations::{self, ReservationNews};
use super::series::{self, SeriesNews};

/// Something to tell a person. Tokens are the secret part of a link.
#[derive(Debug)]
pub enum Letter<'a> {
    /// Somebody asked to reset the password.
    ResetPassword {
        /// Proves that the reader owns the address.
        token: &'a SecretString,
    },
    /// The address is to be confirmed.
    VerifyEmail {
        /// Proves that the reader owns the address.
        token: &'a SecretString,
    },
    /// The reader asked to become a customer.
    Registration {
        /// Proves that the reader owns the address.
        token: &'a SecretString,
        /// What the tenant is to be called.
        tenant: &'a str,
    },
    /// The reader may join a tenant.
    Invitation {
        /// Proves that the reader owns the address.
        token: &'a SecretString,
        /// The tenant to join.
        tenant: &'a str,
        /// Who invites, if it is a person.
        inviter: Option<&'a str>,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// Somebody tried to register an address that has an account.
    AccountExists,
    /// The password was changed.
    PasswordChanged,
    /// A refresh token was used by somebody who should not have it.
    SessionStolen,
    /// The tenant has used most of a limit.
    LimitNear {
        /// The tenant.
        tenant: &'a str,
        /// What is limited.
        resource: &'a str,
        /// How many there are.
        used: u32,
        /// How many there may be.
        max: u32,
    },
    /// Nothing is sent to a webhook any more.
    WebhookDisabled {
        /// The tenant.
        tenant: &'a str,
        /// What the webhook is called.
        webhook: &'a str,
        /// Whether the receiver said that it is gone; otherwise it failed for days.
        is_gone: bool,
    },
    /// Alarms were raised or cleared.
    AlarmNews(&'a AlarmNews),
    /// There is news of a reservation of the reader's.
    Reservation(&'a ReservationNews<'a>),
    /// There is the same news of several of the reader's.
    Series(&'a SeriesNews<'a>),
    /// Somebody wants to know whether letters about alarms arrive.
    AlarmTest {
        /// The tenant.
        tenant: &'a str,
    },
}

/// A letter ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// What goes with it for the reader's calendar.
    pub calendar: Option<String>,
}

impl Letter<'_> {
    /// The letter's name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ResetPassword { .. } => "reset_password",
            Self::VerifyEmail { .. } => "verify_email",
            Self::Registration { .. } => "registration",
            Self::Invitation { .. } => "invitation",
            Self::AccountExists => "account_exists",
            Self::PasswordChanged => "password_changed",
            Self::SessionStolen => "session_stolen",
            Self::LimitNear { .. } => "limit_near",
            Self::WebhookDisabled { .. } => "webhook_disabled",
            Self::AlarmNews(_) => "alarm_news",
            Self::Reservation(news) => news.kind.name(),
            Self::Series(news) => news.kind.name(),
            Self::AlarmTest { .. } => "alarm_test",
        }
    }

    /// Where the link leads, if there is one. Tokens stand behind `#`, which browsers keep to themselves.
    fn path(&self) -> Option<String> {
        let path = match self {
            Self::ResetPassword { token } => {
                format!("/reset-password#token={}", token.expose_secret())
            }
            Self::VerifyEmail { token } => format!("/verify-email#token={}", token.expose_secret()),
            Self::Registration { token, .. } => {
                format!("/complete-registration#token={}", token.expose_secret())
            }
            Self::Invitation { token, .. } => {
                format!("/accept-invitation#token={}", token.expose_secret())
            }
            Self::AccountExists => "/forgot-password".to_owned(),
            Self::PasswordChanged | Self::SessionStolen => "/sessions".to_owned(),
            Self::LimitNear { .. } => "/".to_owned(),
            Self::WebhookDisabled { .. } => "/webhooks".to_owned(),
            Self::Reservation(ReservationNews { ticket, .. })
            | Self::Series(SeriesNews { ticket, .. }) => {
                return ticket.map(|ticket| format!("/ticket#{}", ticket.expose_secret()));
            }
            Self::AlarmNews(_) | Self::AlarmTest { .. } => "/alarms".to_owned(),
        };
        Some(path)
    }

    fn calendar(&self) -> Option<&str> {
        match self {
            Self::Reservation(news) => news.calendar.as_deref(),
            Self::Series(news) => news.calendar.as_deref(),
            _ => None,
        }
    }
}

/// Writes a letter in one of the languages.
pub fn write(letter: &Letter<'_>, language: Language, app_name: &str, public_url: &str) -> Written {
    let (subject, body, action) = match language {
        Language::En => english(letter, app_name),
        Language::Fr => french(letter, app_name),
    };
    let mut text = body.join("\n\n");
    let paragraphs: Vec<String> = body
        .iter()
        .map(|paragraph| format!("<p>{}</p>", escape(paragraph)))
        .collect();
    let mut html = paragraphs.concat();
    if let Some(path) = letter.path() {
        let link = format!("{public_url}{path}");
        text = format!("{text}\n\n{action}:\n{link}");
        let (link, action) = (escape(&link), escape(&action));
        html = format!("{html}<p><a href=\"{link}\">{action}</a></p>");
    }
    Written {
        text: format!("{text}\n\n{app_name}\n"),
        html: format!(
            "<!doctype html><html lang=\"{}\"><body style=\"font-family:sans-serif;max-width:36em\">{html}<p>{}</p></body></html>",
            language.code(),
            escape(app_name),
        ),
        subject,
        calendar: letter.calendar().map(str::to_owned),
    }
}

pub(super) type Parts = (String, Vec<String>, String);

fn parts(subject: String, body: &[String], action: &str) -> Parts {
    (subject, body.to_vec(), action.to_owned())
}

fn english(letter: &Letter<'_>, app_name: &str) -> Parts {
    match letter {
        Letter::ResetPassword { .. } => parts(
            format!("Reset your {app_name} password"),
            &[
                "Somebody, probably you, asked to reset the password of this account.".into(),
                "The link works once and for one hour. If it was not you, nothing needs to be done.".into(),
            ],
            "Choose a new password",
        ),
        Letter::VerifyEmail { .. } => parts(
            "Confirm your e-mail address".into(),
            &[format!("This address was given for an account at {app_name}. The link works for three days.")],
            "Confirm the address",
        ),
        Letter::Registration { tenant, .. } => parts(
            format!("Finish your registration at {app_name}"),
            &[format!("Somebody, probably you, asked to register {tenant} at {app_name} with this address. The link works once and for three days. If it was not you, nothing needs to be done.")],
            "Choose a password and begin",
        ),
        Letter::Invitation { tenant, inviter, expires_at, .. } => parts(
            format!("You are invited to {tenant}"),
            &[
                inviter.map_or_else(
                    || format!("You are invited to work with {tenant} in {app_name}."),
                    |inviter| format!("{inviter} invites you to work with {tenant} in {app_name}."),
                ),
                format!("The invitation can be accepted until {} UTC.", expires_at.format("%Y-%m-%d %H:%M")),
            ],
            "Accept the invitation",
        ),
        Letter::AccountExists => parts(
            format!("You already have an account at {app_name}"),
            &["Somebody, probably you, tried to register with this address, which has an account already.".into()],
            "Reset the password if it is forgotten",
        ),
        Letter::PasswordChanged => parts(
            "Your password was changed".into(),
            &[format!("The password of your {app_name} account was changed, and other sessions were ended. If it was not you, reset it now.")],
            "See your sessions",
        ),
        Letter::SessionStolen => parts(
            "A session was ended for your safety".into(),
            &[format!("A sign-in of your {app_name} account was used from two places, as happens when it was copied. We ended it. If this was not you, change your password.")],
            "See your sessions",
        ),
        Letter::LimitNear { tenant, resource, used, max } => parts(
            format!("{tenant} has used {used} of {max} {resource}"),
            &[format!("{tenant} has used {used} of the {max} {resource} its plan allows. At the limit, no more can be added.")],
            "See the limits",
        ),
        Letter::WebhookDisabled { tenant, webhook, is_gone } => webhook_disabled_english(tenant, webhook, *is_gone),
        Letter::AlarmNews(news) => alarms::english(news),
        Letter::Reservation(news) => reservations::english(news),
        Letter::Series(news) => series::english(news),
        Letter::AlarmTest { tenant } => alarm_test_english(tenant, app_name),
    }
}

fn french(letter: &Letter<'_>, app_name: &str) -> Parts {
    match letter {
        Letter::ResetPassword { .. } => parts(
            format!("Réinitialiser votre mot de passe {app_name}"),
            &[
                "Quelqu’un, sans doute vous, a demandé à réinitialiser le mot de passe de ce compte.".into(),
                "Le lien fonctionne une seule fois, pendant une heure. Si ce n’était pas vous, il n’y a rien à faire.".into(),
            ],
            "Choisir un nouveau mot de passe",
        ),
        Letter::VerifyEmail { .. } => parts(
            "Confirmez votre adresse e-mail".into(),
            &[format!("Cette adresse a été indiquée pour un compte {app_name}. Le lien fonctionne pendant trois jours.")],
            "Confirmer l’adresse",
        ),
        Letter::Registration { tenant, .. } => parts(
            format!("Terminez votre inscription à {app_name}"),
            &[format!("Quelqu’un, sans doute vous, a demandé à inscrire {tenant} à {app_name} avec cette adresse. Le lien fonctionne une seule fois, pendant trois jours. Si ce n’était pas vous, il n’y a rien à faire.")],
            "Choisir un mot de passe et commencer",
        ),
        Letter::Invitation { tenant, inviter, expires_at, .. } => parts(
            format!("Vous êtes invité·e à rejoindre {tenant}"),
            &[
                inviter.map_or_else(
                    || format!("Vous êtes invité·e à travailler avec {tenant} dans {app_name}."),
                    |inviter| format!("{inviter} vous invite à travailler avec {tenant} dans {app_name}."),
                ),
                format!("L’invitation peut être acceptée jusqu’au {} UTC.", expires_at.format("%d.%m.%Y à %H:%M")),
            ],
            "Accepter l’invitation",
        ),
        Letter::AccountExists => parts(
            format!("Vous avez déjà un compte {app_name}"),
            &["Quelqu’un, sans doute vous, a voulu s’inscrire avec cette adresse, qui a déjà un compte.".into()],
            "Réinitialiser le mot de passe s’il est oublié",
        ),
        Letter::PasswordChanged => parts(
            "Votre mot de passe a été changé".into(),
            &[format!("Le mot de passe de votre compte {app_name} a été changé et les autres sessions sont terminées. Si ce n’était pas vous, réinitialisez-le maintenant.")],
            "Voir vos sessions",
        ),
        Letter::SessionStolen => parts(
            "Une session a été terminée par sécurité".into(),
            &[format!("Une connexion à votre compte {app_name} a été utilisée depuis deux endroits, comme lorsqu’elle a été copiée. Nous l’avons terminée. Si ce n’était pas vous, changez votre mot de passe.")],
            "Voir vos sessions",
        ),
        Letter::LimitNear { tenant, resource, used, max } => {
            let resource = match *resource {
                "users" => "utilisateurs",
                "spaces" => "places",
                "devices" => "appareils",
                "gateways" => "passerelles",
                other => other,
            };
            parts(
                format!("{tenant} utilise {used} {resource} sur {max}"),
                &[format!("{tenant} utilise {used} des {max} {resource} de son abonnement. Une fois la limite atteinte, plus rien ne peut être ajouté.")],
                "Voir les limites",
            )
        }
        Letter::WebhookDisabled { tenant, webhook, is_gone } => webhook_disabled_french(tenant, webhook, *is_gone),
        Letter::AlarmNews(news) => alarms::french(news),
        Letter::Reservation(news) => reservations::french(news),
        Letter::Series(news) => series::french(news),
        Letter::AlarmTest { tenant } => alarm_test_french(tenant, app_name),
    }
}

/// Text made harmless inside HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn webhook_disabled_english(tenant: &str, webhook: &str, is_gone: bool) -> Parts {
    parts(
        format!("The webhook {webhook} of {tenant} is disabled"),
        &[
            if is_gone {
                format!(
                    "The receiver of the webhook {webhook} of {tenant} answered that it is gone (410). Nothing is sent to it any more."
                )
            } else {
                format!(
                    "The receiver of the webhook {webhook} of {tenant} has taken no message for five days. Nothing is sent to it any more."
                )
            },
            "Once the receiver works, enable the webhook and send again what it missed.".into(),
        ],
        "See the webhooks",
    )
}

fn alarm_test_english(tenant: &str, app_name: &str) -> Parts {
    parts(
        format!("Letters about alarms of {tenant} arrive"),
        &[format!(
            "This is a test: {app_name} would tell you here when something is wrong at {tenant}. Nothing needs to be done."
        )],
        "See the alarms",
    )
}

fn webhook_disabled_french(tenant: &str, webhook: &str, is_gone: bool) -> Parts {
    parts(
        format!("Le webhook {webhook} de {tenant} est désactivé"),
        &[
            if is_gone {
                format!(
                    "Le destinataire du webhook {webhook} de {tenant} a répondu qu’il n’existe plus (410). Plus rien ne lui est envoyé."
                )
            } else {
                format!(
                    "Le destinataire du webhook {webhook} de {tenant} n’a accepté aucun message depuis cinq jours. Plus rien ne lui est envoyé."
                )
            },
            "Dès que le destinataire fonctionne, activez le webhook et renvoyez ce qu’il a manqué."
                .into(),
        ],
        "Voir les webhooks",
    )
}

fn alarm_test_french(tenant: &str, app_name: &str) -> Parts {
    parts(
        format!("Les courriers d’alarme de {tenant} arrivent"),
        &[format!(
            "Ceci est un essai : {app_name} vous préviendrait ici d’un problème chez {tenant}. Il n’y a rien à faire."
        )],
        "Voir les alarmes",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_carries_its_link_in_both_forms_and_names_cannot_break_out() {
        let token = SecretString::from("T0ken");
        let letter = Letter::Invitation {
            token: &token,
            tenant: "<b>Quai & Fils</b>",
            inviter: Some("Ada"),
            expires_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        for language in [Language::En, Language::Fr] {
            let written = write(&letter, language, "Parking", "https://parking.example");
            let link = "https://parking.example/accept-invitation#token=T0ken";
            assert!(written.text.contains(link) && written.html.contains(link));
            assert!(!written.html.contains("<b>"));
        }
    }
}
