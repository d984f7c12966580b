//! Every member of the inputs that describe a function, and what sets it.
//!
//! Invariant: a test compares the names with the SDK's inputs, so that a member of a new version is not
//! overlooked. Pure.

use std::collections::BTreeMap;
use std::fmt::Write;

use SetBy::{Fields, Itself, Nothing};

use super::fields::{Call, ROWS, api_steps, configuration_fields};

/// What sets a member.
#[derive(Clone, Copy, Debug)]
pub enum SetBy {
    /// These fields of the spec.
    Fields(&'static str),
    /// cloudfn itself. A sentence: how.
    Itself(&'static str),
    /// Nothing. A sentence: why.
    Nothing(&'static str),
}

const LATER: SetBy = Nothing("not supported yet");

/// A member of an input, in the words of the API, and what sets it.
type Member = (&'static str, SetBy);

/// Members of `CreateFunction` beside the rows of the configuration table.
const CREATE: &[Member] = &[
    ("FunctionName", Fields("functionName, or the object's name")),
    ("Code", Fields("code")),
    (
        "Publish",
        Itself(
            "a version is published by PublishVersion, once the function has settled; `publish` asks for it",
        ),
    ),
    (
        "PublishTo",
        Nothing("it is for managed instances, which are not supported yet"),
    ),
    ("PackageType", Itself("Image with code.imageUri, else Zip")),
    ("Tags", Fields("tags, and cloudfn's own")),
    ("CodeSigningConfigArn", Fields("codeSigningConfigArn")),
    ("CapacityProviderConfig", LATER),
];

/// Members of `Code` in `CreateFunction`, and of `UpdateFunctionCode`. Those that are rows of the configuration
/// table ([`Call::Package`]) stand here, too.
const CODE: &[Member] = &[
    (
        "ZipFile",
        Fields("code.inline, code.configMapRef or code.zipFile"),
    ),
    ("S3Bucket", Fields("code.s3Bucket")),
    ("S3Key", Fields("code.s3Key")),
    ("S3ObjectVersion", Fields("code.s3ObjectVersion")),
    ("S3ObjectStorageMode", Fields("code.s3ObjectStorageMode")),
    ("ImageUri", Fields("code.imageUri")),
    ("SourceKMSKeyArn", Fields("code.sourceKmsKeyArn")),
];

/// Members of `UpdateFunctionCode` beside those of [`CODE`] and the rows of the configuration table.
const UPDATE_CODE: &[Member] = &[
    ("FunctionName", Fields("functionName, or the object's name")),
    ("Publish", Itself("as in CreateFunction")),
    ("PublishTo", Nothing("as in CreateFunction")),
    (
        "DryRun",
        Nothing("`cloudfn validate` and `managementPolicy: Observe` tell in advance"),
    ),
    (
        "RevisionId",
        Itself("it guards each write with what was read"),
    ),
];

/// Members of `UpdateFunctionConfiguration` beside the rows of the configuration table.
const UPDATE_CONFIGURATION: &[Member] = &[
    ("FunctionName", Fields("functionName, or the object's name")),
    ("CapacityProviderConfig", LATER),
    (
        "RevisionId",
        Itself("it guards each write with what was read"),
    ),
];

/// The inputs, each with all its members in the order of the alphabet.
#[must_use]
pub fn inputs() -> [(&'static str, BTreeMap<String, SetBy>); 4] {
    let own = |members: &[Member]| -> BTreeMap<String, SetBy> {
        let named = members.iter().map(|(name, by)| ((*name).to_owned(), *by));
        named.collect()
    };
    let with_rows = |mut members: BTreeMap<String, SetBy>, only: Option<Call>| {
        let rows = rows().into_iter();
        let rows = rows.filter(|(_, call, _)| *call != Call::Package);
        let rows = rows.filter(|(_, call, _)| only.is_none_or(|only| only == *call));
        members.extend(rows.map(|(member, _, set_by)| (member, set_by)));
        members
    };
    let mut update_code = own(CODE);
    update_code.extend(own(UPDATE_CODE));
    let update_configuration = own(UPDATE_CONFIGURATION);
    [
        ("CreateFunction", with_rows(own(CREATE), None)),
        ("CreateFunction, Code", own(CODE)),
        (
            "UpdateFunctionConfiguration",
            with_rows(update_configuration, Some(Call::Configuration)),
        ),
        (
            "UpdateFunctionCode",
            with_rows(update_code, Some(Call::Code)),
        ),
    ]
}

/// The rows of the configuration table: the member, the call that changes it, and the field.
fn rows() -> Vec<(String, Call, SetBy)> {
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            vec![$( (
                api_steps(ROWS.$field.name).next().unwrap_or_default(),
                ROWS.$field.call,
                Fields(ROWS.$field.name),
            ), )*]
        };
    }
    configuration_fields!(collect;)
}

/// `docs/reference/lambda-fields.md`, Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "<!-- Made by `make generate` from src/cloud/lambda/members.rs. Do not edit. -->\n\
         # Members of the Lambda API, and the fields that set them\n\n\
         Every member of the inputs of `CreateFunction`, `UpdateFunctionConfiguration` and `UpdateFunctionCode` (AWS SDK for Rust, API version 2015-03-31), with the field below `spec` of a `LambdaFunction` that sets it.\n",
    );
    for (title, members) in inputs() {
        // Writing to a String does not fail.
        let _ = write!(page, "\n## {title}\n\n| Member | Set by |\n|---|---|\n");
        for (member, set_by) in members {
            let words = match set_by {
                Fields(fields) => fields.to_owned(),
                Itself(how) => format!("cloudfn itself: {how}"),
                Nothing(why) => format!("nothing: {why}"),
            };
            let _ = writeln!(page, "| `{member}` | {words} |");
        }
    }
    page
}
