//! Lambda: names, ARNs and qualifiers, as recorded (test_function_name_and_qualifier_validation, test_function_arns,
//! test_ops_with_arn_qualifier_mismatch, test_get_function_wrong_region, test_ops_on_nonexisting_fn).

use crate::support::{active, cloud, me, new_function, refused, verdict};

const PREFIX: &str = "arn:aws:lambda:eu-west-1:111111111111:function";
const VALIDATION: &str = "ValidationException";
const PARAMETER: &str = "InvalidParameterValueException";
const NOT_FOUND: &str = "ResourceNotFoundException";

#[test]
fn a_function_is_named_by_name_or_arn() {
    let long = "a".repeat(65);
    let very_long = format!("{PREFIX}:{}", "a".repeat(170)).replace("eu-west-1", "invalid-region");
    let full = |rest: &str| format!("{PREFIX}:{rest}");
    let table: Vec<(&str, String, Option<&str>, &str, &str)> = vec![
        (
            "a single wrong character",
            "*".into(),
            None,
            VALIDATION,
            "Value '*' at 'functionName'",
        ),
        (
            "a wrong character",
            "my-function!".into(),
            None,
            VALIDATION,
            "Value 'my-function!' at 'functionName'",
        ),
        (
            "a wrong character in the qualifier",
            "f".into(),
            Some("invalid!"),
            VALIDATION,
            "Value 'invalid!' at 'qualifier'",
        ),
        (
            "another region's ARN",
            full("f").replace("eu-west-1", "us-east-1"),
            None,
            NOT_FOUND,
            "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')",
        ),
        (
            "no region",
            full("f").replace("eu-west-1", ""),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "no account",
            full("f").replace("111111111111", ""),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "something that is no region",
            full("f").replace("eu-west-1", "invalid-region"),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "another service's ARN",
            "arn:aws:ec2:eu-west-1:111111111111:instance:i-1".into(),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "two qualifiers",
            full("f:1:2"),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "an ARN without a name means one that is called function",
            PREFIX.into(),
            None,
            NOT_FOUND,
            "Function not found: arn:aws:lambda:eu-west-1:111111111111:function:function",
        ),
        (
            "a partial ARN with one part more",
            "function:f:$LATEST:extra".into(),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "a misspelled $LATEST",
            full("f:$LATES"),
            None,
            VALIDATION,
            "at 'functionName'",
        ),
        (
            "a qualifier that contradicts the name",
            full("f:$LATEST"),
            Some("1"),
            PARAMETER,
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
        (
            "a name of 65 is looked for",
            long.clone(),
            None,
            NOT_FOUND,
            "Function not found: arn:aws:lambda:eu-west-1:111111111111:function:aaaa",
        ),
        (
            "length is nothing where the region is wrong",
            very_long,
            None,
            VALIDATION,
            "1 validation error detected",
        ),
        (
            "a version that is not there",
            "f".into(),
            Some("1221"),
            NOT_FOUND,
            "Function not found: arn:aws:lambda:eu-west-1:111111111111:function:f:1221",
        ),
        (
            "$LATEST of what is not there",
            full("gone:$LATEST"),
            Some("$LATEST"),
            NOT_FOUND,
            "function:gone:$LATEST",
        ),
        (
            "another account's ARN",
            full("f").replace("111111111111", "222222222222"),
            None,
            "AccessDeniedException",
            "",
        ),
    ];
    let mut cloud = cloud();
    active(&mut cloud, "f");
    for (sentence, name, qualifier, code, part) in table {
        for refusal in [
            refused(cloud.lambda_get_function(&me(), &name, qualifier)),
            refused(cloud.lambda_get_function_configuration(&me(), &name, qualifier)),
        ] {
            assert_eq!(refusal.code, code, "{sentence}");
            assert!(
                refusal.message.contains(part),
                "{sentence}: {}",
                refusal.message
            );
        }
    }
    for name in [
        "f",
        "function:f",
        "111111111111:function:f",
        "eu-west-1:111111111111:function:f",
        &full("f"),
        "f:$LATEST",
    ] {
        assert_eq!(
            verdict(cloud.lambda_get_function(&me(), name, None)),
            (0, ""),
            "{name}"
        );
    }
}

#[test]
fn a_new_name_is_shorter_and_plainer() {
    let mut cloud = cloud();
    let long_arn = format!("{PREFIX}:{}", "a".repeat(120));
    for (sentence, name, code, part) in [
        (
            "65 characters",
            "a".repeat(65),
            PARAMETER,
            "Member must have length less than or equal to 64",
        ),
        (
            "an ARN of more than 140",
            long_arn,
            VALIDATION,
            "Member must have length less than or equal to 140",
        ),
        (
            "a dot",
            "a.b".into(),
            VALIDATION,
            "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
        ),
        (
            "parts of no ARN",
            "invalid:function:name".into(),
            VALIDATION,
            "Value 'invalid:function:name'",
        ),
        ("nothing", String::new(), VALIDATION, "at 'functionName'"),
    ] {
        let refusal = refused(cloud.lambda_create_function(&me(), &new_function(&name)));
        assert_eq!(refusal.code, code, "{sentence}");
        assert!(
            refusal.message.contains(part),
            "{sentence}: {}",
            refusal.message
        );
    }
    let both = refused(cloud.lambda_create_function(
        &me(),
        &new_function(
            &format!("{PREFIX}:{}", "a".repeat(140)).replace("eu-west-1", "invalid-region"),
        ),
    ));
    assert!(
        both.message
            .starts_with("2 validation errors detected: Value 'arn:aws:lambda:invalid-region:"),
        "{}",
        both.message
    );
    for name in [
        "a".repeat(64),
        format!("{PREFIX}:by-arn"),
        "111111111111:function:partial".into(),
    ] {
        assert_eq!(
            verdict(cloud.lambda_create_function(&me(), &new_function(&name))),
            (0, ""),
            "{name}"
        );
    }
}

#[test]
fn only_versions_are_deleted_by_qualifier() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let alias = "a".repeat(65);
    for (sentence, qualifier, code, message) in [
        (
            "$LATEST",
            "$LATEST",
            PARAMETER,
            "$LATEST version cannot be deleted without deleting the function.",
        ),
        (
            "an alias",
            alias.as_str(),
            PARAMETER,
            "Deletion of aliases is not currently supported.",
        ),
        (
            "$latest",
            "$latest",
            NOT_FOUND,
            "Function not found: arn:aws:lambda:eu-west-1:111111111111:function:f",
        ),
    ] {
        let refusal = refused(cloud.lambda_delete_function(&me(), "f", Some(qualifier)));
        assert_eq!(
            (refusal.code, refusal.message.as_str()),
            (code, message),
            "{sentence}"
        );
    }
}
