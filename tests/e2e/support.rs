//! One scene for one test: its namespace, its account, its operator, and the cloud seen from outside.
//!
//! Every scene begins with a foreign function of each service and ends with checking that nobody
//! touched them, and that every status written kept the invariants.

use std::time::Duration;

use aws_sdk_cloudfront::types::{
    FunctionConfig, FunctionRuntime, FunctionStage, KeyValueStoreAssociation,
    KeyValueStoreAssociations, Tag, Tags,
};
use aws_sdk_lambda::primitives::Blob;
use cloudfn_bed::{Bed, Fault, Operator, Tenant};
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::invariants;

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_cloudfn");

/// The binary that scenes start: `CLOUDFN_BINARY` where that is set, to measure a release build.
pub fn binary() -> String {
    std::env::var("CLOUDFN_BINARY").unwrap_or_else(|_| BINARY.to_owned())
}

/// Long enough on a busy machine; reached only by a failing test.
pub const TIMEOUT: Duration = Duration::from_secs(90);
/// Kinds.
pub const CFF: &str = "CloudFrontFunction";
pub const LFN: &str = "LambdaFunction";
/// A role that every Lambda function of the tests names.
pub const ROLE: &str = "arn:aws:iam::000000000000:role/lambda";
/// No budget and no periodic check, so that a test counts only what it causes.
pub const QUIET: [&str; 7] = [
    "--lambda-rate=0",
    "--lambda-get-rate=0",
    "--cloudfront-rate=0",
    "--check-interval=1h",
    "--reference-settle=0s",
    "--secret-interval=1s",
    "--log-level=info,cloudfn=debug",
];

/// A test's stage.
pub struct Scene {
    pub tenant: Tenant,
    pub operator: Operator,
    pub cloud: Cloud,
    foreign: (String, String),
}

impl Scene {
    /// A scene with a quiet operator.
    pub async fn start(name: &str) -> Self {
        Self::with(name, &[]).await
    }

    /// A scene whose operator has further flags; they win over the quiet ones.
    pub async fn with(name: &str, flags: &[&str]) -> Self {
        let tenant = Bed::get().tenant(name).await;
        let cloud = Cloud::of(tenant.account(), tenant.region()).await;
        cloud
            .create_cloudfront(
                "foreign",
                "function handler(e) { return e.request; }",
                &[("team", "others")],
            )
            .await;
        cloud.create_lambda("foreign", &[("team", "others")]).await;
        let foreign = cloud.fingerprint("foreign").await;
        let operator = tenant.operator(binary(), &quiet_with(flags)).await;
        Self {
            tenant,
            operator,
            cloud,
            foreign,
        }
    }

    /// Applies a manifest.
    pub async fn apply(&self, manifest: Value) -> DynamicObject {
        self.tenant.apply(manifest).await
    }

    /// Waits until the object is Ready for its generation.
    pub async fn ready(&self, kind: &str, name: &str) -> DynamicObject {
        self.tenant.wait_ready(kind, name, TIMEOUT).await
    }

    /// Waits until Ready (or another condition) has this reason.
    pub async fn reason(&self, kind: &str, name: &str, reason: &str) -> DynamicObject {
        self.tenant
            .wait_reason(kind, name, "Ready", reason, TIMEOUT)
            .await
    }

    /// Deletes the object and waits until it is gone.
    pub async fn delete(&self, kind: &str, name: &str) {
        self.tenant.delete(kind, name).await;
        self.tenant.wait_gone(kind, name, TIMEOUT).await;
    }

    /// Somebody else updates a CloudFront function and publishes it: no look comes in between.
    pub async fn replace_live(&self, name: &str, code: &str) {
        let unseen = self
            .tenant
            .inject(Fault::any().service("cloudfront").always());
        self.cloud.update_cloudfront(name, "", code).await;
        self.cloud.publish_cloudfront(name).await;
        unseen.remove();
    }

