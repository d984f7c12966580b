//! Whose function is it: adoption, claims, other clusters, other accounts.

mod account;
mod adoption;
mod claims;
mod denied;
pub mod either;
mod found_again;
mod takeover;
