//! What the kinds have in common and the driver needs not know: what is wrong with a spec, rules of tags,
//! texts of a cloud.

pub mod aws;
pub mod difference;
pub mod fault;
pub mod tags;
pub mod text;
