//! Helm, as the project builds it, on the project's chart.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;

use cloudfn_bed::process::{clean_command, repository, tool};
use serde_json::Value;

/// A major version of Helm.
#[derive(Clone, Copy, Debug)]
pub enum Helm {
    Three,
    Four,
}

impl Helm {
    pub const ALL: [Self; 2] = [Self::Three, Self::Four];

    /// Runs it to its end. `kubeconfig` is for what needs a cluster.
    pub fn run<A: AsRef<OsStr>>(self, arguments: &[A], kubeconfig: Option<&Path>) -> Output {
        let program = match self {
            Self::Three => "helm3",
            Self::Four => "helm4",
        };
        // Its caches and settings are not those of whoever runs the tests.
        let home = tempfile::tempdir().expect("a folder");
        let mut command = clean_command(built().join(program));
        command
            .args(arguments)
            .env("HELM_CACHE_HOME", home.path())
            .env("HELM_CONFIG_HOME", home.path())
            .env("HELM_DATA_HOME", home.path())
            .env("KUBECONFIG", kubeconfig.unwrap_or(Path::new("/dev/null")))
            .stdin(Stdio::null());
        command.output().expect("helm runs")
    }

    /// The same; it must succeed. Answers what it prints.
    pub fn succeeds<A: AsRef<OsStr>>(self, arguments: &[A], kubeconfig: Option<&Path>) -> String {
        let output = self.run(arguments, kubeconfig);
        assert!(output.status.success(), "{self:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the chart renders with a file of values, in this namespace.
    pub fn template(self, values: &Path, namespace: &str) -> String {
        let values = values.display().to_string();
        let arguments = ["template", "cloudfn", &chart(), "-f", &values];
        self.succeeds(
            &[&arguments[..], &["--namespace", namespace]].concat(),
            None,
        )
    }
}

/// The cluster's roles for an operator of all namespaces, with names of their own, and their bindings to the
/// service account `cloudfn` of a namespace.
pub fn cluster_rights(namespace: &str) -> Vec<Value> {
    let name = format!("fullnameOverride=cloudfn-{namespace}");
    let arguments = ["template", "cloudfn", &chart(), "--namespace", namespace];
    let account = ["--set", &name, "--set", "serviceAccount.name=cloudfn"];
    let text = Helm::Three.succeeds(&[&arguments[..], &account].concat(), None);
    let mut rendered = objects(&text);
    rendered.retain(|object| {
        object["kind"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("ClusterRole"))
    });
    rendered
}

/// The folder with the binaries; the first call builds them where they are missing.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| tool("helm").expect("helm is built"))
}

/// The folder of the chart.
pub fn chart() -> String {
    repository().join("charts/cloudfn").display().to_string()
}

/// The files of values that stand for the ways to install it.
pub fn value_files() -> Vec<PathBuf> {
    let folder = repository().join("charts/cloudfn/ci");
    let entries = std::fs::read_dir(folder).expect("the folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() > 1, "{files:?}");
    files
}

/// The objects of a text with YAML documents.
pub fn objects(text: &str) -> Vec<Value> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).expect("YAML");
    documents.into_iter().filter(|one| !one.is_null()).collect()
}

/// The arguments of the operator in the only Deployment among these objects.
pub fn arguments(objects: &[Value]) -> Vec<String> {
    let deployment = objects.iter().find(|object| object["kind"] == "Deployment");
    let pod = &deployment.expect("a Deployment")["spec"]["template"]["spec"];
    serde_json::from_value(pod["containers"][0]["args"].clone()).expect("arguments")
}
