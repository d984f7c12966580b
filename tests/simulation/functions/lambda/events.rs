//! What becomes of events of asynchronous calls: written as a whole, taken away, and never drift where it is a default.

use strict_cloud::lambda::EventInvokeConfig;
use strict_cloud::operation::lambda as op;

use super::*;
use crate::schedule::queue;

const READ: &str = "GetFunctionEventInvokeConfig";
const PUT: &str = "PutFunctionEventInvokeConfig";
const DELETE: &str = "DeleteFunctionEventInvokeConfig";

fn with(config: &Value) -> Value {
    spec(&json!({"eventInvokeConfig": config}))
}

fn events(alone: &Alone) -> Value {
    alone.function()["eventInvokeConfig"].clone()
}

impl Alone {
    /// Somebody else writes a configuration.
    fn events_outside(&self, config: Value) {
        let theirs = EventInvokeConfig::of(config);
        self.others(|cloud, caller| {
            cloud
                .lambda_put_function_event_invoke_config(caller, (NAME, None), &theirs)
                .unwrap();
        });
    }
}

#[test]
fn it_is_written_whole_and_taken_away_and_what_nobody_names_is_let_alone() {
    regional(async |alone: &mut Alone| {
        let whole = json!({"maximumRetryAttempts": 0, "destinationConfig": {"onFailure": {"destination": queue()}}});
        alone.apply(&with(&whole)).await;
        assert_eq!(alone.done(), ["CreateFunction", PUT]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        // It is one block: what it omits has its default.
        alone
            .apply(&with(&json!({"maximumEventAgeInSeconds": 60})))
            .await;
        assert_eq!(alone.calls(), ["GetFunction", READ, PUT]);
        let all = json!({"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 60, "onSuccess": "", "onFailure": ""});
        assert_eq!(events(alone), all);

        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, DELETE]);
        // A second observation confirms it; then it is nobody's.
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        alone.events_outside(json!({"MaximumRetryAttempts": 1}));
        alone.done();
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        assert_eq!(events(alone)["maximumRetryAttempts"], 1);
    });
}

#[test]
fn a_block_that_says_only_defaults_is_as_none_whether_the_cloud_says_them_or_not() {
    regional(async |alone: &mut Alone| {
        alone.apply(&with(&json!({}))).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        alone.events_outside(json!({"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 21600}));
        alone.done();
        for same in [
            json!({}),
            json!({"maximumRetryAttempts": 2, "destinationConfig": {"onSuccess": {"destination": ""}}}),
        ] {
            alone.apply(&with(&same)).await;
            alone.check().await;
            assert_eq!(alone.done(), Vec::<&str>::new());
        }
    });
}

#[test]
fn an_outside_edit_is_repaired_also_to_the_defaults() {
    regional(async |alone: &mut Alone| {
        alone
            .apply(&with(&json!({"maximumRetryAttempts": 1})))
            .await;
        let asked = events(alone);
        alone.events_outside(json!({"MaximumEventAgeInSeconds": 77}));
        alone.done();
        alone.check().await;
        assert_eq!((alone.done(), events(alone)), (vec![PUT], asked));
        alone.apply(&with(&json!({}))).await;
        assert_eq!(alone.done(), [DELETE]);
        alone.events_outside(json!({"MaximumEventAgeInSeconds": 77}));
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), [DELETE]);
    });
}

#[test]
fn a_destination_that_is_made_later_is_waited_for() {
    regional(async |alone: &mut Alone| {
        let arn = format!(
            "arn:aws:lambda:eu-west-1:{}:function:sink",
            crate::world::ACCOUNT
        );
        let wanted = with(&json!({"destinationConfig": {"onSuccess": {"destination": arn}}}));
        alone.apply(&wanted).await;
        assert_eq!(alone.condition("Stalled"), "True/NotReadyYet");
        let message = alone.message();
        assert!(message.contains("The destination ARN"), "{message}");
        let sink = lambda::CreateFunction {
            function_name: "sink".to_owned(),
            code: Some(lambda::Code::Zip(zip::store(&[("index.py", b"pass")]))),
            configuration: lambda::Configuration::of(json!({
                "Runtime": "python3.13", "Handler": "index.handler", "Role": "arn:aws:iam::123456789012:role/lambda",
            })),
            ..Default::default()
        };
        alone.others(|cloud, caller| cloud.lambda_create_function(caller, &sink).unwrap());
        alone.check().await;
        assert_eq!(alone.condition("Ready"), "True/Available");
    });
}

#[test]
fn a_configuration_that_may_not_be_read_stops_itself_and_nothing_else() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| cloud.deny(None, op::GET_FUNCTION_EVENT_INVOKE_CONFIG));
        alone.apply(&with(&json!({}))).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let message = alone.message();
        assert!(
            message.contains("allow lambda:GetFunctionEventInvokeConfig"),
            "{message}"
        );
        alone.done();
        alone.delete().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
    });
}
