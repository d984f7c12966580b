//! What compiles and will not work once it runs: names that the runtime does not have, and members
//! of events that nobody sends.
//!
//! Pure: reads what the walks have collected.

use std::collections::BTreeSet;

use super::constructs::Found;
use super::dialect::{Construct, Runtime, globals, lacking, modules};
use super::names::{HANDLER, Member, Named, Names};

/// A byte offset, and what is wrong there.
type Doubt = (u32, String);

/// All that is to be told, each once.
pub(super) fn doubts(names: &Names, found: &[Found], runtime: Runtime) -> Vec<Doubt> {
    let all = undeclared(names, runtime)
        .into_iter()
        .chain(missing_members(names, runtime))
        .chain(missing_modules(names, runtime))
        .chain(forbidden(names))
        .chain(misspelled(names))
        .chain(spread_in_one(found, runtime));
    let mut told = BTreeSet::new();
    all.filter(|(_, message)| told.insert(message.clone()))
        .collect()
}

/// As much of a name as a message needs.
fn shown(name: &str) -> String {
    const MOST: usize = 40;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST).chain(['…']).collect()
}

/// What is used and declared nowhere.
fn undeclared(names: &Names, runtime: Runtime) -> Vec<Doubt> {
    // That there is no handler is told elsewhere.
    let there: BTreeSet<&str> = globals(runtime).chain(["arguments", HANDLER]).collect();
    let is_missing = |used: &&Named| {
        !there.contains(used.name.as_str())
            && !names.declared.contains(&used.name)
            && !names.probed.contains(&used.name)
    };
    let told = |used: &Named| {
        let name = shown(&used.name);
        let message = if names.assigned.contains(&used.at) {
            format!(
                "{name} is set and declared nowhere, which fails at run time; declare it with `var`"
            )
        } else {
            let instead = instead_of(&used.name, runtime);
            format!("there is no {name} in {}; {instead}", runtime.name())
        };
        (used.at, message)
    };
    names.used.iter().filter(is_missing).map(told).collect()
}

/// What to do where other JavaScript has this name.
fn instead_of(name: &str, runtime: Runtime) -> &'static str {
    match name {
        "exports" | "module" => {
            "take it away, or have the bundler write a plain script: CloudFront calls the global function handler"
        }
        "Map" | "Set" | "WeakMap" | "WeakSet" => "use an object",
        "URL" | "URLSearchParams" => "take the address apart with `split`",
        "fetch" | "XMLHttpRequest" | "WebSocket" => "a function reaches no network",
        "setInterval" | "setImmediate" | "queueMicrotask" => "a function has no timers",
        "escape" | "unescape" => "call encodeURIComponent or decodeURIComponent",
        "Buffer" | "atob" | "btoa" if runtime == Runtime::One => {
            "set runtime to cloudfront-js-2.0, or call `String.bytesFrom`"
        }
        "crypto" => "import it: `import crypto from 'crypto'`",
        "querystring" => "require it: `var querystring = require('querystring')`",
        _ => "declare it, or correct its name",
    }
}

/// Calls of members that the runtime's own objects lack, and the code does not make.
fn missing_members(names: &Names, runtime: Runtime) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for call in &names.called {
        let Some(row) = lacking(runtime).find(|row| is_call_of(call, row.owner, row.member)) else {
            continue;
        };
        let is_asked_for = names.made.contains(&call.name) || is_read_alone(names, call);
        if !is_asked_for && !is_own(names, call) {
            let shown = row.owner.replace(".prototype", " objects");
            doubts.push((
                call.at,
                format!(
                    "{} has no {} of {shown}; {}",
                    runtime.name(),
                    call.name,
                    row.instead
                ),
            ));
        }
    }
    doubts
}

fn is_call_of(call: &Member, owner: &str, member: &str) -> bool {
    call.name == member
        && (owner.ends_with(".prototype")
            || call.is_of_name && call.owner.as_deref() == Some(owner))
}

/// Whether the code has a variable of the owner's name.
fn is_own(names: &Names, call: &Member) -> bool {
    let owner = call.owner.as_ref().filter(|_| call.is_of_name);
    owner.is_some_and(|owner| {
        ["Object", "Array", "Promise", "String"].contains(&owner.as_str())
            && names.declared.contains(owner)
    })
}

/// Whether the code asks for the member before it calls it: `text.at ? text.at(-1) : …`.
fn is_read_alone(names: &Names, call: &Member) -> bool {
    let read = names.members.iter().filter(|read| read.name == call.name);
    let called = names.called.iter().filter(|other| other.name == call.name);
    read.count() > called.count()
}

