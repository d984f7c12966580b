//! An API server in memory, as small as the operator's requests allow.
//!
//! Invariant: it answers the requests that cloudfn makes, and those of the people around it, as the
//! real one does: versions, generations, the status subresource, finalizers, refusals. What it does
//! not know it refuses loudly. `tests/e2e/model.rs` sends the same requests to both and compares.
//! Not modelled: CEL and pruning (schedules write valid objects), managers of anything but a status.

#[path = "api_server/body.rs"]
pub mod body;
#[path = "api_server/managed.rs"]
mod managed;
#[path = "api_server/values.rs"]
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use cloudfn::api::crds;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use values::{copy, fill, merge, remove};

/// One request, taken out of HTTP.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Whether the client requests only metadata.
    pub partial: bool,
    /// Content type of the body.
    pub content_type: String,
    /// The body; `Null` where there is none.
    pub body: Value,
    /// The answer to a body that cannot be read.
    pub unreadable: Option<Answer>,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Arc<Value>,
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Plural of its kind.
    pub plural: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// An object that came, changed or went.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which.
    pub key: Key,
    /// As it is now; `None`: gone.
    pub object: Option<Arc<Value>>,
}

/// The server.
pub struct ApiServer {
    /// Shared with answers, changes and caches: only what is edited is copied.
    objects: BTreeMap<Key, Arc<Value>>,
    schemas: &'static BTreeMap<String, Value>,
    version: u64,
    made: u64,
    changes: Vec<Change>,
    /// The definitions of the kinds are being deleted.
    pub definitions_go: std::cell::Cell<bool>,
    /// Wall-clock time of the next request.
    pub now: Timestamp,
}

/// Plural, API version, kind.
const CORE: [(&str, &str, &str); 3] = [
    ("configmaps", "v1", "ConfigMap"),
    ("secrets", "v1", "Secret"),
    ("events", "events.k8s.io/v1", "Event"),
];

/// Where the definitions of kinds are.
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

impl Default for ApiServer {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            schemas: schemas(),
            version: 100,
            made: 0,
            changes: Vec::new(),
            definitions_go: std::cell::Cell::new(false),
            now: Timestamp::UNIX_EPOCH,
        }
    }
}

