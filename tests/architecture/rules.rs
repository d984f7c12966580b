//! The rules of the house: who may import whom, what is pure, and how long a file may be; the rest is
//! in `circles` and `sizes`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path as FilePath, PathBuf};

use crate::circles::circles;
use crate::sizes::{long_functions, wide_types};
use crate::source::{Path, Token, paths, tokens};

/// What each room may import: other rooms, or single items of them.
const ROOMS: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("cloud", &["api"]),
    ("kubernetes", &["api"]),
    // Telemetry listens to cloud calls, and to nothing else of the cloud.
    (
        "telemetry",
        &[
            "api",
            "cloud::observe",
            "cloud::CallObserver",
            "cloud::limit::Family",
        ],
    ),
    ("reconcile", &["api", "cloud", "kubernetes", "telemetry"]),
    // Reads text and finds lints.
    ("javascript", &[]),
    ("functions", &["api", "cloud", "javascript", "reconcile"]),
    (
        "validate",
        &["api", "cloud::Tags", "functions", "javascript", "reconcile"],
    ),
    (
        "runtime",
        &[
            "api",
            "cloud",
            "functions",
            "kubernetes",
            "reconcile",
            "telemetry",
        ],
    ),
    // The command line parses flags, starts logs and runtime, and prints what is generated or found.
    ("cli", &["api", "cloud", "runtime", "telemetry", "validate"]),
    ("main", &["cli"]),
];

/// Rooms that may name the adapters behind the ports: they put the pieces together.
const MAY_NAME_ADAPTERS: &[&str] = &["runtime"];

/// Rooms that may talk to the API server.
const MAY_TALK_TO_THE_API_SERVER: &[&str] = &["kubernetes", "reconcile", "runtime"];

/// Files that hold pure code, in whatever room; all of `api` is pure, too.
const PURE: &[&str] = &[
    "desired",
    "plan",
    "report",
    "step",
    "tag_work",
    "work",
    "outcome",
    "conditions",
    "notes",
    "drift",
    "pending_create",
    "ownership",
    "view",
    "retry",
    "history",
    "verdict",
    "archive",
    "diff",
    "intent",
    "testing",
    "fields",
    "compare",
    "source",
    "arn",
    "shared",
];

/// Words that pure code does not use.
const IMPURE_WORDS: &[&str] = &["async", "await", "async_trait"];

/// Crates and modules that pure code does not use.
const IMPURE_PATHS: &[&[&str]] = &[
    &["tokio"],
    &["tracing"],
    &["futures"],
    &["fastrand"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["kube", "client"],
    &["kube", "runtime"],
    &["kube", "config"],
    &["kube", "Config"],
];

/// Clocks.
const CLOCKS: &[&[&str]] = &[
    &["Timestamp", "now"],
    &["Zoned", "now"],
    &["Instant", "now"],
    &["SystemTime"],
];

/// Lines of `main.rs`.
const MAIN_LINES: usize = 40;
/// Lines of any other file: over about 400, a file is two rooms.
const FILE_LINES: usize = 450;

/// A rule that a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path from the package's folder.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Name of the rule.
    pub rule: &'static str,
    /// What is wrong and what to change.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.file, self.line, self.rule, self.message
        )
    }
}

/// All violations under `<package>/src`, in the order of files and lines.
pub fn violations(package: &FilePath) -> Vec<Violation> {
    let mut files = Vec::new();
    collect(&package.join("src"), &mut files);
    files.sort();
    let files: Vec<File> = files.iter().map(|file| File::read(package, file)).collect();
    let mut found: Vec<Violation> = files.iter().flat_map(File::violations).collect();
    found.extend(circles(&files));
    found.sort();
    found.dedup();
    found
}

