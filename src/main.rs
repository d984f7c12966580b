//! The binary: installs the TLS provider and does what the command line says.

use std::process::ExitCode;

use clap::Parser;
use cloudfn::cli::Cli;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // kube and the AWS SDK share one provider; it can only be installed once, and nobody else does.
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("cloudfn: a TLS provider was installed before");
        return ExitCode::FAILURE;
    }
    let ended = match Runtime::new() {
        Ok(runtime) => {
            let ended = runtime.block_on(cli.execute());
            // A name that is still being looked up must not hold the end.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(format!("no threads to run on: {error}")),
    };
    ended.unwrap_or_else(|message| {
        eprintln!("cloudfn: {message}");
        ExitCode::FAILURE
    })
}
