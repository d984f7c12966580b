//! FunctionName and Qualifier: names, partial ARNs and ARNs.
//!
//! Source: Lambda API reference, FunctionName; recorded answers:
//! test_function_name_and_qualifier_validation, test_ops_with_arn_qualifier_mismatch,
//! test_get_function_wrong_region, test_function_arns.

use serde_json::Value;

use super::patterns;
use super::validate::{Breaches, invalid};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request};
use crate::operation::Operation;
use crate::world::World;

/// What CreateFunction's refusals quote.
const AT_CREATION: &str = "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";
/// What the others' refusals quote.
const ELSEWHERE: &str = "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
/// What refusals of a Qualifier quote.
const QUALIFIER: &str = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

/// A function as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) qualifier: Option<String>,
}

struct Parts<'a> {
    region: Option<&'a str>,
    account: Option<&'a str>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

/// The pattern, without a regular expression: each optional part is taken where something is left after it.
fn parse(text: &str, at_creation: bool) -> Option<Parts<'_>> {
    let segments: Vec<&str> = text.split(':').collect();
    let mut rest = segments.as_slice();
    let (mut region, mut account) = (None, None);
    if let ["arn", aws, "lambda", more @ ..] = rest {
        let partition = aws.is_empty()
            || aws
                .strip_prefix("aws")
                .is_some_and(|tail| patterns::all(tail, |c| c.is_ascii_alphabetic() || c == '-'));
        if partition && !more.is_empty() {
            rest = more;
        }
    }
    if let [first, more @ ..] = rest
        && !more.is_empty()
        && patterns::region(first)
    {
        (region, rest) = (Some(*first), more);
    }
    if let [first, more @ ..] = rest
        && !more.is_empty()
        && patterns::account(first)
    {
        (account, rest) = (Some(*first), more);
    }
    if let ["function", more @ ..] = rest
        && !more.is_empty()
    {
        rest = more;
    }
    let name_fits = |name: &str| {
        !name.is_empty()
            && patterns::all(name, |c| {
                c.is_ascii_alphanumeric() || c == '-' || c == '_' || (c == '.' && !at_creation)
            })
    };
    let qualifier_fits = |text: &str| {
        text == "$LATEST" || (text == "$LATEST.PUBLISHED" && !at_creation) || patterns::word(text)
    };
    match rest {
        [name] if name_fits(name) => Some(Parts {
            region,
            account,
            name,
            qualifier: None,
        }),
        [name, qualifier] if name_fits(name) && qualifier_fits(qualifier) => Some(Parts {
            region,
            account,
            name,
            qualifier: Some(qualifier),
        }),
        _ => None,
    }
}

/// The bare name, for the log and for faults, however wrong the rest is.
pub(super) fn bare(text: &str) -> &str {
    parse(text, false).map_or(text, |parts| parts.name)
}

/// The name of a function to be created, as breaches of the model.
pub(super) fn breaches_at_creation(text: &str, breaches: &mut Breaches) {
    breaches_of_name(text, true, breaches);
}

fn breaches_of_name(text: &str, at_creation: bool, breaches: &mut Breaches) {
    let shown = format!("Value '{text}'");
    if at_creation && text.len() > 140 {
        breaches.add(
            &shown,
            "functionName",
            "Member must have length less than or equal to 140",
        );
    }
    if text.is_empty() {
        breaches.add(
            &shown,
            "functionName",
            "Member must have length greater than or equal to 1",
        );
    }
    if parse(text, at_creation).is_none() {
        let pattern = if at_creation { AT_CREATION } else { ELSEWHERE };
        breaches.add(
            &shown,
            "functionName",
            &format!("Member must satisfy regular expression pattern: {pattern}"),
        );
    }
}

/// The name of a function to be created: unqualified (assumed:create-qualified), of at most 64 characters.
pub(super) fn at_creation(caller: &Caller, text: &str) -> Result<String, Problem> {
    let named = elsewhere(caller, text, None)?;
    // Recorded answer: test_function_arns, long_function_name_exc.
    if named.name.len() > 64 {
        return Err(invalid(format!(
            "1 validation error detected: Value '{}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64",
            named.name
        )));
    }
    Ok(named.name)
}

