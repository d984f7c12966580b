//! Each member of each block: set, empty, omitted and null mean the same under both kinds of apply, and
//! in `validate`.
//!
//! Invariant: the members are those of the schema. A new one takes part by itself, or the test says that
//! it wants an example.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cloudfn::api::{CloudFrontFunction, FullObject, LambdaFunction, ManagedResource, crds};
use cloudfn_bed::{Bed, Tenant, specs};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::offline;
use crate::support::{CFF, LFN, ROLE, store};

/// Values of texts that must be more than text, by what their path ends with.
fn example(path: &str) -> Option<Value> {
    let rows = [
        ("LambdaFunction.region", json!("eu-west-1")),
        ("LambdaFunction.role", json!(ROLE)),
        (".functionName", json!("f")),
        (
            ".deadLetterConfig.targetArn",
            json!("arn:aws:sqs:eu-west-1:000000000000:failed"),
        ),
        (
            ".kmsKeyArn",
            json!("arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000001"),
        ),
        (
            ".layers[]",
            json!("arn:aws:lambda:eu-west-1:000000000000:layer:tools:1"),
        ),
        (".subnetIds[]", json!("subnet-1")),
        (".securityGroupIds[]", json!("sg-1")),
        (
            ".fileSystemConfigs[].arn",
            json!(
                "arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0"
            ),
        ),
        (
            ".imageUri",
            json!("000000000000.dkr.ecr.eu-west-1.amazonaws.com/shop:1"),
        ),
        (".localMountPath", json!("/mnt/data")),
        (".updateRuntimeOn", json!("Manual")),
        (
            ".runtimeVersionArn",
            json!("arn:aws:lambda:eu-west-1::runtime:0123456789abcdef"),
        ),
        (
            ".codeSigningConfigArn",
            json!(
                "arn:aws:lambda:eu-west-1:000000000000:code-signing-config:csc-0123456789abcdef0"
            ),
        ),
        (
            ".destination",
            json!("arn:aws:sqs:eu-west-1:000000000000:done"),
        ),
        // One alias has one of the two last.
        (
            ".aliases",
            json!([
                {"name": "live", "functionVersion": "3", "description": "text", "routingConfig": {"additionalVersionWeights": {"1": 0.25}}},
                {"name": "warm", "functionVersion": "3", "provisionedConcurrentExecutions": 2},
            ]),
        ),
        (".reservedConcurrentExecutions", json!(5)),
        (".permissions[].statementId", json!("one")),
        (".permissions[].action", json!("lambda:InvokeFunctionUrl")),
        (".permissions[].principal", json!("*")),
        (".sourceArn", json!("arn:aws:s3:::bucket")),
        (".sourceAccount", json!("000000000000")),
        (".principalOrgId", json!("o-a1b2c3d4e5")),
        // It goes with the other fields.
        (".snapStart.applyOn", json!("None")),
        (".logFormat", json!("JSON")),
        (".logGroup", json!("/team/shop")),
        ("CloudFrontFunction.runtime", json!("cloudfront-js-2.0")),
        (".keyValueStoreArn", json!(store(1))),
        (".tests[].name", json!("t")),
        (".expectAbsent[]", json!("request.uri")),
        (
            ".environment.variablesFrom",
            json!([
                {"name": "ONE", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                {"name": "TWO", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
                {"secretRef": {"name": "s"}, "prefix": "P_"},
                {"configMapRef": {"name": "m"}, "prefix": "Q_"},
            ]),
        ),
    ];
    rows.into_iter()
        .find(|(end, _)| path.ends_with(end))
        .map(|(_, value)| value)
}

/// The sources of code, of which a spec has one.
fn codes(kind: &str) -> Vec<Value> {
    if kind == CFF {
        return vec![
            json!({"inline": "function handler(event) { return event.request; }"}),
            json!({"configMapKeyRef": {"name": "m", "key": "k"}}),
        ];
    }
    vec![
        json!({"inline": {"files": {"index.py": "x", "other.py": "y"}}}),
        json!({"configMapRef": {"name": "m"}}),
        json!({"zipFile": "UEsFBgAAAAABAAEAAAAAAAAAAAAAAA=="}),
        json!({
            "s3Bucket": "bucket", "s3Key": "key", "s3ObjectVersion": "1", "s3ObjectStorageMode": "REFERENCE",
            "sourceKmsKeyArn": "arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000001",
        }),
        json!({"imageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/shop:1"}),
    ]
}

/// A value with every member that its schema has.
fn whole(schema: &Value, path: &str) -> Value {
    if let Some(example) = example(path) {
        return example;
    }
    if let Some(word) = specs::words(schema).first() {
        return json!(word);
    }
    match schema["type"].as_str() {
        Some("boolean") => json!(true),
        #[expect(clippy::cast_possible_truncation, reason = "a bound is a whole number")]
        Some("integer") => json!(schema["minimum"].as_f64().unwrap_or(1.0) as i64),
        Some("string") => json!("text"),
        Some("array") => json!([whole(&schema["items"], &format!("{path}[]"))]),
        _ if schema["properties"].is_object() => members_of(schema)
            .map(|(name, schema)| (name.clone(), whole(schema, &format!("{path}.{name}"))))
            .collect(),
        _ => json!({"KEY": whole(&schema["additionalProperties"], &format!("{path}{{}}"))}),
    }
}

fn members_of(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// A member: where it stands in a whole spec, and what is empty there.
struct Member {
    pointer: String,
    spec: usize,
    empty: Option<Value>,
}

/// The members of a value by their paths in the schema; of several in one place the first.
fn collect(
    schema: &Value,
    value: &Value,
    path: &str,
    at: &str,
    spec: usize,
    found: &mut BTreeMap<String, Member>,
) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let pointer = format!("{at}/{name}");
                let (path, schema) = match schema["properties"].get(name) {
                    Some(schema) => (format!("{path}.{name}"), schema),
                    None => (format!("{path}{{}}"), &schema["additionalProperties"]),
                };
                let empty = match value {
                    Value::String(_) => Some(json!("")),
                    Value::Array(_) => Some(json!([])),
                    Value::Object(_) => Some(json!({})),
                    _ => None,
                };
                let member = Member {
                    pointer: pointer.clone(),
                    spec,
                    empty,
                };
                found.entry(path.clone()).or_insert(member);
                collect(schema, value, &path, &pointer, spec, found);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                collect(
                    &schema["items"],
                    item,
                    &format!("{path}[]"),
                    &format!("{at}/{number}"),
                    spec,
                    found,
                );
            }
        }
        _ => {}
    }
}

