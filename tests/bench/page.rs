//! The page: what was measured, how, and where.
//!
//! Invariant: it names no path and no user of the machine, and says nothing that another run could
//! make untrue, except in tables.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudfn_bed::Bed;

use crate::bare::Bare;
use crate::counts::Calls;
use crate::phases::{Life, Phase};
use crate::scene::{AT_ONCE, Budgets, binary};
use crate::table::{as_f64, count, each, ratio, table};
use crate::usage;

/// Lambda's quota for all of its calls together, GetFunction excepted, a second.
const LAMBDA_QUOTA: f64 = 15.0;

/// Everything that was measured.
pub struct Results {
    pub few: Life,
    pub many: Life,
    pub at_the_quota: Life,
    pub edge: Life,
    /// What the bare calls took, and what the operator did.
    pub tested: (Bare, Life),
}

/// Where it was measured.
pub struct Machine {
    date: String,
    cores: usize,
    memory: f64,
    load: String,
    versions: Vec<String>,
}

impl Machine {
    pub async fn look() -> Self {
        let kubernetes = Bed::get()
            .client()
            .apiserver_version()
            .await
            .expect("a version")
            .git_version;
        let output = |program: &std::path::Path| {
            let output = std::process::Command::new(program)
                .arg("--version")
                .output()
                .expect("a version")
                .stdout;
            String::from_utf8_lossy(&output).trim().to_owned()
        };
        let rustc = output(std::path::Path::new("rustc"));
        // Without the hash and the date of the compiler.
        let rustc = rustc.split(" (").next().unwrap_or_default().to_owned();
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            cores: std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            memory: usage::memory(),
            load: usage::load(),
            versions: vec![output(&binary()), rustc, format!("Kubernetes {kubernetes}")],
        }
    }
}

/// The whole page.
pub fn text(machine: &Machine, results: &Results) -> String {
    let Results {
        few,
        many,
        at_the_quota,
        edge,
        tested,
    } = results;
    let sections = [
        introduction(machine),
        life(many, "Lambda"),
        life(edge, "CloudFront"),
        quota(&[(Budgets::Quota, at_the_quota), (Budgets::Default, many)]),
        growth(few, many),
        gate(tested),
        METHOD.to_owned(),
    ];
    sections.join("\n")
}

fn introduction(machine: &Machine) -> String {
    let Machine {
        date,
        cores,
        memory,
        load,
        versions,
    } = machine;
    format!(
        "# Benchmarks\n\n\
        What many functions cost: calls to AWS, writes to the API server, time, memory, CPU. `make bench` measures it and writes this page.\n\n\
        The counts are what matters. Seconds hold for one machine, which did other work meanwhile. AWS is a model here: \
        `tests/strict-cloud`, with Lambda's quotas on.\n\n\
        Measured on {date} with {cores} cores and {memory:.0} GiB of memory, load average {load} before the first run: {}.\n",
        versions.join(", ")
    )
}

fn life(life: &Life, service: &str) -> String {
    let size = life.fleet.size;
    let row = |phase: &Phase| {
        let Phase {
            name,
            requests,
            time,
            calls,
            writes,
            usage,
        } = phase;
        vec![
            (*name).to_owned(),
            requests.map_or_else(
                || "–".to_owned(),
                |time| format!("{:.1}", time.as_secs_f64()),
            ),
            format!("{:.1}", time.as_secs_f64()),
            count(calls.all()),
            each(calls.all(), size),
            count(calls.throttled()),
            each(writes.statuses, size),
            each(writes.events, size),
            each(writes.others, size),
            count(writes.refused),
            format!("{:.1}", usage.cpu),
            format!("{:.0}", usage.resident),
        ]
    };
    let head = [
        "Phase",
        "Requests, s",
        "Time, s",
        "Calls",
        "Calls each",
        "Throttled",
        "Status writes each",
        "Events each",
        "Other writes each",
        "Writes refused",
        "CPU, s",
        "Memory, MiB",
    ];
    let idle = format!(
        "Before the first object the operator had {:.0} MiB, and {:.0} MiB at most until the last check.\n",
        life.idle.resident,
        peak(life)
    );
    format!(
        "## {} {service} functions, default budgets\n\n{}\n{idle}\n{}",
        count(size),
        table(
            &head.map(str::to_owned),
            &life.phases.iter().map(row).collect::<Vec<_>>()
        ),
        operations(life)
    )
}

