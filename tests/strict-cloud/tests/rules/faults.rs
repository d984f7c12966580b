//! Faults, quotas, the log, and that the same calls get the same answers.

use std::time::Duration;

use serde_json::json;
use strict_cloud::cloudfront::{ListFunctions, Stage, TestFunction};
use strict_cloud::lambda::{
    AliasConfig, Configuration, CreateFunction, EventInvokeConfig, Page, Permission,
    RuntimeManagement, UpdateFunctionConfiguration, UrlConfig,
};
use strict_cloud::log::Answered;
use strict_cloud::operation::{ALL, Service, cloudfront as cf, lambda};
use strict_cloud::{Cloud, Fault, FaultKind, Outcome, Settings};

use crate::support::{
    active, cloud, get, me, new_edge, new_function, python, refused, settle, verdict, words,
};

fn describe(name: &str, text: &str) -> UpdateFunctionConfiguration {
    UpdateFunctionConfiguration {
        function_name: name.into(),
        configuration: Configuration::new().with("Description", text),
        revision_id: None,
    }
}

/// Calls any operation, on a function `f` of either service; what it answers does not matter.
fn any(cloud: &mut Cloud, operation: strict_cloud::Operation) -> (u16, &'static str) {
    let me = me();
    let arn = match operation.service {
        Service::CloudFront => "arn:aws:cloudfront::111111111111:function/f",
        Service::Lambda => "arn:aws:lambda:eu-west-1:111111111111:function:f",
    };
    let some = strict_cloud::Tags::from([("a".to_owned(), "b".to_owned())]);
    let keys = ["a".to_owned()];
    let open = Permission::of(
        json!({"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}),
    );
    let public = UrlConfig::of(json!({"AuthType": "NONE"}));
    let first = ("f", Some("1"));
    let live = AliasConfig::of(json!({"Name": "live", "FunctionVersion": "$LATEST"}));
    let once = EventInvokeConfig::of(json!({"MaximumRetryAttempts": 0}));
    match operation {
        cf::CREATE_FUNCTION => verdict(cloud.cloudfront_create_function(&me, &new_edge("f"))),
        cf::DESCRIBE_FUNCTION => verdict(cloud.cloudfront_describe_function(&me, "f", None)),
        cf::GET_FUNCTION => verdict(cloud.cloudfront_get_function(&me, "f", Some(Stage::Live))),
        cf::UPDATE_FUNCTION => verdict(cloud.cloudfront_update_function(
            &me,
            &strict_cloud::cloudfront::UpdateFunction {
                name: "f".into(),
                ..Default::default()
            },
        )),
        cf::PUBLISH_FUNCTION => verdict(cloud.cloudfront_publish_function(&me, "f", None)),
        cf::TEST_FUNCTION => verdict(cloud.cloudfront_test_function(
            &me,
            &TestFunction {
                name: "f".into(),
                ..TestFunction::default()
            },
        )),
        cf::DELETE_FUNCTION => verdict(cloud.cloudfront_delete_function(&me, "f", None)),
        cf::LIST_FUNCTIONS => {
            verdict(cloud.cloudfront_list_functions(&me, &ListFunctions::default()))
        }
        cf::LIST_DISTRIBUTIONS => verdict(cloud.cloudfront_list_distributions(&me, None, None)),
        cf::TAG_RESOURCE => verdict(cloud.cloudfront_tag_resource(&me, arn, &some)),
        cf::UNTAG_RESOURCE => verdict(cloud.cloudfront_untag_resource(&me, arn, &keys)),
        cf::LIST_TAGS_FOR_RESOURCE => verdict(cloud.cloudfront_list_tags_for_resource(&me, arn)),
        lambda::CREATE_FUNCTION => verdict(cloud.lambda_create_function(&me, &new_function("f"))),
        lambda::GET_FUNCTION => verdict(cloud.lambda_get_function(&me, "f", None)),
        lambda::GET_FUNCTION_CONFIGURATION => {
            verdict(cloud.lambda_get_function_configuration(&me, "f", None))
        }
        lambda::UPDATE_FUNCTION_CONFIGURATION => {
            verdict(cloud.lambda_update_function_configuration(&me, &describe("f", "x")))
        }
        lambda::UPDATE_FUNCTION_CODE => verdict(cloud.lambda_update_function_code(
            &me,
            &strict_cloud::lambda::UpdateFunctionCode {
                function_name: "f".into(),
                ..Default::default()
            },
        )),
        lambda::PUBLISH_VERSION => verdict(cloud.lambda_publish_version(
            &me,
            &strict_cloud::lambda::PublishVersion {
                function_name: "f".into(),
                ..Default::default()
            },
        )),
        lambda::LIST_VERSIONS_BY_FUNCTION => {
            verdict(cloud.lambda_list_versions_by_function(&me, "f", &Page::default()))
        }
        lambda::DELETE_FUNCTION => verdict(cloud.lambda_delete_function(&me, "f", None)),
        lambda::CREATE_ALIAS => verdict(cloud.lambda_create_alias(&me, "f", &live)),
        lambda::GET_ALIAS => verdict(cloud.lambda_get_alias(&me, "f", "live")),
        lambda::UPDATE_ALIAS => {
            verdict(cloud.lambda_update_alias(&me, ("f", "live"), &AliasConfig::default(), None))
        }
        lambda::DELETE_ALIAS => verdict(cloud.lambda_delete_alias(&me, "f", "live")),
        lambda::LIST_ALIASES => {
            verdict(cloud.lambda_list_aliases(&me, "f", None, &Page::default()))
        }
        lambda::LIST_FUNCTIONS => {
            verdict(cloud.lambda_list_functions(&me, &Page::default(), false))
        }
        lambda::GET_FUNCTION_RECURSION_CONFIG => {
            verdict(cloud.lambda_get_function_recursion_config(&me, "f"))
        }
        lambda::PUT_FUNCTION_RECURSION_CONFIG => {
            verdict(cloud.lambda_put_function_recursion_config(&me, "f", Some("Allow")))
        }
        lambda::PUT_FUNCTION_CONCURRENCY => {
            verdict(cloud.lambda_put_function_concurrency(&me, "f", Some(1)))
        }
        lambda::DELETE_FUNCTION_CONCURRENCY => {
            verdict(cloud.lambda_delete_function_concurrency(&me, "f"))
        }
        lambda::GET_FUNCTION_CONCURRENCY => {
            verdict(cloud.lambda_get_function_concurrency(&me, "f"))
        }
        lambda::PUT_PROVISIONED_CONCURRENCY_CONFIG => {
            verdict(cloud.lambda_put_provisioned_concurrency_config(&me, first, Some(1)))
        }
        lambda::GET_PROVISIONED_CONCURRENCY_CONFIG => {
            verdict(cloud.lambda_get_provisioned_concurrency_config(&me, first))
        }
        lambda::LIST_PROVISIONED_CONCURRENCY_CONFIGS => {
            verdict(cloud.lambda_list_provisioned_concurrency_configs(&me, "f", &Page::default()))
        }
        lambda::DELETE_PROVISIONED_CONCURRENCY_CONFIG => {
            verdict(cloud.lambda_delete_provisioned_concurrency_config(&me, first))
        }
        lambda::CREATE_FUNCTION_URL_CONFIG => {
            verdict(cloud.lambda_create_function_url_config(&me, ("f", None), &public))
        }
        lambda::GET_FUNCTION_URL_CONFIG => {
            verdict(cloud.lambda_get_function_url_config(&me, ("f", None)))
        }
        lambda::LIST_FUNCTION_URL_CONFIGS => {
            verdict(cloud.lambda_list_function_url_configs(&me, "f", &Page::default()))
        }
        lambda::UPDATE_FUNCTION_URL_CONFIG => {
            verdict(cloud.lambda_update_function_url_config(&me, ("f", None), &public))
        }
        lambda::DELETE_FUNCTION_URL_CONFIG => {
            verdict(cloud.lambda_delete_function_url_config(&me, ("f", None)))
        }
        lambda::ADD_PERMISSION => {
            verdict(cloud.lambda_add_permission(&me, ("f", None), &open, None))
        }
        lambda::REMOVE_PERMISSION => {
            verdict(cloud.lambda_remove_permission(&me, ("f", None), "s", None))
        }
        lambda::GET_POLICY => verdict(cloud.lambda_get_policy(&me, ("f", None))),
        lambda::GET_FUNCTION_EVENT_INVOKE_CONFIG => {
            verdict(cloud.lambda_get_function_event_invoke_config(&me, ("f", None)))
        }
        lambda::PUT_FUNCTION_EVENT_INVOKE_CONFIG => {
            verdict(cloud.lambda_put_function_event_invoke_config(&me, ("f", None), &once))
        }
        lambda::UPDATE_FUNCTION_EVENT_INVOKE_CONFIG => {
            verdict(cloud.lambda_update_function_event_invoke_config(&me, ("f", None), &once))
        }
        lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS => {
            verdict(cloud.lambda_list_function_event_invoke_configs(&me, "f", &Page::default()))
        }
        lambda::DELETE_FUNCTION_EVENT_INVOKE_CONFIG => {
            verdict(cloud.lambda_delete_function_event_invoke_config(&me, ("f", None)))
        }
        lambda::GET_FUNCTION_CODE_SIGNING_CONFIG => {
            verdict(cloud.lambda_get_function_code_signing_config(&me, "f"))
        }
        lambda::PUT_FUNCTION_CODE_SIGNING_CONFIG => {
            verdict(cloud.lambda_put_function_code_signing_config(&me, "f", None))
        }
        lambda::DELETE_FUNCTION_CODE_SIGNING_CONFIG => {
            verdict(cloud.lambda_delete_function_code_signing_config(&me, "f"))
        }
        lambda::GET_RUNTIME_MANAGEMENT_CONFIG => {
            verdict(cloud.lambda_get_runtime_management_config(&me, "f"))
        }
        lambda::PUT_RUNTIME_MANAGEMENT_CONFIG => verdict(
            cloud.lambda_put_runtime_management_config(&me, "f", &RuntimeManagement::default()),
        ),
        lambda::TAG_RESOURCE => verdict(cloud.lambda_tag_resource(&me, arn, &some)),
        lambda::UNTAG_RESOURCE => verdict(cloud.lambda_untag_resource(&me, arn, &keys)),
        lambda::LIST_TAGS => verdict(cloud.lambda_list_tags(&me, arn)),
        other => panic!("{other:?} is not called by this test"),
    }
}

#[test]
fn every_fault_can_fire_at_every_operation_and_the_log_says_so() {
    let second = Duration::from_secs(1);
    let kinds = [
        (
            FaultKind::Throttle { retry_after: None },
            [(400, "Throttling"), (429, "TooManyRequestsException")],
        ),
        (
            FaultKind::InternalError,
            [(500, "InternalError"), (500, "ServiceException")],
        ),
        (
            FaultKind::Unavailable,
            [
                (503, "ServiceUnavailable"),
                (503, "ServiceUnavailableException"),
            ],
        ),
        (
            FaultKind::ExpiredCredentials,
            [(403, "ExpiredToken"), (403, "ExpiredTokenException")],
        ),
        (FaultKind::DropBefore, [(0, "dropped"); 2]),
        (FaultKind::DropAfter, [(0, "dropped"); 2]),
    ];
    for operation in ALL {
        for (kind, expected) in &kinds {
            let mut cloud = cloud();
            cloud.inject(Fault::next(operation, kind.clone()));
            let expected = expected[usize::from(operation.service == Service::Lambda)];
            assert_eq!(
                any(&mut cloud, operation),
                expected,
                "{} {}",
                operation.name,
                kind.name()
            );
            assert_eq!(cloud.log()[0].fault, Some(kind.name()));
            assert!(cloud.waiting_faults().is_empty());
        }
        let mut cloud = cloud();
        cloud.inject(Fault::next(operation, FaultKind::Delay(second)));
        any(&mut cloud, operation);
        assert_eq!(
            (cloud.take_delay(), cloud.take_delay()),
            (second, Duration::ZERO),
            "a delay is told once"
        );
    }
}

#[test]
fn every_answer_is_as_late_as_the_setting_says_and_a_delay_comes_on_top() {
    let (latency, more) = (Duration::from_millis(100), Duration::from_secs(1));
    let mut cloud = Cloud::new(
        1,
        Settings {
            latency,
            ..Settings::default()
        },
    );
    cloud.inject(Fault {
        nth: 2,
        ..Fault::next(lambda::LIST_FUNCTIONS, FaultKind::Delay(more))
    });
    for late in [latency, latency + more, latency] {
        any(&mut cloud, lambda::LIST_FUNCTIONS);
        assert_eq!(cloud.take_delay(), late);
    }
}

#[test]
fn a_lost_answer_hides_whether_there_was_an_effect() {
    for (kind, created) in [(FaultKind::DropBefore, false), (FaultKind::DropAfter, true)] {
        let mut cloud = cloud();
        cloud.inject(Fault::next(lambda::CREATE_FUNCTION, kind));
        assert_eq!(
            cloud.lambda_create_function(&me(), &new_function("f")),
            Err(Outcome::Dropped)
        );
        assert_eq!(!cloud.functions("111111111111").is_empty(), created);
        assert_eq!(
            cloud.log()[0].answer,
            Answered::Dropped {
                after_effect: created
            }
        );
        assert_eq!(cloud.log()[0].effect, created);
        let again = verdict(cloud.lambda_create_function(&me(), &new_function("f")));
        assert_eq!(
            again,
            if created {
                (409, "ResourceConflictException")
            } else {
                (0, "")
            },
            "a retry meets its own success"
        );
    }
}

#[test]
fn a_fault_waits_for_its_function_and_its_turn() {
    let mut cloud = cloud();
    for name in ["f", "g"] {
        active(&mut cloud, name);
    }
    cloud.inject(Fault {
        operation: Some(lambda::GET_FUNCTION),
        function: Some("g".into()),
        nth: 2,
        kind: FaultKind::InternalError,
    });
    let mut codes = vec![];
    for name in ["g", "f", "f", "g", "g"] {
        codes.push(verdict(cloud.lambda_get_function(&me(), name, None)).0);
    }
    assert_eq!(codes, [0, 0, 0, 500, 0]);
}

#[test]
fn a_stale_read_shows_what_was_before_a_write_of_the_last_seconds() {
    let mut cloud = cloud();
    settle(&mut cloud);
    cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    let window = FaultKind::Stale(Duration::from_secs(3));
    cloud.inject(Fault::next(lambda::GET_FUNCTION, window.clone()));
    assert_eq!(
        verdict(cloud.lambda_get_function(&me(), "f", None)),
        (404, "ResourceNotFoundException"),
        "not yet to be seen"
    );
    assert_eq!(
        verdict(cloud.lambda_get_function_configuration(&me(), "f", None)),
        (404, "ResourceNotFoundException"),
        "nor by any other read"
    );
    cloud.advance(Duration::from_secs(3));
    assert_eq!(
        verdict(cloud.lambda_get_function(&me(), "f", None)),
        (0, "")
    );
    settle(&mut cloud);
    cloud
        .lambda_update_function_configuration(&me(), &describe("f", "new"))
        .unwrap();
    cloud.inject(Fault::next(lambda::GET_FUNCTION, window.clone()));
    let old = get(&mut cloud, "f");
    assert_eq!(
        (old.configuration.text("Description"), words(&old)),
        (Some(""), ("Active", "Successful"))
    );
    cloud.clear_faults();
    assert_eq!(
        get(&mut cloud, "f").configuration.text("Description"),
        Some("new")
    );
    cloud.advance(Duration::from_secs(4));
    cloud.inject(Fault::next(lambda::GET_FUNCTION, window.clone()));
    assert_eq!(
        get(&mut cloud, "f").configuration.text("Description"),
        Some("new"),
        "what was written long ago everybody sees"
    );

    cloud
        .cloudfront_create_function(&me(), &new_edge("e"))
        .unwrap();
    cloud.inject(Fault::next(cf::LIST_FUNCTIONS, window));
    assert!(
        cloud
            .cloudfront_list_functions(&me(), &ListFunctions::default())
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(
        verdict(cloud.cloudfront_describe_function(&me(), "e", None)),
        (0, ""),
        "a stale list is a list's alone"
    );
}

#[test]
fn lambda_has_quotas_for_get_function_and_for_all_the_rest() {
    let mut cloud = Cloud::new(1, Settings::default());
    cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    let gets = (0..150)
        .filter(|_| cloud.lambda_get_function(&me(), "f", None).is_ok())
        .count();
    let rest = (0..50)
        .filter(|_| {
            cloud
                .lambda_get_function_configuration(&me(), "f", None)
                .is_ok()
        })
        .count();
    assert_eq!((gets, rest), (100, 14), "14 beside the create");
    let refusal = refused(cloud.lambda_list_functions(&me(), &Page::default(), false));
    assert_eq!(
        (refusal.status, refusal.code, refusal.retry_after),
        (
            429,
            "TooManyRequestsException",
            Some(Duration::from_secs(1))
        )
    );
    cloud.advance(Duration::from_millis(200));
    let more = (0..50)
        .filter(|_| {
            cloud
                .lambda_list_functions(&me(), &Page::default(), false)
                .is_ok()
        })
        .count();
    assert_eq!(more, 3, "a fifth of a second is three calls");
    let mut elsewhere = me();
    elsewhere.region = "us-east-1".into();
    assert_eq!(
        verdict(cloud.lambda_list_functions(&elsewhere, &Page::default(), false)),
        (0, ""),
        "each region has its own"
    );
}

#[test]
fn the_log_has_everything_but_secrets() {
    let mut cloud = cloud();
    let configuration = python().with_environment([("TOKEN", "hunter2")]);
    cloud
        .lambda_create_function(
            &me(),
            &CreateFunction {
                configuration,
                ..new_function("f")
            },
        )
        .unwrap();
    let _ = cloud.lambda_get_function(&me(), "g", None);
    let text: Vec<String> = cloud.log().iter().map(ToString::to_string).collect();
    assert!(!format!("{:?}{text:?}", cloud.log()).contains("hunter2"));
    assert!(
        text[0].starts_with("    1 2026-01-01T00:00:00.000 cloudfn CreateFunction f {\"Code\":\""),
        "{}",
        text[0]
    );
    assert!(
        text[0].contains("\"Environment\":[\"TOKEN\"]") && text[0].ends_with("-> 201"),
        "{}",
        text[0]
    );
    assert_eq!(
        text[1],
        "    2 2026-01-01T00:00:00.000 cloudfn GetFunction g {\"Qualifier\":null} -> 404 ResourceNotFoundException"
    );
    assert_eq!(
        (cloud.log()[0].effect, cloud.log()[1].effect),
        (true, false)
    );
}

#[test]
fn the_same_seed_and_calls_give_the_same_trace() {
    let run = |seed| {
        let mut cloud = Cloud::new(
            seed,
            Settings {
                lambda_quotas: false,
                ..Settings::default()
            },
        );
        let mut trace = Vec::new();
        for n in 0..200_u64 {
            let operation = ALL[usize::try_from(n * 7 % 22).unwrap()];
            trace.push(any(&mut cloud, operation));
            cloud.advance(Duration::from_millis(300));
        }
        format!(
            "{trace:?}{:?}{:?}",
            cloud.log(),
            cloud.snapshot("111111111111")
        )
    };
    assert_eq!(run(1), run(1));
    let etag = |seed| {
        Cloud::new(seed, Settings::default())
            .cloudfront_create_function(&me(), &new_edge("f"))
            .unwrap()
            .etag
    };
    assert_ne!(etag(1), etag(2));
}

#[test]
fn how_often_one_looks_changes_nothing() {
    let end = |looks: u32| {
        let mut cloud = cloud();
        cloud
            .lambda_create_function(&me(), &new_function("f"))
            .unwrap();
        for _ in 0..looks {
            cloud.advance(Duration::from_secs(20) / looks);
            get(&mut cloud, "f");
        }
        get(&mut cloud, "f")
    };
    assert_eq!(end(1), end(20));
}
