//! Statements of a function's policy, in the port's words. Pure.
//!
//! Invariant: two statements that allow the same are equal, however AWS spells them. Source of the spelling: the
//! IAM User Guide, "IAM JSON policy elements" (names of condition keys have no case, a list of one is its only
//! member, an account is its root user), and what `AddPermission` answers.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// Who may do something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Principal {
    /// Everybody.
    Anyone,
    /// Whoever this account lets.
    Account(String),
    /// A user or a role, by its ARN.
    Arn(String),
    /// A service.
    Service(String),
}

impl Principal {
    /// What a request names so.
    #[must_use]
    pub fn named(text: &str) -> Self {
        match text {
            "*" => Self::Anyone,
            _ => match account_of(text) {
                Some(account) => Self::Account(account.to_owned()),
                None if text.starts_with("arn:") => Self::Arn(text.to_owned()),
                None => Self::Service(text.to_owned()),
            },
        }
    }

    /// What a statement shows; `None` for what no request can name.
    fn shown(value: &Value) -> Option<Self> {
        if value == "*" {
            return Some(Self::Anyone);
        }
        let (kind, value) = only_member(value)?;
        let text = only_text(value)?;
        match kind {
            "Service" => Some(Self::Service(text.to_owned())),
            // Of a user or a role that is gone, AWS shows the id, which is no service's name.
            "AWS" if !text.starts_with("arn:") && account_of(text).is_none() && text != "*" => {
                Some(Self::Arn(text.to_owned()))
            }
            "AWS" => Some(Self::named(text)),
            _ => None,
        }
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        match principal {
            Principal::Anyone => "*".to_owned(),
            Principal::Account(text) | Principal::Arn(text) | Principal::Service(text) => text,
        }
    }
}

/// The account that a text is, by its id or as its root user.
fn account_of(text: &str) -> Option<&str> {
    let id = match text.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":iam::")?.1.strip_suffix(":root")?,
        None => text,
    };
    let is_id = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(id)
}

/// What a statement allows, and under which conditions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// What: `lambda:InvokeFunction`, `lambda:*`, ...
    pub action: String,
    /// Who may.
    pub principal: Principal,
    /// ARN of what calls; a pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
    /// Account of what calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_account: Option<String>,
    /// Organization of who calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_org_id: Option<String>,
    /// Token that the caller shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_source_token: Option<String>,
    /// `NONE` or `AWS_IAM`: what the function's URL must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_url_auth_type: Option<String>,
    /// Only calls through the function's URL are allowed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub invoked_via_function_url: bool,
}

impl Permission {
    /// This, without a condition.
    #[must_use]
    pub fn new(action: &str, principal: Principal) -> Self {
        Self {
            action: action.to_owned(),
            principal,
            source_arn: None,
            source_account: None,
            principal_org_id: None,
            event_source_token: None,
            function_url_auth_type: None,
            invoked_via_function_url: false,
        }
    }

    /// The statement that an answer has; `None` for one that no `AddPermission` makes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::shown(&serde_json::from_str(text).ok()?)
    }

    /// What a statement shows; `None` for one that no `AddPermission` makes.
    fn shown(statement: &Value) -> Option<Self> {
        if statement.get("Effect")? != "Allow" {
            return None;
        }
        let action = only_text(statement.get("Action")?)?;
        let mut shown = Self::new(action, Principal::shown(statement.get("Principal")?)?);
        let conditions = statement.get("Condition").and_then(Value::as_object);
        for (operator, keys) in conditions.into_iter().flatten() {
            for (key, value) in keys.as_object()? {
                let is_true = *value == true;
                let text = if is_true { "true" } else { only_text(value)? };
                shown.set(operator, key, text)?;
            }
        }
        Some(shown)
    }

    /// Takes over a condition; `None` for one that no `AddPermission` makes.
    fn set(&mut self, operator: &str, key: &str, value: &str) -> Option<()> {
        let (operator, key) = (operator.to_ascii_lowercase(), key.to_ascii_lowercase());
        let member = match (operator.as_str(), key.as_str()) {
            // The two mean the same (IAM User Guide, "Amazon Resource Name (ARN) condition operators").
            ("arnlike" | "arnequals", "aws:sourcearn") => &mut self.source_arn,
            ("stringequals", "aws:sourceaccount") => &mut self.source_account,
            ("stringequals", "aws:principalorgid") => &mut self.principal_org_id,
            ("stringequals", "lambda:eventsourcetoken") => &mut self.event_source_token,
            ("stringequals", "lambda:functionurlauthtype") => &mut self.function_url_auth_type,
            ("bool", "lambda:invokedviafunctionurl") if value == "true" => {
                self.invoked_via_function_url = true;
                return Some(());
            }
            _ => return None,
        };
        *member = Some(value.to_owned());
        Some(())
    }
}

/// A function's policy: its statements by their ids, those that no `AddPermission` makes as `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy(pub BTreeMap<String, Option<Permission>>);

