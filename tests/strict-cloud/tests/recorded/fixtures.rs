//! The fixtures, read: words and shapes are put in where they are named; ids stay.
//!
//! In every text `<arn>` and the like are words of `words.json`, `<a*65>` is a letter 65 times, and
//! `<revision 2>`, `<date>` and the like are what `compare` knows. An object that is `like` some
//! shapes (of `shapes.json`, or of its own sequence) has their fields and then its own; null takes
//! one away.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// A recorded sequence.
pub struct Sequence {
    /// Its name in LocalStack's test suite.
    pub name: String,
    /// What is not replayed of it, and why.
    pub left_out: Option<String>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Fields that AWS's replies did not have yet.
    pub later: Vec<String>,
    pub steps: Vec<Step>,
}

pub enum Step {
    /// Until everything has settled.
    Wait,
    /// What lies in S3, and what does not exist.
    Given(Value),
    Ask(Asked),
}

/// A request, and what AWS answered.
pub struct Asked {
    pub operation: String,
    pub with: Value,
    /// Asked for page after page.
    pub every_page: bool,
    /// The HTTP status, where it was kept.
    pub status: Option<u64>,
    /// None where only the success was noticed.
    pub expected: Option<Expected>,
}

pub enum Expected {
    Reply(Value),
    /// Code and sentence.
    Refusal(String, String),
    /// Code, and the breaches that the sentence lists, in any order: so they were kept.
    Breaches(String, Vec<String>),
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded")
}

fn read(file: &str) -> Value {
    let text =
        fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(text)
        .collect()
}

/// Every recorded sequence: the day of the recording, and the name.
pub fn sequences() -> Vec<(String, String)> {
    let list = fs::read_to_string(folder().join("sequences.txt")).unwrap();
    list.lines()
        .map(|line| {
            line.split_once(' ')
                .map(|(day, name)| (day.to_owned(), name.to_owned()))
                .unwrap()
        })
        .collect()
}

/// The sequences about what the model has not, and what that is.
pub fn outside() -> BTreeMap<String, String> {
    let groups = read("outside.json");
    groups
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| {
            texts(group.get("sequences"))
                .into_iter()
                .map(|name| (name, text(&group["why"])))
        })
        .collect()
}

fn words() -> BTreeMap<String, String> {
    read("words.json")
        .as_object()
        .unwrap()
        .iter()
        .map(|(word, meaning)| (word.clone(), text(meaning)))
        .collect()
}

/// The sequences that are replayed, by file and as they stand there; one with rows is one for each row.
pub fn replayed() -> Vec<Sequence> {
    let (words, shapes) = (words(), read("shapes.json"));
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("answers"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        for written in read(file.to_str().unwrap()).as_array().unwrap() {
            let rows = written
                .get("rows")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_else(|| vec![Value::Object(Map::new())]);
            for row in rows {
                let mut words = words.clone();
                words.extend(
                    row.as_object()
                        .unwrap()
                        .iter()
                        .map(|(word, meaning)| (word.clone(), text(meaning))),
                );
                all.push(sequence(
                    &Reader {
                        words: &words,
                        shapes: &shapes,
                        own: written.get("shapes"),
                    },
                    written,
                ));
            }
        }
    }
    all
}

fn sequence(reader: &Reader<'_>, written: &Value) -> Sequence {
    let optional = |field: &str| written.get(field).map(text);
    Sequence {
        name: reader.text(&text(&written["sequence"])),
        left_out: optional("left out"),
        note: optional("note"),
        later: texts(written.get("later")),
        steps: written["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| reader.step(step))
            .collect(),
    }
}

struct Reader<'a> {
    words: &'a BTreeMap<String, String>,
    shapes: &'a Value,
    /// The sequence's own shapes; within them, a name means the shape that all share.
    own: Option<&'a Value>,
}

impl Reader<'_> {
    fn step(&self, written: &Value) -> Step {
        if written.get("wait").is_some() {
            return Step::Wait;
        }
        if let Some(things) = written.get("given") {
            return Step::Given(self.value(things));
        }
        let code = || text(&written["code"]);
        let expected = match (
            written.get("reply"),
            written.get("text"),
            written.get("breaches"),
        ) {
            (Some(reply), None, None) => Some(Expected::Reply(self.value(reply))),
            (None, Some(said), None) => Some(Expected::Refusal(code(), self.text(&text(said)))),
            (None, None, Some(list)) => Some(Expected::Breaches(
                code(),
                texts(Some(list)).iter().map(|one| self.text(one)).collect(),
            )),
            (None, None, None) => None,
            _ => panic!("one answer for one request: {written}"),
        };
        Step::Ask(Asked {
            operation: text(&written["ask"]),
            with: self.value(&written["with"]),
            every_page: written.get("pages").is_some(),
            status: written.get("status").and_then(Value::as_u64),
            expected,
        })
    }

    fn value(&self, written: &Value) -> Value {
        match written {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(list) => Value::Array(list.iter().map(|one| self.value(one)).collect()),
            Value::Object(fields) => Value::Object(self.fields(fields)),
            other => other.clone(),
        }
    }

    fn fields(&self, written: &Map<String, Value>) -> Map<String, Value> {
        let mut fields = Map::new();
        for name in texts(written.get("like")) {
            let shape = self
                .own
                .and_then(|own| own.get(&name))
                .or_else(|| self.shapes.get(&name))
                .unwrap_or_else(|| panic!("no shape {name}"));
            let reader = Reader { own: None, ..*self };
            for (field, value) in reader.fields(shape.as_object().unwrap()) {
                fields.insert(field, value);
            }
            // What a shape takes away is taken from those before it, too.
            fields.retain(|field, _| !shape.get(field).is_some_and(Value::is_null));
        }
        for (field, value) in written.iter().filter(|(field, _)| *field != "like") {
            if value.is_null() {
                fields.remove(field);
            } else {
                fields.insert(field.clone(), self.value(value));
            }
        }
        fields
    }

    fn text(&self, written: &str) -> String {
        let mut rest = written;
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once('<') {
            let (name, after) = after
                .split_once('>')
                .unwrap_or_else(|| panic!("< without > in {written}"));
            text += before;
            match (self.words.get(name), name.split_once('*')) {
                (Some(meaning), _) => text += meaning,
                (None, Some((letter, times))) => text += &letter.repeat(times.parse().unwrap()),
                (None, None) => text.extend(["<", name, ">"]),
            }
            rest = after;
        }
        text + rest
    }
}
