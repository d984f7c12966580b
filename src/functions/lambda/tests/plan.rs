//! `plan`: the steps, in order, and the reasons that people read.

use serde_json::{Value, json};

use super::{desired, edited, made_of, memory, next, s3, show, spec};
use crate::cloud::Tags;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::work::Work;
use crate::functions::lambda::{Step, desired as step};
use crate::reconcile::{Desired as _, Goal, Plan, Step as _};

/// The plan that makes `after` of a function that was made of `before`.
fn change(before: &Value, after: &Value, managed: &[&str]) -> String {
    next(
        &desired(after),
        &memory(managed),
        &made_of(&desired(before)),
    )
}

#[test]
fn each_difference_is_planned_with_the_call_that_removes_it() {
    let full = json!({"description": "d", "timeout": 9, "memorySize": 256, "environment": {"variables": {"AB": "1"}}, "tags": {"team": "shop"}});
    let cases = [
        ("nothing changed", json!({}), json!({}), "Settled"),
        ("nothing changed, all named", full.clone(), full, "Settled"),
        (
            "named as it is by default",
            json!({}),
            json!({"timeout": 3, "memorySize": 128, "description": "", "environment": {}, "architectures": ["x86_64"]}),
            "Settled",
        ),
        (
            "another timeout",
            json!({}),
            json!({"timeout": 10}),
            "UpdateConfiguration(timeout:3>10)",
        ),
        (
            "another runtime",
            json!({}),
            json!({"runtime": "python3.14"}),
            "UpdateConfiguration(runtime:python3.13>python3.14)",
        ),
        (
            "no longer named, and not known as ours",
            json!({"timeout": 10}),
            json!({}),
            "Settled",
        ),
        (
            "variables, without their values",
            json!({"environment": {"variables": {"GONE": "1", "SAME": "2", "MOVED": "3"}}}),
            json!({"environment": {"variables": {"NEW": "1", "SAME": "2", "MOVED": "4"}}}),
            "UpdateConfiguration(environment.variables.GONE:->- environment.variables.MOVED:->- environment.variables.NEW:->-)",
        ),
        (
            "an emptied environment",
            json!({"environment": {"variables": {"AB": "1"}}}),
            json!({"environment": {}}),
            "UpdateConfiguration(environment.variables.AB:->-)",
        ),
        (
            "the instruction set goes with the code",
            json!({}),
            json!({"architectures": ["arm64"]}),
            "UpdateCode(architectures:x86_64>arm64)",
        ),
        (
            "tags",
            json!({"tags": {"a": "1"}}),
            json!({"tags": {"a": "2", "b": "3"}}),
            "Tag(tags/a:1>2 tags/b:->3)",
        ),
        (
            "configuration before code before version before tags",
            json!({}),
            json!({"timeout": 9, "architectures": ["arm64"], "publish": true, "tags": {"a": "1"}}),
            "UpdateConfiguration(timeout:3>9) then UpdateCode(architectures:x86_64>arm64) then PublishVersion(publish:->true) then Tag(tags/a:->1)",
        ),
    ];
    for (case, before, after, expected) in cases {
        assert_eq!(change(&before, &after, &[]), expected, "{case}");
    }
}

#[test]
fn what_was_put_there_and_is_no_longer_named_is_taken_away() {
    let full = json!({
        "description": "d", "timeout": 9, "memorySize": 256, "architectures": ["arm64"], "environment": {"variables": {"AB": "1"}}, "tags": {"a": "1", "b": "2"},
    });
    let cases = [
        ("description", "UpdateConfiguration(description:d>)"),
        ("timeout", "UpdateConfiguration(timeout:9>3)"),
        ("memorySize", "UpdateConfiguration(memorySize:256>128)"),
        (
            "environment",
            "UpdateConfiguration(environment.variables.AB:->-)",
        ),
        ("architectures", "UpdateCode(architectures:arm64>x86_64)"),
        ("tags/a", "Untag(tags/a:1>-)"),
        ("tags/never-there", "Settled"),
    ];
    for (managed, expected) in cases {
        assert_eq!(
            change(&full, &json!({"tags": {}}), &[managed]),
            expected,
            "{managed}"
        );
    }
}

