//! What the broker sent and waits to hear of, in the order it came.

use std::collections::VecDeque;

use tokio::sync::mpsc;

/// Says what became of one message.
///
/// [`Token::done`] when it is kept. Dropped undone it comes again, with all that came after it and
/// is not acknowledged yet.
#[derive(Debug)]
#[must_use = "a token that is dropped asks for the message again"]
pub struct Token(Option<(u64, mpsc::UnboundedSender<Settled>)>);

/// What became of a message.
#[derive(Debug)]
pub(super) enum Settled {
    Kept(u64),
    LetGo(u64),
}

/// The messages under way on one connection; a token of an earlier one has no say here.
pub(super) struct Window {
    /// The number of the message at the front.
    first: u64,
    waiting: VecDeque<Waiting>,
    // Bounded by `waiting`: each token says one thing.
    sender: mpsc::UnboundedSender<Settled>,
}

struct Waiting {
    packet_id: u16,
    is_kept: bool,
}

impl Token {
    /// The message is kept: the broker may forget it.
    pub fn done(mut self) {
        self.say(Settled::Kept);
    }

    /// Of a message nobody keeps for us, whatever becomes of it.
    pub(super) const fn of_nothing() -> Self {
        Self(None)
    }

    fn say(&mut self, what: impl FnOnce(u64) -> Settled) {
        if let Some((number, sender)) = self.0.take() {
            // A connection that is gone has nobody to tell: the message comes again on the next.
            drop(sender.send(what(number)));
        }
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.say(Settled::LetGo);
    }
}

impl Window {
    pub(super) fn open() -> (Self, mpsc::UnboundedReceiver<Settled>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let window = Self {
            first: 0,
            waiting: VecDeque::new(),
            sender,
        };
        (window, receiver)
    }

    /// A message came: the token to settle it by.
    pub(super) fn enter(&mut self, packet_id: u16) -> Token {
        let number = self.first + self.waiting.len() as u64;
        self.waiting.push_back(Waiting {
            packet_id,
            is_kept: false,
        });
        Token(Some((number, self.sender.clone())))
    }

    pub(super) fn keep(&mut self, number: u64) {
        let place = number.checked_sub(self.first);
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(waiting) = place.and_then(|place| self.waiting.get_mut(place)) {
            waiting.is_kept = true;
        }
    }

    /// Nothing from this message on will be acknowledged on this connection.
    pub(super) fn cut(&mut self, number: u64) {
        let place = number.saturating_sub(self.first);
        self.waiting
            .truncate(usize::try_from(place).unwrap_or(usize::MAX));
    }

    /// The next message that may be acknowledged, the ones before it having been.
    pub(super) fn next_kept(&mut self) -> Option<u16> {
        let kept = self.waiting.pop_front_if(|waiting| waiting.is_kept)?;
        self.first += 1;
        Some(kept.packet_id)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_leave_in_the_order_of_arrival() {
        let (mut window, mut settled) = Window::open();
        let tokens: Vec<_> = [7, 8, 9].map(|id| window.enter(id)).into_iter().collect();
        let mut tokens = tokens.into_iter();
        let (first, second, third) = (
            tokens.next().unwrap(),
            tokens.next().unwrap(),
            tokens.next().unwrap(),
        );
        let mut hear = |window: &mut Window| {
            while let Ok(Settled::Kept(number)) = settled.try_recv() {
                window.keep(number);
            }
            std::iter::from_fn(|| window.next_kept()).collect::<Vec<_>>()
        };
        second.done();
        assert!(hear(&mut window).is_empty());
        first.done();
        assert_eq!(hear(&mut window), [7, 8]);
        let fourth = window.enter(7);
        fourth.done();
        third.done();
        assert_eq!(hear(&mut window), [9, 7]);
        assert_eq!(window.len(), 0);
    }

    #[test]
    fn a_dropped_token_asks_again_and_one_of_nothing_is_silent() {
        let (mut window, mut settled) = Window::open();
        drop(window.enter(1));
        assert!(matches!(settled.try_recv(), Ok(Settled::LetGo(0))));
        drop(Token::of_nothing());
        Token::of_nothing().done();
        assert!(settled.try_recv().is_err());
        let late = window.enter(2);
        drop((window, settled));
        late.done();
    }
}
