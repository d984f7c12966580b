//! The cloud's faults, numbered.

use std::time::Duration;

use strict_cloud::operation::{cloudfront as cf, lambda};
use strict_cloud::{Cloud, Fault, FaultKind, Operation, Service, Settings};

use crate::schedule::{Act, Adversity, Kind, Slot, role};
use crate::world::ACCOUNT;

/// Operations that the operator uses.
pub const OPERATIONS: [Operation; 46] = [
    cf::CREATE_FUNCTION,
    cf::DESCRIBE_FUNCTION,
    cf::GET_FUNCTION,
    cf::UPDATE_FUNCTION,
    cf::TEST_FUNCTION,
    cf::PUBLISH_FUNCTION,
    cf::DELETE_FUNCTION,
    cf::TAG_RESOURCE,
    cf::UNTAG_RESOURCE,
    cf::LIST_TAGS_FOR_RESOURCE,
    cf::LIST_DISTRIBUTIONS,
    lambda::CREATE_FUNCTION,
    lambda::GET_FUNCTION,
    lambda::UPDATE_FUNCTION_CONFIGURATION,
    lambda::UPDATE_FUNCTION_CODE,
    lambda::PUBLISH_VERSION,
    lambda::LIST_VERSIONS_BY_FUNCTION,
    lambda::LIST_ALIASES,
    lambda::CREATE_ALIAS,
    lambda::UPDATE_ALIAS,
    lambda::DELETE_ALIAS,
    lambda::LIST_PROVISIONED_CONCURRENCY_CONFIGS,
    lambda::PUT_PROVISIONED_CONCURRENCY_CONFIG,
    lambda::DELETE_PROVISIONED_CONCURRENCY_CONFIG,
    lambda::GET_FUNCTION_RECURSION_CONFIG,
    lambda::PUT_FUNCTION_RECURSION_CONFIG,
    lambda::PUT_FUNCTION_CONCURRENCY,
    lambda::DELETE_FUNCTION_CONCURRENCY,
    lambda::CREATE_FUNCTION_URL_CONFIG,
    lambda::GET_FUNCTION_URL_CONFIG,
    lambda::UPDATE_FUNCTION_URL_CONFIG,
    lambda::DELETE_FUNCTION_URL_CONFIG,
    lambda::GET_POLICY,
    lambda::ADD_PERMISSION,
    lambda::REMOVE_PERMISSION,
    lambda::GET_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::PUT_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::DELETE_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::GET_FUNCTION_CODE_SIGNING_CONFIG,
    lambda::PUT_FUNCTION_CODE_SIGNING_CONFIG,
    lambda::DELETE_FUNCTION_CODE_SIGNING_CONFIG,
    lambda::GET_RUNTIME_MANAGEMENT_CONFIG,
    lambda::PUT_RUNTIME_MANAGEMENT_CONFIG,
    lambda::DELETE_FUNCTION,
    lambda::TAG_RESOURCE,
    lambda::UNTAG_RESOURCE,
];

/// The cloud wants to be left alone for longer than a call may wait.
pub const LONG_THROTTLE: FaultKind = FaultKind::Throttle {
    retry_after: Some(Duration::from_secs(50)),
};

/// Kinds of faults, pages excepted.
pub fn kinds() -> Vec<FaultKind> {
    let seconds = Duration::from_secs;
    vec![
        FaultKind::Throttle { retry_after: None },
        FaultKind::Throttle {
            retry_after: Some(seconds(3)),
        },
        FaultKind::InternalError,
        FaultKind::Unavailable,
        FaultKind::DropBefore,
        FaultKind::DropAfter,
        FaultKind::DropAfter,
        FaultKind::Delay(seconds(4)),
        FaultKind::Stale(seconds(2)),
        FaultKind::ExpiredCredentials,
        FaultKind::TestFunctionFailed,
        FaultKind::Unreadable(200),
        FaultKind::Unreadable(301),
        FaultKind::Unreadable(400),
        FaultKind::Unreadable(404),
    ]
}

/// An operation's name in schedules: `lambda:CreateFunction`.
pub fn name(operation: Operation) -> String {
    let service = match operation.service {
        Service::CloudFront => "cloudfront",
        Service::Lambda => "lambda",
    };
    format!("{service}:{}", operation.name)
}

/// The operation of a name.
fn operation(wanted: &str) -> Operation {
    OPERATIONS
        .into_iter()
        .find(|operation| name(*operation) == wanted)
        .unwrap()
}

/// A fault from a number: half of them for any call, half for one operation.
pub fn act(number: usize, nth: u32) -> Act {
    let kinds = kinds();
    let kind = &kinds[number % kinds.len()];
    let rest = number / kinds.len();
    let operation = rest
        .is_multiple_of(2)
        .then(|| name(OPERATIONS[rest / 2 % OPERATIONS.len()]));
    let nth = if operation.is_some() {
        1 + nth % 2
    } else {
        nth
    };
    Act::Cloud {
        fault: label(kind),
        operation,
        nth,
    }
}

/// A fault's name in schedules: `Delay(4s)`.
pub fn label(kind: &FaultKind) -> String {
    format!("{kind:?}")
}

/// The fault that a schedule names.
pub fn fault(wanted: &str, of: Option<&str>, nth: u32) -> Fault {
    let kind = kinds()
        .into_iter()
        .chain([LONG_THROTTLE])
        .find(|kind| label(kind) == wanted)
        .unwrap();
    Fault {
        operation: of.map(operation),
        function: None,
        nth,
        kind,
    }
}

/// The cloud begins to refuse something.
pub fn adversity(cloud: &mut Cloud, what: &Adversity, slots: &[Slot]) {
    match what {
        Adversity::Denied(name) => {
            for who in ["op1", "op2"] {
                cloud.deny(Some(who), operation(name));
            }
        }
        Adversity::InUse => slots
            .iter()
            .filter(|slot| slot.kind == Kind::CloudFront)
            .for_each(|slot| {
                cloud.cloudfront_set_in_use(ACCOUNT, slot.function(), true);
            }),
        Adversity::Full => cloud.settings_mut().cloudfront_functions = 1,
        Adversity::NoTests => cloud.settings_mut().test_function = false,
        Adversity::NewRole => cloud.put_role(&role()),
        Adversity::Over => {
            cloud.allow_all();
            cloud.settings_mut().test_function = true;
            cloud.settings_mut().cloudfront_functions = Settings::default().cloudfront_functions;
            for slot in slots {
                cloud.cloudfront_set_in_use(ACCOUNT, slot.function(), false);
            }
        }
    }
}
