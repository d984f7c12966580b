//! Many objects at once: what they cost stays what each of them costs.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use cloudfn_bed::is_ready;
use kube::api::ListParams;
use serde_json::json;

use crate::support::{CFF, LFN, Scene, cff, javascript, lfn, python};

const EACH: usize = 200;

#[tokio::test]
async fn four_hundred_functions_applied_at_once_become_ready_at_three_or_four_calls_each() {
    let scene = Scene::with("scale", &["--concurrency=32", "--log-level=info"]).await;
    let file = scene.tenant.folder().join("all.yaml");
    let mut text = String::new();
    for n in 0..EACH {
        let objects = [
            cff(&format!("edge-{n}"), &javascript(&n.to_string()), json!({})),
            lfn(&format!("worker-{n}"), &python(&n.to_string()), json!({})),
        ];
        for mut object in objects {
            object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
            let _ = writeln!(text, "---\n{object}");
        }
    }
    std::fs::write(&file, text).expect("a file");
    scene.tenant.clear_calls();
    let before = usage(scene.operator.id());
    let began = Instant::now();
    let file = file.display().to_string();
    let output = scene
        .tenant
        .bed()
        .kubectl(&["apply", "-n", scene.tenant.namespace(), "-f", &file])
        .await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let applied = Instant::now();
    let deadline = applied + Duration::from_mins(5);
    for kind in [CFF, LFN] {
        loop {
            let listed = scene
                .tenant
                .api(kind)
                .list(&ListParams::default())
                .await
                .expect("listed")
                .items;
            let ready = listed.iter().filter(|object| is_ready(object)).count();
            if ready == EACH {
                break;
            }
            assert!(
                Instant::now() < deadline,
                "{ready} of {EACH} {kind} are Ready\n{}",
                scene.tenant.operator_logs(40)
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let after = usage(scene.operator.id());
    println!(
        "{EACH} of each kind: applied in {:.1} s, Ready {:.1} s later; {} MiB resident (before: {}), {:.1} s of CPU",
        (applied - began).as_secs_f64(),
        applied.elapsed().as_secs_f64(),
        after.resident / 1024,
        before.resident / 1024,
        after.cpu - before.cpu,
    );

    let mut calls: HashMap<(String, String), (usize, usize)> = HashMap::new();
    for call in scene.tenant.calls() {
        let Some(function) = call.function else {
            continue;
        };
        let (all, creates) = calls
            .entry((call.service.to_owned(), function))
            .or_default();
        *all += 1;
        *creates += usize::from(call.operation == "CreateFunction");
    }
    assert_eq!(calls.len(), 2 * EACH);
    for ((service, name), (all, creates)) in &calls {
        // A run of the code before it goes LIVE.
        let most = if service == "cloudfront" { 4 } else { 3 };
        assert!(*all <= most, "{service} {name}: {all} calls");
        assert_eq!(*creates, 1, "{service} {name}");
    }
    let functions = scene
        .cloud
        .lambda
        .list_functions()
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await;
    assert_eq!(
        functions.expect("listed").len(),
        EACH + 1,
        "one for each object, and the foreign one"
    );
    scene.end().await;
}

struct Usage {
    /// KiB.
    resident: u64,
    /// Seconds.
    cpu: f64,
}

/// What Linux says of a process. Its clock has 100 ticks a second.
fn usage(id: Option<u32>) -> Usage {
    let folder = format!("/proc/{}", id.expect("a process"));
    let status = std::fs::read_to_string(format!("{folder}/status")).expect("a status");
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("VmRSS");
    let resident = resident
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    let stat = std::fs::read_to_string(format!("{folder}/stat")).expect("a stat");
    // Behind the name, which is in parentheses, utime and stime are the 12th and 13th.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("ticks");
    Usage {
        resident,
        cpu: (ticks(11) + ticks(12)) / 100.0,
    }
}
