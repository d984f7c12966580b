//! Looking without touching: `managementPolicy`, pauses, requests for a look, and how tools read the status.

mod foreign;
mod kstatus;
mod pause;
mod plans;
mod requests;
