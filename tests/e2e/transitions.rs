//! From any valid spec to any other, all at once: the end is that of the second alone.
//!
//! The pairs come from the schemas, as in the simulation, and are judged by the same exceptions.
//! That the API server takes each proves that they are made as its rules ask.

#[path = "../simulation/transitions/exceptions.rs"]
mod exceptions;

use std::time::{Duration, Instant};

use aws_sdk_cloudfront::types::FunctionStage;
use cloudfn::api::crds;
use cloudfn_bed::specs::{Around, Package, Specs};
use cloudfn_bed::{condition, is_ready};
use fastrand::Rng;
use futures::{StreamExt as _, stream};
use kube::api::{DynamicObject, ListParams};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::invariants::SENTINEL;
use crate::lambda::code::{bucket, put_s3};
use crate::lambda::table;
use crate::support::{CFF, Cloud, LFN, Scene, archive, python};
use crate::witness::calls::configuration::Shown as _;
use exceptions::{EXCEPTIONS, Exception, Met, Pair, end, unexcused};

/// Pairs of each kind.
const EACH: u64 = 100;
/// Requests at once, to the API server and to the cloud.
const AT_ONCE: usize = 16;

/// What differs because two functions cannot have one name.
const HERE: &[Exception] = &[Exception {
    paths: &["status.published.settingsSha256"],
    reason: "the ARN is a part of what the hash is over",
    holds: |_, one, two| one.is_string() && two.is_string(),
}];

/// A pair and the names of its two objects.
struct Trial {
    seed: u64,
    kind: &'static str,
    a: Value,
    b: Value,
}

impl Trial {
    fn new(kind: &'static str, specs: &Specs, seed: u64) -> Self {
        let (a, b) = specs.pair(&mut Rng::with_seed(seed));
        Self { seed, kind, a, b }
    }

    fn name(&self, role: &str) -> String {
        format!("{role}-{}", self.seed)
    }

    /// One spec as the object of a role has it: two objects cannot have one function.
    fn manifest(&self, role: &str, spec: &Value) -> Value {
        let mut spec = spec.clone();
        if let Some(function) = spec["functionName"].as_str() {
            spec["functionName"] = json!(format!("{function}-{}", self.name(role)));
        }
        json!({"kind": self.kind, "metadata": {"name": self.name(role)}, "spec": spec})
    }

    fn describe(&self, what: &str) -> String {
        format!(
            "seed {}, {}:\nA {}\nB {}\n{what}",
            self.seed, self.kind, self.a, self.b
        )
    }
}

/// Runs work on all, some at once, and keeps their order.
async fn each<T, W: Future<Output = T>>(work: impl IntoIterator<Item = W>) -> Vec<T> {
    stream::iter(work).buffered(AT_ONCE).collect().await
}

async fn apply(scene: &Scene, trial: &Trial, role: &str, spec: &Value) {
    if let Err(refusal) = scene.tenant.try_apply(trial.manifest(role, spec)).await {
        panic!(
            "{}",
            trial.describe(&format!("the API server refuses {role}: {refusal}"))
        );
    }
}

/// Ready or Stalled for its generation, after the look of this token, if there is one.
fn is_at_rest(object: &DynamicObject, token: Option<&str>) -> bool {
    let status = &object.data["status"];
    let current = status["observedGeneration"].as_i64() == object.metadata.generation;
    let handled = token.is_none_or(|token| status["lastHandledReconcileAt"] == token);
    current && handled && (is_ready(object) || condition(object, "Stalled").is_some())
}

