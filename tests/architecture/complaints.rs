//! What users of other tools complain about, and the tests that show that it does not happen here.

use std::collections::BTreeSet;
use std::path::Path;

/// A complaint about functions of AWS Lambda, where it can be read, and the tests that answer it.
/// A: aws-controllers-k8s/community; X: crossplane-contrib/provider-upjet-aws; T: hashicorp/terraform-provider-aws.
pub const COMPLAINTS: &[(&str, &str, &[&str])] = &[
    (
        "new code is not deployed although the object says synced",
        "A 1689, 2067, 2551, 2714; X 692, 1027, 1412",
        &[
            "an_edit_of_each_source_is_deployed_with_one_update",
            "code_moves_from_any_source_to_another",
        ],
    ),
    (
        "of code and environment changed at once only one is applied, or they conflict",
        "A 1968, 2294",
        &["configuration_and_code_of_one_edit_wait_for_each_other"],
    ),
    (
        "layers and variables cannot be removed",
        "A 3010, 3014; X 1862",
        &[
            "each_field_is_set_with_one_write_and_taken_away_with_one",
            "variables_are_added_changed_removed_and_emptied",
        ],
    ),
    (
        "what is stuck in Pending can be neither updated nor deleted",
        "A 2433",
        &[
            "a_function_that_is_still_being_created_is_deleted",
            "a_function_that_is_busy_is_changed_when_it_is_free",
            "a_function_that_fails_to_start_is_made_again_three_times",
        ],
    ),
    (
        "no environment from Secrets and ConfigMaps",
        "A 1710",
        &[
            "a_secret_and_its_key_may_come_late",
            "an_edited_secret_is_deployed_and_an_unchanged_one_costs_no_cloud_call",
        ],
    ),
    (
        "no version for a change, and none goes",
        "A 2057",
        &[
            "every_change_makes_one_version_and_a_look_makes_none",
            "aliases_follow_each_version_and_old_ones_go_unless_something_uses_them",
        ],
    ),
    (
        "an alias is moved to a version whose snapshot failed, for ever",
        "T 49904",
        &["an_alias_moves_to_a_version_with_a_snapshot_once_it_starts_and_to_none_that_does_not"],
    ),
    (
        "no permissions; a public URL answers 403",
        "A 2377, 2659; T 44829",
        &[
            "statements_of_the_policy_are_added_kept_and_taken_away_and_those_of_others_stay",
            "a_url_for_everybody_has_its_two_statements_and_takes_them_with_it",
        ],
    ),
    (
        "throttling, since nothing shares one limit",
        "A 67, 2218",
        &[
            "a_budget_makes_calls_wait_and_everything_becomes_ready",
            "throttling_is_no_error",
        ],
    ),
    (
        "drift stays for days, and nothing can be looked at now",
        "A 1355, 1367, 1905",
        &[
            "a_periodic_check_finds_an_outside_edit_by_itself",
            "an_outside_edit_is_repaired_and_told",
            "each_new_request_is_one_look_and_is_echoed",
        ],
    ),
    (
        "a restart costs eight calls for each function",
        "measured",
        &["a_restart_with_nothing_changed_makes_no_call"],
    ),
    (
        "what is adopted is overwritten, and nothing guards a deletion",
        "A 1381, 2003, 2406, 2459",
        &[
            "adoption_beyond_the_flag_is_refused_under_observe_too",
            "a_paused_object_is_not_deleted_until_the_pause_ends",
            "objects_that_go_with_their_definition_leave_their_functions",
        ],
    ),
    (
        "no events, no readiness, no columns",
        "A 2204, 2510, 2842",
        &[
            "kubectl_shows_what_people_look_for",
            "kubectl_waits_for_ready_objects_and_gives_up_on_stalled_ones",
            "what_a_person_must_change_is_told_in_the_words_of_aws_and_an_edit_gets_out",
        ],
    ),
    (
        "a role that was just made stops the function",
        "a trap that each of them met",
        &["a_role_that_cannot_be_assumed_yet_is_waited_for"],
    ),
    (
        "values are logged",
        "a trap that one of them met",
        &[
            "a_message_that_echoes_a_value_of_a_secret_is_shown_without_it",
            "no_secret_is_ever_logged",
        ],
    ),
];

/// The names in the table that no test below `tests/` has.
pub fn unanswered(package: &Path) -> BTreeSet<&'static str> {
    let mut missing: BTreeSet<&str> = COMPLAINTS
        .iter()
        .flat_map(|(_, _, tests)| *tests)
        .copied()
        .collect();
    let mut files = Vec::new();
    super::rules::collect(&package.join("tests"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        missing.retain(|test| !has_test(&text, test));
    }
    missing
}

/// Whether a source has a test of this name.
fn has_test(source: &str, name: &str) -> bool {
    let function = format!("fn {name}()");
    source.split_once(&function).is_some_and(|(before, _)| {
        let mut lines = before.lines().rev().skip_while(|line| *line == "async ");
        let last = lines.next();
        last.is_some_and(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    })
}
