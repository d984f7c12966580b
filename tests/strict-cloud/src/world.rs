//! The state: what exists, where.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloudfront;
use crate::ids::Ids;
use crate::lambda::{self, sha256_hex};
use crate::model::Cloud;
use crate::settings::Settings;
use crate::time::Time;

/// Things of one kind by name, as they are and as they were before the last write of each.
#[derive(Clone, Debug)]
pub(crate) struct Shelf<T> {
    pub(crate) now: BTreeMap<String, T>,
    /// When each was written last, and what it was before.
    past: BTreeMap<String, (Time, Option<T>)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            now: BTreeMap::new(),
            past: BTreeMap::new(),
        }
    }
}

impl<T: Clone> Shelf<T> {
    /// Keeps what `name` is now as its past; called just before each write.
    pub(crate) fn keep(&mut self, name: &str, now: Time) {
        self.past
            .insert(name.to_owned(), (now, self.now.get(name).cloned()));
    }

    /// One as it is, or, seen by somebody whose view ends at `until`, as it was before a later write.
    pub(crate) fn get(&self, name: &str, until: Option<Time>) -> Option<&T> {
        match self.past.get(name) {
            Some((_, before)) if self.hides(name, until) => before.as_ref(),
            _ => self.now.get(name),
        }
    }

    /// Whether one was written later than the view of somebody ends.
    pub(crate) fn hides(&self, name: &str, until: Option<Time>) -> bool {
        self.past
            .get(name)
            .zip(until)
            .is_some_and(|((written, _), until)| *written > until)
    }

    /// All names, now or as seen until then, in order.
    pub(crate) fn names(&self, until: Option<Time>) -> Vec<String> {
        let mut names: Vec<String> = self
            .now
            .keys()
            .chain(self.past.keys().filter(|_| until.is_some()))
            .cloned()
            .collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| self.get(name, until).is_some());
        names
    }
}

/// Everything that exists.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) ids: Ids,
    pub(crate) settings: Settings,
    /// Calls so far.
    pub(crate) calls: u64,
    /// Functions created so far, so that a name that is used again gets new ids.
    pub(crate) births: u64,
    /// By account.
    pub(crate) cloudfront: BTreeMap<String, Shelf<cloudfront::Function>>,
    /// What uses functions, by account and id.
    pub(crate) distributions: BTreeMap<String, BTreeMap<String, cloudfront::Placed>>,
    /// Key-value stores by account and id.
    pub(crate) stores: BTreeMap<(String, String), Arc<BTreeMap<String, String>>>,
    /// By account and region.
    pub(crate) lambda: BTreeMap<(String, String), Shelf<lambda::Function>>,
    /// By bucket: its region, and bytes by key and version; versions in the order they came.
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// When a role can be assumed.
    pub(crate) roles: BTreeMap<String, Time>,
    /// Digests of images.
    pub(crate) images: BTreeMap<String, String>,
}

/// An object's versions, the current one last.
type Versions = Vec<(String, Arc<[u8]>)>;

/// An S3 bucket.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) region: String,
    pub(crate) objects: BTreeMap<String, Versions>,
}

impl World {
    /// The digest that an image's URI resolves to; an image exists unless it is said to be missing.
    pub(crate) fn image_digest(&self, uri: &str) -> Option<String> {
        if self.settings.missing.contains(uri) {
            return None;
        }
        let named = uri
            .split_once("@sha256:")
            .map(|(_, digest)| digest.to_owned());
        let pushed = || self.images.get(uri).cloned();
        let made_up = || sha256_hex(uri.as_bytes());
        Some(named.or_else(pushed).unwrap_or_else(made_up))
    }

    pub(crate) fn new(ids: Ids, settings: Settings) -> Self {
        Self {
            ids,
            settings,
            calls: 0,
            births: 0,
            cloudfront: BTreeMap::new(),
            distributions: BTreeMap::new(),
            stores: BTreeMap::new(),
            lambda: BTreeMap::new(),
            buckets: BTreeMap::new(),
            roles: BTreeMap::new(),
            images: BTreeMap::new(),
        }
    }
}

/// What functions need of other services.
impl Cloud {
    /// Puts an object into S3; bucket and version come into being as they are named. The version put last is the current one.
    pub fn put_object(
        &mut self,
        region: &str,
        bucket: &str,
        key: &str,
        version: &str,
        bytes: &[u8],
    ) {
        let bucket = self
            .world
            .buckets
            .entry(bucket.to_owned())
            .or_insert_with(|| Bucket {
                region: region.to_owned(),
                objects: BTreeMap::new(),
            });
        let versions = bucket.objects.entry(key.to_owned()).or_default();
        versions.retain(|(known, _)| known != version);
        versions.push((version.to_owned(), Arc::from(bytes)));
    }

    /// The bytes of an object in S3: of this version, or of the current one.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str, version: Option<&str>) -> Option<&[u8]> {
        let versions = self.world.buckets.get(bucket)?.objects.get(key)?;
        let found = if let Some(version) = version {
            versions.iter().find(|(known, _)| known == version)
        } else {
            versions.last()
        };
        found.map(|(_, bytes)| bytes.as_ref())
    }

    /// Removes an object with all versions.
    pub fn remove_object(&mut self, bucket: &str, key: &str) {
        if let Some(bucket) = self.world.buckets.get_mut(bucket) {
            bucket.objects.remove(key);
        }
    }

    /// Makes a role now: Lambda can assume it only after [`Settings::role_assumable_after`](crate::Settings).
    pub fn put_role(&mut self, arn: &str) {
        let from = self.now.after(self.world.settings.role_assumable_after);
        self.world.roles.insert(arn.to_owned(), from);
    }

    /// Makes a key-value store, or gives it other pairs. Functions that are associated with it read them; one that nobody
    /// made is empty.
    pub fn put_key_value_store(
        &mut self,
        account: &str,
        id: &str,
        pairs: &BTreeMap<String, String>,
    ) {
        self.world
            .stores
            .insert((account.to_owned(), id.to_owned()), Arc::new(pairs.clone()));
    }

    /// The digest that an image's URI resolves to.
    #[must_use]
    pub fn image_digest(&self, uri: &str) -> Option<String> {
        self.world.image_digest(uri)
    }

    /// Pushes an image: from now on the URI resolves to this digest (64 hex digits).
    pub fn put_image(&mut self, uri: &str, digest: &str) {
        self.world.images.insert(uri.to_owned(), digest.to_owned());
    }
}