impl ApiServer {
    /// The objects of a kind.
    pub fn all(&self, plural: &str) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        self.objects
            .iter()
            .filter(move |(key, _)| key.plural == plural)
    }

    /// One object.
    pub fn get(&self, key: &Key) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    /// What happened since the last time.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Answers one request.
    pub fn handle(&mut self, request: &Request) -> Answer {
        self.answer(request).unwrap_or_else(|refusal| refusal)
    }

    fn answer(&mut self, request: &Request) -> Result<Answer, Answer> {
        if let Some(name) = request.path.strip_prefix(DEFINITIONS) {
            return self.definition(name, request);
        }
        let (key, subresource) = parse(&request.path).ok_or_else(|| {
            failure(
                404,
                "NotFound",
                "the server could not find the requested resource",
            )
        })?;
        let status = match subresource.as_deref() {
            None => false,
            Some("status") if self.schemas.contains_key(&key.plural) => true,
            Some(_) => {
                return Err(failure(
                    404,
                    "NotFound",
                    "the server could not find the requested resource",
                ));
            }
        };
        match request.method.as_str() {
            "POST" => self.create(key, request.body.clone()),
            "GET" => {
                let object = self.objects.get(&key).ok_or_else(|| not_found(&key))?;
                let body = if request.partial {
                    Arc::new(
                        json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]}),
                    )
                } else {
                    object.clone()
                };
                Ok(Answer { status: 200, body })
            }
            "DELETE" => self.delete(&key),
            "PUT" => self.update(&key, status, false, request.body.clone()),
            "PATCH" => {
                let mut new = Value::clone(self.objects.get(&key).ok_or_else(|| not_found(&key))?);
                match request.content_type.as_str() {
                    "application/merge-patch+json" => merge(&mut new, &request.body),
                    "application/apply-patch+yaml" if status => {
                        if let Some(refusal) = &request.unreadable {
                            return Err(refusal.clone());
                        }
                        managed::apply(&mut new, &request.body["status"]);
                        if let Some(version) = request.body["metadata"].get("resourceVersion") {
                            new["metadata"]["resourceVersion"] = version.clone();
                        }
                    }
                    other => {
                        return Err(failure(
                            415,
                            "UnsupportedMediaType",
                            &format!("not modelled: {other}"),
                        ));
                    }
                }
                self.update(
                    &key,
                    status,
                    request.content_type == "application/apply-patch+yaml",
                    new,
                )
            }
            other => Err(failure(
                405,
                "MethodNotAllowed",
                &format!("not modelled: {other}"),
            )),
        }
    }

    /// A definition's metadata, which is all that is asked of it.
    fn definition(&self, name: &str, request: &Request) -> Result<Answer, Answer> {
        let plural = name.strip_suffix(".cloudfn.dev").unwrap_or_default();
        if request.method != "GET" || !request.partial || !self.schemas.contains_key(plural) {
            return Err(failure(404, "NotFound", &format!("{name:?} not found")));
        }
        let mut metadata = json!({"name": name});
        if self.definitions_go.get() {
            metadata["deletionTimestamp"] =
                json!(self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        }
        let body = json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
        Ok(Answer {
            status: 200,
            body: Arc::new(body),
        })
    }

    fn create(&mut self, mut key: Key, mut object: Value) -> Result<Answer, Answer> {
        key.name = text(&object["metadata"]["name"]);
        if self.objects.contains_key(&key) {
            return Err(failure(
                409,
                "AlreadyExists",
                &format!("{} {:?} already exists", key.plural, key.name),
            ));
        }
        self.made += 1;
        let (api_version, kind) = type_of(&key.plural);
        object["apiVersion"] = json!(api_version);
        object["kind"] = json!(kind);
        let metadata = &mut object["metadata"];
        metadata["namespace"] = json!(key.namespace);
        metadata["uid"] = json!(format!("00000000-0000-4000-8000-{:012}", self.made));
        metadata["creationTimestamp"] = json!(self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        if self.schemas.contains_key(&key.plural) {
            metadata["generation"] = json!(1);
            remove(&mut object, "status");
        }
        self.default(&key.plural, &mut object);
        Ok(Answer {
            status: 201,
            body: self.store(&key, object),
        })
    }

    fn update(
        &mut self,
        key: &Key,
        status: bool,
        applied: bool,
        mut new: Value,
    ) -> Result<Answer, Answer> {
        let old = self.objects.get(key).ok_or_else(|| not_found(key))?.clone();
        let asked = text(&new["metadata"]["resourceVersion"]);
        if !asked.is_empty() && asked != text(&old["metadata"]["resourceVersion"]) {
            let message = "the object has been modified; please apply your changes to the latest version and try again";
            return Err(failure(409, "Conflict", message));
        }
        let uid = text(&new["metadata"]["uid"]);
        if !status && !uid.is_empty() && uid != text(&old["metadata"]["uid"]) {
            return Err(failure(
                422,
                "Invalid",
                "metadata.uid: Invalid value: field is immutable",
            ));
        }
        if status {
            let (status, managers) = (
                new["status"].take(),
                new["metadata"]["managedFields"].take(),
            );
            new = Value::clone(&old);
            new["status"] = status;
            if !managers.is_null() {
                new["metadata"]["managedFields"] = managers;
            }
            if !applied {
                managed::lose(&old, &mut new);
            }
        } else {
            for field in [
                "uid",
                "name",
                "namespace",
                "creationTimestamp",
                "generation",
                "resourceVersion",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
            ] {
                copy(&old["metadata"], &mut new["metadata"], field);
            }
            copy(&old, &mut new, "apiVersion");
            copy(&old, &mut new, "kind");
            if self.schemas.contains_key(&key.plural) {
                copy(&old, &mut new, "status");
            }
            if !old["metadata"]["deletionTimestamp"].is_null()
                && finalizers(&new)
                    .iter()
                    .any(|f| !finalizers(&old).contains(f))
            {
                return Err(failure(
                    422,
                    "Invalid",
                    "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted",
                ));
            }
        }
        if new["metadata"]["finalizers"]
            .as_array()
            .is_some_and(Vec::is_empty)
        {
            remove(&mut new["metadata"], "finalizers");
        }
        if new["metadata"]["annotations"]
            .as_object()
            .is_some_and(Map::is_empty)
        {
            remove(&mut new["metadata"], "annotations");
        }
        self.default(&key.plural, &mut new);
        if new == *old {
            return Ok(Answer {
                status: 200,
                body: old,
            });
        }
        if self.schemas.contains_key(&key.plural) && new["spec"] != old["spec"] {
            new["metadata"]["generation"] =
                json!(new["metadata"]["generation"].as_i64().unwrap_or_default() + 1);
        }
        if !new["metadata"]["deletionTimestamp"].is_null() && finalizers(&new).is_empty() {
            self.gone(key);
            return Ok(Answer {
                status: 200,
                body: Arc::new(new),
            });
        }
        Ok(Answer {
            status: 200,
            body: self.store(key, new),
        })
    }

    fn delete(&mut self, key: &Key) -> Result<Answer, Answer> {
        let object = self.objects.get(key).ok_or_else(|| not_found(key))?.clone();
        if finalizers(&object).is_empty() {
            self.gone(key);
            let body = Arc::new(
                json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}),
            );
            return Ok(Answer { status: 200, body });
        }
        if !object["metadata"]["deletionTimestamp"].is_null() {
            return Ok(Answer {
                status: 200,
                body: object,
            });
        }
        let mut object = Value::clone(&object);
        let metadata = &mut object["metadata"];
        metadata["deletionTimestamp"] = json!(self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        metadata["deletionGracePeriodSeconds"] = json!(0);
        metadata["generation"] = json!(metadata["generation"].as_i64().unwrap_or_default() + 1);
        Ok(Answer {
            status: 200,
            body: self.store(key, object),
        })
    }

    fn store(&mut self, key: &Key, mut object: Value) -> Arc<Value> {
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let object = Arc::new(object);
        // Nothing here reads events; keeping them would only cost.
        if key.plural != "events" {
            self.objects.insert(key.clone(), object.clone());
            self.changes.push(Change {
                key: key.clone(),
                object: Some(object.clone()),
            });
        }
        object
    }

    fn gone(&mut self, key: &Key) {
        self.version += 1;
        self.objects.remove(key);
        self.changes.push(Change {
            key: key.clone(),
            object: None,
        });
    }

    fn default(&self, plural: &str, object: &mut Value) {
        if let Some(schema) = self.schemas.get(plural) {
            fill(schema, object);
        }
    }
}

