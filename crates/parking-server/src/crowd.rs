//! Who is connected, and whether one more may be.
//!
//! Connections are turned away rather than left in the kernel's queue: behind a queue that somebody
//! has filled stand the health probes too. Nobody holds more than a share of the places, and some
//! are kept for this machine, so that a crowd outside does not look like a dead server inside.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use parking_http::limits::network;

/// Places that only this machine may take when all others are taken.
const KEPT_FOR_PROBES: usize = 8;

/// The part of all places that one address may hold, and what it may hold however few there are.
const SHARE: usize = 8;
const SHARE_MIN: usize = 16;

/// The connections that are open.
#[derive(Debug)]
pub(crate) struct Crowd {
    places: usize,
    /// Whoever speaks for many: a share would be theirs together.
    proxies: Vec<IpNet>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// A connection's place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    network: IpAddr,
}

impl Crowd {
    pub(crate) fn new(places: usize, proxies: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self {
            places,
            proxies,
            open: Mutex::default(),
        })
    }

    /// A place for somebody who connects from there, if there is one.
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let (peer, network) = (peer.to_canonical(), network(peer));
        let kept = if peer.is_loopback() {
            KEPT_FOR_PROBES
        } else {
            0
        };
        let share = if self.proxies.iter().any(|net| net.contains(&peer)) {
            usize::MAX
        } else {
            (self.places / SHARE).max(SHARE_MIN)
        };
        let mut open = self.open();
        if open.all >= self.places + kept {
            return None;
        }
        let held = open.by_network.entry(network).or_default();
        if *held >= share {
            return None;
        }
        *held += 1;
        open.all += 1;
        Some(Place {
            crowd: Arc::clone(self),
            network,
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.crowd.open();
        open.all -= 1;
        if let Some(held) = open.by_network.get_mut(&self.network) {
            *held -= 1;
            if *held == 0 {
                open.by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn all_that_get_in(crowd: &Arc<Crowd>, peer: impl Fn(u16) -> String) -> Vec<Place> {
        (0..1_000)
            .map_while(|n| crowd.admit(ip(&peer(n))))
            .collect()
    }

    #[test]
    fn one_address_takes_its_share_and_leaves_the_rest() {
        let crowd = Crowd::new(160, Vec::new());
        let held = all_that_get_in(&crowd, |_| "203.0.113.9".to_owned());
        assert_eq!(held.len(), 20);
        assert!(crowd.admit(ip("203.0.113.10")).is_some());
        drop(held);
        assert!(crowd.admit(ip("203.0.113.9")).is_some());
        assert!(crowd.open().by_network.is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_home_is_one_address_however_many_it_has() {
        let crowd = Crowd::new(160, Vec::new());
        let held = all_that_get_in(&crowd, |n| format!("2001:db8:1:2::{n:x}"));
        assert_eq!(held.len(), 20);
        assert!(crowd.admit(ip("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn a_proxy_may_take_every_place_and_probes_still_get_in() {
        let crowd = Crowd::new(160, vec!["10.0.0.0/8".parse().unwrap()]);
        let held = all_that_get_in(&crowd, |_| "10.0.0.1".to_owned());
        assert_eq!(held.len(), 160);
        assert!(crowd.admit(ip("203.0.113.9")).is_none());
        assert!(crowd.admit(ip("127.0.0.1")).is_some());
        assert!(crowd.admit(ip("::1")).is_some());
    }
}
