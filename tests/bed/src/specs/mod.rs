//! Random valid specs, made from the schema of a custom resource definition.
//!
//! Invariant: what is made here comes from the schema as the API server has it and from a table of
//! what texts mean (`rules`), from no Rust type of the operator: a new field takes part by itself,
//! or [`check`] says what to add. The same chance makes the same specs.

mod aliases;
mod around;
mod check;
mod pattern;
mod rules;
mod texts;

use std::ops::RangeInclusive;

use fastrand::Rng;
use serde_json::{Map, Value, json};

pub use around::{Around, Data, Package};
pub use check::check;
use pattern::Pattern;
use rules::{ORDER, ROWS, Rule};

/// Items of a list at most.
const MOST_ITEMS: usize = 4;
/// Members of a map, where it is not as large as may be.
const USUAL_MEMBERS: usize = 3;

/// The specs of one kind.
#[derive(Clone, Debug)]
pub struct Specs {
    kind: String,
    schema: Value,
    around: Around,
}

impl Specs {
    /// The specs of a definition, which [`check`] has nothing to say of.
    #[must_use]
    pub fn of(definition: &Value, around: &Around) -> Self {
        Self {
            kind: kind(definition).to_owned(),
            schema: spec_schema(definition).clone(),
            around: around.clone(),
        }
    }

    /// A valid spec.
    pub fn one(&self, rng: &mut Rng) -> Value {
        self.value(rng, &self.kind, &self.schema)
    }

    /// Two valid specs, so that an object may go from the first to the second. They often have
    /// fields in common.
    pub fn pair(&self, rng: &mut Rng) -> (Value, Value) {
        let (from, mut to) = (self.one(rng), self.one(rng));
        let (immutable, alike) = (self.immutable(), rng.u8(..4));
        for field in self.schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(field, _)| field)
        {
            if immutable.contains(&field.as_str()) || rng.u8(..4) < alike {
                match (from.get(field), to.as_object_mut()) {
                    (Some(value), Some(to)) => drop(to.insert(field.clone(), value.clone())),
                    (None, Some(to)) => drop(to.remove(field)),
                    (_, None) => {}
                }
            }
        }
        if self.kind == "LambdaFunction" {
            rules::keep_choices(&from, &mut to);
        }
        self.order(rng, &self.kind, &mut to);
        (from, to)
    }

    /// A valid value of one field, by its path below the spec: `ephemeralStorage.size`.
    pub fn field(&self, rng: &mut Rng, path: &str) -> Value {
        let schema = path
            .split('.')
            .fold(&self.schema, |schema, step| &schema["properties"][step]);
        self.value(rng, &format!("{}.{path}", self.kind), schema)
    }

    /// Makes a spec valid whose fields are valid one by one.
    pub fn put_in_order(&self, rng: &mut Rng, spec: &mut Value) {
        self.order(rng, &self.kind, spec);
    }

    /// The fields that must stay as they are: those whose old value a rule of the spec asks for.
    #[must_use]
    pub fn immutable(&self) -> Vec<&str> {
        let rules = self.schema["x-kubernetes-validations"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["rule"].as_str());
        let words = rules.flat_map(|rule| {
            rule.split("== oldSelf.")
                .skip(1)
                .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
        });
        words.collect()
    }

    fn order(&self, rng: &mut Rng, path: &str, value: &mut Value) {
        for (_, order) in ORDER.iter().filter(|(row, _)| rules::fits(row, path)) {
            order(value, rng, &self.around);
        }
    }

    fn value(&self, rng: &mut Rng, path: &str, schema: &Value) -> Value {
        let rule = rules::row(ROWS, path);
        let mut value = match (rule, schema["type"].as_str()) {
            (Some(Rule::Made(make)), _) => make(rng, &self.around),
            (Some(Rule::Later), _) => Value::Null,
            (_, Some("boolean")) => json!(rng.bool()),
            (_, Some("integer")) => whole(rng, schema),
            (_, Some("string")) => text(rng, path, rule, schema),
            (_, Some("array")) => {
                let items = rng.usize(
                    number(schema, "minItems", 0)
                        ..=number(schema, "maxItems", MOST_ITEMS).min(MOST_ITEMS),
                );
                (0..items)
                    .map(|_| self.value(rng, &format!("{path}[]"), &schema["items"]))
                    .collect()
            }
            _ => self.object(rng, path, rule, schema),
        };
        self.order(rng, path, &mut value);
        value
    }

    fn object(&self, rng: &mut Rng, path: &str, rule: Option<&Rule>, schema: &Value) -> Value {
        let mut object = Map::new();
        if let Some(Rule::Keys(key, most)) = rule {
            let least = number(schema, "minProperties", 0);
            let most = number(schema, "maxProperties", *most).min(*most);
            let members = if rng.u8(..8) == 0 {
                most
            } else {
                rng.usize(least..=most.min(USUAL_MEMBERS.max(least)))
            };
            // Keys may be few: as many as chance finds, but never too few.
            for tries in 0.. {
                if object.len() >= members || (tries > 4 * members && object.len() >= least) {
                    break;
                }
                let value =
                    self.value(rng, &format!("{path}{{}}"), &schema["additionalProperties"]);
                object.insert(key(rng), value);
            }
            return Value::Object(object);
        }
        let set = match rule {
            Some(Rule::OneOf(sets)) => Some(sets[rng.usize(..sets.len())]),
            _ => None,
        };
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = match set {
                Some(set) => set.contains(&name.as_str()),
                None => schema["required"]
                    .as_array()
                    .is_some_and(|required| required.iter().any(|one| one == name)),
            };
            let possible = set.is_none_or(|set| {
                set.iter()
                    .any(|member| member.trim_end_matches('?') == name)
            });
            if required || (possible && rng.bool()) {
                object.insert(
                    name.clone(),
                    self.value(rng, &format!("{path}.{name}"), property),
                );
            }
        }
        Value::Object(object)
    }
}

