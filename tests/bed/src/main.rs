//! `cloudfn-bed up --dir DIR`: a control plane and an emulator for `make demo`.
//!
//! Invariant: DIR/ready appears last, and all of it ends when stdin closes or a
//! signal asks for it.

#![forbid(unsafe_code)]

use std::io::{self, Read as _};
use std::path::Path;
use std::process::ExitCode;

use cloudfn_bed::{ControlPlane, Emulator};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: cloudfn-bed up --dir DIR";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["up", "--dir", folder] = words.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match up(Path::new(folder)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cloudfn-bed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn up(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let ready = folder.join("ready");
    let _ = std::fs::remove_file(&ready);
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let stdin_closed = std::sync::Arc::new(tokio::sync::Notify::new());
    let closes = std::sync::Arc::clone(&stdin_closed);
    std::thread::spawn(move || {
        let mut ignored = [0_u8; 256];
        while std::io::stdin()
            .read(&mut ignored)
            .is_ok_and(|count| count > 0)
        {}
        closes.notify_one();
    });
    let asked_to_end = async {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            () = stdin_closed.notified() => {}
        }
    };
    let run = async {
        eprintln!(
            "cloudfn-bed: starting etcd, kube-apiserver, kube-controller-manager and the AWS emulator"
        );
        let started = tokio::try_join!(ControlPlane::start(&folder), Emulator::launch(&folder))?;
        let (control_plane, emulator) = &started;
        std::fs::write(folder.join("env"), environment(control_plane, emulator))?;
        std::fs::write(&ready, "")?;
        eprintln!("cloudfn-bed: ready; . {}", folder.join("env").display());
        std::future::pending::<io::Result<()>>().await?;
        drop(started);
        Ok(())
    };
    let result = tokio::select! {
        () = asked_to_end => Ok(()),
        result = run => result,
    };
    let _ = std::fs::remove_file(&ready);
    result
}

fn environment(control_plane: &ControlPlane, emulator: &Emulator) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let settings = [
        (
            "KUBECONFIG",
            control_plane.kubeconfig_path().display().to_string(),
        ),
        ("AWS_ENDPOINT_URL", emulator.url()),
        ("AWS_ACCESS_KEY_ID", "111122223333".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
        ("no_proxy", "127.0.0.1,localhost".to_owned()),
        (
            "CLOUDFN_DEMO_KUBECTL",
            control_plane.kubectl_path().display().to_string(),
        ),
    ];
    let lines: Vec<String> = settings
        .iter()
        .map(|(name, value)| format!("export {name}={}", quoted(value)))
        .collect();
    lines.join("\n") + "\nunset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN\n"
}
