//! The AWS emulator on loopback.
//!
//! Invariant: one port for its whole life, so that an outage (`stop`, `start`)
//! looks like one. What it holds lives in memory: `stop` loses it, as the
//! proxy's `unreachable` does not.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::process::{self, Process, clean_command, free_port};
use crate::wire;

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Emulator {
    /// Installs it if missing and starts it, with its files in `folder`.
    pub async fn launch(folder: &Path) -> io::Result<Self> {
        let program = tokio::task::spawn_blocking(|| process::tool("emulator"))
            .await
            .map_err(io::Error::other)??;
        let folder = folder.join("emulator");
        std::fs::create_dir_all(&folder)?;
        let mut last = String::new();
        for _ in 0..5 {
            let mut emulator = Self {
                program: program.clone(),
                folder: folder.clone(),
                port: free_port()?,
                process: None,
            };
            match emulator.start().await {
                Ok(()) => return Ok(emulator),
                Err(error) => last = error.to_string(),
            }
        }
        Err(io::Error::other(format!(
            "the emulator did not start: {last}"
        )))
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it. Its port stays closed until `start`.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port and waits until it is healthy.
    pub async fn start(&mut self) -> io::Result<()> {
        let mut command = clean_command(&self.program);
        command
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", self.port.to_string())
            .env("TMPDIR", &self.folder)
            .env("STATE_DIR", self.folder.join("state"))
            .env("S3_DATA_DIR", self.folder.join("s3"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(&self.folder);
        let mut process = Process::start("ministack", command, &self.folder.join("ministack.log"))?;
        let health = format!("{}/_ministack/health", self.url());
        let deadline = Instant::now() + Duration::from_mins(1);
        while !wire::get(&health)
            .await
            .is_ok_and(|(status, _)| status == 200)
        {
            if process.exited().is_some() || Instant::now() >= deadline {
                return Err(io::Error::other(format!(
                    "ministack is not healthy:\n{}",
                    process.log_tail(30)
                )));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.process = Some(process);
        Ok(())
    }

    /// Forgets everything, of every account: not for tests that share a bed.
    pub async fn reset(&self) -> io::Result<()> {
        let (status, text) = wire::post(&format!("{}/_ministack/reset", self.url())).await?;
        if status == 200 {
            Ok(())
        } else {
            Err(io::Error::other(format!("reset answered {status}: {text}")))
        }
    }
}
