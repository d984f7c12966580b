//! Whether a call may be sent: decided at the very moment at which it would be.
//!
//! Invariant: no call is sent that is signed by an access key of which nobody verified that it belongs
//! to the account that the call is about, and none after its deadline. Reads are no exception, since
//! "there is no such function" is believed. A simulation asks the same code as the adapters.
//! The clock is tokio's, as in `limit`.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::error::{Class, CloudError};

/// Keys that are remembered: an operator signs with one, and for a moment with the one before.
const MOST_KEYS: usize = 16;

/// The operation that tells whose a key is.
const IDENTIFY: &str = "GetCallerIdentity";

/// What a client is asked for: its calls are about this account, and sent until then.
#[derive(Clone, Copy, Debug)]
pub struct Errand<'a> {
    /// The account.
    pub account: &'a str,
    /// The deadline; `None` is the usual time after the beginning of each call.
    pub until: Option<Instant>,
}

/// The accounts of the access keys that were verified: the cloud itself named them.
#[derive(Debug, Default)]
pub struct Keys(Mutex<VecDeque<(String, String)>>);

impl Keys {
    /// The cloud said that `key` belongs to `account`.
    pub fn verified(&self, key: &str, account: &str) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|(known, _)| known != key);
        keys.push_back((key.to_owned(), account.to_owned()));
        if keys.len() > MOST_KEYS {
            keys.pop_front();
        }
    }

    /// The account of a key that was verified.
    #[must_use]
    pub fn account(&self, key: &str) -> Option<String> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keys.iter().find(|(known, _)| known == key);
        found.map(|(_, account)| account.clone())
    }
}

/// What a call must fulfil when it is sent.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The account that it is about.
    pub account: Arc<str>,
    /// It is sent until then, or not at all.
    pub until: Instant,
}

impl Terms {
    /// Whether a call signed by this key (`None`: by none) may be sent now.
    ///
    /// # Errors
    /// Why it is not sent.
    pub fn check(&self, keys: &Keys, signed_by: Option<&str>, now: Instant) -> Result<(), Unsent> {
        if now > self.until {
            return Err(Unsent::Late);
        }
        match signed_by.and_then(|key| keys.account(key)) {
            None => Err(Unsent::Unverified),
            Some(account) if account != *self.account => Err(Unsent::Foreign {
                account,
                wanted: self.account.to_string(),
            }),
            Some(_) => Ok(()),
        }
    }
}

/// Why a call was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// Its deadline was over.
    #[error("it could not be sent in time")]
    Late,
    /// Nobody knows whose the key is that signed it.
    #[error("the account of the credentials is not known")]
    Unverified,
    /// The key that signed it is of another account.
    #[error(
        "the function lives in account {wanted} and the operator's credentials are for {account}; give it the right ones"
    )]
    Foreign {
        /// Account of the key.
        account: String,
        /// Account that the call is about.
        wanted: String,
    },
}

impl Unsent {
    /// The error of the call.
    #[must_use]
    pub fn error(&self, operation: &'static str) -> CloudError {
        let (class, code) = match self {
            Self::Late => (Class::Late, LATE),
            Self::Unverified => (Class::Unauthenticated, UNVERIFIED_KEY),
            Self::Foreign { .. } => (Class::WrongAccount, OTHER_ACCOUNT),
        };
        CloudError {
            class,
            operation,
            code: code.to_owned(),
            message: self.to_string(),
            request_id: None,
        }
    }
}

/// Code of a call that was not sent by its deadline.
pub const LATE: &str = "NotSentInTime";
/// Code of a call that was not sent since nobody verified its key.
pub const UNVERIFIED_KEY: &str = "UnverifiedKey";
/// Code of a call that was not sent since its key is of another account.
pub const OTHER_ACCOUNT: &str = "OtherAccount";
/// Code of a call that was not sent since the account is not allowed.
pub const NOT_ALLOWED: &str = "AccountNotAllowed";

/// Whether the operator may work in this account; an empty list allows any.
///
/// # Errors
/// [`Class::WrongAccount`].
pub fn allow(account: &str, allowed: &BTreeSet<String>) -> Result<(), CloudError> {
    if allowed.is_empty() || allowed.contains(account) {
        return Ok(());
    }
    Err(CloudError {
        class: Class::WrongAccount,
        operation: IDENTIFY,
        code: NOT_ALLOWED.to_owned(),
        message: format!(
            "the credentials are for account {account}, which --allowed-account-ids does not name; give the operator the right ones"
        ),
        request_id: None,
    })
}

/// Whether a client for this account can be had: the credentials are for `account` now.
///
/// # Errors
/// [`Class::WrongAccount`].
pub fn same(account: &str, errand: &Errand<'_>) -> Result<(), CloudError> {
    if account == errand.account {
        return Ok(());
    }
    let foreign = Unsent::Foreign {
        account: account.to_owned(),
        wanted: errand.account.to_owned(),
    };
    Err(foreign.error(IDENTIFY))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_call_is_sent_in_time_and_by_a_key_of_its_account_or_not_at_all() {
        let keys = Keys::default();
        keys.verified("mine", "1");
        keys.verified("theirs", "2");
        let now = Instant::now();
        let terms = Terms {
            account: "1".into(),
            until: now,
        };
        let foreign = Unsent::Foreign {
            account: "2".to_owned(),
            wanted: "1".to_owned(),
        };
        let late = now + Duration::from_millis(1);
        let rows = [
            ("a verified key in time", Some("mine"), now, Ok(())),
            (
                "a key of another account",
                Some("theirs"),
                now,
                Err(foreign),
            ),
            (
                "a key that nobody verified",
                Some("new"),
                now,
                Err(Unsent::Unverified),
            ),
            ("no key at all", None, now, Err(Unsent::Unverified)),
            (
                "a verified key too late",
                Some("mine"),
                late,
                Err(Unsent::Late),
            ),
        ];
        for (sentence, key, now, wanted) in rows {
            assert_eq!(terms.check(&keys, key, now), wanted, "{sentence}");
        }
    }

    #[test]
    fn old_keys_are_forgotten_and_the_newest_is_not() {
        let keys = Keys::default();
        for number in 0..100 {
            keys.verified(&number.to_string(), "1");
        }
        assert_eq!(keys.account("99").as_deref(), Some("1"));
        assert_eq!(keys.account("0"), None);
    }

    #[test]
    fn nothing_that_was_not_sent_had_an_effect() {
        let foreign = Unsent::Foreign {
            account: "2".to_owned(),
            wanted: "1".to_owned(),
        };
        for unsent in [Unsent::Late, Unsent::Unverified, foreign] {
            assert!(unsent.error("CreateFunction").class.had_no_effect());
        }
        let refused = allow("2", &BTreeSet::from(["1".to_owned()])).unwrap_err();
        assert_eq!(refused.class, Class::WrongAccount);
        assert_eq!(allow("2", &BTreeSet::new()), Ok(()));
    }
}
