//! The configuration fields of a Lambda function: one table, a row a field.
//!
//! Invariant: whatever goes over the fields (the port's structure, the comparison, what counts as
//! managed, the fingerprint, the SDK's setters, the tests' ports) expands this table, so a field
//! cannot be forgotten in one place. "Adding a field" in ARCHITECTURE.md says what else a row needs.

/// Expands `$callback!` with all rows, behind `[$context]`.
///
/// A row is named like the SDK's member. Its columns:
/// - `name`: as people write it below `spec`; it is in `status.managed` and in differences.
/// - `path`: the member of `LambdaFunctionSpec`, or of a block in it.
/// - `fresh`: what a function has that was created without the field, by the Lambda API reference:
///   where a dropped field goes back to, and what a number or text means that an answer leaves
///   out. `None`: the spec always names the field, or never drops it.
/// - `compared`: see [`Compared`].
/// - `value`: see [`Visibility`].
/// - `call`: see [`Call`].
/// - `set`: the SDK's setter, in `CreateFunction` and in the call that changes the field.
///
/// The order is that of the fingerprint. A row may be added in any place.
#[macro_export]
#[doc(hidden)]
macro_rules! lambda_configuration_fields {
    ($callback:ident; $($context:tt)*) => {
        $callback! {
            [$($context)*]

            /// Runtime identifier, for instance `python3.13`.
            runtime: String {
                name: "runtime", path: runtime, fresh: None,
                compared: AsItStands, value: Shown, call: Configuration, set: set_runtime,
            }
            /// Entry point, for instance `index.handler`.
            handler: String {
                name: "handler", path: handler, fresh: None,
                compared: AsItStands, value: Shown, call: Configuration, set: set_handler,
            }
            /// ARN of the execution role.
            role: String {
                name: "role", path: role, fresh: None,
                compared: AsItStands, value: Shown, call: Configuration, set: set_role,
            }
            /// Free text, at most 256 characters.
            description: String {
                name: "description", path: description, fresh: Some(String::new()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_description,
            }
            /// Seconds, 1 to 900.
            timeout: i32 {
                name: "timeout", path: timeout, fresh: Some(3),
                compared: AsItStands, value: Shown, call: Configuration, set: set_timeout,
            }
            /// Megabytes, 128 to 10240.
            memory_size: i32 {
                name: "memorySize", path: memory_size, fresh: Some(128),
                compared: AsItStands, value: Shown, call: Configuration, set: set_memory_size,
            }
            /// Megabytes of `/tmp`, 512 to 10240.
            ephemeral_storage: i32 {
                name: "ephemeralStorage.size", path: ephemeral_storage.size, fresh: Some(512),
                compared: AsItStands, value: Shown, call: Configuration, set: set_ephemeral_storage,
            }
            /// `Active` or `PassThrough`.
            tracing_config: String {
                name: "tracingConfig.mode", path: tracing_config.mode,
                fresh: Some("PassThrough".to_owned()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_tracing_config,
            }
            /// ARN of a queue or topic for events that could not be delivered; empty is none.
            dead_letter_config: String {
                name: "deadLetterConfig.targetArn", path: dead_letter_config.target_arn, fresh: Some(String::new()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_dead_letter_config,
            }
            /// ARN of the KMS key; empty is Lambda's own.
            kms_key_arn: String {
                name: "kmsKeyArn", path: kms_key_arn, fresh: Some(String::new()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_kms_key_arn,
            }
            /// ARNs of layer versions, at most 5.
            layers: Vec<String> {
                name: "layers", path: layers, fresh: Some(Vec::new()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_layers,
            }
            /// `PublishedVersions` or `None`.
            snap_start: String {
                name: "snapStart.applyOn", path: snap_start.apply_on, fresh: Some("None".to_owned()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_snap_start,
            }
            /// The VPC that the function reaches.
            vpc_config: $crate::cloud::lambda::blocks::VpcConfig {
                name: "vpcConfig", path: vpc_config, fresh: Some(Default::default()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_vpc_config,
            }
            /// File systems, at most one.
            file_system_configs: $crate::cloud::lambda::blocks::FileSystems {
                name: "fileSystemConfigs", path: file_system_configs, fresh: Some(Default::default()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_file_system_configs,
            }
            /// What an image starts.
            image_config: $crate::cloud::lambda::blocks::ImageConfig {
                name: "imageConfig", path: image_config, fresh: Some(Default::default()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_image_config,
            }
            /// Where the function logs to.
            logging_config: $crate::cloud::lambda::blocks::LoggingConfig {
                name: "loggingConfig", path: logging_config, fresh: Some(Default::default()),
                compared: AsItStands, value: Shown, call: Configuration, set: set_logging_config,
            }
            /// `PER_TENANT`: an environment serves one tenant only.
            tenancy_config: String {
                name: "tenancyConfig.tenantIsolationMode", path: tenancy_config.tenant_isolation_mode, fresh: None,
                compared: AsItStands, value: Shown, call: Creation, set: set_tenancy_config,
            }
            /// Durable execution, which only a create enables.
            durable_config: $crate::cloud::lambda::blocks::DurableConfig {
                name: "durableConfig", path: durable_config, fresh: None,
                compared: AsItStands, value: Shown, call: Configuration, set: set_durable_config,
            }
            /// Instruction sets: `x86_64` or `arm64`.
            architectures: Vec<String> {
                name: "architectures", path: architectures, fresh: Some(vec!["x86_64".to_owned()]),
                compared: AsASet, value: Shown, call: Code, set: set_architectures,
            }
            /// ARN of the KMS key of the archive; empty is Lambda's own.
            source_kms_key_arn: String {
                name: "code.sourceKmsKeyArn", path: code.source_kms_key_arn, fresh: Some(String::new()),
                compared: AsItStands, value: Shown, call: Package, set: set_source_kms_key_arn,
            }
            /// `COPY` or `REFERENCE`: how Lambda keeps an archive from S3.
            s3_object_storage_mode: String {
                name: "code.s3ObjectStorageMode", path: code.s3_object_storage_mode,
                fresh: Some("COPY".to_owned()),
                compared: AsItStands, value: Shown, call: Package, set: set_s3_object_storage_mode,
            }
            /// The whole environment: the API replaces it as a whole.
            environment: $crate::cloud::lambda::environment::Environment {
                name: "environment", path: environment, fresh: Some(Default::default()),
                compared: AsItStands, value: Hidden, call: Configuration, set: set_environment,
            }
        }
    };
}

pub use lambda_configuration_fields as configuration_fields;

/// A field's name in the words of the API, step by step: `ephemeralStorage.size` is `EphemeralStorage` and
/// `Size`, `kmsKeyArn` is `KMSKeyArn`.
pub fn api_steps(name: &str) -> impl Iterator<Item = String> {
    let word = |step: &str| step[..1].to_uppercase() + &step[1..];
    name.split('.')
        .map(move |step| word(step).replace("Kms", "KMS"))
}

/// How the wanted value is compared with the cloud's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Equal or not.
    AsItStands,
    /// A list whose order and repetitions mean nothing.
    AsASet,
}

/// Whether a value may stand in the status, events and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// It may.
    Shown,
    /// Only that it differs.
    Hidden,
}

/// The call that changes a field. `CreateFunction` takes all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `UpdateFunctionConfiguration`.
    Configuration,
    /// `UpdateFunctionCode`, which needs the code too.
    Code,
    /// `UpdateFunctionCode`, as a part of what it says of the deployment package: `CreateFunction` has it in
    /// `Code`. An update without it goes back to the fresh value, and only `GetFunction` shows it.
    Package,
    /// None: what a function was created with, it keeps.
    Creation,
}

/// What is fixed of a field.
#[derive(Debug)]
pub struct Row<T> {
    /// As people write it.
    pub name: &'static str,
    /// The value of a function that was created without it.
    pub fresh: fn() -> Option<T>,
    /// How it is compared.
    pub compared: Compared,
    /// Whether its value may be read by people.
    pub value: Visibility,
    /// The call that changes it.
    pub call: Call,
}

macro_rules! structures {
    ([] $(
        $(#[$doc:meta])* $field:ident: $type:ty {
            name: $name:literal, path: $($path:ident).+, fresh: $fresh:expr,
            compared: $compared:ident, value: $value:ident, call: $call:ident, set: $set:ident,
        }
    )*) => {
        /// The members of a function's configuration that cloudfn writes. `None` is "not sent"; of
        /// an answer, "left out".
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Configuration {
            $( $(#[$doc])* pub $field: Option<$type>, )*
        }

        /// The rows, by the names of [`Configuration`]'s members.
        #[derive(Debug)]
        pub struct Rows {
            $( $(#[$doc])* pub $field: Row<$type>, )*
        }

        /// The rows.
        pub const ROWS: Rows = Rows {
            $( $field: Row {
                name: $name,
                fresh: || $fresh,
                compared: Compared::$compared,
                value: Visibility::$value,
                call: Call::$call,
            }, )*
        };
    };
}

configuration_fields!(structures;);

macro_rules! of_package {
    ([$of:ident] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
        Configuration {
            $( $field: $of.$field.clone().filter(|_| ROWS.$field.call == Call::Package), )*
        }
    };
}

macro_rules! either {
    ([$one:ident, $other:ident] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
        Configuration { $( $field: $one.$field.or_else(|| $other.$field.clone()), )* }
    };
}

impl Configuration {
    /// Those members that say how the deployment package is kept.
    #[must_use]
    pub fn package(&self) -> Self {
        configuration_fields!(of_package; self)
    }

    /// The same, with `other`'s members in the place of those that are `None`.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        configuration_fields!(either; self, other)
    }
}
