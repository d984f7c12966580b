//! Words of closed lists.

/// A word of a closed list, as the cloud spells it.
pub trait Word {
    /// The cloud's word.
    fn as_str(&self) -> &'static str;
}

/// Defines a closed list of words, each as the cloud spells it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $name {
            $( $(#[$of])* #[serde(rename = $word)] $variant, )*
        }

        impl $crate::api::lambda::word::Word for $name {
            fn as_str(&self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }
    };
}
pub(super) use words;
