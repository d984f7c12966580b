//! Words of closed lists.

/// A word of a closed list, as the cloud spells it.
pub trait Word {
    /// The cloud's word.
    fn as_str(&self) -> &'static str;
}
