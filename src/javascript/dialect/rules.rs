//! What a runtime cannot compile.

use super::runtime::Runtime;

/// A piece of the language that a runtime may not be able to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Construct {
    Async,
    AwaitInArguments,
    AwaitOutsideAsync,
    BigInt,
    ByteOrderMark,
    CatchWithoutName,
    Class,
    Const,
    DefaultValue,
    DeleteName,
    Destructuring,
    DynamicImport,
    Export,
    ForAwait,
    ForOf,
    Generator,
    HtmlComment,
    LegacyOctal,
    Let,
    LogicalAssignment,
    NamedImport,
    NewTarget,
    NonAsciiName,
    NonAsciiSpace,
    OptionalChain,
    PossessiveQuantifier,
    PosixClass,
    RegExpFlag,
    RepeatedGroup,
    SpreadInCall,
    SpreadInList,
    SpreadInObject,
    With,
}

/// What the table knows of a construct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) construct: Construct,
    /// Whether 1.0 cannot compile it, and whether 2.0 cannot.
    pub(crate) refused: (bool, bool),
    /// What it is called in a message.
    pub(crate) name: &'static str,
    /// What to write instead.
    pub(crate) instead: &'static str,
}

const ONE: (bool, bool) = (true, false);
const TWO: (bool, bool) = (false, true);
const BOTH: (bool, bool) = (true, true);

const fn rule(
    construct: Construct,
    refused: (bool, bool),
    name: &'static str,
    instead: &'static str,
) -> Rule {
    Rule {
        construct,
        refused,
        name,
        instead,
    }
}

/// What does not compile. CloudFront stores and publishes such code all the same, and then answers
/// each request of the distribution with an error.
#[rustfmt::skip]
pub(crate) const RULES: [Rule; 33] = {
    use Construct as C;
    [
        // CloudFront Developer Guide, "JavaScript runtime 1.0 features for CloudFront Functions" and
        // "JavaScript runtime 2.0 features for CloudFront Functions".
        rule(C::Async, ONE, "`async`", "call `then` on the promise"),
        rule(C::AwaitOutsideAsync, BOTH, "`await` outside an async function", "move it into the handler and make that `async`"),
        rule(C::Const, ONE, "`const`", "write `var`"),
        rule(C::Let, ONE, "`let`", "write `var`"),
        // Users report it of CloudFront, with its error message.
        rule(C::AwaitInArguments, BOTH, "`await` in the arguments of a call", "put the value into a variable first: `const value = await …`"),
        rule(C::CatchWithoutName, BOTH, "`catch` without a name", "write `catch (error)`"),
        rule(C::Destructuring, BOTH, "destructuring", "read each member by itself: `var a = value.a`"),
        rule(C::Export, BOTH, "`export`", "take it away: CloudFront calls the global function `handler`"),
        rule(C::ForOf, BOTH, "`for … of`", "loop with an index, or call `forEach`"),
        // The engine njs alone says so, as it is published: 0.5.3 for 1.0 and 0.8.9 for 2.0
        // (tests/fixtures/javascript). AWS does not name its engine; each of its error messages that
        // users report is one of njs.
        rule(C::BigInt, BOTH, "a BigInt", "use a number"),
        rule(C::ByteOrderMark, BOTH, "a byte order mark", "save the file as UTF-8 without it"),
        rule(C::Class, BOTH, "`class`", "write a function, and its methods into `prototype`"),
        rule(C::DefaultValue, BOTH, "a default value of a parameter", "set it in the body, where the parameter is `undefined`"),
        rule(C::DeleteName, BOTH, "`delete` of a variable", "set it to `undefined`"),
        rule(C::DynamicImport, BOTH, "`import` in the middle of code", "import the module at the top: `import crypto from 'crypto'`"),
        rule(C::ForAwait, BOTH, "`for await`", "loop with an index and await inside the loop"),
        rule(C::Generator, BOTH, "a generator", "write a function that returns a list"),
        rule(C::HtmlComment, BOTH, "a comment as in HTML", "write `//`"),
        rule(C::LegacyOctal, BOTH, "a number that begins with 0", "write it in decimal, or with `0o`"),
        rule(C::LogicalAssignment, BOTH, "`??=`, `||=` and `&&=`", "write it out: `a = a || b`"),
        rule(C::NamedImport, BOTH, "an import of anything but the default", "import the module and name the member where it is used: `import crypto from 'crypto'`"),
        rule(C::NewTarget, BOTH, "`new.target`", "write the code without it"),
        rule(C::NonAsciiName, BOTH, "a name with letters outside ASCII", "use the letters a to z"),
        rule(C::NonAsciiSpace, ONE, "a space outside ASCII", "replace it by an ordinary one"),
        rule(C::OptionalChain, BOTH, "`?.`", "test it first: `a && a.b`"),
        rule(C::PossessiveQuantifier, TWO, "a possessive quantifier in a regular expression", "drop the `+` behind the quantifier, or use an atomic group `(?>…)`"),
        rule(C::PosixClass, ONE, "a POSIX class in a regular expression", "list the characters: `[a-zA-Z]`"),
        rule(C::RegExpFlag, BOTH, "the flag of this regular expression", "do without it"),
        rule(C::RepeatedGroup, BOTH, "two groups with one name in a regular expression", "give each a name of its own"),
        rule(C::SpreadInCall, TWO, "`...` in the arguments of a call", "call `apply`: `f.apply(null, list)`"),
        rule(C::SpreadInList, BOTH, "`...` in a list", "call `concat`"),
        rule(C::SpreadInObject, BOTH, "`...` in an object", "call `Object.assign`"),
        rule(C::With, BOTH, "`with`", "name the object each time"),
    ]
};

impl Construct {
    /// What the table knows of it, if it does not compile in this runtime.
    pub(crate) fn refused_by(self, runtime: Runtime) -> Option<&'static Rule> {
        RULES.iter().find(|rule| {
            let (one, two) = rule.refused;
            rule.construct == self
                && match runtime {
                    Runtime::One => one,
                    Runtime::Two => two,
                }
        })
    }
}
