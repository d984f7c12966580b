//! Runs passes, so many at once, each when its object's turn comes.

use std::pin::pin;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{Stream, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::queue::{ObjectKey, Queue};

/// Runs `pass` for every object that `due` names, and again after the time that it answers; at most
/// `concurrency` at once, and never two over one object. Ends when `due` has ended and nothing is left.
pub async fn dispatch<F>(
    due: impl Stream<Item = ObjectKey>,
    concurrency: usize,
    pass: impl Fn(ObjectKey) -> F,
) where
    F: Future<Output = Option<Duration>>,
{
    let mut due = pin!(due.fuse());
    let mut queue = Queue::default();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < concurrency
            && let Some(object) = queue.next(Instant::now())
        {
            let pass = pass(object.clone());
            running.push(async { (object, pass.await) });
        }
        // With every slot taken, nothing can begin when its time comes.
        let wakes_at = queue.wakes_at().filter(|_| running.len() < concurrency);
        tokio::select! {
            // In a fixed order: what happened is taken in before the next pass is chosen.
            biased;
            Some(object) = due.next() => queue.due(object),
            Some((object, wait)) = running.next() => {
                queue.finished(object, wait.map(|wait| Instant::now() + wait));
            }
            Some(()) = wake(wakes_at) => {}
            else => return,
        }
    }
}

/// Waits until then; `None` at once where there is no time.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the wait that a requeue asks for"
)]
async fn wake(at: Option<Instant>) -> Option<()> {
    sleep_until(at?).await;
    Some(())
}
