//! A strict cloud, an operator on it, and a proxy between the two that holds and refuses calls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloudfn_bed::{Action, Bed, Call, Fault, Injected, Operator, Proxy, Tenant};
use kube::api::DynamicObject;
use serde_json::{Value, json};
use strict_cloud::front::server::Server;
use strict_cloud::{Between, Caller, Cloud, Failure, Settings};

use crate::invariants;
use crate::ownership::either;
use crate::support::{CFF, LFN, TIMEOUT, binary, quiet_with};

/// A description that keeps a Lambda function from starting.
pub const FAILS_TO_START: &str = "fails to start";
/// A description with which an update of a Lambda function fails.
pub const FAILS_TO_UPDATE: &str = "fails to update";

pub struct Stage {
    pub tenant: Tenant,
    pub operator: Operator,
    proxy: Proxy,
    server: Server,
}

impl Stage {
    pub async fn start(name: &str) -> Self {
        let tenant = Bed::get().tenant(name).await;
        let cloud = Arc::new(Mutex::new(Cloud::new(1, settings())));
        let server = Server::start(cloud, 0).expect("a port");
        let proxy = Proxy::start(&server.url()).await.expect("a port");
        // Slower than the quota of the cloud, which would refuse a call now and then.
        let flags = quiet_with(&["--lambda-rate=5"]);
        let mut settings = tenant.operator_settings(binary(), &flags);
        for (name, value) in &mut settings.environment {
            if name == "AWS_ENDPOINT_URL" {
                proxy.url().clone_into(value);
            }
        }
        let operator = tenant.spawn_operator(settings);
        operator.ready().await;
        Self {
            tenant,
            operator,
            proxy,
            server,
        }
    }

    /// Looks at the cloud, or changes it, behind everybody's back.
    pub fn cloud<T>(&self, look: impl FnOnce(&mut Cloud) -> T) -> T {
        let cloud = self.server.cloud();
        look(&mut cloud.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Meets calls of this operation on this function.
    pub fn inject(&self, operation: &str, function: &str, action: Action) -> Injected {
        let fault = Fault::on(operation).function(function).always();
        self.proxy.inject(self.tenant.account(), fault.then(action))
    }

    /// The writes to the cloud so far.
    pub fn writes(&self) -> usize {
        let calls = self.proxy.calls(self.tenant.account());
        calls.iter().filter(|call| call.is_write()).count()
    }

    /// The reads of this function so far.
    pub fn reads(&self, function: &str) -> usize {
        let of = |call: &&Call| !call.is_write() && call.function.as_deref() == Some(function);
        let calls = self.proxy.calls(self.tenant.account());
        calls.iter().filter(of).count()
    }

    /// Somebody else of the account sets a tag of an object's function.
    pub fn tag(&self, object: &DynamicObject, key: &str, value: &str) {
        let tags = [(key.to_owned(), value.to_owned())].into();
        let (somebody, arn) = (self.somebody(), arn(object));
        self.cloud(|cloud| match kind(object) {
            CFF => cloud.cloudfront_tag_resource(&somebody, arn, &tags),
            _ => cloud.lambda_tag_resource(&somebody, arn, &tags),
        })
        .expect("tagged");
    }

    /// Somebody else takes a tag away.
    pub fn untag(&self, object: &DynamicObject, key: &str) {
        let keys = [key.to_owned()];
        let (somebody, arn) = (self.somebody(), arn(object));
        self.cloud(|cloud| match kind(object) {
            CFF => cloud.cloudfront_untag_resource(&somebody, arn, &keys),
            _ => cloud.lambda_untag_resource(&somebody, arn, &keys),
        })
        .expect("untagged");
    }

    /// A tag of an object's function.
    pub fn tag_of(&self, object: &DynamicObject, key: &str) -> Option<String> {
        let seen = self.cloud(|cloud| cloud.snapshot(self.tenant.account()));
        let name = object.metadata.name.as_deref().expect("a name");
        let tags = match kind(object) {
            CFF => &seen.cloudfront[name].tags,
            _ => &seen.lambda[&(self.tenant.region().to_owned(), name.to_owned())].tags,
        };
        tags.get(key).cloned()
    }

    fn somebody(&self) -> Caller {
        Caller::new(self.tenant.account(), self.tenant.region(), "somebody")
    }

    /// A manifest with code of this mark and a role of the account; `spec` is merged over it.
    pub fn manifest(&self, kind: &str, name: &str, mark: &str, spec: Value) -> Value {
        let mut spec = spec;
        if kind == LFN {
            spec["role"] = json!(format!(
                "arn:aws:iam::{}:role/lambda",
                self.tenant.account()
            ));
        }
        either::manifest(kind, name, mark, spec)
    }

    /// Sets an annotation (null takes it away), and answers the object as it is then.
    pub async fn annotate(&self, kind: &str, name: &str, key: &str, text: Value) -> DynamicObject {
        let change = json!({"metadata": {"annotations": {key: text}}});
        self.tenant.patch(kind, name, change).await
    }

    /// Asks for a look, and waits until it was taken.
    pub async fn look(&self, kind: &str, name: &str, token: &str) -> DynamicObject {
        let key = "cloudfn.dev/reconcile-requested-at";
        self.annotate(kind, name, key, json!(token)).await;
        let handled = |object: &DynamicObject| {
            object.data["status"]["lastHandledReconcileAt"] == token
                && cloudfn_bed::condition(object, "Reconciling").is_none()
        };
        let what = format!("to have handled the request {token}");
        let wait = self.tenant.wait_for(kind, name, &what, handled, TIMEOUT);
        wait.await
    }

    /// Ends the stage: the operator stops in good order, and every status kept the invariants.
    pub async fn end(self) {
        let stopped = self.operator.terminate().await;
        assert!(stopped.success(), "the operator did not stop in good order");
        invariants::check(&self.tenant).await;
    }
}

fn settings() -> Settings {
    let failure = |marker: &str, on_create, on_update| Failure {
        marker: marker.to_owned(),
        on_create,
        on_update,
        reason: "The subnet has no addresses.".to_owned(),
        reason_code: "SubnetOutOfIPAddresses",
    };
    Settings {
        // Longer than any test: what is in a VPC stays on its way.
        vpc_takes: Between::exactly(Duration::from_hours(1)),
        failures: vec![
            failure(FAILS_TO_START, true, false),
            failure(FAILS_TO_UPDATE, false, true),
        ],
        ..Settings::default().fast()
    }
}

/// An object's kind.
fn kind(object: &DynamicObject) -> &str {
    object
        .types
        .as_ref()
        .map_or("", |types| types.kind.as_str())
}

fn arn(object: &DynamicObject) -> &str {
    object.data["status"]["arn"].as_str().expect("an ARN")
}
