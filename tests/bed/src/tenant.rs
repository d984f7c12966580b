//! What one test has to itself: a namespace, an AWS account, an operator that
//! may reach nothing else, and a record of all that happened.
//!
//! Invariant: two tenants share no namespace, account, proxy log or fault. The
//! operator's rights end at the namespace, as an installation for one namespace
//! has it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use kube::Api;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::api_proxy::{ApiCall, ApiProxy};
use crate::aws_proxy::{Call, Proxy};
use crate::bed::{Bed, FIELD_MANAGER};
use crate::control_plane::kubeconfig;
use crate::gate::{Fault, Injected, lock};
use crate::objects;
use crate::operator::{Operator, Settings};
use crate::process;
use crate::recorder::Recorder;

/// The region that tenants' operators work in unless told otherwise.
const REGION: &str = "eu-west-1";
/// The operator's ServiceAccount.
const SERVICE_ACCOUNT: &str = "cloudfn";

/// See the module. On a panic its logs are kept in `target/bed-logs/<namespace>`.
#[derive(Debug)]
pub struct Tenant {
    bed: &'static Bed,
    client: TestClient,
    namespace: String,
    account: String,
    api_proxy: ApiProxy,
    recorder: Recorder,
    folder: PathBuf,
    operators: Mutex<Vec<PathBuf>>,
}

/// `kube::Client` shows nothing of itself.
struct TestClient(kube::Client);

impl std::fmt::Debug for TestClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestClient")
    }
}

impl Tenant {
    pub(crate) async fn make(bed: &'static Bed, name: &str) -> io::Result<Self> {
        let account = bed.unique();
        let namespace = unique_name(name, &account);
        let client = bed.client();
        apply(
            &client,
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
            None,
        )
        .await?;
        for object in rights(&namespace) {
            let scope = object["metadata"]["namespace"].as_str();
            apply(&client, &object, scope).await?;
        }
        let folder = bed.folder().join(&namespace);
        std::fs::create_dir_all(&folder)?;
        let api_proxy = ApiProxy::start(bed.control_plane().anonymous_client().await?).await?;
        let token = token(&client, &namespace).await?;
        let text = kubeconfig(api_proxy.url(), None, &token, &namespace);
        process::write_private(&folder.join("kubeconfig"), &text)?;
        let kinds: Vec<ApiResource> = ["CloudFrontFunction", "LambdaFunction"]
            .into_iter()
            .filter(|kind| bed.installed_kinds().contains(*kind))
            .map(objects::resource)
            .collect();
        let recorder = Recorder::start(&client, &namespace, &kinds).await?;
        let client = TestClient(bed.control_plane().own_client().await?);
        Ok(Self {
            bed,
            client,
            namespace,
            account,
            api_proxy,
            recorder,
            folder,
            operators: Mutex::default(),
        })
    }

