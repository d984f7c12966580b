//! GitOps: what Argo CD, and kstatus with Flux and Helm 4, make of real objects, and what their users read in
//! `docs/gitops.md`.
//!
//! The health checks and actions of `deploy/argocd` run in the sandbox that Argo CD has for them (`tools/gitops`).

mod actions;
mod differences;
mod documents;
mod helm;
mod sandbox;
mod stage;
mod states;
mod testdata;
pub mod tool;
