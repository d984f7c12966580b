//! TagResource, UntagResource, ListTagsForResource.

use serde_json::{Value, json};

use super::{Function, rules};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request};
use crate::operation::{Operation, cloudfront as op};
use crate::tags::{self, Tags};
use crate::world::World;

/// API reference, errors of TagResource: InvalidTagging 400; the sentences are assumed:cloudfront-texts.
pub(super) fn valid(tags: &Tags, others: usize) -> Result<(), Problem> {
    for (key, value) in tags {
        if let Some(fault) = tags::fault(key, value) {
            return Err(Problem::new(
                400,
                "InvalidTagging",
                format!("The tag {key} is invalid: {fault}"),
            ));
        }
        if tags::reserved(key) {
            return Err(Problem::new(
                400,
                "InvalidTagging",
                "Tag keys that begin with aws: are reserved.",
            ));
        }
    }
    if tags.len() + others > tags::LIMIT {
        return Err(Problem::new(
            400,
            "InvalidTagging",
            "A resource can have 50 tags.",
        ));
    }
    Ok(())
}

/// The function that an ARN names. Every malformed ARN is InvalidArgument (API reference, pattern
/// of Resource); what does not exist, or is another account's, NoSuchResource (assumed:foreign-arn).
fn named<'a>(arn: &'a str, account: &str) -> Result<&'a str, Problem> {
    let name = arn
        .strip_prefix("arn:aws:cloudfront::")
        .and_then(|rest| rest.split_once(":function/"));
    match name {
        None => Err(rules::invalid("The resource ARN is invalid.")),
        Some((owner, name)) if owner == account => Ok(name),
        Some(_) => Err(no_such_resource()),
    }
}

fn no_such_resource() -> Problem {
    Problem::new(
        404,
        "NoSuchResource",
        "The specified resource does not exist.",
    )
}

impl Cloud {
    /// TagResource: 204. Adds, and overwrites keys that are there.
    pub fn cloudfront_tag_resource(
        &mut self,
        caller: &Caller,
        arn: &str,
        tags: &Tags,
    ) -> Answer<()> {
        self.tagging(
            caller,
            op::TAG_RESOURCE,
            arn,
            json!({"tags": tags}),
            204,
            |world, context, name| {
                let function = find(world, context, name)?;
                valid(
                    tags,
                    function
                        .tags
                        .keys()
                        .filter(|key| !tags.contains_key(*key))
                        .count(),
                )?;
                write(world, context, name, |function| {
                    function.tags.extend(tags.clone());
                })
            },
        )
    }

    /// UntagResource: 204. Keys that are not there are no error (assumed:untag-absent).
    pub fn cloudfront_untag_resource(
        &mut self,
        caller: &Caller,
        arn: &str,
        keys: &[String],
    ) -> Answer<()> {
        self.tagging(
            caller,
            op::UNTAG_RESOURCE,
            arn,
            json!({"keys": keys}),
            204,
            |world, context, name| {
                find(world, context, name)?;
                write(world, context, name, |function| {
                    function.tags.retain(|key, _| !keys.contains(key));
                })
            },
        )
    }

    /// ListTagsForResource: 200.
    pub fn cloudfront_list_tags_for_resource(
        &mut self,
        caller: &Caller,
        arn: &str,
    ) -> Answer<Tags> {
        self.tagging(
            caller,
            op::LIST_TAGS_FOR_RESOURCE,
            arn,
            json!({}),
            200,
            |world, context, name| Ok(find(world, context, name)?.tags.clone()),
        )
    }

    fn tagging<T>(
        &mut self,
        caller: &Caller,
        operation: Operation,
        arn: &str,
        arguments: Value,
        success: u16,
        act: impl FnOnce(&mut World, &mut Context<'_>, &str) -> Result<T, Problem>,
    ) -> Answer<T> {
        let function = arn.rsplit_once('/').map(|(_, name)| name);
        let call = Request {
            operation,
            function,
            resource: arn.to_owned(),
            arguments,
            success,
        };
        self.call(caller, call, |world, context| {
            let name = named(arn, &context.caller.account)?;
            act(world, context, name)
        })
    }
}

fn find<'a>(
    world: &'a mut World,
    context: &Context<'_>,
    name: &str,
) -> Result<&'a Function, Problem> {
    world
        .cloudfront
        .entry(context.caller.account.clone())
        .or_default()
        .get(name, context.stale)
        .ok_or_else(no_such_resource)
}

/// Tags move no ETag and no time (assumed:tags-move-nothing).
fn write(
    world: &mut World,
    context: &mut Context<'_>,
    name: &str,
    change: impl FnOnce(&mut Function),
) -> Result<(), Problem> {
    let shelf = world
        .cloudfront
        .entry(context.caller.account.clone())
        .or_default();
    shelf.keep(name, context.now);
    let function = shelf.now.get_mut(name).ok_or_else(no_such_resource)?;
    let before = function.tags.clone();
    change(function);
    context.effect = before != function.tags;
    Ok(())
}