/// A function that exists, or not.
pub(super) fn elsewhere(
    caller: &Caller,
    text: &str,
    qualifier: Option<&str>,
) -> Result<Named, Problem> {
    let mut breaches = Breaches::default();
    if let Some(qualifier) = qualifier {
        let shown = format!("Value '{qualifier}'");
        if qualifier.len() > 128 {
            breaches.add(
                &shown,
                "qualifier",
                "Member must have length less than or equal to 128",
            );
        }
        if qualifier != "$LATEST.PUBLISHED"
            && !patterns::all(qualifier, |c| {
                c.is_ascii_alphanumeric() || "-_$".contains(c)
            })
        {
            breaches.add(
                &shown,
                "qualifier",
                &format!("Member must satisfy regular expression pattern: {QUALIFIER}"),
            );
        }
    }
    breaches_of_name(text, false, &mut breaches);
    breaches.judge()?;
    let Some(parts) = parse(text, false) else {
        return Err(invalid("FunctionName"));
    };
    if let Some(region) = parts.region.filter(|region| *region != caller.region) {
        // Recorded answer: test_get_function_wrong_region.
        let said = format!(
            "Functions from '{region}' are not reachable in this region ('{}')",
            caller.region
        );
        return Err(Problem::new(404, "ResourceNotFoundException", said));
    }
    if parts
        .account
        .is_some_and(|account| account != caller.account)
    {
        // Recorded answer: test_function_arns, function_arn_other_account_exc: no message.
        return Err(Problem::new(403, "AccessDeniedException", ""));
    }
    if let (Some(derived), Some(sent)) = (parts.qualifier, qualifier)
        && derived != sent
    {
        // Recorded answer: test_ops_with_arn_qualifier_mismatch.
        return Err(invalid(
            "The derived qualifier from the function name does not match the specified qualifier.",
        ));
    }
    Ok(Named {
        name: parts.name.to_owned(),
        qualifier: qualifier.or(parts.qualifier).map(str::to_owned),
    })
}

impl Cloud {
    /// A call about a function that exists, or about one of its versions: the operation, its arguments and the
    /// status of a success.
    pub(super) fn about<T>(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
        (operation, arguments, success): (Operation, Value, u16),
        act: impl FnOnce(&mut World, &mut Context<'_>, &Named) -> Result<T, Problem>,
    ) -> Answer<T> {
        let bare = bare(function_name);
        let call = Request {
            operation,
            function: Some(bare),
            resource: arn(caller, bare),
            arguments,
            success,
        };
        self.call(caller, call, |world, context| {
            let named = elsewhere(context.caller, function_name, qualifier)?;
            act(world, context, &named)
        })
    }
}

/// The ARN of a function (Lambda Developer Guide, "Resources and conditions").
pub(super) fn arn(caller: &Caller, name: &str) -> String {
    format!(
        "arn:aws:lambda:{}:{}:function:{name}",
        caller.region, caller.account
    )
}

/// Recorded answer: test_ops_on_nonexisting_fn.
pub(super) fn not_found(arn: &str) -> Problem {
    Problem::new(
        404,
        "ResourceNotFoundException",
        format!("Function not found: {arn}"),
    )
}

/// What TagResource and its kin ask of an ARN, quoted by the refusal (recorded answers: test_tag_exceptions).
const TAGGED: &str = "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)";

/// What an ARN names that can be tagged and is no function: `event-source-mapping:` and a UUID, `capacity-provider:` and a word.
fn tagged_otherwise(segments: &[&str]) -> Option<&'static str> {
    let ["arn", aws, "lambda", region, account, kind, name] = segments else {
        return None;
    };
    let uuid = name.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && patterns::all(name, |c| c.is_ascii_hexdigit() || c == '-');
    match *kind {
        _ if !aws.starts_with("aws")
            || !patterns::region(region)
            || !patterns::account(account) =>
        {
            None
        }
        "event-source-mapping" if uuid => Some("Event source mapping"),
        "capacity-provider" if patterns::word(name) => Some("Capacity provider"),
        _ => None,
    }
}

/// The function that a tagging call means.
pub(super) fn tagged(caller: &Caller, arn: &str) -> Result<String, Problem> {
    let segments: Vec<&str> = arn.split(':').collect();
    let fits = match segments.as_slice() {
        ["arn", aws, "lambda", region, account, "function", name] => {
            aws.starts_with("aws")
                && patterns::region(region)
                && patterns::account(account)
                && patterns::word(name)
        }
        [
            "arn",
            aws,
            "lambda",
            region,
            account,
            "function",
            name,
            version,
        ] => {
            let version = *version == "$LATEST" || patterns::word(version);
            aws.starts_with("aws")
                && patterns::region(region)
                && patterns::account(account)
                && patterns::word(name)
                && version
        }
        _ => false,
    };
    // Recorded answers: TestLambdaTag::test_tag_exceptions, event_source_mapping and capacity_provider; the model has neither.
    if let Some(kind) = tagged_otherwise(&segments) {
        return Err(Problem::new(
            404,
            "ResourceNotFoundException",
            format!("{kind} not found: {arn}"),
        ));
    }
    let mut breaches = Breaches::default();
    if !fits {
        breaches.add(
            &format!("Value '{arn}'"),
            "resource",
            &format!("Member must satisfy regular expression pattern: {TAGGED}"),
        );
    }
    breaches.judge()?;
    let named = elsewhere(caller, arn, None)?;
    if named.qualifier.is_some() {
        // Recorded answer: test_tag_versions.
        return Err(invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    Ok(named.name)
}