/// AWS counts what is there together with what comes: 50 tags at most.
#[test]
fn dropped_tags_go_before_new_ones_come() {
    let before = json!({"tags": {"old": "1", "same": "1"}});
    let after = json!({"tags": {"new": "1", "same": "2"}});
    assert_eq!(
        change(&before, &after, &["tags/old", "tags/same"]),
        "Untag(tags/old:1>-) then Tag(tags/new:->1 tags/same:1>2)"
    );
    // Together with the tag that says where the code came from, and still in that order.
    let mut observed = made_of(&desired(&before));
    observed.deployed = desired(&s3("1")).code.source().map(ToOwned::to_owned);
    let mut wanted = desired(&s3("1"));
    wanted.tags = desired(&after).tags;
    let plan = plan(
        Goal::Present(&wanted),
        &memory(&["tags/old"]),
        Some(&observed),
    );
    let Plan::Act(steps) = plan else {
        panic!("steps")
    };
    assert!(
        steps[0].step.name() == "Untag" && steps[1].step.name() == "Tag",
        "the source's tag waits too"
    );
    // A function that lost our owner tag is made ours again before anything is taken off.
    let mut observed = made_of(&desired(&before));
    observed.tags = Ok(desired(&before).tags);
    let shown = next(&desired(&after), &memory(&["tags/old"]), &observed);
    assert!(
        shown.starts_with("Tag(tags/cloudfn.dev/instance")
            && !shown.split(" then ").next().unwrap().contains("tags/new"),
        "{shown}"
    );
}

#[test]
fn owner_tags_come_first_and_count_only_where_something_is_claimed() {
    let foreign = edited(|o| o.tags = Ok(Tags::new()));
    let wanted = desired(&json!({"timeout": 10}));
    let claimed =
        "Tag(tags/cloudfn.dev/instance:->cluster-1 tags/cloudfn.dev/owner:->here/shop/orders)";
    assert_eq!(
        next(&wanted, &memory(&[]), &foreign),
        format!("{claimed} then UpdateConfiguration(timeout:3>10)")
    );
    let observe_only = step::desired(&spec(&json!({})), &super::inputs(), &Tags::new()).unwrap();
    assert_eq!(next(&observe_only, &memory(&[]), &foreign), "Settled");
    let unknown = edited(|o| o.tags = Err("not authorized".to_owned()));
    assert_eq!(
        next(&wanted, &memory(&[]), &unknown),
        "Blocked AccessDenied"
    );
    assert_eq!(next(&observe_only, &memory(&[]), &unknown), "Settled");
}

#[test]
fn where_differences_are_left_our_own_tags_are_written_alone() {
    let foreign = edited(|o| o.tags = Ok(super::tags(&[("team", "theirs")])));
    let mut wanted = desired(&json!({"timeout": 10, "tags": {"team": "shop"}}));
    let claimed = "tags/cloudfn.dev/instance:->cluster-1 tags/cloudfn.dev/owner:->here/shop/orders";
    let together =
        format!("Tag({claimed} tags/team:theirs>shop) then UpdateConfiguration(timeout:3>10)");
    assert_eq!(next(&wanted, &memory(&[]), &foreign), together);
    wanted.explain_all();
    assert_eq!(
        next(&wanted, &memory(&[]), &foreign),
        format!("Tag({claimed}) then UpdateConfiguration(timeout:3>10)")
    );
    let claimed = edited(|o| {
        let tags = o.tags.as_mut().unwrap();
        tags.insert("team".to_owned(), "theirs".to_owned());
    });
    assert_eq!(
        next(&wanted, &memory(&[]), &claimed),
        "UpdateConfiguration(timeout:3>10) then Tag(tags/team:theirs>shop)"
    );
}

#[test]
fn a_create_takes_everything_and_shows_no_value() {
    let wanted = desired(
        &json!({"timeout": 9, "architectures": ["arm64"], "environment": {"variables": {"KEY": "s3cret"}}, "tags": {"a": "1"}, "publish": true}),
    );
    let planned = plan(Goal::Present(&wanted), &memory(&[]), None);
    let shown = show(&planned);
    for part in [
        "Create(runtime:->python3.13",
        "timeout:->9",
        "architectures:->arm64",
        "environment.variables.KEY:->-",
        "code:->",
        "tags/a:->1",
        "then PublishVersion",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("s3cret"));
    let Plan::Act(steps) = planned else {
        panic!("steps")
    };
    let Step::Create { new, .. } = &steps[0].step else {
        panic!("a create")
    };
    assert_eq!(new.configuration, wanted.configuration);
    assert_eq!(new.tags, wanted.all_tags());
}

