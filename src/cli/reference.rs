//! The reference pages, made from the code.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Command;

use crate::api::reference::reasons;
use crate::cloud::lambda::members;

/// All pages, text by file name; `command` is the whole command line.
pub(super) fn pages(command: &Command) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("flags.md".to_owned(), flags(command)),
        ("lambda-fields.md".to_owned(), members::page()),
        ("reasons.md".to_owned(), reasons()),
    ])
}

/// The flags of `cloudfn run`, each with its environment variable and its default.
pub(super) fn flags(command: &Command) -> String {
    let mut page = "# Flags of `cloudfn run`\n\nMade from the code by `make generate`.\n\n\
                    | Flag | Environment variable | Default | Meaning |\n| --- | --- | --- | --- |\n"
        .to_owned();
    let run = command.find_subcommand("run").into_iter();
    for argument in run.flat_map(Command::get_arguments) {
        let Some(long) = argument.get_long() else {
            continue;
        };
        let variable = argument
            .get_env()
            .map_or_else(String::new, |name| format!("`{}`", name.to_string_lossy()));
        let values: Vec<_> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy())
            .collect();
        let default = if values.is_empty() {
            String::new()
        } else {
            format!("`{}`", values.join(","))
        };
        let mut meaning = argument
            .get_long_help()
            .or_else(|| argument.get_help())
            .map(ToString::to_string)
            .unwrap_or_default()
            .replace('\n', " ");
        // clap takes the full stop off the last sentence.
        if !meaning.ends_with('.') {
            meaning.push('.');
        }
        let choices: Vec<_> = argument
            .get_possible_values()
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        if !choices.is_empty() {
            let _ = write!(meaning, " One of {}.", choices.join(", "));
        }
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `--{long}` | {variable} | {default} | {meaning} |");
    }
    page
}
