//! How many questions a piece of work asks: each is a way to a store and back.

use std::cell::Cell;

tokio::task_local! {
    static ASKED: Cell<u32>;
}

/// What a piece of work came to, and how many questions it asked of the database and the session store.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u32) {
    ASKED
        .scope(Cell::new(0), async {
            let came = work.await;
            (came, ASKED.with(Cell::get))
        })
        .await
}

/// One question more, where somebody counts.
pub fn asked() {
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
}