    /// Asks for a look by annotation, and waits until it was taken.
    pub async fn look(&self, kind: &str, name: &str, token: &str) -> DynamicObject {
        self.tenant
            .patch(
                kind,
                name,
                json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}}),
            )
            .await;
        let what = format!("to have handled the request {token}");
        let handled = |object: &DynamicObject| {
            object.data["status"]["lastHandledReconcileAt"] == token && !is_reconciling(object)
        };
        self.tenant
            .wait_for(kind, name, &what, handled, TIMEOUT)
            .await
    }

    /// Waits until there is an event of this reason about the object, and returns its text.
    pub async fn event(&self, kind: &str, name: &str, reason: &str) -> String {
        self.event_with(kind, name, reason, "").await
    }

    /// Waits until there is an event of this reason about the object whose text has this part.
    pub async fn event_with(&self, kind: &str, name: &str, reason: &str, part: &str) -> String {
        self.events(1, kind, name, reason, part)
            .await
            .swap_remove(0)
    }

    /// Waits until there are at least so many events of this reason about the object whose text has
    /// this part, and returns all their texts.
    pub async fn events(
        &self,
        count: usize,
        kind: &str,
        name: &str,
        reason: &str,
        part: &str,
    ) -> Vec<String> {
        let about = format!(" {reason} {kind}/{name}: ");
        let text = |line: &str| {
            line.split_once(&about)
                .map(|(_, text)| text.to_owned())
                .filter(|text| text.contains(part))
        };
        let lines = self
            .tenant
            .wait_events(count, |line| text(line).is_some(), TIMEOUT)
            .await;
        lines.iter().filter_map(|line| text(line)).collect()
    }

    /// The writes to the cloud so far, by operation, in order.
    pub fn writes(&self) -> Vec<String> {
        self.tenant
            .calls()
            .iter()
            .filter(|call| call.is_write())
            .map(|call| call.operation.clone())
            .collect()
    }

    /// The reads of the cloud so far (whose account it is excepted).
    pub fn reads(&self) -> Vec<String> {
        let reads = self
            .tenant
            .calls()
            .into_iter()
            .filter(|call| !call.is_write() && call.operation != "GetCallerIdentity");
        reads.map(|call| call.operation).collect()
    }

    /// Ends the scene: the operator stops in good order, foreign functions are as they were, and
    /// every status kept the invariants.
    pub async fn end(self) {
        assert_eq!(
            self.cloud.fingerprint("foreign").await,
            self.foreign,
            "a foreign function was changed"
        );
        if self.operator.is_running() {
            let status = self.operator.terminate().await;
            assert!(
                status.success(),
                "the operator did not stop in good order: {status}"
            );
        }
        invariants::check(&self.tenant).await;
    }
}

fn is_reconciling(object: &DynamicObject) -> bool {
    cloudfn_bed::condition(object, "Reconciling").is_some()
}

/// The quiet flags, with these instead of or besides them.
pub fn quiet_with<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    let name = |flag: &'a str| flag.split('=').next().unwrap_or(flag);
    let replaced = |quiet: &&'a str| flags.iter().any(|flag| name(flag) == name(quiet));
    QUIET
        .iter()
        .copied()
        .filter(|quiet| !replaced(quiet))
        .chain(flags.iter().copied())
        .collect()
}

/// JavaScript that answers with this text in a header, so that versions can be told apart.
pub fn javascript(text: &str) -> String {
    format!(
        "function handler(event) {{ var r = event.request; r.headers['x-mark'] = {{value: '{text}'}}; return r; }}\n"
    )
}

/// Python that answers with this text.
pub fn python(text: &str) -> String {
    format!("def handler(event, context):\n    return {{\"mark\": \"{text}\"}}\n")
}

/// ARN of a key value store, as CloudFront makes them.
pub fn store(number: u8) -> String {
    format!("arn:aws:cloudfront::000000000000:key-value-store/00000000-0000-4000-8000-{number:012}")
}

/// A `CloudFrontFunction` with inline code; `spec` is merged over it.
pub fn cff(name: &str, code: &str, spec: Value) -> Value {
    merged(
        json!({"kind": CFF, "metadata": {"name": name}, "spec": {"code": {"inline": code}}}),
        spec,
    )
}

