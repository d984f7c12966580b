//! Credentials that turn to another account while the operator runs, and back.

use std::path::{Path, PathBuf};

use cloudfn_bed::reason;
use cloudfn_bed::{Settings, Tenant};
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::Strict;
use crate::support::{CFF, LFN, TIMEOUT, cff, javascript, lfn, python};

const BOTH: [&str; 2] = [CFF, LFN];

/// Where a process takes the account from whose credentials it gives.
fn account_file(tenant: &Tenant) -> PathBuf {
    tenant.kubeconfig_path().with_file_name("account")
}

fn turn(tenant: &Tenant, account: &str) {
    let file = account_file(tenant);
    let next = file.with_extension("next");
    std::fs::write(&next, account).expect("a file");
    std::fs::rename(&next, &file).expect("the same folder");
}

/// Credentials of a process that are due again every two seconds: they are loaded anew ten seconds
/// before they expire.
fn from_process(tenant: &Tenant, settings: &mut Settings) {
    turn(tenant, tenant.account());
    let folder = account_file(tenant);
    let folder = folder.parent().expect("a folder");
    let (script, config) = (folder.join("credentials.sh"), folder.join("aws-config"));
    std::fs::write(&script, script_of(&account_file(tenant))).expect("a file");
    let profile = format!(
        "[default]\ncredential_process = /bin/sh {}\n",
        script.display()
    );
    std::fs::write(&config, profile).expect("a file");
    settings
        .environment
        .retain(|(name, _)| !name.starts_with("AWS_ACCESS") && !name.starts_with("AWS_SECRET"));
    for (name, value) in &mut settings.environment {
        if name == "AWS_CONFIG_FILE" {
            *value = config.display().to_string();
        }
    }
}

fn script_of(account: &Path) -> String {
    format!(
        r#"printf '{{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"test","Expiration":"%s"}}' "$(cat {})" "$(date -u -d '+12 seconds' +%Y-%m-%dT%H:%M:%SZ)"
"#,
        account.display()
    )
}

fn manifest(tenant: &Tenant, kind: &str, name: &str, mark: &str) -> Value {
    let role = format!("arn:aws:iam::{}:role/lambda", tenant.account());
    match kind {
        CFF => cff(name, &javascript(mark), json!({})),
        _ => lfn(name, &python(mark), json!({"role": role})),
    }
}

/// Asks for looks until the credentials that have turned are noticed.
async fn until_wrong(tenant: &Tenant, kind: &str, name: &str) -> DynamicObject {
    for number in 0.. {
        let token = format!("turned-{number}");
        let request =
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}});
        tenant.patch(kind, name, request).await;
        let handled =
            |object: &DynamicObject| object.data["status"]["lastHandledReconcileAt"] == token;
        let object = tenant
            .wait_for(kind, name, "to be looked at", handled, TIMEOUT)
            .await;
        if reason(&object, "Ready") == Some("WrongAccount") {
            return object;
        }
    }
    unreachable!("numbers do not end")
}

#[tokio::test]
async fn credentials_that_turn_to_another_account_and_back_change_and_release_nothing() {
    let stage = Strict::start_with("turning", &[], from_process).await;
    let tenant = &stage.tenant;
    let other = format!("9{}", &tenant.account()[1..]);
    for kind in BOTH {
        for name in ["kept", "gone"] {
            tenant.apply(manifest(tenant, kind, name, "one")).await;
        }
    }
    let mut arns = Vec::new();
    for kind in BOTH {
        for name in ["kept", "gone"] {
            let object = tenant.wait_ready(kind, name, TIMEOUT).await;
            arns.push(object.data["status"]["arn"].clone());
        }
    }
    let before = stage.cloud(|cloud| cloud.snapshot(tenant.account()));

    turn(tenant, &other);
    for kind in BOTH {
        until_wrong(tenant, kind, "kept").await;
        tenant.apply(manifest(tenant, kind, "kept", "two")).await;
        tenant.delete(kind, "gone").await;
        // A deletion that reads "not found" elsewhere releases nothing.
        tenant
            .wait_reason(kind, "gone", "Ready", "WrongAccount", TIMEOUT)
            .await;
        let object = until_wrong(tenant, kind, "kept").await;
        let arn = &object.data["status"]["arn"];
        assert!(arns.contains(arn), "{arn}");
        let said =
            cloudfn_bed::condition(&object, "Ready").map(|ready| ready["message"].to_string());
        let said = said.unwrap_or_default();
        assert!(
            said.contains(tenant.account()) && said.contains(&other),
            "{said}"
        );
    }
    stage.cloud(|cloud| {
        assert_eq!(cloud.functions(&other), Vec::<String>::new());
        assert_eq!(cloud.snapshot(tenant.account()), before);
        let strays: Vec<String> = cloud
            .log()
            .iter()
            .filter(|entry| entry.account == other)
            .map(ToString::to_string)
            .collect();
        assert!(strays.is_empty(), "{strays:?}");
    });

    turn(tenant, tenant.account());
    for kind in BOTH {
        let object = tenant.wait_ready(kind, "kept", TIMEOUT).await;
        assert!(arns.contains(&object.data["status"]["arn"]));
        tenant.wait_gone(kind, "gone", TIMEOUT).await;
    }
    stage.cloud(|cloud| {
        let left = cloud.functions(tenant.account());
        assert!(
            left.len() == 2 && left.iter().all(|arn| arn.contains("kept")),
            "{left:?}"
        );
        assert_ne!(cloud.snapshot(tenant.account()), before);
        assert_eq!(cloud.functions(&other), Vec::<String>::new());
    });
    stage.end().await;
}