/// The words of a closed list: of an enumeration, or of a rule where the member may be null.
#[must_use]
pub fn words(schema: &Value) -> Vec<String> {
    let rules = schema["x-kubernetes-validations"].as_array();
    let rule = rules
        .into_iter()
        .flatten()
        .filter_map(|one| one["rule"].as_str()?.strip_prefix("self in "))
        .find_map(|list| serde_json::from_str::<Value>(list).ok());
    let words = rule.as_ref().unwrap_or(&schema["enum"]).as_array();
    words
        .into_iter()
        .flatten()
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

/// The pattern of a text: the schema has it as a rule.
fn pattern(schema: &Value) -> Option<&str> {
    let rules = schema["x-kubernetes-validations"].as_array();
    let rules = rules.into_iter().flatten();
    rules
        .filter_map(|one| one["rule"].as_str())
        .filter_map(|rule| rule.strip_prefix("self.matches(r'"))
        .find_map(|rest| rest.strip_suffix("')"))
}

fn kind(definition: &Value) -> &str {
    definition["spec"]["names"]["kind"]
        .as_str()
        .unwrap_or_default()
}

fn spec_schema(definition: &Value) -> &Value {
    &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
}

/// A bound of a schema; `otherwise` where it has none.
fn number(schema: &Value, name: &str, otherwise: usize) -> usize {
    schema[name]
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or(otherwise)
}

/// Lengths that a text may have; `most` where the schema names no bound.
fn bounds(schema: &Value, most: usize) -> RangeInclusive<usize> {
    number(schema, "minLength", 0)..=number(schema, "maxLength", most)
}

/// A whole number, often one of the bounds.
fn whole(rng: &mut Rng, schema: &Value) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "JSON has the bounds of whole numbers as 900.0"
    )]
    let bound = |name: &str| schema[name].as_f64().unwrap_or_default() as i64;
    let (least, most) = (bound("minimum"), bound("maximum"));
    json!(match rng.u8(..6) {
        0 => least,
        1 => most,
        _ => rng.i64(least..=most),
    })
}

fn text(rng: &mut Rng, path: &str, rule: Option<&Rule>, schema: &Value) -> Value {
    match rule {
        Some(Rule::Mostly(word)) if rng.u8(..8) > 0 => return json!(word),
        Some(Rule::Text(most)) => return json!(texts::free(rng, &bounds(schema, *most))),
        _ => {}
    }
    let unwanted = if let Some(Rule::Not(word)) = rule {
        *word
    } else {
        ""
    };
    let words: Vec<String> = words(schema)
        .into_iter()
        .filter(|word| word != unwanted)
        .collect();
    if !words.is_empty() {
        return json!(words[rng.usize(..words.len())]);
    }
    let text = pattern(schema)
        .map(Pattern::read)
        .and_then(Result::ok)
        .and_then(|pattern| pattern.text(rng, &bounds(schema, usize::MAX)));
    json!(text.unwrap_or_else(|| panic!("nothing makes {path}; specs::check says what to add")))
}
