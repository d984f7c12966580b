//! YAML values with the place of each part.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, Spanned};

use super::field_path::{FieldPath, Step};
use super::finding::Position;

/// A value, and where it stands.
#[derive(Debug, Default)]
pub(super) struct Located {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// Where a value begins, a member with its name; and so for all that is in it.
#[derive(Debug, Default)]
pub(super) struct Place {
    position: Option<Position>,
    inner: Inner,
}

#[derive(Debug, Default)]
enum Inner {
    #[default]
    Nothing,
    Members(BTreeMap<String, Place>),
    Items(Vec<Place>),
}

impl Place {
    /// Where a field stands; where it was not written, what it is missing from.
    pub(super) fn of(&self, path: &FieldPath) -> Option<Position> {
        let (mut place, mut position) = (self, self.position);
        for step in path.steps() {
            let Some(inner) = place.step(step) else {
                break;
            };
            (place, position) = (inner, inner.position.or(position));
        }
        position
    }

    /// The places of a list's items, which it loses.
    pub(super) fn take_items(&mut self, member: &str) -> Vec<Self> {
        let list = match &mut self.inner {
            Inner::Members(members) => members.remove(member).map(|member| member.inner),
            _ => None,
        };
        match list {
            Some(Inner::Items(items)) => items,
            _ => Vec::new(),
        }
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match (&self.inner, step) {
            (Inner::Members(members), Step::Member(name)) => members.get(name),
            (Inner::Items(items), Step::Item(number)) => items.get(*number),
            _ => None,
        }
    }
}

/// A location that the parser knows.
pub(super) fn position(location: Location) -> Option<Position> {
    (location != Location::UNKNOWN).then(|| Position {
        line: location.line(),
        column: location.column(),
    })
}

impl<'de> Deserialize<'de> for Located {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned {
            value: Content(mut located),
            referenced,
            ..
        } = Spanned::deserialize(deserializer)?;
        located.place.position = position(referenced);
        Ok(located)
    }
}

/// A value whose own position is not known yet.
struct Content(Located);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor).map(Self)
    }
}

/// Makes of each node what `serde_json::Value` makes of it.
struct ContentVisitor;

fn scalar(value: impl Into<Value>) -> Located {
    Located {
        value: value.into(),
        place: Place::default(),
    }
}

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Located;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Located, E> {
        Ok(scalar(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Located, E> {
        Ok(scalar(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Located, E> {
        Ok(scalar(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Located, E> {
        Ok(scalar(
            Number::from_f64(value).map_or(Value::Null, Value::Number),
        ))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Located, E> {
        Ok(scalar(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Located, E> {
        Ok(scalar(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Located, E> {
        Ok(scalar(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Located, E> {
        Ok(scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Located, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Located, A::Error> {
        let (mut values, mut places) = (Vec::new(), Vec::new());
        while let Some(Located { value, place }) = sequence.next_element()? {
            values.push(value);
            places.push(place);
        }
        Ok(Located {
            value: Value::Array(values),
            place: Place {
                position: None,
                inner: Inner::Items(places),
            },
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Located, A::Error> {
        let (mut values, mut places) = (Map::new(), BTreeMap::new());
        while let Some(Spanned {
            value: name,
            referenced,
            ..
        }) = map.next_key::<Spanned<String>>()?
        {
            let Located { value, mut place } = map.next_value()?;
            place.position = position(referenced).or(place.position);
            values.insert(name.clone(), value);
            places.insert(name, place);
        }
        Ok(Located {
            value: Value::Object(values),
            place: Place {
                position: None,
                inner: Inner::Members(places),
            },
        })
    }
}