/// A `LambdaFunction` with one inline file; `spec` is merged over it.
pub fn lfn(name: &str, code: &str, spec: Value) -> Value {
    let base = json!({
        "runtime": "python3.12", "handler": "index.handler", "role": ROLE,
        "code": {"inline": {"files": {"index.py": code}}},
    });
    merged(
        json!({"kind": LFN, "metadata": {"name": name}, "spec": base}),
        spec,
    )
}

/// Top-level members of `spec` replace those of the manifest's spec; null takes one away.
fn merged(mut manifest: Value, spec: Value) -> Value {
    let Value::Object(members) = spec else {
        panic!("a spec is an object")
    };
    for (key, value) in members {
        if value.is_null() {
            manifest["spec"]
                .as_object_mut()
                .expect("a spec")
                .remove(&key);
        } else {
            manifest["spec"][key] = value;
        }
    }
    manifest
}

/// The cloud of one account, past the proxy: what is done and read here is not counted.
pub struct Cloud {
    pub cloudfront: aws_sdk_cloudfront::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub account: String,
}

impl Cloud {
    /// The cloud of this account and region.
    pub async fn of(account: &str, region: &str) -> Self {
        let url = Bed::get().emulator().await.url();
        let lambda = aws_sdk_lambda::Config::builder()
            .behavior_version(aws_sdk_lambda::config::BehaviorVersion::v2026_01_12())
            .region(aws_sdk_lambda::config::Region::new(region.to_owned()))
            .endpoint_url(&url)
            .credentials_provider(aws_sdk_lambda::config::Credentials::new(
                account, "test", None, None, "test",
            ))
            .build();
        let cloudfront = aws_sdk_cloudfront::Config::builder()
            .behavior_version(aws_sdk_cloudfront::config::BehaviorVersion::v2026_01_12())
            .region(aws_sdk_cloudfront::config::Region::new("us-east-1"))
            .endpoint_url(&url)
            .credentials_provider(aws_sdk_cloudfront::config::Credentials::new(
                account, "test", None, None, "test",
            ))
            .build();
        Self {
            cloudfront: aws_sdk_cloudfront::Client::from_conf(cloudfront),
            lambda: aws_sdk_lambda::Client::from_conf(lambda),
            account: account.to_owned(),
        }
    }

    /// The ARN of a CloudFront function of this account.
    pub fn cloudfront_arn(&self, name: &str) -> String {
        format!("arn:aws:cloudfront::{}:function/{name}", self.account)
    }

    /// Makes a CloudFront function from outside.
    pub async fn create_cloudfront(&self, name: &str, code: &str, tags: &[(&str, &str)]) {
        let items = tags.iter().map(|(key, value)| {
            Tag::builder()
                .key(*key)
                .value(*value)
                .build()
                .expect("a tag")
        });
        let tags = Tags::builder().set_items(Some(items.collect())).build();
        let request = self
            .cloudfront
            .create_function()
            .name(name)
            .function_config(config(""))
            .function_code(aws_sdk_cloudfront::primitives::Blob::new(code));
        request
            .tags(tags)
            .send()
            .await
            .expect("created from outside");
    }

    /// Makes a Lambda function from outside.
    pub async fn create_lambda(&self, name: &str, tags: &[(&str, &str)]) {
        let zip = archive("index.py", &python("outside"));
        let mut request = self
            .lambda
            .create_function()
            .function_name(name)
            .role(ROLE)
            .handler("index.handler");
        request = request.runtime("python3.12".into()).code(
            aws_sdk_lambda::types::FunctionCode::builder()
                .zip_file(Blob::new(zip))
                .build(),
        );
        for (key, value) in tags {
            request = request.tags(*key, *value);
        }
        request.send().await.expect("created from outside");
    }

    /// Code of a stage of a CloudFront function; `None` where there is no such function or stage.
    pub async fn code(&self, name: &str, stage: FunctionStage) -> Option<String> {
        let reply = self
            .cloudfront
            .get_function()
            .name(name)
            .stage(stage)
            .send()
            .await
            .ok()?;
        Some(String::from_utf8(reply.function_code?.into_inner()).expect("text"))
    }

    /// What LIVE has.
    pub async fn live(&self, name: &str) -> Option<String> {
        self.code(name, FunctionStage::Live).await
    }

