//! A body in pieces, for a reader that would take any number of bytes into memory while it looks for the end of what it reads: multer has no
//! limit on what stands before the first part, or in the head of one.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::Stream;

/// Bytes that a reader takes in before something comes out of it.
const AHEAD: u64 = 256 * 1024;

/// Bytes in one piece.
const PIECE: usize = 64 * 1024;

/// A body, held back until its reader has done something with what it got.
#[derive(Debug)]
pub struct Pieces {
    body: BodyDataStream,
    /// The rest of what came in one piece.
    rest: Bytes,
    progress: Progress,
    /// The reader was let look at what it has, and wanted more.
    has_paused: bool,
}

/// What a reader says of how far it is.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    since_a_piece: AtomicU64,
    in_all: AtomicU64,
    most: AtomicU64,
    was_too_much: AtomicBool,
}

impl Pieces {
    /// Of a body of which `most` bytes are read at most.
    pub fn of(body: Body, most: u64) -> (Self, Progress) {
        let counts = Counts {
            since_a_piece: AtomicU64::new(0),
            in_all: AtomicU64::new(0),
            most: AtomicU64::new(most),
            was_too_much: AtomicBool::new(false),
        };
        let progress = Progress(Arc::new(counts));
        let body = body.into_data_stream();
        (Self { body, rest: Bytes::new(), progress: progress.clone(), has_paused: false }, progress)
    }
}

impl Progress {
    /// Something came out of the reader.
    pub fn note_piece(&self) {
        self.0.since_a_piece.store(0, Ordering::Relaxed);
    }

    /// From here on only so many bytes more are read.
    pub fn allow_no_more_than(&self, bytes: u64) {
        let most = self.0.in_all.load(Ordering::Relaxed).saturating_add(bytes);
        self.0.most.fetch_min(most, Ordering::Relaxed);
        self.note_piece();
    }

    /// Bytes that are read at most.
    pub fn most(&self) -> u64 {
        self.0.most.load(Ordering::Relaxed)
    }

    /// There were more bytes than that.
    pub fn was_too_much(&self) -> bool {
        self.0.was_too_much.load(Ordering::Relaxed)
    }
}

impl Stream for Pieces {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let counts = &this.progress.0;
        if counts.since_a_piece.load(Ordering::Relaxed) >= AHEAD {
            if this.has_paused {
                return Poll::Ready(Some(Err(axum::Error::new("a part of a form has no end"))));
            }
            // The reader takes in all there is before it looks at any of it.
            this.has_paused = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        this.has_paused = false;
        if this.rest.is_empty() {
            match Pin::new(&mut this.body).poll_next(context) {
                Poll::Ready(Some(Ok(bytes))) => this.rest = bytes,
                other => return other,
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        let length = piece.len() as u64;
        counts.since_a_piece.fetch_add(length, Ordering::Relaxed);
        if counts.in_all.fetch_add(length, Ordering::Relaxed) + length > counts.most.load(Ordering::Relaxed) {
            counts.was_too_much.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new("a form is too large"))));
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use multer::Multipart;

    use super::*;

    #[tokio::test]
    async fn a_reader_that_finds_no_end_gets_little() {
        for begun in ["", "--x\r\nA: "] {
            let body = [begun.as_bytes(), &vec![b'a'; 8_000_000]].concat();
            let (pieces, progress) = Pieces::of(Body::from(body), u64::MAX);
            assert!(Multipart::new(pieces, "x").next_field().await.is_err(), "{begun}");
            assert!(progress.0.in_all.load(Ordering::Relaxed) <= AHEAD + PIECE as u64, "{begun}");
        }
    }

    #[tokio::test]
    async fn a_reader_that_goes_on_gets_all_up_to_the_most() {
        let body = || Body::from(vec![b'a'; 3_000_000]);
        let (pieces, progress) = Pieces::of(body(), 3_000_000);
        let lengths = pieces.inspect(|_| progress.note_piece()).map(|piece| piece.unwrap().len());
        assert_eq!(lengths.collect::<Vec<_>>().await.into_iter().sum::<usize>(), 3_000_000);
        let (pieces, progress) = Pieces::of(body(), 2_999_999);
        let ends = pieces.inspect(|_| progress.note_piece()).any(async |piece| piece.is_err()).await;
        assert!(ends && progress.was_too_much());
    }
}
