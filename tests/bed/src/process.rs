//! Child processes that cannot outlive us.
//!
//! Invariant: whatever happens to this process, SIGKILL included, every process
//! started here ends. Each child joins the process group of a guard, a shell
//! that waits for its stdin to close and then kills the whole group; only we
//! hold the other end, so the kernel closes it for us. As long as the guard
//! lives, the group's id cannot be given to anyone else, so no stranger is hit.
//! Processes are ended by their id or group, never by name.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A running child, its guard and its log.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    status: Option<ExitStatus>,
    guard: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` under a guard. Its stdout and stderr are appended to `log`.
    pub fn start(name: &str, mut command: Command, log: &Path) -> io::Result<Self> {
        let mut guard = Command::new("sh")
            .args(["-c", "read -r _; kill -KILL 0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let file = OpenOptions::new().create(true).append(true).open(log)?;
        let group = i32::try_from(guard.id()).map_err(io::Error::other)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(group)
            .spawn();
        let child = match child {
            Ok(child) => child,
            Err(error) => {
                drop(guard.stdin.take());
                let _ = guard.wait();
                return Err(io::Error::new(
                    error.kind(),
                    format!("starting {name} ({command:?}): {error}"),
                ));
            }
        };
        Ok(Self {
            name: name.to_owned(),
            child,
            status: None,
            guard,
            log: log.to_owned(),
        })
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The file that its output goes to.
    #[must_use]
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// How it ended, or `None` while it runs.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.child.try_wait().ok().flatten();
        }
        self.status
    }

    /// SIGKILL, to it and all that it started; returns when it is dead.
    pub fn kill(&mut self) {
        if self.status.is_none() {
            let _ = self.child.kill();
            self.status = self.child.wait().ok();
        }
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }

    /// SIGTERM; returns how it ended. After `patience` it is killed and the error says so.
    pub async fn terminate(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        if self.exited().is_none() {
            signal("TERM", self.child.id())?;
        }
        let status = self.wait(patience).await;
        self.kill();
        status.ok_or_else(|| {
            io::Error::other(format!(
                "{} did not end within {patience:?} of SIGTERM and was killed",
                self.name
            ))
        })
    }

    /// Waits for it to end by itself; `None` after `patience`.
    pub async fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.exited() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The last `lines` lines of its log.
    #[must_use]
    pub fn log_tail(&self, lines: usize) -> String {
        tail(&self.log, lines)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The last `lines` lines of a file; a sentence where it cannot be read.
#[must_use]
pub fn tail(path: &Path, lines: usize) -> String {
    match std::fs::read(path) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let all: Vec<&str> = text.lines().collect();
            all[all.len().saturating_sub(lines)..].join("\n")
        }
        Err(error) => format!("({} cannot be read: {error})", path.display()),
    }
}

fn signal(name: &str, id: u32) -> io::Result<()> {
    let status = Command::new("sh")
        .args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, &id.to_string()])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("kill -s {name} {id}: {status}")))
    }
}

/// A command for something that talks to loopback only: no proxy, no foreign
/// certificate bundle, no AWS or Kubernetes setting of the person who runs the tests.
#[must_use]
pub fn clean_command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_uppercase();
        if text.ends_with("_PROXY")
            || text.ends_with("_CA_BUNDLE")
            || text.starts_with("AWS_")
            || text.starts_with("CLOUDFN_")
            || text.starts_with("ETCD_")
            || text == "KUBECONFIG"
        {
            command.env_remove(&name);
        }
    }
    command
}

/// A port of 127.0.0.1 that was free a moment ago. Someone else may take it
/// first, so whoever uses it must be ready to try another.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Removes a folder when this process is gone: a static's `Drop` never runs.
/// The caller keeps the answer for as long as it lives.
pub fn remove_after_us(folder: &Path) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", "read -r _; sleep 1; rm -rf -- \"$1\"", "sh"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// Runs one of the project's `build` scripts under `tools/` and returns the
/// path that it prints. Its progress goes to our stderr.
pub fn tool(name: &str) -> io::Result<PathBuf> {
    let script = repository().join("tools").join(name).join("build");
    let output = Command::new(&script)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "{} failed: {}",
            script.display(),
            output.status
        )));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().last() {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err(io::Error::other(format!(
            "{} printed no path",
            script.display()
        ))),
    }
}

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file: File = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}
