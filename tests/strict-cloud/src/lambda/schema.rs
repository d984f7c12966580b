//! The shape and bounds of every configuration field, as one table.
//!
//! Source: Lambda API reference (API version 2015-03-31), CreateFunction and
//! UpdateFunctionConfiguration; bounds as in the service model. What ordinary functions may have is
//! narrower and stands in `validate`.

use super::patterns::{self, Pattern};

/// What a value must be.
pub(super) enum Kind {
    /// Text of a length, of a pattern.
    Text {
        least: usize,
        most: usize,
        pattern: Option<Pattern>,
    },
    /// One of some words.
    Word(&'static [&'static str]),
    /// A whole number.
    Integer { least: i64, most: i64 },
    /// A number.
    Number { least: f64, most: f64 },
    /// True or false.
    Flag,
    /// A list of texts.
    Texts { most: usize, item: Item },
    /// A list of objects.
    Objects { most: usize, item: &'static [Field] },
    /// An object.
    Object(&'static [Field]),
    /// Environment variables.
    Variables,
    /// Parts of the calls, from 0.0 to 1.0, by version.
    Weights,
}

/// What each text of a list must be.
pub(super) struct Item {
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) pattern: Option<Pattern>,
    /// Whether AWS also says that it must not be null (recorded answers say so for layers, not for VPCs).
    pub(super) says_null: bool,
}

/// A field.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
    }
}

const fn text(least: usize, most: usize) -> Kind {
    Kind::Text {
        least,
        most,
        pattern: None,
    }
}

const fn like(least: usize, most: usize, pattern: Pattern) -> Kind {
    Kind::Text {
        least,
        most,
        pattern: Some(pattern),
    }
}

const fn whole(least: i64, most: i64) -> Kind {
    Kind::Integer { least, most }
}

const fn arn() -> Kind {
    like(0, 10_000, patterns::ARN_OR_EMPTY)
}

const ANY_TEXT: Item = Item {
    least: 0,
    most: usize::MAX,
    pattern: None,
    says_null: false,
};

