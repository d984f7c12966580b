//! TestFunction.

use std::collections::BTreeMap;

use serde_json::json;

use super::functions::shown;
use super::{TestFunction, TestResult, rules};
use crate::cloudfront::Stage;
use crate::javascript::{self, Task};
use crate::lambda::sha256;
use crate::model::{Answer, Caller, Cloud, Problem, Request, Shown};
use crate::operation::cloudfront as op;

impl Cloud {
    /// TestFunction: 200, also where the function fails: then there is an error message, and no output.
    ///
    /// The log keeps, besides If-Match and stage, what was tested as CreateFunction and UpdateFunction show it (`comment`,
    /// `runtime`, `stores`, `code`), the hash of the event, and whether the function failed.
    pub fn cloudfront_test_function(
        &mut self,
        caller: &Caller,
        request: &TestFunction,
    ) -> Answer<TestResult> {
        let stage = request.stage.map(Stage::as_str);
        let arguments =
            json!({"ifMatch": request.if_match, "stage": stage, "event": sha256(&request.event)});
        let resource = rules::arn(&caller.account, &request.name);
        let call = Request {
            operation: op::TEST_FUNCTION,
            function: Some(&request.name),
            resource,
            arguments,
            success: 200,
        };
        self.call(caller, call, |world, context| {
            // assumed:no-test-function.
            if !world.settings.test_function {
                return Err(Problem::new(
                    400,
                    "UnsupportedOperation",
                    "This operation is not supported in this region.",
                ));
            }
            let event = rules::event(&request.event)?;
            let account = &context.caller.account;
            let function = world
                .cloudfront
                .get(account)
                .and_then(|functions| functions.now.get(&request.name))
                .ok_or_else(rules::no_such_function)?;
            // assumed:no-stage: DEVELOPMENT where none is named.
            let stage = request.stage.unwrap_or(Stage::Development);
            let copy = function.copy(stage).ok_or_else(rules::no_such_function)?;
            rules::if_match(request.if_match.as_deref(), &copy.etag)?;
            let empty = BTreeMap::new();
            let pairs = |id: &str| {
                world
                    .stores
                    .get(&(account.clone(), id.to_owned()))
                    .map_or(&empty, |pairs| pairs)
            };
            let store = copy
                .config
                .key_value_stores
                .first()
                .and_then(|arn| rules::store(arn))
                .map(|id| (id, pairs(id)));
            let task = Task {
                code: &copy.code,
                two: rules::is_two(&copy.config),
                event,
                store,
                now: context.now,
            };
            let ran = javascript::run(task);
            let Shown(tested) = shown(&copy.config, &copy.code);
            context
                .also
                .extend(tested.as_object().cloned().unwrap_or_default());
            context
                .also
                .insert("failed".into(), ran.result.is_err().into());
            let (output, error) = match &ran.result {
                Ok(output) => (Some(output.clone()), String::new()),
                // assumed:failed-output.
                Err(error) => (None, error.clone()),
            };
            Ok(TestResult {
                summary: function
                    .summary(&request.name, stage)
                    .ok_or_else(rules::no_such_function)?,
                compute_utilization: world
                    .settings
                    .compute_utilization
                    .then(|| ran.utilization.to_string()),
                logs: ran.lines.clone(),
                // CloudFront Developer Guide, "Test functions": in the example's output it is there, and empty.
                error_message: Some(error),
                output,
            })
        })
    }
}
