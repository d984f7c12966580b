//! UpdateFunctionConfiguration and UpdateFunctionCode.
//!
//! That the RevisionId is looked at before whether the function is busy is assumed:order.

use serde_json::json;

use super::function::{Content, Function, Phase, Update};
use super::validate::{Breaches, invalid};
use super::{
    FunctionConfiguration, UpdateFunctionCode, UpdateFunctionConfiguration, code, code_signing,
    create, name,
};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request, Shown};
use crate::operation::lambda as op;
use crate::world::World;

impl Cloud {
    /// UpdateFunctionConfiguration: 200, LastUpdateStatus InProgress, also where nothing differs (recorded answer: test_redundant_updates).
    pub fn lambda_update_function_configuration(
        &mut self,
        caller: &Caller,
        request: &UpdateFunctionConfiguration,
    ) -> Answer<FunctionConfiguration> {
        let mut arguments = Shown::of(request.configuration.redacted());
        arguments.some(
            "RevisionId",
            request.revision_id.as_ref().map(|value| json!(value)),
        );
        let bare = name::bare(&request.function_name);
        let call = Request {
            operation: op::UPDATE_FUNCTION_CONFIGURATION,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: arguments.0,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let mut breaches = Breaches::default();
            request.configuration.breaches(false, &mut breaches)?;
            breaches.judge()?;
            let name = name::elsewhere(context.caller, &request.function_name, None)?.name;
            let mut function = current(world, context, &name)?;
            let asked = &request.configuration;
            // assumed:package-texts.
            let image = function.content.configuration.is_image();
            if image && ["Handler", "Runtime", "Layers"].iter().any(|field| asked.get(field).is_some()) {
                return Err(invalid("Please don't provide Handler or Runtime or Layer when updating a function with packageType Image."));
            }
            create::closer(world, context, asked, &function.content.configuration)?;
            // Lambda Developer Guide, "Configure Lambda durable functions"; the sentence is assumed:durable.
            if asked.get("DurableConfig").is_some() && function.content.configuration.get("DurableConfig").is_none() {
                return Err(invalid("Durable execution cannot be enabled on an existing function."));
            }
            // As users of Terraform report it (assumed:pinned-runtime).
            let runtime = asked.get("Runtime").filter(|_| function.runtime_management.is_manual());
            if runtime.is_some_and(|runtime| function.content.configuration.get("Runtime") != Some(runtime)) {
                return Err(invalid("Cannot change runtime identifier when runtime management configuration is set to 'Manual'. Change the runtime management configuration to 'Auto' or 'FunctionUpdate', then retry."));
            }
            function.guard(request.revision_id.as_deref())?;
            function.changeable()?;
            create::assumable(world, context, asked)?;
            let before = function.content.clone();
            // Fields of creation alone are no part of this operation (Lambda API reference).
            let mut asked = asked.clone();
            asked.0.retain(|field, _| field != "PackageType" && field != "TenancyConfig");
            function.content.configuration.apply(&asked, &create::vpc_id(world, context.caller), |arn| create::layer_size(world, arn));
            let function = begin(world, context, function, before);
            let reply = function.latest(world.ids, false);
            store(world, context, function);
            Ok(reply)
        })
    }

    /// UpdateFunctionCode: 200, LastUpdateStatus InProgress; with Publish, the reply is the new version's, Pending
    /// (recorded answer: test_publish_with_update).
    pub fn lambda_update_function_code(
        &mut self,
        caller: &Caller,
        request: &UpdateFunctionCode,
    ) -> Answer<FunctionConfiguration> {
        let shown = code::shown(request.code.as_ref(), &request.keeping);
        let mut arguments = Shown::of(json!({"Code": shown}));
        arguments.some(
            "Architectures",
            request.architectures.as_ref().map(|value| json!(value)),
        );
        arguments.some(
            "RevisionId",
            request.revision_id.as_ref().map(|value| json!(value)),
        );
        arguments.some("Publish", request.publish.then_some(json!(true)));
        arguments.some("DryRun", request.dry_run.then_some(json!(true)));
        let bare = name::bare(&request.function_name);
        let call = Request {
            operation: op::UPDATE_FUNCTION_CODE,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: arguments.0,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            code::zipped_size(request.code.as_ref())?;
            let mut breaches = Breaches::default();
            if let Some(architectures) = &request.architectures {
                breaches.architectures(architectures);
            }
            code::breaches(
                request.code.as_ref(),
                &request.keeping,
                false,
                &mut breaches,
            )?;
            breaches.judge()?;
            let name = name::elsewhere(context.caller, &request.function_name, None)?.name;
            let mut function = current(world, context, &name)?;
            let code = code::fetch(
                world,
                context,
                (request.code.as_ref(), &request.keeping),
                function.content.configuration.is_image(),
                false,
            )?;
            code_signing::verified(world, function.code_signing.as_deref(), &code)?;
            function.guard(request.revision_id.as_deref())?;
            function.changeable()?;
            let before = function.content.clone();
            function.content.code = code;
            if let Some(architectures) = &request.architectures {
                function
                    .content
                    .configuration
                    .set("Architectures", json!(architectures));
            }
            if request.dry_run {
                // Lambda API reference, DryRun: validates and changes nothing; what it answers is assumed:dry-run.
                return Ok(function.latest(world.ids, false));
            }
            let version = request.publish.then(|| {
                let until = context.now.after(function.takes(
                    &world.settings,
                    world.ids,
                    world.settings.update_takes,
                ));
                let fails = function.doomed(&world.settings, false);
                function.freeze(
                    world.ids,
                    context.now,
                    Phase::Pending { until, fails },
                    None,
                )
            });
            let function = begin(world, context, function, before);
            let reply = version
                .and_then(|number| function.version(world.ids, number))
                .unwrap_or_else(|| function.latest(world.ids, false));
            store(world, context, function);
            Ok(reply)
        })
    }
}

/// The function as it is now, settled; 404 where it is not (recorded answer: test_ops_on_nonexisting_fn).
pub(super) fn current(
    world: &mut World,
    context: &Context<'_>,
    name: &str,
) -> Result<Function, Problem> {
    let ids = world.ids;
    let shelf = create::shelf(world, context.caller);
    let alive = shelf
        .now
        .get_mut(name)
        .is_some_and(|function| function.settle(ids, context.now));
    if !alive {
        shelf.now.remove(name);
    }
    shelf
        .now
        .get(name)
        .cloned()
        .ok_or_else(|| name::not_found(&name::arn(context.caller, name)))
}

/// Puts a changed function back, and keeps what it was.
pub(super) fn store(world: &mut World, context: &mut Context<'_>, function: Function) {
    let shelf = create::shelf(world, context.caller);
    shelf.keep(&function.name, context.now);
    shelf.now.insert(function.name.clone(), function);
    context.effect = true;
}

/// An update begins.
fn begin(
    world: &World,
    context: &Context<'_>,
    mut function: Function,
    before: Content,
) -> Function {
    function.touch(world.ids);
    function.modified = context.now;
    let until =
        context
            .now
            .after(function.takes(&world.settings, world.ids, world.settings.update_takes));
    let fails = function.doomed(&world.settings, false);
    // assumed:failed-update.
    let before = world
        .settings
        .failed_update_shows_old
        .then(|| Box::new(before));
    function.update = Update::InProgress {
        until,
        fails,
        before,
    };
    function
}
