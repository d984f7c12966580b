//! The forms of texts, each with the words for a text that has another one.
//!
//! A pattern of a schema is answered by the API server with the pattern itself. So the definitions
//! have each of these as a rule, whose answer is `"Ireland" is no region; ...`.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::ValidationRule;
use kube::core::{Message, Rule};

/// The form of a text.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// A regular expression, which RE2 and Rust read alike.
    pub pattern: &'static str,
    /// What is said of another text, after the text itself: what it is not, and what to write.
    words: &'static str,
}

/// Name of a function in AWS (Lambda and CloudFront API references, `FunctionName` and `Name`).
pub const FUNCTION_NAME: Form = Form {
    pattern: "^[a-zA-Z0-9_-]+$",
    words: "is no function name; use letters, digits, hyphens and underscores only",
};

/// Name of a ConfigMap or a Secret, and of our own objects: an RFC 1123 subdomain (Kubernetes
/// documentation, "Object Names and IDs").
pub const OBJECT_NAME: Form = Form {
    pattern: r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    words: "is no name of an object; use lower-case letters, digits, hyphens and dots only, with a letter or a digit at both ends and beside each dot",
};

/// Name of a namespace: an RFC 1123 label.
pub const NAMESPACE: Form = Form {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    words: "is no name of a namespace; use lower-case letters, digits and hyphens only, with a letter or a digit at both ends",
};

/// Name of a test.
pub const TEST_NAME: Form = Form {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    words: "is no name of a test; use lower-case letters, digits and hyphens only, with a letter or a digit at both ends",
};

/// ARN of a key value store (CloudFront API reference, `KeyValueStoreAssociation`).
pub const KEY_VALUE_STORE_ARN: Form = Form {
    pattern: r"^arn:aws:cloudfront::[0-9]{12}:key-value-store/[0-9a-fA-F-]{36}$",
    words: "is no ARN of a key value store; name one such as arn:aws:cloudfront::111122223333:key-value-store/00000000-0000-4000-8000-000000000001",
};

/// A region of AWS.
pub const REGION: Form = Form {
    pattern: "^[a-z]{2,4}(-[a-z]+)+-[0-9]$",
    words: "is no region of AWS; name one such as eu-west-1",
};

/// A Lambda function's handler (Lambda API reference, `Handler`).
pub const HANDLER: Form = Form {
    pattern: r"^[^\s]+$",
    words: "is no handler; name one without spaces, such as index.handler",
};

/// ARN of a role (Lambda API reference, `Role`).
pub const ROLE: Form = Form {
    pattern: r"^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$",
    words: "is no ARN of a role; name one such as arn:aws:iam::111122223333:role/lambda",
};

/// Name of an environment variable (Lambda API reference, `Environment`).
pub const VARIABLE: Form = Form {
    pattern: "^[a-zA-Z][a-zA-Z0-9_]+$",
    words: "is no name of a variable; write a letter, then at least one letter, digit or underscore",
};

/// What the names of variables begin with.
pub const PREFIX: Form = Form {
    pattern: "^[a-zA-Z][a-zA-Z0-9_]*$",
    words: "cannot begin the name of a variable; write a letter, then letters, digits and underscores only",
};

/// Name of an S3 bucket (Lambda API reference, `S3Bucket`).
pub const BUCKET: Form = Form {
    pattern: r"^[0-9A-Za-z.\-_]*[0-9A-Za-z\-_]$",
    words: "is no name of a bucket; use letters, digits, hyphens, underscores and dots only, with no dot at the end",
};

/// ARN of what takes events that could not be delivered (Lambda Developer Guide, "Asynchronous
/// invocation": a queue of SQS or a topic of SNS), or nothing.
pub const DEAD_LETTER_TARGET: Form = Form {
    pattern: r"^(arn:aws[a-zA-Z-]*:(sqs|sns):[a-z0-9-]+:\d{12}:[a-zA-Z0-9_.-]+)?$",
    words: "is no ARN of a queue or a topic; name one such as arn:aws:sqs:eu-west-1:111122223333:failed",
};

