//! CreateFunction, and what Lambda looks at more closely than the service model does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::function::{Content, Function, Phase, Update};
use super::validate::{self, Breaches, invalid};
use super::{
    Configuration, CreateFunction, FunctionConfiguration, RuntimeManagement, code, code_signing,
    name, recursion, tagging, update,
};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request, Shown};
use crate::operation::lambda as op;
use crate::world::{Shelf, World};

impl Cloud {
    /// CreateFunction: 201, Pending.
    pub fn lambda_create_function(
        &mut self,
        caller: &Caller,
        request: &CreateFunction,
    ) -> Answer<FunctionConfiguration> {
        let mut arguments = Shown::of(request.configuration.redacted());
        arguments.set("Code", code::shown(request.code.as_ref(), &request.keeping));
        arguments.some(
            "Architectures",
            request.architectures.as_ref().map(|value| json!(value)),
        );
        arguments.some(
            "Tags",
            (!request.tags.is_empty()).then(|| json!(request.tags)),
        );
        arguments.some("Publish", request.publish.then_some(json!(true)));
        let bare = name::bare(&request.function_name);
        let call = Request {
            operation: op::CREATE_FUNCTION,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: arguments.0,
            success: 201,
        };
        self.call(caller, call, |world, context| {
            create(world, context, request)
        })
    }
}

fn create(
    world: &mut World,
    context: &mut Context<'_>,
    request: &CreateFunction,
) -> Result<FunctionConfiguration, Problem> {
    code::zipped_size(request.code.as_ref())?;
    let mut breaches = Breaches::default();
    name::breaches_at_creation(&request.function_name, &mut breaches);
    request.configuration.breaches(true, &mut breaches)?;
    if let Some(architectures) = &request.architectures {
        breaches.architectures(architectures);
    }
    code::breaches(request.code.as_ref(), &request.keeping, true, &mut breaches)?;
    tagging::breaches(&request.tags, &mut breaches);
    breaches.judge()?;
    let name = name::at_creation(context.caller, &request.function_name)?;
    tagging::valid(&request.tags, 0)?;

    let mut configuration = Configuration::defaults(&name);
    let image = request.configuration.is_image();
    packaged(&request.configuration, image)?;
    closer(world, context, &request.configuration, &configuration)?;
    configuration.apply(
        &request.configuration,
        &vpc_id(world, context.caller),
        |arn| layer_size(world, arn),
    );
    if let Some(architectures) = &request.architectures {
        configuration.set("Architectures", json!(architectures));
    }
    if update::current(world, context, &name).is_ok() {
        // Lambda API reference, ResourceConflictException; the sentence is assumed:exists. The configuration was looked at before (recorded
        // answer: test_layer_function_exceptions, a layer of another region); that role and code are only afterwards is assumed:order.
        return Err(Problem::new(
            409,
            "ResourceConflictException",
            format!("Function already exist: {name}"),
        ));
    }
    let signing = request.configuration.text("CodeSigningConfigArn");
    code_signing::exists(world, signing)?;
    assumable(world, context, &request.configuration)?;
    let asked = (request.code.as_ref(), &request.keeping);
    let code = code::fetch(world, context, asked, image, true)?;
    code_signing::verified(world, signing, &code)?;

    world.births += 1;
    let (ids, birth, now) = (world.ids, world.births, context.now);
    let mut function = Function {
        arn: name::arn(context.caller, &name),
        region: context.caller.region.clone(),
        content: Content {
            configuration,
            code,
        },
        phase: Phase::Active,
        update: Update::None,
        revision: String::new(),
        tags: request.tags.clone(),
        recursive_loop: recursion::DEFAULT,
        reserved_concurrency: None,
        urls: BTreeMap::new(),
        policies: BTreeMap::new(),
        runtime_management: RuntimeManagement::default(),
        code_signing: signing.map(str::to_owned),
        event_invoke: BTreeMap::new(),
        aliases: BTreeMap::new(),
        provisioned: BTreeMap::new(),
        versions: BTreeMap::new(),
        next_version: 1,
        published: None,
        modified: now,
        birth,
        moves: 0,
        name,
    };
    function.touch(ids);
    let until = now.after(function.takes(&world.settings, ids, world.settings.create_takes));
    function.phase = Phase::Pending {
        until,
        fails: function.doomed(&world.settings, true),
    };
    let mut reply = function.latest(ids, false);
    if request.publish {
        // Recorded answer: test_list_functions: version 1, under the unqualified ARN.
        reply.version = function
            .freeze(ids, now, function.phase.clone(), None)
            .to_string();
    }
    update::store(world, context, function);
    Ok(reply)
}

