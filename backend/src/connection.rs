//! Owns a connection's place: how many there are at the same time, and how long one may say and take nothing.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

/// Hands out places for connections; one too many is closed at once. `A` is what becomes of the others.
#[derive(Clone)]
pub(crate) struct Places<A> {
    free: Arc<Semaphore>,
    silence: Duration,
    inner: A,
}

impl<A> Places<A> {
    /// `most` places; one is lost where no byte goes through for `silence`.
    pub(crate) fn new(most: usize, silence: Duration, inner: A) -> Self {
        Self {
            free: Arc::new(Semaphore::new(most)),
            silence,
            inner,
        }
    }
}

impl<A, I, S> Accept<I, S> for Places<A>
where
    A: Accept<Placed<I>, S> + Clone + Send + 'static,
    A::Future: Send,
    I: Send + 'static,
    S: Send + 'static,
{
    type Stream = A::Stream;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(A::Stream, A::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let place = self.free.clone().try_acquire_owned();
        let (inner, silence) = (self.inner.clone(), self.silence);
        Box::pin(async move {
            let place = place.map_err(|_| io::Error::other("every place is taken"))?;
            let stream = Placed {
                stream,
                silence,
                ends: Box::pin(sleep(silence)),
                _place: place,
            };
            inner.accept(stream, service).await
        })
    }
}

/// A connection that has a place.
pub(crate) struct Placed<I> {
    stream: I,
    silence: Duration,
    /// When the place is lost; moved on by every byte.
    ends: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl<I> Placed<I> {
    /// What the connection said; an error where it says nothing for too long.
    fn alive<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            let ends = Instant::now() + self.silence;
            self.ends.as_mut().reset(ends);
            return outcome;
        }
        ready!(self.ends.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Placed<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.alive(cx, outcome)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Placed<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.alive(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.alive(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use axum_server::accept::DefaultAcceptor;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const SILENCE: Duration = Duration::from_millis(400);

    fn places(most: usize) -> Places<DefaultAcceptor> {
        Places::new(most, SILENCE, DefaultAcceptor)
    }

    #[tokio::test]
    async fn a_place_is_free_again_when_its_connection_ends() {
        let places = places(2);
        let (first, ()) = places.accept(duplex(8).0, ()).await.unwrap();
        let (second, ()) = places.accept(duplex(8).0, ()).await.unwrap();
        assert!(places.accept(duplex(8).0, ()).await.is_err());
        drop(first);
        let (third, ()) = places.accept(duplex(8).0, ()).await.unwrap();
        assert!(places.accept(duplex(8).0, ()).await.is_err());
        drop((second, third));
    }

    #[tokio::test]
    async fn who_says_nothing_or_takes_nothing_loses_its_place() {
        let places = places(1);
        let (near, mut far) = duplex(8);
        let (mut near, ()) = places.accept(near, ()).await.unwrap();
        let start = Instant::now();
        // Each byte is a sign of life.
        tokio::spawn(async move {
            for _ in 0..3 {
                sleep(SILENCE / 2).await;
                far.write_all(b"x").await.unwrap();
            }
            sleep(10 * SILENCE).await;
        });
        let mut bytes = [0; 4];
        let error = near.read_exact(&mut bytes).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() >= SILENCE / 2 * 3 + SILENCE);
        drop(near);

        let (near, _far) = duplex(8);
        let (mut near, ()) = places.accept(near, ()).await.unwrap();
        let error = near.write_all(&[0; 9]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
