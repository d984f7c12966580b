//! Lines of the log about one object.

use super::context::kind_name;
use crate::api::{ManagedResource, Subject};

/// Writes a line of this level that names the object, before the line's own fields and text.
macro_rules! log {
    ($level:ident, $subject:expr, $($line:tt)+) => {
        tracing::$level!(
            kind = $crate::reconcile::log::kind_of($subject),
            namespace = $subject.namespace(),
            name = $subject.name(),
            $($line)+
        )
    };
}
pub(super) use log;

/// The object's kind.
pub(super) fn kind_of<K: ManagedResource>(_: &Subject<K>) -> String {
    kind_name::<K>()
}
