//! What Linux says of a process and of the machine.

use std::fs::read_to_string;

/// What a process has used since it began.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    /// Resident memory now, MiB.
    pub resident: f64,
    /// The most that was ever resident, MiB.
    pub peak: f64,
    /// Seconds of CPU, user and system.
    pub cpu: f64,
}

/// A running process. Linux counts CPU time in ticks, 100 a second.
pub fn of(id: Option<u32>) -> Usage {
    let folder = format!("/proc/{}", id.expect("a process"));
    let status = read_to_string(format!("{folder}/status")).expect("a status");
    let mebibytes = |name: &str| kibibytes(&status, name) / 1024.0;
    let stat = read_to_string(format!("{folder}/stat")).expect("a stat");
    // Behind the name, which is in parentheses, utime and stime are the 12th and 13th.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("ticks");
    Usage {
        resident: mebibytes("VmRSS:"),
        peak: mebibytes("VmHWM:"),
        cpu: (ticks(11) + ticks(12)) / 100.0,
    }
}

/// Memory of the machine, GiB.
pub fn memory() -> f64 {
    kibibytes(
        &read_to_string("/proc/meminfo").expect("meminfo"),
        "MemTotal:",
    ) / 1024.0
        / 1024.0
}

/// How many processes wanted a core, over the last minute.
pub fn load() -> String {
    let text = read_to_string("/proc/loadavg").expect("loadavg");
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn kibibytes(text: &str, name: &str) -> f64 {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_else(|| panic!("no {name}"));
    value
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}
