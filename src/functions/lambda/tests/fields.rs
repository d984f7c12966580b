//! The table of fields: each row works everywhere, whatever field it is.

use std::collections::BTreeSet;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{desired, made_of, memory};
use crate::cloud::lambda::fields::{Call, Visibility};
use crate::cloud::lambda::{
    Configuration, DurableConfig, Environment, FileSystem, FileSystems, ImageConfig, LoggingConfig,
    ROWS, VpcConfig, configuration_fields,
};
use crate::functions::lambda::configuration::{compare, fingerprint::settings};
use crate::functions::lambda::work::Work;
use crate::reconcile::Difference;

/// A value that no fresh function has.
trait Sample {
    fn sample() -> Self;
}

impl Sample for String {
    fn sample() -> Self {
        "sample".to_owned()
    }
}

impl Sample for i32 {
    fn sample() -> Self {
        4_321
    }
}

impl Sample for Vec<String> {
    fn sample() -> Self {
        vec!["sample".to_owned()]
    }
}

impl Sample for VpcConfig {
    fn sample() -> Self {
        Self {
            subnet_ids: ["subnet-1".to_owned()].into(),
            security_group_ids: ["sg-1".to_owned()].into(),
            ipv6_allowed_for_dual_stack: true,
        }
    }
}

impl Sample for FileSystems {
    fn sample() -> Self {
        Self(vec![FileSystem {
            arn: "arn".to_owned(),
            local_mount_path: "/mnt/data".to_owned(),
        }])
    }
}

impl Sample for ImageConfig {
    fn sample() -> Self {
        Self {
            entry_point: vec!["/bin/one".to_owned()],
            command: vec!["two".to_owned()],
            working_directory: "/three".to_owned(),
        }
    }
}

impl Sample for LoggingConfig {
    fn sample() -> Self {
        Self {
            log_format: "JSON".to_owned(),
            application_log_level: Some("WARN".to_owned()),
            system_log_level: Some("INFO".to_owned()),
            log_group: Some("sample".to_owned()),
        }
    }
}

impl Sample for DurableConfig {
    fn sample() -> Self {
        Self {
            execution_timeout: 3600,
            retention_period_in_days: 7,
            kms_key_arn: "key".to_owned(),
        }
    }
}

impl Sample for Environment {
    fn sample() -> Self {
        Self::secret([("SAMPLE".to_owned(), SecretString::from("sample"))].into())
    }
}

/// What each row is checked with.
struct Case {
    name: &'static str,
    /// Nothing but the sample.
    alone: Configuration,
    /// Nothing but the value of a fresh function.
    fresh: Configuration,
    call: Call,
    hidden: bool,
}

fn cases() -> Vec<Case> {
    macro_rules! cases {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            vec![$( Case {
                name: ROWS.$field.name,
                alone: Configuration { $field: Some(Sample::sample()), ..Configuration::default() },
                fresh: Configuration {
                    $field: (ROWS.$field.fresh)(),
                    ..Configuration::default()
                },
                call: ROWS.$field.call,
                hidden: ROWS.$field.value == Visibility::Hidden,
            }, )*]
        };
    }
    configuration_fields!(cases;)
}

