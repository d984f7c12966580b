//! Manifests that break a rule are refused by the API server, with a message that says what to change.

use cloudfn_bed::{Bed, Tenant};
use serde_json::{Value, json};

use super::offline::errors;
use super::{Row, manifest, tag, tags};
use crate::invariants::SENTINEL;
use crate::lambda::table::{self, Domain};
use crate::support::{CFF, LFN, store};

const IMAGE: &str = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/shop:1";
const ACCESS_POINT: &str =
    "arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0";

async fn refusal(tenant: &Tenant, sentence: &str, object: Value) -> String {
    match tenant.try_apply(object).await {
        Err(kube::Error::Api(refusal)) => refusal.message,
        other => panic!("{sentence}: not refused: {other:?}"),
    }
}

async fn each_is_refused(tenant: &Tenant, kind: &str, rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for (sentence, spec, core) in rows {
        let object = manifest(kind, "f", spec);
        let offline = errors(&object);
        assert!(
            !offline.join(" ").contains(SENTINEL),
            "{kind}: {sentence}: validate shows a value: {offline:?}"
        );
        if offline.is_empty() {
            wrong.push(format!("{kind}: {sentence}: validate sees no error"));
        }
        let message = refusal(tenant, sentence, object).await;
        if !message.contains(core) {
            wrong.push(format!("{kind}: {sentence}: {message}"));
        }
        assert!(
            !message.contains(SENTINEL),
            "{kind}: {sentence}: the refusal shows a value: {message}"
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tenant.find(kind, "f").await.is_none());
}

/// Rules that both kinds have.
fn common() -> Vec<Row> {
    vec![
        (
            "a function name with a dot",
            json!({"functionName": "a.b"}),
            r#""a.b" is no function name; use letters, digits, hyphens and underscores only"#,
        ),
        (
            "an empty function name",
            json!({"functionName": ""}),
            "spec.functionName in body should be at least 1 chars long",
        ),
        (
            "a function name of 65 characters",
            json!({"functionName": "f".repeat(65)}),
            "spec.functionName: Too long: may not be more than 64",
        ),
        (
            "an unknown management policy",
            json!({"managementPolicy": "Nothing"}),
            r#"supported values: "Observe", "Manage""#,
        ),
        (
            "an unknown adoption policy",
            json!({"adoptionPolicy": "Maybe", "deletionPolicy": "Retain"}),
            r#"supported values: "Never", "IfUnowned", "Always""#,
        ),
        (
            "an unknown deletion policy",
            json!({"deletionPolicy": "Keep"}),
            r#""Keep" is no word of the list; it must be one of "Delete", "Retain""#,
        ),
        (
            "adoption if unowned without a deletion policy",
            json!({"adoptionPolicy": "IfUnowned"}),
            "deletionPolicy must be named where adoptionPolicy is not Never; set it to Retain",
        ),
        (
            "adoption in any case without a deletion policy",
            json!({"adoptionPolicy": "Always"}),
            "deletionPolicy must be named where adoptionPolicy is not Never; set it to Retain",
        ),
        (
            "a tag of AWS",
            tag("aws:x", "y"),
            "tag keys that start with cloudfn.dev/ or aws: are reserved; choose another key",
        ),
        (
            "a tag of ours",
            tag("cloudfn.dev/owner", "me"),
            "tag keys that start with cloudfn.dev/ or aws: are reserved; choose another key",
        ),
        (
            "an empty tag key",
            tag("", "x"),
            "a tag key has 1 to 128 characters; shorten it",
        ),
        (
            "a tag key of 129 characters",
            tag(&"k".repeat(129), "x"),
            "a tag key has 1 to 128 characters; shorten it",
        ),
        (
            "a tag value of 257 characters",
            tag("k", &"v".repeat(257)),
            "Too long: may not be more than 256",
        ),
        (
            "a tag value that AWS refuses",
            tag("owner", "A & B"),
            r#""A & B" has characters that AWS refuses; use letters, digits, spaces and _ . : / = + - @"#,
        ),
        (
            "a tag key that AWS refuses",
            tag("🚀", "a"),
            r#"the tag key "🚀" has characters that AWS refuses; use letters"#,
        ),
        (
            "48 tags",
            json!({"tags": tags(48)}),
            "spec.tags: Too many: 48: must have at most 47",
        ),
        (
            "a field that does not exist",
            json!({"descripton": "x"}),
            "descripton: field not declared in schema",
        ),
        (
            "no code",
            json!({"code": null}),
            "spec.code: Required value",
        ),
        (
            "code without a source",
            json!({"code": {}}),
            "code needs exactly one of inline",
        ),
        (
            "an empty runtime",
            json!({"runtime": ""}),
            "spec.runtime in body should be at least 1 chars long",
        ),
        (
            "a runtime of 65 characters",
            json!({"runtime": "r".repeat(65)}),
            "spec.runtime: Too long: may not be more than 64",
        ),
    ]
}

/// A spec with a test that has these members.
fn test(members: &Value) -> Value {
    let mut test = json!({"name": "a"});
    for (name, value) in members.as_object().into_iter().flatten() {
        test[name] = value.clone();
    }
    json!({"tests": [test]})
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({}), |inner, _| json!({"a": inner}))
}

