//! Faults on demand: what goes wrong, where, and at which call.

use std::time::Duration;

use strum::IntoStaticStr;

use crate::operation::{Operation, Service};
use crate::time::Time;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum FaultKind {
    /// Throttled: Lambda 429 `TooManyRequestsException`, CloudFront 400 `Throttling`.
    Throttle {
        /// The Retry-After header, if any.
        retry_after: Option<Duration>,
    },
    /// HTTP 500, with no effect.
    InternalError,
    /// HTTP 503, with no effect.
    Unavailable,
    /// TestFunction is answered 500 `TestFunctionFailed`: the test itself could not be done. Other operations take no notice.
    TestFunctionFailed,
    /// The connection breaks before the request has any effect.
    DropBefore,
    /// The connection breaks after the request had its effect: the answer is lost.
    DropAfter,
    /// The answer comes late. The effect is at once; how late, [`Cloud::take_delay`](crate::Cloud::take_delay) says.
    Delay(Duration),
    /// This read, and all reads of the same function (for a list: of the same list) for so long, show
    /// what was before a function's last write, if that is not older than so long.
    Stale(Duration),
    /// A list answers at most so many items, and where to go on.
    PartialPage(usize),
    /// The session of the caller has expired.
    ExpiredCredentials,
    /// What answers is not the service: this status, no code, a page instead of a body (below 300 none at
    /// all), and no effect.
    Unreadable(u16),
}

impl FaultKind {
    /// The name for counts and traces.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

/// The page of whatever answers in the service's place.
pub const PAGE: &str = "<html><body>Sign in to the network</body></html>";

/// A fault, waiting for its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation; any, if none.
    pub operation: Option<Operation>,
    /// The function's name; any, if none.
    pub function: Option<String>,
    /// The how-manieth matching call from now on, from 1.
    pub nth: u32,
    /// What happens then, once.
    pub kind: FaultKind,
}

impl Fault {
    /// The next call of an operation, on whatever function.
    #[must_use]
    pub const fn next(operation: Operation, kind: FaultKind) -> Self {
        Self {
            operation: Some(operation),
            function: None,
            nth: 1,
            kind,
        }
    }

    fn matches(&self, operation: Operation, function: Option<&str>) -> bool {
        self.operation.is_none_or(|wanted| wanted == operation)
            && self
                .function
                .as_deref()
                .is_none_or(|wanted| Some(wanted) == function)
    }
}

/// What reads show the past, and until when.
#[derive(Clone, Debug)]
struct Window {
    account: String,
    region: String,
    service: Service,
    /// A function's name, or a list's.
    what: String,
    until: Time,
    /// The last moment of which it shows anything.
    shows: Time,
}

/// All faults that wait, and the windows that are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    windows: Vec<Window>,
}

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.waiting
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Counts the call down; the first fault whose turn it is fires and is gone.
    pub(crate) fn fire(
        &mut self,
        operation: Operation,
        function: Option<&str>,
    ) -> Option<FaultKind> {
        let mut due = None;
        for (index, fault) in self.waiting.iter_mut().enumerate() {
            if fault.matches(operation, function) {
                fault.nth = fault.nth.saturating_sub(1);
                if fault.nth == 0 && due.is_none() {
                    due = Some(index);
                }
            }
        }
        due.map(|index| self.waiting.remove(index).kind)
    }

    /// Opens a window onto the past: for so long, reads show nothing of what was written less than so
    /// long before it opened.
    pub(crate) fn open(
        &mut self,
        account: &str,
        region: &str,
        service: Service,
        what: &str,
        now: Time,
        lag: Duration,
    ) {
        let (account, region, what) = (account.to_owned(), region.to_owned(), what.to_owned());
        self.windows.push(Window {
            account,
            region,
            service,
            what,
            until: now.after(lag),
            shows: Time(now.0.saturating_sub(lag)),
        });
    }

    /// The last moment of which a read shows anything; none where it shows the present.
    pub(crate) fn stale(
        &mut self,
        account: &str,
        region: &str,
        service: Service,
        what: &str,
        now: Time,
    ) -> Option<Time> {
        self.windows.retain(|window| window.until > now);
        let windows = self.windows.iter().filter(|w| {
            w.account == account && w.region == region && w.service == service && w.what == what
        });
        windows.map(|window| window.shows).min()
    }
}
