//! Lambda: aliases.

use serde_json::{Value, json};
use strict_cloud::lambda::{AliasConfig, Configuration, Page, UpdateFunctionConfiguration};
use strict_cloud::{Answer, Cloud, FaultKind};

use crate::support::{active, cloud, get, me, publish, refused, settle, verdict, words};

const NOT_FOUND: (u16, &str) = (404, "ResourceNotFoundException");
const ARN: &str = "arn:aws:lambda:eu-west-1:111111111111:function:f";

fn create(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_create_alias(&me(), "f", &AliasConfig::of(asked))
}

fn update(cloud: &mut Cloud, name: &str, asked: Value) -> Answer<Value> {
    cloud.lambda_update_alias(&me(), ("f", name), &AliasConfig::of(asked), None)
}

/// FunctionVersion and RoutingConfig as GetAlias shows them; null where there is none.
fn routed(cloud: &mut Cloud, name: &str) -> (Value, Value) {
    let got = cloud.lambda_get_alias(&me(), "f", name).unwrap();
    let shown = |member| got.get(member).cloned().unwrap_or_default();
    (shown("FunctionVersion"), shown("RoutingConfig"))
}

fn part(version: &str, weight: f64) -> Value {
    json!({"AdditionalVersionWeights": {version: weight}})
}

fn describe(cloud: &mut Cloud, text: &str) {
    let request = UpdateFunctionConfiguration {
        function_name: "f".into(),
        configuration: Configuration::new().with("Description", text),
        revision_id: None,
    };
    cloud
        .lambda_update_function_configuration(&me(), &request)
        .unwrap();
}

/// A function `f` with so many versions.
fn published(cloud: &mut Cloud, versions: usize) {
    active(cloud, "f");
    for number in 1..=versions {
        publish(cloud, &number.to_string());
    }
}

fn names(page: &Value) -> Vec<&str> {
    let aliases = page.get("Aliases").and_then(Value::as_array).unwrap();
    let names = aliases.iter().map(|one| one.get("Name"));
    names.map(|name| name.unwrap().as_str().unwrap()).collect()
}

#[test]
fn what_an_update_omits_stays() {
    let mut cloud = cloud();
    published(&mut cloud, 3);
    let asked = json!({"Name": "live", "FunctionVersion": "1", "Description": "a", "RoutingConfig": part("2", 0.25)});
    create(&mut cloud, asked).unwrap();
    update(&mut cloud, "live", json!({"FunctionVersion": "3"})).unwrap();
    assert_eq!(
        routed(&mut cloud, "live"),
        (json!("3"), part("2", 0.25)),
        "the routing stays"
    );
    update(&mut cloud, "live", json!({"Description": ""})).unwrap();
    assert_eq!(routed(&mut cloud, "live"), (json!("3"), part("2", 0.25)));
    update(&mut cloud, "live", json!({"RoutingConfig": part("1", 1.0)})).unwrap();
    assert_eq!(routed(&mut cloud, "live"), (json!("3"), part("1", 1.0)));
    update(&mut cloud, "live", json!({"RoutingConfig": {}})).unwrap();
    assert_eq!(routed(&mut cloud, "live"), (json!("3"), Value::Null));
}

