//! Objects as the API server has them, read so that one of them can never fail a list or a watch.
//!
//! Invariant: reading fails for no JSON object. What is nested too deep is cut off, and metadata is
//! read member by member where it cannot be read as a whole. A JSON reader that keeps all of it would
//! end at its own limit of depth, and with it the list that the object is in. Users can make an
//! object as deep as they like: at least in `metadata.managedFields`, which the API server takes from
//! whoever writes the object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use kube::Resource;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// Levels of nesting that are kept. A spec of today has 11; a reader of JSON ends at 128, of which a
/// list and an object take three.
pub const MAX_DEPTH: usize = 64;

/// A JSON value without what is nested deeper than [`MAX_DEPTH`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounded {
    /// The value; null stands for what was cut off.
    pub value: Value,
    /// Whether anything was cut off.
    pub cut: bool,
}

impl<'de> Deserialize<'de> for Bounded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut cut = false;
        let levels = Levels {
            left: MAX_DEPTH,
            cut: &mut cut,
        };
        let value = levels.deserialize(deserializer)?;
        Ok(Self { value, cut })
    }
}

/// Reads a value of so many levels.
struct Levels<'a> {
    left: usize,
    cut: &'a mut bool,
}

impl Levels<'_> {
    fn below(&mut self) -> Levels<'_> {
        Levels {
            left: self.left.saturating_sub(1),
            cut: self.cut,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Levels<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        if self.left == 0 {
            *self.cut = true;
            // What is ignored is read without recursion, however deep it is.
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut kept = Vec::new();
        while let Some(item) = items.next_element_seed(self.below())? {
            kept.push(item);
        }
        Ok(kept.into())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        if self.left == 0 {
            *self.cut = true;
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut kept = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            kept.insert(name, members.next_value_seed(self.below())?);
        }
        Ok(kept.into())
    }
}

/// Drops members that are null: they count as omitted. Templates write `field:` where they have nothing
/// to say, and under server-side apply the API server stores it.
pub fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Bytes of text in a value, names of members included.
#[must_use]
pub fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, member)| name.len() + size(member))
                .sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Metadata as far as it can be read, and who manages which fields.
#[must_use]
pub fn metadata(mut read: Bounded) -> (ObjectMeta, Vec<ManagedFieldsEntry>) {
    let managers = read.value.get_mut("managedFields").map(Value::take);
    let managers = match managers {
        Some(Value::Array(managers)) => managers,
        _ => Vec::new(),
    };
    let managers = managers
        .into_iter()
        .filter_map(|entry| ManagedFieldsEntry::deserialize(entry).ok())
        .collect();
    let metadata = ObjectMeta::deserialize(&read.value).unwrap_or_else(|_| {
        let mut members = match read.value {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        members.retain(|name, member| ObjectMeta::deserialize(json!({name: member})).is_ok());
        ObjectMeta::deserialize(Value::Object(members)).unwrap_or_default()
    });
    (metadata, managers)
}

/// The metadata of an object of kind `K`, which is all that is asked of the API server.
pub struct Header<K> {
    /// Its metadata, without managed fields.
    pub metadata: ObjectMeta,
    kind: PhantomData<fn() -> K>,
}

impl<'de, K> Deserialize<'de> for Header<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            #[serde(default)]
            metadata: Bounded,
        }
        Ok(Self {
            metadata: metadata(Raw::deserialize(deserializer)?.metadata).0,
            kind: PhantomData,
        })
    }
}

impl<K> Clone for Header<K> {
    fn clone(&self) -> Self {
        Self {
            metadata: self.metadata.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Header<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(&self.metadata, f)
    }
}

/// The metadata and the status of an object of kind `K`.
pub struct Stored<K> {
    /// Its metadata, without managed fields.
    pub metadata: ObjectMeta,
    /// Its status; null where it has none.
    pub status: Value,
    kind: PhantomData<fn() -> K>,
}

impl<'de, K> Deserialize<'de> for Stored<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            #[serde(default)]
            metadata: Bounded,
            #[serde(default)]
            status: Bounded,
        }
        let raw = Raw::deserialize(deserializer)?;
        Ok(Self {
            metadata: metadata(raw.metadata).0,
            status: raw.status.value,
            kind: PhantomData,
        })
    }
}

impl<K> Clone for Stored<K> {
    fn clone(&self) -> Self {
        Self {
            metadata: self.metadata.clone(),
            status: self.status.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Stored<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(&self.metadata, f)
    }
}

/// An object of the kind `K`, one of the API server's own: its metadata, and all else as `K` has it.
#[derive(Clone)]
pub struct Whole<K> {
    /// Its metadata, without managed fields.
    pub metadata: ObjectMeta,
    /// The object, without metadata.
    pub content: K,
}

impl<'de, K: DeserializeOwned> Deserialize<'de> for Whole<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Bounded { mut value, cut } = Bounded::deserialize(deserializer)?;
        let members = value.as_object_mut();
        let read = members.and_then(|members| members.remove("metadata"));
        let (metadata, _) = metadata(Bounded {
            value: read.unwrap_or_default(),
            cut,
        });
        // The message of the error would quote a value, which may be a secret.
        let content =
            K::deserialize(value).map_err(|_| D::Error::custom("the object is not of its kind"))?;
        Ok(Self { metadata, content })
    }
}

/// Names the object only: a Secret holds values.
impl<K> fmt::Debug for Whole<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        named(&self.metadata, f)
    }
}

fn named(metadata: &ObjectMeta, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    write!(f, "{}/{}", text(&metadata.namespace), text(&metadata.name))
}

/// Says of a type that it is of kind `K`, where its metadata is, and whether only metadata is asked for.
macro_rules! of_kind {
    ($type:ident<K: $bound:path>, $($metadata:ident).+, $metadata_only:literal) => {
        impl<K: $bound> Resource for $type<K> {
            type DynamicType = ();
            type Scope = K::Scope;

            fn kind((): &()) -> Cow<'_, str> {
                K::kind(&())
            }
            fn group((): &()) -> Cow<'_, str> {
                K::group(&())
            }
            fn version((): &()) -> Cow<'_, str> {
                K::version(&())
            }
            fn plural((): &()) -> Cow<'_, str> {
                K::plural(&())
            }
            fn meta(&self) -> &ObjectMeta {
                &self.$($metadata).+
            }
            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.$($metadata).+
            }
            fn metadata_api() -> bool {
                $metadata_only
            }
        }
    };
}
pub(super) use of_kind;

of_kind!(Header<K: Resource<DynamicType = ()>>, metadata, true);
of_kind!(Stored<K: Resource<DynamicType = ()>>, metadata, false);
of_kind!(Whole<K: Resource<DynamicType = ()>>, metadata, false);

#[cfg(test)]
mod tests;
