//! PutFunctionCodeSigningConfig, GetFunctionCodeSigningConfig and DeleteFunctionCodeSigningConfig, and what a
//! configuration does to code.
//!
//! Source: recorded answers: TestCodeSigningConfig. What they do not show is assumed:code-signing. Configurations
//! exist, unless settings say that one is missing.

use serde_json::{Map, Value, json};

use super::code::Deployed;
use super::function::Function;
use super::schema::CODE_SIGNING;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{name, read};
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::lambda as op;
use crate::world::World;

/// The folder in which a signed archive has its signature (Lambda Developer Guide, "Using code signing to verify code
/// integrity with Lambda": AWS Signer puts it into the archive; the path is as signed archives show it).
const SIGNATURE: &[u8] = b"META-INF/aws_signer_signature";

impl Cloud {
    /// PutFunctionCodeSigningConfig: 200.
    pub fn lambda_put_function_code_signing_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
        arn: Option<&str>,
    ) -> Answer<Value> {
        let mut asked = Map::new();
        asked.extend(arn.map(|arn| ("CodeSigningConfigArn".to_owned(), json!(arn))));
        let call = (
            op::PUT_FUNCTION_CODE_SIGNING_CONFIG,
            Value::Object(asked.clone()),
            200,
        );
        self.about(caller, (function_name, None), call, |world, context, named| {
            let name = named.name.as_str();
            let mut breaches = Breaches::default();
            if arn.is_none() {
                breaches.add("Value null", "codeSigningConfigArn", "Member must not be null");
            }
            breaches.object("", &asked, CODE_SIGNING)?;
            breaches.judge()?;
            let mut function = changeable(world, context, name)?;
            let arn = arn.unwrap_or_default();
            exists(world, Some(arn))?;
            if function.content.configuration.is_image() {
                return Err(invalid(
                    "Code signing configuration is not supported for functions created with container images.",
                ));
            }
            function.code_signing = Some(arn.to_owned());
            function.touch(world.ids);
            let reply = shown(&function);
            store(world, context, function);
            Ok(reply)
        })
    }

    /// GetFunctionCodeSigningConfig: 200; without CodeSigningConfigArn where there is none.
    pub fn lambda_get_function_code_signing_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
    ) -> Answer<Value> {
        let call = (op::GET_FUNCTION_CODE_SIGNING_CONFIG, json!({}), 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let name = named.name.as_str();
                let missing = || name::not_found(&name::arn(context.caller, name));
                let function = read::seen(world, context, name).map_err(|_| missing())?;
                Ok(shown(&function))
            },
        )
    }

    /// DeleteFunctionCodeSigningConfig: 204, also where there is none.
    pub fn lambda_delete_function_code_signing_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
    ) -> Answer<()> {
        let call = (op::DELETE_FUNCTION_CODE_SIGNING_CONFIG, json!({}), 204);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let name = named.name.as_str();
                let mut function = changeable(world, context, name)?;
                if function.code_signing.take().is_some() {
                    function.touch(world.ids);
                }
                store(world, context, function);
                Ok(())
            },
        )
    }
}

fn changeable(world: &mut World, context: &Context<'_>, name: &str) -> Result<Function, Problem> {
    let function = current(world, context, name)?;
    function.changeable()?;
    Ok(function)
}

/// Recorded answer: test_function_code_signing_config.
fn shown(function: &Function) -> Value {
    match &function.code_signing {
        Some(arn) => json!({"CodeSigningConfigArn": arn, "FunctionName": function.name}),
        None => json!({}),
    }
}

/// The configuration that is named must be there (Lambda API reference, CodeSigningConfigNotFoundException).
pub(super) fn exists(world: &World, arn: Option<&str>) -> Result<(), Problem> {
    match arn {
        Some(arn) if world.settings.missing.contains(arn) => Err(Problem::new(
            404,
            "CodeSigningConfigNotFoundException",
            format!("Code signing config {arn} not found."),
        )),
        _ => Ok(()),
    }
}

/// Code that is not signed is refused where the configuration says Enforce (Lambda API reference,
/// CodeVerificationFailedException).
pub(super) fn verified(world: &World, arn: Option<&str>, code: &Deployed) -> Result<(), Problem> {
    let enforced = arn.is_some_and(|arn| world.settings.enforced.contains(arn));
    let bytes = code.bytes.as_deref().unwrap_or_default();
    let signed = bytes.windows(SIGNATURE.len()).any(|part| part == SIGNATURE);
    if enforced && !signed {
        return Err(Problem::new(
            400,
            "CodeVerificationFailedException",
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for this function.",
        ));
    }
    Ok(())
}