fn peak(life: &Life) -> f64 {
    life.phases
        .iter()
        .map(|phase| phase.usage.peak)
        .fold(life.idle.peak, f64::max)
}

/// Calls by operation, and refusals by code.
fn operations(life: &Life) -> String {
    let names: BTreeSet<&str> = life
        .phases
        .iter()
        .flat_map(|phase| phase.calls.operations.keys().copied())
        .collect();
    let codes: BTreeSet<&str> = life
        .phases
        .iter()
        .flat_map(|phase| phase.calls.refusals.keys().copied())
        .collect();
    let mut head = vec!["Calls".to_owned()];
    head.extend(life.phases.iter().map(|phase| phase.name.to_owned()));
    let row = |label: String, of: &dyn Fn(&Phase) -> usize| {
        let mut row = vec![label];
        row.extend(life.phases.iter().map(|phase| count(of(phase))));
        row
    };
    let mut rows: Vec<Vec<String>> = names
        .iter()
        .map(|name| {
            row((*name).to_owned(), &|phase| {
                phase
                    .calls
                    .operations
                    .get(name)
                    .copied()
                    .unwrap_or_default()
            })
        })
        .collect();
    rows.extend(codes.iter().map(|code| {
        row(format!("answered {code}"), &|phase| {
            phase.calls.refusals.get(code).copied().unwrap_or_default()
        })
    }));
    table(&head, &rows)
}

fn quota(runs: &[(Budgets, &Life)]) -> String {
    let row = |(budgets, life): &(Budgets, &Life)| {
        let phase = life.phase("create");
        let allowed = LAMBDA_QUOTA * phase.time.as_secs_f64();
        let flags = if *budgets == Budgets::Default {
            "default".to_owned()
        } else {
            format!("`{}`", budgets.flags().join(" "))
        };
        vec![
            flags,
            count(phase.calls.written),
            format!("{:.1}", phase.time.as_secs_f64()),
            format!("{allowed:.0}"),
            format!("{:.2}", as_f64(phase.calls.written) / allowed),
            count(phase.calls.throttled()),
            format!("{:.1}", phase.usage.cpu),
            format!("{:.0}", phase.usage.resident),
        ]
    };
    let head = [
        "Budgets",
        "Writes",
        "Time, s",
        "Writes the quota allows",
        "Share",
        "Throttled",
        "CPU, s",
        "Memory, MiB",
    ];
    format!(
        "## Writes made, of those that the quota allows\n\n\
        While {} Lambda functions are created. The quota is {LAMBDA_QUOTA} calls a second for everybody in the account, so the default budget leaves a third of it to others.\n\n{}",
        count(runs[0].1.fleet.size),
        table(
            &head.map(str::to_owned),
            &runs.iter().map(row).collect::<Vec<_>>()
        )
    )
}

fn growth(few: &Life, many: &Life) -> String {
    let (less, more) = (count(few.fleet.size), count(many.fleet.size));
    let pair = |few: f64, many: f64, digits: usize| {
        format!("{few:.digits$} → {many:.digits$} ({})", ratio(many, few))
    };
    let rows = few.phases.iter().zip(&many.phases).map(|(few, many)| {
        vec![
            few.name.to_owned(),
            pair(few.time.as_secs_f64(), many.time.as_secs_f64(), 1),
            pair(as_f64(few.calls.all()), as_f64(many.calls.all()), 0),
            pair(few.usage.cpu, many.usage.cpu, 1),
            pair(few.usage.resident, many.usage.resident, 0),
        ]
    });
    let head = ["Phase", "Time, s", "Calls", "CPU, s", "Memory, MiB"];
    format!(
        "## From {less} to {more} Lambda functions\n\nThe ratio is in parentheses.\n\n{}",
        table(&head.map(str::to_owned), &rows.collect::<Vec<_>>())
    )
}

