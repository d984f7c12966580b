//! `cloudfn validate`: reads the files and prints the findings. The exit code is the result.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::validate::{Level, Report, Source, validate};

/// Exit code if a file cannot be read or the findings cannot be printed: the manifests were not
/// judged.
const UNREAD: u8 = 2;

/// Extensions of the files that are read from a folder: the same as kubectl's.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

pub(super) fn run(files: &[PathBuf]) -> ExitCode {
    match read(files)
        .and_then(|sources| validate(&sources))
        .and_then(|report| print(&report))
    {
        Ok(report) if report > 0 => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(message) => {
            print_error(&format!("cloudfn: {message}"));
            ExitCode::from(UNREAD)
        }
    }
}

fn read(files: &[PathBuf]) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for file in files {
        let cannot = |error: io::Error| format!("{} cannot be read: {error}", file.display());
        if file.as_os_str() == "-" {
            let mut text = String::new();
            io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| format!("the standard input cannot be read: {error}"))?;
            sources.push(Source {
                name: "stdin".to_owned(),
                text,
            });
        } else if file.is_dir() {
            for file in manifests(file).map_err(cannot)? {
                sources.push(source(&file)?);
            }
        } else {
            sources.push(source(file)?);
        }
    }
    Ok(sources)
}

fn source(file: &Path) -> Result<Source, String> {
    let name = file.display().to_string();
    let text =
        fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Ok(Source { name, text })
}

/// The files of a folder, in the order of their names; its subfolders are not read.
fn manifests(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| {
        file.is_file()
            && file
                .extension()
                .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
    });
    files.sort();
    Ok(files)
}

/// Prints the findings to standard output and a summary to standard error. Returns the number of
/// errors.
fn print(report: &Report) -> Result<usize, String> {
    let (errors, warnings) = (report.count(Level::Error), report.count(Level::Warning));
    let mut out = io::stdout().lock();
    let written = report
        .findings
        .iter()
        .try_for_each(|finding| writeln!(out, "{finding}"));
    // A reader such as `head` may close the pipe early: that is no error.
    if let Err(error) = written.and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        return Err(format!("the findings cannot be printed: {error}"));
    }
    let plural = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    print_error(&format!(
        "{}: {}, {}",
        plural(report.objects, "object"),
        plural(errors, "error"),
        plural(warnings, "warning")
    ));
    Ok(errors)
}

/// Prints a line to standard error, which may be closed, too.
fn print_error(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