/// Waits until every object is at rest.
async fn rest(scene: &Scene, token: Option<&str>) {
    let deadline = Instant::now() + Duration::from_mins(3);
    for kind in [CFF, LFN] {
        loop {
            let listed = scene
                .tenant
                .api(kind)
                .list(&ListParams::default())
                .await
                .expect("listed")
                .items;
            let Some(first) = listed.iter().find(|object| !is_at_rest(object, token)) else {
                break;
            };
            if Instant::now() > deadline {
                let name = first.metadata.name.clone().unwrap_or_default();
                panic!(
                    "{kind} {name} does not come to rest\n{}",
                    scene.tenant.describe(kind, &name).await
                );
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
}

/// Asks for a look at every object, which learns what a write left open, and writes nothing.
async fn look(scene: &Scene, token: &str) {
    scene.tenant.clear_calls();
    let annotation =
        json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}});
    for kind in [CFF, LFN] {
        let listed = scene
            .tenant
            .api(kind)
            .list(&ListParams::default())
            .await
            .expect("listed")
            .items;
        let names: Vec<String> = listed
            .into_iter()
            .filter_map(|object| object.metadata.name)
            .collect();
        each(
            names
                .iter()
                .map(|name| scene.tenant.patch(kind, name, annotation.clone())),
        )
        .await;
    }
    rest(scene, Some(token)).await;
    assert_eq!(
        scene.writes(),
        Vec::<String>::new(),
        "what is at rest is written to"
    );
}

/// The object of a role, and all there is of it.
async fn ended(scene: &Scene, trial: &Trial, role: &str) -> (Value, Value) {
    let name = trial.name(role);
    let object = scene.tenant.get(trial.kind, &name).await;
    let object = serde_json::to_value(object).expect("JSON");
    let function = object["spec"]["functionName"]
        .as_str()
        .unwrap_or(&name)
        .to_owned();
    let seen = if trial.kind == CFF {
        edge(&scene.cloud, &function).await
    } else {
        regional(&scene.cloud, &function).await
    };
    let mut end = end(&object, &seen);
    // Names differ: each must be the object's own.
    let mut own = |path: &str, is_own: &dyn Fn(&str) -> bool| {
        if let Some(text) = end.pointer_mut(path).filter(|text| text.is_string()) {
            assert!(
                is_own(text.as_str().unwrap_or_default()),
                "{}",
                trial.describe(&format!("{path} of {name} is {text}"))
            );
            *text = json!("its own");
        }
    };
    own("/status/functionName", &|text| text == function);
    own("/status/arn", &|text| {
        text.ends_with(&format!("/{function}")) || text.ends_with(&format!(":{function}"))
    });
    own("/cloud/tags/cloudfn.dev~1owner", &|text| {
        text.ends_with(&format!("/{}/{name}", scene.tenant.namespace()))
    });
    (object["spec"].clone(), end)
}

async fn edge(cloud: &Cloud, name: &str) -> Value {
    let copy = async |stage: FunctionStage| {
        let code = cloud.code(name, stage.clone()).await?;
        let config = cloud
            .describe(name, stage)
            .await
            .function_summary?
            .function_config?;
        let stores = config
            .key_value_store_associations
            .and_then(|stores| stores.items)
            .unwrap_or_default();
        let stores: Vec<String> = stores
            .into_iter()
            .map(|store| store.key_value_store_arn)
            .collect();
        let sha256 = format!("{:x?}", Sha256::digest(code).as_slice());
        Some(
            json!({"codeSha256": sha256, "comment": config.comment, "runtime": config.runtime.as_str(), "stores": stores}),
        )
    };
    let Some(development) = copy(FunctionStage::Development).await else {
        return Value::Null;
    };
    json!({"development": development, "live": copy(FunctionStage::Live).await, "tags": cloud.cloudfront_tags(name).await})
}

