//! CreateFunction, UpdateFunction, PublishFunction, DeleteFunction.

use std::sync::Arc;

use serde_json::json;

use super::{
    Copied, CreateFunction, Described, Function, FunctionConfig, Stage, Summary, UpdateFunction,
    rules, tagging,
};
use crate::lambda::sha256;
use crate::model::{Answer, Caller, Cloud, Problem, Request, Shown};
use crate::operation::cloudfront as op;
use crate::time::Time;
use crate::world::{Shelf, World};

pub(super) fn shown(config: &FunctionConfig, code: &[u8]) -> Shown {
    Shown(
        json!({"comment": config.comment, "runtime": config.runtime, "stores": config.key_value_stores.len(), "code": sha256(code)}),
    )
}

impl Cloud {
    /// CreateFunction: 201.
    pub fn cloudfront_create_function(
        &mut self,
        caller: &Caller,
        request: &CreateFunction,
    ) -> Answer<Described> {
        let mut arguments = shown(&request.config, &request.code);
        arguments.some(
            "tags",
            (!request.tags.is_empty()).then(|| json!(request.tags)),
        );
        let resource = rules::arn(&caller.account, &request.name);
        let call = Request {
            operation: op::CREATE_FUNCTION,
            function: Some(&request.name),
            resource,
            arguments: arguments.0,
            success: 201,
        };
        self.call(caller, call, |world, context| {
            rules::name(&request.name)?;
            rules::config(&request.config, &context.caller.account)?;
            rules::code(&request.code)?;
            rules::stores(&request.config, &context.caller.account, world)?;
            rules::syntax(&request.config, &request.code, &world.settings)?;
            tagging::valid(&request.tags, 0)?;
            // assumed:create-with-tags. Nothing is created.
            if world.settings.refuse_create_with_tags && !request.tags.is_empty() {
                let said = "Unable to create function with tags at this time. Please retry without tags (including stack-level tags if using CloudFormation), using a different function name, or try again later.";
                return Err(Problem::new(409, "ConflictException", said));
            }
            let functions = world.cloudfront.entry(context.caller.account.clone()).or_default();
            if functions.now.contains_key(&request.name) {
                return Err(Problem::new(409, "FunctionAlreadyExists", "A function with the same name already exists in this AWS account."));
            }
            if functions.now.len() >= world.settings.cloudfront_functions {
                return Err(Problem::new(400, "TooManyFunctions", "You have reached the maximum number of CloudFront functions for this AWS account."));
            }
            world.births += 1;
            let (birth, now) = (world.births, context.now);
            let development = Copied {
                config: request.config.clone(),
                code: Arc::from(request.code.as_slice()),
                etag: world.ids.etag(&format!("cloudfront/{birth}"), 0),
                modified: now,
            };
            let function = Function {
                arn: rules::arn(&context.caller.account, &request.name),
                created: now,
                development,
                live: None,
                published: false,
                tags: request.tags.clone(),
                in_use: false,
                birth,
                etags: 1,
            };
            let etag = function.development.etag.clone();
            let summary = function.summary(&request.name, Stage::Development).ok_or_else(rules::no_such_function)?;
            let location = Some(format!("https://cloudfront.amazonaws.com/2020-05-31/function/{}", function.arn));
            functions.keep(&request.name, context.now);
            functions.now.insert(request.name.clone(), function);
            context.effect = true;
            Ok(Described { summary, etag, location })
        })
    }