/// The functions of a caller's account and region.
pub(super) fn shelf<'a>(world: &'a mut World, caller: &Caller) -> &'a mut Shelf<Function> {
    world
        .lambda
        .entry((caller.account.clone(), caller.region.clone()))
        .or_default()
}

/// What the package type asks for; the sentences are assumed:package-texts.
fn packaged(asked: &Configuration, image: bool) -> Result<(), Problem> {
    let any = |fields: &[&str]| fields.iter().any(|field| asked.get(field).is_some());
    if image && any(&["Handler", "Runtime", "Layers"]) {
        return Err(invalid(
            "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
        ));
    }
    if !image && (asked.get("Handler").is_none() || asked.get("Runtime").is_none()) {
        return Err(invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    if !image && any(&["ImageConfig"]) {
        return Err(invalid(
            "Please don't provide ImageConfig when the intended function PackageType is Zip.",
        ));
    }
    Ok(())
}

/// What is asked for, looked at closely; `before` is what the function has.
pub(super) fn closer(
    world: &World,
    context: &Context<'_>,
    asked: &Configuration,
    before: &Configuration,
) -> Result<(), Problem> {
    if let Some(runtime) = asked.text("Runtime") {
        validate::runtime(runtime)?;
    }
    // Lambda Developer Guide, "Lambda quotas": 900 seconds, 10,240 MB of memory and of /tmp (assumed:ordinary-bounds for the words).
    let size = asked
        .get("EphemeralStorage")
        .and_then(|storage| storage.get("Size"))
        .and_then(Value::as_i64);
    for (field, value, most) in [
        ("timeout", asked.number("Timeout"), 900),
        ("memorySize", asked.number("MemorySize"), 10_240),
        ("ephemeralStorage.size", size, 10_240),
    ] {
        if let Some(value) = value.filter(|value| *value > most) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must have value less than or equal to {most}"
            )));
        }
    }
    if let Some(variables) = asked.variables() {
        validate::environment(variables)?;
    }
    vpc(world, asked)?;
    snapshots(asked, before)?;
    layers(world, context, asked)?;
    levels(asked, before)
}

/// Recorded answers: test_invalid_vpc_config_subnet, test_invalid_vpc_config_security_group; that both lists go together is assumed:vpc-both.
fn vpc(world: &World, asked: &Configuration) -> Result<(), Problem> {
    let Some(vpc) = asked.get("VpcConfig") else {
        return Ok(());
    };
    let list = |name: &str| {
        vpc.get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
    };
    let (subnets, groups) = (list("SubnetIds"), list("SecurityGroupIds"));
    if subnets.is_empty() != groups.is_empty() {
        return Err(invalid(
            "SubnetIds and SecurityIds must coexist or be both empty list.",
        ));
    }
    // Groups are looked for first: in test_invalid_vpc_config_security_group the subnet does not exist either.
    if let Some(id) = groups
        .iter()
        .find(|id| world.settings.missing.contains(**id))
    {
        return Err(invalid(format!(
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '{id}' does not exist"
        )));
    }
    if let Some(id) = subnets
        .iter()
        .find(|id| world.settings.missing.contains(**id))
    {
        return Err(invalid(format!(
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '{id}' does not exist"
        )));
    }
    Ok(())
}

