use serde_json::{Value, json};

use super::{desired, environment, made_of, memory, show, spec};
use crate::api::lambda::{CodeStatus, LambdaFunctionStatus, PublishedStatus};
use crate::cloud::Tags;
use crate::functions::lambda::configuration::fingerprint::fingerprint;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::step::intend;
use crate::functions::lambda::{
    LambdaDesired, LambdaFunctions, LambdaObserved, Step, desired as step,
};
use crate::reconcile::{Desired as _, Goal, Plan, Replaced, Step as _};

fn next(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> String {
    show(&plan(Goal::Present(desired), memory, Some(observed)))
}

/// A function made of `before`, and what is to be done for `after`.
fn change(before: &Value, after: &Value, managed: &[&str]) -> String {
    next(
        &desired(after),
        &memory(managed),
        &made_of(&desired(before)),
    )
}

fn edited(edit: impl FnOnce(&mut LambdaObserved)) -> LambdaObserved {
    let mut observed = made_of(&desired(&json!({})));
    edit(&mut observed);
    observed
}

fn s3(version: &str) -> Value {
    json!({"code": {"s3Bucket": "bucket", "s3Key": "key", "s3ObjectVersion": version}})
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
fn a_running_change_is_waited_for_and_never_written_into() {
    let wanted = desired(&json!({"timeout": 10}));
    let cases = [
        (
            "being created",
            edited(|o| o.function.state = Some("Pending".to_owned())),
            "Waiting 1s",
        ),
        (
            "being updated",
            edited(|o| o.function.last_update_status = Some("InProgress".to_owned())),
            "Waiting 1s",
        ),
        (
            "with network interfaces",
            edited(|o| {
                o.function.state = Some("Pending".to_owned());
                o.function.settles_slowly = true;
            }),
            "Waiting 5s",
        ),
        (
            "being deleted",
            edited(|o| o.function.state = Some("Deleting".to_owned())),
            "Waiting 1s",
        ),
        (
            "idle is normal",
            edited(|o| o.function.state = Some("Inactive".to_owned())),
            "UpdateConfiguration(timeout:3>10)",
        ),
        (
            "a used-up guard",
            edited(|o| o.function.revision_id = None),
            "Look",
        ),
        ("just deleted by us", edited(|o| o.deleted = true), "Look"),
    ];
    for (case, observed, expected) in cases {
        assert_eq!(next(&wanted, &memory(&[]), &observed), expected, "{case}");
    }
    let no_guard_needed = edited(|o| o.function.revision_id = None);
    assert_eq!(
        next(
            &desired(&json!({"tags": {"a": "1"}})),
            &memory(&[]),
            &no_guard_needed
        ),
        "Tag(tags/a:->1)"
    );
}

#[test]
fn a_failed_update_blocks_until_the_spec_is_edited() {
    let failed = edited(|o| {
        o.function.last_update_status = Some("Failed".to_owned());
        o.function.last_update_status_reason_code = Some("InvalidSubnet".to_owned());
        o.function.last_update_status_reason = Some("The subnet\nis gone.".to_owned());
    });
    let known = LambdaFunctionStatus {
        last_update_status: Some("Failed".to_owned()),
        ..LambdaFunctionStatus::default()
    };
    let cases = [
        (
            "it is news",
            &memory(&[]),
            json!({"publish": true}),
            "Blocked UpdateFailed",
        ),
        (
            "it is news, whatever the fields say",
            &memory(&[]),
            json!({"timeout": 10}),
            "Blocked UpdateFailed",
        ),
        (
            "it is known, and the spec is the same",
            &known,
            json!({"publish": true}),
            "Blocked UpdateFailed",
        ),
        (
            "it is known, and the spec was edited",
            &known,
            json!({"timeout": 10}),
            "UpdateConfiguration(timeout:3>10)",
        ),
        (
            "tags are no update",
            &known,
            json!({"tags": {"a": "1"}, "publish": true}),
            "Tag(tags/a:->1)",
        ),
    ];
    for (case, memory, changes, expected) in cases {
        assert_eq!(
            next(&desired(&changes), memory, &failed),
            expected,
            "{case}"
        );
    }
    let Plan::Blocked { message, .. } = plan(
        Goal::Present(&desired(&json!({}))),
        &memory(&[]),
        Some(&failed),
    ) else {
        panic!("blocked")
    };
    assert!(
        message.contains("(InvalidSubnet: The subnet is gone)"),
        "{message}"
    );
}

#[test]
fn a_function_that_failed_to_start_is_made_again_only_if_our_create_made_it() {
    let failed = |edit: fn(&mut LambdaObserved)| {
        edited(|o| {
            o.function.state = Some("Failed".to_owned());
            o.function.last_update_status = None;
            edit(o);
        })
    };
    let with = |recreations: Option<i32>, latest_version: Option<&str>| LambdaFunctionStatus {
        recreations,
        latest_version: latest_version.map(ToOwned::to_owned),
        ..LambdaFunctionStatus::default()
    };
    let again = "Delete(functionName:orders>-)";
    let blocked = "Blocked CreateFailed";
    let cases = [
        (
            "our create, first time",
            with(Some(0), None),
            failed(|_| ()),
            json!({}),
            again,
        ),
        (
            "our create, third time",
            with(Some(2), None),
            failed(|_| ()),
            json!({}),
            again,
        ),
        (
            "our create, often enough",
            with(Some(3), None),
            failed(|_| ()),
            json!({}),
            blocked,
        ),
        (
            "our create, often enough, then edited",
            with(Some(3), None),
            failed(|_| ()),
            json!({"timeout": 10}),
            again,
        ),
        (
            "adopted, or the status was lost",
            with(None, None),
            failed(|_| ()),
            json!({"timeout": 10}),
            blocked,
        ),
        (
            "it has a version",
            with(Some(0), Some("1")),
            failed(|_| ()),
            json!({}),
            blocked,
        ),
        (
            "it was active",
            with(Some(0), None),
            failed(|o| o.function.last_update_status = Some("Successful".to_owned())),
            json!({}),
            blocked,
        ),
        (
            "it lost our tags",
            with(Some(0), None),
            failed(|o| o.tags = Ok(Tags::new())),
            json!({}),
            blocked,
        ),
        (
            "its tags are unknown",
            with(Some(0), None),
            failed(|o| o.tags = Err("denied".to_owned())),
            json!({}),
            blocked,
        ),
    ];
    for (case, memory, observed, changes, expected) in cases {
        assert_eq!(
            next(&desired(&changes), &memory, &observed),
            expected,
            "{case}"
        );
    }
    let edited = plan(
        Goal::Present(&desired(&json!({"timeout": 10}))),
        &with(Some(3), None),
        Some(&failed(|_| ())),
    );
    let Plan::Act(steps) = edited else {
        panic!("a step")
    };
    assert!(
        matches!(
            steps[0].step,
            Step::Delete {
                recreation: Some(1)
            }
        ),
        "an edit starts the count again"
    );
}

#[test]
fn absent_deletes_and_looks_until_it_is_gone() {
    let absent =
        |observed: Option<&LambdaObserved>| show(&plan(Goal::Absent, &memory(&[]), observed));
    assert_eq!(absent(None), "Settled");
    assert_eq!(
        absent(Some(&edited(|_| ()))),
        "Delete(functionName:orders>-)"
    );
    assert_eq!(
        absent(Some(&edited(
            |o| o.function.last_update_status = Some("InProgress".to_owned())
        ))),
        "Delete(functionName:orders>-)"
    );
    assert_eq!(absent(Some(&edited(|o| o.deleted = true))), "Look");
    assert_eq!(
        absent(Some(&edited(
            |o| o.function.state = Some("Deleting".to_owned())
        ))),
        "Waiting 1s"
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
fn what_was_published_stays_known_where_only_the_owner_tag_was_taken_off() {
    let mut wanted = desired(&json!({"publish": true}));
    wanted.explain_all();
    let made = made_of(&wanted);
    let made_of_it = fingerprint(&wanted.configuration, &made.function);
    let cases = [
        (
            "the function is as the status tells",
            made.function.last_modified.clone(),
            "Settled",
        ),
        (
            "somebody changed what the spec does not name, or made the function anew",
            Some("earlier".to_owned()),
            "PublishVersion(publish:->true)",
        ),
        ("the status is lost", None, "PublishVersion(publish:->true)"),
    ];
    for (case, last_modified, expected) in cases {
        let mut memory = LambdaFunctionStatus {
            latest_version: Some("7".to_owned()),
            published: Some(PublishedStatus {
                code_sha256: made.function.code_sha256.clone().unwrap(),
                configuration_sha256: made_of_it.clone(),
            }),
            last_modified,
            ..LambdaFunctionStatus::default()
        };
        let mut untagged = made_of(&wanted);
        untagged.tags = Ok(Tags::new());
        let Plan::Act(steps) = plan(Goal::Present(&wanted), &memory, Some(&untagged)) else {
            panic!("{case}: there is work")
        };
        intend(&mut memory, &steps[0].step);
        assert_eq!(
            (steps[0].step.name(), next(&wanted, &memory, &made).as_str()),
            ("Tag", expected),
            "{case}"
        );
    }
}

#[test]
fn code_that_is_replaced_is_known_by_its_hash_alone() {
    let (old, new) = (
        made_of(&desired(&json!({}))),
        desired(&json!({"code": {"inline": {"files": {"index.py": "pass"}}}, "timeout": 9})),
    );
    let Plan::Act(steps) = plan(Goal::Present(&new), &memory(&[]), Some(&old)) else {
        panic!("there is work")
    };
    let replaced: Vec<_> = steps
        .iter()
        .map(|planned| LambdaFunctions::replaced(&new, &old, &planned.step))
        .collect();
    let code = Replaced {
        field: "code",
        sha256: old.function.code_sha256.unwrap(),
        diff: None,
    };
    assert_eq!(replaced, [None, Some(code)]);
}

#[test]
fn the_code_of_an_s3_object_is_known_by_tag_and_status() {
    let (old, wanted) = (desired(&s3("1")), desired(&s3("2")));
    let remembered = |version: Option<&str>, deployed: Option<&str>| CodeStatus {
        s3_bucket: version.map(|_| "bucket".to_owned()),
        s3_key: version.map(|_| "key".to_owned()),
        s3_object_version: version.map(ToOwned::to_owned),
        deployed_sha256: deployed.map(ToOwned::to_owned),
    };
    let (old_tag, wanted_tag) = (old.source_tag(), wanted.source_tag());
    let (deploy, tag, settled) = ("UpdateCode", "Tag", "Settled");
    let cases = [
        (
            "the tag says so, the status is lost",
            wanted_tag,
            None,
            settled,
        ),
        (
            "both say so",
            wanted_tag,
            Some(remembered(Some("2"), Some("now"))),
            settled,
        ),
        (
            "edited outside",
            wanted_tag,
            Some(remembered(Some("2"), Some("then"))),
            deploy,
        ),
        (
            "both say another",
            old_tag,
            Some(remembered(Some("1"), Some("now"))),
            deploy,
        ),
        (
            "the tag says another, the status is lost",
            old_tag,
            None,
            deploy,
        ),
        (
            "deployed and reported, crashed before the tag",
            old_tag,
            Some(remembered(Some("2"), Some("now"))),
            tag,
        ),
        (
            "perhaps deployed, crashed before the tag",
            old_tag,
            Some(remembered(Some("2"), None)),
            deploy,
        ),
        (
            "perhaps the other one deployed, then the spec went back",
            wanted_tag,
            Some(remembered(Some("1"), None)),
            deploy,
        ),
        (
            "deployed and tagged, not yet reported",
            wanted_tag,
            Some(remembered(Some("2"), None)),
            settled,
        ),
        (
            "an archive was deployed since, the tag is stale",
            wanted_tag,
            Some(remembered(None, Some("now"))),
            deploy,
        ),
        (
            "an archive runs, and the spec went over to S3",
            None,
            Some(remembered(None, Some("now"))),
            deploy,
        ),
        ("nobody knows: the running code counts", None, None, tag),
        (
            "the tag was removed outside",
            None,
            Some(remembered(Some("2"), Some("now"))),
            tag,
        ),
    ];
    for (case, source, code, expected) in cases {
        let mut observed = made_of(&wanted);
        observed.function.code_sha256 = Some("now".to_owned());
        let tags = observed.tags.as_mut().unwrap();
        tags.remove("cloudfn.dev/source");
        tags.extend(source.map(|source| ("cloudfn.dev/source".to_owned(), source.to_owned())));
        let memory = LambdaFunctionStatus {
            code,
            ..LambdaFunctionStatus::default()
        };
        let planned = next(&wanted, &memory, &observed);
        assert!(planned.starts_with(expected), "{case}: {planned}");
    }
}

#[test]
fn the_code_of_an_adopted_function_comes_from_elsewhere() {
    let wanted = desired(&s3("1"));
    let mut foreign = made_of(&wanted);
    foreign.tags = Ok(Tags::new());
    let planned = next(&wanted, &memory(&[]), &foreign);
    assert!(
        planned.starts_with("Tag(") && planned.contains("cloudfn.dev/source:->unknown"),
        "a crash must not leave it for current: {planned}"
    );
    assert!(
        planned.ends_with(&format!(
            "then UpdateCode(code:{}>s3://bucket/key?versionId=1)",
            foreign.function.code_sha256.unwrap()
        )),
        "{planned}"
    );
}

#[test]
fn a_version_is_published_for_each_change_and_only_then() {
    let wanted = desired(
        &json!({"publish": true, "timeout": 10, "environment": {"variables": {"AB": "1"}}}),
    );
    let now = made_of(&wanted);
    let published = |code: &str, configuration: String| LambdaFunctionStatus {
        latest_version: Some("7".to_owned()),
        published: Some(PublishedStatus {
            code_sha256: code.to_owned(),
            configuration_sha256: configuration,
        }),
        ..LambdaFunctionStatus::default()
    };
    let code = now.function.code_sha256.clone().unwrap();
    let current = published(&code, fingerprint(&wanted.configuration, &now.function));
    let edit = |edit: fn(&mut LambdaObserved)| {
        let mut observed = now.clone();
        edit(&mut observed);
        observed
    };
    let publish = "PublishVersion(publish:7>true)";
    assert_eq!(next(&wanted, &current, &now), "Settled");
    assert_eq!(
        next(&wanted, &memory(&[]), &now),
        "PublishVersion(publish:->true)"
    );
    assert_eq!(
        next(
            &wanted,
            &published("other", fingerprint(&wanted.configuration, &now.function)),
            &now
        ),
        publish
    );
    assert_eq!(
        next(&wanted, &published(&code, String::new()), &now),
        publish
    );
    assert_eq!(
        next(
            &wanted,
            &current,
            &edit(|o| o.function.configuration.memory_size = Some(512))
        ),
        "Settled",
        "what is not ours makes no version"
    );
    assert_eq!(
        next(
            &wanted,
            &current,
            &edit(|o| o.function.configuration.environment = Some(environment(&[("AB", "2")])))
        ),
        format!("UpdateConfiguration(environment.variables.AB:->-) then {publish}"),
    );
    assert_eq!(
        next(
            &wanted,
            &memory(&[]),
            &edit(|o| o.function.revision_id = None)
        ),
        "Look"
    );
    assert_eq!(
        next(
            &wanted,
            &memory(&[]),
            &edit(|o| o.function.code_sha256 = None)
        )
        .split('(')
        .next(),
        Some("UpdateCode")
    );
    let other = edit(|o| o.function.arn = format!("{}2", super::ARN));
    assert_ne!(
        fingerprint(&wanted.configuration, &now.function),
        fingerprint(&wanted.configuration, &other.function),
        "the ARN salts it"
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
fn an_environment_that_is_not_shown_is_not_overwritten() {
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