    /// UpdateFunction: 200. Changes DEVELOPMENT only (CloudFront Developer Guide, "Update functions").
    pub fn cloudfront_update_function(
        &mut self,
        caller: &Caller,
        request: &UpdateFunction,
    ) -> Answer<Described> {
        let mut arguments = shown(&request.config, &request.code);
        arguments.set("ifMatch", json!(request.if_match));
        let resource = rules::arn(&caller.account, &request.name);
        let call = Request {
            operation: op::UPDATE_FUNCTION,
            function: Some(&request.name),
            resource,
            arguments: arguments.0,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            rules::config(&request.config, &context.caller.account)?;
            rules::code(&request.code)?;
            rules::stores(&request.config, &context.caller.account, world)?;
            rules::syntax(&request.config, &request.code, &world.settings)?;
            let ids = world.ids;
            let (functions, current) = find(world, &context.caller.account, &request.name)?;
            rules::if_match(request.if_match.as_deref(), &current.development.etag)?;
            let function = write(functions, &request.name, context.now)?;
            // assumed:cloudfront-same-update: the same content again is an update like any other.
            function.development = Copied {
                config: request.config.clone(),
                code: Arc::from(request.code.as_slice()),
                etag: ids.etag(&format!("cloudfront/{}", function.birth), function.etags),
                modified: context.now,
            };
            function.etags += 1;
            function.published = false;
            context.effect = true;
            let summary = function
                .summary(&request.name, Stage::Development)
                .ok_or_else(rules::no_such_function)?;
            Ok(Described {
                summary,
                etag: function.development.etag.clone(),
                location: None,
            })
        })
    }

    /// PublishFunction: 200, and no ETag. Copies DEVELOPMENT to LIVE; DEVELOPMENT keeps its ETag
    /// (assumed:publish-etag).
    pub fn cloudfront_publish_function(
        &mut self,
        caller: &Caller,
        name: &str,
        if_match: Option<&str>,
    ) -> Answer<Summary> {
        let (resource, arguments) = (
            rules::arn(&caller.account, name),
            json!({"ifMatch": if_match}),
        );
        let call = Request {
            operation: op::PUBLISH_FUNCTION,
            function: Some(name),
            resource,
            arguments,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let ids = world.ids;
            let (functions, current) = find(world, &context.caller.account, name)?;
            rules::if_match(if_match, &current.development.etag)?;
            let function = write(functions, name, context.now)?;
            // assumed:publish-again: a new LIVE ETag each time.
            let etag = ids.etag(&format!("cloudfront/{}", function.birth), function.etags);
            function.live = Some(Copied {
                etag,
                modified: context.now,
                ..function.development.clone()
            });
            function.etags += 1;
            function.published = true;
            context.effect = true;
            function
                .summary(name, Stage::Live)
                .ok_or_else(rules::no_such_function)
        })
    }

    /// DeleteFunction: 204. If-Match is the DEVELOPMENT ETag; a function in use is refused 409.
    pub fn cloudfront_delete_function(
        &mut self,
        caller: &Caller,
        name: &str,
        if_match: Option<&str>,
    ) -> Answer<()> {
        let (resource, arguments) = (
            rules::arn(&caller.account, name),
            json!({"ifMatch": if_match}),
        );
        let call = Request {
            operation: op::DELETE_FUNCTION,
            function: Some(name),
            resource,
            arguments,
            success: 204,
        };
        self.call(caller, call, |world, context| {
            let (functions, current) = find(world, &context.caller.account, name)?;
            rules::if_match(if_match, &current.development.etag)?;
            // API reference, errors of DeleteFunction: FunctionInUse, 409.
            if current.in_use {
                return Err(Problem::new(409, "FunctionInUse", "Cannot delete the function because it's attached to one or more cache behaviors."));
            }
            functions.keep(name, context.now);
            functions.now.remove(name);
            context.effect = true;
            Ok(())
        })
    }
}

/// The function to be changed; 404 by the API reference.
fn find<'a>(
    world: &'a mut World,
    account: &str,
    name: &str,
) -> Result<(&'a mut Shelf<Function>, Function), Problem> {
    let shelf = world.cloudfront.entry(account.to_owned()).or_default();
    let current = shelf
        .now
        .get(name)
        .cloned()
        .ok_or_else(rules::no_such_function)?;
    Ok((shelf, current))
}

/// The function, with its past kept.
fn write<'a>(
    shelf: &'a mut Shelf<Function>,
    name: &str,
    now: Time,
) -> Result<&'a mut Function, Problem> {
    shelf.keep(name, now);
    shelf.now.get_mut(name).ok_or_else(rules::no_such_function)
}
