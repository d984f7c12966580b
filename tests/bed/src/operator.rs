//! The real operator binary as a child process.
//!
//! Invariant: it sees only what a pod would: its own token, its own cloud
//! credentials, the addresses of the proxies; nothing of the environment of
//! whoever runs the tests.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::gate::lock;
use crate::process::{Process, clean_command, free_port, tail};
use crate::wire;

/// How to start it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The `cloudfn` binary.
    pub binary: PathBuf,
    /// All arguments behind `run --http-address=...`.
    pub flags: Vec<String>,
    /// Environment beside the cleaned one.
    pub environment: Vec<(String, String)>,
    /// Where its log goes.
    pub log: PathBuf,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    running: Mutex<Option<(Process, String)>>,
}

/// The operator; clones are the same one. It is killed with the last of them.
#[derive(Debug, Clone)]
pub struct Operator(Arc<Inner>);

impl Operator {
    /// Starts it and returns at once.
    pub fn spawn(settings: Settings) -> io::Result<Self> {
        let operator = Self(Arc::new(Inner {
            settings,
            running: Mutex::new(None),
        }));
        operator.start()?;
        Ok(operator)
    }

    /// Starts it again with the same settings. What still runs is killed first.
    pub fn start(&self) -> io::Result<()> {
        let settings = &self.0.settings;
        let mut running = lock(&self.0.running);
        *running = None;
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = clean_command(&settings.binary);
        command
            .arg("run")
            .arg(format!("--http-address={address}"))
            .args(&settings.flags);
        command.envs(
            settings
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        );
        *running = Some((Process::start("cloudfn", command, &settings.log)?, address));
        Ok(())
    }

    /// `start`, and waits until it is ready.
    pub async fn restart(&self) {
        self.start()
            .unwrap_or_else(|error| panic!("the operator did not start: {error}"));
        self.ready().await;
    }

    /// Waits until `/readyz` answers 200. If its port was taken meanwhile, it is
    /// started again with another. Panics, with its log, if it ends or takes a minute.
    pub async fn ready(&self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut starts_left = 3;
        while !self
            .get("/readyz")
            .await
            .is_ok_and(|(status, _)| status == 200)
        {
            if !self.is_running() && starts_left > 0 && tail(self.log_path(), 5).contains("in use")
            {
                starts_left -= 1;
                self.start()
                    .unwrap_or_else(|error| panic!("the operator did not start: {error}"));
            }
            let hope = self.is_running() && Instant::now() < deadline;
            assert!(
                hope,
                "the operator is not ready (running: {}); its log ends:\n{}",
                self.is_running(),
                tail(self.log_path(), 60)
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// SIGKILL; returns when it is dead.
    pub fn kill(&self) {
        if let Some((process, _)) = lock(&self.0.running).as_mut() {
            process.kill();
        }
    }

    /// SIGTERM; waits for its end, a minute at most, then panics.
    pub async fn terminate(&self) -> ExitStatus {
        let running = lock(&self.0.running).take();
        let (mut process, _) = running.unwrap_or_else(|| panic!("the operator was not started"));
        process
            .terminate(Duration::from_mins(1))
            .await
            .unwrap_or_else(|error| panic!("{error}; log:\n{}", self.log()))
    }

    /// Waits for it to end by itself (a refusal to start, for example).
    pub async fn exited(&self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            let status = lock(&self.0.running)
                .as_mut()
                .and_then(|(process, _)| process.exited());
            if status.is_some() || Instant::now() >= deadline {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Whether the process is there.
    #[must_use]
    pub fn is_running(&self) -> bool {
        lock(&self.0.running)
            .as_mut()
            .is_some_and(|(process, _)| process.exited().is_none())
    }

    /// Its process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        lock(&self.0.running)
            .as_ref()
            .map(|(process, _)| process.id())
    }

    /// Address of its own HTTP server, while it runs.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        lock(&self.0.running)
            .as_ref()
            .map(|(_, address)| address.clone())
    }

    /// GET from its own HTTP server: `/metrics`, `/livez`, `/readyz`.
    pub async fn get(&self, path: &str) -> io::Result<(u16, String)> {
        let address = self
            .address()
            .ok_or_else(|| io::Error::other("the operator was not started"))?;
        wire::get(&format!("http://{address}{path}")).await
    }

    /// All it has logged, over all starts.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path())
            .unwrap_or_else(|error| format!("(no log: {error})"))
    }

    /// The log file.
    #[must_use]
    pub fn log_path(&self) -> &Path {
        &self.0.settings.log
    }
}