#[test]
fn an_update_is_refused_for_what_it_would_make() {
    let mut cloud = cloud();
    published(&mut cloud, 2);
    let asked = json!({"Name": "live", "FunctionVersion": "1", "RoutingConfig": part("2", 0.25)});
    create(&mut cloud, asked).unwrap();
    let before = cloud.lambda_get_alias(&me(), "f", "live").unwrap();
    for (case, asked, said) in [
        (
            "the version that has a part already",
            json!({"FunctionVersion": "2"}),
            "Invalid function version 2. Function version 2 is already included in routing configuration.",
        ),
        (
            "$LATEST beside a part",
            json!({"FunctionVersion": "$LATEST"}),
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
    ] {
        let refusal = refused(update(&mut cloud, "live", asked));
        assert_eq!(refusal.code, "InvalidParameterValueException", "{case}");
        assert_eq!(refusal.message, said, "{case}");
    }
    let missing = refused(update(&mut cloud, "live", json!({"FunctionVersion": "9"})));
    assert_eq!(missing.message, format!("Function not found: {ARN}:9"));
    let missing = refused(update(&mut cloud, "other", json!({})));
    assert_eq!((missing.status, missing.code), NOT_FOUND);
    assert_eq!(
        cloud.lambda_get_alias(&me(), "f", "live").unwrap(),
        before,
        "nothing changed"
    );
}

#[test]
fn an_alias_has_a_revision_of_its_own() {
    let mut cloud = cloud();
    published(&mut cloud, 1);
    let latest = get(&mut cloud, "f").revision_id;
    let made = create(&mut cloud, json!({"Name": "live", "FunctionVersion": "1"})).unwrap();
    let stale = made["RevisionId"].as_str();
    let guarded = |cloud: &mut Cloud, revision: Option<&str>| {
        cloud.lambda_update_alias(&me(), ("f", "live"), &AliasConfig::default(), revision)
    };
    let now = guarded(&mut cloud, stale).unwrap();
    assert_ne!(now["RevisionId"], made["RevisionId"]);
    let again = guarded(&mut cloud, stale);
    assert_eq!(verdict(again), (412, "PreconditionFailedException"));
    cloud.lambda_delete_alias(&me(), "f", "live").unwrap();
    assert_eq!(
        get(&mut cloud, "f").revision_id,
        latest,
        "$LATEST has not moved"
    );
}

#[test]
fn a_version_stays_while_an_alias_sends_calls_to_it() {
    let mut cloud = cloud();
    published(&mut cloud, 3);
    let asked = json!({"Name": "live", "FunctionVersion": "1", "RoutingConfig": part("2", 0.0)});
    create(&mut cloud, asked).unwrap();
    create(&mut cloud, json!({"Name": "blue", "FunctionVersion": "1"})).unwrap();
    let mut delete = |version| cloud.lambda_delete_function(&me(), "f", Some(version));
    let refusal = refused(delete("1"));
    assert_eq!(
        (refusal.status, refusal.code, refusal.message.as_str()),
        (
            409,
            "ResourceConflictException",
            "Unable to delete version because the following aliases reference it: [blue, live]"
        )
    );
    let refusal = refused(delete("2"));
    assert!(
        refusal.message.ends_with(": [live]"),
        "a part of the calls is enough: {}",
        refusal.message
    );
    assert_eq!(delete("3"), Ok(204));
    update(&mut cloud, "live", json!({"RoutingConfig": {}})).unwrap();
    assert_eq!(
        cloud.lambda_delete_function(&me(), "f", Some("2")),
        Ok(204),
        "nobody sends calls to it any more"
    );
    assert_eq!(
        cloud.lambda_delete_function(&me(), "f", None),
        Ok(202),
        "the function goes with its aliases"
    );
    settle(&mut cloud);
    active(&mut cloud, "f");
    let list = cloud.lambda_list_aliases(&me(), "f", None, &Page::default());
    assert_eq!(list, Ok(json!({"Aliases": []})));
}

#[test]
fn an_alias_of_latest_shows_what_latest_is() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    create(
        &mut cloud,
        json!({"Name": "head", "FunctionVersion": "$LATEST"}),
    )
    .unwrap();
    describe(&mut cloud, "now");
    let shown = cloud
        .lambda_get_function_configuration(&me(), "f:head", None)
        .unwrap();
    assert_eq!(shown.function_arn, format!("{ARN}:head"));
    assert_eq!(shown.version, "$LATEST");
    assert_eq!(words(&shown), ("Active", "InProgress"));
    let moved = update(&mut cloud, "head", json!({"Description": "busy"}));
    assert_eq!(verdict(moved), (0, ""), "an update does not hold it up");
}

