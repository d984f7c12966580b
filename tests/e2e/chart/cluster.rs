//! A cluster of its own, into which the chart is installed, and the operator as its Deployment starts it.
//!
//! There is no kubelet. So the binary runs beside the cluster, with the arguments, the environment and the
//! service account of the Deployment; only the address of its HTTP server is another.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use cloudfn_bed::process::write_private;
use cloudfn_bed::{ApiProxy, ControlPlane, Operator, Settings, kubeconfig};
use serde_json::Value;
use strict_cloud::Cloud;
use strict_cloud::front::server::Server;
use tempfile::TempDir;

use super::helm::{Helm, arguments, chart};
use crate::support::{TIMEOUT, binary};

/// Where the operator is installed.
pub const HOME: &str = "cloudfn-system";
/// The account of the operator's credentials.
pub const ACCOUNT: &str = "111122223333";

pub struct Cluster {
    // In the order in which they are to be dropped.
    control_plane: ControlPlane,
    cloud: Server,
    folder: TempDir,
}

/// The operator of an installation.
pub struct Installed {
    pub operator: Operator,
    /// What it asks of the API server.
    pub api: ApiProxy,
}

impl Cluster {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let control_plane = ControlPlane::start(folder.path()).await.expect("a cluster");
        let cloud = Cloud::new(1, strict_cloud::Settings::default().fast());
        let cloud = Server::start(Arc::new(Mutex::new(cloud)), 0).expect("a port");
        Self {
            control_plane,
            cloud,
            folder,
        }
    }

    /// Runs Helm on the cluster; it must succeed. Answers what it prints.
    pub fn helm(&self, helm: Helm, arguments: &[&str]) -> String {
        helm.succeeds(arguments, Some(&self.control_plane.kubeconfig_path()))
    }

    /// Installs the chart with its defaults, but for what `set` says.
    pub fn install(&self, helm: Helm, set: &str) -> String {
        let arguments = ["install", "cloudfn", &chart(), "--namespace", HOME];
        let further = ["--create-namespace", "--set", set];
        self.helm(helm, &[&arguments[..], &further].concat())
    }

    /// Runs kubectl; it must succeed. Answers what it prints.
    pub async fn kubectl(&self, arguments: &[&str]) -> String {
        let output = self.control_plane.kubectl(arguments).await;
        let output = output.expect("kubectl runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// An object, or a list of them.
    pub async fn get(&self, arguments: &[&str]) -> Value {
        let output = self
            .kubectl(&[&["get", "-o", "json"], arguments].concat())
            .await;
        serde_json::from_str(&output).expect("JSON")
    }

    /// Applies objects to a namespace.
    pub async fn apply(&self, namespace: &str, objects: &[Value]) {
        let file = self.folder.path().join("objects.json");
        let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects});
        fs::write(&file, list.to_string()).expect("written");
        let file = file.display().to_string();
        self.kubectl(&["apply", "--namespace", namespace, "-f", &file])
            .await;
    }

    /// Waits until an object, written as `kind/name`, has what kubectl waits for.
    pub async fn wait(&self, namespace: &str, object: &str, what: &str) {
        let what = format!("--for={what}");
        let patience = format!("--timeout={}s", TIMEOUT.as_secs());
        self.kubectl(&["wait", object, &what, &patience, "--namespace", namespace])
            .await;
    }

    /// Waits until the API server knows that the operator may not do this, in words of `kubectl auth can-i`.
    pub async fn denied(&self, what: &str) {
        let account = format!("--as=system:serviceaccount:{HOME}:cloudfn");
        let mut arguments = vec!["auth", "can-i", &account];
        arguments.extend(what.split(' '));
        let end = Instant::now() + TIMEOUT;
        loop {
            let output = self
                .control_plane
                .kubectl(&arguments)
                .await
                .expect("kubectl runs");
            let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if answer == "no" {
                return;
            }
            assert_eq!(answer, "yes", "{output:?}");
            assert!(Instant::now() < end, "it still may: {what}");
        }
    }

    /// The functions in the cloud.
    pub fn functions(&self) -> Vec<String> {
        let cloud = self.cloud.cloud().lock();
        cloud
            .unwrap_or_else(PoisonError::into_inner)
            .functions(ACCOUNT)
    }

    /// Starts the operator as the Deployment says; returns at once.
    pub async fn operator(&self) -> Installed {
        let deployment = self
            .get(&["deployment", "cloudfn", "--namespace", HOME])
            .await;
        let account = &deployment["spec"]["template"]["spec"]["serviceAccountName"];
        let account = account.as_str().expect("a service account");
        let token = ["create", "token", account, "--namespace", HOME];
        let token = self.kubectl(&token).await;
        let client = self
            .control_plane
            .anonymous_client()
            .await
            .expect("a client");
        let api = ApiProxy::start(client).await.expect("a port");
        let settings = Settings {
            binary: PathBuf::from(binary()),
            flags: flags(&deployment),
            environment: self.environment(&kubeconfig(api.url(), None, token.trim(), HOME)),
            log: self.folder.path().join("operator.log"),
        };
        let operator = Operator::spawn(settings).expect("it starts");
        Installed { operator, api }
    }

    /// What a pod has of its node and of its service account: the way to the API server and to AWS.
    fn environment(&self, kubeconfig: &str) -> Vec<(String, String)> {
        let file = self.folder.path().join("operator-kubeconfig");
        write_private(&file, kubeconfig).expect("written");
        [
            ("KUBECONFIG", file.display().to_string()),
            ("AWS_ENDPOINT_URL", self.cloud.url()),
            ("AWS_ACCESS_KEY_ID", ACCOUNT.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

/// The arguments of the Deployment but `run` and the address, which the bed gives.
fn flags(deployment: &Value) -> Vec<String> {
    let mut arguments = arguments(std::slice::from_ref(deployment));
    assert_eq!(arguments.remove(0), "run");
    let before = arguments.len();
    arguments.retain(|argument| !argument.starts_with("--http-address="));
    assert_eq!(arguments.len() + 1, before, "it has an address");
    arguments
}
