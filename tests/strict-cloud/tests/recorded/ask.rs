//! A request of a fixture, made to the model, and its answer in the API's form.

use serde_json::{Map, Value, json};
use strict_cloud::lambda::{
    AliasConfig, Code, Configuration, CreateFunction, EventInvokeConfig, FunctionVersion, Keeping,
    Page, Permission, PublishVersion, UpdateFunctionCode, UpdateFunctionConfiguration, UrlConfig,
};
use strict_cloud::log::Answered as Logged;
use strict_cloud::{Answer, Caller, Cloud, Tags, zip};

pub const ACCOUNT: &str = "111111111111";
pub const REGION: &str = "eu-west-1";

/// What was answered.
pub struct Answered {
    /// The HTTP status; in process, as the model's log has it.
    pub status: u16,
    /// The reply, or code and sentence of the refusal.
    pub body: Result<Value, (String, String)>,
}

/// The arguments of a request; what is not taken is not known.
struct Arguments(Map<String, Value>);

impl Arguments {
    fn optional(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).map(|value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("{name} is no text: {value}"))
                .to_owned()
        })
    }

    fn text(&mut self, name: &str) -> String {
        self.optional(name)
            .unwrap_or_else(|| panic!("{name} is missing"))
    }

    fn flag(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some_and(|value| value == true)
    }

    fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let list = self.0.remove(name)?;
        Some(
            list.as_array()
                .unwrap()
                .iter()
                .map(|one| one.as_str().unwrap().to_owned())
                .collect(),
        )
    }

    fn tags(&mut self) -> Tags {
        let tags = self.0.remove("Tags").unwrap_or_else(|| json!({}));
        tags.as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
            .collect()
    }

    fn code(&mut self) -> Option<Code> {
        if let Some(archive) = self.optional("ZipFile") {
            return Some(Code::Zip(archive_of(&archive)));
        }
        if let Some(bucket) = self.optional("S3Bucket") {
            return Some(Code::S3 {
                bucket,
                key: self.text("S3Key"),
                version: self.optional("S3ObjectVersion"),
            });
        }
        self.optional("ImageUri").map(Code::Image)
    }

    fn page(&mut self) -> Page {
        Page {
            marker: self.optional("Marker"),
            max_items: self.0.remove("MaxItems").and_then(|most| most.as_i64()),
        }
    }
}

/// `<archive one>` has one file with that text in it; `<archive of 9 bytes>` says that it unpacks to so many; `<no archive>` is none.
pub fn archive_of(text: &str) -> Vec<u8> {
    let name = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'))
        .unwrap_or_else(|| panic!("no archive is called {text}"));
    if name == "no archive" {
        return b"some bytes, long enough to be an archive's end".to_vec();
    }
    let name = name.strip_prefix("archive ").unwrap();
    let Some(size) = name
        .strip_prefix("of ")
        .and_then(|name| name.strip_suffix(" bytes"))
    else {
        return zip::store(&[("index.py", name.as_bytes())]);
    };
    // The size that the central directory states is what Lambda's limit is for.
    let mut large = zip::store(&[("index.py", b"")]);
    let at = large
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap()
        + 24;
    large[at..at + 4].copy_from_slice(&size.parse::<u32>().unwrap().to_le_bytes());
    large
}

/// A reply whose member is JSON in a text, as the recordings have it.
pub fn unpacked(mut reply: Value, member: &str) -> Value {
    if let Some(text) = reply[member].as_str() {
        reply[member] = serde_json::from_str(text).unwrap();
    }
    reply
}

/// What there is beside functions.
pub fn given(cloud: &mut Cloud, things: &Value) {
    for (name, thing) in things.as_object().unwrap() {
        match name.as_str() {
            "missing" => cloud.settings_mut().missing.extend(
                thing
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|id| id.as_str().unwrap().to_owned()),
            ),
            "object" => {
                let of = |field: &str| thing[field].as_str().unwrap();
                cloud.put_object(
                    REGION,
                    of("bucket"),
                    of("key"),
                    "null",
                    &archive_of(of("is")),
                );
            }
            other => panic!("nobody knows what is given: {other}"),
        }
    }
}