/// The schemas of the custom resources, by plural.
fn schemas() -> &'static BTreeMap<String, Value> {
    static SCHEMAS: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let schemas = crds::all().into_iter().filter_map(|crd| {
            let schema = crd
                .spec
                .versions
                .first()?
                .schema
                .as_ref()?
                .open_api_v3_schema
                .clone()?;
            Some((crd.spec.names.plural, serde_json::to_value(schema).ok()?))
        });
        schemas.collect()
    })
}

/// Key and subresource of a path.
fn parse(path: &str) -> Option<(Key, Option<String>)> {
    let mut parts = path.trim_matches('/').split('/');
    let plurals: &[&str] = match (parts.next()?, parts.next()?) {
        ("api", "v1") => &["configmaps", "secrets"],
        ("apis", "cloudfn.dev") if parts.next()? == "v1alpha1" => {
            &["cloudfrontfunctions", "lambdafunctions"]
        }
        ("apis", "events.k8s.io") if parts.next()? == "v1" => &["events"],
        _ => return None,
    };
    let ("namespaces", namespace, plural) = (parts.next()?, parts.next()?, parts.next()?) else {
        return None;
    };
    if !plurals.contains(&plural) {
        return None;
    }
    let name = parts.next().unwrap_or_default().to_owned();
    Some((
        Key {
            plural: plural.to_owned(),
            namespace: namespace.to_owned(),
            name,
        },
        parts.next().map(ToOwned::to_owned),
    ))
}

fn type_of(plural: &str) -> (String, String) {
    if let Some((_, api_version, kind)) = CORE.iter().find(|(known, _, _)| *known == plural) {
        return ((*api_version).to_owned(), (*kind).to_owned());
    }
    let kind = if plural == "lambdafunctions" {
        "LambdaFunction"
    } else {
        "CloudFrontFunction"
    };
    ("cloudfn.dev/v1alpha1".to_owned(), kind.to_owned())
}

/// A refusal, as a `Status`.
pub fn failure(code: u16, reason: &str, message: &str) -> Answer {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code});
    Answer {
        status: code,
        body: Arc::new(body),
    }
}

fn not_found(key: &Key) -> Answer {
    failure(
        404,
        "NotFound",
        &format!("{} {:?} not found", key.plural, key.name),
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn finalizers(object: &Value) -> Vec<&str> {
    object["metadata"]["finalizers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