/// ARN of what gets records of asynchronous calls (Lambda Developer Guide, "Capturing records of Lambda
/// asynchronous invocations": a queue, a topic, a function, an event bus, a bucket), or nothing.
pub const DESTINATION: Form = Form {
    pattern: r"^(arn:aws[a-zA-Z-]*:(sqs|sns|lambda|events|s3):[a-z0-9-]*:(\d{12})?:[a-zA-Z0-9_./:$-]+)?$",
    words: "is no ARN of a queue, a topic, a function, an event bus or a bucket; name one such as arn:aws:sqs:eu-west-1:111122223333:done",
};

/// ARN of a code signing configuration (Lambda API reference, `CodeSigningConfigArn`), or nothing.
pub const CODE_SIGNING_CONFIG: Form = Form {
    pattern: r"^(arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:code-signing-config:csc-[a-z0-9]{17})?$",
    words: "is no ARN of a code signing configuration; name one such as arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0",
};

/// ARN of a version of a runtime (Lambda API reference, `RuntimeVersionArn`).
pub const RUNTIME_VERSION: Form = Form {
    pattern: r"^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+::runtime:[a-zA-Z0-9_.:/-]+$",
    words: "is no ARN of a version of a runtime; name the RuntimeVersionArn that GetFunction shows, such as arn:aws:lambda:eu-west-1::runtime:0123456789abcdef",
};

/// ARN of a KMS key (KMS Developer Guide, "Key identifiers"), or nothing. Lambda refuses aliases.
pub const KMS_KEY: Form = Form {
    pattern: r"^(arn:aws[a-zA-Z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-zA-Z0-9-]+)?$",
    words: "is no ARN of a KMS key, and Lambda takes no alias; name one such as arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000001",
};

/// ARN of a layer version (Lambda API reference, `LayerVersionArn`).
pub const LAYER: Form = Form {
    pattern: r"^(arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[a-zA-Z0-9_-]+:[0-9]+|arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9_-]+)$",
    words: "is no ARN of a layer version; name one such as arn:aws:lambda:eu-west-1:111122223333:layer:tools:1, with the number of its version",
};

/// Id of a subnet (Lambda API reference, `SubnetId`).
pub const SUBNET: Form = Form {
    pattern: "^subnet-[0-9a-z]+$",
    words: "is no id of a subnet; name one such as subnet-0123456789abcdef0",
};

/// Id of a security group (Lambda API reference, `SecurityGroupId`).
pub const SECURITY_GROUP: Form = Form {
    pattern: "^sg-[0-9a-zA-Z]+$",
    words: "is no id of a security group; name one such as sg-0123456789abcdef0",
};

/// ARN of an access point of a file system (Lambda API reference, `FileSystemArn`).
pub const ACCESS_POINT: Form = Form {
    pattern: r"^arn:aws[a-zA-Z-]*:elasticfilesystem:[a-z0-9-]+:\d{12}:access-point/fsap-[a-f0-9]{17}$",
    words: "is no ARN of an access point; name one such as arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0",
};

/// Folder of a file system (Lambda API reference, `LocalMountPath`).
pub const MOUNT: Form = Form {
    pattern: r"^/mnt/[a-zA-Z0-9_.-]+$",
    words: "is no folder below /mnt; name one such as /mnt/data",
};

/// Name of a log group (Lambda API reference, `LogGroup`).
pub const LOG_GROUP: Form = Form {
    pattern: "^[.a-zA-Z0-9_/#-]+$",
    words: "is no name of a log group; use letters, digits, hyphens, underscores, dots, slashes and # only",
};

/// URI of an image in a registry of ECR (Lambda API reference, `ImageUri`; Docker documentation, "image reference").
pub const IMAGE: Form = Form {
    pattern: "^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:[a-zA-Z0-9_.-]+)?(@sha256:[0-9a-f]{64})?$",
    words: "is no URI of an image; name one such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1.0",
};

/// Name of a statement of a policy (Lambda API reference, `AddPermission`).
pub const STATEMENT_ID: Form = Form {
    pattern: "^[0-9a-zA-Z_-]+$",
    words: "is no id of a statement; use letters, digits, hyphens and underscores only",
};

/// What a statement allows (likewise).
pub const PERMISSION_ACTION: Form = Form {
    pattern: r"^(lambda:[*]|lambda:[a-zA-Z]+|[*])$",
    words: "is no action of Lambda; name one such as lambda:InvokeFunction",
};

