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

/// Those that specs have.
pub const ALL: [Form; 10] = [
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
