//! The configuration that the spec asks for.

use super::environment;
use crate::api::lambda::{Environment as EnvironmentSpec, LambdaFunctionSpec, Word};
use crate::cloud::lambda::{Configuration, Environment, configuration_fields};
use crate::reconcile::{Inputs, Unmet};

/// A member of the spec as the port has it.
trait Wanted<T> {
    /// The port's value; `None` where the spec leaves it out.
    fn wanted(&self, inputs: &Inputs) -> Result<Option<T>, Unmet>;
}

impl<T, S: Wanted<T>> Wanted<T> for Option<S> {
    fn wanted(&self, inputs: &Inputs) -> Result<Option<T>, Unmet> {
        self.as_ref().map_or(Ok(None), |value| value.wanted(inputs))
    }
}

impl Wanted<Self> for String {
    fn wanted(&self, _: &Inputs) -> Result<Option<Self>, Unmet> {
        Ok(Some(self.clone()))
    }
}

impl Wanted<Self> for i32 {
    fn wanted(&self, _: &Inputs) -> Result<Option<Self>, Unmet> {
        Ok(Some(*self))
    }
}

impl<W: Word> Wanted<String> for W {
    fn wanted(&self, _: &Inputs) -> Result<Option<String>, Unmet> {
        Ok(Some(self.as_str().to_owned()))
    }
}

impl<W: Word> Wanted<Vec<String>> for Vec<W> {
    fn wanted(&self, _: &Inputs) -> Result<Option<Vec<String>>, Unmet> {
        let words = self.iter().map(|word| word.as_str().to_owned());
        Ok(Some(words.collect()))
    }
}

impl Wanted<Environment> for EnvironmentSpec {
    fn wanted(&self, inputs: &Inputs) -> Result<Option<Environment>, Unmet> {
        environment::environment(self, inputs).map(Some)
    }
}

macro_rules! wanted {
    ([$spec:ident, $inputs:ident] $(
        $(#[$doc:meta])* $field:ident: $type:ty {
            name: $name:literal, path: $($path:ident).+, $($columns:tt)*
        }
    )*) => {
        Configuration { $( $field: wanted!(@at $spec, $inputs, $($path).+), )* }
    };
    (@at $spec:ident, $inputs:ident, $member:ident) => { $spec.$member.wanted($inputs)? };
    (@at $spec:ident, $inputs:ident, $block:ident.$member:ident) => {
        match &$spec.$block {
            Some(block) => block.$member.wanted($inputs)?,
            None => None,
        }
    };
}

/// What the spec and its references ask for.
///
/// # Errors
/// Where a referenced object or key is missing, or is no value for a variable.
pub fn configuration(spec: &LambdaFunctionSpec, inputs: &Inputs) -> Result<Configuration, Unmet> {
    Ok(configuration_fields!(wanted; spec, inputs))
}
