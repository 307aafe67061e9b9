//! The customers of the demonstration: who they are, and what they have.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use parking_access::accounts::Hasher;
use parking_access::api_keys::{self, KeyDraft, Maker};
use parking_access::audit::By;
use parking_access::registrations::{self, Founder};
use parking_access::tenants::TenantDraft;
use parking_db::{Db, Reason};
use parking_domain::access::{Role, Scope};
use parking_domain::account::check_password;
use parking_domain::clock::Clock;
use parking_domain::models;
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Email, Language, Name, Slug};
use parking_flow::applications::{self, ApplicationError, Applications};
use parking_flow::chirpstack::{self, ChirpStackError, ChirpStacks, LinkDraft};
use parking_http::IfMatch;
use parking_sim::audience::{PROFILES, Profile};
use parking_sim::chirpstack::Network;
use parking_sim::estate;
use parking_sim::lot::{Faults, Lot, LotDraft};
use secrecy::{ExposeSecret, SecretString};
use tracing::{info, warn};
use url::Url;

use crate::config::{Config, random_password};
use crate::exit::{Exit, Stop};

/// A customer with one site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    name: &'static str,
    slug: &'static str,
    owner: &'static str,
    email: &'static str,
    site: &'static str,
    spaces: usize,
    seed: u64,
    profile: &'static str,
    models: &'static [&'static str],
}

/// Both: shoppers who come and go, and travellers who stay.
pub(super) const CUSTOMERS: [Customer; 2] = [
    Customer {
        name: "Harbour Shops",
        slug: "harbour-shops",
        owner: "Hanna Hafner",
        email: "owner@harbour.example",
        site: "Harbour Quay",
        spaces: 96,
        seed: 41,
        profile: "shops",
        models: &["bosch-tps110", "pni-placepod", "plenom-busylight-omega"],
    },
    Customer {
        name: "City Station",
        slug: "city-station",
        owner: "Sami Stern",
        email: "owner@station.example",
        site: "Station Forecourt",
        spaces: 64,
        seed: 42,
        profile: "station",
        models: &["nwave-nps405", "macnman-parkomate", "heltec-v3-bay"],
    },
];

/// Whose days and hours the sites have.
const TIMEZONE: Tz = chrono_tz::Europe::Paris;

/// When a demonstration begins there: people arrive.
const BEGINS: (Weekday, u32) = (Weekday::Tue, 9);

/// How long the key works by which a site is made; it is revoked when that is done.
const KEY_FOR: TimeDelta = TimeDelta::minutes(15);

impl Customer {
    /// Their site, a moment before it lives.
    pub(super) fn lot(self, now: DateTime<Utc>) -> Lot {
        Lot::of(LotDraft {
            site: self.site.to_owned(),
            spaces: self.spaces,
            seed: self.seed,
            // Another run each time, or its messages would be taken for those of the last.
            run: u64::try_from(now.timestamp_millis()).unwrap_or_default(),
            models: self
                .models
                .iter()
                .filter_map(|slug| models::find(slug))
                .collect(),
            profile: Profile::find(self.profile).copied().unwrap_or(PROFILES[0]),
            timezone: TIMEZONE,
            start: begins(now),
            faults: Faults::USUAL,
            outages: Vec::new(),
        })
    }

    fn tenant(self) -> anyhow::Result<TenantDraft> {
        Ok(TenantDraft {
            name: Name::parse(self.name)?,
            slug: Some(Slug::parse(self.slug)?),
            tier: Tier::Professional,
            limit_overrides: LimitOverrides::default(),
            feature_overrides: BTreeMap::new(),
            language: Language::default(),
        })
    }
}

/// The last such hour of the week.
fn begins(now: DateTime<Utc>) -> DateTime<Utc> {
    let (weekday, hour) = BEGINS;
    let today = now.with_timezone(&TIMEZONE).date_naive();
    let days = today.weekday().days_since(weekday);
    let day = today - TimeDelta::days(days.into());
    let local = day.and_hms_opt(hour, 0, 0);
    let local = local.and_then(|at| at.and_local_timezone(TIMEZONE).earliest());
    local.map_or(now, |at| at.to_utc())
}

/// Makes what is missing of the customers and of their sites; says how to sign in where that is new.
pub(super) async fn ensure(
    config: &Config,
    db: &Db,
    hasher: &Hasher,
    server: &Url,
) -> anyhow::Result<()> {
    let clock = Clock::system();
    let mut missing = Vec::new();
    for customer in CUSTOMERS {
        if !has_application(customer, db, clock.now()).await? {
            missing.push(customer);
        }
    }
    if !missing.is_empty() {
        let (password, is_generated) = found(&missing, config, db, hasher, &clock).await?;
        announce(&missing, is_generated.then_some(&password));
    }
    for customer in missing {
        has_application(customer, db, clock.now()).await?;
    }
    for customer in CUSTOMERS {
        // A customer who was changed beyond repair still has the other live.
        if let Err(error) = furnish(customer, db, server, &clock).await {
            let error = format!("{error:#}");
            warn!(tenant.slug = customer.slug, %error, "the site could not be made whole");
        }
    }
    Ok(())
}