/// What both CreateFunction and UpdateFunctionConfiguration take. `Runtime` and the environment's
/// size have rules of their own in `validate`.
pub(super) static CONFIGURATION: &[Field] = &[
    field("Role", like(0, 10_000, patterns::ROLE)),
    field("Handler", like(0, 128, patterns::HANDLER)),
    field("Description", text(0, 256)),
    field("Timeout", whole(1, 5400)),
    field("MemorySize", whole(128, 32_768)),
    field("KMSKeyArn", arn()),
    field("Runtime", text(0, usize::MAX)),
    field(
        "VpcConfig",
        Kind::Object(&[
            field(
                "SubnetIds",
                Kind::Texts {
                    most: 16,
                    item: Item {
                        least: 0,
                        most: 1024,
                        pattern: Some(patterns::SUBNET),
                        says_null: false,
                    },
                },
            ),
            field(
                "SecurityGroupIds",
                Kind::Texts {
                    most: 5,
                    item: Item {
                        least: 0,
                        most: 1024,
                        pattern: Some(patterns::SECURITY_GROUP),
                        says_null: false,
                    },
                },
            ),
            field("Ipv6AllowedForDualStack", Kind::Flag),
        ]),
    ),
    field(
        "DeadLetterConfig",
        Kind::Object(&[field("TargetArn", arn())]),
    ),
    field(
        "Environment",
        Kind::Object(&[field("Variables", Kind::Variables)]),
    ),
    field(
        "TracingConfig",
        Kind::Object(&[field("Mode", Kind::Word(&["Active", "PassThrough"]))]),
    ),
    field(
        "Layers",
        Kind::Texts {
            most: usize::MAX,
            item: Item {
                least: 1,
                most: 2048,
                pattern: Some(patterns::LAYER),
                says_null: true,
            },
        },
    ),
    field(
        "FileSystemConfigs",
        Kind::Objects {
            most: 1,
            item: &[
                must("Arn", like(0, 256, patterns::FILE_SYSTEM)),
                must("LocalMountPath", like(0, 160, patterns::MOUNT)),
                field(
                    "S3FilesConfig",
                    Kind::Object(&[field(
                        "DirectS3Read",
                        Kind::Word(&["ENABLED", "DISABLED", "AUTO"]),
                    )]),
                ),
            ],
        },
    ),
    field(
        "ImageConfig",
        Kind::Object(&[
            field(
                "EntryPoint",
                Kind::Texts {
                    most: 1500,
                    item: ANY_TEXT,
                },
            ),
            field(
                "Command",
                Kind::Texts {
                    most: 1500,
                    item: ANY_TEXT,
                },
            ),
            field("WorkingDirectory", text(0, 1000)),
        ]),
    ),
    field(
        "EphemeralStorage",
        Kind::Object(&[must("Size", whole(512, 32_768))]),
    ),
    field(
        "SnapStart",
        Kind::Object(&[field("ApplyOn", Kind::Word(&["PublishedVersions", "None"]))]),
    ),
    field(
        "LoggingConfig",
        Kind::Object(&[
            field("LogFormat", Kind::Word(&["JSON", "Text"])),
            field(
                "ApplicationLogLevel",
                Kind::Word(&["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]),
            ),
            field("SystemLogLevel", Kind::Word(&["DEBUG", "INFO", "WARN"])),
            field("LogGroup", like(1, 512, patterns::LOG_GROUP)),
        ]),
    ),
    field(
        "CapacityProviderConfig",
        Kind::Object(&[must(
            "LambdaManagedInstancesCapacityProviderConfig",
            Kind::Object(&[
                must(
                    "CapacityProviderArn",
                    like(1, 140, patterns::CAPACITY_PROVIDER),
                ),
                field("PerExecutionEnvironmentMaxConcurrency", whole(1, 1600)),
                field(
                    "ExecutionEnvironmentMemoryGiBPerVCpu",
                    Kind::Number {
                        least: 2.0,
                        most: 8.0,
                    },
                ),
            ]),
        )]),
    ),
    field(
        "DurableConfig",
        Kind::Object(&[
            field("KMSKeyArn", arn()),
            field("RetentionPeriodInDays", whole(1, 90)),
            field("ExecutionTimeout", whole(1, 31_622_400)),
        ]),
    ),
    field(
        "RuntimeConfig",
        Kind::Object(&[
            must("RuntimeArn", like(48, 2048, patterns::RUNTIME_ARN)),
            must("RuntimeAlias", text(1, 128)),
        ]),
    ),
    field(
        "AcceleratorConfig",
        Kind::Object(&[must("AcceleratorMemorySize", whole(i64::MIN, i64::MAX))]),
    ),
];

/// What only CreateFunction takes of the configuration.
pub(super) static AT_CREATION: &[Field] = &[
    field("PackageType", Kind::Word(&["Zip", "Image"])),
    field(
        "TenancyConfig",
        Kind::Object(&[must("TenantIsolationMode", Kind::Word(&["PER_TENANT"]))]),
    ),
    field("CodeSigningConfigArn", like(0, 200, patterns::CODE_SIGNING)),
];

/// What PutFunctionCodeSigningConfig takes.
pub(super) static CODE_SIGNING: &[Field] = &[field(
    "CodeSigningConfigArn",
    like(0, 200, patterns::CODE_SIGNING),
)];

/// Methods of a function URL's Cors (Lambda Developer Guide, "Creating and managing Lambda function URLs").
pub(super) const URL_WORDS: [&str; 7] = ["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"];

const fn texts(most: usize, least: usize, longest: usize) -> Kind {
    Kind::Texts {
        most,
        item: Item {
            least,
            most: longest,
            pattern: None,
            says_null: false,
        },
    }
}

const ROUTING: &[Field] = &[field("AdditionalVersionWeights", Kind::Weights)];

/// CreateAlias.
pub(super) static NEW_ALIAS: &[Field] = &[
    must("Name", like(1, 128, patterns::ALIAS)),
    must(
        "FunctionVersion",
        like(1, 1024, patterns::VERSION_OR_LATEST),
    ),
    field("Description", text(0, 256)),
    field("RoutingConfig", Kind::Object(ROUTING)),
];

/// The body of UpdateAlias.
pub(super) static ALIAS: &[Field] = &[
    field(
        "FunctionVersion",
        like(1, 1024, patterns::VERSION_OR_LATEST),
    ),
    field("Description", text(0, 256)),
    field("RoutingConfig", Kind::Object(ROUTING)),
];

/// An alias that is named in a path.
pub(super) static ALIAS_NAME: &[Field] = &[must("Name", like(1, 128, patterns::ALIAS))];

/// What ListAliases can ask for.
pub(super) static ALIASES_OF: &[Field] = &[field(
    "FunctionVersion",
    like(1, 1024, patterns::VERSION_OR_LATEST),
)];

/// PutProvisionedConcurrencyConfig.
pub(super) static PROVISIONED: &[Field] =
    &[must("ProvisionedConcurrentExecutions", whole(1, i64::MAX))];

/// AddPermission.
pub(super) static PERMISSION: &[Field] = &[
    must("StatementId", like(1, 100, patterns::STATEMENT)),
    must("Action", like(0, 100, patterns::ACTION)),
    must("Principal", text(1, 256)),
    field("SourceArn", like(0, 2048, patterns::SOURCE)),
    field("SourceAccount", like(0, 12, patterns::ACCOUNT)),
    field("PrincipalOrgID", like(12, 34, patterns::ORGANIZATION)),
    field("EventSourceToken", text(0, 256)),
    field("FunctionUrlAuthType", Kind::Word(&["NONE", "AWS_IAM"])),
    field("InvokedViaFunctionUrl", Kind::Flag),
];

/// A function URL, of which CreateFunctionUrlConfig requires AuthType.
pub(super) static FUNCTION_URL: &[Field] = &[
    field("AuthType", Kind::Word(&["NONE", "AWS_IAM"])),
    field(
        "Cors",
        Kind::Object(&[
            field("AllowCredentials", Kind::Flag),
            field("AllowHeaders", texts(100, 0, 1024)),
            field("AllowMethods", texts(6, 0, 6)),
            field("AllowOrigins", texts(100, 1, 253)),
            field("ExposeHeaders", texts(100, 0, 1024)),
            field("MaxAge", whole(0, 86_400)),
        ]),
    ),
    field("InvokeMode", Kind::Word(&["BUFFERED", "RESPONSE_STREAM"])),
];

const DESTINATION: &[Field] = &[field("Destination", like(0, 350, patterns::DESTINATION))];

/// When a runtime is updated.
pub(super) static RUNTIME_MANAGEMENT: &[Field] = &[
    must(
        "UpdateRuntimeOn",
        Kind::Word(&["Auto", "Manual", "FunctionUpdate"]),
    ),
    field(
        "RuntimeVersionArn",
        like(26, 2048, patterns::RUNTIME_VERSION),
    ),
];

/// What becomes of events of asynchronous calls.
pub(super) static EVENT_INVOKE: &[Field] = &[
    field("MaximumRetryAttempts", whole(0, 2)),
    field("MaximumEventAgeInSeconds", whole(60, 21_600)),
    field(
        "DestinationConfig",
        Kind::Object(&[
            field("OnSuccess", Kind::Object(DESTINATION)),
            field("OnFailure", Kind::Object(DESTINATION)),
        ]),
    ),
];

/// Where an archive lies in S3, and how its package is kept.
pub(super) static PACKAGE: &[Field] = &[
    field("S3Bucket", like(3, 63, patterns::BUCKET)),
    field("S3Key", text(1, 1024)),
    field("S3ObjectVersion", text(1, 1024)),
    field("S3ObjectStorageMode", Kind::Word(&["COPY", "REFERENCE"])),
    field("SourceKMSKeyArn", arn()),
];
