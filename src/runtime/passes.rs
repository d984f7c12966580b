//! Runs the passes of one kind, in tasks of their own.
//!
//! Invariant: a panic ends the pass that it happens in and no other; a pass that began is never dropped,
//! whoever waits for it; and none begins once the operator is to stop.

use std::any::Any;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::health::Pulse;

/// The passes of one kind, over all its namespaces.
pub(super) struct Passes {
    /// Bounds how many run at once. It is never closed, so a slot is never an error.
    slots: Arc<Semaphore>,
    concurrency: u16,
    /// Whether the definition of the kind can be relied on.
    usable: watch::Receiver<bool>,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
}

/// How a pass ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended<T> {
    /// By itself.
    Done(T),
    /// By a panic, with this message.
    Panicked(String),
    /// It did not begin: the operator stops.
    Stopped,
}

impl Passes {
    pub(super) fn new(
        concurrency: u16,
        usable: watch::Receiver<bool>,
        stop: CancellationToken,
        pulse: Arc<Pulse>,
    ) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(usize::from(concurrency))),
            concurrency,
            usable,
            stop,
            pulse,
        }
    }

    /// Waits until passes may begin.
    pub(super) async fn may_begin(&self) {
        let mut usable = self.usable.clone();
        if usable.wait_for(|usable| *usable).await.is_err() {
            // Nobody looks at the definition any more: the operator stops.
            self.stop.cancelled().await;
        }
    }

    /// Waits for a slot, and runs a pass to its end.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        pass: impl Future<Output = T> + Send + 'static,
    ) -> Ended<T> {
        let slot = self.slots.clone().acquire_owned();
        let Some(slot) = self.stop.run_until_cancelled(slot).await else {
            return Ended::Stopped;
        };
        // The slot may have come with the stop.
        if self.stop.is_cancelled() {
            return Ended::Stopped;
        }
        let beat = self.pulse.begin();
        let pass = tokio::spawn(async move {
            let _slot = (slot, beat);
            pass.await
        });
        match pass.await {
            Ok(done) => Ended::Done(done),
            Err(error) => error.try_into_panic().map_or(Ended::Stopped, |panic| {
                Ended::Panicked(message(panic.as_ref()))
            }),
        }
    }

    /// Waits until no pass is running; after a stop, none begins any more.
    pub(super) async fn ended(&self) {
        let all = u32::from(self.concurrency);
        drop(self.slots.acquire_many(all).await);
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::super::health::Health;
    use super::*;

    fn passes(concurrency: u16) -> (Arc<Passes>, CancellationToken) {
        let stop = CancellationToken::new();
        let pulse = Health::default().pulse("LambdaFunction");
        let (_, usable) = watch::channel(true);
        let passes = Passes::new(concurrency, usable, stop.clone(), pulse);
        (Arc::new(passes), stop)
    }

    #[tokio::test]
    async fn a_panic_ends_its_pass_and_gives_its_slot_back() {
        let (passes, _) = passes(1);
        for _ in 0..3 {
            let ended = passes
                .run::<()>(async { panic!("an odd {}", "spec") })
                .await;
            assert_eq!(ended, Ended::Panicked("an odd spec".to_owned()));
        }
        assert_eq!(passes.run(async { 7 }).await, Ended::Done(7));
    }

    #[tokio::test]
    async fn a_stop_lets_the_running_pass_end_and_no_other_one_begin() {
        let (passes, stop) = passes(1);
        let (begun, has_begun) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let running = tokio::spawn({
            let passes = passes.clone();
            async move {
                let pass = async move {
                    begun.send(()).unwrap();
                    finished.await.unwrap()
                };
                passes.run(pass).await
            }
        });
        has_begun.await.unwrap();
        let waiting = passes.run(async { 2 });
        let stopping = async {
            stop.cancel();
            finish.send(1).unwrap();
            passes.ended().await;
        };
        let (waiting, ()) = tokio::join!(waiting, stopping);
        assert_eq!(waiting, Ended::Stopped, "it waited for the slot");
        assert_eq!(running.await.unwrap(), Ended::Done(1));
        assert_eq!(passes.run(async { 3 }).await, Ended::Stopped);
    }

    #[tokio::test]
    async fn a_pass_that_nobody_waits_for_any_more_is_run_to_its_end() {
        let (passes, _) = passes(2);
        let (finish, finished) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let pass = async move {
            finished.await.unwrap();
            done.send(()).unwrap();
        };
        let mut waiting = Box::pin(passes.run(pass));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        drop(waiting);
        finish.send(()).unwrap();
        is_done.await.unwrap();
        passes.ended().await;
    }
}
