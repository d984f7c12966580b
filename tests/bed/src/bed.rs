//! One control plane, one emulator and one proxy for a whole test binary.
//!
//! Invariant: it lives on a runtime of its own, so that the runtimes of single
//! tests may come and go; it is there before any test uses it and ends with the
//! process, however that ends (see `process`).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::{Api, ResourceExt as _};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::aws_proxy::Proxy;
use crate::control_plane::ControlPlane;
use crate::emulator::Emulator;
use crate::process;
use crate::tenant::Tenant;

/// The field manager of what the bed itself applies.
pub(crate) const FIELD_MANAGER: &str = "bed";

/// See the module.
#[derive(Debug)]
pub struct Bed {
    folder: PathBuf,
    handle: Handle,
    control_plane: ControlPlane,
    emulator: Mutex<Emulator>,
    proxy: Proxy,
    installed: BTreeSet<String>,
    next_account: AtomicU64,
    _janitor: Child,
}

impl Bed {
    /// The bed of this process; the first call starts it and takes some seconds.
    ///
    /// # Panics
    /// When it cannot be started; the message says why.
    pub fn get() -> &'static Self {
        static BED: OnceLock<Bed> = OnceLock::new();
        BED.get_or_init(|| {
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::Builder::new()
                .name("bed".into())
                .spawn(move || {
                    let runtime = tokio::runtime::Builder::new_multi_thread()
                        .worker_threads(2)
                        .enable_all()
                        .build();
                    let runtime = match runtime {
                        Ok(runtime) => runtime,
                        Err(error) => return drop(sender.send(Err(error))),
                    };
                    runtime.block_on(async {
                        let _ = sender.send(Self::start().await);
                        std::future::pending::<()>().await;
                    });
                })
                .unwrap_or_else(|error| panic!("no thread for the bed: {error}"));
            match receiver.recv() {
                Ok(Ok(bed)) => bed,
                Ok(Err(error)) => panic!("the bed did not start: {error}"),
                Err(error) => panic!("the bed's thread ended before it had started: {error}"),
            }
        })
    }

    async fn start() -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("cloudfn-bed-")
            .tempdir()?
            .keep();
        let janitor = process::remove_after_us(&folder)?;
        let (control_plane, emulator) =
            tokio::try_join!(ControlPlane::start(&folder), Emulator::launch(&folder))?;
        let proxy = Proxy::start(&emulator.url()).await?;
        let installed = install_crds(
            &control_plane.client(),
            &process::repository().join("crds"),
            Duration::from_secs(30),
        )
        .await?;
        Ok(Self {
            folder,
            handle: Handle::current(),
            control_plane,
            emulator: Mutex::new(emulator),
            proxy,
            installed,
            next_account: AtomicU64::new(first_account()),
            _janitor: janitor,
        })
    }

    /// A namespace, an account and the proxies for one test.
    ///
    /// # Panics
    /// When it cannot be made; the message says why.
    pub async fn tenant(&'static self, name: &str) -> Tenant {
        let name = name.to_owned();
        let made = self
            .handle
            .spawn(async move { Tenant::make(self, &name).await })
            .await;
        match made {
            Ok(Ok(tenant)) => tenant,
            Ok(Err(error)) => panic!("no tenant: {error}"),
            Err(error) => panic!("no tenant: {error}"),
        }
    }

    /// A client that may do everything.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        self.control_plane.client()
    }

    /// The control plane.
    #[must_use]
    pub fn control_plane(&self) -> &ControlPlane {
        &self.control_plane
    }

    /// The emulator, to stop and start it: that hits every test of the binary.
    pub async fn emulator(&self) -> tokio::sync::MutexGuard<'_, Emulator> {
        self.emulator.lock().await
    }

    /// The proxy in front of the emulator.
    #[must_use]
    pub fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// Runs kubectl as the administrator, to its end.
    pub async fn kubectl(&self, arguments: &[&str]) -> Output {
        self.control_plane
            .kubectl(arguments)
            .await
            .unwrap_or_else(|error| panic!("kubectl {arguments:?}: {error}"))
    }

    /// The kinds of the project whose definitions were found in `crds/`.
    #[must_use]
    pub fn installed_kinds(&self) -> &BTreeSet<String> {
        &self.installed
    }

    /// Data and logs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn unique(&self) -> String {
        format!("{:012}", self.next_account.fetch_add(1, Ordering::SeqCst))
    }

    /// Copies the logs (not the data) to `target/bed-logs/<name>`.
    pub fn keep_logs(&self, name: &str) -> io::Result<PathBuf> {
        let target = process::repository().join("target/bed-logs").join(name);
        std::fs::create_dir_all(&target)?;
        for folder in [
            self.folder.clone(),
            self.folder.join("emulator"),
            self.folder.join(name),
        ] {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "log") {
                    std::fs::copy(&path, target.join(entry.file_name()))?;
                }
            }
        }
        Ok(target)
    }
}

/// Applies every definition in a folder (none where there is no folder), waits
/// until each is served, and returns their kinds.
pub async fn install_crds(
    client: &kube::Client,
    folder: &Path,
    patience: Duration,
) -> io::Result<BTreeSet<String>> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    let mut names = Vec::new();
    let mut kinds = BTreeSet::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        for document in
            serde_saphyr::from_multiple::<serde_json::Value>(&text).map_err(io::Error::other)?
        {
            let name = document["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let parameters = PatchParams::apply(FIELD_MANAGER).force();
            api.patch(&name, &parameters, &Patch::Apply(&document))
                .await
                .map_err(|error| {
                    io::Error::other(format!("{} is refused: {error}", path.display()))
                })?;
            kinds.extend(
                document["spec"]["names"]["kind"]
                    .as_str()
                    .map(str::to_owned),
            );
            names.push(name);
        }
    }
    let deadline = Instant::now() + patience;
    for name in names {
        loop {
            let definition = api.get(&name).await.map_err(io::Error::other)?;
            if kube::runtime::wait::Condition::matches_object(
                &kube::runtime::conditions::is_crd_established(),
                Some(&definition),
            ) {
                break;
            }
            if Instant::now() >= deadline {
                let why = serde_json::to_string(&definition.status).unwrap_or_default();
                return Err(io::Error::other(format!(
                    "{} is not established: {why}",
                    definition.name_any()
                )));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(kinds)
}

/// Some 12-digit number: two runs against one emulator should not meet.
fn first_account() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    let random = std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish();
    100_000_000_000 + random % 800_000 * 1_000_000
}