    /// What DEVELOPMENT has.
    pub async fn development(&self, name: &str) -> Option<String> {
        self.code(name, FunctionStage::Development).await
    }

    /// A stage's description.
    pub async fn describe(
        &self,
        name: &str,
        stage: FunctionStage,
    ) -> aws_sdk_cloudfront::operation::describe_function::DescribeFunctionOutput {
        self.cloudfront
            .describe_function()
            .name(name)
            .stage(stage)
            .send()
            .await
            .expect("described")
    }

    /// Changes a CloudFront function from outside.
    pub async fn update_cloudfront(&self, name: &str, comment: &str, code: &str) -> String {
        let etag = self
            .describe(name, FunctionStage::Development)
            .await
            .e_tag
            .expect("an ETag");
        let request = self
            .cloudfront
            .update_function()
            .name(name)
            .if_match(etag)
            .function_config(config(comment));
        request
            .function_code(aws_sdk_cloudfront::primitives::Blob::new(code))
            .send()
            .await
            .expect("changed from outside");
        self.describe(name, FunctionStage::Development)
            .await
            .e_tag
            .expect("an ETag")
    }

    /// ARNs of the key value stores that a stage is associated with, in order.
    pub async fn stores(&self, name: &str, stage: FunctionStage) -> Vec<String> {
        let config = self
            .describe(name, stage)
            .await
            .function_summary
            .expect("a summary")
            .function_config
            .expect("a configuration");
        let found = config
            .key_value_store_associations
            .and_then(|stores| stores.items)
            .unwrap_or_default();
        let mut found: Vec<String> = found
            .into_iter()
            .map(|store| store.key_value_store_arn)
            .collect();
        found.sort();
        found
    }

    /// Associates a CloudFront function with one key value store from outside.
    pub async fn associate(&self, name: &str, store: &str) {
        let described = self.describe(name, FunctionStage::Development).await;
        let code = self
            .cloudfront
            .get_function()
            .name(name)
            .stage(FunctionStage::Development)
            .send()
            .await
            .expect("read")
            .function_code
            .expect("code");
        let store = KeyValueStoreAssociation::builder()
            .key_value_store_arn(store)
            .build()
            .expect("a store");
        let stores = KeyValueStoreAssociations::builder()
            .quantity(1)
            .items(store)
            .build()
            .expect("stores");
        let mut config = described
            .function_summary
            .expect("a summary")
            .function_config
            .expect("a configuration");
        config.key_value_store_associations = Some(stores);
        let request = self
            .cloudfront
            .update_function()
            .name(name)
            .if_match(described.e_tag.expect("an ETag"));
        request
            .function_config(config)
            .function_code(code)
            .send()
            .await
            .expect("changed from outside");
    }

    /// Publishes a CloudFront function from outside.
    pub async fn publish_cloudfront(&self, name: &str) {
        let etag = self
            .describe(name, FunctionStage::Development)
            .await
            .e_tag
            .expect("an ETag");
        self.cloudfront
            .publish_function()
            .name(name)
            .if_match(etag)
            .send()
            .await
            .expect("published from outside");
    }

    /// Deletes a CloudFront function from outside.
    pub async fn delete_cloudfront(&self, name: &str) {
        let etag = self
            .describe(name, FunctionStage::Development)
            .await
            .e_tag
            .expect("an ETag");
        self.cloudfront
            .delete_function()
            .name(name)
            .if_match(etag)
            .send()
            .await
            .expect("deleted from outside");
    }

    /// Tags a CloudFront function from outside.
    pub async fn tag_cloudfront(&self, name: &str, key: &str, value: &str) {
        let tags = Tags::builder()
            .items(Tag::builder().key(key).value(value).build().expect("a tag"))
            .build();
        self.cloudfront
            .tag_resource()
            .resource(self.cloudfront_arn(name))
            .tags(tags)
            .send()
            .await
            .expect("tagged from outside");
    }

