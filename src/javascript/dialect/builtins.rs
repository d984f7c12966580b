//! The objects that a function finds there.
//!
//! Source where no other is named: njs's reference and its page "Compatibility", and the engine
//! itself (`tests/fixtures/javascript`).

use super::runtime::Runtime::{self, One, Two};

/// The names that are there without being declared.
pub(crate) fn globals(runtime: Runtime) -> impl Iterator<Item = &'static str> {
    let added: &[&str] = match runtime {
        One => &[],
        Two => &ADDED_BY_TWO,
    };
    BOTH.iter().chain(added).copied()
}

const BOTH: [&str; 53] = [
    "Array",
    "ArrayBuffer",
    "Boolean",
    "DataView",
    "Date",
    "Error",
    "EvalError",
    "Float32Array",
    "Float64Array",
    "Function",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "InternalError",
    "JSON",
    "Math",
    "MemoryError",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "RangeError",
    "ReferenceError",
    "RegExp",
    "String",
    "Symbol",
    "SyntaxError",
    "TextDecoder",
    "TextEncoder",
    "TypeError",
    "URIError",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "clearTimeout",
    "console",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "eval",
    "globalThis",
    "isFinite",
    "isNaN",
    "njs",
    "parseFloat",
    "parseInt",
    "process",
    "require",
    "setTimeout",
    "undefined",
];

/// `Buffer`: the guide, "The JavaScript runtime 2.0 features has the following changes compared to
/// 1.0".
const ADDED_BY_TWO: [&str; 4] = ["AggregateError", "Buffer", "atob", "btoa"];

/// A member of a built-in object that other engines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lacking {
    /// The object: `Object`, `Array.prototype`.
    pub(crate) owner: &'static str,
    pub(crate) member: &'static str,
    /// The one runtime that lacks it; `None`: both do.
    pub(crate) only: Option<Runtime>,
    /// What to write instead.
    pub(crate) instead: &'static str,
}

/// The members that a runtime lacks.
pub(crate) fn lacking(runtime: Runtime) -> impl Iterator<Item = &'static Lacking> {
    LACKING
        .iter()
        .filter(move |row| row.only.is_none_or(|only| only == runtime))
}

const fn row(
    owner: &'static str,
    member: &'static str,
    only: Option<Runtime>,
    instead: &'static str,
) -> Lacking {
    Lacking {
        owner,
        member,
        only,
        instead,
    }
}

const BY_INDEX: &str = "use an index, from the length backwards";
const BY_BUFFER: &str = "use `Buffer`";

#[rustfmt::skip]
const LACKING: [Lacking; 36] = [
    row("Array", "from", Some(One), "loop with an index"),
    row("Array.prototype", "at", None, BY_INDEX),
    row("Array.prototype", "findLast", None, BY_INDEX),
    row("Array.prototype", "findLastIndex", None, BY_INDEX),
    row("Array.prototype", "flat", None, "call `concat`: `[].concat.apply([], list)`"),
    row("Array.prototype", "flatMap", None, "call `map`, then `concat`"),
    row("Array.prototype", "toReversed", Some(One), "call `slice`, then `reverse`"),
    row("Array.prototype", "toSorted", Some(One), "call `slice`, then `sort`"),
    row("Array.prototype", "toSpliced", Some(One), "call `slice`, then `splice`"),
    row("Object", "fromEntries", None, "set each member in a loop"),
    row("Object", "groupBy", None, "set each member in a loop"),
    row("Object", "hasOwn", None, "call `Object.prototype.hasOwnProperty.call(object, name)`"),
    row("Promise", "try", None, "call the function in a `then`"),
    row("Promise", "withResolvers", None, "write `new Promise((resolve, reject) => …)`"),
    row("RegExp.prototype", "dotAll", None, "the flag `s` is not there, either"),
    row("RegExp.prototype", "flags", Some(One), "read `global`, `ignoreCase` and `multiline`"),
    row("RegExp.prototype", "hasIndices", None, "the flag `d` is not there, either"),
    row("RegExp.prototype", "sticky", Some(One), "the flag `y` is not there, either"),
    row("RegExp.prototype", "unicode", None, "the flag `u` is not there, either"),
    row("String", "bytesFrom", Some(Two), BY_BUFFER),
    row("String", "raw", None, "write the text with its escapes"),
    row("String.prototype", "at", None, "call `charAt`"),
    row("String.prototype", "fromBytes", Some(Two), BY_BUFFER),
    row("String.prototype", "fromUTF8", Some(Two), BY_BUFFER),
    row("String.prototype", "isWellFormed", None, "do without it"),
    row("String.prototype", "localeCompare", None, "compare with `<` and `>`"),
    row("String.prototype", "matchAll", None, "call `exec` in a loop, on a regular expression with the flag `g`"),
    row("String.prototype", "normalize", None, "compare texts as they come"),
    row("String.prototype", "replaceAll", Some(One), "call `replace` with the flag `g`"),
    row("String.prototype", "toBytes", Some(Two), BY_BUFFER),
    row("String.prototype", "toLocaleLowerCase", None, "call `toLowerCase`"),
    row("String.prototype", "toLocaleUpperCase", None, "call `toUpperCase`"),
    row("String.prototype", "toUTF8", Some(Two), BY_BUFFER),
    row("String.prototype", "toWellFormed", None, "do without it"),
    row("String.prototype", "trimLeft", None, "call `trimStart`"),
    row("String.prototype", "trimRight", None, "call `trimEnd`"),
];

/// Modules that can be imported and required; `cloudfront` can only be imported, in 2.0. Source:
/// the guide; `buffer` in 1.0 is the engine's.
pub(crate) fn modules(runtime: Runtime) -> &'static [&'static str] {
    match runtime {
        Runtime::One => &["crypto", "querystring", "buffer"],
        Runtime::Two => &[
            "crypto",
            "querystring",
            "buffer",
            "cloudfront",
            "cbor",
            "cwt",
        ],
    }
}