/// All paths of a schema that name a member.
fn paths(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    let mut below = |path: String, schema: &Value| {
        found.insert(path.clone());
        paths(schema, &path, found);
    };
    for (name, schema) in members_of(schema) {
        below(format!("{path}.{name}"), schema);
    }
    if schema["additionalProperties"].is_object() {
        below(format!("{path}{{}}"), &schema["additionalProperties"]);
    }
    if schema["items"].is_object() {
        paths(&schema["items"], &format!("{path}[]"), found);
    }
}

/// A way to write a member.
const WAYS: [&str; 3] = ["empty", "omitted", "null"];

/// A spec with one member written in one way.
struct Case {
    name: String,
    /// `spec.tests[].event`, and how it is written.
    what: String,
    from: Value,
    to: Value,
}

fn cases(kind: &str) -> Vec<Case> {
    let definitions = crds::all();
    let definition = definitions
        .iter()
        .find(|crd| crd.spec.names.kind == kind)
        .expect("a definition");
    let definition = serde_json::to_value(definition).expect("JSON");
    let schema =
        &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    let specs: Vec<Value> = codes(kind)
        .into_iter()
        .map(|code| {
            let mut spec = whole(schema, kind);
            let is_image = code["imageUri"].is_string();
            spec["code"] = code;
            // What goes with neither the code nor with what else is named.
            let others: &[&str] = if is_image {
                &[
                    "runtime",
                    "handler",
                    "layers",
                    "runtimeManagementConfig",
                    "codeSigningConfigArn",
                    "tenancyConfig",
                ]
            } else if spec["code"]["s3Key"].is_string() {
                &["imageConfig", "functionUrlConfig", "snapStart"]
            } else {
                &["imageConfig", "tenancyConfig"]
            };
            if let Some(members) = spec.as_object_mut().filter(|_| kind == LFN) {
                members.retain(|name, _| !others.contains(&name.as_str()));
            }
            spec
        })
        .collect();
    let (mut found, mut all) = (BTreeMap::new(), BTreeSet::new());
    for (number, spec) in specs.iter().enumerate() {
        collect(schema, spec, kind, "", number, &mut found);
    }
    paths(schema, kind, &mut all);
    let without: Vec<&String> = all
        .iter()
        .filter(|path| !found.contains_key(*path))
        .collect();
    assert!(without.is_empty(), "no example has {without:?}");

    let mut cases = Vec::new();
    for (number, (path, member)) in found.into_iter().enumerate() {
        for way in WAYS {
            let from = specs[member.spec].clone();
            let mut to = from.clone();
            let (block, name) = member.pointer.rsplit_once('/').expect("a member");
            let block = to
                .pointer_mut(block)
                .and_then(Value::as_object_mut)
                .expect("a block");
            match (way, &member.empty) {
                ("empty", Some(empty)) => drop(block.insert(name.to_owned(), empty.clone())),
                ("null", _) => drop(block.insert(name.to_owned(), Value::Null)),
                ("omitted", _) => drop(block.remove(name)),
                _ => continue,
            }
            cases.push(Case {
                name: format!("{number}-{way}"),
                what: format!("{path} {way}"),
                from,
                to,
            });
        }
    }
    cases
}