async fn regional(cloud: &Cloud, name: &str) -> Value {
    let Some(found) = cloud.function(name).await else {
        return Value::Null;
    };
    let of = |function: &aws_sdk_lambda::types::FunctionConfiguration| {
        let shown = function.shown();
        let members = table::fields().into_iter().map(|(field, _)| {
            let member = table::member(field);
            let mut value = shown[&member].clone();
            // The log group of the function's own name is another for each of a pair, and the emulator leaves it out.
            if value["LogGroup"] == format!("/aws/lambda/{name}") {
                value["LogGroup"].take();
            }
            (member, value)
        });
        Value::Object(members.collect())
    };
    let listed = cloud
        .lambda
        .list_versions_by_function()
        .function_name(name)
        .send()
        .await
        .expect("listed")
        .versions
        .unwrap_or_default();
    let versions = listed
        .iter()
        .filter(|version| version.version.as_deref() != Some("$LATEST"))
        .map(|version| {
            let number = version.version.clone().unwrap_or_default();
            (
                number,
                json!({"configuration": of(version), "codeSha256": version.code_sha256}),
            )
        });
    let function = found.configuration.expect("a configuration");
    let concurrency = found.concurrency;
    json!({
        "reservedConcurrentExecutions": concurrency.and_then(|of| of.reserved_concurrent_executions),
        "functionUrlConfig": url(cloud, name).await,
        "policy": policy(cloud, name).await,
        "eventInvokeConfig": events(cloud, name).await,
        "configuration": of(&function), "codeSha256": function.code_sha256, "tags": found.tags,
        "state": function.state.as_ref().map(aws_sdk_lambda::types::State::as_str),
        "lastUpdateStatus": function.last_update_status.as_ref().map(aws_sdk_lambda::types::LastUpdateStatus::as_str),
        "versions": versions.collect::<Map<_, _>>(),
    })
}

/// What the URL of a function is like, if it has one.
async fn url(cloud: &Cloud, name: &str) -> Value {
    let request = cloud.lambda.get_function_url_config().function_name(name);
    // An empty block is none.
    let empty = aws_sdk_lambda::types::Cors::builder().build();
    match request.send().await {
        Ok(got) => json!({
            "authType": got.auth_type.as_str(), "invokeMode": got.invoke_mode.map(|mode| mode.as_str().to_owned()),
            "cors": got.cors.filter(|cors| *cors != empty).map(|cors| format!("{cors:?}")),
        }),
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_resource_not_found_exception(), "{error:?}");
            Value::Null
        }
    }
}

/// The statements of a function's policy by their ids, if it has one.
async fn policy(cloud: &Cloud, name: &str) -> Value {
    let request = cloud.lambda.get_policy().function_name(name);
    match request.send().await {
        Ok(got) => {
            let policy: Value =
                serde_json::from_str(&got.policy.unwrap_or_default()).expect("JSON");
            let statements = policy["Statement"].as_array().into_iter().flatten();
            let by_id = statements.map(|one| {
                let mut one = one.clone();
                // It has the function's own name.
                one["Resource"].take();
                (one["Sid"].as_str().unwrap_or_default().to_owned(), one)
            });
            Value::Object(by_id.collect())
        }
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_resource_not_found_exception(), "{error:?}");
            json!({})
        }
    }
}

/// What becomes of events of asynchronous calls, if a function says so.
async fn events(cloud: &Cloud, name: &str) -> Value {
    let request = cloud.lambda.get_function_event_invoke_config();
    match request.function_name(name).send().await {
        Ok(got) => json!({
            "maximumRetryAttempts": got.maximum_retry_attempts,
            "maximumEventAgeInSeconds": got.maximum_event_age_in_seconds,
            "destinationConfig": got.destination_config.map(|destinations| format!("{destinations:?}")),
        }),
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_resource_not_found_exception(), "{error:?}");
            Value::Null
        }
    }
}