    /// Takes a tag off a CloudFront function from outside.
    pub async fn untag_cloudfront(&self, name: &str, key: &str) {
        let keys = aws_sdk_cloudfront::types::TagKeys::builder()
            .items(key)
            .build();
        self.cloudfront
            .untag_resource()
            .resource(self.cloudfront_arn(name))
            .tag_keys(keys)
            .send()
            .await
            .expect("untagged from outside");
    }

    /// Tags of a CloudFront function.
    pub async fn cloudfront_tags(&self, name: &str) -> std::collections::BTreeMap<String, String> {
        let reply = self
            .cloudfront
            .list_tags_for_resource()
            .resource(self.cloudfront_arn(name))
            .send()
            .await
            .expect("tags");
        let tags = reply
            .tags
            .map(|tags| tags.items.unwrap_or_default())
            .unwrap_or_default();
        tags.into_iter()
            .map(|tag| (tag.key, tag.value.unwrap_or_default()))
            .collect()
    }

    /// A Lambda function, if it exists.
    pub async fn function(
        &self,
        name: &str,
    ) -> Option<aws_sdk_lambda::operation::get_function::GetFunctionOutput> {
        self.lambda
            .get_function()
            .function_name(name)
            .send()
            .await
            .ok()
    }

    /// A Lambda function's configuration.
    pub async fn configuration(&self, name: &str) -> aws_sdk_lambda::types::FunctionConfiguration {
        self.function(name)
            .await
            .expect("it exists")
            .configuration
            .expect("a configuration")
    }

    /// What a Lambda function answers. No code of the tests fails by itself: an error is the emulator's
    /// own, whose worker of the replaced code ends while it is called, and is asked again.
    pub async fn invoke(&self, name: &str) -> String {
        let mut answer = String::new();
        for _ in 0..20 {
            let reply = self
                .lambda
                .invoke()
                .function_name(name)
                .send()
                .await
                .expect("invoked");
            answer =
                String::from_utf8(reply.payload.expect("an answer").into_inner()).expect("text");
            if !answer.contains("errorType") {
                break;
            }
        }
        answer
    }

    /// Names of all functions, of both services, foreign ones excepted.
    pub async fn names(&self) -> Vec<String> {
        let lambda = self
            .lambda
            .list_functions()
            .send()
            .await
            .expect("listed")
            .functions
            .unwrap_or_default();
        let cloudfront = self
            .cloudfront
            .list_functions()
            .stage(FunctionStage::Development)
            .send()
            .await
            .expect("listed");
        let cloudfront = cloudfront
            .function_list
            .map(|list| list.items.unwrap_or_default())
            .unwrap_or_default();
        let names = lambda
            .into_iter()
            .filter_map(|function| function.function_name)
            .chain(cloudfront.into_iter().map(|function| function.name));
        let mut names: Vec<String> = names.filter(|name| name != "foreign").collect();
        names.sort();
        names
    }

    /// Everything about both functions of this name that a write could change.
    pub async fn fingerprint(&self, name: &str) -> (String, String) {
        let described = self.describe(name, FunctionStage::Development).await;
        let live = self.live(name).await;
        let cloudfront = format!(
            "{:?} {live:?} {:?}",
            described.e_tag,
            self.cloudfront_tags(name).await
        );
        let function = self.function(name).await.expect("it exists");
        let configuration = function.configuration.expect("a configuration");
        let tags: std::collections::BTreeMap<_, _> =
            function.tags.unwrap_or_default().into_iter().collect();
        let lambda = format!(
            "{:?} {:?} {:?} {tags:?}",
            configuration.code_sha256, configuration.memory_size, configuration.description
        );
        (cloudfront, lambda)
    }
}

/// A zip archive with one file, made by somebody else's code.
pub fn archive(path: &str, text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file(path, options).expect("a file");
    writer.write_all(text.as_bytes()).expect("written");
    writer.finish().expect("an archive").into_inner()
}

fn config(comment: &str) -> FunctionConfig {
    FunctionConfig::builder()
        .comment(comment)
        .runtime(FunctionRuntime::CloudfrontJs20)
        .build()
        .expect("a configuration")
}

/// SHA-256 of a text in hexadecimal, as `status` spells the hash of CloudFront code. Computed here, not by
/// the operator's own function, whose result it is compared with.
pub fn sha256_hex(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