/// Functions with tests: the operator beside the bare calls.
pub fn gate((alone, life): &(Bare, Life)) -> String {
    let (phase, size) = (life.phase("create"), life.fleet.size);
    let row = |who: &str, time: Duration, calls: &Calls| {
        vec![
            who.to_owned(),
            format!("{:.2}", time.as_secs_f64()),
            format!("{:.2}", time.as_secs_f64() / alone.time.as_secs_f64()),
            count(calls.all()),
            each(calls.all(), size),
        ]
    };
    let head = [
        "Who",
        "Time, s",
        "Times the bare calls",
        "Calls",
        "Calls each",
    ];
    let rows = [
        row("bare calls", alone.time, &alone.calls),
        row("operator", phase.time, &phase.calls),
    ];
    let operations: BTreeSet<&str> = [&alone.calls, &phase.calls]
        .into_iter()
        .flat_map(|calls| calls.operations.keys().copied())
        .collect();
    let times = |calls: &Calls, operation: &str| {
        count(calls.operations.get(operation).copied().unwrap_or_default())
    };
    let calls = operations.into_iter().map(|operation| {
        vec![
            operation.to_owned(),
            times(&alone.calls, operation),
            times(&phase.calls, operation),
        ]
    });
    format!(
        "## {} CloudFront functions with two tests each\n\n\
        From the first request until all are LIVE and Ready, budgets lifted. The bare calls are those of a script with the AWS SDK, which looks, creates, \
        tests twice and publishes, one call of a function after the other. Script and operator work on {AT_ONCE} functions at once, on the same \
        cloud, which takes {} ms for each answer.\n\n{}\n{}",
        count(size),
        alone.latency.as_millis(),
        table(&head.map(str::to_owned), &rows),
        table(
            &["Calls", "bare", "operator"].map(str::to_owned),
            &calls.collect::<Vec<_>>()
        ),
    )
}

const METHOD: &str = "\
## How it is measured

| Phase | What happens, and when it ends |
|---|---|
| create | All objects are applied (server-side apply, 32 requests at once); all are Ready |
| change | One field of each changes: `memorySize`, or the code of a CloudFront function; all are Ready for the new generation |
| look | `cloudfn.dev/reconcile-requested-at` is set on each; all have answered it. The status write is that answer |
| restart | The operator is killed (SIGKILL) and started again; `/readyz` says so |
| check | Goes on from there, with `--check-interval=60s`: each function has been checked once, as it is periodically. Only the first check of each is counted |
| delete | All objects are deleted; all are gone |

- Every other phase runs with `--check-interval=1000h`, so that no check is counted in it. All other flags are the defaults, where nothing else is said.
- `Requests` is how long the person's own requests took; `Time` contains it.
- Calls are those in the cloud's own log. GetCallerIdentity, once a start, is not in it.
- Writes are counted by a proxy before the API server. `Other writes` are finalizers.
- CPU is user and system time of the operator in the phase. Memory is what is resident when the phase ends.
- The cloud prepares a function for 1 to 4 s, updates it for 1 to 4 s, and deletes it at once. CloudFront has no quota in it: AWS publishes none.
- CloudFront functions without tests: each new code is run once (`TestFunction`) before it goes LIVE.
- In the end of a phase the cloud must have exactly the functions of the objects, as their specs say; else the bench fails.

`make bench SMALL=1` does it with a tenth of the functions, and writes nothing. `CLOUDFN_BINARY` names another build of the operator.
";
