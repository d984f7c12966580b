//! The way to the Kubernetes API server.

use std::path::Path;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::kubernetes::words;

/// Longest wait for an answer of the API server, watches excepted: a request without an answer must
/// not hold a pass for ever.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait for a connection: a try that hangs since the API server went away must not outlast its return.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Clients of one API server.
pub(super) struct ApiServer {
    /// Its URL, for people.
    pub(super) url: String,
    /// For requests: an answer must come within a time limit.
    pub(super) client: Client,
    /// For watches: their answers have no time limit.
    pub(super) watcher: Client,
}

/// Reads how to reach the API server: from the file and the context that are named, or else as kubectl
/// does, or else as a pod does.
pub(super) async fn connect(
    kubeconfig: Option<&Path>,
    context: Option<&str>,
) -> Result<ApiServer, String> {
    let mut config = match (kubeconfig, context) {
        (None, None) => Config::infer().await.map_err(|error| error.to_string()),
        (file, context) => named(file, context).await,
    }
    .map_err(|error| format!("no way to a Kubernetes API server: {error}"))?;
    limit(&mut config);
    let url = config.cluster_url.to_string();
    let watcher = Client::try_from(config.clone()).map_err(|error| error.to_string())?;
    config.read_timeout = Some(READ_TIMEOUT);
    config.reset_reader_on_write = true;
    let client = Client::try_from(config).map_err(|error| error.to_string())?;
    Ok(ApiServer {
        url,
        client,
        watcher,
    })
}

/// Our own limits, instead of the client's.
fn limit(config: &mut Config) {
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    // The client would wait inside of a request, for minutes in the end, while watches and passes have
    // backoffs of their own and must hear of a stop.
    config.default_retry = false;
}

async fn named(file: Option<&Path>, context: Option<&str>) -> Result<Config, String> {
    let found = file.map_or_else(Kubeconfig::read, Kubeconfig::read_from);
    let kubeconfig = found.map_err(|error| match file {
        Some(file) => format!("--kubeconfig {} cannot be read: {error}", file.display()),
        None => format!("no kubeconfig for --context can be read: {error}"),
    })?;
    if let Some(context) = context
        && !kubeconfig.contexts.iter().any(|one| one.name == context)
    {
        let names: Vec<&str> = kubeconfig
            .contexts
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let names = names.join(", ");
        return Err(format!(
            "--context {context} is not in the kubeconfig, which has: {names}"
        ));
    }
    let options = KubeConfigOptions {
        context: context.map(ToOwned::to_owned),
        ..KubeConfigOptions::default()
    };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    config.map_err(|error| error.to_string())
}

/// What an error of the API server says, with what to do where a right is missing.
pub(super) fn said(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) if status.is_forbidden() => format!(
            "no right: {}; give the operator its role, as deploy/install.yaml has it",
            status.message
        ),
        kube::Error::Api(status) => status.message.clone(),
        error => words(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_request_waits_on_its_own_and_no_connection_for_long() {
        let mut config = Config::new("http://127.0.0.1:1".parse().unwrap());
        limit(&mut config);
        assert!(
            !config.default_retry,
            "what failed is tried again by who sent it"
        );
        assert_eq!(config.connect_timeout, Some(CONNECT_TIMEOUT));
    }
}
