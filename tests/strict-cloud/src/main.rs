//! `strict-cloud`: the model behind HTTP, as a process.
//!
//! Invariant: standard output has one line, the address, once requests are answered there.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser;
use strict_cloud::front::server::Server;
use strict_cloud::{Cloud, Settings};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// A model of CloudFront Functions and AWS Lambda that is as strict as AWS, on 127.0.0.1.
///
/// Prints its address and answers the AWS SDKs there until standard input ends or a signal (INT, TERM) comes.
/// The access key of a request is its account, where it has twelve digits; any secret will do.
/// GET /_strict-cloud/health says that it runs, GET /_strict-cloud/log which calls came and what was answered.
/// PUT /_strict-cloud/key-value-stores/<account>/<id> with a JSON object of texts makes a key value store, or gives it other pairs.
#[derive(Parser)]
#[command(name = "strict-cloud", version)]
struct Flags {
    /// Port of 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What ids, ETags and durations are derived from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Lambda's request quotas (15 calls a second; 100 for GetFunction) are not kept
    #[arg(long)]
    no_quotas: bool,
    /// Milliseconds that every answer is on its way; answers to calls at the same time are so together
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,
    /// Functions settle in some ten milliseconds instead of seconds
    #[arg(long)]
    fast: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("strict-cloud: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: &Flags) -> io::Result<()> {
    let (mut interrupted, mut terminated) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let (closes, stdin_closed) = oneshot::channel();
    std::thread::spawn(move || {
        let mut ignored = [0_u8; 256];
        while io::stdin().read(&mut ignored).is_ok_and(|count| count > 0) {}
        let _ = closes.send(());
    });
    let settings = if flags.fast {
        Settings::default().fast()
    } else {
        Settings::default()
    };
    let settings = Settings {
        lambda_quotas: !flags.no_quotas,
        latency: Duration::from_millis(flags.latency),
        ..settings
    };
    let server = Server::start(
        Arc::new(Mutex::new(Cloud::new(flags.seed, settings))),
        flags.port,
    )?;
    writeln!(io::stdout(), "{}", server.url())?;
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
        _ = stdin_closed => {}
    }
    Ok(())
}
