//! Configuration fields as the SDK has them: one pair of conversions for each shape.
//!
//! Invariant: an empty text from the cloud is no text, an environment without variables is none,
//! and a list that is left out is empty. A row of `cloud/lambda/fields.rs` whose shape has no
//! conversion here does not compile.

use std::collections::HashMap;

use aws_sdk_lambda::types;
use secrecy::ExposeSecret;

use crate::cloud::lambda::Environment;

/// A value as a request carries it.
pub(super) trait Sent<S> {
    /// The SDK's value.
    fn sent(&self) -> Option<S>;
}

/// A value as a reply has it.
pub(super) trait Read<S>: Sized {
    /// Our value; `None` where the cloud left it out.
    fn read(reply: Option<S>) -> Option<Self>;
}

impl Sent<i32> for i32 {
    fn sent(&self) -> Option<i32> {
        Some(*self)
    }
}

impl Read<i32> for i32 {
    fn read(reply: Option<i32>) -> Option<Self> {
        reply
    }
}

impl Sent<types::EphemeralStorage> for i32 {
    fn sent(&self) -> Option<types::EphemeralStorage> {
        types::EphemeralStorage::builder().size(*self).build().ok()
    }
}

impl Read<types::EphemeralStorage> for i32 {
    fn read(reply: Option<types::EphemeralStorage>) -> Option<Self> {
        reply.map(|storage| storage.size)
    }
}

impl Sent<String> for String {
    fn sent(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Read<String> for String {
    fn read(reply: Option<String>) -> Option<Self> {
        reply.filter(|text| !text.is_empty())
    }
}

/// Words of the SDK's lists; what it does not know passes through.
macro_rules! words {
    ($($word:ident),*) => {$(
        impl Sent<types::$word> for String {
            fn sent(&self) -> Option<types::$word> {
                Some(types::$word::from(self.as_str()))
            }
        }

        impl Read<types::$word> for String {
            fn read(reply: Option<types::$word>) -> Option<Self> {
                Self::read(reply.map(|word| word.as_str().to_owned()))
            }
        }
    )*};
}

words!(Runtime, Architecture, TracingMode);

impl Sent<types::TracingConfig> for String {
    fn sent(&self) -> Option<types::TracingConfig> {
        let config = types::TracingConfig::builder().set_mode(self.sent());
        Some(config.build())
    }
}

impl Read<types::TracingConfigResponse> for String {
    fn read(reply: Option<types::TracingConfigResponse>) -> Option<Self> {
        Self::read(reply?.mode)
    }
}

impl Sent<Vec<types::Architecture>> for Vec<String> {
    fn sent(&self) -> Option<Vec<types::Architecture>> {
        Some(self.iter().filter_map(Sent::sent).collect())
    }
}

impl Read<Vec<types::Architecture>> for Vec<String> {
    fn read(reply: Option<Vec<types::Architecture>>) -> Option<Self> {
        let words = reply.unwrap_or_default().into_iter();
        Some(words.filter_map(|word| Read::read(Some(word))).collect())
    }
}

/// The whole map; an empty one clears it.
impl Sent<types::Environment> for Environment {
    fn sent(&self) -> Option<types::Environment> {
        let variables: HashMap<String, String> = self
            .variables
            .iter()
            .map(|(name, value)| (name.clone(), value.expose_secret().to_owned()))
            .collect();
        let environment = types::Environment::builder().set_variables(Some(variables));
        Some(environment.build())
    }
}

impl Read<types::EnvironmentResponse> for Environment {
    fn read(reply: Option<types::EnvironmentResponse>) -> Option<Self> {
        let variables = reply?.variables.filter(|variables| !variables.is_empty())?;
        let secret = |(name, value): (String, String)| (name, value.into());
        Some(Self::secret(variables.into_iter().map(secret).collect()))
    }
}
