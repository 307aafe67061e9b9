//! Closing a connection so that the last answer arrives.
//!
//! Whoever is refused early (no credentials, a body too large) is still sending. Closing the socket
//! on them makes the kernel answer with a reset, and a reset throws away what was on its way: they
//! would see a broken pipe instead of our answer. So we say that we have said everything, and go on
//! reading into nothing until they are done too, within bounds.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// Whoever takes nothing of an answer for so long has lost interest in it.
const PATIENCE_MAX: Duration = Duration::from_secs(30);

/// Whoever says nothing for so long is done.
const SILENCE_MAX: Duration = Duration::from_millis(500);

/// How long anybody may go on, and with how much.
const LINGER_MAX: Duration = Duration::from_secs(10);
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// A connection that lingers when it is shut down.
pub(crate) struct Lingering {
    stream: TcpStream,
    farewell: Option<Farewell>,
    /// Runs while the other side takes nothing of what we have to say.
    patience: Option<Pin<Box<Sleep>>>,
}

/// We have said everything and listen for the other side's end.
struct Farewell {
    silence: Pin<Box<Sleep>>,
    ends_at: Instant,
    bytes_left: usize,
}

impl Lingering {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            farewell: None,
            patience: None,
        }
    }

    /// Passes on how a write went, and ends the wait for a reader who never reads.
    fn within_patience<T>(
        &mut self,
        wrote: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if wrote.is_ready() {
            self.patience = None;
            return wrote;
        }
        let patience = self
            .patience
            .get_or_insert_with(|| Box::pin(sleep(PATIENCE_MAX)));
        ready!(patience.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Farewell {
    fn begin() -> Self {
        Self {
            silence: Box::pin(sleep(SILENCE_MAX)),
            ends_at: Instant::now() + LINGER_MAX,
            bytes_left: BYTES_MAX,
        }
    }

    /// Reads into nothing until there is no more, or a bound is met; how it ends is all the same.
    fn poll(&mut self, stream: &mut TcpStream, context: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 16 * 1024];
        loop {
            let mut nothing = ReadBuf::new(&mut bytes);
            match Pin::new(&mut *stream).poll_read(context, &mut nothing) {
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) => {
                    let count = nothing.filled().len();
                    self.bytes_left = self.bytes_left.saturating_sub(count);
                    let now = Instant::now();
                    if count == 0 || self.bytes_left == 0 || now >= self.ends_at {
                        return Poll::Ready(());
                    }
                    self.silence.as_mut().reset(now + SILENCE_MAX);
                }
                Poll::Pending => return self.silence.as_mut().poll(context),
            }
        }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within_patience(wrote, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.within_patience(wrote, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.within_patience(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.farewell.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            this.farewell = Some(Farewell::begin());
        }
        if let Some(farewell) = &mut this.farewell {
            ready!(farewell.poll(&mut this.stream, context));
        }
        Poll::Ready(Ok(()))
    }
}
