//! Lambda: every field, broken once.

use serde_json::{Value, json};
use strict_cloud::lambda::{
    Code, Configuration, CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration,
};
use strict_cloud::zip;

use crate::support::{
    active, archive, cloud, get, me, new_function, python, refused, settle, verdict,
};

const VALIDATION: (u16, &str) = (400, "ValidationException");
const PARAMETER: (u16, &str) = (400, "InvalidParameterValueException");
const OK: (u16, &str) = (0, "");

fn table() -> Vec<(&'static str, Value, (u16, &'static str))> {
    let subnets = |n: usize| (0..n).map(|n| format!("subnet-{n}")).collect::<Vec<_>>();
    let layer = |name: &str| format!("arn:aws:lambda:eu-west-1:111111111111:layer:{name}:1");
    let mount = |arn: &str, path: &str| json!({"FileSystemConfigs": [{"Arn": arn, "LocalMountPath": path}]});
    let point =
        "arn:aws:elasticfilesystem:eu-west-1:111111111111:access-point/fsap-0123456789abcdef0";
    vec![
        (
            "a role is an ARN of a role",
            json!({"Role": "r1"}),
            VALIDATION,
        ),
        (
            "a role may have a path",
            json!({"Role": "arn:aws:iam::111111111111:role/a/b"}),
            OK,
        ),
        (
            "a role of another account is refused",
            json!({"Role": "arn:aws:iam::222222222222:role/x"}),
            (403, "AccessDeniedException"),
        ),
        (
            "a handler has no spaces",
            json!({"Handler": "a b"}),
            VALIDATION,
        ),
        (
            "a handler has 128 characters at most",
            json!({"Handler": "h".repeat(129)}),
            VALIDATION,
        ),
        (
            "a description has 256 characters at most",
            json!({"Description": "d".repeat(257)}),
            VALIDATION,
        ),
        (
            "256 are accepted",
            json!({"Description": "d".repeat(256)}),
            OK,
        ),
        (
            "a runtime is a known one",
            json!({"Runtime": "python9.9"}),
            PARAMETER,
        ),
        (
            "and in lower case",
            json!({"Runtime": "PYTHON3.9"}),
            PARAMETER,
        ),
        ("and not retired", json!({"Runtime": "go1.x"}), PARAMETER),
        ("a timeout is 1 at least", json!({"Timeout": 0}), VALIDATION),
        ("900 is accepted", json!({"Timeout": 900}), OK),
        (
            "901 is not, though the model has it",
            json!({"Timeout": 901}),
            PARAMETER,
        ),
        (
            "5401 is not in the model",
            json!({"Timeout": 5401}),
            VALIDATION,
        ),
        (
            "memory is 128 at least",
            json!({"MemorySize": 127}),
            VALIDATION,
        ),
        ("any MB will do", json!({"MemorySize": 129}), OK),
        (
            "memory is 10,240 at most",
            json!({"MemorySize": 10_241}),
            PARAMETER,
        ),
        (
            "text is no number",
            json!({"MemorySize": "128"}),
            (400, "SerializationException"),
        ),
        (
            "/tmp is 512 at least",
            json!({"EphemeralStorage": {"Size": 511}}),
            VALIDATION,
        ),
        (
            "/tmp is 10,240 at most",
            json!({"EphemeralStorage": {"Size": 10_241}}),
            PARAMETER,
        ),
        (
            "/tmp has a size",
            json!({"EphemeralStorage": {}}),
            VALIDATION,
        ),
        ("a key is an ARN", json!({"KMSKeyArn": "key"}), VALIDATION),
        ("or nothing", json!({"KMSKeyArn": ""}), OK),
        (
            "a dead letter target is an ARN",
            json!({"DeadLetterConfig": {"TargetArn": "queue"}}),
            VALIDATION,
        ),
        (
            "tracing is one of two",
            json!({"TracingConfig": {"Mode": "On"}}),
            VALIDATION,
        ),
        (
            "a subnet is named subnet-",
            json!({"VpcConfig": {"SubnetIds": ["net-1"], "SecurityGroupIds": ["sg-1"]}}),
            VALIDATION,
        ),
        (
            "a security group is named sg-",
            json!({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["1"]}}),
            VALIDATION,
        ),
        (
            "16 subnets at most",
            json!({"VpcConfig": {"SubnetIds": subnets(17), "SecurityGroupIds": ["sg-1"]}}),
            VALIDATION,
        ),
        (
            "5 groups at most",
            json!({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"]}}),
            VALIDATION,
        ),
        (
            "subnets need groups",
            json!({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": []}}),
            PARAMETER,
        ),
        (
            "a variable has two characters at least",
            json!({"Environment": {"Variables": {"A": "1"}}}),
            VALIDATION,
        ),
        (
            "a variable begins with a letter",
            json!({"Environment": {"Variables": {"1A": "1"}}}),
            VALIDATION,
        ),
        (
            "AB will do",
            json!({"Environment": {"Variables": {"AB": "1"}}}),
            OK,
        ),
        (
            "AWS_REGION is Lambda's own",
            json!({"Environment": {"Variables": {"AWS_REGION": "1"}}}),
            PARAMETER,
        ),
        (
            "a value is text",
            json!({"Environment": {"Variables": {"AB": 1}}}),
            (400, "SerializationException"),
        ),
        (
            "a layer is an ARN with a version",
            json!({"Layers": ["arn:aws:lambda:eu-west-1:111111111111:layer:a"]}),
            VALIDATION,
        ),
        (
            "a layer is of this region",
            json!({"Layers": ["arn:aws:lambda:us-east-1:111111111111:layer:a:1"]}),
            PARAMETER,
        ),
        (
            "the same layer twice is refused",
            json!({"Layers": [layer("a"), layer("a")]}),
            PARAMETER,
        ),
        (
            "five layers",
            json!({"Layers": (["a", "b", "c", "d", "e"].map(layer))}),
            OK,
        ),
        (
            "not six",
            json!({"Layers": (["a", "b", "c", "d", "e", "f"].map(layer))}),
            PARAMETER,
        ),
        (
            "a file system is an access point",
            mount("arn:aws:s3:::x", "/mnt/a"),
            VALIDATION,
        ),
        (
            "it is mounted below /mnt",
            mount(point, "/data"),
            VALIDATION,
        ),
        ("like this", mount(point, "/mnt/data"), OK),
        (
            "one file system",
            json!({"FileSystemConfigs": [{"Arn": point, "LocalMountPath": "/mnt/a"}, {"Arn": point, "LocalMountPath": "/mnt/b"}]}),
            VALIDATION,
        ),
        (
            "SnapStart applies to versions or nothing",
            json!({"SnapStart": {"ApplyOn": "All"}}),
            VALIDATION,
        ),
        (
            "a log format is JSON or Text",
            json!({"LoggingConfig": {"LogFormat": "XML"}}),
            VALIDATION,
        ),
        (
            "a log level is a known one",
            json!({"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "TRACE"}}),
            VALIDATION,
        ),
        (
            "levels need JSON",
            json!({"LoggingConfig": {"ApplicationLogLevel": "INFO"}}),
            PARAMETER,
        ),
        (
            "a log group has no spaces",
            json!({"LoggingConfig": {"LogGroup": "a b"}}),
            VALIDATION,
        ),
        (
            "retention is 90 days at most",
            json!({"DurableConfig": {"RetentionPeriodInDays": 91}}),
            VALIDATION,
        ),
        (
            "a capacity provider is an ARN",
            json!({"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "x"}}}),
            VALIDATION,
        ),
        (
            "a capacity provider is named",
            json!({"CapacityProviderConfig": {}}),
            VALIDATION,
        ),
        (
            "a field that nobody knows is ignored",
            json!({"Colour": "red"}),
            OK,
        ),
    ]
}

fn merged(mut base: Configuration, more: &Value) -> Configuration {
    base.0.extend(more.as_object().cloned().unwrap());
    base
}

#[test]
fn create_and_update_check_every_field_alike() {
    for (sentence, fields, expected) in table() {
        let mut cloud = cloud();
        let request = CreateFunction {
            configuration: merged(python(), &fields),
            ..new_function("f")
        };
        assert_eq!(
            verdict(cloud.lambda_create_function(&me(), &request)),
            expected,
            "create: {sentence}"
        );
        assert_eq!(
            cloud.functions("111111111111").is_empty(),
            expected != OK,
            "create: {sentence}"
        );
        let before = active(&mut cloud, "g");
        let request = UpdateFunctionConfiguration {
            function_name: "g".into(),
            configuration: Configuration::of(fields),
            revision_id: None,
        };
        assert_eq!(
            verdict(cloud.lambda_update_function_configuration(&me(), &request)),
            expected,
            "update: {sentence}"
        );
        assert_eq!(
            get(&mut cloud, "g").revision_id == before.revision_id,
            expected != OK,
            "update: {sentence}"
        );
    }
}

#[test]
fn creation_has_rules_of_its_own() {
    let without = |field: &str| {
        let mut configuration = python();
        configuration.0.remove(field);
        CreateFunction {
            configuration,
            ..new_function("f")
        }
    };
    let with = |fields: Value| CreateFunction {
        configuration: merged(python(), &fields),
        ..new_function("f")
    };
    let image = |fields: Value| {
        let configuration = merged(
            Configuration::new()
                .with("Role", crate::support::ROLE)
                .with("PackageType", "Image"),
            &fields,
        );
        CreateFunction {
            configuration,
            code: Some(Code::Image("1.dkr.ecr/app:v1".into())),
            ..new_function("f")
        }
    };
    let code = |code: Option<Code>| CreateFunction {
        code,
        ..new_function("f")
    };
    let s3 = |bucket: &str, key: &str, version: Option<&str>| {
        code(Some(Code::S3 {
            bucket: bucket.into(),
            key: key.into(),
            version: version.map(str::to_owned),
        }))
    };
    let architectures = |list: &[&str]| CreateFunction {
        architectures: Some(list.iter().map(|one| (*one).to_owned()).collect()),
        ..new_function("f")
    };
    let table = [
        ("a role is required", without("Role"), VALIDATION),
        ("an archive needs a runtime", without("Runtime"), PARAMETER),
        ("an archive needs a handler", without("Handler"), PARAMETER),
        ("code is required", code(None), PARAMETER),
        (
            "code is an archive",
            code(Some(Code::Zip(
                b"no archive, whatever its length may be".to_vec(),
            ))),
            PARAMETER,
        ),
        (
            "an archive has files",
            code(Some(Code::Zip(zip::store(&[])))),
            PARAMETER,
        ),
        (
            "one architecture",
            architectures(&["x86_64", "arm64"]),
            VALIDATION,
        ),
        ("not none", architectures(&[]), VALIDATION),
        ("a known one", architectures(&["X86_64"]), VALIDATION),
        ("arm64 is one", architectures(&["arm64"]), OK),
        (
            "a package is Zip or Image",
            with(json!({"PackageType": "Tar"})),
            VALIDATION,
        ),
        (
            "an archive is no image",
            code(Some(Code::Image("x:y".into()))),
            PARAMETER,
        ),
        ("an image", image(json!({})), OK),
        (
            "has no runtime",
            image(json!({"Runtime": "python3.13"})),
            PARAMETER,
        ),
        ("has no layers", image(json!({"Layers": []})), PARAMETER),
        (
            "is no archive",
            CreateFunction {
                code: Some(Code::Zip(archive("1"))),
                ..image(json!({}))
            },
            PARAMETER,
        ),
        (
            "an archive has no image configuration",
            with(json!({"ImageConfig": {}})),
            PARAMETER,
        ),
        (
            "tenancy has one mode",
            with(json!({"TenancyConfig": {"TenantIsolationMode": "X"}})),
            VALIDATION,
        ),
        ("an object of S3", s3("code", "f.zip", None), OK),
        ("by version", s3("code", "f.zip", Some("v1")), OK),
        (
            "by a version that is there",
            s3("code", "f.zip", Some("v9")),
            PARAMETER,
        ),
        (
            "by a key that is there",
            s3("code", "g.zip", None),
            PARAMETER,
        ),
        (
            "in a bucket that is there",
            s3("other", "f.zip", None),
            PARAMETER,
        ),
        ("in this region", s3("far", "f.zip", None), PARAMETER),
        (
            "a bucket's name has three characters",
            s3("co", "f.zip", None),
            VALIDATION,
        ),
    ];
    for (sentence, request, expected) in table {
        let mut cloud = cloud();
        cloud.put_object("eu-west-1", "code", "f.zip", "v1", &archive("1"));
        cloud.put_object("us-east-1", "far", "f.zip", "v1", &archive("1"));
        assert_eq!(
            verdict(cloud.lambda_create_function(&me(), &request)),
            expected,
            "{sentence}"
        );
    }
}

#[test]
fn refusals_are_in_awss_own_words() {
    let table = [
        (
            json!({"Role": "r1"}),
            "1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
        ),
        (
            json!({"Runtime": "ruby2.7"}),
            "The runtime parameter of ruby2.7 is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.",
        ),
        (
            json!({"VpcConfig": {"SubnetIds": ["x"], "SecurityGroupIds": ["sg-1"]}}),
            "1 validation error detected: Value '[x]' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: subnet-[0-9a-z]*]",
        ),
        (
            json!({"VpcConfig": {"SubnetIds": ["subnet-gone"], "SecurityGroupIds": ["sg-1"]}}),
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID 'subnet-gone' does not exist",
        ),
        (
            json!({"Layers": ["arn:aws:lambda:eu-west-1:111111111111:layer:gone:1"]}),
            "Layer version arn:aws:lambda:eu-west-1:111111111111:layer:gone:1 does not exist.",
        ),
    ];
    for (fields, message) in table {
        let mut cloud = cloud();
        cloud.settings_mut().missing.extend([
            "subnet-gone".to_owned(),
            "arn:aws:lambda:eu-west-1:111111111111:layer:gone:1".to_owned(),
        ]);
        let request = CreateFunction {
            configuration: merged(python(), &fields),
            ..new_function("f")
        };
        assert_eq!(
            refused(cloud.lambda_create_function(&me(), &request)).message,
            message
        );
    }
}

#[test]
fn an_environment_has_4096_bytes_of_json_and_the_refusal_echoes_it() {
    let mut cloud = cloud();
    let around = "{\"LARGE_VAR\":\"\"}".len();
    let of = |length: usize| {
        let value = "x".repeat(length - around);
        CreateFunction {
            configuration: python().with_environment([("LARGE_VAR", value.as_str())]),
            ..new_function("f")
        }
    };
    let refusal = refused(cloud.lambda_create_function(&me(), &of(4097)));
    assert!(refusal.message.starts_with("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {\"LARGE_VAR\":\"xxxx"));
    assert_eq!(verdict(cloud.lambda_create_function(&me(), &of(4096))), OK);
    assert!(
        !format!("{:?}", cloud.log()).contains("xxxx"),
        "and the log does not"
    );
    assert!(!format!("{:?}", of(4096).configuration).contains("xxxx"));
}

#[test]
fn code_that_is_too_large_is_refused() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let mut large = zip::store(&[("a", b"")]);
    // The size that the central directory states is all that Lambda's limit is checked against here.
    let at = large
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap()
        + 24;
    large[at..at + 4].copy_from_slice(&262_144_000_u32.to_le_bytes());
    let update = |code| UpdateFunctionCode {
        function_name: "f".into(),
        code: Some(Code::Zip(code)),
        ..UpdateFunctionCode::default()
    };
    let refusal = refused(cloud.lambda_update_function_code(&me(), &update(large)));
    assert_eq!(
        refusal.message,
        "Unzipped size must be smaller than 262144000 bytes"
    );
    let refusal = refused(cloud.lambda_update_function_code(&me(), &update(vec![0; 52_500_000])));
    assert_eq!(
        (refusal.status, refusal.message.as_str()),
        (413, "Zipped size must be smaller than 52428800 bytes")
    );
}

#[test]
fn what_is_omitted_stays_and_what_is_empty_is_cleared() {
    let full = json!({
        "Description": "d", "KMSKeyArn": "arn:aws:kms:eu-west-1:111111111111:key/1", "Timeout": 30,
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:111111111111:q"},
        "Layers": ["arn:aws:lambda:eu-west-1:111111111111:layer:a:1"],
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "Environment": {"Variables": {"AB": "1", "CD": "2"}},
        "LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"},
    });
    let mut cloud = cloud();
    cloud.settings_mut().vpc_takes = cloud.settings_mut().create_takes;
    cloud
        .lambda_create_function(
            &me(),
            &CreateFunction {
                configuration: merged(python(), &full),
                ..new_function("f")
            },
        )
        .unwrap();
    settle(&mut cloud);
    let mut update = |fields: Value| {
        let request = UpdateFunctionConfiguration {
            function_name: "f".into(),
            configuration: Configuration::of(fields),
            revision_id: None,
        };
        cloud
            .lambda_update_function_configuration(&me(), &request)
            .unwrap();
        settle(&mut cloud);
        get(&mut cloud, "f").to_json()
    };
    let before = update(json!({}));
    assert_eq!(
        before["Layers"][0]["Arn"],
        "arn:aws:lambda:eu-west-1:111111111111:layer:a:1"
    );
    assert!(
        before["VpcConfig"]["VpcId"]
            .as_str()
            .unwrap()
            .starts_with("vpc-")
    );
    assert_eq!(
        before["LoggingConfig"],
        json!({"LogFormat": "JSON", "LogGroup": "/aws/lambda/f", "SystemLogLevel": "DEBUG", "ApplicationLogLevel": "INFO"})
    );
    assert_eq!(
        (&before["Timeout"], &before["MemorySize"]),
        (&json!(30), &json!(128))
    );

    assert_eq!(
        update(json!({"Environment": {"Variables": {"EF": "3"}}}))["Environment"],
        json!({"Variables": {"EF": "3"}}),
        "an environment is replaced"
    );
    let cleared = update(json!({
        "Description": "", "KMSKeyArn": "", "DeadLetterConfig": {"TargetArn": ""}, "Layers": [], "Environment": {"Variables": {}},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}, "LoggingConfig": {"LogFormat": "Text"},
    }));
    assert_eq!(cleared["Description"], "");
    assert_eq!(cleared["Environment"], json!({"Variables": {}}));
    assert_eq!(
        cleared["VpcConfig"],
        json!({"Ipv6AllowedForDualStack": false, "SecurityGroupIds": [], "SubnetIds": [], "VpcId": ""})
    );
    assert_eq!(
        cleared["LoggingConfig"],
        json!({"LogFormat": "Text", "LogGroup": "/aws/lambda/f"})
    );
    for absent in ["KMSKeyArn", "DeadLetterConfig", "Layers"] {
        assert!(cleared.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn a_new_function_has_awss_defaults() {
    let mut cloud = cloud();
    let reply = cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap()
        .to_json();
    let expected = json!({
        "Architectures": ["x86_64"], "Description": "", "EphemeralStorage": {"Size": 512}, "Handler": "index.handler", "MemorySize": 128,
        "FunctionArn": "arn:aws:lambda:eu-west-1:111111111111:function:f", "FunctionName": "f", "PackageType": "Zip", "Runtime": "python3.13",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}, "Role": "arn:aws:iam::111111111111:role/lambda",
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}, "State": "Pending", "StateReason": "The function is being created.",
        "StateReasonCode": "Creating", "Timeout": 3, "TracingConfig": {"Mode": "PassThrough"}, "Version": "$LATEST",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&reply[field], value, "{field}");
    }
    // Recorded answer: test_version_lifecycle, create_response: these fields and no others.
    let mut names: Vec<&str> = expected
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .chain([
            "CodeSha256",
            "CodeSize",
            "LastModified",
            "RevisionId",
            "RuntimeVersionConfig",
        ])
        .collect();
    names.sort_unstable();
    assert_eq!(reply.as_object().unwrap().keys().collect::<Vec<_>>(), names);
}
