//! Statements of the policy: read where they are named, added, replaced and taken away one by one.

use strict_cloud::lambda::Permission;
use strict_cloud::operation::lambda as op;

use super::*;

const READ: &str = "GetPolicy";
const ADD: &str = "AddPermission";
const REMOVE: &str = "RemovePermission";

fn allowing(permissions: &Value) -> Value {
    spec(&json!({"permissions": permissions}))
}

fn topic(topic: &str) -> Value {
    let arn = format!("arn:aws:sns:eu-west-1:123456789012:{topic}");
    json!({"statementId": "topic", "principal": "sns.amazonaws.com", "sourceArn": arn})
}

fn ids(alone: &Alone) -> Vec<String> {
    let function = alone.function();
    let policy = function["policy"].as_object().unwrap();
    policy.keys().cloned().collect()
}

fn somebody_adds(alone: &mut Alone, id: &str) {
    let theirs = json!({"StatementId": id, "Action": "lambda:*", "Principal": "*"});
    alone.others(|cloud, caller| {
        let theirs = Permission::of(theirs);
        let added = cloud.lambda_add_permission(caller, (NAME, None), &theirs, None);
        added.unwrap();
    });
    alone.done();
}

#[test]
fn statements_that_nobody_names_are_neither_read_nor_touched() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        somebody_adds(alone, "theirs");
        alone.apply(&spec(&json!({"timeout": 30}))).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        alone.apply(&spec(&json!({}))).await;
        alone.done();
        alone.apply(&allowing(&json!([topic("a")]))).await;
        assert_eq!(alone.done(), [ADD]);
        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.done(), [REMOVE]);
        assert_eq!(ids(alone), ["theirs"]);
    });
}

#[test]
fn each_is_added_replaced_and_taken_away_alone() {
    regional(async |alone: &mut Alone| {
        let account = json!({"statementId": "account", "principal": "123456789012"});
        alone.apply(&allowing(&json!([topic("a"), account]))).await;
        assert_eq!(alone.done(), ["CreateFunction", ADD, ADD]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        alone.apply(&allowing(&json!([account, topic("b")]))).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, REMOVE, ADD]);
        let found = &alone.function()["policy"]["topic"]["Condition"]["ArnLike"];
        assert_eq!(
            found["AWS:SourceArn"],
            "arn:aws:sns:eu-west-1:123456789012:b"
        );
        // The same, in the cloud's own spelling.
        let root = json!({"statementId": "account", "principal": "arn:aws:iam::123456789012:root"});
        alone.apply(&allowing(&json!([root, topic("b")]))).await;
        assert_eq!(alone.done(), Vec::<&str>::new());
        alone.apply(&allowing(&json!([topic("b")]))).await;
        assert_eq!(alone.done(), [REMOVE]);
        alone.apply(&allowing(&json!([]))).await;
        assert_eq!(alone.done(), [REMOVE]);
        // A second observation confirms it; then it is nobody's.
        alone.check().await;
        alone.calls();
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn a_url_for_everybody_has_its_two_statements_and_takes_them_with_it() {
    regional(async |alone: &mut Alone| {
        let url = |auth_type: &str| json!({"functionUrlConfig": {"authType": auth_type}});
        alone.apply(&spec(&url("NONE"))).await;
        assert_eq!(
            alone.done(),
            ["CreateFunction", "CreateFunctionUrlConfig", ADD, ADD]
        );
        let both = [
            "FunctionURLAllowPublicAccess",
            "FunctionURLInvokeAllowPublicAccess",
        ];
        assert_eq!(ids(alone), both);
        somebody_adds(alone, "theirs");
        alone.apply(&spec(&url("AWS_IAM"))).await;
        // Closed first.
        assert_eq!(alone.done(), ["UpdateFunctionUrlConfig", REMOVE, REMOVE]);
        assert_eq!(ids(alone), ["theirs"]);
        alone.apply(&spec(&url("NONE"))).await;
        alone.apply(&spec(&json!({}))).await;
        assert_eq!(ids(alone), ["theirs"]);
        // Whoever names a statement of that id has that one.
        let mut own = url("NONE");
        own["permissions"] = json!([{
            "statementId": both[0], "principal": "123456789012",
            "action": "lambda:InvokeFunctionUrl", "functionUrlAuthType": "NONE",
        }]);
        alone.apply(&spec(&own)).await;
        let policy = &alone.function()["policy"];
        let root = "arn:aws:iam::123456789012:root";
        assert_eq!(policy[both[0]]["Principal"]["AWS"], root);
        assert_eq!(policy[both[1]]["Principal"], "*");
    });
}

#[test]
fn an_outside_edit_is_repaired() {
    regional(async |alone: &mut Alone| {
        alone.apply(&allowing(&json!([topic("a")]))).await;
        alone.others(|cloud, caller| {
            let removed = cloud.lambda_remove_permission(caller, (NAME, None), "topic", None);
            removed.unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), [ADD]);
        alone.others(|cloud, caller| {
            let removed = cloud.lambda_remove_permission(caller, (NAME, None), "topic", None);
            removed.unwrap();
        });
        somebody_adds(alone, "topic");
        alone.check().await;
        assert_eq!(alone.done(), [REMOVE, ADD]);
    });
}

#[test]
fn a_policy_that_may_not_be_read_stops_itself_and_nothing_else() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| cloud.deny(None, op::GET_POLICY));
        alone.apply(&allowing(&json!([topic("a")]))).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let message = alone.message();
        assert!(message.contains("allow lambda:GetPolicy"), "{message}");
        alone.done();
        let mut edited = allowing(&json!([topic("a")]));
        edited["timeout"] = json!(30);
        alone.apply(&edited).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        alone.delete().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
    });
}

#[test]
fn no_version_is_published_for_it_and_one_that_is_due_still_comes() {
    regional(async |alone: &mut Alone| {
        let publishing = |topic: &Value, timeout: i32| {
            spec(&json!({"publish": true, "permissions": [topic], "timeout": timeout}))
        };
        alone.apply(&publishing(&topic("a"), 3)).await;
        assert_eq!(alone.versions(), 1);
        alone.done();
        alone.apply(&publishing(&topic("b"), 3)).await;
        assert_eq!(alone.done(), [REMOVE, ADD]);
        alone.apply(&publishing(&topic("c"), 4)).await;
        assert_eq!(
            alone.done(),
            ["UpdateFunctionConfiguration", "PublishVersion", REMOVE, ADD]
        );
    });
}