/// A way to make a request: in process, or over HTTP.
pub type Way = fn(&mut Cloud, &str, &Value) -> Answered;

/// The items of every page together, and the status of the last.
pub fn every_page(way: Way, cloud: &mut Cloud, operation: &str, with: &Value) -> Answered {
    let mut with = with.clone();
    let mut all: Vec<Value> = Vec::new();
    loop {
        let mut answered = way(cloud, operation, &with);
        let Ok(page) = &mut answered.body else {
            return answered;
        };
        let marker = page.as_object_mut().unwrap().remove("NextMarker");
        let items = page.as_object_mut().unwrap().values_mut().next().unwrap();
        all.append(items.as_array_mut().unwrap());
        let Some(marker) = marker else {
            *items = Value::Array(all);
            return answered;
        };
        with["Marker"] = marker;
    }
}

/// Makes a request in process, as one person of one account.
pub fn in_process(cloud: &mut Cloud, operation: &str, with: &Value) -> Answered {
    let body = call(cloud, operation, with);
    let status = match cloud.log().last().unwrap().answer {
        Logged::Done(status) | Logged::Refused(status, _) => status,
        Logged::Dropped { .. } => panic!("no fault was laid"),
    };
    let body = body.map_err(|outcome| {
        let refusal = outcome.refusal().unwrap();
        (refusal.code.to_owned(), refusal.message.clone())
    });
    Answered { status, body }
}

