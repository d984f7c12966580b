//! A real etcd, kube-apiserver and kube-controller-manager on loopback.
//!
//! Invariant: what `start` returns answers `/readyz`, and all of it ends with it.
//! There is no kubelet: a Deployment starts no pod.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use aws_lc_rs::encoding::AsDer as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::json;

use crate::process::{self, Process, clean_command, free_port};
use crate::wire;

const ADMIN_TOKEN: &str = "admin";
/// How often a process that could not bind its port is tried with another one.
const ATTEMPTS: usize = 5;

/// A running control plane.
pub struct ControlPlane {
    folder: PathBuf,
    binaries: PathBuf,
    etcd_url: String,
    url: String,
    ca_pem: String,
    client: kube::Client,
    // In the order in which they are to be dropped.
    _controller_manager: Process,
    _apiserver: Process,
    _etcd: Process,
}

impl fmt::Debug for ControlPlane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlPlane")
            .field("folder", &self.folder)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl ControlPlane {
    /// Builds what is missing, starts everything, with data and logs in `folder`.
    /// Must be called within the runtime on which its client shall live.
    pub async fn start(folder: &Path) -> io::Result<Self> {
        let binaries = tokio::task::spawn_blocking(|| process::tool("controlplane"))
            .await
            .map_err(io::Error::other)??;
        std::fs::create_dir_all(folder)?;
        let key = folder.join("service-account.key");
        process::write_private(&key, &service_account_key()?)?;
        process::write_private(
            &folder.join("tokens.csv"),
            &format!("{ADMIN_TOKEN},admin,admin,\"system:masters\"\n"),
        )?;

        let (etcd, etcd_url) = start_etcd(&binaries, folder).await?;
        let (apiserver, url, ca_pem, client) =
            start_apiserver(&binaries, folder, &etcd_url, &key).await?;
        process::write_private(
            &folder.join("kubeconfig"),
            &kubeconfig(&url, Some(&ca_pem), ADMIN_TOKEN, "default"),
        )?;
        let controller_manager = start_controller_manager(&binaries, folder, &key)?;
        Ok(Self {
            folder: folder.to_owned(),
            binaries,
            etcd_url,
            url,
            ca_pem,
            client: on_runtime(client, tokio::runtime::Handle::current()),
            _controller_manager: controller_manager,
            _apiserver: apiserver,
            _etcd: etcd,
        })
    }

    /// A client that may do everything, from whatever runtime.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        self.client.clone()
    }

    /// Another client that may do everything, with connections of its own: they live on the runtime
    /// that uses it, and end with that.
    pub async fn own_client(&self) -> io::Result<kube::Client> {
        client(&kubeconfig(
            &self.url,
            Some(&self.ca_pem),
            ADMIN_TOKEN,
            "default",
        ))
        .await
    }

    /// The administrator's kubeconfig file.
    #[must_use]
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// The kubectl of the same version.
    #[must_use]
    pub fn kubectl_path(&self) -> PathBuf {
        self.binaries.join("kubectl")
    }

    /// `https://127.0.0.1:<port>` of the API server.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate to trust, PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Where etcd answers clients.
    #[must_use]
    pub fn etcd_url(&self) -> &str {
        &self.etcd_url
    }

    /// Runs kubectl as the administrator, to its end.
    pub async fn kubectl(&self, arguments: &[&str]) -> io::Result<Output> {
        let mut command = clean_command(self.kubectl_path());
        command
            .args(arguments)
            .env("KUBECONFIG", self.kubeconfig_path())
            .stdin(std::process::Stdio::null());
        tokio::task::spawn_blocking(move || command.output())
            .await
            .map_err(io::Error::other)?
    }

    /// A client without credentials: what its caller puts into the
    /// `Authorization` header is what the API server sees. It never retries.
    pub async fn anonymous_client(&self) -> io::Result<kube::Client> {
        client(&kubeconfig(&self.url, Some(&self.ca_pem), "", "default")).await
    }
}

/// A kubeconfig for one server and one bearer token (none where it is empty).
#[must_use]
pub fn kubeconfig(server: &str, ca_pem: Option<&str>, token: &str, namespace: &str) -> String {
    let mut cluster = json!({"server": server});
    if let Some(pem) = ca_pem {
        cluster["certificate-authority-data"] = json!(BASE64.encode(pem));
    }
    let user = if token.is_empty() {
        json!({})
    } else {
        json!({"token": token})
    };
    // JSON is YAML.
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "bed", "cluster": cluster}],
        "users": [{"name": "bed", "user": user}],
        "contexts": [{"name": "bed", "context": {"cluster": "bed", "user": "bed", "namespace": namespace}}],
        "current-context": "bed",
    })
    .to_string()
}

async fn client(kubeconfig: &str) -> io::Result<kube::Client> {
    // Whoever was first has installed it: both are the same provider.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let parsed = Kubeconfig::from_yaml(kubeconfig).map_err(io::Error::other)?;
    let mut config = kube::Config::from_custom_kubeconfig(parsed, &KubeConfigOptions::default())
        .await
        .map_err(io::Error::other)?;
    config.default_retry = false;
    config.proxy_url = None;
    kube::Client::try_from(config).map_err(io::Error::other)
}

/// A client whose connections live on this runtime: a connection that a test's own runtime had
/// opened would end with that test and take another test's request along.
fn on_runtime(client: kube::Client, runtime: tokio::runtime::Handle) -> kube::Client {
    let service = tower::service_fn(move |request: http::Request<kube::client::Body>| {
        let client = client.clone();
        let sent = runtime.spawn(async move { client.send(request).await });
        async move {
            match sent.await {
                Ok(answer) => answer.map_err(io::Error::other),
                Err(error) => Err(io::Error::other(error)),
            }
        }
    });
    kube::Client::new(service, "default")
}