/// Who may do something (Lambda Developer Guide, "Working with resource-based IAM policies").
pub const PRINCIPAL: Form = Form {
    pattern: r"^([*]|[0-9]{12}|arn:[^\s]+|[a-z0-9-]+([.][a-z0-9-]+)+)$",
    words: "is no principal; name a service such as s3.amazonaws.com, the 12 digits of an account, an ARN, or * for everybody",
};

/// What calls a function (Lambda API reference, `AddPermission`); a pattern of policies.
pub const SOURCE_ARN: Form = Form {
    pattern: r"^arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9-])+:([a-z]{2,4}(-[a-z]+)+-[0-9])?:([0-9]{12})?:(.*)$",
    words: "is no ARN of what calls; name one such as arn:aws:s3:::bucket",
};

/// What an Alexa skill shows (AWS CloudFormation, `AWS::Lambda::Permission`, `EventSourceToken`).
pub const EVENT_SOURCE_TOKEN: Form = Form {
    pattern: r"^[a-zA-Z0-9._-]+$",
    words: "is no token; use letters, digits, dots, hyphens and underscores only",
};

/// Name of an alias (Lambda API reference, `CreateAlias`): no number.
pub const ALIAS: Form = Form {
    pattern: "^[0-9a-zA-Z_-]*[a-zA-Z_-][0-9a-zA-Z_-]*$",
    words: "is no name of an alias; use letters, digits, hyphens and underscores, and not digits alone",
};

/// What an alias may be of.
pub const FUNCTION_VERSION: Form = Form {
    pattern: "^(newest|previous|[$]LATEST|[1-9][0-9]{0,8})$",
    words: "is no version; name newest, previous, $LATEST, or a number in quotes",
};

/// An account of AWS.
pub const ACCOUNT: Form = Form {
    pattern: "^[0-9]{12}$",
    words: "is no account; name the 12 digits of one, in quotes",
};

/// An organization (AWS Organizations API reference, `Organization`).
pub const ORGANIZATION: Form = Form {
    pattern: "^o-[a-z0-9]{10,32}$",
    words: "is no organization; name its id, such as o-a1b2c3d4e5",
};

/// Those that specs have.
pub const ALL: [Form; 31] = [
    FUNCTION_NAME,
    OBJECT_NAME,
    TEST_NAME,
    KEY_VALUE_STORE_ARN,
    REGION,
    HANDLER,
    ROLE,
    VARIABLE,
    PREFIX,
    BUCKET,
    DEAD_LETTER_TARGET,
    DESTINATION,
    RUNTIME_VERSION,
    CODE_SIGNING_CONFIG,
    KMS_KEY,
    LAYER,
    SUBNET,
    SECURITY_GROUP,
    ACCESS_POINT,
    MOUNT,
    LOG_GROUP,
    IMAGE,
    STATEMENT_ID,
    PERMISSION_ACTION,
    PRINCIPAL,
    SOURCE_ARN,
    EVENT_SOURCE_TOKEN,
    ALIAS,
    FUNCTION_VERSION,
    ACCOUNT,
    ORGANIZATION,
];

impl Form {
    /// The rule of a text of this form.
    #[must_use]
    pub fn rule(&self) -> ValidationRule {
        ValidationRule {
            rule: format!("self.matches({})", literal(self.pattern)),
            message: Some(format!("it {}", self.words)),
            message_expression: Some(with_value(&format!(" {}", self.words))),
            ..ValidationRule::default()
        }
    }
}

/// A CEL expression: the text that a rule is about, in quotes, and then these words.
#[must_use]
pub fn with_value(words: &str) -> String {
    format!(r#"'"' + self + '"' + {}"#, literal(words))
}

/// A rule about each key of a map, `k` by name. Its answer begins with a key that breaks it.
#[must_use]
pub fn each_key(condition: &str, words: &str) -> Rule {
    Rule::new(format!("self.all(k, {condition})")).message(Message::Expression(format!(
        r#"'"' + self.filter(k, !({condition}))[0] + '"' + {}"#,
        literal(&format!(": {words}"))
    )))
}

/// A text as a raw literal of CEL; it has no single quote.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("r'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_own_pattern_and_words_that_a_literal_can_hold() {
        for (at, form) in ALL.iter().enumerate() {
            assert!(!format!("{form:?}").contains('\''), "{form:?}");
            assert!(form.words.contains("; "), "{form:?} says what to write");
            let same = ALL.iter().position(|other| other.pattern == form.pattern);
            assert_eq!(same, Some(at), "{form:?}");
        }
    }
}