fn call(cloud: &mut Cloud, operation: &str, with: &Value) -> Answer<Value> {
    let me = Caller::new(ACCOUNT, REGION, "somebody");
    let mut with = Arguments(with.as_object().unwrap().clone());
    let mut function_name = || with.text("FunctionName");
    let answer = match operation {
        "CreateFunction" => {
            let function_name = function_name();
            let code = with
                .0
                .remove("Code")
                .and_then(|code| Arguments(code.as_object().unwrap().clone()).code());
            let (architectures, tags, publish) = (
                with.texts("Architectures"),
                with.tags(),
                with.flag("Publish"),
            );
            let configuration = Configuration(std::mem::take(&mut with.0));
            cloud
                .lambda_create_function(
                    &me,
                    &CreateFunction {
                        function_name,
                        code,
                        keeping: Keeping::default(),
                        configuration,
                        architectures,
                        tags,
                        publish,
                    },
                )
                .map(|reply| reply.to_json())
        }
        "UpdateFunctionConfiguration" => {
            let (function_name, revision_id) = (function_name(), with.optional("RevisionId"));
            let configuration = Configuration(std::mem::take(&mut with.0));
            let request = UpdateFunctionConfiguration {
                function_name,
                revision_id,
                configuration,
            };
            cloud
                .lambda_update_function_configuration(&me, &request)
                .map(|reply| reply.to_json())
        }
        "UpdateFunctionCode" => {
            let (function_name, revision_id, code) =
                (function_name(), with.optional("RevisionId"), with.code());
            let (architectures, publish, dry_run) = (
                with.texts("Architectures"),
                with.flag("Publish"),
                with.flag("DryRun"),
            );
            let request = UpdateFunctionCode {
                function_name,
                revision_id,
                code,
                keeping: Keeping::default(),
                architectures,
                publish,
                dry_run,
            };
            cloud
                .lambda_update_function_code(&me, &request)
                .map(|reply| reply.to_json())
        }
        "PublishVersion" => {
            let (function_name, code_sha256) = (function_name(), with.optional("CodeSha256"));
            let (revision_id, description) =
                (with.optional("RevisionId"), with.optional("Description"));
            cloud
                .lambda_publish_version(
                    &me,
                    &PublishVersion {
                        function_name,
                        code_sha256,
                        revision_id,
                        description,
                    },
                )
                .map(|reply| reply.to_json())
        }
        "GetFunction" => cloud
            .lambda_get_function(&me, &function_name(), with.optional("Qualifier").as_deref())
            .map(|reply| reply.to_json()),
        "GetFunctionConfiguration" => cloud
            .lambda_get_function_configuration(
                &me,
                &function_name(),
                with.optional("Qualifier").as_deref(),
            )
            .map(|reply| reply.to_json()),
        "DeleteFunction" => cloud
            .lambda_delete_function(&me, &function_name(), with.optional("Qualifier").as_deref())
            .map(|status| json!({"StatusCode": status})),
        "ListVersionsByFunction" => cloud
            .lambda_list_versions_by_function(&me, &function_name(), &with.page())
            .map(|page| page.to_json("Versions")),
        "CreateAlias" => {
            let function_name = function_name();
            let asked = AliasConfig(std::mem::take(&mut with.0));
            cloud.lambda_create_alias(&me, &function_name, &asked)
        }
        "GetAlias" => cloud.lambda_get_alias(&me, &function_name(), &with.text("Name")),
        "UpdateAlias" => {
            let (function_name, name) = (function_name(), with.text("Name"));
            let revision = with.optional("RevisionId");
            let asked = AliasConfig(std::mem::take(&mut with.0));
            let alias = (&function_name[..], &name[..]);
            cloud.lambda_update_alias(&me, alias, &asked, revision.as_deref())
        }
        "DeleteAlias" => cloud
            .lambda_delete_alias(&me, &function_name(), &with.text("Name"))
            .map(|()| json!({})),
        "ListAliases" => {
            let (function_name, version) = (function_name(), with.optional("FunctionVersion"));
            cloud.lambda_list_aliases(&me, &function_name, version.as_deref(), &with.page())
        }
        "GetFunctionRecursionConfig" => cloud
            .lambda_get_function_recursion_config(&me, &function_name())
            .map(|word| json!({"RecursiveLoop": word})),
        "PutFunctionRecursionConfig" => {
            let (name, word) = (function_name(), with.optional("RecursiveLoop"));
            cloud
                .lambda_put_function_recursion_config(&me, &name, word.as_deref())
                .map(|word| json!({"RecursiveLoop": word}))
        }
        "PutFunctionConcurrency" => {
            let name = function_name();
            let reserved = with.0.remove("ReservedConcurrentExecutions");
            cloud
                .lambda_put_function_concurrency(&me, &name, reserved.and_then(|n| n.as_i64()))
                .map(|now| json!({"ReservedConcurrentExecutions": now}))
        }
        "GetFunctionConcurrency" => cloud.lambda_get_function_concurrency(&me, &function_name()),
        "PutProvisionedConcurrencyConfig" => {
            let (name, qualifier) = (function_name(), with.optional("Qualifier"));
            let executions = with.0.remove("ProvisionedConcurrentExecutions");
            let of = (&name[..], qualifier.as_deref());
            let executions = executions.and_then(|n| n.as_i64());
            cloud.lambda_put_provisioned_concurrency_config(&me, of, executions)
        }
        "GetProvisionedConcurrencyConfig" => cloud.lambda_get_provisioned_concurrency_config(
            &me,
            (&function_name(), with.optional("Qualifier").as_deref()),
        ),
        "DeleteProvisionedConcurrencyConfig" => cloud
            .lambda_delete_provisioned_concurrency_config(
                &me,
                (&function_name(), with.optional("Qualifier").as_deref()),
            )
            .map(|()| json!({})),
        "ListProvisionedConcurrencyConfigs" => {
            cloud.lambda_list_provisioned_concurrency_configs(&me, &function_name(), &with.page())
        }
        "CreateFunctionUrlConfig" => {
            let (name, qualifier) = (function_name(), with.optional("Qualifier"));
            let asked = UrlConfig(std::mem::take(&mut with.0));
            cloud.lambda_create_function_url_config(&me, (&name, qualifier.as_deref()), &asked)
        }
        "GetFunctionUrlConfig" => cloud.lambda_get_function_url_config(
            &me,
            (&function_name(), with.optional("Qualifier").as_deref()),
        ),
        "ListFunctionUrlConfigs" => {
            cloud.lambda_list_function_url_configs(&me, &function_name(), &with.page())
        }
        "UpdateFunctionUrlConfig" => {
            let (name, qualifier) = (function_name(), with.optional("Qualifier"));
            let asked = UrlConfig(std::mem::take(&mut with.0));
            cloud.lambda_update_function_url_config(&me, (&name, qualifier.as_deref()), &asked)
        }
        "DeleteFunctionUrlConfig" => cloud
            .lambda_delete_function_url_config(
                &me,
                (&function_name(), with.optional("Qualifier").as_deref()),
            )
            .map(|()| json!({})),
        "AddPermission" => {
            let (name, qualifier) = (function_name(), with.optional("Qualifier"));
            let revision = with.optional("RevisionId");
            let asked = Permission(std::mem::take(&mut with.0));
            let of = (&name[..], qualifier.as_deref());
            cloud
                .lambda_add_permission(&me, of, &asked, revision.as_deref())
                .map(|made| unpacked(made, "Statement"))
        }
        "RemovePermission" => {
            let (name, qualifier) = (function_name(), with.optional("Qualifier"));
            let (statement, revision) = (with.text("StatementId"), with.optional("RevisionId"));
            let of = (&name[..], qualifier.as_deref());
            cloud
                .lambda_remove_permission(&me, of, &statement, revision.as_deref())
                .map(|()| json!({}))
        }
        "GetPolicy" => cloud
            .lambda_get_policy(
                &me,
                (&function_name(), with.optional("Qualifier").as_deref()),
            )
            .map(|got| unpacked(got, "Policy")),
        "GetFunctionEventInvokeConfig" => cloud.lambda_get_function_event_invoke_config(
            &me,
            (&function_name(), with.optional("Qualifier").as_deref()),
        ),
        "PutFunctionEventInvokeConfig" | "UpdateFunctionEventInvokeConfig" => {
            let (name, qualifier) = (function_name(), with.optional("Qualifier"));
            let asked = EventInvokeConfig(std::mem::take(&mut with.0));
            let function = (name.as_str(), qualifier.as_deref());
            if operation == "PutFunctionEventInvokeConfig" {
                cloud.lambda_put_function_event_invoke_config(&me, function, &asked)
            } else {
                cloud.lambda_update_function_event_invoke_config(&me, function, &asked)
            }
        }
        "ListFunctionEventInvokeConfigs" => {
            cloud.lambda_list_function_event_invoke_configs(&me, &function_name(), &with.page())
        }
        "DeleteFunctionEventInvokeConfig" => cloud
            .lambda_delete_function_event_invoke_config(
                &me,
                (&function_name(), with.optional("Qualifier").as_deref()),
            )
            .map(|()| json!({})),
        "GetFunctionCodeSigningConfig" => {
            cloud.lambda_get_function_code_signing_config(&me, &function_name())
        }
        "PutFunctionCodeSigningConfig" => {
            let (name, arn) = (function_name(), with.optional("CodeSigningConfigArn"));
            cloud.lambda_put_function_code_signing_config(&me, &name, arn.as_deref())
        }
        "DeleteFunctionCodeSigningConfig" => cloud
            .lambda_delete_function_code_signing_config(&me, &function_name())
            .map(|()| json!({})),
        "ListFunctions" => {
            let version = FunctionVersion::of(with.optional("FunctionVersion").as_deref());
            cloud
                .lambda_list_functions(&me, &with.page(), version)
                .map(|page| page.to_json("Functions"))
        }
        "TagResource" => cloud
            .lambda_tag_resource(&me, &with.text("Resource"), &with.tags())
            .map(|()| json!({})),
        "UntagResource" => cloud
            .lambda_untag_resource(&me, &with.text("Resource"), &with.texts("TagKeys").unwrap())
            .map(|()| json!({})),
        "ListTags" => cloud
            .lambda_list_tags(&me, &with.text("Resource"))
            .map(|tags| json!({"Tags": tags})),
        other => panic!("{other} is not replayed"),
    };
    assert!(
        with.0.is_empty(),
        "{operation} does not take {:?}",
        with.0.keys()
    );
    answer
}
