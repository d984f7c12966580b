//! A Lambda function: waits, revision guards, versions, and code that comes from S3.

mod aliases;
mod concurrency;
mod convergence;
mod crashes;
mod creation;
mod events;
mod keeping;
mod parts;
mod permissions;
mod runtimes;
mod signing;
mod urls;
mod versions;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use strict_cloud::{lambda, zip};

use super::{Alone, alone, created};
use crate::schedule::{Act, Kind, Outside, role};
use crate::world::{ACCOUNT, REGION, SENTINEL};

const NAME: &str = "f0";

/// A life of one Lambda function, with all that specs name.
fn regional(life: impl AsyncFnOnce(&mut Alone)) {
    alone(Kind::Lambda, async |alone: &mut Alone| {
        prepare(alone);
        life(alone).await;
    });
}

/// Two archives in S3, the ConfigMap `files` and the Secret `db`.
fn prepare(alone: &mut Alone) {
    for (key, version) in [("one", "1"), ("two", "7")] {
        let archive = zip::store(&[("index.py", format!("# {key}\n").as_bytes())]);
        alone.cloud(|cloud| cloud.put_object(REGION, "bucket", key, version, &archive));
    }
    let secret = |text: &str| STANDARD.encode(format!("{SENTINEL}-{text}"));
    for (config_map, name, data) in [
        (true, "files", json!({"index.py": "pass"})),
        (
            false,
            "db",
            json!({"password": secret("p"), "USER": secret("u")}),
        ),
    ] {
        alone.stage.act(&Act::Reference {
            config_map,
            name: name.to_owned(),
            data: Some(data),
        });
    }
}

/// A small spec with these fields put over it.
fn spec(fields: &Value) -> Value {
    let mut spec = json!({
        "runtime": "python3.13", "handler": "index.handler", "role": role(),
        "code": {"inline": {"files": {"index.py": "def handler(event, context):\n    return 1\n"}}},
    });
    for (name, field) in fields.as_object().unwrap() {
        spec[name] = field.clone();
    }
    spec
}

fn s3(key: &str) -> Value {
    spec(&json!({"code": {"s3Bucket": "bucket", "s3Key": key}}))
}

/// Specs that differ in much.
fn variants() -> Vec<Value> {
    let value = |text: &str| format!("{SENTINEL}-{text}");
    [
        json!({}),
        json!({"timeout": 10, "memorySize": 512, "description": "orders"}),
        json!({"environment": {"variables": {"LEVEL": value("info"), "MODE": value("fast")}}, "tags": {"team": "shop", "stage": "test"}}),
        json!({"environment": {}, "tags": {}, "description": ""}),
        json!({"environment": {"variablesFrom": [{"secretRef": {"name": "db"}, "prefix": "DB_"}]}, "architectures": ["arm64"], "publish": true, "recursiveLoop": "Allow",
            "permissions": [{"statementId": "s", "principal": "s3.amazonaws.com"}], "eventInvokeConfig": {"maximumRetryAttempts": 0},
            "reservedConcurrentExecutions": 0, "functionUrlConfig": {"authType": "AWS_IAM", "cors": {"maxAge": 60}}}),
        json!({"code": {"configMapRef": {"name": "files"}}, "runtime": "python3.14", "tags": {"team": "ops"}, "aliases": [{"name": "live", "functionVersion": "$LATEST"}]}),
        json!({"code": {"s3Bucket": "bucket", "s3Key": "one"}, "architectures": ["arm64"]}),
        json!({"code": {"s3Bucket": "bucket", "s3Key": "two", "s3ObjectVersion": "7"}, "publish": true, "tags": {"stage": "live"}, "timeout": 30,
            "reservedConcurrentExecutions": 5, "functionUrlConfig": {"authType": "NONE"}}),
    ]
    .map(|fields| spec(&fields))
    .to_vec()
}

fn as_created(spec: &Value) -> Value {
    created(Kind::Lambda, prepare, spec)
}

impl Alone {
    /// Somebody else changes fields of the configuration.
    fn configure_outside(&self, fields: Value) {
        let request = lambda::UpdateFunctionConfiguration {
            function_name: NAME.to_owned(),
            configuration: lambda::Configuration::of(fields),
            ..Default::default()
        };
        self.others(|cloud, caller| {
            cloud
                .lambda_update_function_configuration(caller, &request)
                .unwrap()
        });
    }

    /// Somebody else deploys code, for this instruction set.
    fn deploy_outside(&self, code: &str, architecture: &str) {
        let archive = zip::store(&[("index.py", code.as_bytes())]);
        let request = lambda::UpdateFunctionCode {
            function_name: NAME.to_owned(),
            code: Some(lambda::Code::Zip(archive)),
            architectures: Some(vec![architecture.to_owned()]),
            ..Default::default()
        };
        self.others(|cloud, caller| cloud.lambda_update_function_code(caller, &request).unwrap());
    }

    /// Somebody else does this.
    fn outside(&self, what: Outside) {
        let stage = &self.stage;
        let clouds = &stage.world.clouds;
        assert!(clouds.outside(&stage.world, &stage.slots[0], what));
    }

    /// How many versions are published.
    fn versions(&self) -> usize {
        let snapshot = self.cloud(|cloud| cloud.snapshot(ACCOUNT));
        snapshot.lambda[&(REGION.to_owned(), NAME.to_owned())]
            .versions
            .len()
    }
}