/// All sources below a folder.
pub fn collect(folder: &FilePath, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// A file of the package's `src`.
pub struct File {
    /// Path from the package's folder.
    pub name: String,
    /// `["functions", "lambda", "plan"]`; `mod.rs` is its folder.
    pub module: Vec<String>,
    lines: usize,
    /// Its tokens, without tests.
    pub tokens: Vec<Token>,
    /// Its paths, resolved.
    pub paths: Vec<Path>,
}

impl File {
    fn read(package: &FilePath, file: &FilePath) -> Self {
        let source = fs::read_to_string(file).expect("a readable file");
        let name = file
            .strip_prefix(package)
            .expect("a file of the package")
            .to_string_lossy()
            .replace('\\', "/");
        let inner = name
            .trim_start_matches("src/")
            .trim_end_matches(".rs")
            .trim_end_matches("/mod");
        let module: Vec<String> = if inner == "lib" {
            Vec::new()
        } else {
            inner.split('/').map(ToOwned::to_owned).collect()
        };
        let tokens = tokens(&source);
        // The binary sees the library by its name; its own root is no room of the library.
        let ours: &[&str] = if inner == "main" { &["cloudfn"] } else { &[] };
        let paths = paths(&tokens, &module, ours);
        Self {
            lines: source.lines().count(),
            name,
            module,
            tokens,
            paths,
        }
    }

    /// The folder or file right under `src` that it belongs to.
    pub fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    fn stem(&self) -> &str {
        self.module.last().map_or("", String::as_str)
    }

    /// Unit tests may reach further than what they test.
    pub fn is_test(&self) -> bool {
        self.module.iter().any(|segment| segment == "tests")
    }

    fn in_aws(&self) -> bool {
        self.module
            .starts_with(&["cloud".to_owned(), "aws".to_owned()])
    }

    fn is_pure(&self) -> bool {
        self.room() == "api"
            || self
                .module
                .iter()
                .any(|segment| PURE.contains(&segment.as_str()))
    }

    /// A rule that this file breaks.
    pub fn violation(&self, rule: &'static str, line: usize, message: String) -> Violation {
        Violation {
            file: self.name.clone(),
            line,
            rule,
            message,
        }
    }

    fn violations(&self) -> Vec<Violation> {
        let mut found = self.too_long();
        found.extend(self.names_an_sdk());
        if self.module.is_empty() {
            found.extend(self.re_exports());
        }
        if !self.is_test() {
            found.extend(long_functions(self));
            found.extend(wide_types(self));
        }
        if !self.module.is_empty() && !self.is_test() {
            found.extend(self.imports_upwards());
            found.extend(self.names_an_adapter());
            found.extend(self.talks_to_the_api_server());
            if self.is_pure() {
                found.extend(self.impure());
            }
        }
        found
    }

    fn too_long(&self) -> Vec<Violation> {
        let lines = self.lines;
        if self.module == ["main"] && lines > MAIN_LINES {
            let message = format!(
                "{lines} lines; main.rs has at most {MAIN_LINES}: move what it does into src/cli.rs"
            );
            return vec![self.violation("main-is-thin", lines, message)];
        }
        if lines > FILE_LINES {
            let message = format!(
                "{lines} lines; a file over about 400 ({FILE_LINES} at most) is two rooms: split it"
            );
            return vec![self.violation("file-length", lines, message)];
        }
        Vec::new()
    }

    fn re_exports(&self) -> Vec<Violation> {
        let message = |path: &Path| {
            format!(
                "{} would have a second name at the crate's root, which no rule sees: name the room instead",
                path.text()
            )
        };
        self.paths
            .iter()
            .filter(|path| path.imported)
            .map(|path| self.violation("bare-root", path.line, message(path)))
            .collect()
    }

    fn imports_upwards(&self) -> Vec<Violation> {
        let room = self.room();
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            let message = format!(
                "no rule knows the room {room}: say in ROOMS of tests/architecture/rules.rs what it may import"
            );
            return vec![self.violation("unknown-room", 1, message)];
        };
        let inside = |path: &Path| path.room().is_some_and(|other| other == room);
        let may = |path: &Path| allowed.iter().any(|allowed| permits(allowed, path));
        self.paths
            .iter()
            // The crate's root is no room: `crate::room` alone is checked where it leads on.
            .filter(|path| path.room().is_some() && !inside(path) && !may(path))
            .map(|path| {
                let may_import = if allowed.is_empty() { "no other room".to_owned() } else { allowed.join(", ") };
                let message = format!("{} is not for {room}, which may import {may_import}: move the code, or pass the value in", path.text());
                self.violation("imports", path.line, message)
            })
            .collect()
    }

    fn names_an_adapter(&self) -> Vec<Violation> {
        if self.in_aws() || MAY_NAME_ADAPTERS.contains(&self.room()) {
            return Vec::new();
        }
        self.paths
            .iter()
            .filter(|path| path.starts_with(&["crate", "cloud", "aws"]))
            // Resource names are plain text in the status, whoever reads it.
            .filter(|path| !path.starts_with(&["crate", "cloud", "aws", "arn"]))
            .map(|path| {
                self.violation(
                    "ports-only",
                    path.line,
                    format!(
                        "{} is an adapter: use the port in src/cloud instead",
                        path.text()
                    ),
                )
            })
            .collect()
    }

    fn names_an_sdk(&self) -> Vec<Violation> {
        if self.in_aws() {
            return Vec::new();
        }
        self.tokens
            .iter()
            .filter(|token| {
                token.text == "aws_config"
                    || token.text.starts_with("aws_sdk_")
                    || token.text.starts_with("aws_smithy_")
            })
            .map(|token| {
                self.violation(
                    "sdk-in-cloud-aws",
                    token.line,
                    format!(
                        "{} is for src/cloud/aws only: go through a port of src/cloud",
                        token.text
                    ),
                )
            })
            .collect()
    }

    fn talks_to_the_api_server(&self) -> Vec<Violation> {
        if MAY_TALK_TO_THE_API_SERVER.contains(&self.room()) {
            return Vec::new();
        }
        let clients: &[&[&str]] = &[
            &["kube", "Client"],
            &["kube", "Api"],
            &["kube", "client"],
            &["kube", "api", "Api"],
            &["kube", "*"],
            &["kube", "api", "*"],
        ];
        self.paths
            .iter()
            .filter(|path| clients.iter().any(|client| path.starts_with(client)))
            .map(|path| {
                let message = format!(
                    "{} talks to the API server; only {} may: pass in what was read",
                    path.text(),
                    MAY_TALK_TO_THE_API_SERVER.join(", ")
                );
                self.violation("api-server-clients", path.line, message)
            })
            .collect()
    }

    fn impure(&self) -> Vec<Violation> {
        let who = if self.room() == "api" {
            "src/api".to_owned()
        } else {
            format!("{}.rs", self.stem())
        };
        let words = self
            .tokens
            .iter()
            .filter(|token| IMPURE_WORDS.contains(&token.text.as_str()))
            .map(|token| (token.line, token.text.clone()));
        let paths = self.paths.iter().filter(|path| {
            IMPURE_PATHS.iter().any(|impure| path.starts_with(impure))
                || CLOCKS.iter().any(|clock| path.contains(clock))
        });
        let mut by_line: BTreeMap<usize, String> = words.collect();
        by_line.extend(paths.map(|path| (path.line, path.text())));
        by_line
            .into_iter()
            .map(|(line, what)| {
                let message = format!("{what} has no place in {who}, which is pure: take the value (time, randomness, what was read) as an argument");
                self.violation("pure", line, message)
            })
            .collect()
    }
}

/// Whether `allowed` (`api`, or `cloud::limit::Family`) covers the path. A `use` of a module on the
/// way there is fine: what is taken from that module is a path of its own, and checked.
fn permits(allowed: &str, path: &Path) -> bool {
    let allowed: Vec<&str> = ["crate"].into_iter().chain(allowed.split("::")).collect();
    let on_the_way = || {
        path.imported
            && path.segments.len() > 1
            && path.segments.len() < allowed.len()
            && path.starts_with(&allowed[..path.segments.len()])
    };
    path.starts_with(&allowed) || on_the_way()
}