#[test]
fn an_environment_that_may_not_be_read_is_not_overwritten() {
    let named = desired(&json!({"environment": {"variables": {"KEY": "value"}}}));
    let mut hidden = made_of(&named);
    hidden.function.configuration.environment = None;
    hidden.function.environment_error = Some("AccessDeniedException".to_owned());
    assert_eq!(
        show(&plan(Goal::Present(&named), &memory(&[]), Some(&hidden))),
        "Blocked AccessDenied",
        "every variable would differ, for ever"
    );
    let unnamed = desired(&json!({}));
    assert_eq!(
        show(&plan(Goal::Present(&unnamed), &memory(&[]), Some(&hidden))),
        "Settled",
        "what the spec does not name does not matter"
    );
}

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000001";

fn image(more: &Value) -> Value {
    let mut spec =
        json!({"code": {"imageUri": "registry/shop:1"}, "runtime": null, "handler": null});
    for (name, value) in more.as_object().into_iter().flatten() {
        spec[name] = value.clone();
    }
    spec
}

#[test]
fn a_function_of_the_other_package_is_not_touched() {
    for (is, asked) in [
        (json!({}), image(&json!({}))),
        (image(&json!({})), json!({})),
    ] {
        let wanted = desired(&asked);
        let mut foreign = made_of(&desired(&is));
        foreign.tags = Ok(Tags::new());
        let planned = next(&wanted, &memory(&[]), &foreign);
        assert_eq!(planned, "Blocked InvalidSpec", "no tag, no setting");
    }
}

#[test]
fn a_create_names_nothing_that_a_function_has_by_itself() {
    let usual = json!({
        "timeout": 3, "memorySize": 128, "description": "", "kmsKeyArn": "", "layers": [], "vpcConfig": {},
        "fileSystemConfigs": [], "loggingConfig": {}, "environment": {}, "deadLetterConfig": {"targetArn": ""},
        "snapStart": {"applyOn": "None"}, "architectures": ["x86_64"],
    });
    let Plan::Act(steps) = plan(Goal::Present(&desired(&usual)), &memory(&[]), None) else {
        panic!("steps")
    };
    let Step::Create { new, .. } = &steps[0].step else {
        panic!("a create")
    };
    assert_eq!(new.configuration, desired(&json!({})).configuration);
}

/// What the next update of a function with this environment sends, of a spec with another key.
fn sent_with_the_key(environment: &Value, is_named: bool) -> Option<Vec<String>> {
    let with = |key: &str, is_named: bool| {
        let mut spec = json!({"kmsKeyArn": key});
        if is_named {
            spec["environment"] = environment.clone();
        }
        desired(&spec)
    };
    let mut observed = made_of(&with(KEY, true));
    observed.function.configuration.environment = with(KEY, true).configuration.environment;
    let work = Work::of(&with("", is_named), &memory(&[]), &observed);
    assert!(work.configuration.changes.kms_key_arn.is_some());
    let sent = work.configuration.changes.environment?;
    Some(sent.variables.into_keys().collect())
}

#[test]
fn the_variables_are_encrypted_anew_with_a_new_key() {
    let variables = json!({"variables": {"AB": "1"}});
    for is_named in [true, false] {
        let sent = sent_with_the_key(&variables, is_named);
        assert_eq!(sent, Some(vec!["AB".to_owned()]), "named: {is_named}");
    }
    assert_eq!(sent_with_the_key(&json!({}), true), None, "there are none");
}

#[test]
fn a_key_that_lambda_does_not_keep_is_no_difference() {
    let rows = [
        (json!({}), "Settled"),
        (
            json!({"environment": {"variables": {"AB": "1"}}}),
            "UpdateConfiguration(",
        ),
        (
            json!({"snapStart": {"applyOn": "PublishedVersions"}}),
            "UpdateConfiguration(",
        ),
    ];
    for (mut spec, expected) in rows {
        spec["kmsKeyArn"] = json!(KEY);
        let wanted = desired(&spec);
        let mut observed = made_of(&wanted);
        observed.function.configuration.kms_key_arn = None;
        let planned = next(&wanted, &memory(&[]), &observed);
        assert!(planned.starts_with(expected), "{spec}: {planned}");
    }
}

#[test]
fn a_word_with_a_comma_is_another_than_two_words() {
    let command = |words: &Value| desired(&image(&json!({"imageConfig": {"command": words}})));
    let planned = next(
        &command(&json!(["a", "b"])),
        &memory(&[]),
        &made_of(&command(&json!(["a,b"]))),
    );
    assert_eq!(
        planned,
        r#"UpdateConfiguration(imageConfig.command:["a,b"]>["a", "b"])"#
    );
}