fn document(kind: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Documents, one after the other.
fn text(documents: &[Value]) -> String {
    documents.iter().fold(String::new(), |mut text, document| {
        let _ = writeln!(text, "---\n{document}");
        text
    })
}

/// Applies with kubectl; the names of those that were taken.
async fn apply(tenant: &Tenant, server_side: bool, documents: &[Value]) -> BTreeSet<String> {
    let file = tenant.folder().join("documents.yaml");
    std::fs::write(&file, text(documents)).expect("a file");
    let file = file.display().to_string();
    let side = format!("--server-side={server_side}");
    let arguments = ["apply", "-n", tenant.namespace(), "-f", &file, &side];
    let output = Bed::get().kubectl(&arguments).await;
    let told = String::from_utf8(output.stdout).expect("text");
    let refusals = String::from_utf8_lossy(&output.stderr);
    assert!(
        !told.is_empty(),
        "nothing at all is taken: {refusals:.2000}"
    );
    // `lambdafunction.cloudfn.dev/name configured`
    told.lines()
        .filter_map(|line| line.split_once('/')?.1.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// The names of those that the definition refuses, by `validate`.
fn refused_offline(documents: &[Value]) -> BTreeSet<String> {
    let output = offline::run(&text(documents));
    output
        .lines()
        // Only the operator refuses a test that expects a header in capitals.
        .filter(|line| line.contains(": error: ") && !line.contains(": spec.tests: "))
        .filter_map(|line| line.split(' ').nth(3))
        .map(|name| name.trim_end_matches(':').to_owned())
        .collect()
}

/// What is stored, as the operator reads it.
async fn stored<K: ManagedResource>(tenant: &Tenant) -> BTreeMap<String, Result<K::Spec, String>> {
    let kind = K::kind(&());
    let objects = tenant
        .api(&kind)
        .list(&kube::api::ListParams::default())
        .await
        .expect("a list");
    objects
        .items
        .into_iter()
        .map(|object| {
            let object = serde_json::to_value(object).expect("JSON");
            let FullObject { subject, spec, .. } =
                FullObject::<K>::deserialize(object).expect("an object");
            (subject.name().to_owned(), spec)
        })
        .collect()
}

async fn each_means_the_same<K: ManagedResource>(kind: &str)
where
    K::Spec: PartialEq,
{
    let tenant = Bed::get()
        .tenant(&format!("members-{}", kind.to_lowercase()))
        .await;
    let cases = cases(kind);
    let documents = |prefix: &str, spec: fn(&Case) -> &Value| -> Vec<Value> {
        cases
            .iter()
            .map(|case| document(kind, &format!("{prefix}-{}", case.name), spec(case)))
            .collect()
    };
    let mut taken = BTreeSet::new();
    for (side, server_side) in [("client", false), ("server", true)] {
        let moved = format!("{side}-moved");
        let whole = apply(&tenant, server_side, &documents(&moved, |case| &case.from)).await;
        assert_eq!(whole.len(), cases.len(), "{side}: a whole spec is taken");
        taken.extend(apply(&tenant, server_side, &documents(&moved, |case| &case.to)).await);
        let fresh = documents(&format!("{side}-fresh"), |case| &case.to);
        taken.extend(apply(&tenant, server_side, &fresh).await);
    }
    let offline = refused_offline(&documents("offline", |case| &case.to));
    let stored = stored::<K>(&tenant).await;

    let mut wrong = Vec::new();
    for case in &cases {
        let is_taken = |prefix: &str| taken.contains(&format!("{prefix}-{}", case.name));
        let spec = |prefix: &str| stored.get(&format!("{prefix}-{}", case.name));
        let mut say = |what: &str| wrong.push(format!("{}: {what}", case.what));
        let fresh = is_taken("client-fresh");
        if fresh != is_taken("server-fresh") {
            say("the two kinds of apply do not agree on a new object");
        }
        if fresh == offline.contains(&format!("offline-{}", case.name)) {
            say("validate does not agree with the API server");
        }
        if is_taken("client-moved") != is_taken("server-moved") {
            say("the two kinds of apply do not agree on an object that had it set");
        }
        for prefix in ["client-moved", "server-moved", "server-fresh"]
            .into_iter()
            .filter(|prefix| is_taken(prefix))
        {
            if !matches!(spec(prefix), Some(Ok(_))) || spec(prefix) != spec("client-fresh") {
                say(&format!("{prefix} is stored as something else"));
            }
        }
        // A null is what is omitted.
        if let Some(number) = case.name.strip_suffix("-null") {
            let omitted = format!("client-fresh-{number}-omitted");
            if fresh != taken.contains(&omitted) || spec("client-fresh") != stored.get(&omitted) {
                say("it is not what is omitted");
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {wrong:#?}",
        wrong.len(),
        cases.len()
    );
}

#[tokio::test]
async fn each_member_of_a_cloudfront_function_means_the_same_however_it_is_applied() {
    each_means_the_same::<CloudFrontFunction>(CFF).await;
}

#[tokio::test]
async fn each_member_of_a_lambda_function_means_the_same_however_it_is_applied() {
    each_means_the_same::<LambdaFunction>(LFN).await;
}
