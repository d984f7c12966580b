//! What only a create gives a function.

use super::*;

#[test]
fn tenants_and_durable_execution_are_asked_for_with_the_create() {
    regional(async |alone: &mut Alone| {
        let with = |durable: Value| {
            spec(
                &json!({"tenancyConfig": {"tenantIsolationMode": "PER_TENANT"}, "durableConfig": durable}),
            )
        };
        alone.apply(&with(json!({"executionTimeout": 3600}))).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        let function = alone.function();
        assert_eq!(function["tenancyConfig.tenantIsolationMode"], "PER_TENANT");
        assert_eq!(
            function["durableConfig"],
            json!({"ExecutionTimeout": 3600, "RetentionPeriodInDays": 14})
        );
        // How long may change, also back to the default.
        for (durable, days) in [
            (
                json!({"executionTimeout": 60, "retentionPeriodInDays": 7}),
                7,
            ),
            (json!({"executionTimeout": 60}), 14),
        ] {
            alone.apply(&with(durable)).await;
            assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
            let now = json!({"ExecutionTimeout": 60, "RetentionPeriodInDays": days});
            assert_eq!(alone.function()["durableConfig"], now);
        }
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn a_function_that_was_made_without_is_not_touched() {
    for field in ["tenancyConfig", "durableConfig"] {
        regional(async |alone: &mut Alone| {
            alone.apply(&spec(&json!({}))).await;
            alone.done();
            let asked = match field {
                "tenancyConfig" => json!({"tenantIsolationMode": "PER_TENANT"}),
                _ => json!({"executionTimeout": 60}),
            };
            alone
                .apply(&spec(&json!({field: asked, "timeout": 30})))
                .await;
            assert_eq!(alone.done(), Vec::<&str>::new());
            assert_eq!(alone.condition("Stalled"), "True/InvalidSpec");
            let message = alone.message();
            assert!(message.contains(field), "{message}");
        });
    }
}
