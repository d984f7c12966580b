//! The operator's metrics, read as a collector reads them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::support::{Scene, TIMEOUT};

/// One reading.
pub struct Metrics {
    text: String,
    samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

impl Metrics {
    /// What `/metrics` says now.
    pub async fn of(scene: &Scene) -> Self {
        let (status, text) = scene.operator.get("/metrics").await.expect("metrics");
        assert_eq!(status, 200, "{text}");
        let samples = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(sample)
            .collect();
        Self { text, samples }
    }

    /// Reads again and again until it is so.
    pub async fn wait(scene: &Scene, what: &str, wanted: impl Fn(&Self) -> bool) -> Self {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let metrics = Self::of(scene).await;
            if wanted(&metrics) {
                return metrics;
            }
            assert!(
                Instant::now() < deadline,
                "not so: {what}\n{}\n{}",
                metrics.text,
                scene.tenant.operator_logs(40)
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The sum of the samples of this name that have these labels.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let meant = |of: &BTreeMap<String, String>| {
            labels
                .iter()
                .all(|(key, value)| of.get(*key).is_some_and(|found| found == value))
        };
        self.samples
            .iter()
            .filter(|(found, of, _)| found == name && meant(of))
            .map(|(_, _, value)| value)
            .sum()
    }

    /// Passes of a kind that ended so.
    pub fn passes(&self, kind: &str, outcome: &str) -> f64 {
        self.value(
            "cloudfn_passes_total",
            &[("kind", kind), ("outcome", outcome)],
        )
    }

    /// Objects of a kind whose Ready condition is so.
    pub fn objects(&self, kind: &str, ready: &str) -> f64 {
        self.value("cloudfn_objects", &[("kind", kind), ("ready", ready)])
    }

    /// The form of OpenMetrics: every sample belongs to the family described last, under a name
    /// that its type allows, and the text ends as it must.
    pub fn check_form(&self) {
        assert!(self.text.ends_with("# EOF\n"), "it does not end with # EOF");
        let (mut family, mut kind) = (String::new(), String::new());
        for line in self.text.lines().filter(|line| *line != "# EOF") {
            if let Some(described) = line.strip_prefix("# ") {
                let mut words = described.splitn(3, ' ');
                let (what, name, rest) = (
                    words.next(),
                    words.next().unwrap_or_default(),
                    words.next().unwrap_or_default(),
                );
                match what {
                    Some("HELP") => assert!(
                        rest.ends_with('.') && name.starts_with("cloudfn_"),
                        "{line}"
                    ),
                    Some("TYPE") => (family, kind) = (name.to_owned(), rest.to_owned()),
                    Some("UNIT") => assert!(name.ends_with(rest), "{line}"),
                    _ => panic!("{line}"),
                }
                continue;
            }
            let (name, _, value) = sample(line);
            let endings: &[&str] = match kind.as_str() {
                "counter" => &["_total"],
                "histogram" => &["_bucket", "_sum", "_count"],
                "gauge" => &[""],
                _ => panic!("{kind}: {line}"),
            };
            assert!(
                endings
                    .iter()
                    .any(|ending| name == format!("{family}{ending}")),
                "{line} is no {kind} of {family}"
            );
            assert!(value.is_finite(), "{line}");
        }
    }
}

/// `name{key="value",...} number`; no value of ours has a quote or a comma in it.
fn sample(line: &str) -> (String, BTreeMap<String, String>, f64) {
    let (series, value) = line
        .rsplit_once(' ')
        .unwrap_or_else(|| panic!("no sample: {line}"));
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let pairs = labels
        .trim_end_matches('}')
        .split(',')
        .filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        pair.split_once('=')
            .unwrap_or_else(|| panic!("no label: {line}"))
    });
    let labels = pairs
        .map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    (
        name.to_owned(),
        labels,
        value
            .parse()
            .unwrap_or_else(|_| panic!("no number: {line}")),
    )
}
