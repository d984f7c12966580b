//! Statements of a function's policy, in the spec.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use super::url::FunctionUrlAuthType;
use crate::api::forms;

/// The action of a statement that names none.
pub const INVOKE: &str = "lambda:InvokeFunction";

/// A statement of the function's policy: who may do what with it, and under which conditions.
///
/// Source of shapes and limits: the Lambda API reference, `AddPermission`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "!has(self.functionUrlAuthType) || (has(self.action) && self.action == 'lambda:InvokeFunctionUrl')"
).message("functionUrlAuthType goes with the action lambda:InvokeFunctionUrl only; name that action, or drop it")
 .field_path(".functionUrlAuthType"))]
pub struct Permission {
    /// Name of the statement in the policy. Statements of other names are left alone.
    #[schemars(length(min = 1, max = 100), regex(pattern = forms::STATEMENT_ID.pattern))]
    pub statement_id: String,

    // No default in the definition: one inside a list is a difference for ever to tools that compare what was applied
    // (Argo CD, its issue 28724).
    /// What is allowed: `lambda:InvokeFunction` (where it is omitted), `lambda:InvokeFunctionUrl`, another
    /// action of Lambda's, `lambda:*`, or `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), regex(pattern = forms::PERMISSION_ACTION.pattern))]
    pub action: Option<String>,

    /// Who may: a service such as `s3.amazonaws.com`, the id of an account, the ARN of a user or a role, or
    /// `*`, which is everybody.
    #[schemars(length(max = 256), regex(pattern = forms::PRINCIPAL.pattern))]
    pub principal: String,

    /// ARN of the bucket, topic, rule or the like that calls, with `*` and `?` as in policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048), regex(pattern = forms::SOURCE_ARN.pattern))]
    pub source_arn: Option<String>,

    /// The account of what calls. An S3 bucket's ARN has none: name it beside `sourceArn`, or whoever owns
    /// the name later may call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 12), regex(pattern = forms::ACCOUNT.pattern))]
    pub source_account: Option<String>,

    /// The organization of AWS Organizations that the caller belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 34), regex(pattern = forms::ORGANIZATION.pattern))]
    pub principal_org_id: Option<String>,

    /// The token that the caller must show: for Alexa, the id of the skill. It is no secret: whoever may read
    /// the function's policy sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256), regex(pattern = forms::EVENT_SOURCE_TOKEN.pattern))]
    pub event_source_token: Option<String>,

    /// The `authType` that the function's URL must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FunctionUrlAuthType")]
    pub function_url_auth_type: Option<FunctionUrlAuthType>,

    /// Whether only calls through the function's URL are allowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invoked_via_function_url: bool,
}
