//! What somebody does by hand in a demonstration, a line each on standard input: gateways are pulled
//! and put back, a vehicle parks at a bay that is named and leaves it.
//!
//! Where nobody writes anything, or standard input is closed, the sites live by themselves. A
//! demonstration in the background of a terminal leaves the terminal to others.

use std::io::{IsTerminal as _, Stdin, stdin};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::site::{Wish, Wishes};

/// Lines that wait; nobody types as fast.
const ORDERS_MAX: usize = 16;

/// The longest line that is one.
const LINE_MAX: usize = 256;

/// How long a terminal is left alone that belongs to somebody else at the moment.
const ASIDE: Duration = Duration::from_secs(1);

/// What can be said.
const HELP: &str = "gateway off|on SITE|all   pull the gateways of a site, put them back
car in|out SITE BAY       a vehicle parks at a bay or leaves it; from then on nobody else does
car any SITE BAY          vehicles come and go there by themselves again
help                      this";

/// A line that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Say what can be said.
    Help,
    /// Something is to happen at a site; at all of them, if `None`.
    At { site: Option<String>, wish: Wish },
    /// Nobody knows what that means.
    Unknown,
}

/// Reads standard input from now on, if there is any.
pub(super) fn listen() -> std::io::Result<mpsc::Receiver<Order>> {
    let (orders, receiver) = mpsc::channel(ORDERS_MAX);
    let input = stdin();
    if is_ours(&input) {
        say!(
            "  {:<9} help, and Enter, says what you can do here",
            "by hand"
        );
    }
    // Not a task of the runtime: nothing wakes whoever waits for a person, and the end waits for
    // tasks.
    thread::Builder::new()
        .name("by hand".to_owned())
        .spawn(move || read(&input, &orders))?;
    Ok(receiver)
}

/// Passes on to the sites what is said, until it ends.
pub(super) async fn pass_on(
    orders: &mut mpsc::Receiver<Order>,
    sites: &[Wishes],
    stop: &CancellationToken,
) {
    loop {
        let order = tokio::select! {
            () = stop.cancelled() => return,
            order = orders.recv() => order,
        };
        match order {
            None => return,
            Some(Order::Help) => say!("{HELP}"),
            Some(Order::Unknown) => say!("not understood; help says what can be said"),
            Some(Order::At { site, wish }) => {
                let is_meant = |one: &&Wishes| {
                    let word = site.as_deref();
                    word.is_none_or(|word| one.is_called(word))
                };
                let mut meant = sites.iter().filter(is_meant).peekable();
                if meant.peek().is_none() {
                    let names: Vec<&str> = sites.iter().map(|one| one.name.as_str()).collect();
                    say!("no such site; there are {}", names.join(" and "));
                }
                for one in meant {
                    one.send(wish.clone()).await;
                }
            }
        }
    }
}

/// What a line means; nothing, if there is nothing on it.
fn order(line: &str) -> Option<Order> {
    let line = line.to_lowercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    let bay = |site: &str, code: &str, is_taken| Order::At {
        site: Some(site.to_owned()),
        wish: Wish::Bay {
            code: code.to_uppercase(),
            is_taken,
        },
    };
    let gateways = |site: Option<&str>, are_out| Order::At {
        site: site.map(str::to_owned),
        wish: Wish::Gateways { are_out },
    };
    Some(match words[..] {
        [] => return None,
        ["help"] => Order::Help,
        ["gateway", "off", "all"] => gateways(None, true),
        ["gateway", "on"] | ["gateway", "on", "all"] => gateways(None, false),
        ["gateway", "off", site] => gateways(Some(site), true),
        ["gateway", "on", site] => gateways(Some(site), false),
        ["car", "in", site, code] => bay(site, code, Some(true)),
        ["car", "out", site, code] => bay(site, code, Some(false)),
        ["car", "any", site, code] => bay(site, code, None),
        _ => Order::Unknown,
    })
}

/// Reads lines until there are no more, or nobody wants them.
fn read(input: &Stdin, orders: &mpsc::Sender<Order>) {
    let is_terminal = input.is_terminal();
    let (mut rest, mut part) = (Vec::new(), [0_u8; LINE_MAX]);
    loop {
        if is_terminal && !waits_its_turn(input) {
            continue;
        }
        let length = match rustix::io::read(input, &mut part) {
            Ok(0) => return,
            Ok(length) => length,
            Err(Errno::INTR) => continue,
            Err(_) => return,
        };
        rest.extend_from_slice(&part[..length]);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if order(&line).is_some_and(|order| orders.blocking_send(order).is_err()) {
                return;
            }
        }
        // What never ends is no line; its end is none that is understood.
        rest.truncate(LINE_MAX);
    }
}

/// Whether somebody at a terminal may be speaking to us.
fn is_ours(input: &Stdin) -> bool {
    input.is_terminal() && tcgetpgrp(input).is_ok_and(|group| group == getpgrp())
}

/// Waits until something was typed, and says whether it was typed for us: whoever reads a terminal
/// from its background is stopped by it.
fn waits_its_turn(input: &Stdin) -> bool {
    let mut fds = [PollFd::new(input, PollFlags::IN)];
    let is_typed = poll(&mut fds, None).is_ok();
    let is_ours = is_ours(input);
    if !is_ours {
        thread::sleep(ASIDE);
    }
    is_typed && is_ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_mean_what_they_say() {
        let at = |site: Option<&str>, wish| {
            let site = site.map(str::to_owned);
            Some(Order::At { site, wish })
        };
        let bay = |is_taken| Wish::Bay {
            code: "A-07".to_owned(),
            is_taken,
        };
        let [out, back] = [true, false].map(|are_out| Wish::Gateways { are_out });
        for (line, meant) in [
            ("", None),
            ("  \t", None),
            ("help", Some(Order::Help)),
            ("gateway off all", at(None, out.clone())),
            ("Gateway  off harbour\n", at(Some("harbour"), out)),
            ("gateway on", at(None, back.clone())),
            ("gateway on station", at(Some("station"), back)),
            ("car in harbour a-07", at(Some("harbour"), bay(Some(true)))),
            (
                "car out harbour A-07",
                at(Some("harbour"), bay(Some(false))),
            ),
            ("car any harbour A-07", at(Some("harbour"), bay(None))),
            ("gateway off", Some(Order::Unknown)),
            ("car in A-07", Some(Order::Unknown)),
            ("\u{fffd}", Some(Order::Unknown)),
        ] {
            assert_eq!(order(line), meant, "{line:?}");
        }
    }
}
