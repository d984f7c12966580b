//! `cloudfn validate`: reads the files and prints the findings. The exit code is the result.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::validate::{Format, Level, Report, Source, validate};

/// Exit code if a file cannot be read or the findings cannot be printed: not all manifests were
/// judged.
const UNREAD: u8 = 2;

/// Extensions of the files that are read from a folder: the same as kubectl's.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Flags of `cloudfn validate`.
#[derive(Args)]
pub(super) struct Validate {
    /// Files or folders with manifests, YAML or JSON; `-` is the standard input. Folders are read with all
    /// folders in them. ConfigMaps and Secrets among the files are what the functions' specs may name.
    #[arg(short = 'f', long = "filename", value_name = "FILE", required = true, num_args = 1..)]
    files: Vec<PathBuf>,

    /// How findings are printed.
    #[arg(short = 'o', long = "output", default_value = "text")]
    format: Format,

    /// Warnings are errors.
    #[arg(long)]
    strict: bool,
}

impl Validate {
    pub(super) fn run(&self) -> ExitCode {
        match self.report().and_then(|report| self.print(&report)) {
            Ok(code) => code,
            Err(message) => {
                print_error(&format!("cloudfn: {message}"));
                ExitCode::from(UNREAD)
            }
        }
    }

    fn report(&self) -> Result<Report, String> {
        let mut sources = Vec::new();
        for file in &self.files {
            read(file, &mut sources);
        }
        let report = validate(&sources)?;
        Ok(if self.strict { report.strict() } else { report })
    }

    /// Prints the findings to standard output and a summary to standard error.
    fn print(&self, report: &Report) -> Result<ExitCode, String> {
        let text = self.format.render(report)?;
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        // A reader such as `head` may close the pipe early: that is no error.
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(format!("the findings cannot be printed: {error}"));
        }
        print_error(&summary(report));
        Ok(if report.unread > 0 {
            ExitCode::from(UNREAD)
        } else if report.count(Level::Error) > 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// `2 objects: 1 error, 0 warnings`.
fn summary(report: &Report) -> String {
    let plural = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    format!(
        "{}: {}, {}",
        plural(report.objects, "object"),
        plural(report.count(Level::Error), "error"),
        plural(report.count(Level::Warning), "warning")
    )
}

/// Reads a file, the standard input, or a folder with all that is in it. What cannot be read is a
/// source, too, with the reason.
fn read(path: &Path, sources: &mut Vec<Source>) {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().read_to_end(&mut bytes).map(|_| bytes);
        sources.push(source("stdin", read));
    } else if path.is_dir() {
        read_folder(path, sources);
    } else {
        sources.push(source(&path.display().to_string(), fs::read(path)));
    }
}

/// The manifests of a folder and of the folders in it, in the order of their names. A link to a folder
/// is not followed: it could lead back.
fn read_folder(folder: &Path, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            sources.push(Source::unread(folder.display().to_string(), &error));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            read_folder(&path, sources);
        } else if is_manifest(&path) && !path.is_dir() {
            sources.push(source(&path.display().to_string(), fs::read(&path)));
        }
    }
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
}

fn source(name: &str, read: io::Result<Vec<u8>>) -> Source {
    match read {
        Ok(bytes) => Source::decode(name, bytes),
        Err(error) => Source::unread(name, &error),
    }
}

/// Prints a line to standard error, which may be closed, too.
fn print_error(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
