//! PublishVersion and ListVersionsByFunction.

use serde_json::json;

use super::function::Phase;
use super::provisioned_concurrency::cannot_start;
use super::read::{listed, paged};
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{FunctionConfiguration, Listed, Page, PublishVersion, name};
use crate::model::{Answer, Caller, Cloud, Request, Shown};
use crate::operation::lambda as op;

impl Cloud {
    /// PublishVersion: 201; the version that is there already, where nothing changed since (recorded answer: test_version_lifecycle).
    pub fn lambda_publish_version(
        &mut self,
        caller: &Caller,
        request: &PublishVersion,
    ) -> Answer<FunctionConfiguration> {
        let mut arguments = Shown::of(json!({}));
        arguments.some(
            "CodeSha256",
            request.code_sha256.as_ref().map(|value| json!(value)),
        );
        arguments.some(
            "RevisionId",
            request.revision_id.as_ref().map(|value| json!(value)),
        );
        arguments.some(
            "Description",
            request.description.as_ref().map(|value| json!(value)),
        );
        let bare = name::bare(&request.function_name);
        let call = Request {
            operation: op::PUBLISH_VERSION,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: arguments.0,
            success: 201,
        };
        self.call(caller, call, |world, context| {
            if let Some(description) = request.description.as_deref().filter(|text| text.chars().count() > 256) {
                let mut breaches = Breaches::default();
                breaches.add(&format!("Value '{description}'"), "description", "Member must have length less than or equal to 256");
                breaches.judge()?;
            }
            let name = name::elsewhere(context.caller, &request.function_name, None)?.name;
            let mut function = current(world, context, &name)?;
            function.guard(request.revision_id.as_deref())?;
            // Recorded answer: test_publish_with_wrong_sha256.
            let code = &function.content.code.sha256;
            if let Some(sent) = request.code_sha256.as_ref().filter(|sent| *sent != code) {
                return Err(invalid(format!(
                    "CodeSHA256 ({sent}) is different from current CodeSHA256 in $LATEST ({code}). Please try again with the CodeSHA256 in $LATEST."
                )));
            }
            function.changeable()?;
            // "Unchanged" is the content of $LATEST at the last publish; a version that was deleted since is published anew (assumed:republish).
            let same = function.published.as_ref().filter(|(content, number)| *content == function.content && function.versions.contains_key(number));
            if let Some(version) = same.and_then(|(_, number)| function.version(world.ids, *number)) {
                return Ok(version);
            }
            let snap = function.content.configuration.get("SnapStart").and_then(|snap| snap.get("ApplyOn")) == Some(&json!("PublishedVersions"));
            let phase = if snap {
                let until = context.now.after(function.takes(&world.settings, world.ids, world.settings.vpc_takes));
                let fails = cannot_start(world, &function.content);
                let fails = fails.map(|reason| (reason, "FunctionError"));
                Phase::Pending { until, fails }
            } else {
                Phase::Active
            };
            let number = function.freeze(world.ids, context.now, phase, request.description.as_deref());
            // Recorded answer: test_function_revisions_version_and_alias: $LATEST's revision moves too.
            function.touch(world.ids);
            let reply = function.version(world.ids, number);
            store(world, context, function);
            reply.ok_or_else(|| name::not_found(&name))
        })
    }

    /// ListVersionsByFunction: 200: $LATEST, under a qualified ARN, then the versions (recorded answer: test_version_lifecycle).
    pub fn lambda_list_versions_by_function(
        &mut self,
        caller: &Caller,
        function_name: &str,
        page: &Page,
    ) -> Answer<Listed> {
        let bare = name::bare(function_name);
        let arguments = json!({"Marker": page.marker, "MaxItems": page.max_items});
        let call = Request {
            operation: op::LIST_VERSIONS_BY_FUNCTION,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let name = name::elsewhere(context.caller, function_name, None)?.name;
            let function = super::read::seen(world, context, &name)?;
            let mut all = vec![(String::new(), listed(function.latest(world.ids, true)))];
            for number in function.versions.keys() {
                all.extend(
                    function
                        .version(world.ids, *number)
                        .map(|version| (format!("{number:020}"), listed(version))),
                );
            }
            paged(all, page, context)
        })
    }
}