/// Everything that specs name.
async fn around(scene: &Scene) -> Around {
    let bucket = bucket(scene, &[("a/one.zip", "one")]).await;
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    put_s3(scene, &format!("{bucket}?versioning"), versioning.into()).await;
    let archives = ["one", "two", "three"].map(|text| archive("index.py", &python(text)));
    let mut packages = ["a/one.zip", "two.zip"]
        .map(|key| Package {
            bucket: bucket.clone(),
            key: key.to_owned(),
            version: None,
        })
        .to_vec();
    for archive in &archives {
        let version = put_s3(scene, &format!("{bucket}/two.zip"), archive.clone()).await;
        assert!(version.is_some(), "the bucket keeps versions");
        packages.push(Package {
            bucket: bucket.clone(),
            key: "two.zip".to_owned(),
            version,
        });
    }
    let around = Around {
        sentinel: SENTINEL,
        account: scene.tenant.account().to_owned(),
        regions: vec![scene.tenant.region().to_owned()],
        // The emulator gives an image no hash, by which the operator knows what runs.
        images: Vec::new(),
        // The emulator looks for them, and keeps a key where Lambda keeps none.
        names_what_is_not_there: false,
        archives: archives.to_vec(),
        packages,
    };
    for (name, data) in around.config_maps() {
        scene
            .apply(json!({"kind": "ConfigMap", "metadata": {"name": name}, "data": data}))
            .await;
    }
    for (name, data) in around.secrets() {
        scene
            .apply(json!({"kind": "Secret", "metadata": {"name": name}, "stringData": data}))
            .await;
    }
    around
}

#[tokio::test]
async fn from_any_spec_to_any_other_ends_as_the_other_alone() {
    let scene = Scene::with(
        "transitions",
        &[
            "--concurrency=32",
            "--max-adoption-policy=IfUnowned",
            "--cloudfront-tests=skip-unsupported",
        ],
    )
    .await;
    let around = around(&scene).await;
    let began = Instant::now();
    let definitions = crds::all()
        .into_iter()
        .map(|definition| serde_json::to_value(definition).expect("JSON"));
    let kinds: Vec<(&str, Specs)> = [CFF, LFN]
        .into_iter()
        .zip(definitions.map(|definition| Specs::of(&definition, &around)))
        .collect();
    let trials: Vec<Trial> = kinds
        .iter()
        .flat_map(|(kind, specs)| (1..=EACH).map(move |seed| Trial::new(kind, specs, seed)))
        .collect();

    each(
        trials
            .iter()
            .map(|trial| apply(&scene, trial, "changed", &trial.a)),
    )
    .await;
    each(
        trials
            .iter()
            .map(|trial| apply(&scene, trial, "created", &trial.b)),
    )
    .await;
    rest(&scene, None).await;
    look(&scene, "1").await;
    let before = each(trials.iter().map(|trial| ended(&scene, trial, "changed"))).await;
    each(
        trials
            .iter()
            .map(|trial| apply(&scene, trial, "changed", &trial.b)),
    )
    .await;
    rest(&scene, None).await;
    look(&scene, "2").await;
    let changed = each(trials.iter().map(|trial| ended(&scene, trial, "changed"))).await;
    let created = each(trials.iter().map(|trial| ended(&scene, trial, "created"))).await;

    let (mut met, mut wrong) = (Met::new(), Vec::new());
    for (trial, (((from, before), (to, changed)), (_, created))) in
        trials.iter().zip(before.iter().zip(&changed).zip(&created))
    {
        let pair = Pair {
            from,
            to,
            before,
            changed,
            created,
        };
        let ready = &created["status"]["conditions"]["Ready"];
        let fine = ready["status"] == "True"
            || (to["managementPolicy"] == "Observe" && ready["reason"] == "FunctionNotFound");
        let sentence = if fine {
            unexcused(&pair, &[EXCEPTIONS, HERE], &mut met)
        } else {
            Some(format!("B alone ends {ready}"))
        };
        wrong.extend(sentence.map(|sentence| trial.describe(&sentence)));
    }
    println!(
        "{} pairs in {:.1} s; exceptions met:",
        trials.len(),
        began.elapsed().as_secs_f64()
    );
    for (reason, times) in &met {
        println!("{times:>7}  {reason}");
    }
    assert!(
        wrong.is_empty(),
        "{} of {} pairs ended otherwise:\n{}",
        wrong.len(),
        trials.len(),
        wrong.join("\n\n")
    );
    let unmet = exceptions::unmet(&[HERE], &met);
    assert!(
        unmet.is_empty(),
        "exceptions that no pair needed: {unmet:#?}"
    );
    scene.end().await;
}
