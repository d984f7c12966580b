//! The binary: installs the TLS provider and does what the command line says.

use std::process::ExitCode;

use clap::Parser;
use cloudfn::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // kube and the AWS SDK share one provider; it can only be installed once, and nobody else does.
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("cloudfn: a TLS provider was installed before");
        return ExitCode::FAILURE;
    }
    match cli.execute().await {
        Ok(code) => code,
        Err(message) => {
            eprintln!("cloudfn: {message}");
            ExitCode::FAILURE
        }
    }
}
