//! What may go wrong at a network server; each of it was seen at a real one.

use std::collections::BTreeSet;
use std::time::Duration;

use uuid::Uuid;

/// What goes wrong.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that goes wrong by itself"
)]
pub struct Faults {
    /// It is not there: who connects is hung up on.
    pub is_down: bool,
    /// How long it thinks about each call.
    pub thinks_for: Duration,
    /// It refuses every second call that changes something.
    pub refuses_half: bool,
    /// It takes a command, and the connection breaks before it says so.
    pub forgets_to_answer: bool,
    /// Its gateway transmits nothing and says nothing: the item is sent again and again, the queue
    /// behind it waits, and no event tells of it.
    pub is_gateway_silent: bool,
    /// Applications whose gateways are out: as if silent to their devices, which nobody hears either.
    pub out: BTreeSet<Uuid>,
    /// Its gateway says that it is too late, each time.
    pub is_gateway_late: bool,
    /// Lamps do not hear what is transmitted.
    pub are_lamps_deaf: bool,
    /// Lamps obey and do not acknowledge.
    pub are_lamps_mute: bool,
}