#[test]
fn a_list_has_pages_and_can_show_the_past() {
    let mut cloud = cloud();
    published(&mut cloud, 2);
    for (name, version) in [("c", "1"), ("a", "1"), ("b", "2")] {
        create(
            &mut cloud,
            json!({"Name": name, "FunctionVersion": version}),
        )
        .unwrap();
    }
    let mut page = Page {
        max_items: Some(2),
        ..Page::default()
    };
    let first = cloud.lambda_list_aliases(&me(), "f", None, &page).unwrap();
    assert_eq!(names(&first), ["a", "b"]);
    page.marker = first["NextMarker"].as_str().map(str::to_owned);
    let second = cloud.lambda_list_aliases(&me(), "f", None, &page).unwrap();
    assert_eq!(names(&second), ["c"]);
    assert!(second.get("NextMarker").is_none());
    let all = Page::default();
    let ones = cloud
        .lambda_list_aliases(&me(), "f", Some("1"), &all)
        .unwrap();
    assert_eq!(names(&ones), ["a", "c"]);
    cloud.inject(strict_cloud::Fault::next(
        strict_cloud::operation::lambda::LIST_ALIASES,
        FaultKind::Stale(std::time::Duration::from_secs(1)),
    ));
    cloud.lambda_delete_alias(&me(), "f", "a").unwrap();
    let stale = cloud.lambda_list_aliases(&me(), "f", None, &all).unwrap();
    assert_eq!(names(&stale), ["a", "b", "c"]);
    let missing = cloud.lambda_list_aliases(&me(), "g", None, &all);
    assert_eq!(verdict(missing), NOT_FOUND);
}

#[test]
fn what_the_reference_forbids_is_refused() {
    let mut cloud = cloud();
    published(&mut cloud, 1);
    let with = |fields: Value| {
        let mut asked = json!({"Name": "live", "FunctionVersion": "1"});
        let fields = fields.as_object().unwrap().clone();
        asked.as_object_mut().unwrap().extend(fields);
        asked
    };
    for (case, asked) in [
        ("no name", json!({"FunctionVersion": "1"})),
        ("no version", json!({"Name": "live"})),
        ("a name of digits", with(json!({"Name": "12"}))),
        ("a name with a dot", with(json!({"Name": "a.b"}))),
        ("a long name", with(json!({"Name": "a".repeat(129)}))),
        (
            "an alias as the version",
            with(json!({"FunctionVersion": "blue"})),
        ),
        (
            "a long description",
            with(json!({"Description": "a".repeat(257)})),
        ),
    ] {
        let refusal = refused(create(&mut cloud, asked));
        assert_eq!(
            (refusal.status, refusal.code),
            (400, "ValidationException"),
            "{case}: {}",
            refusal.message
        );
    }
    let text = with(json!({"RoutingConfig": {"AdditionalVersionWeights": {"1": "half"}}}));
    let refusal = refused(create(&mut cloud, text));
    assert_eq!(refusal.code, "SerializationException");
    let read = cloud.lambda_get_alias(&me(), "f", "1");
    assert_eq!(verdict(read), (400, "ValidationException"));
    let absent = cloud.lambda_delete_alias(&me(), "f", "none");
    assert_eq!(absent, Ok(()), "what is not there is gone");
    assert!(!cloud.log().last().unwrap().effect);
}

#[test]
fn the_snapshot_has_aliases() {
    let mut cloud = cloud();
    published(&mut cloud, 2);
    let asked = json!({"Name": "live", "FunctionVersion": "2", "RoutingConfig": part("1", 0.1)});
    create(&mut cloud, asked).unwrap();
    let snapshot = cloud.snapshot("111111111111");
    let function = &snapshot.lambda[&("eu-west-1".to_owned(), "f".to_owned())];
    assert_eq!(
        function.aliases["live"].0,
        *json!({"FunctionVersion": "2", "Description": "", "RoutingConfig": part("1", 0.1)})
            .as_object()
            .unwrap()
    );
}
