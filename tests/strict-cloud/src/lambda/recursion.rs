//! GetFunctionRecursionConfig and PutFunctionRecursionConfig.

use serde_json::json;

use super::name;
use super::update::{current, store};
use super::validate::Breaches;
use crate::model::{Answer, Caller, Cloud, Request};
use crate::operation::lambda as op;

/// RecursiveLoop of a function that nobody set it for (Lambda API reference, PutFunctionRecursionConfig).
pub(super) const DEFAULT: &str = "Terminate";
const WORDS: [&str; 2] = [DEFAULT, "Allow"];

impl Cloud {
    /// GetFunctionRecursionConfig: 200, RecursiveLoop.
    pub fn lambda_get_function_recursion_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
    ) -> Answer<&'static str> {
        let call = (op::GET_FUNCTION_RECURSION_CONFIG, json!({}), 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let name = &named.name;
                let function = super::read::seen(world, context, name);
                Ok(function.map_err(|_| name::not_found(name))?.recursive_loop)
            },
        )
    }

    /// PutFunctionRecursionConfig: 200, RecursiveLoop. When it is refused, and what it does to the
    /// RevisionId, is assumed:recursion.
    pub fn lambda_put_function_recursion_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
        recursive_loop: Option<&str>,
    ) -> Answer<&'static str> {
        let bare = name::bare(function_name);
        let call = Request {
            operation: op::PUT_FUNCTION_RECURSION_CONFIG,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: json!({"RecursiveLoop": recursive_loop}),
            success: 200,
        };
        self.call(caller, call, |world, context| {
            let mut breaches = Breaches::default();
            let word = WORDS.into_iter().find(|word| Some(*word) == recursive_loop);
            match recursive_loop {
                None => breaches.add("Value null", "recursiveLoop", "Member must not be null"),
                // Recorded answer: test_put_function_recursion_config_invalid_value.
                Some(other) if word.is_none() => breaches.add(
                    &format!("Value '{other}'"),
                    "recursiveLoop",
                    "Member must satisfy enum value set: [Terminate, Allow]",
                ),
                Some(_) => {}
            }
            breaches.judge()?;
            let name = name::elsewhere(context.caller, function_name, None)?.name;
            let mut function = current(world, context, &name)?;
            function.changeable()?;
            let word = word.unwrap_or(DEFAULT);
            if function.recursive_loop != word {
                function.recursive_loop = word;
                function.touch(world.ids);
            }
            store(world, context, function);
            Ok(word)
        })
    }
}
