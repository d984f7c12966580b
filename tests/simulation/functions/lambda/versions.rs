//! Versions are published for changes of code or configuration, each once.

use super::*;

#[test]
fn versions_are_published_for_changes_of_code_or_configuration_only() {
    regional(async |alone: &mut Alone| {
        let files = json!({"configMapRef": {"name": "files"}});
        let steps = [
            (json!({"publish": true}), 1),
            (json!({"publish": true, "timeout": 10}), 2),
            (
                json!({"publish": true, "timeout": 10, "tags": {"team": "shop"}}),
                2,
            ),
            (json!({"publish": true, "timeout": 10, "code": files}), 3),
            (json!({"timeout": 11, "code": files}), 3),
            (json!({"publish": true, "code": files}), 4),
        ];
        for (fields, versions) in steps {
            alone.apply(&spec(&fields)).await;
            assert_eq!(alone.versions(), versions, "{fields}");
            let latest = alone.status()["latestVersion"].clone();
            assert_eq!(latest, json!(versions.to_string()), "{fields}");
        }
        alone.stop().await;
        alone.lose_status();
        alone.check().await;
        assert_eq!(
            alone.versions(),
            4,
            "with the status lost, publishing again answers the same version"
        );
        assert_eq!(alone.status()["latestVersion"], "4");
    });
}

#[test]
fn what_was_published_of_a_function_that_is_gone_does_not_count_for_the_next() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({"publish": true}))).await;
        alone
            .apply(&spec(&json!({"publish": true, "timeout": 10})))
            .await;
        assert_eq!(alone.versions(), 2);
        alone.outside(Outside::Delete);
        alone.check().await;
        assert_eq!(alone.versions(), 1, "somebody else deleted it");
        alone.delete().await;
        alone.apply(&spec(&json!({"publish": true}))).await;
        assert_eq!(alone.versions(), 1, "the object was deleted and made again");
        assert_eq!(alone.status()["latestVersion"], "1");
    });
}