/// Lambda Developer Guide, "Lambda SnapStart", "Supported features and limitations" (assumed:snap-start for the words).
fn snapshots(asked: &Configuration, before: &Configuration) -> Result<(), Problem> {
    let value = |name| asked.get(name).or_else(|| before.get(name));
    if value("SnapStart").is_none_or(|snap| snap["ApplyOn"] != "PublishedVersions") {
        return Ok(());
    }
    if value("EphemeralStorage").is_some_and(|storage| storage["Size"].as_i64() > Some(512)) {
        return Err(invalid(
            "SnapStart is not supported with ephemeral storage greater than 512 MB.",
        ));
    }
    let has_files = |files: &Value| files.as_array().is_some_and(|files| !files.is_empty());
    if value("FileSystemConfigs").is_some_and(has_files) {
        return Err(invalid("SnapStart is not supported with file systems."));
    }
    Ok(())
}

/// Recorded answers: test_layer_function_exceptions. Five layers: Lambda Developer Guide, "Lambda quotas" (assumed:five-layers for the words).
fn layers(world: &World, context: &Context<'_>, asked: &Configuration) -> Result<(), Problem> {
    let arns: Vec<&str> = asked
        .get("Layers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for arn in &arns {
        let region = arn.split(':').nth(3).unwrap_or_default();
        if !region.is_empty() && region != context.caller.region {
            let said = format!(
                "Layers are not in the same region as the function. Layers are expected to be in region {}.",
                context.caller.region
            );
            return Err(invalid(said));
        }
        if world.settings.missing.contains(*arn) {
            return Err(invalid(format!("Layer version {arn} does not exist.")));
        }
        let layer = arn.rsplit_once(':').map_or(*arn, |(layer, _)| layer);
        if let Some(other) = seen.insert(layer, arn) {
            return Err(invalid(format!(
                "Two different versions of the same layer are not allowed to be referenced in the same function. {other} and {arn} are versions of the same layer."
            )));
        }
    }
    if arns.len() > 5 {
        Err(invalid("Cannot reference more than 5 layers."))
    } else {
        Ok(())
    }
}

/// Lambda Developer Guide, "Configuring advanced logging controls": levels need the JSON format (assumed:logging for the words).
fn levels(asked: &Configuration, before: &Configuration) -> Result<(), Problem> {
    let Some(logging) = asked.get("LoggingConfig") else {
        return Ok(());
    };
    let named = ["ApplicationLogLevel", "SystemLogLevel"]
        .iter()
        .any(|level| logging.get(level).is_some());
    let format = logging.get("LogFormat").or_else(|| {
        before
            .get("LoggingConfig")
            .and_then(|logging| logging.get("LogFormat"))
    });
    if named && format.and_then(Value::as_str) != Some("JSON") {
        return Err(invalid(
            "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request or change the LogFormat to \"JSON\" and try again.",
        ));
    }
    Ok(())
}

/// Whether Lambda can assume the role (Lambda API reference, InvalidParameterValueException; the sentence is what
/// every deployment tool retries on). Cross-account roles: assumed:foreign-role.
pub(super) fn assumable(
    world: &World,
    context: &Context<'_>,
    asked: &Configuration,
) -> Result<(), Problem> {
    let Some(role) = asked.text("Role") else {
        return Ok(());
    };
    if role.split(':').nth(4) != Some(context.caller.account.as_str()) {
        return Err(Problem::new(
            403,
            "AccessDeniedException",
            "Cross-account pass role is not allowed.",
        ));
    }
    let from = world.roles.get(role);
    if from.is_some_and(|from| *from > context.now) || from.is_none() && !world.settings.any_role {
        return Err(invalid(
            "The role defined for the function cannot be assumed by Lambda.",
        ));
    }
    Ok(())
}

/// The VPC of all subnets: an account has one in each region (in test_vpc_config another subnet changes no VpcId).
pub(super) fn vpc_id(world: &World, caller: &Caller) -> String {
    format!(
        "vpc-{:016x}",
        world
            .ids
            .number(&format!("{}/{}", caller.account, caller.region), 0)
    )
}

/// A layer's size: some size.
pub(super) fn layer_size(world: &World, arn: &str) -> u64 {
    world.ids.number(arn, 0) % 1_000_000 + 1
}
