//! What each method answers, and in which words it refuses: those of ChirpStack 4.19.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "each method is called alike, with what was asked, and may refuse"
)]

pub(super) mod devices;
pub(super) mod gateways;
pub(super) mod keys;
pub(super) mod queue;
pub(super) mod tenants;

use std::fmt::Display;

use chrono::{DateTime, Utc};
use parking_chirpstack_api::Timestamp;
use parking_domain::eui::Eui64;
use tonic::Status;
use uuid::Uuid;

use super::estate::Estate;

/// A call in progress.
pub(super) struct Change<'a> {
    pub(super) estate: &'a mut Estate,
    pub(super) now: DateTime<Utc>,
}

type Answer<T> = Result<T, Status>;

fn told(at: DateTime<Utc>) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    })
}

fn absent(id: impl Display) -> Status {
    Status::not_found(format!("Object does not exist (id: {id})"))
}

fn taken(constraint: &str) -> Status {
    let said = format!("duplicate key value violates unique constraint \"{constraint}\"");
    Status::internal(said)
}

fn dangling(table: &str, constraint: &str) -> Status {
    Status::internal(format!(
        "insert or update on table \"{table}\" violates foreign key constraint \"{constraint}\""
    ))
}

fn uuid(said: &str) -> Answer<Uuid> {
    said.parse()
        .map_err(|_| Status::invalid_argument(format!("invalid length: found {}", said.len())))
}

fn eui(said: &str) -> Answer<Eui64> {
    if said.len() != 16 {
        return Err(Status::internal("Invalid string length"));
    }
    said.parse()
        .map_err(|_| Status::internal("Odd number of digits"))
}

/// The name of a thing that whoever calls may see; of another it says no word.
fn seen(estate: &Estate, said: &str) -> Answer<Eui64> {
    let id = eui(said)?;
    if estate.forbidden.contains(&id) {
        return Err(Status::unauthenticated(""));
    }
    Ok(id)
}

/// A page of a list: nothing but the count where no limit is asked for.
fn page<T>(all: impl Iterator<Item = T>, limit: u32, offset: u32) -> (u32, Vec<T>) {
    let (mut total, mut result) = (0, Vec::new());
    for item in all {
        let is_on_page = total >= offset && total < offset.saturating_add(limit);
        total += 1;
        if is_on_page {
            result.push(item);
        }
    }
    (total, result)
}