async fn start_etcd(binaries: &Path, folder: &Path) -> io::Result<(Process, String)> {
    for attempt in 0..ATTEMPTS {
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let peer = format!("http://127.0.0.1:{}", free_port()?);
        let mut command = clean_command(binaries.join("etcd"));
        command
            .arg("--name=bed")
            .arg(format!(
                "--data-dir={}",
                folder.join(format!("etcd-{attempt}")).display()
            ))
            .arg(format!("--listen-client-urls={url}"))
            .arg(format!("--advertise-client-urls={url}"))
            .arg(format!("--listen-peer-urls={peer}"))
            .arg(format!("--initial-advertise-peer-urls={peer}"))
            .arg(format!("--initial-cluster=bed={peer}"))
            .args(["--unsafe-no-fsync", "--log-level=warn"]);
        let mut etcd = Process::start("etcd", command, &folder.join("etcd.log"))?;
        let health = format!("{url}/health");
        if answers(&mut etcd, || async {
            wire::get(&health)
                .await
                .is_ok_and(|(status, _)| status == 200)
        })
        .await?
        {
            return Ok((etcd, url));
        }
    }
    Err(gave_up("etcd", folder))
}

async fn start_apiserver(
    binaries: &Path,
    folder: &Path,
    etcd_url: &str,
    key: &Path,
) -> io::Result<(Process, String, String, kube::Client)> {
    let certificates = folder.join("apiserver");
    for _ in 0..ATTEMPTS {
        let port = free_port()?;
        let url = format!("https://127.0.0.1:{port}");
        let mut command = clean_command(binaries.join("kube-apiserver"));
        command
            .arg(format!("--etcd-servers={etcd_url}"))
            .arg(format!("--secure-port={port}"))
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--cert-dir={}", certificates.display()))
            .arg("--service-account-issuer=https://kubernetes.default.svc")
            .arg(format!("--service-account-key-file={}", key.display()))
            .arg(format!(
                "--service-account-signing-key-file={}",
                key.display()
            ))
            .arg("--service-cluster-ip-range=10.96.0.0/24")
            .arg("--authorization-mode=RBAC")
            .arg(format!(
                "--token-auth-file={}",
                folder.join("tokens.csv").display()
            ))
            .arg("--disable-admission-plugins=ServiceAccount")
            // One test's burst must not make another test wait.
            .args([
                "--max-requests-inflight=2000",
                "--max-mutating-requests-inflight=1000",
            ]);
        let mut apiserver = Process::start(
            "kube-apiserver",
            command,
            &folder.join("kube-apiserver.log"),
        )?;

        let certificate = certificates.join("apiserver.crt");
        if !answers(&mut apiserver, || async {
            std::fs::read_to_string(&certificate)
                .is_ok_and(|pem| pem.trim_end().ends_with("-----END CERTIFICATE-----"))
        })
        .await?
        {
            continue;
        }
        let ca_pem = std::fs::read_to_string(&certificate)?;
        let client = client(&kubeconfig(&url, Some(&ca_pem), ADMIN_TOKEN, "default")).await?;
        let ready = || async {
            let request = http::Request::get("/readyz").body(Vec::new());
            match request {
                Ok(request) => client
                    .request_text(request)
                    .await
                    .is_ok_and(|text| text == "ok"),
                Err(_) => false,
            }
        };
        if answers(&mut apiserver, ready).await? {
            return Ok((apiserver, url, ca_pem, client));
        }
    }
    Err(gave_up("kube-apiserver", folder))
}

fn start_controller_manager(binaries: &Path, folder: &Path, key: &Path) -> io::Result<Process> {
    let mut command = clean_command(binaries.join("kube-controller-manager"));
    command
        .arg(format!("--kubeconfig={}", folder.join("kubeconfig").display()))
        .arg(format!("--service-account-private-key-file={}", key.display()))
        .arg("--controllers=namespace-controller,garbage-collector-controller,serviceaccount-controller")
        .args(["--leader-elect=false", "--secure-port=0"]);
    Process::start(
        "kube-controller-manager",
        command,
        &folder.join("kube-controller-manager.log"),
    )
}

/// Asks until it says yes. `false`: the process ended first (its port was taken,
/// most likely); an error: it runs and does not answer.
async fn answers<F, R>(process: &mut Process, ask: F) -> io::Result<bool>
where
    F: Fn() -> R,
    R: Future<Output = bool>,
{
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        if ask().await {
            return Ok(true);
        }
        if process.exited().is_some() {
            return Ok(false);
        }
        if Instant::now() >= deadline {
            let log = process.log_path().display().to_string();
            return Err(io::Error::other(format!(
                "no answer in 90 s; {log} ends:\n{}",
                process.log_tail(30)
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn gave_up(program: &str, folder: &Path) -> io::Error {
    let log = folder.join(format!("{program}.log"));
    io::Error::other(format!(
        "{program} ended {ATTEMPTS} times; its log ends:\n{}",
        process::tail(&log, 30)
    ))
}

/// A fresh RSA key, PKCS#8 PEM: what the API server signs tokens with.
fn service_account_key() -> io::Result<String> {
    let key = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048)
        .map_err(io::Error::other)?;
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().map_err(io::Error::other)?;
    let text = BASE64.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}