    /// The bed it is on.
    #[must_use]
    pub fn bed(&self) -> &'static Bed {
        self.bed
    }

    /// A client that may do everything, for this tenant's test alone: the connections of a client
    /// that tests share would end with the test that opened them.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        self.client.0.clone()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Its AWS account: the 12-digit access key.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The region of its operator.
    #[must_use]
    pub fn region(&self) -> &'static str {
        REGION
    }

    /// Where AWS answers it: the proxy.
    #[must_use]
    pub fn aws_url(&self) -> &str {
        self.proxy().url()
    }

    /// The proxy in front of the emulator; shared, keyed by account.
    #[must_use]
    pub fn proxy(&self) -> &Proxy {
        self.bed.proxy()
    }

    /// The proxy in front of the API server; this tenant's alone.
    #[must_use]
    pub fn api_proxy(&self) -> &ApiProxy {
        &self.api_proxy
    }

    /// The record of all versions of its function objects.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Its files and its operator's logs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The kubeconfig of its operator: the API proxy and the ServiceAccount's token.
    #[must_use]
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// Its AWS calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.proxy().calls(&self.account)
    }

    /// How often one AWS operation was called.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.proxy().count(&self.account, operation)
    }

    /// Empties its log of AWS calls.
    pub fn clear_calls(&self) {
        self.proxy().clear(&self.account);
    }

    /// Adds a fault to its AWS calls.
    pub fn inject(&self, fault: Fault<Call>) -> Injected {
        self.proxy().inject(&self.account, fault)
    }

    /// Adds a fault to its operator's requests to the API server.
    pub fn inject_api(&self, fault: Fault<ApiCall>) -> Injected {
        self.api_proxy.inject(fault)
    }

    /// How an operator of this tenant is started; change it and give it to `Operator::spawn`.
    #[must_use]
    pub fn operator_settings(&self, binary: impl AsRef<Path>, flags: &[&str]) -> Settings {
        let number = lock(&self.operators).len();
        let mut all = vec![format!("--watch-namespace={}", self.namespace)];
        all.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let environment = [
            ("KUBECONFIG", self.kubeconfig_path().display().to_string()),
            ("AWS_ENDPOINT_URL", self.aws_url().to_owned()),
            ("AWS_ACCESS_KEY_ID", self.account.clone()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("RUST_LOG", "info,cloudfn=debug".to_owned()),
        ];
        Settings {
            binary: binary.as_ref().to_owned(),
            flags: all,
            environment: environment
                .map(|(name, value)| (name.to_owned(), value))
                .to_vec(),
            log: self.folder.join(format!("operator-{number}.log")),
        }
    }

    /// Starts an operator for this namespace and account; it is what
    /// `KillBefore` and `KillAfter` kill. Returns at once.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn spawn_operator(&self, settings: Settings) -> Operator {
        lock(&self.operators).push(settings.log.clone());
        let operator = Operator::spawn(settings)
            .unwrap_or_else(|error| panic!("the operator did not start: {error}"));
        let victim = operator.clone();
        self.proxy()
            .on_kill(&self.account, std::sync::Arc::new(move || victim.kill()));
        let victim = operator.clone();
        self.api_proxy
            .on_kill(std::sync::Arc::new(move || victim.kill()));
        operator
    }

    /// `spawn_operator` with the usual settings, and waits until it is ready.
    pub async fn operator(&self, binary: impl AsRef<Path>, flags: &[&str]) -> Operator {
        let operator = self.spawn_operator(self.operator_settings(binary, flags));
        operator.ready().await;
        operator
    }

    /// The ends of its operators' logs.
    #[must_use]
    pub fn operator_logs(&self, lines: usize) -> String {
        let logs = lock(&self.operators).clone();
        let parts: Vec<String> = logs
            .iter()
            .map(|log| format!("{}:\n{}", log.display(), process::tail(log, lines)))
            .collect();
        parts.join("\n")
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        // The proxies outlive us: let them not keep the operator alive.
        let nobody = || std::sync::Arc::new(|| {});
        self.proxy().on_kill(&self.account, nobody());
        self.api_proxy.on_kill(nobody());
        if std::thread::panicking() {
            let calls: Vec<String> = self.calls().iter().map(ToString::to_string).collect();
            let _ = std::fs::write(self.folder.join("aws-calls.log"), calls.join("\n"));
            let calls: Vec<String> = self
                .api_proxy
                .calls()
                .iter()
                .map(ToString::to_string)
                .collect();
            let _ = std::fs::write(self.folder.join("api-calls.log"), calls.join("\n"));
            match self.bed.keep_logs(&self.namespace) {
                Ok(kept) => eprintln!("logs kept in {}", kept.display()),
                Err(error) => eprintln!("logs could not be kept: {error}"),
            }
        }
    }
}

/// A namespace name: the test's, shortened, and a number that no other tenant has.
fn unique_name(name: &str, number: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    format!("t-{}-{number}", name.trim_matches('-'))
}

async fn apply(client: &kube::Client, object: &Value, namespace: Option<&str>) -> io::Result<()> {
    let kind = objects::resource_of(object);
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &kind),
        None => Api::all_with(client.clone(), &kind),
    };
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let parameters = PatchParams::apply(FIELD_MANAGER).force();
    let applied = api.patch(name, &parameters, &Patch::Apply(object)).await;
    applied
        .map(drop)
        .map_err(|error| io::Error::other(format!("{} {name}: {error}", kind.kind)))
}

async fn token(client: &kube::Client, namespace: &str) -> io::Result<String> {
    let kind = objects::resource("ServiceAccount");
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &kind);
    let request = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": 86400},
    });
    let answer: Value = api
        .create_subresource("token", SERVICE_ACCOUNT, &PostParams::default(), &request)
        .await
        .map_err(|error| io::Error::other(format!("TokenRequest: {error}")))?;
    let token = answer["status"]["token"].as_str();
    token
        .map(str::to_owned)
        .ok_or_else(|| io::Error::other("the TokenRequest was answered without a token"))
}

/// What an operator for one namespace needs, and nothing more, as the chart has it.
fn rights(namespace: &str) -> Vec<Value> {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    let subject =
        json!({"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": namespace});
    let local = json!({"name": SERVICE_ACCOUNT, "namespace": namespace});
    let wide = json!({"name": format!("cloudfn-{namespace}")});
    let role = |kind: &str, name: &Value| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": local}),
        json!({"apiVersion": RBAC, "kind": "Role", "metadata": local, "rules": [
            {"apiGroups": ["cloudfn.dev"], "resources": ["cloudfrontfunctions", "lambdafunctions"], "verbs": ["get", "list", "watch", "patch"]},
            {"apiGroups": ["cloudfn.dev"], "resources": ["cloudfrontfunctions/status", "lambdafunctions/status"], "verbs": ["patch"]},
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]},
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]},
            {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["create"]},
        ]}),
        json!({"apiVersion": RBAC, "kind": "RoleBinding", "metadata": local,
            "subjects": [subject], "roleRef": role("Role", &local["name"])}),
        json!({"apiVersion": RBAC, "kind": "ClusterRole", "metadata": wide, "rules": [
            {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"], "verbs": ["get", "list", "watch"]},
            {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": ["kube-system"], "verbs": ["get"]},
        ]}),
        json!({"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": wide,
            "subjects": [subject], "roleRef": role("ClusterRole", &wide["name"])}),
    ]
}
