//! What a schema does not say: what a text must mean, which members go together, and how much.
//!
//! Tables by path: `*` stands for every kind, `[]` for the items of a list, `{}` for the values of
//! a map. What has no row is made from its schema alone.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::{Value, json};

use super::aliases::{aliases, follow_what_is_published};
use super::around::{Around, Package};
use super::texts;

/// How a value is made where its schema does not suffice.
pub(super) enum Rule {
    /// By this function.
    Made(fn(&mut Rng, &Around) -> Value),
    /// Free text, of at most so many characters where the schema names no bound.
    Text(usize),
    /// Mostly this word of an enumeration.
    Mostly(&'static str),
    /// Any word of an enumeration but this one.
    Not(&'static str),
    /// A map: its keys, and how many at most.
    Keys(fn(&mut Rng) -> String, usize),
    /// Exactly one of these sets of members; one that ends in `?` may be absent.
    OneOf(&'static [&'static [&'static str]]),
    /// When the block around it is put in order.
    Later,
}

const RUNTIMES: &[&str] = &["nodejs22.x", "python3.12", "python3.13"];

/// What makes each.
pub(super) const ROWS: &[(&str, Rule)] = &[
    ("*.tags", Rule::Keys(texts::tag_key, 47)),
    (
        "*.tags{}",
        Rule::Made(|rng, _| json!(texts::tag_value(rng))),
    ),
    // What observes is compared only with what it left alone: much of it would prove little.
    ("*.managementPolicy", Rule::Mostly("Manage")),
    // Beyond what operators allow by --max-adoption-policy in these tests.
    ("*.adoptionPolicy", Rule::Not("Always")),
    ("CloudFrontFunction.comment", Rule::Text(128)),
    (
        "CloudFrontFunction.runtime",
        Rule::Made(|rng, _| one(rng, &["cloudfront-js-1.0", "cloudfront-js-2.0"])),
    ),
    (
        "CloudFrontFunction.keyValueStoreAssociations",
        Rule::Made(stores),
    ),
    (
        "CloudFrontFunction.code",
        Rule::OneOf(&[&["inline"], &["configMapKeyRef"]]),
    ),
    (
        "CloudFrontFunction.code.inline",
        Rule::Made(|rng, _| json!(texts::javascript(rng))),
    ),
    (
        "CloudFrontFunction.code.configMapKeyRef",
        Rule::Made(|rng, _| key(rng, &Around::SCRIPTS)),
    ),
    ("CloudFrontFunction.tests", Rule::Made(tests)),
    ("CloudFrontFunction.testsFrom", Rule::Made(tests_from)),
    (
        "LambdaFunction.region",
        Rule::Made(|rng, around| json!(around.regions[rng.usize(..around.regions.len())])),
    ),
    (
        "LambdaFunction.runtime",
        Rule::Made(|rng, _| one(rng, RUNTIMES)),
    ),
    ("LambdaFunction.role", Rule::Made(role)),
    ("LambdaFunction.kmsKeyArn", Rule::Made(kms_key)),
    (
        "LambdaFunction.durableConfig.kmsKeyArn",
        Rule::Made(kms_key),
    ),
    ("LambdaFunction.code.sourceKmsKeyArn", Rule::Made(kms_key)),
    (
        "LambdaFunction.deadLetterConfig.targetArn",
        Rule::Made(dead_letter_target),
    ),
    ("LambdaFunction.layers", Rule::Made(layers)),
    (
        "LambdaFunction.vpcConfig",
        Rule::OneOf(&[
            &[],
            &["subnetIds", "securityGroupIds", "ipv6AllowedForDualStack?"],
        ]),
    ),
    (
        "LambdaFunction.vpcConfig.subnetIds",
        Rule::Made(|rng, _| some(rng, "subnet-")),
    ),
    (
        "LambdaFunction.vpcConfig.securityGroupIds",
        Rule::Made(|rng, _| some(rng, "sg-")),
    ),
    ("LambdaFunction.fileSystemConfigs", Rule::Made(file_systems)),
    (
        "LambdaFunction.loggingConfig.logGroup",
        Rule::Made(|rng, _| one(rng, &["/team/shop", "logs_of-f.1#2"])),
    ),
    ("LambdaFunction.description", Rule::Text(256)),
    (
        "LambdaFunction.functionUrlConfig.cors.allowHeaders[]",
        Rule::Made(|rng, _| one(rng, &["Content-Type", "x-a", "X-B"])),
    ),
    (
        "LambdaFunction.functionUrlConfig.cors.allowOrigins[]",
        Rule::Made(|rng, _| one(rng, &["https://a.example", "https://b.example", "*"])),
    ),
    (
        "LambdaFunction.functionUrlConfig.cors.exposeHeaders[]",
        Rule::Made(|rng, _| one(rng, &["Date", "x-a", "X-B"])),
    ),
    ("LambdaFunction.permissions", Rule::Made(permissions)),
    ("LambdaFunction.aliases", Rule::Made(aliases)),
    (
        "LambdaFunction.eventInvokeConfig.destinationConfig.onSuccess.destination",
        Rule::Made(destination),
    ),
    (
        "LambdaFunction.eventInvokeConfig.destinationConfig.onFailure.destination",
        Rule::Made(destination),
    ),
    (
        "LambdaFunction.codeSigningConfigArn",
        Rule::Made(code_signing),
    ),
    (
        "LambdaFunction.runtimeManagementConfig.runtimeVersionArn",
        Rule::Made(runtime_version),
    ),
    (
        "LambdaFunction.reservedConcurrentExecutions",
        Rule::Made(|rng, _| json!([0, 1, 50][rng.usize(..3)])),
    ),
    (
        "LambdaFunction.environment.variables",
        Rule::Keys(texts::variable, 5),
    ),
    (
        "LambdaFunction.environment.variables{}",
        Rule::Made(|rng, around| json!(texts::secret(rng, around.sentinel))),
    ),
    (
        "LambdaFunction.environment.variablesFrom[]",
        Rule::OneOf(&[
            &["name", "valueFrom"],
            &["secretRef", "prefix?"],
            &["configMapRef", "prefix?"],
        ]),
    ),
    (
        "LambdaFunction.environment.variablesFrom[].name",
        Rule::Made(|rng, _| json!(texts::variable(rng))),
    ),
    (
        "LambdaFunction.environment.variablesFrom[].valueFrom",
        Rule::OneOf(&[&["secretKeyRef"], &["configMapKeyRef"]]),
    ),
    (
        "LambdaFunction.environment.variablesFrom[].valueFrom.secretKeyRef",
        Rule::Made(|rng, _| key(rng, &Around::SECRETS)),
    ),
    (
        "LambdaFunction.environment.variablesFrom[].valueFrom.configMapKeyRef",
        Rule::Made(|rng, _| key(rng, &Around::VARIABLES)),
    ),
    (
        "LambdaFunction.environment.variablesFrom[].secretRef",
        Rule::Made(|rng, _| name(rng, &Around::SECRETS)),
    ),
    (
        "LambdaFunction.environment.variablesFrom[].configMapRef",
        Rule::Made(|rng, _| name(rng, &Around::VARIABLES)),
    ),
    (
        "LambdaFunction.code",
        Rule::OneOf(&[
            &["inline", "sourceKmsKeyArn?"],
            &["configMapRef", "sourceKmsKeyArn?"],
            &["zipFile", "sourceKmsKeyArn?"],
            &[
                "s3Bucket",
                "s3Key",
                "s3ObjectVersion?",
                "s3ObjectStorageMode?",
                "sourceKmsKeyArn?",
            ],
            &["imageUri"],
        ]),
    ),
    (
        "LambdaFunction.code.inline.files",
        Rule::Keys(texts::path, 64),
    ),
    (
        "LambdaFunction.code.inline.files{}",
        Rule::Made(|rng, _| json!(texts::python(rng))),
    ),
    (
        "LambdaFunction.code.configMapRef",
        Rule::Made(|rng, _| name(rng, &Around::FILES)),
    ),
    ("LambdaFunction.code.zipFile", Rule::Made(archive)),
    ("LambdaFunction.code.imageUri", Rule::Later),
    (
        "LambdaFunction.imageConfig.entryPoint",
        Rule::Made(|rng, _| few(rng, &["/bin/one", "-a b"])),
    ),
    (
        "LambdaFunction.imageConfig.command",
        Rule::Made(|rng, _| few(rng, &["app.handler", "é,"])),
    ),
    (
        "LambdaFunction.imageConfig.workingDirectory",
        Rule::Made(|rng, _| one(rng, &["", "/srv"])),
    ),
    ("LambdaFunction.code.s3Bucket", Rule::Later),
    ("LambdaFunction.code.s3Key", Rule::Later),
    ("LambdaFunction.code.s3ObjectVersion", Rule::Later),
];

/// Puts what was made in order.
pub(super) type Order = fn(&mut Value, &mut Rng, &Around);

/// What puts each block in order, once it is made.
pub(super) const ORDER: &[(&str, Order)] = &[
    ("*", name_deletion),
    ("CloudFrontFunction", stores_need_a_runtime),
    ("LambdaFunction.environment", one_of_each_name),
    ("LambdaFunction.code", one_package),
    ("LambdaFunction.code", an_image_that_exists),
    ("LambdaFunction", kept_as_the_source_allows),
    ("LambdaFunction", archive_or_image),
    ("LambdaFunction", tenants_go_alone),
    ("LambdaFunction", snapshots_are_small),
    ("LambdaFunction.loggingConfig", levels_need_json),
    ("LambdaFunction.functionUrlConfig.cors", cors_needs_origins),
    ("LambdaFunction", file_systems_need_a_vpc),
    ("LambdaFunction", manual_names_a_version),
    ("LambdaFunction", follow_what_is_published),
    ("LambdaFunction", layers_are_of_the_region),
];

/// The CEL rules that the tables keep, word by word, and by what. Those that speak of `oldSelf` are
/// kept by [`super::Specs::pair`].
pub(super) const KEPT: &[(&str, &str)] = &[
    (
        "has(self.spec.functionName) || (size(self.metadata.name) <= 64 && !self.metadata.name.contains('.'))",
        "the tests' own names",
    ),
    (
        "self.adoptionPolicy == 'Never' || has(self.deletionPolicy)",
        "name_deletion",
    ),
    (
        "self.all(k, size(k) >= 1 && size(k) <= 128)",
        "texts::tag_key",
    ),
    (
        r"self.all(k, k.matches(r'^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$'))",
        "texts::tag_key",
    ),
    (
        "self.all(k, !k.startsWith('cloudfn.dev/') && !k.startsWith('aws:'))",
        "texts::tag_key",
    ),
    (
        "!has(self.keyValueStoreAssociations) || size(self.keyValueStoreAssociations) == 0 || self.runtime != 'cloudfront-js-1.0'",
        "stores_need_a_runtime",
    ),
    (
        "has(self.inline) != has(self.configMapKeyRef)",
        "Rule::OneOf",
    ),
    (
        "!has(self.onSuccess) || !self.onSuccess.destination.contains(':s3:::')",
        "destination",
    ),
    ("!self.destination.endsWith('.fifo')", "destination"),
    (
        "self.publish || !has(self.keepVersions)",
        "follow_what_is_published",
    ),
    (
        "self.publish || !has(self.aliases) || self.aliases.all(alias, has(alias.functionVersion) && !(alias.functionVersion in ['newest', 'previous']) && (!has(alias.routingConfig) || alias.routingConfig.additionalVersionWeights.all(version, !(version in ['newest', 'previous']))))",
        "follow_what_is_published",
    ),
    (
        "!has(self.inline) || size(bytes(self.inline)) <= 10240",
        "texts::javascript",
    ),
    (
        "!has(self.inline) || size(self.inline) > 0",
        "texts::javascript",
    ),
    (
        "self.all(k, k.matches('^[a-zA-Z][a-zA-Z0-9_]+$') && size(k) <= 256)",
        "texts::variable",
    ),
    (
        "(has(self.valueFrom) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) == 1",
        "Rule::OneOf",
    ),
    ("has(self.name) == has(self.valueFrom)", "Rule::OneOf"),
    ("!has(self.prefix) || !has(self.valueFrom)", "Rule::OneOf"),
    (
        "has(self.secretKeyRef) != has(self.configMapKeyRef)",
        "Rule::OneOf",
    ),
    (
        "(has(self.inline) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) + (has(self.zipFile) ? 1 : 0) + (has(self.s3Bucket) ? 1 : 0) + (has(self.imageUri) ? 1 : 0) == 1",
        "Rule::OneOf",
    ),
    ("has(self.s3Bucket) == has(self.s3Key)", "Rule::OneOf"),
    (
        "!has(self.s3ObjectVersion) || has(self.s3Key)",
        "Rule::OneOf",
    ),
    (
        "!has(self.s3ObjectStorageMode) || has(self.s3Key)",
        "kept_as_the_source_allows",
    ),
    (
        "!has(self.sourceKmsKeyArn) || !has(self.imageUri)",
        "kept_as_the_source_allows",
    ),
    (
        r"!has(self.zipFile) || self.zipFile.matches(r'^[A-Za-z0-9+/=\s]*$')",
        "archive",
    ),
    (
        r"self.all(k, size(k) >= 1 && size(k) <= 255 && !k.startsWith('/') && !k.endsWith('/') && !k.contains('..') && !k.contains('\\'))",
        "texts::path",
    ),
    (
        "(has(self.subnetIds) && size(self.subnetIds) > 0) == (has(self.securityGroupIds) && size(self.securityGroupIds) > 0)",
        "Rule::OneOf",
    ),
    (
        "!has(self.fileSystemConfigs) || size(self.fileSystemConfigs) == 0 || (has(self.vpcConfig) && has(self.vpcConfig.subnetIds) && size(self.vpcConfig.subnetIds) > 0)",
        "file_systems_need_a_vpc",
    ),
    (
        "!has(self.ipv6AllowedForDualStack) || !self.ipv6AllowedForDualStack || (has(self.subnetIds) && size(self.subnetIds) > 0)",
        "Rule::OneOf",
    ),
    (
        "(has(self.logFormat) && self.logFormat == 'JSON') || (!has(self.applicationLogLevel) && !has(self.systemLogLevel))",
        "levels_need_json",
    ),
    (
        "has(self.code.imageUri) || (has(self.runtime) && has(self.handler))",
        "archive_or_image",
    ),
    (
        "!has(self.code.imageUri) || (!has(self.runtime) && !has(self.handler) && !has(self.layers))",
        "archive_or_image",
    ),
    (
        "(has(self.allowOrigins) && size(self.allowOrigins) > 0) || !((has(self.allowCredentials) && self.allowCredentials) || (has(self.allowHeaders) && size(self.allowHeaders) > 0) || (has(self.allowMethods) && size(self.allowMethods) > 0) || (has(self.exposeHeaders) && size(self.exposeHeaders) > 0) || (has(self.maxAge) && self.maxAge > 0))",
        "cors_needs_origins",
    ),
    (
        "!has(self.code.imageUri) || !has(self.codeSigningConfigArn)",
        "archive_or_image",
    ),
    (
        "!has(self.code.imageUri) || !has(self.runtimeManagementConfig)",
        "archive_or_image",
    ),
    (
        "(self.updateRuntimeOn == 'Manual') == has(self.runtimeVersionArn)",
        "manual_names_a_version",
    ),
    (
        "!has(self.tenancyConfig) || (!has(self.functionUrlConfig) && (!has(self.snapStart) || self.snapStart.applyOn == 'None'))",
        "tenants_go_alone",
    ),
    (
        "has(self.code.imageUri) || !has(self.imageConfig)",
        "archive_or_image",
    ),
    (
        "!has(self.snapStart) || self.snapStart.applyOn == 'None' || (!has(self.code.imageUri) && (!has(self.fileSystemConfigs) || size(self.fileSystemConfigs) == 0) && (!has(self.ephemeralStorage) || self.ephemeralStorage.size <= 512))",
        "snapshots_are_small",
    ),
];

/// The row of a path: of its own kind, or of every kind.
pub(super) fn row<'a, T>(rows: &'a [(&str, T)], path: &str) -> Option<&'a T> {
    rows.iter()
        .find(|(row, _)| fits(row, path))
        .map(|(_, what)| what)
}

/// Whether a row is about a path.
pub(super) fn fits(row: &str, path: &str) -> bool {
    let behind_kind = |path| str::find(path, '.').unwrap_or(path.len());
    row == path || (row.starts_with('*') && row[1..] == path[behind_kind(path)..])
}

fn one(rng: &mut Rng, words: &[&str]) -> Value {
    json!(words[rng.usize(..words.len())])
}

fn name(rng: &mut Rng, objects: &[(&str, &[&str])]) -> Value {
    json!({"name": objects[rng.usize(..objects.len())].0})
}

fn key(rng: &mut Rng, objects: &[(&str, &[&str])]) -> Value {
    let (name, keys) = objects[rng.usize(..objects.len())];
    json!({"name": name, "key": keys[rng.usize(..keys.len())]})
}

fn role(rng: &mut Rng, around: &Around) -> Value {
    let names = ["lambda", "service-role/a_b+c=d,e.f@g-h", "/path/other"];
    json!(format!(
        "arn:aws:iam::{}:role/{}",
        around.account,
        names[rng.usize(..names.len())]
    ))
}

fn kms_key(rng: &mut Rng, around: &Around) -> Value {
    let (region, account) = (&around.regions[0], &around.account);
    json!(match rng.u8(..3) {
        _ if !around.names_what_is_not_there => String::new(),
        0 => String::new(),
        number => format!(
            "arn:aws:kms:{region}:{account}:key/00000000-0000-4000-8000-00000000000{number}"
        ),
    })
}

fn dead_letter_target(rng: &mut Rng, around: &Around) -> Value {
    let (region, account) = (&around.regions[0], &around.account);
    json!(match rng.u8(..3) {
        _ if !around.names_what_is_not_there => String::new(),
        0 => String::new(),
        1 => format!("arn:aws:sqs:{region}:{account}:failed.fifo"),
        _ => format!("arn:aws:sns:{region}:{account}:failed"),
    })
}

fn destination(rng: &mut Rng, around: &Around) -> Value {
    let (region, account) = (&around.regions[0], &around.account);
    json!(match rng.u8(..4) {
        _ if !around.names_what_is_not_there => String::new(),
        0 => String::new(),
        1 => format!("arn:aws:sqs:{region}:{account}:done"),
        2 => format!("arn:aws:sns:{region}:{account}:done"),
        _ => format!("arn:aws:events:{region}:{account}:event-bus/done"),
    })
}

fn code_signing(rng: &mut Rng, around: &Around) -> Value {
    let (region, account) = (&around.regions[0], &around.account);
    json!(match rng.u8(..3) {
        _ if !around.names_what_is_not_there => String::new(),
        0 => String::new(),
        number => format!("arn:aws:lambda:{region}:{account}:code-signing-config:csc-{number:017}"),
    })
}

fn runtime_version(_: &mut Rng, around: &Around) -> Value {
    let region = &around.regions[0];
    json!(format!("arn:aws:lambda:{region}::runtime:0123456789abcdef"))
}

/// A version of a runtime goes with `Manual` only. The emulator manages no runtimes.
fn manual_names_a_version(spec: &mut Value, rng: &mut Rng, around: &Around) {
    let Some(spec) = spec.as_object_mut() else {
        return;
    };
    if !around.names_what_is_not_there {
        spec.remove("runtimeManagementConfig");
    }
    let config = spec.get_mut("runtimeManagementConfig");
    if let Some(config) = config.and_then(Value::as_object_mut) {
        if config["updateRuntimeOn"] == "Manual" {
            config.insert("runtimeVersionArn".to_owned(), runtime_version(rng, around));
        } else {
            config.remove("runtimeVersionArn");
        }
    }
}

/// Some of these words, or none.
fn few(rng: &mut Rng, words: &[&str]) -> Value {
    json!(words[..rng.usize(..=words.len())])
}

/// An archive in its place, where there is no image.
fn an_image_that_exists(code: &mut Value, rng: &mut Rng, around: &Around) {
    if code.get("imageUri").is_none() {
        return;
    }
    *code = if around.images.is_empty() {
        json!({"zipFile": archive(rng, around)})
    } else {
        json!({"imageUri": around.images[rng.usize(..around.images.len())]})
    };
}

/// How a package is kept goes with where it comes from. The emulator knows of no mode.
fn kept_as_the_source_allows(spec: &mut Value, _: &mut Rng, around: &Around) {
    let Some(code) = spec.get_mut("code").and_then(Value::as_object_mut) else {
        return;
    };
    if !code.contains_key("s3Bucket") || !around.names_what_is_not_there {
        code.remove("s3ObjectStorageMode");
    }
    if code.contains_key("imageUri") {
        code.remove("sourceKmsKeyArn");
    }
}

/// An archive has a runtime and a handler, an image what it starts.
fn archive_or_image(spec: &mut Value, rng: &mut Rng, _: &Around) {
    let is_image = spec["code"]["imageUri"].is_string();
    let Some(spec) = spec.as_object_mut() else {
        return;
    };
    if is_image {
        let of_archives = [
            "runtime",
            "handler",
            "layers",
            "codeSigningConfigArn",
            "runtimeManagementConfig",
        ];
        spec.retain(|field, _| !of_archives.contains(&field.as_str()));
    } else {
        spec.remove("imageConfig");
        let runtime = || one(rng, RUNTIMES);
        spec.entry("runtime").or_insert_with(runtime);
        spec.entry("handler").or_insert(json!("index.handler"));
    }
}

/// A function stays an image, or an archive, and durable, or not.
pub(super) fn keep_choices(from: &Value, to: &mut Value) {
    let is_image = |spec: &Value| spec["code"]["imageUri"].is_string();
    if is_image(from) != is_image(to) {
        to["code"] = from["code"].clone();
    }
    if from["durableConfig"].is_null() != to["durableConfig"].is_null() {
        to["durableConfig"] = from["durableConfig"].clone();
        if let Some(to) = to.as_object_mut() {
            to.retain(|_, value| !value.is_null());
        }
    }
}

/// Tenant isolation goes with neither URLs nor snapshots. The emulator has neither it nor durable execution.
fn tenants_go_alone(spec: &mut Value, _: &mut Rng, around: &Around) {
    let Some(spec) = spec.as_object_mut() else {
        return;
    };
    if !around.names_what_is_not_there {
        spec.remove("tenancyConfig");
        spec.remove("durableConfig");
    }
    if spec.contains_key("tenancyConfig") {
        spec.remove("functionUrlConfig");
        spec.remove("snapStart");
    }
}

fn permissions(rng: &mut Rng, _: &Around) -> Value {
    let mut list = Vec::new();
    for id in ["one", "two", "FunctionURLAllowPublicAccess"] {
        if rng.bool() {
            continue;
        }
        let principals = [
            "sns.amazonaws.com",
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "*",
        ];
        let mut statement = json!({"statementId": id, "principal": principals[rng.usize(..4)]});
        for (member, value) in [
            ("action", json!("lambda:InvokeFunctionUrl")),
            ("sourceArn", json!("arn:aws:s3:::bucket")),
            ("sourceAccount", json!("111122223333")),
            ("principalOrgId", json!("o-a1b2c3d4e5")),
            ("eventSourceToken", json!("token")),
            ("invokedViaFunctionUrl", json!(rng.bool())),
        ] {
            if rng.bool() {
                statement[member] = value;
            }
        }
        if statement["action"].is_string() && rng.bool() {
            statement["functionUrlAuthType"] = json!("AWS_IAM");
        }
        list.push(statement);
    }
    json!(list)
}

/// At most one version of each layer.
fn layers(rng: &mut Rng, around: &Around) -> Value {
    let (region, account) = (&around.regions[0], &around.account);
    let mut names = ["tools", "fonts", "agent_1"];
    rng.shuffle(&mut names);
    let most = if around.names_what_is_not_there {
        names.len()
    } else {
        0
    };
    let some = &names[..rng.usize(..=most)];
    let arn = |name| {
        let version = 1 + rng.u8(..2);
        format!("arn:aws:lambda:{region}:{account}:layer:{name}:{version}")
    };
    some.iter().map(arn).collect()
}

/// One id or two, in any order.
fn some(rng: &mut Rng, prefix: &str) -> Value {
    let mut ids = ["0123456789abcdef0", "a1"];
    rng.shuffle(&mut ids);
    let some = &ids[..=rng.usize(..2)];
    some.iter().map(|id| format!("{prefix}{id}")).collect()
}

fn file_systems(rng: &mut Rng, around: &Around) -> Value {
    let (region, account) = (&around.regions[0], &around.account);
    match rng.u8(..3) {
        0 => json!([]),
        number => json!([{
            "arn": format!("arn:aws:elasticfilesystem:{region}:{account}:access-point/fsap-0123456789abcdef{number}"),
            "localMountPath": "/mnt/data",
        }]),
    }
}

fn file_systems_need_a_vpc(spec: &mut Value, _: &mut Rng, _: &Around) {
    let has_vpc = spec["vpcConfig"]["subnetIds"].is_array();
    if let Some(spec) = spec.as_object_mut().filter(|_| !has_vpc) {
        spec.remove("fileSystemConfigs");
    }
}

/// Snapshots are of archives, without file systems and with a small `/tmp`, and of some runtimes only.
fn snapshots_are_small(spec: &mut Value, _: &mut Rng, _: &Around) {
    if spec["snapStart"]["applyOn"] != "PublishedVersions" {
        return;
    }
    let runtime = spec["runtime"].as_str().unwrap_or_default();
    let takes_snapshots = runtime.starts_with("python");
    if let Some(spec) = spec.as_object_mut() {
        if takes_snapshots {
            spec.remove("fileSystemConfigs");
            spec.remove("ephemeralStorage");
        } else {
            spec.remove("snapStart");
        }
    }
}

fn layers_are_of_the_region(spec: &mut Value, _: &mut Rng, around: &Around) {
    let region = spec["region"]
        .as_str()
        .unwrap_or(&around.regions[0])
        .to_owned();
    let layers = spec.get_mut("layers").and_then(Value::as_array_mut);
    for layer in layers.into_iter().flatten() {
        let own = layer.as_str().unwrap_or_default();
        *layer = json!(own.replacen(&around.regions[0], &region, 1));
    }
}

/// What pages may do goes with which pages may.
fn cors_needs_origins(cors: &mut Value, _: &mut Rng, _: &Around) {
    let has_origins = cors["allowOrigins"]
        .as_array()
        .is_some_and(|origins| !origins.is_empty());
    if let Some(cors) = cors
        .as_object_mut()
        .filter(|cors| !cors.is_empty() && !has_origins)
    {
        cors.insert("allowOrigins".to_owned(), json!(["*"]));
    }
}

/// Levels of a log go with its JSON form only.
fn levels_need_json(logging: &mut Value, _: &mut Rng, _: &Around) {
    let is_json = logging["logFormat"] == "JSON";
    if let Some(logging) = logging.as_object_mut().filter(|_| !is_json) {
        logging.retain(|member, _| !member.ends_with("LogLevel"));
    }
}

/// None, or one: CloudFront takes no more for a function. What is said twice counts once.
fn stores(rng: &mut Rng, around: &Around) -> Value {
    let number = rng.u8(..3);
    let store = json!({"keyValueStoreArn": format!("arn:aws:cloudfront::{}:key-value-store/00000000-0000-4000-8000-00000000000{number}", around.account)});
    match rng.u8(..4) {
        0 => json!([]),
        1 => json!([store, store]),
        _ => json!([store]),
    }
}

/// Tests that every code of `texts::javascript` and of the ConfigMaps passes.
fn tests(rng: &mut Rng, _: &Around) -> Value {
    let test = |rng: &mut Rng, number: usize| {
        let mut test = json!({"name": format!("t-{number}")});
        if rng.bool() {
            let uri = ["/", "/a?b", "/é/%20"][rng.usize(..3)];
            test["event"] =
                json!({"request": {"uri": uri, "headers": {"host": {"value": "example.com"}}}});
            test["expect"] = json!({"request": {"uri": uri}});
        }
        if rng.u8(..3) == 0 {
            test["expectAbsent"] = json!(["response", "request.headers.via"]);
        }
        if rng.u8(..3) == 0 {
            test["maxComputeUtilization"] = json!(100);
        }
        test
    };
    (0..rng.usize(..=3))
        .map(|number| test(rng, number))
        .collect()
}

fn tests_from(rng: &mut Rng, _: &Around) -> Value {
    let (name, keys) = Around::TRIALS[0];
    keys.iter()
        .filter(|_| rng.bool())
        .map(|key| json!({"configMapKeyRef": {"name": name, "key": key}}))
        .collect()
}

/// Key value stores are for one runtime only.
fn stores_need_a_runtime(spec: &mut Value, _: &mut Rng, _: &Around) {
    if spec["keyValueStoreAssociations"]
        .as_array()
        .is_some_and(|stores| !stores.is_empty())
    {
        spec["runtime"] = json!("cloudfront-js-2.0");
    }
}

/// As `base64 -w0` writes it, as `base64` does, with the line ends of Windows, and as YAML folds it.
fn archive(rng: &mut Rng, around: &Around) -> Value {
    let text = STANDARD.encode(&around.archives[rng.usize(..around.archives.len())]);
    let end = ["", "\n", "\r\n", " "][rng.usize(..4)];
    let lines = text.as_bytes().chunks(76);
    let lines = lines.map(|line| String::from_utf8_lossy(line).into_owned() + end);
    json!(lines.collect::<String>())
}

/// A spec that may adopt says what becomes of what it adopted.
fn name_deletion(spec: &mut Value, rng: &mut Rng, _: &Around) {
    if spec
        .get("adoptionPolicy")
        .is_some_and(|policy| policy != "Never")
        && spec.get("deletionPolicy").is_none()
    {
        spec["deletionPolicy"] = one(rng, &["Delete", "Retain"]);
    }
}

/// Bucket, key and version are of one package.
fn one_package(code: &mut Value, rng: &mut Rng, around: &Around) {
    let Some(members) = code
        .as_object_mut()
        .filter(|code| code.contains_key("s3Bucket"))
    else {
        return;
    };
    let Package {
        bucket,
        key,
        version,
    } = &around.packages[rng.usize(..around.packages.len())];
    members.insert("s3Bucket".to_owned(), json!(bucket));
    members.insert("s3Key".to_owned(), json!(key));
    match version {
        Some(version) => drop(members.insert("s3ObjectVersion".to_owned(), json!(version))),
        None => drop(members.remove("s3ObjectVersion")),
    }
}

/// A variable that is named twice is refused by the operator.
fn one_of_each_name(environment: &mut Value, _: &mut Rng, _: &Around) {
    let variables = environment.get("variables").and_then(Value::as_object);
    let mut taken: BTreeSet<String> = variables
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    let Some(entries) = environment
        .get_mut("variablesFrom")
        .and_then(Value::as_array_mut)
    else {
        return;
    };
    entries.retain(|entry| {
        let names = names(entry);
        let free = names.is_disjoint(&taken);
        if free {
            taken.extend(names);
        }
        free
    });
}

/// The variables that an entry of `variablesFrom` brings.
fn names(entry: &Value) -> BTreeSet<String> {
    if let Some(name) = entry["name"].as_str() {
        return BTreeSet::from([name.to_owned()]);
    }
    let prefix = entry["prefix"].as_str().unwrap_or_default();
    let objects = Around::SECRETS
        .iter()
        .map(|of| ("secretRef", of))
        .chain(Around::VARIABLES.iter().map(|of| ("configMapRef", of)));
    let keys = objects
        .filter(|(member, (name, _))| entry[*member]["name"] == *name)
        .flat_map(|(_, (_, keys))| *keys);
    keys.map(|key| format!("{prefix}{key}")).collect()
}