#[tokio::test]
async fn a_cloudfront_function_that_breaks_a_rule_is_refused_and_told_what_to_change() {
    let tenant = Bed::get().tenant("refused-cff").await;
    let reference = json!({"name": "map", "key": "code.js"});
    let mut rows = common();
    rows.extend([
        ("two sources of code", json!({"code": {"inline": "x", "configMapKeyRef": reference}}), "code needs exactly one of inline and configMapKeyRef"),
        ("empty code", json!({"code": {"inline": ""}}), "the code is empty; write a function named handler"),
        ("a ConfigMap whose name goes on as a fragment", json!({"code": {"configMapKeyRef": {"name": "mine#frag", "key": "k"}}}), r#""mine#frag" is no name of an object; use lower-case letters"#),
        ("a reference without a key", json!({"code": {"configMapKeyRef": {"name": "map"}}}), "spec.code.configMapKeyRef.key: Required value"),
        (
            "a reference without a name",
            json!({"code": {"configMapKeyRef": {"name": "", "key": "k"}}}),
            "spec.code.configMapKeyRef.name in body should be at least 1 chars long",
        ),
        (
            "a key value store that is no ARN",
            json!({"keyValueStoreAssociations": [{"keyValueStoreArn": "store"}]}),
            r#""store" is no ARN of a key value store; name one such as arn:aws:cloudfront::"#,
        ),
        (
            "a key value store with the older runtime",
            json!({"runtime": "cloudfront-js-1.0", "keyValueStoreAssociations": [{"keyValueStoreArn": store(1)}]}),
            "key value stores need the runtime cloudfront-js-2.0; set it, or drop the associations",
        ),
        ("a long comment", json!({"comment": "c".repeat(129)}), "spec.comment: Too long: may not be more than 128"),
        ("a comment with a bell", json!({"comment": "bell \u{7}"}), "it has control characters, which CloudFront refuses; take them out"),
        (
            "a path that no answer has",
            test(&json!({"expectAbsent": ["response.headers.server", "respons.headers"]})),
            r#""respons.headers" is no path that an answer can have, so it is always absent"#,
        ),
        ("a test without a name", json!({"tests": [{"event": {}}]}), "an element that omits all key fields"),
        ("a test's name in capitals", json!({"tests": [{"name": "Apex"}]}), r#""Apex" is no name of a test; use lower-case letters"#),
        ("two tests of one name", json!({"tests": [{"name": "a"}, {"name": "a"}]}), "duplicate entries for key [name=\"a\"]"),
        (
            "more tests than there may be",
            json!({"tests": (0..33).map(|number| json!({"name": format!("t{number}")})).collect::<Vec<_>>()}),
            "spec.tests: Too many: 33: must have at most 32 items",
        ),
        ("an event that is no object", json!({"tests": [{"name": "a", "event": "/"}]}), ".event: expected map"),
        ("an unknown member of a test", json!({"tests": [{"name": "a", "expct": {}}]}), "expct: field not declared in schema"),
        ("an unknown member of an event", test(&json!({"event": {"reqest": {}}})), "event.reqest: field not declared in schema"),
        ("an unknown member of a request", test(&json!({"event": {"request": {"url": "/"}}})), "event.request.url: field not declared in schema"),
        (
            "an unknown member of a header",
            test(&json!({"event": {"request": {"headers": {"host": {"valeu": "a"}}}}})),
            "valeu: field not declared in schema",
        ),
        ("an unknown member of an expectation", test(&json!({"expect": {"respons": {}}})), "expect.respons: field not declared in schema"),
        ("an event as deep as can be", test(&json!({"event": {"request": nested(118)}})), "field not declared in schema"),
        ("a status that is a text", test(&json!({"expect": {"response": {"statusCode": "301"}}})), "expect.response.statusCode: expected numeric"),
        ("a body that is a text", test(&json!({"expect": {"response": {"body": "b"}}})), "expect.response.body: expected map"),
        ("a header that is a text", test(&json!({"event": {"request": {"headers": {"host": "a"}}}})), "expected map"),
        ("more than all compute time", json!({"tests": [{"name": "a", "maxComputeUtilization": 101}]}), "should be less than or equal to 100"),
        ("an unknown stage", json!({"stage": "PRODUCTION"}), r#"supported values: "LIVE", "DEVELOPMENT""#),
        ("a region", json!({"region": "eu-west-1"}), "region: field not declared in schema"),
    ]);
    each_is_refused(&tenant, CFF, rows).await;
}

#[tokio::test]
async fn code_that_is_too_long_is_refused_by_its_bytes_and_not_shown() {
    let tenant = Bed::get().tenant("refused-code").await;
    let rows = [
        ("ASCII", "a".repeat(10_241)),
        ("two bytes a character", "é".repeat(5_121)),
        ("more than any schema takes", "a".repeat(50_000)),
    ];
    for (sentence, code) in rows {
        let object = manifest(CFF, "f", json!({"code": {"inline": code}}));
        let offline = errors(&object).join(" ");
        assert!(
            !offline.is_empty() && offline.len() < 1000 && !offline.contains("aaaa"),
            "{sentence}: {offline}"
        );
        let message = refusal(&tenant, sentence, object).await;
        assert!(
            message.contains("10 KB (10240 bytes)")
                || message.contains("Too long: may not be more than 40960"),
            "{sentence}: {message}"
        );
        assert!(
            !message.contains("aaaa") && !message.contains("éé") && message.len() < 1000,
            "{sentence}: the refusal shows the code: {message}"
        );
    }
}

#[tokio::test]
async fn a_lambda_function_that_breaks_a_rule_is_refused_and_told_what_to_change() {
    let tenant = Bed::get().tenant("refused-lfn").await;
    let files = |path: &str| json!({"code": {"inline": {"files": {path: "x"}}}});
    let path = "the path of a file is relative, without `..` and backslashes, and at most 255 characters; rename the file";
    let variables = |name: &str| json!({"environment": {"variables": {name: SENTINEL}}});
    let variable = "a name of a variable is a letter followed by at least one letter, digit or underscore; rename it";
    let from = |entry: Value| json!({"environment": {"variablesFrom": [entry]}});
    let secret = json!({"secretKeyRef": {"name": "s", "key": "k"}});
    let both = json!({"secretKeyRef": {"name": "s", "key": "k"}, "configMapKeyRef": {"name": "s", "key": "k"}});
    let many_files: serde_json::Map<_, _> =
        (0..65).map(|i| (format!("{i}.py"), json!("x"))).collect();
    let many_entries: Vec<Value> = (0..101)
        .map(|i| json!({"secretRef": {"name": format!("s{i}")}}))
        .collect();
    let mut rows = common();
    rows.extend([
        ("no runtime", json!({"runtime": null}), "runtime and handler are needed, except with code.imageUri; name both"),
        ("no handler", json!({"handler": null}), "runtime and handler are needed, except with code.imageUri; name both"),
        ("an image with a runtime", json!({"code": {"imageUri": IMAGE}, "handler": null}), "an image has its own runtime, handler and layers; drop"),
        ("an image with layers", json!({"code": {"imageUri": IMAGE}, "runtime": null, "handler": null, "layers": []}), "an image has its own runtime, handler and layers; drop"),
        ("an archive with what is for images", json!({"imageConfig": {"command": ["a"]}}), "imageConfig goes with code.imageUri only; drop it"),
        ("an image with code signing", json!({"code": {"imageUri": IMAGE}, "runtime": null, "handler": null, "codeSigningConfigArn": ""}), "code signing is for archives, and code.imageUri names an image; drop codeSigningConfigArn"),
        ("code signing by its id", json!({"codeSigningConfigArn": "csc-0123456789abcdef0"}), "is no ARN of a code signing configuration; name one such as"),
        ("an image with a managed runtime", json!({"code": {"imageUri": IMAGE}, "runtime": null, "handler": null, "runtimeManagementConfig": {"updateRuntimeOn": "Auto"}}), "an image has its own runtime; drop runtimeManagementConfig"),
        ("a manual runtime without its version", json!({"runtimeManagementConfig": {"updateRuntimeOn": "Manual"}}), "runtimeVersionArn goes with updateRuntimeOn Manual, which needs it"),
        ("an automatic runtime with a version", json!({"runtimeManagementConfig": {"updateRuntimeOn": "Auto", "runtimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0123"}}), "runtimeVersionArn goes with updateRuntimeOn Manual, which needs it"),
        ("a runtime version by its id", json!({"runtimeManagementConfig": {"updateRuntimeOn": "Manual", "runtimeVersionArn": "0123456789abcdef0123456789abcdef"}}), "is no ARN of a version of a runtime; name the RuntimeVersionArn that GetFunction shows"),
        ("three retries", json!({"eventInvokeConfig": {"maximumRetryAttempts": 3}}), "should be less than or equal to 2"),
        ("an age of a second", json!({"eventInvokeConfig": {"maximumEventAgeInSeconds": 1}}), "should be greater than or equal to 60"),
        ("a destination by its URL", json!({"eventInvokeConfig": {"destinationConfig": {"onFailure": {"destination": "https://example.com"}}}}), "is no ARN of a queue, a topic, a function, an event bus or a bucket; name one such as"),
        ("an alias by digits alone", json!({"publish": true, "aliases": [{"name": "7"}]}), r#""7" is no name of an alias; use letters, digits, hyphens and underscores, and not digits alone"#),
        ("an alias of a word", json!({"publish": true, "aliases": [{"name": "live", "functionVersion": "latest"}]}), r#""latest" is no version; name newest, previous, $LATEST, or a number in quotes"#),
        ("an alias that follows nothing", json!({"aliases": [{"name": "live"}]}), "aliases of newest (where functionVersion is omitted) and previous go with publish: true only; set it, or name a version by its number, or $LATEST"),
        ("a share of what is not published", json!({"aliases": [{"name": "live", "functionVersion": "1", "routingConfig": {"additionalVersionWeights": {"previous": 0.5}}}]}), "aliases of newest (where functionVersion is omitted) and previous go with publish: true only"),
        ("shares of $LATEST", json!({"aliases": [{"name": "live", "functionVersion": "$LATEST", "routingConfig": {"additionalVersionWeights": {"1": 0.5}}}]}), "an alias of $LATEST has no second version; name a version, or drop routingConfig"),
        ("a share of its own", json!({"publish": true, "aliases": [{"name": "live", "routingConfig": {"additionalVersionWeights": {"newest": 0.5}}}]}), "the alias has this version already; give the weight to another one"),
        ("a share of a word", json!({"publish": true, "aliases": [{"name": "live", "routingConfig": {"additionalVersionWeights": {"$LATEST": 0.5}}}]}), "this is no version; name newest, previous or a number"),
        ("more than all calls", json!({"publish": true, "aliases": [{"name": "live", "routingConfig": {"additionalVersionWeights": {"previous": 1.5}}}]}), "should be less than or equal to 1"),
        ("three versions", json!({"publish": true, "aliases": [{"name": "live", "routingConfig": {"additionalVersionWeights": {"previous": 0.1, "1": 0.1}}}]}), "spec.aliases[0].routingConfig.additionalVersionWeights: Too many: 2: must have at most 1 item"),
        ("concurrency of $LATEST", json!({"aliases": [{"name": "live", "functionVersion": "$LATEST", "provisionedConcurrentExecutions": 1}]}), "AWS Lambda provides concurrency for published versions only; name another functionVersion, or drop provisionedConcurrentExecutions"),
        ("concurrency of two versions", json!({"publish": true, "aliases": [{"name": "live", "provisionedConcurrentExecutions": 1, "routingConfig": {"additionalVersionWeights": {"previous": 0.5}}}]}), "an alias with provisioned concurrency sends its calls to one version; drop routingConfig or provisionedConcurrentExecutions"),
        ("no concurrency", json!({"publish": true, "aliases": [{"name": "live", "provisionedConcurrentExecutions": 0}]}), "should be greater than or equal to 1"),
        ("versions that nobody publishes", json!({"keepVersions": 3}), "keepVersions goes with publish: true only; set it, or drop keepVersions"),
        ("no version at all", json!({"publish": true, "keepVersions": 0}), "should be greater than or equal to 1"),
        ("tenants with a URL", json!({"tenancyConfig": {"tenantIsolationMode": "PER_TENANT"}, "functionUrlConfig": {"authType": "NONE"}}), "tenant isolation goes with neither function URLs nor SnapStart; drop functionUrlConfig and snapStart"),
        ("a durable function without a timeout", json!({"durableConfig": {"retentionPeriodInDays": 7}}), "spec.durableConfig.executionTimeout: Required value"),
        ("an image without a registry", json!({"code": {"imageUri": "shop:1"}, "runtime": null, "handler": null}), r#""shop:1" is no URI of an image; name one such as"#),
        ("subnets without security groups", json!({"vpcConfig": {"subnetIds": ["subnet-1"]}}), "subnetIds and securityGroupIds go together; name at least one of each, or none of both"),
        ("a subnet by its name", json!({"vpcConfig": {"subnetIds": ["private"], "securityGroupIds": ["sg-1"]}}), r#""private" is no id of a subnet; name one such as"#),
        ("a security group by its name", json!({"vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["default"]}}), r#""default" is no id of a security group; name one such as"#),
        ("a file system without a VPC", json!({"fileSystemConfigs": [{"arn": ACCESS_POINT, "localMountPath": "/mnt/data"}]}), "a file system is reached through a VPC; name the subnets and security groups in vpcConfig"),
        ("a file system by its id", json!({"fileSystemConfigs": [{"arn": "fs-1", "localMountPath": "/mnt/data"}]}), r#""fs-1" is no ARN of an access point; name one such as"#),
        ("a file system anywhere", json!({"fileSystemConfigs": [{"arn": ACCESS_POINT, "localMountPath": "/data"}]}), r#""/data" is no folder below /mnt; name one such as"#),
        ("a layer without its version", json!({"layers": ["arn:aws:lambda:eu-west-1:000000000000:layer:tools"]}), "is no ARN of a layer version; name one such as"),
        ("a sixth layer", json!({"layers": vec!["arn:aws:lambda:eu-west-1:000000000000:layer:tools:1"; 6]}), "spec.layers: Too many: 6: must have at most 5"),
        ("a key by its id", json!({"kmsKeyArn": "00000000-0000-4000-8000-000000000001"}), "is no ARN of a KMS key, and Lambda takes no alias; name one such as"),
        ("a key by its alias", json!({"kmsKeyArn": "arn:aws:kms:eu-west-1:000000000000:alias/shop"}), "is no ARN of a KMS key, and Lambda takes no alias; name one such as"),
        ("IPv6 without subnets", json!({"vpcConfig": {"ipv6AllowedForDualStack": true}}), "ipv6AllowedForDualStack goes with subnets; name some in subnetIds, or drop it"),
        ("a queue by its URL", json!({"deadLetterConfig": {"targetArn": "https://sqs.eu-west-1.amazonaws.com/000000000000/q"}}), "is no ARN of a queue or a topic; name one such as"),
        ("a snapshot with a large /tmp", json!({"snapStart": {"applyOn": "PublishedVersions"}, "ephemeralStorage": {"size": 513}}), "SnapStart takes archives only, no file system, and at most 512 MB of ephemeralStorage"),
        ("a level without JSON", json!({"loggingConfig": {"systemLogLevel": "INFO"}}), "applicationLogLevel and systemLogLevel go with logFormat JSON only; set logFormat to JSON, or drop them"),
        ("a log group with a space", json!({"loggingConfig": {"logGroup": "a b"}}), r#""a b" is no name of a log group; use letters"#),
        ("no role", json!({"role": null}), "spec.role: Required value"),
        ("a role that is no ARN", json!({"role": "my-role"}), r#""my-role" is no ARN of a role; name one such as arn:aws:iam::"#),
        ("a user instead of a role", json!({"role": "arn:aws:iam::000000000000:user/u"}), r#""arn:aws:iam::000000000000:user/u" is no ARN of a role"#),
        ("a handler with a space", json!({"handler": "index handler"}), r#""index handler" is no handler; name one without spaces"#),
        ("no second at all", json!({"timeout": 0}), "spec.timeout in body should be greater than or equal to 1"),
        ("more than 15 minutes", json!({"timeout": 901}), "spec.timeout in body should be less than or equal to 900"),
        ("too little memory", json!({"memorySize": 127}), "spec.memorySize in body should be greater than or equal to 128"),
        ("too much memory", json!({"memorySize": 10241}), "spec.memorySize in body should be less than or equal to 10240"),
        ("no architecture", json!({"architectures": []}), "spec.architectures in body should have at least 1 items"),
        ("two architectures", json!({"architectures": ["arm64", "x86_64"]}), "spec.architectures: Too many: 2: must have at most 1"),
        ("an unknown architecture", json!({"architectures": ["mips"]}), r#"supported values: "x86_64", "arm64""#),
        ("a long description", json!({"description": "d".repeat(257)}), "spec.description: Too long: may not be more than 256"),
        ("a region that is none", json!({"region": "Ireland"}), r#""Ireland" is no region of AWS; name one such as eu-west-1"#),
        ("publish that is no truth value", json!({"publish": "yes"}), "publish"),
        (
            "two sources of code",
            json!({"code": {"inline": {"files": {"a.py": "x"}}, "zipFile": "UEsF"}}),
            "code needs exactly one of inline, configMapRef, zipFile, s3Bucket (with s3Key) and imageUri",
        ),
        ("a bucket without a key", json!({"code": {"s3Bucket": "bucket"}}), "s3Bucket and s3Key go together; set both or neither"),
        ("a key without a bucket", json!({"code": {"s3Key": "key"}}), "s3Bucket and s3Key go together; set both or neither"),
        (
            "an S3 version beside files",
            json!({"code": {"inline": {"files": {"a.py": "x"}}, "s3ObjectVersion": "1"}}),
            "s3ObjectVersion goes with s3Bucket and s3Key; set them or drop it",
        ),
        (
            "a storage mode beside files",
            json!({"code": {"inline": {"files": {"a.py": "x"}}, "s3ObjectStorageMode": "COPY"}}),
            "s3ObjectStorageMode goes with s3Bucket and s3Key; set them or drop it",
        ),
        (
            "a storage mode that is none",
            json!({"code": {"s3Bucket": "bucket", "s3Key": "k", "s3ObjectStorageMode": "LINK"}}),
            r#""LINK" is no word of the list; it must be one of "COPY", "REFERENCE""#,
        ),
        (
            "an archive's key for an image",
            json!({"code": {"imageUri": IMAGE, "sourceKmsKeyArn": ""}, "runtime": null, "handler": null}),
            "sourceKmsKeyArn is for archives, and imageUri names an image; drop sourceKmsKeyArn",
        ),
        (
            "an archive's key by its alias",
            json!({"code": {"s3Bucket": "bucket", "s3Key": "k", "sourceKmsKeyArn": "arn:aws:kms:eu-west-1:000000000000:alias/shop"}}),
            "is no ARN of a KMS key, and Lambda takes no alias; name one such as",
        ),
        ("no file", json!({"code": {"inline": {"files": {}}}}), "spec.code.inline.files in body should have at least 1 properties"),
        ("65 files", json!({"code": {"inline": {"files": many_files}}}), "spec.code.inline.files: Too many: 65: must have at most 64"),
        ("an absolute path", files("/etc/passwd"), path),
        ("a path that leaves the archive", files("../a.py"), path),
        ("a folder", files("a/"), path),
        ("a backslash", files(r"a\b.py"), path),
        ("an archive that is no base64", json!({"code": {"zipFile": "def handler(e, c):\n  return 1"}}), "zipFile is no base64; encode the archive with `base64 < function.zip`, or put source code into inline.files"),
        ("a bucket name that is none", json!({"code": {"s3Bucket": "a b", "s3Key": "k"}}), r#""a b" is no name of a bucket; use letters"#),
        ("a variable that begins with a digit", variables("1A"), variable),
        ("a variable of one letter", variables("A"), variable),
        ("a variable with a hyphen", variables("A-B"), variable),
        ("a long value", json!({"environment": {"variables": {"AB": SENTINEL.repeat(300)}}}), "Too long: may not be more than 4096"),
        (
            "an entry of variablesFrom without a source",
            from(json!({"prefix": "P_"})),
            "each entry of variablesFrom needs exactly one of valueFrom, secretRef and configMapRef",
        ),
        (
            "an entry with two sources",
            from(json!({"secretRef": {"name": "s"}, "configMapRef": {"name": "m"}})),
            "each entry of variablesFrom needs exactly one of",
        ),
        ("a value without a name", from(json!({"valueFrom": secret})), "name and valueFrom go together; set both or neither"),
        ("a name without a value", from(json!({"name": "AB", "secretRef": {"name": "s"}})), "name and valueFrom go together; set both or neither"),
        (
            "a prefix of a single value",
            from(json!({"name": "AB", "valueFrom": secret, "prefix": "P_"})),
            "prefix goes with secretRef or configMapRef only; drop it",
        ),
        ("a value from two places", from(json!({"name": "AB", "valueFrom": both})), "valueFrom needs exactly one of secretKeyRef and configMapKeyRef"),
        ("a value from nowhere", from(json!({"name": "AB", "valueFrom": {}})), "valueFrom needs exactly one of secretKeyRef and configMapKeyRef"),
        ("a bad name in variablesFrom", from(json!({"name": "A-B", "valueFrom": secret})), r#""A-B" is no name of a variable; write a letter"#),
        ("a Secret whose name goes on as a query", from(json!({"secretRef": {"name": "mine?x=y"}})), r#""mine?x=y" is no name of an object; use lower-case letters"#),
        ("a ConfigMap whose name is a path", from(json!({"name": "AB", "valueFrom": {"configMapKeyRef": {"name": "a/b", "key": "k"}}})), r#""a/b" is no name of an object"#),
        ("a secret without a key", from(json!({"name": "AB", "valueFrom": {"secretKeyRef": {"name": "s"}}})), "valueFrom.secretKeyRef.key: Required value"),
        ("101 entries", json!({"environment": {"variablesFrom": many_entries}}), "spec.environment.variablesFrom: Too many: 101: must have at most 100"),
    ]);
    each_is_refused(&tenant, LFN, rows).await;
}

#[tokio::test]
async fn an_object_whose_name_is_no_function_name_needs_one() {
    let tenant = Bed::get().tenant("refused-names").await;
    let long = "n".repeat(65);
    for (kind, name) in [CFF, LFN]
        .into_iter()
        .flat_map(|kind| ["with.dot", &long].map(|name| (kind, name.to_owned())))
    {
        let offline = errors(&manifest(kind, &name, json!({})));
        assert!(
            offline.len() == 1 && offline[0].contains("set spec.functionName"),
            "{offline:?}"
        );
        let message = refusal(
            &tenant,
            "no function name",
            manifest(kind, &name, json!({})),
        )
        .await;
        assert!(message.contains("set spec.functionName"), "{message}");
        tenant
            .apply(manifest(kind, &name, json!({"functionName": "f"})))
            .await;
    }
}

/// The bounds are the schema's own: that the cloud takes what lies within, the transitions prove.
#[tokio::test]
async fn a_configuration_field_beyond_its_bounds_is_refused() {
    let tenant = Bed::get().tenant("bounds").await;
    let mut wrong = Vec::new();
    for (field, _) in table::fields() {
        let (beyond, said) = match table::domain(field) {
            Domain::Numbers(least, most) => (
                vec![json!(least - 1), json!(most + 1), json!("1")],
                format!("spec.{field}"),
            ),
            Domain::Words(_) => (vec![json!("Neither"), json!("")], format!("spec.{field}")),
            Domain::List(_) => (vec![json!(["Neither"]), json!([])], format!("spec.{field}")),
            Domain::Other => continue,
        };
        for value in beyond {
            let object = manifest(LFN, "f", table::spec(field, value.clone()));
            if errors(&object).is_empty() {
                wrong.push(format!("{field}: {value}: validate sees no error"));
            }
            let message = refusal(&tenant, field, object).await;
            if !message.contains(&said) {
                wrong.push(format!("{field}: {value}: {message}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_functions_name_and_region_stay_in_every_direction() {
    let tenant = Bed::get().tenant("immutable").await;
    let fields = [
        (CFF, "functionName", "a", "b"),
        (LFN, "functionName", "a", "b"),
        (LFN, "region", "eu-west-1", "us-east-1"),
    ];
    for (kind, field, one, two) in fields {
        let with = |name: &str, value: Value| manifest(kind, name, json!({field: value}));
        let lower = field.to_lowercase();
        let (named, unnamed) = (format!("named-{lower}"), format!("unnamed-{lower}"));
        tenant.apply(with(&named, json!(one))).await;
        tenant.apply(with(&unnamed, Value::Null)).await;
        let rows = [
            ("changed", &named, json!(two)),
            ("dropped", &named, Value::Null),
            ("added", &unnamed, json!(one)),
        ];
        for (sentence, name, value) in rows {
            let message = refusal(&tenant, sentence, with(name, value)).await;
            assert!(
                message.contains(&format!(
                    "{field} is immutable, also from and to omitted; create another object"
                )),
                "{kind} {sentence}: {message}"
            );
        }
        // What stays may be sent again, and everything else may change.
        for (name, value) in [(&named, json!(one)), (&unnamed, Value::Null)] {
            let mut object = with(name, value);
            object["spec"]["tags"] = json!({"team": "edge"});
            tenant.apply(object).await;
        }
    }
}

#[tokio::test]
async fn what_only_a_create_enables_is_neither_added_nor_dropped() {
    let tenant = Bed::get().tenant("creation").await;
    let choices = [
        (
            "tenancyConfig",
            json!({"tenantIsolationMode": "PER_TENANT"}),
            "tenancyConfig is immutable, also from and to omitted; create another object",
        ),
        (
            "durableConfig",
            json!({"executionTimeout": 60}),
            "a function is durable, or not, for good; create another object",
        ),
    ];
    for (field, value, said) in choices {
        let with = |name: &str, value: Value| manifest(LFN, name, json!({field: value}));
        let lower = field.to_lowercase();
        let (named, unnamed) = (format!("named-{lower}"), format!("unnamed-{lower}"));
        tenant.apply(with(&named, value.clone())).await;
        tenant.apply(with(&unnamed, Value::Null)).await;
        for (sentence, name, value) in [
            ("dropped", &named, Value::Null),
            ("added", &unnamed, value.clone()),
        ] {
            let message = refusal(&tenant, sentence, with(name, value)).await;
            assert!(message.contains(said), "{field} {sentence}: {message}");
        }
    }
    let longer = json!({"durableConfig": {"executionTimeout": 3600}});
    tenant
        .apply(manifest(LFN, "named-durableconfig", longer))
        .await;
}
