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

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests let the paused clock run")]
mod tests {
    use std::cell::RefCell;

    use futures::stream;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    const SLOTS: usize = 2;

    fn object(namespace: &str, name: usize) -> ObjectKey {
        ObjectKey {
            namespace: namespace.to_owned(),
            name: name.to_string(),
        }
    }

    /// Every pass of a busy namespace takes a second and is due again at once: its owner edits all the time.
    #[tokio::test(start_paused = true)]
    async fn who_edits_all_the_time_delays_nobody_else() {
        let (due, mut events) = unbounded_channel();
        for name in 0..200 {
            due.send(object("busy", name)).unwrap();
        }
        let begun = RefCell::new(Vec::new());
        let pass = |object: ObjectKey| {
            begun.borrow_mut().push(object.to_string());
            let busy = object.namespace == "busy";
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                busy.then_some(Duration::ZERO)
            }
        };
        let events = stream::poll_fn(move |context| events.poll_recv(context));
        let work = dispatch(events, SLOTS, pass);
        let newcomer = async {
            tokio::time::sleep(Duration::from_millis(10_500)).await;
            let before = begun.borrow().len();
            due.send(object("calm", 0)).unwrap();
            tokio::time::sleep(Duration::from_secs(30)).await;
            let begun = begun.borrow();
            let place = begun.iter().position(|name| name == "calm/0");
            let after = begun[before..]
                .iter()
                .filter(|name| name.starts_with("busy"));
            assert!(after.count() > 20, "the busy one is served, too: {begun:?}");
            place.unwrap() - before
        };
        tokio::select! {
            () = work => panic!("it ended"),
            passed = newcomer => assert!(passed <= 1, "{passed} others came first"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_once_nothing_is_left_and_runs_no_object_twice_at_once() {
        let running = RefCell::new(0_usize);
        let runs = RefCell::new(0_usize);
        let pass = |_: ObjectKey| {
            *running.borrow_mut() += 1;
            *runs.borrow_mut() += 1;
            assert_eq!(*running.borrow(), 1);
            let next = (*runs.borrow() < 3).then_some(Duration::from_mins(1));
            let running = &running;
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                *running.borrow_mut() -= 1;
                next
            }
        };
        let same = stream::iter([object("team", 1), object("team", 1)]);
        dispatch(same, SLOTS, pass).await;
        assert_eq!(*runs.borrow(), 3);
    }
}
