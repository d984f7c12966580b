//! PutFunctionConcurrency, GetFunctionConcurrency and DeleteFunctionConcurrency.
//!
//! When they are refused beside what was recorded, and what they do to the RevisionId, is
//! assumed:concurrency.

use serde_json::{Value, json};

use super::function::Function;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{create, name, read};
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::{Operation, lambda as op};
use crate::world::World;

/// What must be left for an account's other functions (Lambda Developer Guide, "Configuring reserved concurrency").
const LEAST_UNRESERVED: i64 = 100;

impl Cloud {
    /// PutFunctionConcurrency: 200, ReservedConcurrentExecutions.
    pub fn lambda_put_function_concurrency(
        &mut self,
        caller: &Caller,
        function_name: &str,
        reserved: Option<i64>,
    ) -> Answer<i64> {
        let arguments = json!({"ReservedConcurrentExecutions": reserved});
        let call = (op::PUT_FUNCTION_CONCURRENCY, arguments, 200);
        self.concurrency(caller, function_name, call, |world, context, name| {
            let mut breaches = Breaches::default();
            match reserved {
                None => breaches.add(
                    "Value null",
                    "reservedConcurrentExecutions",
                    "Member must not be null",
                ),
                Some(number) if number < 0 => breaches.add(
                    &format!("Value '{number}'"),
                    "reservedConcurrentExecutions",
                    "Member must have value greater than or equal to 0",
                ),
                Some(_) => {}
            }
            breaches.judge()?;
            let function = changeable(world, context, name)?;
            let reserved = reserved.unwrap_or_default();
            let provisioned = function.provisioned_in_all();
            if reserved < provisioned {
                return Err(invalid(format!(
                    "ReservedConcurrentExecutions {reserved} should not be lower than function's total provisioned concurrency [{provisioned}]."
                )));
            }
            leaves_enough(world, context, name, reserved).map_err(|least| {
                invalid(format!(
                    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{least}]."
                ))
            })?;
            reserve(world, context, function, Some(reserved));
            Ok(reserved)
        })
    }

    /// GetFunctionConcurrency: 200, and nothing where nothing is reserved.
    pub fn lambda_get_function_concurrency(
        &mut self,
        caller: &Caller,
        function_name: &str,
    ) -> Answer<Value> {
        let call = (op::GET_FUNCTION_CONCURRENCY, json!({}), 200);
        self.concurrency(caller, function_name, call, |world, context, name| {
            let reserved = read::seen(world, context, name)?.reserved_concurrency;
            let shown =
                reserved.map(|number| ("ReservedConcurrentExecutions".into(), number.into()));
            Ok(Value::Object(shown.into_iter().collect()))
        })
    }

    /// DeleteFunctionConcurrency: 204, also where nothing is reserved.
    pub fn lambda_delete_function_concurrency(
        &mut self,
        caller: &Caller,
        function_name: &str,
    ) -> Answer<()> {
        let call = (op::DELETE_FUNCTION_CONCURRENCY, json!({}), 204);
        self.concurrency(caller, function_name, call, |world, context, name| {
            let function = changeable(world, context, name)?;
            reserve(world, context, function, None);
            Ok(())
        })
    }

    fn concurrency<T>(
        &mut self,
        caller: &Caller,
        function_name: &str,
        call: (Operation, Value, u16),
        act: impl FnOnce(&mut World, &mut Context<'_>, &str) -> Result<T, Problem>,
    ) -> Answer<T> {
        self.about(caller, (function_name, None), call, |world, context, named| {
            // Recorded answer: test_function_concurrency_exceptions, put_function_concurrency_with_qualified_arn.
            if named.qualifier.is_some() {
                return Err(invalid(
                    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
                ));
            }
            act(world, context, &named.name)
        })
    }
}

/// Recorded answer: test_function_concurrency_exceptions: what is not found is `$LATEST`.
fn changeable(world: &mut World, context: &Context<'_>, name: &str) -> Result<Function, Problem> {
    let arn = format!("{}:$LATEST", name::arn(context.caller, name));
    let function = current(world, context, name).map_err(|_| name::not_found(&arn))?;
    function.changeable()?;
    Ok(function)
}

/// Refuses what would not leave enough for the account's other functions, and says how much that is. A function takes what
/// it reserves, or else what is provisioned for it.
pub(super) fn leaves_enough(
    world: &mut World,
    context: &Context<'_>,
    name: &str,
    wanted: i64,
) -> Result<(), i64> {
    let others = create::shelf(world, context.caller).now.values();
    let others = others.filter(|other| other.name != name);
    let taken: i64 = others
        .map(|other| {
            let reserved = other.reserved_concurrency;
            reserved.unwrap_or_else(|| other.provisioned_in_all())
        })
        .sum();
    if world.settings.lambda_concurrency - taken - wanted < LEAST_UNRESERVED {
        return Err(LEAST_UNRESERVED);
    }
    Ok(())
}

fn reserve(
    world: &mut World,
    context: &mut Context<'_>,
    mut function: Function,
    reserved: Option<i64>,
) {
    if function.reserved_concurrency != reserved {
        function.reserved_concurrency = reserved;
        function.touch(world.ids);
    }
    store(world, context, function);
}
