//! A deletion that distributions hold up.

use strict_cloud::operation::cloudfront as cf;

use super::*;
use crate::schedule::Act;

/// So many distributions use the function: `E00`, `E01`, ...
fn used_by(alone: &Alone, count: usize) {
    alone.cloud(|cloud| {
        for number in 0..12 {
            let id = format!("E{number:02}");
            if number < count {
                cloud.put_distribution(ACCOUNT, &id, &[NAME]).unwrap();
            } else {
                cloud.remove_distribution(ACCOUNT, &id);
            }
        }
    });
}

#[test]
fn the_distributions_that_hold_a_function_are_named() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        used_by(alone, 1);
        alone.stage.act(&Act::Delete(0));
        for (users, denied, ending) in [
            (1, false, "(used by E00; take it off their cache behaviors)"),
            (
                12,
                false,
                "E09 and 2 more; take it off their cache behaviors)",
            ),
            (
                12,
                true,
                "(allow cloudfront:ListDistributions to see by which distributions)",
            ),
        ] {
            used_by(alone, users);
            if denied {
                alone.cloud(|cloud| cloud.deny(Some("op1"), cf::LIST_DISTRIBUTIONS));
            }
            alone
                .until(ending, |alone| alone.message().contains(ending))
                .await;
        }
        used_by(alone, 0);
        alone.gone().await;
        assert_eq!(alone.function(), Value::Null);
    });
}
