//! What the kinds have in common and the driver needs not know: rules of tags, texts of a cloud.

pub mod aws;
pub mod difference;
pub mod tags;
pub mod text;
