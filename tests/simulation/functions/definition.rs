//! The definitions are deleted, and with them every object: nobody asked for a function to go.

use super::*;
use crate::scenarios::first;

impl Alone {
    /// The definitions are marked for deletion, as the API server does before it deletes the objects.
    fn definitions_go(&self) {
        self.stage.world.api(|api| api.definitions_go.set(true));
    }

    fn deletions(&self) -> usize {
        let deletes = |entry: &&Entry| entry.operation.name.starts_with("Delete");
        self.log().iter().filter(deletes).count()
    }
}

/// The most points before and after writes that a deletion has.
const POINTS: u64 = 8;

#[test]
fn objects_that_go_with_their_definition_leave_their_functions_wherever_the_operator_crashes() {
    for kind in [Kind::CloudFront, Kind::Lambda] {
        for points in 0..POINTS {
            alone(kind, async |alone: &mut Alone| {
                alone.apply(&first(kind)).await;
                let function = alone.function();
                alone.definitions_go();
                if points > 0 {
                    alone.crash_after(points);
                }
                alone.delete().await;
                if points == 0 {
                    let told = |alone: &Alone| !alone.events("Retained").is_empty();
                    alone.every(MOMENT, "the event", told).await;
                }
                assert_eq!(alone.function(), function, "{kind:?}");
                assert_eq!(alone.deletions(), 0, "{kind:?}");
                let told = alone.events("Retained");
                assert!(
                    told.iter()
                        .all(|event| event.contains("the definition of this kind is being deleted")),
                    "{told:?}"
                );
                assert!(points > 0 || told.len() == 1, "{told:?}");
            });
        }
    }
}

#[test]
fn a_deletion_that_waits_ends_without_its_function_once_the_definition_goes() {
    alone(Kind::CloudFront, async |alone: &mut Alone| {
        alone.apply(&first(Kind::CloudFront)).await;
        let function = alone.function();
        alone.cloud(|cloud| {
            let account = crate::world::ACCOUNT;
            cloud.put_distribution(account, "E00", &["f0"]).unwrap();
        });
        alone.stage.act(&Act::Delete(0));
        alone
            .until("the deletion to be blocked", |alone| {
                alone.condition("Ready") == "False/DeletionBlocked"
            })
            .await;
        let before = alone.deletions();
        assert!(before > 0, "it was to be deleted");
        alone.definitions_go();
        alone.gone().await;
        assert_eq!(alone.function(), function);
        assert_eq!(alone.deletions(), before);
    });
}
