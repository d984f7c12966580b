//! A Lambda function made of a container image, with a queue for what it could not do.

use kube::api::DynamicObject;
use serde_json::{Value, json};
use strict_cloud::lambda::{Code, GotFunction, UpdateFunctionCode};
use strict_cloud::operation::lambda as op;
use strict_cloud::{Caller, Operation};

use super::Strict;
use crate::support::{LFN, TIMEOUT, lfn};

const WRITES: [Operation; 3] = [
    op::CREATE_FUNCTION,
    op::UPDATE_FUNCTION_CODE,
    op::UPDATE_FUNCTION_CONFIGURATION,
];

impl Strict {
    fn image(&self, tag: &str) -> String {
        let (account, region) = (self.tenant.account(), self.tenant.region());
        format!("{account}.dkr.ecr.{region}.amazonaws.com/shop:{tag}")
    }

    async fn apply_image(&self, tag: &str, config: Value) -> DynamicObject {
        self.apply_image_with(tag, config, "").await
    }

    async fn apply_image_with(&self, tag: &str, config: Value, queue: &str) -> DynamicObject {
        let spec = json!({
            "deadLetterConfig": {"targetArn": queue},
            "runtime": null, "handler": null, "code": {"imageUri": self.image(tag)}, "imageConfig": config,
            "role": format!("arn:aws:iam::{}:role/lambda", self.tenant.account()),
        });
        self.tenant.apply(lfn("shop", "", spec)).await;
        self.tenant.wait_ready(LFN, "shop", TIMEOUT).await
    }

    fn caller(&self) -> Caller {
        Caller::new(self.tenant.account(), self.tenant.region(), "somebody")
    }

    /// The function as AWS shows it.
    fn found(&self) -> GotFunction {
        let caller = self.caller();
        let got = self.cloud(|cloud| cloud.lambda_get_function(&caller, "shop", None));
        got.expect("it is there")
    }

    /// The image that runs, and what it starts.
    fn running(&self) -> (Option<String>, Value) {
        let got = self.found();
        let config = got.configuration.configuration.get("ImageConfigResponse");
        let config = config.cloned().unwrap_or_default()["ImageConfig"].clone();
        (got.code.image.map(|(uri, _)| uri), config)
    }

    /// Where events go that could not be delivered.
    fn dead_letter_target(&self) -> Value {
        let got = self.found();
        let config = got.configuration.configuration.get("DeadLetterConfig");
        config.cloned().unwrap_or_default()["TargetArn"].clone()
    }

    fn code_and_configuration_writes(&self) -> [usize; 3] {
        WRITES.map(|operation| self.count(operation))
    }
}

#[tokio::test]
async fn an_image_is_deployed_by_its_uri_and_an_outside_edit_repaired() {
    let stage = Strict::start("image", &[]).await;
    let made = stage.apply_image("1", Value::Null).await;
    assert_eq!(made.data["status"]["code"]["imageUri"], stage.image("1"));
    assert_eq!(stage.running(), (Some(stage.image("1")), Value::Null));

    stage
        .apply_image("2", json!({"command": ["app.handler"]}))
        .await;
    let config = json!({"Command": ["app.handler"]});
    assert_eq!(stage.running(), (Some(stage.image("2")), config.clone()));
    assert_eq!(stage.code_and_configuration_writes(), [1, 1, 1]);

    let (caller, theirs) = (stage.caller(), stage.image("theirs"));
    stage.cloud(|cloud| {
        let edit = UpdateFunctionCode {
            function_name: "shop".to_owned(),
            code: Some(Code::Image(theirs)),
            ..UpdateFunctionCode::default()
        };
        cloud
            .lambda_update_function_code(&caller, &edit)
            .expect("edited")
    });
    stage
        .tenant
        .patch(
            LFN,
            "shop",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}}),
        )
        .await;
    let told = stage
        .tenant
        .wait_events(1, |line| line.contains("DriftRepaired"), TIMEOUT)
        .await;
    assert_eq!(told.len(), 1, "{told:?}");
    stage.tenant.wait_ready(LFN, "shop", TIMEOUT).await;
    assert_eq!(stage.running(), (Some(stage.image("2")), config));

    let queue = "arn:aws:sqs:eu-west-1:000000000000:failed";
    stage
        .apply_image_with("2", json!({"command": ["app.handler"]}), queue)
        .await;
    assert_eq!(stage.dead_letter_target(), queue);

    // Dropped, it is the image's own again, and the empty target is none.
    stage.apply_image("2", Value::Null).await;
    assert_eq!(stage.running(), (Some(stage.image("2")), Value::Null));
    assert_eq!(stage.dead_letter_target(), Value::Null);

    stage.tenant.delete(LFN, "shop").await;
    stage.tenant.wait_gone(LFN, "shop", TIMEOUT).await;
    let caller = stage.caller();
    assert!(stage.cloud(|cloud| cloud.lambda_get_function(&caller, "shop", None).is_err()));
    stage.end().await;
}