impl Policy {
    /// What `GetPolicy` shows; `None` where that is no policy. A statement without an id is nobody's to change.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let policy: Value = serde_json::from_str(text).ok()?;
        // One alone may stand by itself (IAM User Guide, "IAM JSON policy elements: Statement").
        let statements = match policy.get("Statement")? {
            Value::Array(list) => list.as_slice(),
            one @ Value::Object(_) => std::slice::from_ref(one),
            _ => return None,
        };
        let named = statements.iter().filter_map(|statement| {
            let id = statement.get("Sid")?.as_str()?;
            Some((id.to_owned(), Permission::shown(statement)))
        });
        Some(Self(named.collect()))
    }
}

/// The only member of an object.
fn only_member(value: &Value) -> Option<(&str, &Value)> {
    let mut members = value.as_object()?.iter();
    let (name, value) = members.next()?;
    members.next().is_none().then_some((name.as_str(), value))
}

/// A text, or the only one of a list.
fn only_text(value: &Value) -> Option<&str> {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => only.as_str(),
        Some(_) => None,
        None => value.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(statement: &Value) -> Option<Permission> {
        let policy = json!({"Version": "2012-10-17", "Statement": [statement, {"Effect": "Deny"}]});
        let mut policy = Policy::parse(&policy.to_string()).unwrap();
        assert_eq!(policy.0.len(), 1, "a statement without an id is left out");
        policy.0.remove("s").unwrap()
    }

    fn statement(change: &Value) -> Value {
        let mut statement = json!({
            "Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "f",
        });
        for (name, value) in change.as_object().unwrap() {
            statement[name] = value.clone();
        }
        statement
    }

    #[test]
    fn a_principal_is_the_same_however_it_is_spelt() {
        let account = "arn:aws-cn:iam::123456789012:root";
        let role = "arn:aws:iam::123456789012:role/r";
        for (shown, named) in [
            (json!("*"), "*"),
            (json!({"AWS": "*"}), "*"),
            (json!({"AWS": ["*"]}), "*"),
            (json!({"AWS": account}), "123456789012"),
            (json!({"AWS": "123456789012"}), account),
            (json!({"AWS": [role]}), role),
            (json!({"Service": "s3.amazonaws.com"}), "s3.amazonaws.com"),
        ] {
            let permission = parsed(&statement(&json!({"Principal": shown}))).unwrap();
            assert_eq!(permission.principal, Principal::named(named), "{shown}");
        }
        let gone = parsed(&statement(&json!({"Principal": {"AWS": "AROAEXAMPLE"}}))).unwrap();
        assert_ne!(gone.principal, Principal::named(role));
    }

    #[test]
    fn a_condition_is_the_same_however_it_is_spelt() {
        let base = Permission::new("lambda:InvokeFunction", Principal::Anyone);
        let text = || Some("v".to_owned());
        for (condition, expected) in [
            (json!({}), base.clone()),
            (
                json!({"ArnLike": {"AWS:SourceArn": "v"}}),
                Permission {
                    source_arn: text(),
                    ..base.clone()
                },
            ),
            (
                json!({"ArnEquals": {"aws:SourceArn": ["v"]}}),
                Permission {
                    source_arn: text(),
                    ..base.clone()
                },
            ),
            (
                json!({"StringEquals": {"AWS:SourceAccount": "v"}}),
                Permission {
                    source_account: text(),
                    ..base.clone()
                },
            ),
            (
                json!({"StringEquals": {"aws:PrincipalOrgID": "v"}}),
                Permission {
                    principal_org_id: text(),
                    ..base.clone()
                },
            ),
            (
                json!({"StringEquals": {"lambda:EventSourceToken": "v"}}),
                Permission {
                    event_source_token: text(),
                    ..base.clone()
                },
            ),
            (
                json!({"StringEquals": {"lambda:FunctionUrlAuthType": "v"}}),
                Permission {
                    function_url_auth_type: text(),
                    ..base.clone()
                },
            ),
            (
                json!({"Bool": {"lambda:InvokedViaFunctionUrl": true}}),
                Permission {
                    invoked_via_function_url: true,
                    ..base.clone()
                },
            ),
            (
                json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
                Permission {
                    invoked_via_function_url: true,
                    ..base.clone()
                },
            ),
        ] {
            let shown = statement(&json!({"Condition": condition}));
            assert_eq!(parsed(&shown), Some(expected), "{condition}");
        }
    }

    #[test]
    fn what_no_request_makes_is_nothing_that_a_spec_can_ask_for() {
        for change in [
            json!({"Effect": "Deny"}),
            json!({"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]}),
            json!({"Principal": {"AWS": ["1", "2"]}}),
            json!({"Principal": {"AWS": "*", "Service": "s3.amazonaws.com"}}),
            json!({"Principal": {"Federated": "accounts.example"}}),
            json!({"Condition": {"StringLike": {"aws:SourceAccount": "1*"}}}),
            json!({"Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}}),
            json!({"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}),
            json!({"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "false"}}}),
        ] {
            assert_eq!(parsed(&statement(&change)), None, "{change}");
        }
        for text in ["", "{}", r#"{"Statement": "all"}"#] {
            assert_eq!(Policy::parse(text), None, "{text:?}");
        }
    }
}
