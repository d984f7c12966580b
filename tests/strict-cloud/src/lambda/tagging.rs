//! TagResource, UntagResource, ListTags: of functions, never of versions.

use serde_json::{Value, json};

use super::name;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request};
use crate::operation::{Operation, lambda as op};
use crate::tags::{self, Tags};
use crate::world::World;

/// Breaches of the service model (Lambda API reference, TagResource; the form of the message is assumed:lambda-tags).
pub(super) fn breaches(tags: &Tags, breaches: &mut Breaches) {
    for (key, value) in tags {
        if let Some(fault) = tags::fault(key, value) {
            breaches.add(
                &format!("Value '{{{key}={value}}}'"),
                "tags",
                &format!("Map entries must satisfy constraint: [{fault}]"),
            );
        }
    }
}

/// Lambda Developer Guide, "Tags": 50 tags, no key of AWS's own (the sentences are assumed:lambda-tags).
pub(super) fn valid(tags: &Tags, others: usize) -> Result<(), Problem> {
    if let Some(key) = tags.keys().find(|key| tags::reserved(key)) {
        return Err(invalid(format!(
            "Tag key {key} is invalid: keys that begin with aws: are reserved."
        )));
    }
    if tags.len() + others > tags::LIMIT {
        Err(invalid("Number of tags exceeds resource tag limit."))
    } else {
        Ok(())
    }
}

impl Cloud {
    /// TagResource: 204. Moves the RevisionId (recorded answer: TestLambdaTags::test_tag_lifecycle).
    pub fn lambda_tag_resource(&mut self, caller: &Caller, arn: &str, tags: &Tags) -> Answer<()> {
        self.lambda_tagging(
            caller,
            op::TAG_RESOURCE,
            arn,
            json!({"Tags": tags}),
            204,
            |world, context, name| {
                let mut broken = Breaches::default();
                breaches(tags, &mut broken);
                broken.judge()?;
                let mut function = current(world, context, name)?;
                function.stays()?;
                // Recorded answer: test_tag_exceptions, tag_empty_tags.
                if tags.is_empty() {
                    return Err(invalid(
                        "An error occurred and the request cannot be processed.",
                    ));
                }
                valid(
                    tags,
                    function
                        .tags
                        .keys()
                        .filter(|key| !tags.contains_key(*key))
                        .count(),
                )?;
                function.tags.extend(tags.clone());
                function.touch(world.ids);
                store(world, context, function);
                Ok(())
            },
        )
    }

    /// UntagResource: 204, also for keys that are not there (recorded answer: test_tag_exceptions, untag_nomatch). Moves the RevisionId
    /// (recorded answer: TestLambdaTags::test_tag_lifecycle; where nothing goes: assumed:untag-nothing).
    pub fn lambda_untag_resource(
        &mut self,
        caller: &Caller,
        arn: &str,
        keys: &[String],
    ) -> Answer<()> {
        self.lambda_tagging(
            caller,
            op::UNTAG_RESOURCE,
            arn,
            json!({"TagKeys": keys}),
            204,
            |world, context, name| {
                // Recorded answer: test_tag_exceptions, untag_empty_keys.
                let mut breaches = Breaches::default();
                if keys.is_empty() {
                    breaches.add("Value null", "tagKeys", "Member must not be null");
                }
                breaches.judge()?;
                let mut function = current(world, context, name)?;
                function.stays()?;
                if keys.iter().any(|key| function.tags.contains_key(key)) {
                    function.tags.retain(|key, _| !keys.contains(key));
                    function.touch(world.ids);
                    store(world, context, function);
                }
                Ok(())
            },
        )
    }

    /// ListTags: 200.
    pub fn lambda_list_tags(&mut self, caller: &Caller, arn: &str) -> Answer<Tags> {
        self.lambda_tagging(
            caller,
            op::LIST_TAGS,
            arn,
            json!({}),
            200,
            |world, context, name| Ok(super::read::seen(world, context, name)?.tags),
        )
    }

    fn lambda_tagging<T>(
        &mut self,
        caller: &Caller,
        operation: Operation,
        arn: &str,
        arguments: Value,
        success: u16,
        act: impl FnOnce(&mut World, &mut Context<'_>, &str) -> Result<T, Problem>,
    ) -> Answer<T> {
        let call = Request {
            operation,
            function: Some(name::bare(arn)),
            resource: arn.to_owned(),
            arguments,
            success,
        };
        self.call(caller, call, |world, context| {
            let name = name::tagged(context.caller, arn)?;
            act(world, context, &name)
        })
    }
}