/// Gives a customer who is there the application of their devices; says whether they are.
async fn has_application(customer: Customer, db: &Db, now: DateTime<Utc>) -> anyhow::Result<bool> {
    let application = Network::of(&customer.lot(now), None).application();
    let given = (&*application.to_string(), customer.slug);
    match applications::give(db, given, &by(), now).await {
        Ok(()) => Ok(true),
        Err(ApplicationError::NoTenant) => Ok(false),
        Err(error) => Err(error).context("the application of the demonstration"),
    }
}

/// Links the customers to their parts of the simulated ChirpStack; who is linked stays so.
pub(super) async fn link(state: &ChirpStacks) -> anyhow::Result<()> {
    let now = state.clock.now();
    for customer in CUSTOMERS {
        let network = Network::of(&customer.lot(now), None);
        let application = network.application().to_string();
        let owner = Applications::new(state.db.clone())
            .owner(Some(&application))
            .await?;
        let draft = LinkDraft {
            tenant: owner,
            remote_tenant: network.tenant(),
            application: network.application(),
        };
        match chirpstack::link(state, draft, &by(), now).await {
            Ok(_) | Err(ChirpStackError::Linked) => {}
            Err(error) => return Err(error).context("the ChirpStack of the demonstration"),
        }
    }
    Ok(())
}

/// Says who lives there and how to sign in, here and nowhere else.
fn announce(customers: &[Customer], generated: Option<&SecretString>) {
    let password = generated.map_or("as configured", ExposeSecret::expose_secret);
    let mut lines = vec![format!("{} sites live here by themselves", customers.len())];
    for Customer { name, email, .. } in customers {
        lines.push(format!(
            "  {:<9} {email}, password {password} ({name})",
            "sign in"
        ));
    }
    lines.push(format!("  {:<9} (shown this once)", ""));
    say!("{}", lines.join("\n"));
}

/// Makes customers, all or none, so that nobody is made whose password is told to nobody. One password
/// opens them all: the administrator's where that was chosen, else a new one.
async fn found(
    customers: &[Customer],
    config: &Config,
    db: &Db,
    hasher: &Hasher,
    clock: &Clock,
) -> anyhow::Result<(SecretString, bool)> {
    let given = config.auth.admin_password.clone();
    let is_generated = given.is_none();
    let password = match given {
        Some(password) => password,
        None => random_password()?,
    };
    let password_hash = hasher.hash(&password).await;
    let password_hash = password_hash.context("hashing the password")?;
    let mut tx = db
        .platform(Reason::Worker("make the customers of the demonstration"))
        .await?;
    for customer in customers {
        let email = Email::parse(customer.email)?;
        check_password(password.expose_secret(), email.as_str())
            .map_err(|reason| Stop::new(Exit::Failed, format!("the password {reason}")))?;
        let founder = Founder {
            email,
            name: Name::parse(customer.owner)?,
            password_hash: password_hash.clone(),
        };
        registrations::found(&mut tx, founder, customer.tenant()?, &by(), clock.now())
            .await
            .with_context(|| format!("the customer {} cannot be made", customer.slug))?;
    }
    tx.commit().await?;
    Ok((password, is_generated))
}

/// Makes through the public API what is missing of a customer's site.
async fn furnish(customer: Customer, db: &Db, server: &Url, clock: &Clock) -> anyhow::Result<()> {
    let lot = customer.lot(clock.now());
    let application = Network::of(&lot, None).application().to_string();
    let owner = Applications::new(db.clone())
        .owner(Some(&application))
        .await?;
    let maker = Maker {
        by: by(),
        user: None,
        role: Role::Owner,
    };
    let draft = KeyDraft {
        name: Name::parse("Demonstration, at its start")?,
        role: Role::Admin,
        scopes: vec![Scope::AdminAll],
        expires_at: Some(clock.now() + KEY_FOR),
        allowed_ips: Vec::new(),
        requests_per_minute: None,
    };
    let mut tx = db.tenant(owner).await?;
    let (key, secret) = api_keys::create(&mut tx, &maker, draft, clock.now()).await?;
    tx.commit().await?;
    let made = estate::prepare(&lot, server, secret.expose_secret()).await;
    let mut tx = db.tenant(owner).await?;
    api_keys::revoke(&mut tx, &maker, (key.id, &IfMatch::default()), clock.now()).await?;
    tx.commit().await?;
    let made = made?;
    info!(
        tenant.slug = customer.slug,
        bays = made.bays,
        devices = made.devices,
        "the site is there"
    );
    Ok(())
}

fn by() -> By {
    By::system("parking demo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demonstration_begins_on_a_working_day_in_the_morning() {
        for (now, begin) in [
            ("2026-11-21T23:10:00Z", "2026-11-17T08:00:00Z"),
            ("2026-11-24T23:10:00Z", "2026-11-24T08:00:00Z"),
            ("2026-07-20T00:00:00Z", "2026-07-14T07:00:00Z"),
        ] {
            let begun = begins(now.parse().unwrap());
            assert_eq!(begun, begin.parse::<DateTime<Utc>>().unwrap(), "{now}");
        }
    }

    #[test]
    fn everybody_has_a_site_with_sensors_and_lamps() {
        for customer in CUSTOMERS {
            let lot = customer.lot(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
            assert_eq!(lot.draft().models.len(), customer.models.len());
            assert_eq!(lot.draft().profile.name, customer.profile);
            assert!(lot.devices().len() > customer.spaces);
            customer.tenant().unwrap();
            Email::parse(customer.email).unwrap();
        }
    }
}
