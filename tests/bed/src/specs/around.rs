//! What is around the functions: accounts, regions, packages, ConfigMaps and Secrets that specs name.
//!
//! Invariant: all of it exists before any spec is applied, and nobody changes it.

use std::collections::BTreeMap;

/// An object in S3 that holds a deployment package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Bucket.
    pub bucket: String,
    /// Key.
    pub key: String,
    /// Version; `None` is the newest.
    pub version: Option<String>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Around {
    /// Every environment value and every Secret holds this text, and nothing public does.
    pub sentinel: &'static str,
    /// The account of all roles.
    pub account: String,
    /// Regions that a spec may name.
    pub regions: Vec<String>,
    /// Deployment packages, to be sent with a call.
    pub archives: Vec<Vec<u8>>,
    /// Deployment packages in S3.
    pub packages: Vec<Package>,
    /// URIs of container images; none where the cloud cannot run them.
    pub images: Vec<String>,
    /// Whether layers, keys, queues and topics may be named that nobody made.
    pub names_what_is_not_there: bool,
}

/// What an object of the API server holds, by key.
pub type Data = BTreeMap<String, String>;

impl Around {
    /// ConfigMaps with a CloudFront function in each key.
    pub(super) const SCRIPTS: [(&str, &[&str]); 1] = [("scripts", &["one.js", "two.js"])];
    /// ConfigMaps with a list of tests in each key; each test has a name of its own.
    pub(super) const TRIALS: [(&str, &[&str]); 1] = [("trials", &["one.yaml", "two.json"])];
    /// ConfigMaps whose keys are the files of a Lambda function.
    pub(super) const FILES: [(&str, &[&str]); 2] = [
        ("files-one", &["index.py"]),
        ("files-two", &["data.txt", "index.py"]),
    ];
    /// ConfigMaps whose keys are environment variables.
    pub(super) const VARIABLES: [(&str, &[&str]); 2] = [
        ("variables-one", &["ALPHA", "BETA"]),
        ("variables-two", &["GAMMA"]),
    ];
    /// Secrets whose keys are environment variables.
    pub(super) const SECRETS: [(&str, &[&str]); 2] = [
        ("secrets-one", &["ALPHA", "DELTA"]),
        ("secrets-two", &["EPSILON"]),
    ];

    /// All ConfigMaps, by name.
    #[must_use]
    pub fn config_maps(&self) -> BTreeMap<String, Data> {
        let scripts = filled(&Self::SCRIPTS, |name, key| {
            format!("function handler(event) {{ return event.request; }} // {key} of {name}\n")
        });
        let files = filled(&Self::FILES, |name, key| {
            format!("# {key} of {name}\ndef handler(event, context):\n    return 1\n")
        });
        let trials = filled(&Self::TRIALS, |_, key| {
            let name = key.split('.').next().unwrap_or_default();
            format!(
                "[{{\"name\": \"{name}\", \"event\": {{\"request\": {{\"uri\": \"/{key}\"}}}}, \"expect\": {{\"request\": {{\"uri\": \"/{key}\"}}}}}}]\n"
            )
        });
        scripts
            .chain(files)
            .chain(trials)
            .chain(filled(&Self::VARIABLES, |name, key| self.value(name, key)))
            .collect()
    }

    /// All Secrets, by name, with their values in the clear.
    #[must_use]
    pub fn secrets(&self) -> BTreeMap<String, Data> {
        filled(&Self::SECRETS, |name, key| self.value(name, key)).collect()
    }

    fn value(&self, name: &str, key: &str) -> String {
        format!("{}-{key}-of-{name}", self.sentinel)
    }
}

fn filled<'a>(
    objects: &'a [(&str, &[&str])],
    content: impl Fn(&str, &str) -> String + 'a,
) -> impl Iterator<Item = (String, Data)> + 'a {
    objects.iter().map(move |(name, keys)| {
        let data = keys
            .iter()
            .map(|key| ((*key).to_owned(), content(name, key)));
        ((*name).to_owned(), data.collect())
    })
}
