//! DeleteFunction.

use serde_json::json;

use super::function::{Function, Phase, Update};
use super::update::{current, store};
use super::validate::invalid;
use super::{name, patterns};
use crate::model::{Answer, Caller, Cloud, Problem, Request};
use crate::operation::lambda as op;

impl Cloud {
    /// DeleteFunction, of a function with all versions, or of one version; answers StatusCode, which is also the answer's status:
    /// 204, and it is gone (recorded answers: test_event_source_mapping_lifecycle_delete_function, TestLambdaTags::test_tag_lifecycle),
    /// or 202 where it takes a while (assumed:deleting).
    pub fn lambda_delete_function(
        &mut self,
        caller: &Caller,
        function_name: &str,
        qualifier: Option<&str>,
    ) -> Answer<u16> {
        let bare = name::bare(function_name);
        let arguments = json!({"Qualifier": qualifier});
        let call = Request {
            operation: op::DELETE_FUNCTION,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments,
            success: 204,
        };
        self.call(caller, call, |world, context| {
            let named = name::elsewhere(context.caller, function_name, qualifier)?;
            let arn = name::arn(context.caller, &named.name);
            let version = match named.qualifier.as_deref() {
                None => None,
                // Recorded answers: test_ops_with_arn_qualifier_mismatch; test_function_name_and_qualifier_validation, qualifier_too_long1
                // and lowercase_latest_qualifier.
                Some("$LATEST") => {
                    return Err(invalid(
                        "$LATEST version cannot be deleted without deleting the function.",
                    ));
                }
                Some(text) if patterns::all(text, |c| c.is_ascii_digit()) => {
                    Some(text.parse::<u64>().unwrap_or(u64::MAX))
                }
                Some(text) if patterns::word(text) => {
                    return Err(invalid("Deletion of aliases is not currently supported."));
                }
                Some(_) => return Err(name::not_found(&arn)),
            };
            let mut function = current(world, context, &named.name)?;
            function.stays()?;
            if let Some(number) = version {
                unreferenced(&function, number)?;
                // assumed:version-gone: a version that is not there is no error.
                if function.versions.remove(&number).is_some() {
                    function.forget(&number.to_string());
                    store(world, context, function);
                }
                return Ok(204);
            }
            match function.phase {
                // assumed:delete-waits.
                Phase::Pending { .. } if world.settings.delete_waits => function.changeable()?,
                Phase::Active
                    if world.settings.delete_waits
                        && matches!(function.update, Update::InProgress { .. }) =>
                {
                    function.changeable()?;
                }
                _ => {}
            }
            let takes = world.ids.duration(
                world.settings.delete_takes,
                &format!("takes/{}", function.birth),
                function.moves,
            );
            function.phase = Phase::Deleting {
                until: context.now.after(takes),
            };
            function.touch(world.ids);
            store(world, context, function);
            if !takes.is_zero() {
                context.status = 202;
            }
            Ok::<_, Problem>(context.status)
        })
    }
}

/// A version that an alias sends calls to stays (Lambda API reference, DeleteFunction, Qualifier); the sentence, and
/// that a part of the calls is enough, are assumed:aliases.
fn unreferenced(function: &Function, number: u64) -> Result<(), Problem> {
    let aliases = function.aliases_of(&number.to_string());
    if aliases.is_empty() {
        return Ok(());
    }
    let said = format!(
        "Unable to delete version because the following aliases reference it: [{}]",
        aliases.join(", ")
    );
    Err(Problem::new(409, "ResourceConflictException", said))
}