/// CloudFront Developer Guide, "Built-in modules" of both runtimes.
fn missing_modules(names: &Names, runtime: Runtime) -> Vec<Doubt> {
    let there = modules(runtime);
    let missing = names
        .modules
        .iter()
        .filter(|module| !there.contains(&module.name.as_str()));
    missing
        .map(|module| {
            let message = format!(
                "{} has no module {}; it has {}",
                runtime.name(),
                shown(&module.name),
                there.join(", ")
            );
            (module.at, message)
        })
        .collect()
}

/// What is there and fails when it is called. CloudFront Developer Guide, "Restricted features":
/// no code from text, no timers. `console`: the guide writes of `console.log` alone.
fn forbidden(names: &Names) -> Vec<Doubt> {
    let from_text = |used: &&Named| {
        ["eval", "Function"].contains(&used.name.as_str()) && !names.declared.contains(&used.name)
    };
    let timer = |used: &&Named| {
        ["setTimeout", "clearTimeout"].contains(&used.name.as_str())
            && !names.declared.contains(&used.name)
            && !names.probed.contains(&used.name)
    };
    let used = &names.used;
    let text = used.iter().filter(from_text).map(|used| {
        (
            used.at,
            format!(
                "CloudFront runs no code that is made from text, so {} fails; write the code out",
                used.name
            ),
        )
    });
    let timers = used.iter().filter(timer).map(|used| {
        (
            used.at,
            format!(
                "a function has no timers, so {} fails; take it away",
                used.name
            ),
        )
    });
    let of = |owner: &'static str| {
        move |member: &&Member| member.is_of_name && member.owner.as_deref() == Some(owner)
    };
    let callee = names
        .members
        .iter()
        .filter(of("arguments"))
        .filter(|member| ["callee", "caller"].contains(&member.name.as_str()))
        .map(|member| {
            (
                member.at,
                "code is strict, so arguments.callee fails; give the function a name".to_owned(),
            )
        });
    let console = names
        .called
        .iter()
        .filter(of("console"))
        .filter(|call| call.name != "log" && !names.declared.contains("console"))
        .map(|call| {
            (
                call.at,
                format!(
                    "console.{} may not be there; CloudFront knows console.log",
                    shown(&call.name)
                ),
            )
        });
    text.chain(timers).chain(callee).chain(console).collect()
}

/// In 1.0 it compiles and spreads nothing (`tests/fixtures/javascript`).
fn spread_in_one(found: &[Found], runtime: Runtime) -> Option<Doubt> {
    let spread = found
        .iter()
        .find(|found| found.construct == Construct::SpreadInCall && runtime == Runtime::One)?;
    let message = "cloudfront-js-1.0 hands the list over as one argument; call `apply`: `f.apply(null, list)`";
    Some((spread.at, message.to_owned()))
}

/// Members of events, requests and responses (CloudFront Developer Guide, "Event structure"), each
/// with the object that has it.
const MEMBERS: [(&str, &str); 17] = [
    ("event", "context"),
    ("event", "request"),
    ("event", "response"),
    ("event", "viewer"),
    ("context", "distributionDomainName"),
    ("context", "distributionId"),
    ("context", "eventType"),
    ("context", "requestId"),
    ("request", "cookies"),
    ("request", "headers"),
    ("request", "method"),
    ("request", "querystring"),
    ("response", "body"),
    ("response", "cookies"),
    ("response", "headers"),
    ("response", "statusCode"),
    ("response", "statusDescription"),
];

/// Members of an answer that nothing else has: looked for as keys, too.
const PECULIAR: [&str; 3] = ["multiValue", "statusCode", "statusDescription"];

/// Members that differ from one of an event in upper and lower case only.
fn misspelled(names: &Names) -> Vec<Doubt> {
    let message = |wrong: &str, right: &str| {
        format!("{wrong} is no member of an event; it is called {right}")
    };
    let differs = |wrong: &str, right: &str| wrong != right && wrong.eq_ignore_ascii_case(right);
    let mut doubts = Vec::new();
    for member in &names.members {
        let owner = member.owner.as_deref();
        let of_owner = MEMBERS
            .iter()
            .filter(|(of, _)| owner == Some(of))
            .map(|(_, name)| *name);
        let right = of_owner
            .chain(["multiValue"])
            .find(|right| differs(&member.name, right));
        if let Some(right) = right {
            doubts.push((member.at, message(&member.name, right)));
        }
    }
    for key in &names.keys {
        if let Some(right) = PECULIAR.iter().find(|right| differs(&key.name, right)) {
            doubts.push((key.at, message(&key.name, right)));
        }
    }
    doubts
}
