//! What the strict cloud's faults are to an SDK: the same as AWS's own troubles. No emulator has them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use strict_cloud::front::server::Server;
use strict_cloud::operation::{cloudfront, lambda};
use strict_cloud::{Cloud, Fault, FaultKind, Operation, Settings};

use super::calls::Clients;
use crate::support::TIMEOUT;

const ACCOUNT: &str = "222200009999";

fn server(settings: Settings) -> Server {
    Server::start(Arc::new(Mutex::new(Cloud::new(1, settings))), 0).expect("a strict cloud")
}

#[tokio::test]
async fn a_fault_of_the_strict_cloud_reaches_an_sdk_as_one_of_aws() {
    let server = server(Settings::default());
    let clients = Clients::of(&server.url(), ACCOUNT);
    let edge = ("cloudfront:ListFunctions", cloudfront::LIST_FUNCTIONS);
    let lambda = ("lambda:ListFunctions", lambda::LIST_FUNCTIONS);
    let throttle = FaultKind::Throttle {
        retry_after: Some(Duration::from_secs(3)),
    };
    let rows: [((&str, Operation), FaultKind, u16, &str); 8] = [
        (edge, throttle.clone(), 400, "Throttling"),
        (lambda, throttle, 429, "TooManyRequestsException"),
        (edge, FaultKind::InternalError, 500, "InternalError"),
        (lambda, FaultKind::InternalError, 500, "ServiceException"),
        (edge, FaultKind::Unavailable, 503, "ServiceUnavailable"),
        (
            lambda,
            FaultKind::Unavailable,
            503,
            "ServiceUnavailableException",
        ),
        (edge, FaultKind::ExpiredCredentials, 403, "ExpiredToken"),
        (
            lambda,
            FaultKind::ExpiredCredentials,
            403,
            "ExpiredTokenException",
        ),
    ];
    for ((call, operation), kind, status, code) in rows {
        server
            .cloud()
            .lock()
            .expect("the cloud")
            .inject(Fault::next(operation, kind));
        let answer = clients.call(call, &json!({})).await;
        assert_eq!(
            (answer.status, answer.code.as_deref()),
            (status, Some(code)),
            "{call}"
        );
    }
    for (call, operation) in [edge, lambda] {
        for kind in [FaultKind::DropBefore, FaultKind::DropAfter] {
            server
                .cloud()
                .lock()
                .expect("the cloud")
                .inject(Fault::next(operation, kind));
            let answer = clients.call(call, &json!({})).await;
            assert!(
                answer.status == 0
                    && answer
                        .code
                        .is_some_and(|code| code.starts_with("(no answer: DispatchFailure")),
                "{call}"
            );
        }
    }
}

#[tokio::test]
async fn the_quotas_are_kept_over_http_too() {
    let server = server(Settings::default());
    let clients = Clients::of(&server.url(), ACCOUNT);
    let mut codes = Vec::new();
    let began = Instant::now();
    // Time is real: on a slow machine the quota may fill up again as fast as a few are sent.
    while codes.is_empty() && began.elapsed() < TIMEOUT {
        let request = json!({});
        let answers = futures::future::join_all(
            (0..60).map(|_| clients.call("lambda:ListFunctions", &request)),
        )
        .await;
        codes.extend(answers.into_iter().filter_map(|answer| answer.code));
    }
    assert!(
        !codes.is_empty() && codes.iter().all(|code| code == "TooManyRequestsException"),
        "{codes:?}"
    );
}