#[test]
fn each_field_is_sent_by_its_call_where_it_differs_and_by_no_other() {
    for Case {
        name, alone, call, ..
    } in cases()
    {
        let nothing = Configuration::default();
        let found = compare::differing(&alone, &nothing, call);
        assert_eq!(found.changes, alone, "{name}");
        assert!(
            found.why.iter().all(|why| why.field.starts_with(name)),
            "{name}"
        );
        assert!(
            compare::differing(&alone, &alone, call).why.is_empty(),
            "{name}"
        );
        let other = match call {
            Call::Configuration => Call::Code,
            Call::Code => Call::Package,
            Call::Package => Call::Creation,
            Call::Creation => Call::Configuration,
        };
        assert!(
            compare::differing(&alone, &nothing, other).why.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn a_dropped_field_goes_back_to_what_a_fresh_function_has() {
    for Case {
        name,
        alone,
        fresh,
        call,
        ..
    } in cases()
    {
        let managed = compare::managed(&alone);
        let nothing = Configuration::default();
        let wanted = compare::effective(&nothing, &managed);
        assert_eq!(wanted, fresh, "{name}");
        let expected: BTreeSet<String> = if fresh == nothing {
            BTreeSet::new()
        } else {
            [name.to_owned()].into()
        };
        assert_eq!(managed, expected, "{name}: always named, or managed");
        assert_eq!(
            compare::differing(&wanted, &alone, call).why.is_empty(),
            expected.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn a_hidden_value_stands_in_no_difference() {
    for Case {
        name,
        alone,
        call,
        hidden,
        ..
    } in cases()
    {
        let found = compare::differing(&alone, &Configuration::default(), call);
        let shown = found
            .why
            .iter()
            .any(|why| why.from.is_some() || why.to.is_some());
        assert_eq!(shown, !hidden, "{name}");
    }
}

#[test]
fn each_named_field_that_may_be_shown_is_part_of_the_fingerprint_and_no_other() {
    let mut function = made_of(&desired(&json!({}))).function;
    for Case {
        name,
        alone,
        hidden,
        ..
    } in cases()
    {
        function.configuration = Configuration::default();
        let unnamed = settings(&Configuration::default(), &function);
        let before = settings(&alone, &function);
        function.configuration = alone.clone();
        let is_part = settings(&alone, &function) != before;
        assert_eq!(is_part, !hidden, "{name}");
        assert_eq!(
            settings(&Configuration::default(), &function),
            unnamed,
            "{name}"
        );
    }
}

/// Another hash would publish a version of every function once more.
#[test]
fn fingerprints_are_those_of_every_release() {
    let small = desired(&json!({}));
    assert_eq!(
        settings(&small.configuration, &made_of(&small).function),
        "c386cbbcd92b4afb3de9c53318b7931dc91c70a52e860c75053eac50e6dee7b5"
    );
    let full = desired(&json!({
        "description": "d", "timeout": 9, "memorySize": 256, "architectures": ["arm64"],
        "environment": {"variables": {"AB": "1", "CD": "2"}},
    }));
    assert_eq!(
        settings(&full.configuration, &made_of(&full).function),
        "d5165ddfd97855f94d9257f51b7f6a204fffb58da8ecda13ae3edec81468209f"
    );
}

/// How a function with this configuration differs from a spec with these changes: field, from, to.
fn differing(changes: &Value, change: impl FnOnce(&mut Configuration)) -> Vec<String> {
    let desired = desired(changes);
    let mut observed = made_of(&desired);
    change(&mut observed.function.configuration);
    let work = Work::of(&desired, &memory(&[]), &observed);
    let text = |value: Option<String>| value.unwrap_or_default();
    let line = |why: Difference| format!("{} {}->{}", why.field, text(why.from), text(why.to));
    work.configuration.why.into_iter().map(line).collect()
}

#[test]
fn the_order_of_a_networks_ids_means_nothing_and_what_a_block_omits_has_its_default() {
    let vpc = |subnets: [&str; 2]| json!({"vpcConfig": {"subnetIds": subnets, "securityGroupIds": ["sg-1"]}});
    let cloud = |ids: [&'static str; 2], dual| {
        move |configuration: &mut Configuration| {
            configuration.vpc_config = Some(VpcConfig {
                subnet_ids: ids.map(ToOwned::to_owned).into(),
                security_group_ids: ["sg-1".to_owned()].into(),
                ipv6_allowed_for_dual_stack: dual,
            });
        }
    };
    let same = ["subnet-1", "subnet-2"];
    for order in [same, ["subnet-2", "subnet-1"]] {
        assert!(differing(&vpc(order), cloud(same, false)).is_empty());
    }
    assert_eq!(
        differing(&vpc(same), cloud(["subnet-1", "subnet-3"], true)),
        [
            "vpcConfig.ipv6AllowedForDualStack true->",
            "vpcConfig.subnetIds subnet-1,subnet-3->subnet-1,subnet-2",
        ]
    );
}

#[test]
fn the_order_of_layers_means_something() {
    let layer = |name: &str| format!("arn:aws:lambda:eu-west-1:123456789012:layer:{name}:1");
    let (one, two) = (layer("one"), layer("two"));
    let found = differing(&json!({"layers": [one, two]}), |configuration| {
        configuration.layers = Some(vec![two.clone(), one.clone()]);
    });
    assert_eq!(found, [format!("layers {two},{one}->{one},{two}")]);
}

#[test]
fn a_log_that_is_not_named_goes_to_the_functions_own_group() {
    let json = |group: Option<&str>| json!({"loggingConfig": {"logFormat": "JSON", "systemLogLevel": "WARN", "logGroup": group}});
    let cloud = |group: &'static str, application: &'static str| {
        move |configuration: &mut Configuration| {
            configuration.logging_config = Some(LoggingConfig {
                log_format: "JSON".to_owned(),
                application_log_level: Some(application.to_owned()),
                system_log_level: Some("WARN".to_owned()),
                log_group: Some(group.to_owned()),
            });
        }
    };
    let own = "/aws/lambda/orders";
    assert!(differing(&json(None), cloud(own, "INFO")).is_empty());
    assert!(differing(&json(Some(own)), cloud(own, "INFO")).is_empty());
    assert_eq!(
        differing(&json(None), cloud("/other", "DEBUG")),
        [
            "loggingConfig.applicationLogLevel DEBUG->INFO",
            "loggingConfig.logGroup /other->/aws/lambda/orders",
        ]
    );
}
