//! Names that users and the cloud see: the API group, annotations, tags, the finalizer.

/// API group of all kinds.
pub const GROUP: &str = "cloudfn.dev";
/// Finalizer: keeps an object until its function is deleted (or retained, with `deletionPolicy:
/// Retain`).
pub const FINALIZER: &str = "cloudfn.dev/finalizer";
/// Field manager of every write to the API server.
pub const FIELD_MANAGER: &str = "cloudfn";
/// Annotation: `"true"`, or any text as the reason, stops all work on the object.
pub const PAUSED: &str = "cloudfn.dev/paused";
/// Annotation: a new value requests a reconcile at once.
pub const RECONCILE_REQUESTED_AT: &str = "cloudfn.dev/reconcile-requested-at";
/// Flux's annotation of the same meaning.
pub const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";
/// Annotation: the SHA-256 (hexadecimal) of a code that is published without its tests.
pub const SKIP_TESTS: &str = "cloudfn.dev/skip-tests";
/// Tag in the cloud: `<cluster name>/<namespace>/<name>` of the owning object.
pub const OWNER_TAG: &str = "cloudfn.dev/owner";
/// Tag in the cloud: the cluster that may write (uid of its namespace `kube-system`).
pub const INSTANCE_TAG: &str = "cloudfn.dev/instance";
/// Tag in the cloud: hash of the outside source that the code came from.
pub const SOURCE_TAG: &str = "cloudfn.dev/source";

/// Whether an object can have this name. A name is a part of a URL as it stands, so what no object can
/// have must not reach one: `mine?x=y` would read `mine`.
#[must_use]
pub fn is_object_name(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

/// Whether a namespace can have this name.
#[must_use]
pub fn is_namespace_name(name: &str) -> bool {
    name.len() <= 63 && is_label(name)
}

fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_url_is_no_name() {
        for name in ["a", "a-b.c0", "0", "a.b", &"a".repeat(253)] {
            assert!(is_object_name(name), "{name}");
        }
        let refused = [
            "",
            ".",
            "..",
            "a.",
            ".a",
            "a..b",
            "-a",
            "a-",
            "A",
            "a_b",
            "a/b",
            "a/../b",
            "a?x=y",
            "a#f",
            "a%2fb",
            "a b",
            "a\n",
            "ä",
            &"a".repeat(254),
        ];
        for name in refused {
            assert!(!is_object_name(name), "{name:?}");
            assert!(!is_namespace_name(name), "{name:?}");
        }
        assert!(is_namespace_name("team-1") && !is_namespace_name("team.1"));
    }
}
