//! The Helm chart and what is made from it: rendered, installed, used and removed.

mod cluster;
pub mod helm;
mod life;
mod rendered;
