//! From a message of a device to somebody's screen: how long after its answer the change is told.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use hyper::{Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use crate::client::Client;
use crate::ingest::{PATH, Uplinks};
use crate::live::{Delays, read};
use crate::seed::made;

/// Messages a second, and how many senders they come from.
pub(crate) const PER_SECOND: u32 = 500;
const SENDERS: u32 = 50;

/// How long after the last message changes may come.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// A message that was answered: of which bay, what it says of it, when.
struct Answered {
    bay: String,
    state: &'static str,
    at: Instant,
}

/// Sends messages at an even pace, and takes the time from each answer until the change is heard.
pub(crate) async fn delays(
    client: &Client,
    mut stream: TcpStream,
    uplinks: &mut Uplinks,
    span: Duration,
) -> Result<Delays> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for sender in uplinks.dealt(SENDERS as usize) {
        tasks.spawn(send(client.clone(), sender, begun, span));
    }
    let (mut text, mut changes) = (String::new(), Vec::new());
    while let Ok(more) = timeout(AFTERWARDS, read(&mut stream)).await {
        let at = Instant::now();
        text.push_str(&more?);
        while let Some(end) = text.find("\n\n") {
            changes.extend(changed(&text[..end]).map(|change| (change, at)));
            text.drain(..end + 2);
        }
        if begun.elapsed() > span + AFTERWARDS {
            break;
        }
    }
    let mut answered: HashMap<String, VecDeque<Answered>> = HashMap::new();
    let mut all = Vec::new();
    for sent in tasks.join_all().await {
        all.extend(sent?);
    }
    all.sort_by_key(|one| one.at);
    for one in all {
        answered.entry(one.bay.clone()).or_default().push_back(one);
    }
    Ok(Delays::of(changes.into_iter().filter_map(
        |((bay, state), at)| {
            let waiting = answered.get_mut(&bay)?;
            // What changed nothing is not told.
            while waiting.front()?.state != state {
                waiting.pop_front();
            }
            Some(at.saturating_duration_since(waiting.pop_front()?.at))
        },
    )))
}

async fn send(
    client: Client,
    mut sender: Uplinks,
    begun: Instant,
    span: Duration,
) -> Result<Vec<Answered>> {
    let mut connection = client.connect().await?;
    let mut ticks = interval(Duration::from_secs(1) * SENDERS / PER_SECOND);
    let mut sent = Vec::new();
    while begun.elapsed() < span {
        ticks.tick().await;
        let (device, is_taken) = sender.about();
        let request = client.request(Method::POST, PATH, &sender.next().1)?;
        let (status, _) = connection.send(request).await?;
        if status != StatusCode::OK {
            bail!("{PATH}: {status}");
        }
        sent.push(Answered {
            bay: made(4, sender.customer(), device),
            state: if is_taken { "occupied" } else { "free" },
            at: Instant::now(),
        });
    }
    Ok(sent)
}

/// The bay and the state of a change, if that is what is told.
fn changed(told: &str) -> Option<(String, String)> {
    told.lines().find(|line| *line == "event: change")?;
    let data = told.lines().find_map(|line| line.strip_prefix("data: "))?;
    let data: Value = serde_json::from_str(data).ok()?;
    let text = |name: &str| data[name].as_str().map(str::to_owned);
    Some((text("id")?, text("state")?))
}
